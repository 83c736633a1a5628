//! The entries of the allowlist in the configuration file: `[[allow]]`.

use std::path::Path;

use super::tree::{Node, Table, Value};
use crate::exit::UsageError;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{Allow, AllowError, Side, Timestamp, not, parse_direction, parse_ports, parse_side};

/// The name of the entries.
pub(super) const ALLOW: &str = "allow";

/// Reads the entries.
///
/// # Errors
/// When one is wrong. The error names its line.
pub(super) fn allow(path: &Path, node: &Node) -> Result<Vec<Allow>, UsageError> {
    let Value::List(entries) = &node.value else { return Err(node.wrong(path, "write [[allow]] before each entry")) };
    let read = |entry: &Node| {
        let table = entry.table().ok_or_else(|| entry.wrong(path, "an entry of the allowlist must be a table"))?;
        entry_of(table).map_err(|what| entry.wrong(path, &format!("[[{ALLOW}]]: {what}")))
    };
    entries.iter().map(read).collect()
}

fn entry_of(table: &Table) -> Result<Allow, String> {
    const KEYS: [&str; 7] = ["network", "side", "rules", "ports", "direction", "reason", "until"];
    if let Some(unknown) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("`{}` is not a key; there are {}", net_scout_model::plain(unknown, 100), KEYS.join(", ")));
    }
    let text = |key: &str| match table.get(key) {
        None => Ok(None),
        Some(node) => node.text().map(Some).ok_or_else(|| format!("`{key}` must be a text in quotes")),
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
        until: match table.get("until").map(|node| &node.value) {
            None => None,
            Some(Value::Date(text) | Value::Text(text)) => Some(instant(text)?),
            Some(_) => return Err("`until` must be a date".to_owned()),
        },
    })
}

fn instant(text: &str) -> Result<Timestamp, String> {
    parse_timestamp(text).ok_or_else(|| format!("until: {}", not(text, "a date or an instant such as 2026-12-31")))
}

/// A text, a number, or a list of these.
fn list(table: &Table, key: &str) -> Result<Vec<String>, String> {
    let one = |node: &Node| match &node.value {
        Value::Text(text) => Ok(text.clone()),
        // Whole numbers alone: 1.5 is not a port.
        Value::Number(number) if number.bytes().all(|digit| digit.is_ascii_digit()) => Ok(number.clone()),
        _ => Err(format!("`{key}` must be a list of texts or whole numbers")),
    };
    match table.get(key) {
        None => Ok(Vec::new()),
        Some(Node { value: Value::List(values), .. }) => values.iter().map(one).collect(),
        Some(value) => Ok(vec![one(value)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Allow>, String> {
        let path = Path::new("a.toml");
        allow(path, &crate::config::tree::parse(path, text).expect("TOML")["allow"]).map_err(|error| error.0)
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
                "`reasons` is not a key; there are network, side, rules, ports, direction, reason, until",
            ),
            ("network = '192.0.2.1/24'\nreason = 'x'", "network: `192.0.2.1/24` is not a network: it begins at 192.0.2.0/24"),
            (
                "network = '192.0.2.1'\nreason = 'x'\nports = '9-8'",
                "ports: `9-8` are not ports: write one such as 22, or a range such as 8000-8100",
            ),
            ("network = '192.0.2.1'\nreason = 'x'\nports = [1.5]", "`ports` must be a list of texts or whole numbers"),
            ("network = '192.0.2.1'\nreason = 'x'\nside = 'both'", "side: `both` is neither source nor destination"),
            (
                "network = '192.0.2.1'\nreason = 'x'\nuntil = 'soon'",
                "until: `soon` is not a date or an instant such as 2026-12-31",
            ),
        ] {
            assert_eq!(read(&format!("[[allow]]\n{text}")), Err(format!("a.toml:1: [[allow]]: {error}")));
        }
    }
}
