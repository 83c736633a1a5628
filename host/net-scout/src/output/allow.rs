//! The allowlist in every format, and the stored alerts that it closes.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Cell, Format, Table, note, write_objects};
use net_scout_detect::scan::all_roles;
use net_scout_model::{Allowlist, Direction, Origin, RULES_THAT_COUNT, Side, Timestamp, counted};

/// How many numbers of alerts are shown.
const SHOWN: usize = 20;
/// What a dry run says.
pub const NOTHING_WRITTEN: &str = "nothing written (dry run)";

/// Writes all entries, and the roles for which alerts are left out: whether they are is `roles`.
///
/// # Errors
/// When they cannot be written.
pub fn write_allowlist(
    out: &mut dyn Write,
    list: &Allowlist,
    roles: bool,
    now: Timestamp,
    format: Format,
    width: Option<usize>,
) -> io::Result<()> {
    let mut rows: Vec<Value> = list
        .0
        .iter()
        .map(|(origin, allow)| {
            json!({
                "id": origin.to_string(),
                "network": allow.network.to_string(),
                "side": allow.side.name(),
                "rules": allow.rules.join(","),
                "ports": allow.ports_text(),
                "direction": allow.direction.map(Direction::name),
                "until": allow.until.map(Timestamp::seconds),
                "status": if allow.until.is_some_and(|until| until <= now) { "expired" } else { "active" },
                "reason": allow.reason,
            })
        })
        .collect();
    let status = if roles { "active" } else { "off" };
    rows.extend(all_roles().map(|role| {
        json!({
            "id": Origin::BuiltIn.to_string(),
            "network": null,
            "side": Side::Source.name(),
            "rules": RULES_THAT_COUNT,
            "ports": "",
            "direction": null,
            "until": null,
            "status": status,
            "reason": role.reason,
        })
    }));
    write_objects(out, &rows, format, width, || {
        let columns = ["id", "network", "side", "rules", "ports", "direction", "until", "status", "reason"];
        let mut table = Table::new(&columns).compact();
        for row in &rows {
            let cell = |column: &str| Cell::new(row[column].as_str().filter(|text| !text.is_empty()).unwrap_or("-"));
            table.row(columns.map(cell).to_vec());
        }
        table
    })
}

/// Says which stored alerts are closed.
pub fn closed(alerts: &[i64]) {
    note(&format_args!("closed {}{}", counted(alerts.len(), "alert"), numbers(alerts)));
}

/// Says which stored alerts would be closed.
pub fn would_close(alerts: &[i64], hint: &str) {
    note(&format_args!("would close {}{}; {hint}", counted(alerts.len(), "alert"), numbers(alerts)));
}

/// `: 3, 4, 9`
fn numbers(alerts: &[i64]) -> String {
    let shown: Vec<String> = alerts.iter().take(SHOWN).map(i64::to_string).collect();
    let more = if alerts.len() > SHOWN { ", ..." } else { "" };
    if shown.is_empty() { String::new() } else { format!(": {}{more}", shown.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_alerts() {
        assert_eq!((numbers(&[]), numbers(&[3, 4])), (String::new(), ": 3, 4".to_owned()));
        assert!(numbers(&(1..=21).collect::<Vec<_>>()).ends_with("19, 20, ..."));
    }
}
