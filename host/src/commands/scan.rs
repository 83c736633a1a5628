//! `net-scout scan`: the main job, from the database to the alerts.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;

use super::{parallel, plugins, runtime, terminal_width};
use crate::capability::query::OPEN_QUERIES;
use crate::capability::state::StateStore;
use crate::config::Config;
use crate::database::{Access, Database, Snapshot, SnapshotOptions};
use crate::events::time::parse_moment;
use crate::exit::{self, UsageError};
use crate::model::{Alert, Timestamp, Window};
use crate::output::{self, Format, Progress, Shown};
use crate::plugin::{Plugins, Rule};
use crate::scan::{Outcome, ScanOptions, judge, strongest};

/// What the command line says beyond the configuration.
#[derive(Clone, Debug)]
pub struct ScanRequest {
    /// Where the window ends, as written; none for open.
    pub until: Option<String>,
    /// Write nothing at all.
    pub dry_run: bool,
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
    let Plugins { rules, enrichers, refused } = runtime.block_on(plugins::load(config))?;
    let known: Vec<&str> = enrichers.iter().map(|enricher| enricher.description.name.as_str()).collect();
    let set = parameters(config, &rules, &known)?;
    // After all that can be wrong with what the operator wrote, and before the work: then a database that cannot be written is known.
    if let Some(database) = &mut database {
        database.migrate(now)?;
    }
    let (alerts, failed) = runtime.block_on(evaluate(config, window, rules, &set, &state, parallel))?;
    let failed = failed || !refused.is_empty();
    drop(runtime);

    let (alerts, cut) = strongest(alerts, config.max_alerts);
    let count = alerts.len();
    let (shown, kept): (Vec<Shown>, String) = match &mut database {
        None => (alerts.into_iter().map(Shown::from).collect(), "nothing written (dry run)".to_owned()),
        Some(database) => {
            let recorded = database.record(&alerts, now)?;
            database.keep_plugin_state(&state.changes()).context("the alerts are kept, the state of the rules is not")?;
            let new = recorded.iter().filter(|recorded| recorded.new).count();
            let kept = format!("{new} new, {} repeated", recorded.len() - new);
            (recorded.into_iter().map(|recorded| recorded.alert.into()).collect(), kept)
        }
    };
    if request.format != Format::Table || !shown.is_empty() {
        output::write_alerts(&mut output::stdout(), &shown, request.format, terminal_width(request.format))?;
    }
    let alerts = if count == 1 { "alert" } else { "alerts" };
    output::note(&format_args!("{count} {alerts} in the events {window}: {kept}"));
    if cut > 0 {
        output::warning(&format_args!("{cut} weaker alerts were left out: a scan keeps {} (--max-alerts)", config.max_alerts));
    }
    Ok(if failed { exit::PLUGIN_FAILED } else { exit::SUCCESS })
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
type Parameters = BTreeMap<String, BTreeMap<String, String>>;

/// What is set for the parameters of the rules that are loaded. What is set for enrichers is not for a scan.
fn parameters(config: &Config, rules: &[Rule], enrichers: &[&str]) -> Result<Parameters, UsageError> {
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

/// Lets the rules judge, and reports what went wrong with them. True when something did.
async fn evaluate(
    config: &Config,
    window: Window,
    rules: Vec<Rule>,
    set: &Parameters,
    state: &StateStore,
    parallel: usize,
) -> anyhow::Result<(Vec<Alert>, bool)> {
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
    let snapshot = Arc::new(snapshot);
    let progress = Progress::new("scanning", "rules", rules.len() as u64);
    let options = ScanOptions { window, limits: config.limits, query_limits: config.query_limits, parallel };
    let outcomes = judge(rules, set, &snapshot, state, options, move |rule| progress.advance(1, rule)).await;
    let unreadable = snapshot.unreadable_timestamps();
    if unreadable > 0 {
        output::warning(&format_args!("{unreadable} events were left out because their timestamp cannot be read"));
    }
    Arc::into_inner(snapshot).context("a rule still reads the database")?.close().await?;

    let (mut alerts, mut failed) = (Vec::new(), false);
    for outcome in outcomes {
        failed |= collect(outcome, &mut alerts);
    }
    Ok((alerts, failed))
}

/// Adds the alerts of a rule, or reports why there are none. True when something went wrong.
fn collect(outcome: Outcome, alerts: &mut Vec<Alert>) -> bool {
    let Outcome { rule, result } = outcome;
    let (name, file) = (&rule.description.name, &rule.file);
    match result {
        Err(error) => {
            output::warning(&format_args!("rule {name} ({file}) failed, its alerts are missing: {error}"));
            true
        }
        Ok(judgement) => {
            tracing::info!(
                "rule {name} {}: {} alerts in {:.1} ms, {} host calls, {} KiB of memory",
                rule.description.version,
                judgement.alerts.len(),
                judgement.wall.as_secs_f64() * 1e3,
                judgement.host_calls,
                judgement.memory >> 10
            );
            if let Some(reason) = judgement.refused.first() {
                let count = judgement.refused.len();
                output::warning(&format_args!("rule {name} ({file}): {count} alerts were refused, the first because {reason}"));
            }
            let refused = !judgement.refused.is_empty();
            alerts.extend(judgement.alerts);
            refused
        }
    }
}
