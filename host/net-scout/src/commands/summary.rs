//! `net-scout summary`: how it stands.

use super::deliver;
use crate::config::Config;
use crate::exit::{self, UsageError};
use crate::output::{self, Terminal};
use net_scout_model::Timestamp;
use net_scout_model::time::parse_moment;
use net_scout_report::summary::make_summary;

/// Shows what is open, and what is new since then.
///
/// # Errors
/// When `since` is not a time, the database cannot be read, or standard output cannot be written.
pub fn run(config: &Config, since: &str, as_json: bool, now: Timestamp) -> anyhow::Result<u8> {
    let since = parse_moment(since, now).map_err(|error| UsageError(format!("--since: {error}")))?;
    let summary = make_summary(&config.scan_options(), since, now, &Terminal)?;
    let mut bytes = Vec::new();
    if as_json {
        output::write_json(&mut bytes, &summary)?;
    } else {
        bytes = summary.write().into_bytes();
    }
    deliver(config, None, &bytes)?;
    Ok(exit::SUCCESS)
}
