//! What a run took: its parts, and its plugins.

use std::io::{self, Write};

use serde_json::json;

use super::{Cell, Format, Table, write_json_line, write_ledger};
use net_scout_model::{LedgerEntry, Phase};

/// How they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatsFormat {
    /// Two tables for people.
    Table,
    /// One JSON object on a line: `phases` and `plugins`.
    Json,
}

/// Writes what the parts of a run took, where there are any, and what the plugins used.
///
/// # Errors
/// When it cannot be written.
pub fn write_stats(out: &mut dyn Write, phases: &[Phase], ledger: &[LedgerEntry], format: StatsFormat) -> io::Result<()> {
    match format {
        StatsFormat::Json => write_json_line(out, &json!({ "phases": phases, "plugins": ledger })),
        StatsFormat::Table => {
            if !phases.is_empty() {
                table(phases).write(out, None)?;
                writeln!(out)?;
            }
            write_ledger(out, ledger, Format::Table, None)
        }
    }
}

fn table(phases: &[Phase]) -> Table {
    let mut table = Table::new(&["phase", "wall ms", "cpu ms"]);
    let milliseconds = |microseconds: u64| Cell::number(format!("{:.1}", microseconds as f64 / 1e3));
    for phase in phases {
        table.row(vec![Cell::new(phase.phase), milliseconds(phase.wall_us), milliseconds(phase.cpu_us)]);
    }
    let sum = |of: fn(&Phase) -> u64| milliseconds(phases.iter().map(of).sum());
    table.row(vec![Cell::new("all"), sum(|phase| phase.wall_us), sum(|phase| phase.cpu_us)]);
    table
}
