//! Tables are never guessed. But where a file looks like one, this says which words make it readable.

use std::fmt;

use serde_json::Value;

use super::reason::shorten;

/// The most names that are shown.
const MAXIMUM_NAMES: usize = 24;
/// The columns that are looked for, with names that others have for them, in the order in which they are tried. Small letters without signs.
const USUAL: [(&str, &[&str]); 7] = [
    ("time", &["timestamp", "time", "ts", "datetime", "starttime", "start", "date", "eventtime", "firstseen", "receivetime"]),
    ("src_ip", &["srcip", "src", "sourceip", "source", "srcaddr", "sourceaddress", "saddr", "clientip", "sa"]),
    ("src_port", &["srcport", "sourceport", "sport", "spt", "sp"]),
    (
        "dst_ip",
        &["dstip", "dst", "destip", "destinationip", "destination", "dstaddr", "destinationaddress", "daddr", "serverip", "da"],
    ),
    ("dst_port", &["dstport", "destport", "destinationport", "dport", "dpt", "dp"]),
    ("proto", &["proto", "protocol", "transport", "networktransport", "ipprotocol", "pr"]),
    ("verdict", &["verdict", "action", "disposition", "act", "status"]),
];

/// What a first line looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableLook {
    kind: &'static str,
    names: Vec<String>,
}

impl TableLook {
    /// Looks at the first line of a file: a header of names, or an object of JSON.
    #[must_use]
    pub fn of(line: &str) -> Option<Self> {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.starts_with('{') {
            let value: Value = serde_json::from_str(line).ok()?;
            let mut names = Vec::new();
            collect("", &value, &mut names);
            return Some(Self { kind: "JSON lines", names }).filter(|look| !look.names.is_empty());
        }
        let sign = [',', ';', '\t', '|'].into_iter().max_by_key(|sign| line.matches(*sign).count())?;
        let names: Vec<String> = line.split(sign).map(|name| name.trim().trim_matches('"').to_owned()).collect();
        let is_name = |name: &String| {
            let is_first = |first: char| first.is_alphabetic() || first == '_' || first == '@';
            name.starts_with(is_first) && name.len() <= 64 && !name.contains([':', '=', '['])
        };
        (names.len() >= 4 && names.iter().all(is_name)).then_some(Self { kind: "a CSV table", names })
    }

    /// The words that say which name is which column, as far as they can be guessed.
    fn map(&self) -> String {
        let plain = |name: &str| name.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>().to_lowercase();
        // The last part of a path such as `network.transport` counts where the whole does not.
        let find = |usual: &&str| {
            let last = |name: &str| plain(name.rsplit('.').next().unwrap_or(name));
            let named = |name: &&String| plain(name) == **usual;
            self.names.iter().find(named).or_else(|| self.names.iter().find(|name| last(name) == **usual))
        };
        let columns = USUAL.iter().filter_map(|(column, usual)| {
            let is_needed = matches!(*column, "time" | "src_ip" | "dst_ip" | "proto");
            match usual.iter().find_map(find) {
                Some(name) => Some(format!("{column}={name}")),
                None => is_needed.then(|| format!("{column}=...")),
            }
        });
        columns.collect::<Vec<_>>().join(",")
    }
}

/// Names of an object's values, with dots between those of objects in objects.
fn collect(before: &str, value: &Value, names: &mut Vec<String>) {
    let Value::Object(object) = value else { return };
    for (name, value) in object {
        let name = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
        match value {
            Value::Object(_) if name.len() < 64 => collect(&name, value, names),
            _ => names.push(name),
        }
    }
}

impl fmt::Display for TableLook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<&str> = self.names.iter().take(MAXIMUM_NAMES).map(String::as_str).collect();
        let more = if self.names.len() > shown.len() { ", ..." } else { "" };
        let map = shorten(&self.map(), 400);
        let quote = if map.contains([' ', '@', '$', '(', ')']) { "'" } else { "" };
        write!(
            formatter,
            "no line is an event of a known format; the file looks like {} with {}{more}: say which name is which column, such as --map {quote}{map}{quote}",
            self.kind,
            shorten(&shown.join(", "), 600),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_recognized_and_mapped() {
        for (line, kind, map) in [
            (
                "start,source,dest port,destination,protocol,action\n",
                "a CSV table",
                "time=start,src_ip=source,dst_ip=destination,dst_port=dest port,proto=protocol,verdict=action",
            ),
            ("Date;From;To;Bytes\r\n", "a CSV table", "time=Date,src_ip=...,dst_ip=...,proto=..."),
            (
                r#"{"@timestamp":"x","source":{"ip":"1","port":2},"destination.ip":"3","network":{"transport":"tcp"}}"#,
                "JSON lines",
                "time=@timestamp,src_ip=source.ip,src_port=source.port,dst_ip=destination.ip,proto=network.transport",
            ),
        ] {
            let look = TableLook::of(line).expect(line);
            assert_eq!((look.kind, look.map().as_str()), (kind, map), "{line}");
        }
        for line in ["", "Mar 11 20:00:00 host sshd[1]: hello, a, b, c", "1,2,3,4", "{}", "[1]", "{\"a\""] {
            assert_eq!(TableLook::of(line), None, "{line}");
        }
    }
}
