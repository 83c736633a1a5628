//! What an operator would have seen: scans one after the other over past time, each with what the one before had kept.

use std::collections::HashSet;
use std::sync::Arc;

use super::matching::Accusation;
use net_scout_detect::scan::{Parameters, Scan, ScanError, ScanOptions};
use net_scout_model::time::Moment;
use net_scout_model::{Allowlist, Once, Sink, Timestamp, Window};
use net_scout_plugin_host::Rule;
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::Tape;
use net_scout_store::{DatabaseError, EventSpan};

/// The scans to be made.
pub struct Plan<'a> {
    /// What every scan is told; the database may be written.
    pub options: &'a ScanOptions,
    /// Where the window of each scan begins, from its end: `1 hour`.
    pub since: Moment,
    /// The rules.
    pub rules: &'a [Arc<Rule>],
    /// What is set for their parameters.
    pub set: &'a Parameters,
    /// What is known and shall not be heard of.
    pub allowlist: &'a Allowlist,
    /// Where the events are.
    pub span: EventSpan,
    /// From one scan to the next, in microseconds.
    pub every: i64,
}

/// What came of the scans.
#[derive(Debug, Default)]
pub struct Simulated {
    /// What the rules raised.
    pub raised: Vec<Accusation>,
    /// What the scans kept.
    pub kept: Vec<Accusation>,
    /// Whether something went wrong with a rule.
    pub failed: bool,
}

/// Scans that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// The database cannot be opened.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// One could not be made.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

impl Plan<'_> {
    /// When the scans are: every so often after the hour before the first event, the last behind the last event.
    #[must_use]
    pub fn times(&self) -> Vec<Timestamp> {
        const HOUR: i64 = 3_600_000_000;
        let begin = self.span.first.0.div_euclid(HOUR) * HOUR;
        let (every, last) = (self.every.max(1), self.span.last.0);
        let steps = (last - begin).div_euclid(every) + 1;
        (1..=steps).map(|step| Timestamp(begin + step * every)).collect()
    }
}

/// Makes the scans, each over the window that ends with it. The sink hears once of whatever goes wrong; `name` is what the data are called.
///
/// # Errors
/// When the database cannot be read or written. A failing rule is no error: [`Simulated::failed`] says so.
pub async fn simulate(plan: &Plan<'_>, name: &str, sink: &dyn Sink) -> Result<Simulated, SimulationError> {
    let Plan { options, rules, set, allowlist, .. } = *plan;
    let mut database = options.database.open()?;
    database.set_quiet(options.quiet);
    database.migrate(plan.span.first)?;
    let (mut simulated, mut known) = (Simulated::default(), HashSet::new());
    let once = Once::new(sink);
    let times = plan.times();
    let progress = sink.progress("evaluating", "scans", times.len() as u64);
    for now in times {
        let window = Window { since: plan.since.until(now), until: Some(now), now };
        let state = StateStore::new(database.plugin_state()?);
        let scan = Scan {
            options,
            rules,
            set,
            window,
            kept: None,
            state: state.clone(),
            allowlist,
            tape: Tape::Off,
            explanations: None,
        };
        let mut raised = Vec::new();
        let scanned = scan.run_showing(&mut raised, &once).await?;
        for alert in &raised {
            let key = (alert.rule.clone(), alert.alert_type.clone(), alert.src_ip.clone(), alert.dst_ip.clone(), now.date());
            let new = known.insert(key);
            simulated.raised.push(Accusation::of(alert, now, new));
        }
        let recorded = scanned.keep(&mut database, &state, now, None)?;
        let news = recorded.iter().map(|recorded| recorded.new);
        simulated.kept.extend(scanned.alerts.iter().zip(news).map(|(alert, new)| Accusation::of(alert, now, new)));
        simulated.failed |= scanned.failed;
        progress.advance(1, name);
    }
    Ok(simulated)
}
