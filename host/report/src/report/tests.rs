use net_scout_model::{LedgerEntry, Messages, Severity};

use super::*;
use crate::test_support::{MINUTE, NOW, alert, event, record, scene};

const DAY: i64 = 24 * 60 * MINUTE;

fn options() -> ReportOptions {
    ReportOptions { since: NOW.plus(-DAY), until: NOW, compares: true, top: 3 }
}

#[tokio::test]
async fn a_period_is_counted_and_compared_with_the_one_before() {
    let hours = 60;
    let events = [
        event(1, "8.8.4.4", "10.0.0.5", 22, "DROP", "INBOUND"),
        event(90, "8.8.4.4", "10.0.0.5", 23, "DROP", "INBOUND"),
        event(23 * hours, "8.8.4.9", "10.0.0.6", 22, "ACCEPT", "INBOUND"),
        event(5, "10.0.0.5", "1.1.1.1", 443, "ACCEPT", "OUTBOUND"),
        // The period before, and one that is too old.
        event(25 * hours, "8.8.4.4", "10.0.0.5", 22, "DROP", "INBOUND"),
        event(47 * hours, "7.7.7.7", "10.0.0.5", 80, "DROP", "INBOUND"),
        event(49 * hours, "6.6.6.6", "10.0.0.5", 81, "DROP", "INBOUND"),
    ];
    let (_folder, scan) = scene(&events);
    let before = NOW.plus(-DAY - 60 * MINUTE);
    let ids = record(
        &scan,
        &[
            (alert("7.7.7.7", 60, Severity::Medium, before), before),
            (alert("8.8.4.4", 80, Severity::High, NOW), NOW.plus(-MINUTE)),
            (alert("8.8.4.9", 20, Severity::Low, NOW), NOW.plus(-2 * MINUTE)),
        ],
    );
    let failed = LedgerEntry {
        at: NOW.plus(-MINUTE).seconds(),
        plugin: "beacon".into(),
        kind: "rule".into(),
        failed: 1,
        error: Some("it trapped".into()),
        ..LedgerEntry::default()
    };
    scan.database.open().expect("opened").keep_ledger(&[failed], NOW).expect("kept");

    let report = make_report(&scan, &options(), NOW, &Messages::default()).await.expect("a report");
    let all = &report.events.all;
    assert_eq!((all.events, all.packets, all.refused, report.events.accepted), (4, 8, 2, 2));
    assert_eq!(report.events.before.map(|before| before.events), Some(2));
    assert_eq!(report.events.by_time.iter().flatten().sum::<u64>(), 4);
    let sources = &report.events.sources;
    let named: Vec<_> = sources.top.iter().map(|one| (one.name.as_str(), one.count.events, one.before)).collect();
    assert_eq!(named, [("8.8.4.4", 2, Some(1)), ("8.8.4.9", 1, Some(0))]);
    assert_eq!((sources.distinct, sources.new), (2, 1));
    assert_eq!(report.events.networks.top[0].name, "8.8.4.0/24");
    assert_eq!(report.events.ports.top_new.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["23/TCP"]);
    let alerts = &report.alerts;
    assert_eq!((alerts.raised, alerts.raised_before, alerts.again, alerts.open), (2, Some(1), 0, 2));
    assert_eq!((alerts.sources, alerts.new_sources, alerts.strongest[0].id), (2, 2, ids[1]));
    assert_eq!(alerts.by_time.iter().flatten().sum::<u64>(), 2);
    assert_eq!(report.plugins.len(), 1);
    assert!(!report.coverage.is_recorded);

    let told = report.told(true);
    assert_eq!(told.title, "net-scout: report for 1 d: 2 new alerts (1 high, 1 low)");
    let brief = format!(
        "2026-03-10 20:35:11Z to 2026-03-11 20:35:11Z.\nAlerts: 2 raised (+100 %, 1 before), 0 raised again, 2 still open.\n\
         - high port_scan from 8.8.4.4, alert {}\n- low port_scan from 8.8.4.9, alert {}\n\
         Events: 4 (+100 %, 2 before), 2 of them refused.\nScanned: not recorded (scans by hand only).\n\
         Plugins with problems: beacon.\n\
         All of it: net-scout report --since 2026-03-10T20:35:11Z --until 2026-03-11T20:35:11Z",
        ids[1], ids[2]
    );
    assert_eq!(told.brief, brief);
    assert_eq!((told.figures["alerts"]["raised"].as_u64(), report.told(false).page), (Some(2), None));

    let text = report.write(ReportFormat::Text);
    assert_eq!(told.text, text);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let html = report.write(ReportFormat::Html);
    for written in [&text, &html, &report.write(ReportFormat::Markdown)] {
        for part in ["8.8.4.9", "beacon", "Coverage", "What is new"] {
            assert!(written.contains(part), "{part}: {written}");
        }
    }
}

#[tokio::test]
async fn a_quiet_period_has_a_report_and_an_empty_one_is_an_error() {
    let (_folder, scan) = scene(&[]);
    let report = make_report(&scan, &options(), NOW, &Messages::default()).await.expect("a report");
    assert!(report.write(ReportFormat::Text).contains("No alert was raised in this period."));
    assert!(report.write(ReportFormat::Html).contains("<svg"));
    assert_eq!(report.told(false).title, "net-scout: report for 1 d: no new alert");
    let empty = ReportOptions { until: NOW.plus(-DAY), ..options() };
    let error = make_report(&scan, &empty, NOW, &Messages::default()).await.expect_err("empty");
    assert!(error.is_usage() && error.to_string().starts_with("the period is empty"), "{error}");
}
