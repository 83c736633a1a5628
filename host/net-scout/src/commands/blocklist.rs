//! `net-scout blocklist`: sources for firewalls to block.

use std::path::PathBuf;

use super::{deliver, runtime};
use crate::config::Config;
use crate::exit::{self, UsageError};
use crate::output::{self, Terminal};
use net_scout_detect::known::WrittenQuery;
use net_scout_model::time::parse_duration;
use net_scout_model::{Timestamp, counted};
use net_scout_report::blocklist::{BlocklistFormat, BlocklistOptions, blocklist};

/// The list that is asked for.
#[derive(Clone, Debug)]
pub struct BlocklistRequest {
    /// How it is written.
    pub format: BlocklistFormat,
    /// How long a source is on it after it was last seen, as written.
    pub lasts: String,
    /// Of which alerts.
    pub query: WrittenQuery,
    /// The file; none for standard output.
    pub output: Option<PathBuf>,
}

/// Makes the list and writes it. Nothing is written before it is whole.
///
/// # Errors
/// When the time or the query is not understood, anything cannot be read that says who must not be on the list, or it cannot be written.
pub fn run(config: &Config, request: &BlocklistRequest, now: Timestamp) -> anyhow::Result<u8> {
    let lasts = parse_duration(&request.lasts).map_err(|error| UsageError(format!("--for: {error}")))?;
    let (scan, runtime) = (config.scan_options(), runtime()?);
    let query = runtime.block_on(request.query.read(&scan.database, &config.plugin_options(), &Terminal))?;
    let list = runtime.block_on(blocklist(&scan, &BlocklistOptions { query, lasts }, now, &Terminal))?;
    deliver(config, request.output.as_deref(), list.write(request.format, now).as_bytes())?;
    output::note(&counted(list.entries.len(), "source"));
    for (reason, count) in &list.left_out {
        output::note(&format_args!("{count} left out: {reason}"));
    }
    Ok(exit::SUCCESS)
}
