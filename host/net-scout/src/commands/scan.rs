//! `net-scout scan`: the main job, from the database to the alerts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;

use super::allow::allowlist;
use super::enrich::{self, EnrichRequest};
use super::plugins::Off;
use super::{parallel, plugins, runtime, terminal_width};
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{Format, Progress, Shown, StatsFormat};
use crate::{exit, output};
use net_scout_detect::scan::{Explanations, Parameters, Phases, Scan, Scanned};
use net_scout_model::time::parse_moment;
use net_scout_model::{Timestamp, Window, counted};
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::{Header, PluginSeen, Recorder, Tape};
use net_scout_plugin_host::{Plugins, Rule};
use net_scout_store::Database;

/// What the command line says beyond the configuration.
#[derive(Clone, Debug)]
pub struct ScanRequest {
    /// Where the window ends, as written; none for open.
    pub until: Option<String>,
    /// Write nothing at all.
    pub dry_run: bool,
    /// Look up what is known outside about the addresses of the newest alerts.
    pub enrich: bool,
    /// Fail when the plugins are not what the lock says.
    pub locked: bool,
    /// Say where each query ran.
    pub explain: bool,
    /// Show how long each part took and what the plugins used, in this format.
    pub stats: Option<StatsFormat>,
    /// Where to keep what crossed the boundary.
    pub record: Option<PathBuf>,
    /// How alerts are written.
    pub format: Format,
}

/// Scans.
///
/// # Errors
/// When there is nothing to scan or to scan with, or the alerts cannot be kept. A failing plugin is no error: the exit code says so.
pub fn run(config: &Config, request: &ScanRequest, now: Timestamp) -> anyhow::Result<u8> {
    let mut phases = Phases::default();
    let window = window(config, request.until.as_deref(), now)?;
    let open = if request.dry_run { Database::open_read_only } else { Database::open };
    let database = open(&config.db_path, &config.alert_table, config.busy_timeout)?;
    database.check_events(&config.table)?;
    let state = StateStore::new(database.plugin_state()?);
    let allowlist = allowlist(config, &database)?;
    let mut database = (!request.dry_run).then_some(database);
    let (runtime, parallel) = (runtime()?, parallel());
    phases.end(Phases::OPEN);
    let (mut plugins, lock) = runtime.block_on(plugins::load(config, request.locked))?;
    let off = plugins::grant_rules(config, &mut plugins, &lock);
    phases.end("load plugins");
    let set = parameters(config, &plugins, &off)?;
    let tape = tape(config, request, window, &plugins)?;
    // After all that can be wrong with what the operator wrote, and before the work: then a database that cannot be written is known.
    if let Some(database) = &mut database {
        database.set_quiet(config.quiet);
        let fresh = database.is_fresh()?;
        database.migrate(now)?;
        if fresh {
            super::advise_journal(config, database);
        }
    }
    let Plugins { rules, refused, .. } = plugins;
    let rules: Vec<Arc<Rule>> = rules.into_iter().map(Arc::new).collect();
    let explanations = request.explain.then(|| Arc::new(Explanations::default()));
    for (explanations, off) in explanations.iter().flat_map(|explanations| off.iter().map(move |off| (explanations, off))) {
        explanations.note(&off.reason);
    }
    let options = config.scan_options();
    let scan = Scan {
        options: &options,
        rules: &rules,
        set: &set,
        window,
        state: state.clone(),
        allowlist: &allowlist,
        tape: tape.clone(),
        explanations: explanations.clone(),
        parallel,
    };
    phases.end(Phases::OPEN);
    let scanned = runtime.block_on(scan.run(progress(rules.len()), &|text| output::warning(&text)))?;
    phases.join(&scanned.phases);
    for line in explanations.iter().flat_map(|explanations| explanations.lines()) {
        output::note(&line);
    }
    // Not waiting for a compiler that was given up.
    runtime.shutdown_background();

    let count = scanned.alerts.len();
    let recorded = database.as_mut().map(|database| scanned.keep(database, &state, now)).transpose()?;
    let Scanned { alerts, cut, allowed, mut ledger, failed, corrected_directions, .. } = scanned;
    let (shown, kept): (Vec<Shown>, String) = match recorded {
        None => (alerts.into_iter().map(Shown::from).collect(), "nothing written (dry run)".to_owned()),
        Some(recorded) => {
            let new = recorded.iter().filter(|recorded| recorded.new).count();
            let kept = format!("{new} new, {} repeated", recorded.len() - new);
            (recorded.into_iter().map(|recorded| recorded.alert.into()).collect(), kept)
        }
    };
    drop(database);
    phases.end("write alerts");
    show(&shown, request.format)?;
    phases.end("show alerts");
    output::note(&format_args!("{} in the events {window}: {kept}", counted(count, "alert")));
    for (origin, reason, count) in &allowed {
        output::note(&format_args!(
            "{} left out by the allowlist, {}: {reason}",
            counted(*count, "alert"),
            output::origin_words(origin)
        ));
    }
    output::corrected_directions(corrected_directions);
    if cut > 0 {
        output::warning(&format_args!("{cut} weaker alerts were left out: a scan keeps {} (--max-alerts)", config.max_alerts));
    }
    let refused = !refused.is_empty() || off.iter().any(|off| off.refused);
    let mut code = if failed || refused { exit::PLUGIN_FAILED } else { exit::SUCCESS };
    if request.enrich {
        let enrich =
            EnrichRequest { limit: config.max_enrich, locked: request.locked, tape: tape.clone(), ..EnrichRequest::default() };
        let (enriched, used) = enrich::enrich(config, &enrich, now)?;
        code = code.max(enriched);
        ledger.extend(used);
        phases.end("enrich");
    }
    if let Tape::Record(recorder) = &tape {
        let path = request.record.clone().unwrap_or_default();
        recorder.finish().with_context(|| format!("the recording {} cannot be written", path.display()))?;
        output::note(&format_args!("recorded in {}", path.display()));
    }
    if let Some(format) = request.stats {
        output::write_stats(&mut output::stderr(), phases.all(), &ledger, format)?;
    }
    Ok(code)
}

/// Shows alerts; in a format for people nothing where there is none.
pub(super) fn show(alerts: &[Shown], format: Format) -> std::io::Result<()> {
    if format != Format::Table || !alerts.is_empty() {
        output::write_alerts(&mut output::stdout(), alerts, format, terminal_width(format))?;
    }
    Ok(())
}

/// Begins a recording where one is asked for.
fn tape(config: &Config, request: &ScanRequest, window: Window, plugins: &Plugins) -> anyhow::Result<Tape> {
    let Some(path) = &request.record else { return Ok(Tape::Off) };
    super::not_the_database(config, "--record", path)?;
    let texts = |set: &BTreeMap<String, crate::config::Setting>| -> BTreeMap<String, String> {
        set.iter().map(|(name, setting)| (name.clone(), setting.text.clone())).collect()
    };
    let seen = plugins.each().map(|(artifact, description)| PluginSeen {
        name: description.name.clone(),
        version: description.version.clone(),
        sha256: artifact.sha256.clone(),
    });
    let header = Header {
        parameters: config.parameters.iter().map(|(plugin, set)| (plugin.clone(), texts(set))).collect(),
        plugins: seen.collect(),
        ..Header::new(window, config.max_alerts, config.group)
    };
    let recorder = Recorder::create(path, &header, config.secrets.clone())
        .with_context(|| format!("the recording {} cannot be written", path.display()))?;
    Ok(Tape::Record(recorder))
}

/// The window that is configured, up to its end as written.
pub(super) fn window(config: &Config, until: Option<&str>, now: Timestamp) -> Result<Window, UsageError> {
    let until = until.map(|text| parse_moment(text, now)).transpose().map_err(|error| UsageError(format!("--until: {error}")))?;
    let since = config.since.until(until.unwrap_or(now));
    match until {
        Some(until) if until <= since => {
            Err(UsageError(format!("the window is empty: it begins at {since} and ends at {until}")))
        }
        _ => Ok(Window { since, until, now }),
    }
}

/// What is set for the parameters of the rules that run. What is set for enrichers is not for a scan, nor what is set for rules that are off.
pub(super) fn parameters(config: &Config, plugins: &Plugins, off: &[Off]) -> Result<Parameters, UsageError> {
    let Plugins { rules, enrichers, .. } = plugins;
    let is_known =
        |name: &str| enrichers.iter().any(|enricher| enricher.description.name == name) || off.iter().any(|off| off.name == name);
    let mut set = Parameters::new();
    for (rule, parameters) in &config.parameters {
        let Some(loaded) = rules.iter().find(|loaded| loaded.description.name == *rule) else {
            if !is_known(rule) {
                output::warning(&format_args!("parameters are set for rule {rule}, which is not loaded"));
            }
            continue;
        };
        for (name, setting) in parameters {
            let known = &loaded.description.parameters;
            let Some(parameter) = known.iter().find(|parameter| parameter.name == *name) else {
                let names: Vec<&str> = known.iter().map(|parameter| parameter.name.as_str()).collect();
                let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                return Err(UsageError(format!(
                    "rule {rule} has no parameter `{name}` (from {}); it has {names}",
                    setting.source
                )));
            };
            parameter
                .parse(&setting.text)
                .map_err(|error| UsageError(format!("{rule}.{name} (from {}): {error}", setting.source)))?;
            set.entry(rule.clone()).or_default().insert(name.clone(), setting.text.clone());
        }
    }
    Ok(set)
}

/// Shows which rules are through.
pub(super) fn progress(rules: usize) -> impl Fn(&str) + Send + Sync + 'static {
    let progress = Progress::new("scanning", "rules", rules as u64);
    move |rule| progress.advance(1, rule)
}
