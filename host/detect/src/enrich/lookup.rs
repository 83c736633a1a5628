//! Runs lookups: many at once, each within its time, tried again where that may help.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc};

use net_scout_model::clock::Clock;
use net_scout_model::{LedgerEntry, Observable, Timestamp};
use net_scout_plugin_host::capability::Shared;
use net_scout_plugin_host::recording::{Tape, Unexpected};
use net_scout_plugin_host::schedule::RateLimiter;
use net_scout_plugin_host::{Enricher, LookupError, Try, add_call, ledger_entry, lookup};

/// The wait before the second try; it doubles for every further one, and up to half of it is added by chance.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// One thing to look up with one enricher.
#[derive(Clone)]
pub struct Subject {
    /// With this.
    pub enricher: Arc<Enricher>,
    /// This.
    pub observable: Observable,
}

impl Subject {
    /// Its name in the cache: `kind:value`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.enricher.description.name, self.observable)
    }
}

/// A clock that several lookups read.
pub type SharedClock = Arc<dyn Clock + Send + Sync>;

/// What came of a lookup.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The name of its subject.
    pub subject: String,
    /// The enricher.
    pub kind: String,
    /// The answer; for a failure an object with the member `error`.
    pub result: Value,
    /// Whether it is a failure.
    pub failed: bool,
    /// Whether it is kept: what failed in the plugin itself is not.
    pub keep: bool,
    /// What was not as it was recorded.
    pub unexpected: Option<Unexpected>,
    /// What the enricher used.
    pub used: LedgerEntry,
}

/// How to look up.
#[derive(Clone)]
pub struct LookupOptions {
    /// How many lookups may be under way.
    pub parallel: usize,
    /// How often one is tried.
    pub attempts: u32,
    /// How long one may take, with all its tries and pauses.
    pub budget: Duration,
    /// Whether they are recorded. What is repeated is not waited for.
    pub tape: Tape,
    /// When the run began.
    pub began: Timestamp,
}

/// Looks up subjects, each of which must occur once. The answers come as they are found; when the receiver is dropped, what is under way
/// is abandoned and nothing more is begun.
#[must_use]
pub fn run(
    subjects: Vec<Subject>,
    shared: &Shared,
    rates: Arc<RateLimiter>,
    options: LookupOptions,
    clock: SharedClock,
) -> mpsc::Receiver<Answer> {
    let (sender, receiver) = mpsc::channel(options.parallel.max(1));
    let turns = Arc::new(Semaphore::new(options.parallel.max(1)));
    let shared = shared.clone();
    tokio::spawn(async move {
        for subject in subjects {
            let Ok(turn) = Arc::clone(&turns).acquire_owned().await else { return };
            if sender.is_closed() {
                return;
            }
            let (sender, shared, rates, options, clock) =
                (sender.clone(), shared.clone(), Arc::clone(&rates), options.clone(), Arc::clone(&clock));
            tokio::spawn(async move {
                let answer = tokio::select! {
                    answer = look_up(&subject, &shared, &rates, &options, &*clock) => answer,
                    () = sender.closed() => return,
                };
                // Nobody listens: the run was interrupted.
                let _ = sender.send(answer).await;
                drop(turn);
            });
        }
    });
    receiver
}

async fn look_up(
    subject: &Subject,
    shared: &Shared,
    rates: &RateLimiter,
    options: &LookupOptions,
    clock: &(dyn Clock + Send + Sync),
) -> Answer {
    let enricher = &subject.enricher;
    let kind = &enricher.description.name;
    let patient = !options.tape.is_replay();
    let mut used = ledger_entry(&enricher.artifact, &enricher.description, options.began);
    let mut pause = FIRST_PAUSE;
    let mut attempt = 0;
    // The budget begins with the first question, not with the wait for a turn.
    let mut started = None;
    let result = loop {
        attempt += 1;
        if patient {
            tokio::time::sleep(rates.turn(kind, clock.now())).await;
        }
        let started = *started.get_or_insert_with(Instant::now);
        let left = options.budget.saturating_sub(started.elapsed()).max(Duration::from_millis(1));
        let this = Try { observable: &subject.observable, shared, now: options.began, left, attempt, tape: &options.tape };
        let (result, usage) = enricher.enrich(&this).await;
        add_call(
            &mut used,
            &usage,
            result.as_ref().err().map(LookupError::to_string),
            std::slice::from_ref(&subject.observable.value),
        );
        let error = match result {
            Ok(value) => break Ok(value),
            Err(error) => error,
        };
        let wait = match &error {
            LookupError::RateLimited(Some(seconds)) => Duration::from_secs((*seconds).into()),
            _ => pause + jitter(pause / 2),
        };
        let more = options.tape.expects(kind, || lookup(&subject.observable, attempt + 1));
        if !more || !error.may_pass() || attempt >= options.attempts || started.elapsed() + wait >= options.budget {
            break Err((error, attempt));
        }
        tracing::debug!("{}: {error}; trying again in {} ms", subject.name(), wait.as_millis());
        if patient {
            tokio::time::sleep(wait).await;
        }
        pause *= 2;
    };
    let unexpected = match &result {
        Err((LookupError::Unexpected(unexpected), _)) => Some(unexpected.clone()),
        _ => None,
    };
    let (failed, keep, result) = match result {
        Ok(value) => (false, true, value),
        Err((error, attempts)) => {
            let keep = !matches!(
                error,
                LookupError::Failed(_) | LookupError::Overdue(_) | LookupError::Unexpected(_) | LookupError::AccessDenied(_)
            );
            (true, keep, json!({ "error": { "kind": error.kind(), "message": error.to_string(), "attempts": attempts } }))
        }
    };
    Answer { subject: subject.name(), kind: kind.clone(), result, failed, keep, unexpected, used }
}

/// A duration between zero and this one, so that lookups that failed together are not tried again together.
fn jitter(most: Duration) -> Duration {
    let mut byte = [0];
    match getrandom::fill(&mut byte) {
        Ok(()) => most.mul_f64(f64::from(byte[0]) / 255.0),
        Err(_) => Duration::ZERO,
    }
}
