//! `net-scout blocklist`: sources for firewalls to block.

use std::path::PathBuf;

use super::{deliver, runtime};
use crate::config::Config;
use crate::exit::{self, UsageError};
use crate::output::{self, Terminal};
use net_scout_detect::known::check_rules;
use net_scout_model::time::{parse_duration, parse_moment};
use net_scout_model::{Severity, Timestamp, counted};
use net_scout_report::blocklist::{BlocklistFormat, BlocklistOptions, blocklist};
use net_scout_store::AlertFilter;

/// The list that is asked for.
#[derive(Clone, Debug)]
pub struct BlocklistRequest {
    /// How it is written.
    pub format: BlocklistFormat,
    /// How long a source is on it after it was last seen, as written.
    pub lasts: String,
    /// Only of alerts that matter at least so much.
    pub minimum_severity: Severity,
    /// Only of alerts with at least this score.
    pub minimum_score: Option<i64>,
    /// Only of these rules; empty for all.
    pub rules: Vec<String>,
    /// Only of alerts raised since then, as written.
    pub since: Option<String>,
    /// The file; none for standard output.
    pub output: Option<PathBuf>,
}

/// Makes the list and writes it. Nothing is written before it is whole.
///
/// # Errors
/// When a time or a rule makes no sense, anything cannot be read that says who must not be on the list, or it cannot be written.
pub fn run(config: &Config, request: &BlocklistRequest, now: Timestamp) -> anyhow::Result<u8> {
    let lasts = parse_duration(&request.lasts).map_err(|error| UsageError(format!("--for: {error}")))?;
    let since = request.since.as_deref().map(|text| parse_moment(text, now)).transpose();
    let since = since.map_err(|error| UsageError(format!("--since: {error}")))?;
    let options = BlocklistOptions {
        filter: AlertFilter { since, minimum_score: request.minimum_score, ..AlertFilter::default() },
        rules: request.rules.clone(),
        minimum_severity: Some(request.minimum_severity),
        lasts,
    };
    let (scan, runtime) = (config.scan_options(), runtime()?);
    runtime.block_on(check_rules(&scan.database, &config.plugin_options(), &request.rules, &Terminal))?;
    let list = runtime.block_on(blocklist(&scan, &options, now, &Terminal))?;
    deliver(config, request.output.as_deref(), list.write(request.format, now).as_bytes())?;
    output::note(&counted(list.entries.len(), "source"));
    for (reason, count) in &list.left_out {
        output::note(&format_args!("{count} left out: {reason}"));
    }
    Ok(exit::SUCCESS)
}
