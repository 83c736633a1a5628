//! What went where, in every format.

use std::io::{self, Write};

use serde::Serialize;

use super::{Cell, Format, Table, write_objects};
use net_scout_model::Egress;

/// How many of what was told are shown in a table.
const SHOWN: usize = 5;

/// What one plugin sent to one destination.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Destination {
    /// The plugin.
    pub plugin: String,
    /// What it is.
    pub kind: String,
    /// The server, the program, or the names of DNS.
    pub destination: String,
    /// When the last run began that sent something there.
    pub last: String,
    /// What it sent.
    #[serde(flatten)]
    pub egress: Egress,
}

/// Writes what went where.
///
/// # Errors
/// When it cannot be written.
pub fn write_egress(out: &mut dyn Write, destinations: &[Destination], format: Format, width: Option<usize>) -> io::Result<()> {
    write_objects(out, destinations, format, width, || table(destinations))
}

fn table(destinations: &[Destination]) -> Table {
    let mut table = Table::new(&["plugin", "destination", "calls", "KiB sent", "KiB back", "last", "told", "which"]);
    let kibibytes = |bytes: u64| Cell::number(format!("{:.1}", bytes as f64 / 1024.0));
    for Destination { plugin, destination, last, egress, .. } in destinations {
        let count = egress.told.len() as u64 + egress.more;
        let mut which: Vec<&str> = egress.told.iter().take(SHOWN).map(String::as_str).collect();
        if count > which.len() as u64 {
            which.push("...");
        }
        table.row(vec![
            Cell::new(plugin),
            Cell::new(destination),
            Cell::number(egress.calls.to_string()),
            kibibytes(egress.sent),
            kibibytes(egress.received),
            Cell::new(last),
            Cell::number(count.to_string()),
            Cell::new(which.join(", ")),
        ]);
    }
    table
}
