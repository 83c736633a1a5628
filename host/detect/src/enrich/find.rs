//! Takes what is fresh from the cache and looks up the rest. Answers are kept as they come, so that an interruption loses none.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;

use serde_json::Value;

use super::EnrichOptions;
use super::cache::is_fresh;
use super::lookup::{Answer, LookupOptions, Subject, run};
use crate::DetectError;
use net_scout_model::{LedgerEntry, Observable, Sink, Timestamp};
use net_scout_plugin_host::capability::Shared;
use net_scout_plugin_host::capability::dns::Resolvers;
use net_scout_plugin_host::capability::files::Directories;
use net_scout_plugin_host::capability::http::HttpClient;
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::Tape;
use net_scout_plugin_host::schedule::RateLimiter;
use net_scout_plugin_host::{Approved, EnricherSet};
use net_scout_store::{CachedAnswer, Database};

/// How many answers are kept in one transaction.
const KEPT_AT_ONCE: usize = 50;
/// The most memory of all lookups together, in bytes.
const LOOKUP_MEMORY: usize = 1_536 << 20;
/// How often a lookup is tried.
const ATTEMPTS: u32 = 3;

/// How to look for answers.
pub(super) struct How {
    /// Ask again, whatever is kept.
    pub(super) refresh: bool,
    /// Write nothing.
    pub(super) dry_run: bool,
    /// Whether it is recorded.
    pub(super) tape: Tape,
    /// When the run began.
    pub(super) now: Timestamp,
}

/// What was found: by enricher and observable.
#[derive(Default)]
pub(super) struct Found {
    pub(super) answers: BTreeMap<(String, String), Value>,
    pub(super) wanted: BTreeSet<(String, String)>,
    /// The enrichers that reach outside.
    pub(super) outside: BTreeSet<String>,
    /// Which answers came from the cache, and when they were found.
    pub(super) kept: BTreeMap<(String, String), Timestamp>,
    /// The enrichers that were not asked about a private address.
    pub(super) private: BTreeSet<String>,
    pub(super) asked: usize,
    pub(super) failed: usize,
    pub(super) cached: usize,
    pub(super) interrupted: bool,
    /// What the enrichers used, one entry each.
    pub(super) ledger: Vec<LedgerEntry>,
}

/// Finds what the enrichers know of these observables.
pub(super) async fn find(
    options: &EnrichOptions,
    database: &mut Database,
    enrichers: &EnricherSet,
    observables: &BTreeSet<Observable>,
    how: &How,
    stop: impl Future<Output = ()>,
    sink: &dyn Sink,
) -> Result<Found, DetectError> {
    let (mut found, subjects) = cached(database, enrichers, observables, how)?;
    if subjects.is_empty() {
        return Ok(found);
    }
    let rates = Arc::new(RateLimiter::new(options.rate, database.rate_limits()?, options.clock.now()));
    let state = StateStore::new(database.plugin_state()?);
    let shared = Shared {
        dns: Some(Resolvers::new(&options.dns_servers).map_err(DetectError::Resolvers)?),
        files: Some(Directories::open(&options.directories).without(&options.database.path)),
        http: Some(HttpClient::new(options.secrets.clone(), Arc::clone(&rates), Arc::clone(&options.clock))),
        state: Some(state.clone()),
        ..Shared::default()
    };
    let lookups = LookupOptions {
        parallel: options.parallel.min(memory_allows(&enrichers.enrichers)),
        attempts: ATTEMPTS,
        budget: options.timeout,
        tape: how.tape.clone(),
        began: how.now,
    };
    let progress = sink.progress("looking up", "subjects", subjects.len() as u64);
    let mut waiting: BTreeMap<String, usize> = BTreeMap::new();
    for subject in &subjects {
        *waiting.entry(subject.enricher.description.name.clone()).or_default() += 1;
    }
    progress.advance(0, &waiting_for(&waiting));
    let mut answers = run(subjects, &shared, Arc::clone(&rates), lookups, Arc::clone(&options.clock));
    let mut kept = Vec::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let answer = tokio::select! {
            answer = answers.recv() => answer,
            () = &mut stop => {
                found.interrupted = true;
                None
            }
        };
        let Some(answer) = answer else { break };
        if let Some(left) = waiting.get_mut(&answer.kind) {
            *left = left.saturating_sub(1);
        }
        progress.advance(1, &waiting_for(&waiting));
        kept.extend(found.add(answer, how.now));
        if kept.len() >= KEPT_AT_ONCE && !how.dry_run {
            database.keep_answers(&kept)?;
            kept.clear();
        }
    }
    if !how.dry_run {
        let partly = |what| move |source| DetectError::PartlyKept { what, source };
        database.keep_answers(&kept)?;
        database.keep_plugin_state(&state.changes(), how.now).map_err(partly("the state of the enrichers is not"))?;
        database.keep_rate_limits(&rates.state()).map_err(partly("the rate limits are not"))?;
    }
    Ok(found)
}

/// What is fresh in the cache, and what is to be looked up. Of private addresses nobody outside is asked, unless the operator wants it.
fn cached(
    database: &Database,
    enrichers: &EnricherSet,
    observables: &BTreeSet<Observable>,
    how: &How,
) -> Result<(Found, Vec<Subject>), DetectError> {
    let (mut found, mut subjects) = (Found::default(), Vec::new());
    for Approved { enricher, private } in &enrichers.enrichers {
        for observable in observables.iter().filter(|observable| enricher.takes(observable.kind)) {
            let name = &enricher.description.name;
            if enricher.description.reaches_outside() {
                found.outside.insert(name.clone());
                if !private && !observable.is_public() {
                    found.private.insert(name.clone());
                    continue;
                }
            }
            let key = (enricher.description.name.clone(), observable.value.clone());
            let subject = Subject { enricher: Arc::clone(enricher), observable: observable.clone() };
            found.wanted.insert(key.clone());
            match database.cached(&subject.name())? {
                Some(answer) if !how.refresh && is_fresh(&answer, &enricher.description.kind, how.now) => {
                    found.cached += 1;
                    found.kept.insert(key.clone(), answer.updated_at);
                    found.answers.insert(key, answer.into_result());
                }
                _ => subjects.push(subject),
            }
        }
    }
    Ok((found, subjects))
}

impl Found {
    /// Adds an answer. What is to be kept of it.
    fn add(&mut self, answer: Answer, now: Timestamp) -> Option<CachedAnswer> {
        let Answer { subject, kind, result, failed, keep, used, .. } = answer;
        used.enter(&mut self.ledger);
        self.asked += 1;
        self.failed += usize::from(failed);
        let value = subject.split_once(':').map_or("", |(_, value)| value).to_owned();
        self.answers.insert((kind.clone(), value), result.clone());
        keep.then_some(CachedAnswer { subject, kind, result, updated_at: now })
    }
}

/// How many lookups may run at once, for all of them to have the memory that they may ask for.
fn memory_allows(approved: &[Approved]) -> usize {
    let most = approved.iter().map(|approved| approved.enricher.limits.memory).max().unwrap_or(1);
    (LOOKUP_MEMORY / most.max(1)).max(1)
}

/// `waiting for whois (12), rdns (3)`.
fn waiting_for(waiting: &BTreeMap<String, usize>) -> String {
    let kinds: Vec<String> =
        waiting.iter().filter(|(_, left)| **left > 0).map(|(kind, left)| format!("{kind} ({left})")).collect();
    if kinds.is_empty() { String::new() } else { format!("waiting for {}", kinds.join(", ")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_counted_and_failures_of_plugins_are_not_kept() {
        let answer = |subject: &str, failed, keep| Answer {
            subject: subject.to_owned(),
            kind: "rdns".to_owned(),
            result: json!({"name": "a.example"}),
            failed,
            keep,
            unexpected: None,
            used: LedgerEntry { plugin: "rdns".to_owned(), calls: 1, ..LedgerEntry::default() },
        };
        let (mut found, now) = (Found::default(), Timestamp(1));
        let kept = found.add(answer("rdns:2001:db8::1", false, true), now).expect("kept");
        assert_eq!((kept.subject.as_str(), kept.updated_at), ("rdns:2001:db8::1", now));
        assert!(found.add(answer("rdns:192.0.2.1", true, false), now).is_none());
        assert_eq!((found.asked, found.failed, found.ledger.len(), found.ledger[0].calls), (2, 1, 1, 2));
        assert!(found.answers.contains_key(&("rdns".to_owned(), "2001:db8::1".to_owned())));
    }

    #[test]
    fn what_is_waited_for() {
        let waiting = BTreeMap::from([("rdns".to_owned(), 0), ("whois".to_owned(), 12)]);
        assert_eq!(waiting_for(&waiting), "waiting for whois (12)");
        assert_eq!(waiting_for(&BTreeMap::new()), "");
    }
}
