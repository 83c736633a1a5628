//! `net-scout maintain`: removes rows of net-scout's own tables that were kept for long enough.

use super::{runtime, terminal_width};
use crate::config::Config;
use crate::exit;
use crate::output::{self, Cell, Format, Table, Terminal};
use net_scout_detect::maintain::maintain;
use net_scout_model::{Sink as _, Timestamp, counted};
use net_scout_plugin_host::load_plugins;
use net_scout_store::Retention;

/// Removes them, or shows what would be removed.
///
/// # Errors
/// When the database cannot be read or written. What was removed before stays so.
pub fn run(config: &Config, dry_run: bool, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    let runtime = runtime()?;
    let loaded = runtime.block_on(load_plugins(&config.plugin_options(), &Terminal));
    // Not waiting for a compiler that was given up.
    runtime.shutdown_background();
    let names =
        |loaded: net_scout_plugin_host::LoadedPlugins| loaded.plugins.each().map(|(_, plugin)| plugin.name.clone()).collect();
    if let Err(error) = &loaded {
        Terminal.warn(&format_args!("what plugins remember is kept, because it is not known which are in use: {error}"));
    }
    let retention = Retention { tables: config.retention(), plugins: loaded.ok().map(names) };
    let removals = maintain(&config.database_options(), &retention, dry_run, now, &Terminal)?;
    let table = || {
        let mut table = Table::new(&["of", "rows", "bytes"]);
        for removal in &removals {
            table.row(vec![Cell::new(removal.table.words()), Cell::number(removal.rows), Cell::number(removal.bytes)]);
        }
        table
    };
    output::write_objects(&mut output::stdout(), &removals, format, terminal_width(format), table)?;
    let rows: u64 = removals.iter().map(|removal| removal.rows).sum();
    let words = if dry_run { "would be removed" } else { "removed" };
    output::note(&format_args!("{} {words}", counted(rows, "row")));
    Ok(exit::SUCCESS)
}
