//! `net-scout explain`: what there is of one address, what each rule says of it, and how near those are that say nothing. It writes nothing.

use super::{runtime, terminal_width};
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{AlertBefore, AllowEntry, Explanation, Format, Terminal, origin_words};
use crate::{exit, output};
use net_scout_detect::allow;
use net_scout_detect::explain::{Explained, explain};
use net_scout_detect::scan::{RuleSource, newest_before, read_window};
use net_scout_model::{Timestamp, parse_address, plain};

/// What the command line says beyond the configuration.
#[derive(Clone, Debug)]
pub struct ExplainRequest {
    /// The address, as written.
    pub address: String,
    /// Where the window ends, as written; none for open.
    pub until: Option<String>,
    /// Only these rules; empty for all.
    pub rules: Vec<String>,
    /// How it is written.
    pub format: Format,
}

/// Explains.
///
/// # Errors
/// When it is no address, the database cannot be read, or standard output cannot be written. A failing rule is no error: the exit code
/// says so.
pub fn run(config: &Config, request: &ExplainRequest, now: Timestamp) -> anyhow::Result<u8> {
    let address = parse_address(&request.address).map(|address| address.to_canonical());
    let address = address.ok_or_else(|| UsageError(format!("`{}` is not a valid IP address", plain(&request.address, 100))))?;
    let window = read_window(config.since, request.until.as_deref(), now)?;
    let (options, plugins, runtime) = (config.scan_options(), config.plugin_options(), runtime()?);
    let explaining = explain(&options, window, address, RuleSource::Folder(&plugins, &[]), &request.rules, &Terminal);
    let Explained { alerts, entries, report, failed } = runtime.block_on(explaining)?;
    // Not waiting for a compiler that was given up.
    runtime.shutdown_background();
    output::corrected_directions(report.corrected_directions);
    let before = alerts.into_iter().map(|before| AlertBefore {
        allowed: before.allowed.map(|(origin, allow)| format!("{}: {}", origin_words(&origin), allow.reason)),
        alert: before.alert,
    });
    let entries = entries.into_iter().map(|entry| AllowEntry {
        origin: origin_words(&entry.origin),
        allows: allow::words(&entry.allow),
        reason: entry.allow.reason,
        expired: entry.expired,
    });
    let explanation = Explanation { address, window, alerts: before.collect(), allowlist: entries.collect(), report };
    explanation.write(&mut output::stdout(), request.format, terminal_width(request.format))?;
    if let Some(newest) = newest_before(&options, window)? {
        output::empty_window(newest);
    }
    Ok(if failed { exit::PLUGIN_FAILED } else { exit::SUCCESS })
}
