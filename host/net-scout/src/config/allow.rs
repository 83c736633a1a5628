//! The entries of the allowlist in the configuration file: `[[allow]]`.

use std::path::Path;

use toml::{Table, Value};

use crate::exit::UsageError;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{Allow, AllowError, Side, parse_direction, parse_ports, parse_side};

/// The name of the entries.
pub(super) const ALLOW: &str = "allow";

/// Reads the entries.
///
/// # Errors
/// When one makes no sense.
pub(super) fn allow(path: &Path, value: &Value) -> Result<Vec<Allow>, UsageError> {
    let wrong = |number: usize, what: &str| UsageError(format!("{}: [[{ALLOW}]] number {number}: {what}", path.display()));
    let Value::Array(entries) = value else { return Err(UsageError(format!("{}: write [[{ALLOW}]]", path.display()))) };
    let numbered = entries.iter().enumerate().map(|(index, entry)| (index + 1, entry));
    let read = |(number, entry): (usize, &Value)| match entry {
        Value::Table(table) => entry_of(table).map_err(|what| wrong(number, &what)),
        _ => Err(wrong(number, "it is no table")),
    };
    numbered.map(read).collect()
}

fn entry_of(table: &Table) -> Result<Allow, String> {
    const KEYS: [&str; 7] = ["network", "side", "rules", "ports", "direction", "reason", "until"];
    if let Some(unknown) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("key `{unknown}` is not known; there are {}", KEYS.join(", ")));
    }
    let text = |key: &str| match table.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(format!("`{key}` is no text")),
    };
    let network = text("network")?.ok_or("`network` is missing: an address or a network such as 192.0.2.0/24")?;
    Ok(Allow {
        network: network.parse().map_err(|error| format!("network: {error}"))?,
        side: text("side")?.map_or(Ok(Side::Source), parse_side).map_err(|error| format!("side: {error}"))?,
        rules: list(table, "rules")?,
        ports: parse_ports(&list(table, "ports")?.join(",")).map_err(|error| format!("ports: {error}"))?,
        direction: text("direction")?.map(parse_direction).transpose().map_err(|error| format!("direction: {error}"))?,
        reason: text("reason")?
            .map(str::trim)
            .filter(|reason| !reason.is_empty())
            .ok_or_else(|| AllowError::Reason.to_string())?
            .to_owned(),
        until: match table.get("until") {
            None => None,
            Some(Value::Datetime(time)) => Some(instant(&time.to_string())?),
            Some(Value::String(text)) => Some(instant(text)?),
            Some(_) => return Err("`until` is no date".to_owned()),
        },
    })
}

fn instant(text: &str) -> Result<net_scout_model::Timestamp, String> {
    parse_timestamp(text).ok_or_else(|| format!("until: `{text}` is no date or instant such as 2026-12-31"))
}

/// A text, a number, or a list of these.
fn list(table: &Table, key: &str) -> Result<Vec<String>, String> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        _ => Err(format!("`{key}` is no list of texts or numbers")),
    };
    match table.get(key) {
        None => Ok(Vec::new()),
        Some(Value::Array(values)) => values.iter().map(one).collect(),
        Some(value) => Ok(vec![one(value)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Allow>, String> {
        let table: Table = text.parse().expect("TOML");
        allow(Path::new("a.toml"), &table["allow"]).map_err(|error| error.0)
    }

    #[test]
    fn entries_and_what_is_wrong_with_them() {
        let entries = read(
            "[[allow]]\nnetwork = '192.0.2.0/24'\nreason = 'scanner'\n\
             [[allow]]\nnetwork = '2001:db8::7'\nside = 'destination'\nrules = ['probe', 'beacon']\nports = [22, '8000-8100']\n\
             direction = 'outbound'\nuntil = 2026-12-31\nreason = 'backup'",
        )
        .expect("entries");
        assert_eq!((entries.len(), entries[1].ports_text().as_str(), entries[1].rules.len()), (2, "22,8000-8100", 2));
        assert_eq!(entries[1].until.map(net_scout_model::Timestamp::seconds).as_deref(), Some("2026-12-31T00:00:00Z"));
        for (text, error) in [
            ("reason = 'x'", "`network` is missing: an address or a network such as 192.0.2.0/24"),
            ("network = '192.0.2.1'", "a reason is missing: whoever reads the allowlist later must know why"),
            ("network = '192.0.2.1'\nreason = ' '", "a reason is missing: whoever reads the allowlist later must know why"),
            (
                "network = '192.0.2.1'\nreasons = 'x'",
                "key `reasons` is not known; there are network, side, rules, ports, direction, reason, until",
            ),
            ("network = '192.0.2.1/24'\nreason = 'x'", "network: `192.0.2.1/24` is no network: it begins at 192.0.2.0/24"),
            (
                "network = '192.0.2.1'\nreason = 'x'\nports = '9-8'",
                "ports: `9-8` are no ports: write one such as 22, or a range such as 8000-8100",
            ),
            ("network = '192.0.2.1'\nreason = 'x'\nports = [1.5]", "`ports` is no list of texts or numbers"),
            ("network = '192.0.2.1'\nreason = 'x'\nside = 'both'", "side: `both` is neither source nor destination"),
            ("network = '192.0.2.1'\nreason = 'x'\nuntil = 'soon'", "until: `soon` is no date or instant such as 2026-12-31"),
        ] {
            assert_eq!(read(&format!("[[allow]]\n{text}")), Err(format!("a.toml: [[allow]] number 1: {error}")));
        }
    }
}
