//! `net-scout scan`: the main job, from the database to the alerts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;

use super::enrich::{self, EnrichRequest};
use super::{parallel, plugins, runtime, terminal_width};
use crate::capability::query::OPEN_QUERIES;
use crate::capability::state::StateStore;
use crate::config::Config;
use crate::database::{Access, Database, Snapshot, SnapshotOptions};
use crate::events::layout::EVENT_COLUMNS;
use crate::events::time::parse_moment;
use crate::exit::{self, UsageError};
use crate::model::{Alert, LedgerEntry, Request, Timestamp, Window};
use crate::output::{self, Format, Progress, Shown};
use crate::plugin::{Case, ExplainRule, PluginError, Plugins, Rule};
use crate::recording::{Header, PluginSeen, Recorder, Tape};
use crate::scan::{Explanations, Outcome, judge, strongest};

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
    /// Show what the plugins used.
    pub stats: bool,
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
    let window = window(config, request, now)?;
    let open = if request.dry_run { Database::open_read_only } else { Database::open };
    let database = open(&config.db_path, &config.alert_table, config.busy_timeout)?;
    database.check_events(&config.table)?;
    let state = StateStore::new(database.plugin_state()?);
    let mut database = (!request.dry_run).then_some(database);
    let (runtime, parallel) = (runtime()?, parallel());
    let (plugins, _) = runtime.block_on(plugins::load(config, request.locked))?;
    let known: Vec<&str> = plugins.enrichers.iter().map(|enricher| enricher.description.name.as_str()).collect();
    let set = parameters(config, &plugins.rules, &known)?;
    let tape = tape(config, request, window, &plugins)?;
    // After all that can be wrong with what the operator wrote, and before the work: then a database that cannot be written is known.
    if let Some(database) = &mut database {
        database.migrate(now)?;
    }
    let Plugins { rules, refused, .. } = plugins;
    let snapshot = runtime.block_on(async { snapshot(config, window, parallel) })?;
    keep_window(config, &snapshot, &rules, parallel);
    let explanations = request.explain.then(|| Arc::new(Explanations::default()));
    let explain = explanations.clone().map(explain);
    let case = Case { snapshot: Some(Arc::clone(&snapshot)), state, window, tape, explain };
    let Judged { alerts, mut ledger, failed } = runtime.block_on(judged(rules, &set, &case, parallel));
    let Case { snapshot: read, state, tape, .. } = case;
    drop(read);
    let unreadable = snapshot.unreadable_timestamps();
    if unreadable > 0 {
        output::warning(&format_args!("{unreadable} events were left out because their timestamp cannot be read"));
    }
    let snapshot = Arc::into_inner(snapshot).context("a rule still reads the database")?;
    runtime.block_on(snapshot.close())?;
    for line in explanations.iter().flat_map(|explanations| explanations.lines()) {
        output::note(&line);
    }
    // Not waiting for a compiler that was given up.
    runtime.shutdown_background();

    let (alerts, cut) = strongest(alerts, config.max_alerts);
    let count = alerts.len();
    let (shown, kept): (Vec<Shown>, String) = match &mut database {
        None => (alerts.into_iter().map(Shown::from).collect(), "nothing written (dry run)".to_owned()),
        Some(database) => {
            let recorded = database.record(&alerts, now)?;
            database.keep_plugin_state(&state.changes()).context("the alerts are kept, the state of the rules is not")?;
            database.keep_ledger(&ledger, now).context("the alerts are kept, the ledger is not")?;
            let new = recorded.iter().filter(|recorded| recorded.new).count();
            let kept = format!("{new} new, {} repeated", recorded.len() - new);
            (recorded.into_iter().map(|recorded| recorded.alert.into()).collect(), kept)
        }
    };
    drop(database);
    show(&shown, request.format)?;
    output::note(&format_args!("{} in the events {window}: {kept}", counted(count, "alert")));
    if cut > 0 {
        output::warning(&format_args!("{cut} weaker alerts were left out: a scan keeps {} (--max-alerts)", config.max_alerts));
    }
    let mut code = if failed || !refused.is_empty() { exit::PLUGIN_FAILED } else { exit::SUCCESS };
    if request.enrich {
        let enrich =
            EnrichRequest { limit: config.max_enrich, locked: request.locked, tape: tape.clone(), ..EnrichRequest::default() };
        let (enriched, used) = enrich::enrich(config, &enrich, now)?;
        code = code.max(enriched);
        ledger.extend(used);
    }
    if let Tape::Record(recorder) = &tape {
        let path = request.record.clone().unwrap_or_default();
        recorder.finish().with_context(|| format!("the recording {} cannot be written", path.display()))?;
        output::note(&format_args!("recorded in {}", path.display()));
    }
    if request.stats {
        stats(&ledger)?;
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

/// Shows the ledger on standard error, where it is in the way of nobody who reads the alerts.
pub(super) fn stats(ledger: &[LedgerEntry]) -> std::io::Result<()> {
    output::write_ledger(&mut output::stderr(), ledger, Format::Table, None)
}

/// `1 alert`, `2 alerts`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}

/// Begins a recording where one is asked for.
fn tape(config: &Config, request: &ScanRequest, window: Window, plugins: &Plugins) -> anyhow::Result<Tape> {
    let Some(path) = &request.record else { return Ok(Tape::Off) };
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
        ..Header::new(window, config.max_alerts)
    };
    let recorder = Recorder::create(path, &header, config.secrets.clone())
        .with_context(|| format!("the recording {} cannot be written", path.display()))?;
    Ok(Tape::Record(recorder))
}

fn window(config: &Config, request: &ScanRequest, now: Timestamp) -> Result<Window, UsageError> {
    let until = request
        .until
        .as_ref()
        .map(|text| parse_moment(text, now))
        .transpose()
        .map_err(|error| UsageError(format!("--until: {error}")))?;
    let since = parse_moment(&config.since.text, until.unwrap_or(now))
        .map_err(|error| UsageError(format!("since (from {}): {error}", config.since.source)))?;
    match until {
        Some(until) if until <= since => {
            Err(UsageError(format!("the window is empty: it begins at {since} and ends at {until}")))
        }
        _ => Ok(Window { since, until, now }),
    }
}

/// What is set for the parameters of rules: rule, parameter, value.
pub(super) type Parameters = BTreeMap<String, BTreeMap<String, String>>;

/// What is set for the parameters of the rules that are loaded. What is set for enrichers is not for a scan.
pub(super) fn parameters(config: &Config, rules: &[Rule], enrichers: &[&str]) -> Result<Parameters, UsageError> {
    let mut set = Parameters::new();
    for (rule, parameters) in &config.parameters {
        let Some(loaded) = rules.iter().find(|loaded| loaded.description.name == *rule) else {
            if !enrichers.contains(&rule.as_str()) {
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

/// One state of the database for all rules.
fn snapshot(config: &Config, window: Window, parallel: usize) -> anyhow::Result<Arc<Snapshot>> {
    let snapshot = Snapshot::open(&SnapshotOptions {
        path: config.db_path.clone(),
        table: config.table.clone(),
        alert_table: config.alert_table.clone(),
        window,
        busy_timeout: config.busy_timeout,
        readers: parallel * OPEN_QUERIES,
    })?;
    tracing::info!("the events are read through {}", snapshot.access());
    if *snapshot.access() == Access::NoIndex {
        output::warning(&format_args!("table {} has no index on timestamp, so every scan reads all of it", config.table));
    }
    Ok(Arc::new(snapshot))
}

/// Reads the events of the window into memory, with the columns that rules requested. Where no rule reads events, nothing is read.
fn keep_window(config: &Config, snapshot: &Snapshot, rules: &[Rule], parallel: usize) {
    let requests = || rules.iter().flat_map(|rule| &rule.description.requests);
    let of_events = |request: &&Request| matches!(request, Request::Table { table, .. } if table == "events");
    if !requests().any(|request| of_events(&request)) {
        return;
    }
    let asked = |name: &&str| {
        requests().any(|request| matches!(request, Request::Table { table, columns } if table == "events" && columns.iter().any(|column| column == name)))
    };
    let columns: Vec<&'static str> = EVENT_COLUMNS.into_iter().filter(asked).collect();
    let begun = std::time::Instant::now();
    snapshot.keep_window(&columns, parallel, config.limits.common.window);
    match snapshot.kept_window() {
        Ok(window) => tracing::info!(
            "{} events with {} columns were read into memory in {:.1} ms, {:.1} MiB",
            window.rows(),
            columns.len(),
            begun.elapsed().as_secs_f64() * 1e3,
            window.bytes() as f64 / f64::from(1 << 20),
        ),
        Err(reason) => tracing::info!("every query runs in SQLite: {reason}"),
    }
}

/// Collects where queries ran.
fn explain(explanations: Arc<Explanations>) -> ExplainRule {
    Arc::new(move |rule, sql, engine| explanations.add(rule, sql, engine))
}

/// What came of all rules.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) alerts: Vec<Alert>,
    pub(super) ledger: Vec<LedgerEntry>,
    /// Whether something went wrong with one of them.
    pub(super) failed: bool,
}

/// Lets the rules judge, and reports what went wrong with them.
pub(super) async fn judged(rules: Vec<Rule>, set: &Parameters, case: &Case, parallel: usize) -> Judged {
    let progress = Progress::new("scanning", "rules", rules.len() as u64);
    let outcomes = judge(rules, set, case, parallel, move |rule| progress.advance(1, rule)).await;
    let mut judged = Judged::default();
    for outcome in outcomes {
        judged.add(outcome, case.window.now);
    }
    judged
}

impl Judged {
    /// Adds the alerts of a rule, or reports why there are none.
    fn add(&mut self, outcome: Outcome, now: Timestamp) {
        let Outcome { rule, result, usage } = outcome;
        let (name, file) = (&rule.description.name, &rule.artifact.file);
        let mut entry = LedgerEntry::of(&rule.artifact, &rule.description, now);
        entry.call(&usage, result.as_ref().err().map(PluginError::to_string));
        match result {
            Err(error) => {
                output::warning(&format_args!("rule {name} ({file}) failed, its alerts are missing: {error}"));
                error.log_backtrace();
                self.failed = true;
            }
            Ok(judgement) => {
                tracing::info!(
                    "rule {name} {}: {} in {:.1} ms",
                    rule.description.version,
                    counted(judgement.alerts.len(), "alert"),
                    usage.wall.as_secs_f64() * 1e3,
                );
                if let Some(reason) = judgement.refused.first() {
                    let count = judgement.refused.len();
                    output::warning(&format_args!(
                        "rule {name} ({file}): {count} alerts were refused, the first because {reason}"
                    ));
                    self.failed = true;
                }
                entry.alerts = judgement.alerts.len() as u64;
                entry.refused = judgement.refused.len() as u64;
                self.alerts.extend(judgement.alerts);
            }
        }
        self.ledger.push(entry);
    }
}
