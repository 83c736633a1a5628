//! Receivers and routes as they are shown: where they stand and what they say, and no secret.

use serde_json::{Map, Value};

use super::WrittenEntry;
use net_scout_model::plain;

/// The most characters of a value.
const LONGEST: usize = 200;

/// A receiver or a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownEntry {
    /// `receiver.NAME` or `route.NAME`.
    pub name: String,
    /// What it says.
    pub text: String,
    /// Where it stands, in words.
    pub from: String,
}

/// Whether an entry may be looked at as a whole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Receiver,
    Route,
}

impl ShownEntry {
    /// Of an entry that was read well.
    pub(super) fn of(what: What, name: &str, entry: &WrittenEntry) -> Self {
        let section = if what == What::Receiver { "receiver" } else { "route" };
        let said = entry.table.iter().filter(|(key, _)| *key != "name");
        let texts: Vec<String> = said.map(|(key, value)| format!("{key} = {}", shown(what, key, value))).collect();
        Self { name: format!("{section}.{}", plain(name, 100)), text: texts.join(", "), from: entry.from.clone() }
    }
}

/// A value. Of an address the host is shown, of a command the program: the rest may be what only its receiver should know.
fn shown(what: What, key: &str, value: &Value) -> String {
    match (what, key, value) {
        (What::Receiver, "url", Value::String(url)) => host(url),
        (What::Receiver, "command", Value::Array(words)) => {
            let program = words.first().and_then(Value::as_str).unwrap_or_default();
            let more = if words.len() > 1 { ", ..." } else { "" };
            format!("[{}{more}]", plain(program, LONGEST))
        }
        (What::Receiver, "set", Value::Object(set)) => keys(set),
        (_, _, Value::String(text)) => plain(text, LONGEST),
        (_, _, value) => plain(&value.to_string(), LONGEST),
    }
}

fn host(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let more = if rest[end..].len() > 1 { "/..." } else { "" };
    format!("{}://{}{more}", plain(scheme, 20), plain(&rest[..end], LONGEST))
}

fn keys(table: &Map<String, Value>) -> String {
    let keys: Vec<String> = table.keys().map(|key| format!("{} = ...", plain(key, 100))).collect();
    format!("{{{}}}", keys.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_secret_is_shown() {
        let shown = |what, table: Value| {
            let table = table.as_object().cloned().expect("a table");
            ShownEntry::of(what, "a", &WrittenEntry { table, from: "a.toml:3".to_owned() })
        };
        let hook = json!({ "name": "a", "kind": "webhook", "url": "https://h.example:8443/s3cret?t=s3cret", "token_env": "NET_SCOUT_SECRET_A" });
        let entry = shown(What::Receiver, hook);
        assert_eq!((entry.name.as_str(), entry.from.as_str()), ("receiver.a", "a.toml:3"));
        assert_eq!(entry.text, "kind = webhook, url = https://h.example:8443/..., token_env = NET_SCOUT_SECRET_A");
        let exec = json!({ "kind": "exec", "command": ["/usr/bin/curl", "s3cret"], "set": { "token": "s3cret" } });
        assert_eq!(shown(What::Receiver, exec).text, "kind = exec, command = [/usr/bin/curl, ...], set = {token = ...}");
        let route = json!({ "filter": "rule:port_scan", "receivers": ["a"], "per_hour": 3 });
        assert_eq!(shown(What::Route, route).text, "filter = rule:port_scan, receivers = [\"a\"], per_hour = 3");
    }
}
