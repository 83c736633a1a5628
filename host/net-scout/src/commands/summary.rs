//! `net-scout summary`: how it stands.

use super::{deliver, person};
use crate::config::Config;
use crate::exit::{self, UsageError};
use crate::output::{self, Terminal};
use net_scout_model::Timestamp;
use net_scout_model::time::parse_moment;
use net_scout_report::summary::{keep_look, make_summary, summary_since_last_look};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct SummaryRequest {
    /// Since when alerts are new, as written; without it since the last look.
    pub since: Option<String>,
    /// It counts as a look in any case.
    pub is_look: bool,
    /// For programs.
    pub as_json: bool,
}

/// Shows what is open, and what is new since then.
///
/// # Errors
/// When `since` is not a time, the database cannot be read, or standard output cannot be written.
pub fn run(config: &Config, request: &SummaryRequest, now: Timestamp) -> anyhow::Result<u8> {
    let SummaryRequest { since, is_look, as_json } = request;
    let (scan, person) = (config.scan_options(), person());
    let summary = match since {
        Some(since) => {
            let since = parse_moment(since, now).map_err(|error| UsageError(format!("--since: {error}")))?;
            make_summary(&scan, since, now, &Terminal)?
        }
        None => summary_since_last_look(&scan, &person, now, &Terminal)?,
    };
    let mut bytes = Vec::new();
    if *as_json {
        output::write_json(&mut bytes, &summary)?;
    } else {
        bytes = summary.write().into_bytes();
    }
    deliver(config, None, &bytes)?;
    // What was not shown was not looked at.
    if (*is_look || (since.is_none() && !as_json))
        && let Err(error) = keep_look(&scan.database, &person, now)
    {
        output::note(&format_args!("that you looked could not be remembered: {error}"));
    }
    Ok(exit::SUCCESS)
}
