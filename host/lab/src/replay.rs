//! A recorded scan once more, without its database and without the network. Nothing is written.

mod messages;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use net_scout_detect::enrich;
use net_scout_detect::enrich::{LookupOptions, Subject};
use net_scout_detect::scan::{Scanned, add_evidence, assess, evaluated, facts, local_networks, settled};
use net_scout_model::clock::FixedClock;
use net_scout_model::{Alert, LedgerEntry, Networks, Observable, Sink, Timestamp, Window};
use net_scout_plugin_host::capability::Shared;
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::{Recording, RecordingError, Tape};
use net_scout_plugin_host::schedule::RateLimiter;
use net_scout_plugin_host::{Case, LOOKUP, PluginOptions, Plugins, PluginsError, UngrantedEnricher, load_all};

/// How long one lookup may take: what it asks is answered at once.
const LONGEST: Duration = Duration::from_secs(60);

/// What a repeated scan came to.
pub struct Replayed {
    /// The window of the scan.
    pub window: Window,
    /// What it keeps of the alerts.
    pub alerts: Vec<Alert>,
    /// How many lookups were repeated.
    pub lookups: usize,
    /// How many messages were delivered once more, to nobody.
    pub messages: usize,
    /// Whether anything was not as it was recorded.
    pub failed: bool,
    /// What the plugins used.
    pub ledger: Vec<LedgerEntry>,
}

/// A scan that cannot be repeated.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The recording cannot be read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The plugins cannot be used.
    #[error(transparent)]
    Plugins(#[from] PluginsError),
}

impl ReplayError {
    /// Whether the operator wrote what makes no sense, and nothing was done.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Plugins(error) if error.is_usage())
    }
}

/// Repeats a recorded scan with the plugins of the folder, so many at once.
///
/// # Errors
/// When the recording or the folder cannot be read. A plugin that does something else than it did is no error: the sink hears of it, and
/// [`Replayed::failed`] says so.
pub async fn replay(path: &Path, plugins: &PluginOptions, parallel: usize, sink: &dyn Sink) -> Result<Replayed, ReplayError> {
    let recording = Arc::new(Recording::open(path)?);
    let header = &recording.header;
    let window = Window { since: Timestamp(header.since), until: header.until.map(Timestamp), now: Timestamp(header.now) };
    let loaded = load_all(plugins, sink).await?;
    let mut failed = compare(&recording, &loaded, sink);
    let called: BTreeSet<&str> = recording.calls().map(|(plugin, _)| plugin).collect();
    let Plugins { mut rules, mut enrichers, mut notifiers, .. } = loaded;
    rules.retain(|rule| called.contains(rule.description.name.as_str()));
    enrichers.retain(|enricher| called.contains(enricher.description.name.as_str()));
    notifiers.retain(|notifier| called.contains(notifier.description.name.as_str()));

    let tape = Tape::Replay(Arc::clone(&recording));
    let local_networks = local_networks(&tape, std::future::ready(Networks::default())).await;
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
    let rules: Vec<_> = rules.into_iter().map(|rule| Arc::new(rule.grant_requests())).collect();
    let evaluated = evaluated(&rules, &header.parameters, &case, parallel, None, sink).await;
    let Scanned { mut alerts, mut ledger, failed: differs, .. } = evaluated;
    failed |= differs;
    let facts = facts(&alerts, &case, plugins.limits.common.query).await;
    assess(&mut alerts, &facts);
    let (mut alerts, _) = settled(alerts, header.group, header.max_alerts);
    for missing in add_evidence(&mut alerts, &rules, &case).await {
        failed = true;
        sink.warn(&format_args!("the evidence of an alert is not as it was: {missing}"));
    }
    let (lookups, different) = look_up(&recording, enrichers, &case, parallel, &mut ledger, sink).await;
    let (messages, others) = messages::deliver(&recording, notifiers, &case, &mut ledger, sink).await;
    Ok(Replayed { window, alerts, lookups, messages, failed: failed || different || others, ledger })
}

/// Reports plugins that are missing or have changed. True when one is missing.
fn compare(recording: &Recording, plugins: &Plugins, sink: &dyn Sink) -> bool {
    let mut missing = false;
    let called: BTreeSet<&str> = recording.calls().map(|(plugin, _)| plugin).collect();
    for seen in recording.header.plugins.iter().filter(|seen| called.contains(seen.name.as_str())) {
        match plugins.each().find(|(_, description)| description.name == seen.name) {
            None => {
                missing = true;
                let refused = plugins.refused.iter().map(|refused| format!("; {} {}", refused.file, refused.error));
                sink.warn(&format_args!(
                    "plugin {} {} took part in the recording and is not there: its alerts and lookups are missing{}",
                    seen.name,
                    seen.version,
                    refused.collect::<String>()
                ));
            }
            Some((artifact, description)) if artifact.sha256 != seen.sha256 => sink.warn(&format_args!(
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
    parallel: usize,
    ledger: &mut Vec<LedgerEntry>,
    sink: &dyn Sink,
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
            Err(error) => sink.warn(&format_args!("enricher {name} cannot repeat its lookups: {error}")),
        }
    }
    let shared = Shared::offline(StateStore::default());
    let options =
        LookupOptions { parallel, attempts: u32::MAX, budget: LONGEST, tape: case.tape.clone(), began: case.window.now };
    let (mut lookups, mut different) = (0, false);
    let clock = Arc::new(FixedClock(case.window.now));
    let mut answers = enrich::run(subjects, &shared, Arc::new(RateLimiter::unlimited()), options, clock);
    while let Some(answer) = answers.recv().await {
        lookups += 1;
        if let Some(unexpected) = &answer.unexpected {
            different = true;
            sink.warn(&format_args!("{}: {unexpected}", answer.subject));
        }
        answer.used.enter(ledger);
    }
    (lookups, different)
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_scout_model::Messages;

    #[test]
    fn what_a_call_looked_up() {
        assert_eq!(observable("enrich 2001:db8::1 2"), Observable::parse("2001:db8::1"));
        assert_eq!(observable("evaluate"), None);
    }

    #[tokio::test]
    async fn a_recording_that_is_not_there_is_named() {
        let (folder, sink) = (tempfile::tempdir().expect("a folder"), Messages::default());
        let path = folder.path().join("gone.scan");
        let error = replay(&path, &PluginOptions::default(), 1, &sink).await.err().expect("not there");
        assert!(error.to_string().contains("gone.scan") && !error.is_usage(), "{error}");
    }
}
