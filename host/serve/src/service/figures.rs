//! What is counted of the work of the service.

use std::time::Duration;

use crate::health::Metrics;
use crate::health::metrics::{Alerts, Job, Lookups, Phase, Plugin, Queue, Rule, Runs};
use crate::status::{BENCHED, Status};
use net_scout_detect::enrich::Enriched;
use net_scout_detect::scan::ScanReport;
use net_scout_store::Recorded;

/// A job ended.
pub(super) fn ran(metrics: &Metrics, name: &str, outcome: &str) {
    metrics.runs.get_or_create(&Runs::of(name, outcome)).inc();
}

/// How it stands.
pub(super) fn standing(metrics: &Metrics, status: &Status) {
    for (name, job) in &status.jobs {
        metrics.failures.get_or_create(&Job::of(name)).set(i64::from(job.state.failures));
        if let Some(good) = job.state.good {
            metrics.good.get_or_create(&Job::of(name)).set(good.0 as f64 / 1e6);
        }
    }
    let coverage = &status.service.coverage;
    metrics.lag.set(coverage.lag_seconds as f64);
    metrics.gaps.set(coverage.open_seconds as f64);
    for (queue, spans) in [("late_spans", &coverage.late), ("failed_spans", &coverage.failed)] {
        metrics.queue.get_or_create(&Queue::of(queue)).set(spans.len() as i64);
    }
}

/// What the database holds.
pub(super) fn database(metrics: &Metrics, bytes: Option<u64>, unenriched: Option<u64>) {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    if let Some(bytes) = bytes {
        metrics.database.set(number(bytes));
    }
    if let Some(alerts) = unenriched {
        metrics.queue.get_or_create(&Queue::of("unenriched_alerts")).set(number(alerts));
    }
}

/// Which plugins do not run.
pub(super) fn plugins(metrics: &Metrics, refused: usize, status: &Status) {
    metrics.plugins_refused.set(i64::try_from(refused).unwrap_or(i64::MAX));
    metrics.benched.clear();
    for failing in &status.failing_rules {
        metrics.benched.get_or_create(&Plugin::of(&failing.rule)).set(i64::from(failing.failures >= BENCHED));
    }
}

/// A stretch was scanned.
pub(super) fn scanned(metrics: &Metrics, report: &ScanReport, new: &[&Recorded]) {
    for phase in report.phases.all() {
        metrics.scan.get_or_create(&Phase::of(&phase.phase.replace(' ', "_"))).observe(phase.wall_us as f64 / 1e6);
    }
    for entry in &report.ledger {
        let plugin = Plugin::of(&entry.plugin);
        metrics.rule.get_or_create(&Rule::of(&entry.plugin)).observe(Duration::from_micros(entry.wall_us).as_secs_f64());
        metrics.refused.get_or_create(&plugin).inc_by(entry.refused);
        metrics.denied.get_or_create(&plugin).inc_by(entry.denials);
    }
    for recorded in new {
        let alert = &recorded.alert;
        let (rule, severity) = (alert.rule.as_deref().unwrap_or("none"), alert.severity.as_deref().unwrap_or("none"));
        metrics.alerts.get_or_create(&Alerts::of(rule, severity)).inc();
    }
}

/// Alerts were enriched.
pub(super) fn enriched(metrics: &Metrics, enriched: &Enriched) {
    metrics.cached.inc_by(enriched.cached as u64);
    for entry in &enriched.ledger {
        let good = entry.calls.saturating_sub(entry.failed);
        metrics.lookups.get_or_create(&Lookups::of(&entry.plugin, "done")).inc_by(good);
        metrics.lookups.get_or_create(&Lookups::of(&entry.plugin, "failed")).inc_by(entry.failed);
        metrics.denied.get_or_create(&Plugin::of(&entry.plugin)).inc_by(entry.denials);
    }
}
