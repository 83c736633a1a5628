//! The scans of a tick: late rows first, then the steps of the plan, each recorded with its coverage in one transaction.

use super::connection::Open;
use super::{Service, ServiceError, detect_error, figures};
use crate::tick::{Step, Why, plan, reached, window_of};
use net_scout_detect::scan::{Keep, RuleFailure, RuleSource, ScanAlerts, ScanReport, ScanRequest, run_scan};
use net_scout_model::{Coverage, CoverageState, Span, StoredAlert, Stretch, counted};
use net_scout_plugin_host::RuleSet;
use net_scout_store::{Covered, DatabaseError, EventTable, ScanTransaction};

/// The steps in which a span is scanned again, where it was scanned well.
fn again(coverage: &Coverage, span: Span) -> Vec<Step> {
    let parts = coverage.parts(span).into_iter();
    let good = parts.filter(|(_, stretch)| stretch.is_some_and(|stretch| stretch.state == CoverageState::Scanned));
    good.map(|(span, _)| Step { span, why: Why::Late }).collect()
}

/// What is said of new alerts: nothing where there is none.
fn said(new: usize) -> String {
    if new == 0 { String::new() } else { counted(new, "new alert") }
}

impl Service<'_> {
    /// Scans what is not scanned.
    pub(super) async fn scan(&mut self) -> Result<String, ServiceError> {
        self.look_for_late_rows()?;
        let (now, table) = (self.now(), self.options.scan.table.clone());
        // A database that could not be used says nothing about what a scan can do.
        let failures = self.agenda.job(super::SCAN).filter(|_| self.trouble.is_none()).map_or(0, |job| job.state().failures);
        let tick = self.options.tick;
        let digest = self.plugins.rules.digest();
        let due = self.options.schedules.scan.next(now, &self.options.zone);
        let plan = {
            let Open { database, unsure, .. } = self.database()?;
            let mut plan = plan(&database.coverage(&table)?, now, failures, &tick);
            if let Some(ahead) = plan.ahead {
                database.forget_coverage(&table, ahead)?;
            }
            if let Some(span) = plan.left_out {
                let message = Some("it is too old to be made up for".to_owned());
                let stretch = Stretch { span, state: CoverageState::Gap, digest: String::new(), at: now, message };
                database.cover(&Covered { table: table.clone(), stretches: vec![stretch] })?;
            }
            // First, so that an alert says in the end what the last window holds.
            let parts = unsure.map(|unsure| database.coverage_around(&table, unsure).map(|coverage| (unsure, coverage)));
            if let Some((unsure, coverage)) = parts.transpose()? {
                plan.steps.splice(0..0, again(&coverage, unsure));
            }
            plan
        };
        let (mut new, mut failed) = (0, None);
        let steps = plan.steps.len();
        if plan.is_catching_up() {
            self.around.sink.note(&format_args!(
                "{} s to catch up with, in {}",
                plan.lag / 1_000_000,
                counted(plan.new_steps(), "scan")
            ));
        }
        let mut late = 0;
        if steps > 0 {
            self.scan_sink.begin();
        }
        for (number, step) in plan.steps.into_iter().enumerate() {
            // New time comes first: what is scanned again goes on with the next tick.
            if step.why != Why::New && late > 0 && due.is_some_and(|due| self.now() >= due) {
                return Ok(said(new));
            }
            late += usize::from(step.why != Why::New);
            let mut stop = self.around.stop.clone();
            let scanned = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return Ok(String::new()),
                scanned = self.step(step, &digest) => scanned,
            };
            match scanned {
                Ok(found) => new += found,
                // Somebody works on the database for long. It is tried again, and nothing is wrong with this time.
                Err(error @ ServiceError::Database(DatabaseError::Held { .. })) => return Err(error),
                // It cannot be stored that the stretch failed; nor did it.
                Err(error) if error.is_trouble() => return Err(error),
                Err(error) => {
                    self.failed(step, &digest, &error)?;
                    // What failed before, or is scanned again, is tried again later and holds up nothing.
                    if step.why == Why::New {
                        return Err(error);
                    }
                    failed = Some(error);
                }
            }
            self.around.health.beat();
            self.around.notifier.send(crate::notify::Notice::Watchdog);
            if steps > 1 {
                let text = format!("scanned until {}, {} of {steps}", step.span.ends.seconds(), number + 1);
                self.around.notifier.send(crate::notify::Notice::Status(&text));
            }
        }
        if failed.is_none() {
            self.database()?.unsure = None;
        }
        if let Some(error) = failed {
            self.around.sink.warn(&format_args!("a stretch could not be scanned, and is tried again: {error}"));
        }
        Ok(said(new))
    }

    /// Opens stretches again that rows came late for.
    fn look_for_late_rows(&mut self) -> Result<(), ServiceError> {
        let (now, options) = (self.now(), &self.options.scan);
        let table = &options.table;
        let events =
            EventTable { path: options.database.path.clone(), table: table.clone(), busy_timeout: options.database.busy_timeout };
        let look_back = self.options.since.until(now);
        let Open { database, seen, kept, unsure, .. } = self.connection.open(options, &self.around)?;
        let coverage = database.coverage(table)?;
        let changes = events.changes(database.late_mark(table)?, &coverage, look_back, seen)?;
        // After a start nobody knows which rows were updated in their place meanwhile.
        if changes.unknown.is_some() {
            *unsure = changes.unknown;
            kept.forget(unsure.as_slice());
        }
        kept.forget(&changes.late);
        let late = reached(&changes.late, &self.options.tick);
        self.around.health.metrics.late.inc_by(changes.rows);
        Ok(database.keep_late(table, &late, changes.rows, changes.last, now)?)
    }

    /// Scans a stretch. How many alerts were new.
    async fn step(&mut self, step: Step, digest: &str) -> Result<usize, ServiceError> {
        let turn = self.connection.open(&self.options.scan, &self.around)?.take_turn(&self.around)?;
        let scanned = self.scan_stretch(step.span, digest).await;
        self.connection.end_turn(turn);
        let report = scanned?;
        let ScanAlerts::Recorded(alerts) = &report.alerts else { return Ok(0) };
        let new: Vec<_> = alerts.iter().filter(|alert| alert.new).collect();
        figures::scanned(&self.around.health.metrics, &report, &new);
        self.bench.scanned(&self.plugins.rules, &report);
        for recorded in &new {
            let alert = &recorded.alert;
            let source = alert.src_ip.as_deref().unwrap_or("-");
            let severity = alert.severity.as_deref().unwrap_or("-");
            self.around.sink.note(&format_args!("alert {}: {} {severity} {source}", alert.id, alert.alert_type));
        }
        for (recorded, before) in alerts.iter().filter_map(|alert| Some((alert, alert.raised_from()?))) {
            let StoredAlert { id, alert_type, src_ip, severity, .. } = &recorded.alert;
            let (source, severity) = (src_ip.as_deref().unwrap_or("-"), severity.as_deref().unwrap_or("-"));
            self.around.sink.note(&format_args!("alert {id}: {alert_type} {severity} {source}, raised from {before}"));
        }
        Ok(new.len())
    }

    async fn scan_stretch(&mut self, span: Span, digest: &str) -> Result<ScanReport, ServiceError> {
        let (now, options) = (self.now(), &self.options.scan);
        let Open { database, kept, .. } = self.connection.open(options, &self.around)?;
        let window = window_of(span, self.options.since, now);
        let stretch = Stretch { span, state: CoverageState::Scanned, digest: digest.to_owned(), at: now, message: None };
        let (table, rules) = (&options.table, &self.plugins.rules);
        let mut cover = move |transaction: &ScanTransaction<'_>, failures: &[RuleFailure]| {
            let stretches = vec![scanned_by(rules, &stretch, failures)];
            transaction.cover(&Covered { table: table.clone(), stretches })
        };
        let request = ScanRequest {
            options,
            window,
            rules: RuleSource::Loaded(&self.plugins.rules),
            keep: Keep::With(database, Some(&mut cover)),
            kept: Some(kept),
            explain: false,
            record: None,
        };
        run_scan(request, &self.scan_sink).await.map_err(detect_error)
    }

    /// Keeps that a stretch failed.
    fn failed(&mut self, step: Step, digest: &str, error: &ServiceError) -> Result<(), ServiceError> {
        let (now, table) = (self.now(), self.options.scan.table.clone());
        let message = Some(error.to_string());
        let stretch = Stretch { span: step.span, state: CoverageState::Failed, digest: digest.to_owned(), at: now, message };
        Ok(self.database()?.database.cover(&Covered { table, stretches: vec![stretch] })?)
    }
}

/// What is claimed of a stretch: that those rules scanned it that did not fail.
fn scanned_by(rules: &RuleSet, stretch: &Stretch, failures: &[RuleFailure]) -> Stretch {
    if failures.is_empty() {
        return stretch.clone();
    }
    let names: Vec<&str> = failures.iter().map(|failure| failure.rule.as_str()).collect();
    let message = Some(format!("{} failed in it", names.join(", ")));
    Stretch { digest: rules.digest_without(&names), message, ..stretch.clone() }
}
