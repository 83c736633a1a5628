//! `net-scout scan --replay`: a recorded scan once more, without its database and without the network. It writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::scan;
use super::{parallel, plugins, runtime};
use crate::config::Config;
use crate::output::{Format, Shown, StatsFormat};
use crate::{exit, output};
use net_scout_detect::enrich;
use net_scout_detect::enrich::{LookupOptions, Subject};
use net_scout_detect::scan::{Scanned, add_evidence, assess, evaluated, facts, local_networks, settled};
use net_scout_model::{LedgerEntry, Networks, Observable, Timestamp, Window, counted};
use net_scout_plugin_host::capability::Shared;
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::{Recording, Tape};
use net_scout_plugin_host::schedule::RateLimiter;
use net_scout_plugin_host::{Case, LOOKUP, Plugins, UngrantedEnricher};

/// How long one lookup may take: what it asks is answered at once.
const LONGEST: Duration = Duration::from_secs(60);

/// Repeats a recorded scan with the plugins of the configured folder.
///
/// # Errors
/// When the recording cannot be read, or none of its plugins is there. A plugin that does something else than it did is no error: it is
/// reported, and the exit code says so.
pub fn run(config: &Config, path: &Path, stats: Option<StatsFormat>, format: Format) -> anyhow::Result<u8> {
    let recording = Arc::new(Recording::open(path)?);
    let header = &recording.header;
    let window = Window { since: Timestamp(header.since), until: header.until.map(Timestamp), now: Timestamp(header.now) };
    let (runtime, parallel) = (runtime()?, parallel());
    let mut plugins = runtime.block_on(plugins::load_all(config))?;
    let mut failed = compare(&recording, &plugins);
    let called: BTreeSet<&str> = recording.calls().map(|(plugin, _)| plugin).collect();
    let Plugins { rules, enrichers, .. } = &mut plugins;
    rules.retain(|rule| called.contains(rule.description.name.as_str()));
    enrichers.retain(|enricher| called.contains(enricher.description.name.as_str()));

    let tape = Tape::Replay(Arc::clone(&recording));
    let local_networks = runtime.block_on(local_networks(&tape, std::future::ready(Networks::default())));
    let case = Case {
        snapshot: None,
        state: StateStore::default(),
        directories: None,
        window,
        local_networks: Arc::new(local_networks),
        tape,
        explain: None,
        quiet: false,
    };
    let Plugins { rules, enrichers, .. } = plugins;
    let rules: Vec<_> = rules.into_iter().map(|rule| Arc::new(rule.grant_requests())).collect();
    let (done, warn) = (scan::progress(rules.len()), |text: &dyn std::fmt::Display| output::warning(&text));
    let evaluated = runtime.block_on(evaluated(&rules, &header.parameters, &case, parallel, None, done, &warn));
    let Scanned { mut alerts, mut ledger, failed: differs, .. } = evaluated;
    failed |= differs;
    let facts = runtime.block_on(facts(&alerts, &case, config.limits.common.query));
    assess(&mut alerts, &facts);
    let (mut alerts, _) = settled(alerts, header.group, header.max_alerts);
    for missing in runtime.block_on(add_evidence(&mut alerts, &rules, &case)) {
        failed = true;
        output::warning(&format_args!("the evidence of an alert is not as it was: {missing}"));
    }
    let count = alerts.len();
    scan::show(&alerts.into_iter().map(Shown::from).collect::<Vec<_>>(), format)?;
    let (lookups, different) = runtime.block_on(look_up(&recording, enrichers, &case, &mut ledger));
    failed |= different;
    let lookups = if lookups == 0 { String::new() } else { format!(", {}", counted(lookups, "lookup")) };
    let same = if failed { "not all as recorded" } else { "as recorded" };
    output::note(&format_args!("{}{lookups} in the events {window}: {same}, nothing written (replay)", counted(count, "alert")));
    if let Some(format) = stats {
        output::write_stats(&mut output::stderr(), &[], &ledger, format)?;
    }
    Ok(if failed { exit::PLUGIN_FAILED } else { exit::SUCCESS })
}

/// Reports plugins that are missing or have changed. True when one is missing.
fn compare(recording: &Recording, plugins: &Plugins) -> bool {
    let mut missing = false;
    let called: BTreeSet<&str> = recording.calls().map(|(plugin, _)| plugin).collect();
    for seen in recording.header.plugins.iter().filter(|seen| called.contains(seen.name.as_str())) {
        match plugins.each().find(|(_, description)| description.name == seen.name) {
            None => {
                missing = true;
                let refused = plugins.refused.iter().map(|refused| format!("; {} {}", refused.file, refused.error));
                output::warning(&format_args!(
                    "plugin {} {} took part in the recording and is not there: its alerts and lookups are missing{}",
                    seen.name,
                    seen.version,
                    refused.collect::<String>()
                ));
            }
            Some((artifact, description)) if artifact.sha256 != seen.sha256 => output::warning(&format_args!(
                "plugin {} is another build (version {}) than the one that was recorded (version {})",
                seen.name, description.version, seen.version
            )),
            Some(_) => {}
        }
    }
    missing
}

/// What a call of an enricher looked up.
fn observable(call: &str) -> Option<Observable> {
    let (observable, _) = call.strip_prefix(LOOKUP)?.rsplit_once(' ')?;
    Observable::parse(observable)
}

/// Repeats the lookups. How many there were, and whether one came to something else.
async fn look_up(
    recording: &Arc<Recording>,
    enrichers: Vec<UngrantedEnricher>,
    case: &Case,
    ledger: &mut Vec<LedgerEntry>,
) -> (usize, bool) {
    let nothing = BTreeMap::new();
    let mut subjects = Vec::new();
    for enricher in enrichers {
        let name = enricher.description.name.clone();
        // Nothing outside is asked, so all that it requests may be granted.
        let granted = enricher.description.requests.clone();
        let set = recording.header.parameters.get(&name).unwrap_or(&nothing);
        let known = |parameter: &str| enricher.description.parameters.iter().any(|known| known.name == parameter);
        let set =
            set.iter().filter(|(parameter, _)| known(parameter)).map(|(name, value)| (name.clone(), value.clone())).collect();
        let observables: BTreeSet<Observable> =
            recording.calls().filter(|(plugin, _)| *plugin == name).filter_map(|(_, call)| observable(call)).collect();
        match enricher.grant(&set, &granted) {
            Ok(enricher) => {
                let enricher = Arc::new(enricher);
                subjects
                    .extend(observables.into_iter().map(|observable| Subject { enricher: Arc::clone(&enricher), observable }));
            }
            Err(error) => output::warning(&format_args!("enricher {name} cannot repeat its lookups: {error}")),
        }
    }
    let shared = Shared::offline(StateStore::default());
    let options = LookupOptions {
        parallel: parallel(),
        attempts: u32::MAX,
        budget: LONGEST,
        tape: case.tape.clone(),
        began: case.window.now,
    };
    let (mut lookups, mut different) = (0, false);
    let now = case.window.now;
    let mut answers = enrich::run(subjects, &shared, Arc::new(RateLimiter::unlimited()), options, move || now);
    while let Some(answer) = answers.recv().await {
        lookups += 1;
        if let Some(unexpected) = &answer.unexpected {
            different = true;
            output::warning(&format_args!("{}: {unexpected}", answer.subject));
        }
        answer.used.enter(ledger);
    }
    (lookups, different)
}
