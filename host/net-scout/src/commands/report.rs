//! `net-scout report`: what there was in a period.

use std::path::PathBuf;

use super::{deliver, runtime};
use crate::config::Config;
use crate::exit::{self, UsageError};
use crate::output::{self, Terminal};
use net_scout_detect::scan::newest_before;
use net_scout_model::time::parse_moment;
use net_scout_model::{Timestamp, Window};
use net_scout_report::report::{ReportFormat, ReportOptions, make_report};

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportOutput {
    /// For people.
    People(ReportFormat),
    /// Its figures.
    Json,
}

/// The report that is asked for.
#[derive(Clone, Debug)]
pub struct ReportRequest {
    /// Where the period begins, as written.
    pub since: String,
    /// Where it ends, as written; now where it is not said.
    pub until: Option<String>,
    /// Whether it is compared with the period before.
    pub compares: bool,
    /// How many of each ranking are listed.
    pub top: usize,
    /// How.
    pub format: ReportOutput,
    /// The file; none for standard output.
    pub output: Option<PathBuf>,
}

/// Makes the report and writes it.
///
/// # Errors
/// When the period makes no sense, the database cannot be read, or the report cannot be written.
pub fn run(config: &Config, request: &ReportRequest, now: Timestamp) -> anyhow::Result<u8> {
    let until = request.until.as_deref().map_or(Ok(now), |text| parse_moment(text, now));
    let until = until.map_err(|error| UsageError(format!("--until: {error}")))?;
    let since = parse_moment(&request.since, until).map_err(|error| UsageError(format!("--since: {error}")))?;
    let options = ReportOptions { since, until, compares: request.compares, top: request.top };
    let scan = config.scan_options();
    let report = runtime()?.block_on(make_report(&scan, &options, now, &Terminal))?;
    let mut bytes = Vec::new();
    match request.format {
        ReportOutput::People(format) => bytes = report.write(format).into_bytes(),
        ReportOutput::Json => output::write_json(&mut bytes, &report)?,
    }
    deliver(config, request.output.as_deref(), &bytes)?;
    if let Some(path) = &request.output {
        output::note(&format_args!("wrote the report of {} to {} into {}", since.seconds(), until.seconds(), path.display()));
    }
    let window = Window { since, until: Some(until), now };
    if report.events.all.events == 0
        && let Some(newest) = newest_before(&scan, window)?
    {
        output::empty_window(newest);
    }
    Ok(exit::SUCCESS)
}
