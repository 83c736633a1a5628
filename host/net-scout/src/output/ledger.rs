//! The ledger in every format.

use std::io::{self, Write};

use super::{Cell, Format, Table, write_objects};
use net_scout_model::{LedgerEntry, counted};

/// Writes what plugins used.
///
/// # Errors
/// When it cannot be written.
pub fn write_ledger(out: &mut dyn Write, entries: &[LedgerEntry], format: Format, width: Option<usize>) -> io::Result<()> {
    write_objects(out, entries, format, width, || table(entries))
}

fn table(entries: &[LedgerEntry]) -> Table {
    let mut table = Table::new(&[
        "plugin",
        "calls",
        "failed",
        "wall ms",
        "cpu ms",
        "host ms",
        "MiB",
        "host calls",
        "rows",
        "KiB in",
        "KiB out",
        "denied",
        "alerts",
        "note",
    ]);
    for entry in entries {
        let milliseconds = |microseconds: u64| format!("{:.1}", microseconds as f64 / 1e3);
        let kibibytes = |bytes: u64| format!("{:.1}", bytes as f64 / 1024.0);
        let mut notes = Vec::new();
        if entry.wasi {
            notes.push("empty WASI".to_owned());
        }
        if entry.refused > 0 {
            notes.push(format!("{} refused", counted(entry.refused, "alert")));
        }
        notes.extend(entry.error.clone());
        table.row(vec![
            Cell::new(&entry.plugin),
            Cell::number(entry.calls.to_string()),
            Cell::number(entry.failed.to_string()),
            Cell::number(milliseconds(entry.wall_us)),
            Cell::number(milliseconds(entry.cpu_us)),
            Cell::number(milliseconds(entry.host_us)),
            Cell::number(format!("{:.1}", entry.memory as f64 / f64::from(1 << 20))),
            Cell::number(entry.host_calls.to_string()),
            Cell::number(entry.rows.to_string()),
            Cell::number(kibibytes(entry.bytes_in)),
            Cell::number(kibibytes(entry.bytes_out)),
            Cell::number(entry.denials.to_string()),
            Cell::number(entry.alerts.to_string()),
            Cell::new(notes.join("; ")),
        ]);
    }
    table
}
