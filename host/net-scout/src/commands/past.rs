//! `net-scout scan --fill` and `--backfill`: past time, step by step.

use super::runtime;
use crate::config::Config;
use crate::output::{ScanView, sink};
use crate::{exit, output};
use net_scout_detect::scan::read_window;
use net_scout_model::time::Moment;
use net_scout_model::{Severity, Span, Timestamp, UsageError, Window};
use net_scout_plugin_host::PluginOptions;
use net_scout_serve::past::{Past, PastOptions, PastReport, scan_past};

/// What the command line says beyond the configuration.
#[derive(Clone, Debug)]
pub struct PastFlags {
    /// Where the window begins, as it is written; none to fill from the first scan on.
    pub since: Option<Moment>,
    /// Where it ends, as it is written.
    pub until: Option<String>,
    /// How far to go back whatever was scanned, as it is written; none to fill.
    pub backfill: Option<String>,
    /// The rules that are evaluated; all where none is named.
    pub only: Vec<String>,
    /// Write nothing at all.
    pub dry_run: bool,
    /// Fail when the plugins are not what the lock says.
    pub locked: bool,
    /// How alerts are shown.
    pub view: ScanView,
    /// From which severity on a new alert has an exit status of its own.
    pub fail_on: Option<Severity>,
}

/// Scans past time.
///
/// # Errors
/// When there is nothing to scan or to scan with, or the alerts cannot be kept. A step that fails is no error: the exit code says so.
pub fn run(config: &Config, flags: &PastFlags, now: Timestamp) -> anyhow::Result<u8> {
    let past = flags.past(now)?;
    let plugins = PluginOptions { locked: flags.locked, ..config.plugin_options() };
    let by_hand = config.by_hand();
    let options = PastOptions {
        scan: &config.scan_options(),
        plugins: &plugins,
        only: &flags.only,
        since: config.usual_since,
        tick: config.tick_options(config.usual_since),
        dry_run: flags.dry_run,
        turn: by_hand.turn,
        clock: by_hand.clock,
        now,
    };
    let runtime = runtime()?;
    let done = runtime.block_on(scan_past(&options, past, sink(flags.view.quiet)))?;
    runtime.shutdown_background();
    let PastReport { report, span, steps, failed, open } = done;
    let has_failed = report.as_ref().is_some_and(|report| report.failed);
    let worst = match (report, span) {
        (Some(mut report), Some(Span { begins, ends })) => {
            let window = Window { since: begins, until: Some(ends), now };
            output::write_scan(&mut report, window, options.scan, &flags.view)?
        }
        _ => output::show_alerts(&[], flags.view.format).map(|()| None)?,
    };
    output::past(steps, failed, open, flags.view.quiet);
    Ok(match (failed, has_failed) {
        (0, _) if exit::alerted(worst, flags.fail_on).is_some() => exit::ALERTED,
        (0, false) => exit::SUCCESS,
        (0, true) => exit::PLUGIN_FAILED,
        _ => exit::FAILURE,
    })
}

impl PastFlags {
    fn past(&self, now: Timestamp) -> Result<Past, UsageError> {
        let since = match &self.backfill {
            Some(text) => Some(text.parse::<Moment>().map_err(|error| UsageError(format!("--backfill: {error}")))?),
            None => self.since,
        };
        // Without a beginning the end alone is read.
        let window = read_window(since.unwrap_or(Moment::At(Timestamp::MINIMUM)), self.until.as_deref(), now)?;
        Ok(match self.backfill {
            Some(_) => Past::Backfill(Span { begins: window.since, ends: window.until.map_or(now, |until| until.min(now)) }),
            None => Past::Fill { since: since.map(|_| window.since), until: window.until },
        })
    }
}
