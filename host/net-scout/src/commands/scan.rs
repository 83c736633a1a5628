//! `net-scout scan`: the main job, from the database to the alerts.

use std::path::PathBuf;

use super::{interrupted, runtime};
use crate::config::Config;
use crate::output::{ScanView, StatsFormat, sink};
use crate::{exit, output};
use net_scout_detect::enrich::{EnrichRequest, EnricherSource, enrich_alerts};
use net_scout_detect::scan::{Keep, RecordOptions, RuleSource, ScanRequest, newest_before, read_window, run_scan};
use net_scout_model::{Severity, Timestamp};
use net_scout_plugin_host::PluginOptions;
use net_scout_store::WhichAlerts;

/// What the command line says beyond the configuration.
#[derive(Clone, Debug)]
pub struct ScanFlags {
    /// Where the window ends, as written; none for open.
    pub until: Option<String>,
    /// The rules that are evaluated; all where none is named.
    pub only: Vec<String>,
    /// Write nothing at all.
    pub dry_run: bool,
    /// Look up the addresses of the newest alerts.
    pub enrich: bool,
    /// Fail when the plugins are not what the lock says.
    pub locked: bool,
    /// Say where each query ran.
    pub explain: bool,
    /// Show how long each part took and what the plugins used, in this format.
    pub stats: Option<StatsFormat>,
    /// Where to keep what crossed the boundary.
    pub record: Option<PathBuf>,
    /// How alerts are shown.
    pub view: ScanView,
    /// From which severity on a new alert has an exit status of its own.
    pub fail_on: Option<Severity>,
}

/// Scans.
///
/// # Errors
/// When there is nothing to scan or to scan with, or the alerts cannot be kept. A failing plugin is no error: the exit code says so.
pub fn run(config: &Config, flags: &ScanFlags, now: Timestamp) -> anyhow::Result<u8> {
    let window = read_window(config.since, flags.until.as_deref(), now)?;
    let (options, runtime) = (config.scan_options(), runtime()?);
    let plugins = PluginOptions { locked: flags.locked, ..config.plugin_options() };
    let parameters = || config.parameters.keys().map(|plugin| (plugin.clone(), plugins.texts(plugin))).collect();
    let record = |path| RecordOptions { path, secrets: config.secrets.clone(), parameters: parameters() };
    let request = ScanRequest {
        options: &options,
        window,
        rules: RuleSource::Folder(&plugins, &flags.only),
        keep: if flags.dry_run { Keep::Nothing } else { Keep::ByHand(config.by_hand()) },
        kept: None,
        explain: flags.explain,
        record: flags.record.clone().map(record),
    };
    let quiet = flags.view.quiet;
    let mut report = runtime.block_on(run_scan(request, sink(quiet)))?;
    // Not waiting for a compiler that was given up.
    runtime.shutdown_background();
    let raised = report.alerts.count() > 0;
    let worst = output::write_scan(&mut report, window, &options, &flags.view)?;
    if !raised
        && !quiet
        && let Some(newest) = newest_before(&options, window)?
    {
        output::empty_window(newest);
    }
    let mut code = if report.failed { exit::PLUGIN_FAILED } else { exit::SUCCESS };
    // After the alerts are shown: lookups may take their time.
    if flags.enrich {
        let which = WhichAlerts::Newest(config.max_enrich);
        let turn = config.by_hand().turn;
        let request = EnrichRequest { which, refresh: false, dry_run: false, tape: report.tape.clone(), turn };
        let (options, enrichers) = (config.enrich_options(), EnricherSource::Folder(&plugins, &[]));
        let enriching = enrich_alerts(&options, enrichers, &request, now, interrupted(), sink(quiet));
        let enriched = super::runtime()?.block_on(enriching)?;
        if !quiet {
            output::enriched(&enriched, request.dry_run);
        }
        code = if enriched.refused { exit::PLUGIN_FAILED } else { code };
        report.ledger.extend(enriched.ledger);
        report.phases.end("enrich");
    }
    if let Some(path) = report.end_recording()?.filter(|_| !quiet) {
        output::note(&format_args!("recorded in {}", path.display()));
    }
    if let Some(format) = flags.stats {
        output::write_stats(&mut output::stderr(), report.phases.all(), &report.ledger, format)?;
    }
    Ok(exit::alerted(worst, flags.fail_on).unwrap_or(code))
}
