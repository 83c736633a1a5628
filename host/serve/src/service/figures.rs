//! What is counted of the work of the service.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::health::Metrics;
use crate::health::metrics::{Alerts, Job, Lookups, Phase, Plugin, Queue, Receiver, Rule, Runs, Waiting};
use crate::status::{BENCHED, Status};
use net_scout_detect::enrich::Enriched;
use net_scout_detect::scan::ScanReport;
use net_scout_model::Timestamp;
use net_scout_store::{OutboxDepth, Recorded};

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

/// What waits for each receiver that there is, or was.
pub(super) fn outbox<'a>(metrics: &Metrics, receivers: impl Iterator<Item = &'a String>, depths: &[OutboxDepth], now: Timestamp) {
    let mut all: BTreeMap<String, OutboxDepth> = receivers.map(|name| (label(name), OutboxDepth::default())).collect();
    for depth in depths {
        let sum = all.entry(label(&depth.receiver)).or_default();
        sum.alerts += depth.alerts;
        sum.messages += depth.messages;
        sum.given_up += depth.given_up;
        sum.oldest = [sum.oldest, depth.oldest].into_iter().flatten().min();
    }
    metrics.outbox.clear();
    metrics.outbox_oldest.clear();
    for (receiver, OutboxDepth { alerts, messages, given_up, oldest, .. }) in all {
        for (state, count) in [("alerts", alerts), ("messages", messages), ("given_up", given_up)] {
            metrics.outbox.get_or_create(&Waiting::of(&receiver, state)).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let age = oldest.map_or(0, |oldest| now.0.saturating_sub(oldest.0).max(0));
        metrics.outbox_oldest.get_or_create(&Receiver::of(&receiver)).set(age as f64 / 1e6);
    }
}

/// The name of a receiver as a label: one that an operator chose, in the letters of a word.
fn label(name: &str) -> String {
    name.to_lowercase().replace([' ', '.'], "_")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_receiver_has_its_figures_also_where_nothing_waits() {
        let metrics = Metrics::new("1");
        let receivers = ["Ops Team".to_owned(), "chat".to_owned(), "192.0.2.1".to_owned()];
        let now = Timestamp(100_000_000);
        let waiting = |receiver: &str, messages| OutboxDepth {
            receiver: receiver.to_owned(),
            alerts: 7,
            messages,
            given_up: 0,
            oldest: Some(Timestamp(now.0 - 90_000_000)),
        };
        outbox(&metrics, receivers.iter(), &[waiting("gone", 1), waiting("chat", 2)], now);
        outbox(&metrics, receivers.iter(), &[waiting("chat", 2)], now);
        let text = metrics.text();
        for line in [
            "net_scout_outbox_depth{receiver=\"chat\",state=\"messages\"} 2\n",
            "net_scout_outbox_depth{receiver=\"chat\",state=\"alerts\"} 7\n",
            "net_scout_outbox_depth{receiver=\"ops_team\",state=\"given_up\"} 0\n",
            "net_scout_outbox_oldest_seconds{receiver=\"chat\"} 90.0\n",
            "net_scout_outbox_oldest_seconds{receiver=\"other\"} 0.0\n",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(!text.contains("gone") && !text.contains("192"), "{text}");
    }
}
