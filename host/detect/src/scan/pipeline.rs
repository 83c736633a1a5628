//! What every scan does, between plugins that are loaded and alerts that are recorded: it opens one state of the database, reads the window
//! into memory, evaluates the rules on it, and takes the strongest alerts. `net-scout scan` does it once, `net-scout evaluate` step by step
//! over past time. It must never load a plugin, ask the clock, or show an alert.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::deadline::Deadline;
use super::evaluate::{Outcome, RuleFailure, evaluate};
use super::evidence::add_evidence;
use super::explain::Explanations;
use super::networks::{LEARNED_FROM, learned, local_networks};
use super::phases::Phases;
use super::roles::{ROLE_COLUMNS, Role, counts, role_of, roles};
use super::severity::{COLUMNS as SEVERITY_COLUMNS, assess, facts};
use super::strongest::settled;
use crate::error::ScanError;
use crate::options::ScanOptions;
use net_scout_model::{
    Alert, Allowlist, DirectionCheck, EVENT_COLUMNS, LedgerEntry, Networks, Origin, Request, Sink, Timestamp, Window, amount,
    counted,
};
use net_scout_plugin_host::capability::files::Directories;
use net_scout_plugin_host::capability::query::OPEN_QUERIES;
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::Tape;
use net_scout_plugin_host::{Case, ExplainRule, Parameters, PluginError, Rule, add_call, ledger_entry};
use net_scout_store::{
    Access, Alongside, Database, DatabaseError, KeptWindow, LeftOut, Recorded, Snapshot, SnapshotOptions, Wanted,
};

/// One scan to be made.
pub struct Scan<'a> {
    /// Which database, which tables, and how much.
    pub options: &'a ScanOptions,
    /// The rules.
    pub rules: &'a [Arc<Rule>],
    /// What is set for their parameters.
    pub set: &'a Parameters,
    /// The window.
    pub window: Window,
    /// What is kept of the events from one scan to the next, if anything is.
    pub kept: Option<&'a KeptWindow>,
    /// What rules kept. What they keep now is in it afterwards.
    pub state: StateStore,
    /// What is known and shall not be heard of.
    pub allowlist: &'a Allowlist,
    /// Whether it is recorded.
    pub tape: Tape,
    /// Collects where queries ran, where somebody wants to know.
    pub explanations: Option<Arc<Explanations>>,
}

/// What a scan came to.
#[derive(Default)]
pub struct Scanned {
    /// The alerts; strongest first where they are settled.
    pub alerts: Vec<Alert>,
    /// How many weaker ones were left out.
    pub cut: usize,
    /// The entries of the allowlist that fitted, and how many alerts each left out.
    pub allowed: Vec<(Origin, String, usize)>,
    /// The alerts that were left out.
    pub left_out: Vec<LeftOut>,
    /// What each rule used.
    pub ledger: Vec<LedgerEntry>,
    /// Whether something went wrong with a rule.
    pub failed: bool,
    /// The rules that failed.
    pub failures: Vec<RuleFailure>,
    /// What its parts took.
    pub phases: Phases,
    /// How many events came in and are stored as leaving.
    pub corrected_directions: u64,
}

/// What the rules of a scan are evaluated on, and the state of the database behind it.
pub(super) struct Opened {
    /// The same one as in the case.
    pub(super) snapshot: Arc<Snapshot>,
    /// What they are evaluated on.
    pub(super) case: Case,
}

impl Opened {
    /// Ends it, when every query has run; the sink hears of events that could not be read, and of queries that do not end.
    pub(super) async fn end(self, sink: &dyn Sink) {
        let snapshot = &self.snapshot;
        let left_out = [(snapshot.unreadable_timestamps(), "timestamp"), (snapshot.unreadable_addresses(), "address")];
        for (count, what) in left_out.into_iter().filter(|(count, _)| *count > 0) {
            let (events, whose) = (amount(count, "event was", "events were"), if count == 1 { "its" } else { "their" });
            sink.warn(&format_args!("{events} left out because {whose} {what} cannot be read"));
        }
        let left = snapshot.idle().await;
        if left > 0 {
            sink.warn(&format_args!("{} that did not end when its time was up was left behind", counted(left, "query")));
        }
    }
}

impl Scan<'_> {
    /// Makes the scan: what the rules raise, and what is kept of it.
    ///
    /// # Errors
    /// When the database cannot be read. A failing rule is no error: the sink hears of it, and [`Scanned::failed`] says so.
    pub async fn run(&self, sink: &dyn Sink) -> Result<Scanned, ScanError> {
        self.made(sink, None).await
    }

    /// Makes the scan, and adds to `raised` all that the rules raised, in no order, before anything of it is left out or grouped.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub async fn run_showing(&self, raised: &mut Vec<Alert>, sink: &dyn Sink) -> Result<Scanned, ScanError> {
        self.made(sink, Some(raised)).await
    }

    /// Makes the scan; what it keeps gets its evidence while the events are there.
    async fn made(&self, sink: &dyn Sink, raised: Option<&mut Vec<Alert>>) -> Result<Scanned, ScanError> {
        let mut phases = Phases::default();
        let deadline = self.deadline();
        let opened = self.open(&[], deadline, &mut phases, sink).await?;
        let mut scanned = evaluated(self.rules, self.set, &opened.case, self.options.parallel, Some(deadline), sink).await;
        phases.end("run rules");
        if let Some(raised) = raised {
            raised.extend_from_slice(&scanned.alerts);
        }
        let grace = Some(deadline.with_grace());
        let roles = Deadline::bound(grace, self.roles(&scanned.alerts, &opened.case)).await.unwrap_or_default();
        scanned.leave_out(self.allowlist, &roles, &opened.case);
        if let Ok(facts) = Deadline::bound(grace, facts(&scanned.alerts, &opened.case, self.options.limits.query)).await {
            assess(&mut scanned.alerts, &facts);
        }
        scanned = scanned.settled(self.options);
        if Deadline::bound(grace, add_evidence(&mut scanned.alerts, self.rules, &opened.case)).await.is_err() {
            let seconds = deadline.limit().as_secs_f64();
            sink.warn(&format_args!(
                "the scan took longer than {seconds} s (limits.scan_seconds), and the alerts are kept without their events"
            ));
            scanned.failed = true;
        }
        phases.end("add evidence");
        let corrected_directions = opened.snapshot.corrected_directions();
        opened.end(sink).await;
        Ok(Scanned { phases, corrected_directions, ..scanned })
    }

    /// What the sources of alerts are for, if that is to be asked.
    pub(super) async fn roles(&self, alerts: &[Alert], case: &Case) -> BTreeMap<String, Role> {
        if self.excuses() { roles(alerts, self.allowlist, case, self.options.limits.query).await } else { BTreeMap::new() }
    }

    /// Reads what the rules are evaluated on from the database, with these columns even where no rule requested them.
    pub(super) async fn open(
        &self,
        also: &[&'static str],
        deadline: Deadline,
        phases: &mut Phases,
        sink: &dyn Sink,
    ) -> Result<Opened, ScanError> {
        let snapshot = self.take(also, deadline, sink)?;
        phases.end("read events");
        let case = Case {
            snapshot: Some(Arc::clone(&snapshot)),
            state: self.state.clone(),
            directories: Some(Directories::open(&self.options.directories).without(&self.options.database.path)),
            window: self.window,
            local_networks: Arc::new(local_networks(&self.tape, self.local_networks(&snapshot)).await),
            tape: self.tape.clone(),
            explain: self.explanations.clone().map(explain),
            quiet: false,
        };
        Ok(Opened { snapshot, case })
    }

    /// The networks that are the operator's own.
    async fn local_networks(&self, snapshot: &Arc<Snapshot>) -> Networks {
        if let Some(networks) = &self.options.local_networks {
            return networks.clone();
        }
        let asks = |rule: &Rule, name: &str| {
            let requests = rule.description.requests.iter();
            requests.filter_map(Request::of_events).flatten().any(|column| column == name)
        };
        if !self.rules.iter().any(|rule| LEARNED_FROM.iter().all(|column| asks(rule, column))) {
            return Networks::default();
        }
        match learned(snapshot, self.options.limits.query).await {
            Ok(networks) => {
                let shown = if networks.is_empty() { "none".to_owned() } else { networks.to_string() };
                let text = format!("local networks learned from the events: {shown} (local_networks sets them)");
                tracing::info!("{text}");
                self.explanations.iter().for_each(|explanations| explanations.note(&text));
                networks
            }
            Err(error) => {
                tracing::warn!("no local networks are known: {error}");
                Networks::default()
            }
        }
    }

    /// When the scan has to end, if it begins now.
    pub(super) fn deadline(&self) -> Deadline {
        Deadline::after(self.options.limits.scan)
    }

    /// The first instant that a rule sees.
    fn reach(&self, rule: &Rule) -> Timestamp {
        self.window.reach(rule.description.history_seconds())
    }

    /// The window with the longest history that a rule needs, and an end: what is later than now has not happened yet.
    pub(super) fn reaching(&self) -> Window {
        let since = self.rules.iter().map(|rule| self.reach(rule)).min().unwrap_or(self.window.since);
        Window { since, until: Some(self.window.until.unwrap_or(self.window.now.plus(1))), ..self.window }
    }

    /// One state of the database for all rules.
    fn take(&self, also: &[&'static str], deadline: Deadline, sink: &dyn Sink) -> Result<Arc<Snapshot>, DatabaseError> {
        let scan = self.options;
        let begun = std::time::Instant::now();
        let columns = self.columns(also);
        let options = SnapshotOptions {
            path: scan.database.path.clone(),
            table: scan.table.clone(),
            alert_table: scan.database.alert_table.clone(),
            directions: scan.correct_directions.then(|| DirectionCheck::new(scan.local_networks.as_ref())),
            window: self.reaching(),
            busy_timeout: scan.database.busy_timeout,
            readers: scan.parallel * OPEN_QUERIES,
        };
        let wanted = Wanted {
            columns: &columns,
            alerts: self.rules.iter().any(|rule| rule.description.requests.iter().any(Request::is_of_alerts)),
            threads: scan.parallel,
            window_bytes: scan.limits.window,
            kept: self.kept,
            deadline: deadline.at(),
        };
        let snapshot = Snapshot::take(&options, &wanted)?;
        let access = snapshot.access();
        tracing::info!("the events were read through {access}{}", if snapshot.in_steps() { ", in steps" } else { "" });
        if *access == Access::NoIndex {
            sink.warn(&format_args!("table {} has no index on timestamp, so every scan reads all of it", scan.table));
        }
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
        Ok(Arc::new(snapshot))
    }

    /// Whether a role may excuse a source. Rules that count alone are left as they are: nobody else would accuse it.
    fn excuses(&self) -> bool {
        let counting = self.rules.iter().filter(|rule| counts(rule, self.set)).count();
        self.options.builtin_roles && counting > 0 && counting < self.rules.len()
    }

    /// The columns of the events that are read: those that rules requested, those that say what a source is for, and these. Where no rule
    /// reads events, none of the first two.
    fn columns(&self, also: &[&'static str]) -> Vec<&'static str> {
        let requests = || self.rules.iter().flat_map(|rule| &rule.description.requests).filter_map(Request::of_events);
        let read = requests().next().is_some();
        // A rule that sees less than what is read is kept from the rest by its instants.
        let spans = self.rules.iter().any(|rule| self.reach(rule) > self.reaching().since);
        let roles = self.excuses();
        let asked = |name: &&str| {
            also.contains(name)
                || (read && spans && *name == "time")
                || (read && roles && ROLE_COLUMNS.contains(name))
                || (read && SEVERITY_COLUMNS.contains(name))
                || requests().flatten().any(|column| column == name)
        };
        EVENT_COLUMNS.into_iter().filter(asked).collect()
    }
}

impl Scanned {
    /// Leaves out what is allowed, and what its source is for, and counts it.
    pub(super) fn leave_out(&mut self, allowlist: &Allowlist, roles: &BTreeMap<String, Role>, case: &Case) {
        let mut allowed: BTreeMap<(Origin, String), usize> = BTreeMap::new();
        let left_out = &mut self.left_out;
        self.alerts.retain(|alert| {
            let Some((origin, reason)) = allowing(allowlist, roles, alert, case) else { return true };
            left_out.push(LeftOut::new(alert, &origin, &reason));
            *allowed.entry((origin, reason)).or_default() += 1;
            false
        });
        self.allowed = allowed.into_iter().map(|((origin, reason), count)| (origin, reason, count)).collect();
    }

    /// What a scan keeps of what the rules raised.
    #[must_use]
    pub fn settled(mut self, options: &ScanOptions) -> Self {
        (self.alerts, self.cut) = settled(self.alerts, options.group, options.max_alerts);
        self
    }

    /// Records the alerts, and with the last of them what the rules keep and used, and what is written `alongside`.
    ///
    /// # Errors
    /// When the database is locked, read-only or full, or `alongside` fails.
    pub fn keep(
        &self,
        database: &mut Database,
        state: &StateStore,
        now: Timestamp,
        alongside: Option<Alongside<'_>>,
    ) -> Result<Vec<Recorded>, DatabaseError> {
        database.keep_scan(&self.alerts, &state.changes(), &self.ledger, now, alongside)
    }

    /// Adds the alerts of a rule, or reports why there are none.
    fn add(&mut self, outcome: Outcome, now: Timestamp, sink: &dyn Sink) {
        let Outcome { rule, result, usage } = outcome;
        let (name, file) = (&rule.description.name, &rule.artifact.file);
        let mut entry = ledger_entry(&rule.artifact, &rule.description, now);
        add_call(&mut entry, &usage, result.as_ref().err().map(PluginError::to_string), &[]);
        match result {
            Err(error) => {
                sink.warn(&format_args!("rule {name} ({file}) failed, its alerts are missing: {error}"));
                error.log_backtrace();
                self.failed = true;
                let (rule, message) = (name.clone(), error.to_string());
                self.failures.push(RuleFailure { rule, message, is_its_own: error.is_its_own() });
            }
            Ok(evaluation) => {
                tracing::info!(
                    "rule {name} {}: {} in {:.1} ms",
                    rule.description.version,
                    counted(evaluation.alerts.len(), "alert"),
                    usage.wall.as_secs_f64() * 1e3,
                );
                if let Some(reason) = evaluation.refused.first() {
                    let count = evaluation.refused.len();
                    sink.warn(&format_args!("rule {name} ({file}): {count} alerts were refused, the first because {reason}"));
                    self.failed = true;
                }
                entry.alerts = evaluation.alerts.len() as u64;
                entry.refused = evaluation.refused.len() as u64;
                self.alerts.extend(evaluation.alerts);
            }
        }
        self.ledger.push(entry);
    }
}

/// What leaves an alert out, an entry of the allowlist or what its source is for, and why.
pub(super) fn allowing(
    allowlist: &Allowlist,
    roles: &BTreeMap<String, Role>,
    alert: &Alert,
    case: &Case,
) -> Option<(Origin, String)> {
    match allowlist.find(&alert.into(), case.local_networks.or_private(), case.window.now) {
        Some((origin, allow)) => Some((origin.clone(), allow.reason.clone())),
        None => role_of(alert, roles).map(|role| (Origin::BuiltIn, role.reason.to_owned())),
    }
}

/// Evaluates the rules, and reports what went wrong with them. All their alerts, in no order.
pub async fn evaluated(
    rules: &[Arc<Rule>],
    set: &Parameters,
    case: &Case,
    parallel: usize,
    deadline: Option<Deadline>,
    sink: &dyn Sink,
) -> Scanned {
    let progress = sink.progress("scanning", "rules", rules.len() as u64);
    let done = move |rule: &str| progress.advance(1, rule);
    let mut scanned = Scanned::default();
    for outcome in evaluate(rules, set, case, parallel, deadline, done).await {
        scanned.add(outcome, case.window.now, sink);
    }
    scanned
}

/// Collects where queries ran, and how long.
fn explain(explanations: Arc<Explanations>) -> ExplainRule {
    Arc::new(move |rule, sql, engine, took| explanations.add(rule, sql, engine, took))
}
