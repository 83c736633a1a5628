//! `net-scout scan --replay`: a recorded scan once more, without its database and without the network. It writes nothing.

use std::path::Path;

use super::runtime;
use crate::config::{Config, cores};
use crate::output::{Format, Shown, StatsFormat, Terminal};
use crate::{exit, output};
use net_scout_lab::replay::{Replayed, replay};
use net_scout_model::counted;

/// Repeats a recorded scan with the plugins of the configured folder.
///
/// # Errors
/// When the recording cannot be read, or none of its plugins is there. A plugin that does something else than it did is no error: it is
/// reported, and the exit code says so.
pub fn run(config: &Config, path: &Path, stats: Option<StatsFormat>, format: Format) -> anyhow::Result<u8> {
    let replayed = runtime()?.block_on(replay(path, &config.plugin_options(), cores(), &Terminal))?;
    let Replayed { window, alerts, lookups, messages, failed, ledger } = replayed;
    let count = alerts.len();
    output::show_alerts(&alerts.into_iter().map(Shown::from).collect::<Vec<_>>(), format)?;
    let also = |count: usize, noun| if count == 0 { String::new() } else { format!(", {}", counted(count, noun)) };
    let lookups = also(lookups, "lookup") + &also(messages, "message");
    let same = if failed { "not all as recorded" } else { "as recorded" };
    output::note(&format_args!("{}{lookups} in the events {window}: {same}, nothing written (replay)", counted(count, "alert")));
    if let Some(format) = stats {
        output::write_stats(&mut output::stderr(), &[], &ledger, format)?;
    }
    Ok(if failed { exit::PLUGIN_FAILED } else { exit::SUCCESS })
}
