//! What a query finds in the database is what it matches in memory, whatever alerts and queries there are.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rusqlite::params;

use super::*;

/// A row of the alert table.
type Row = (Names, (i64, Option<&'static str>, &'static str), (i64, Option<i64>), &'static str, People);
type Names = (&'static str, Option<&'static str>, Option<&'static str>, Option<&'static str>);
type People = (Option<i64>, Option<&'static str>, Option<&'static str>, Vec<&'static str>, Option<&'static str>);

const ADDRESSES: [&str; 6] = ["192.0.2.1", "192.0.2.200", "203.0.113.9", "2001:db8::1", "::ffff:192.0.2.1", "junk"];
const RULES: [&str; 3] = ["port_scan", "beacon", "Probe"];
const STATUSES: [&str; 8] = ["new", "enriched", "acknowledged", "snoozed", "closed", "false_positive", "allowed", "whatever"];
const EVIDENCE: [&str; 7] = [
    "{\"port\": 22}",
    "{\"ports\": [22, 443], \"name\": \"SSH Ünit\"}",
    "{\"ports\": 22, \"related\": [{\"rule\": \"beacon\", \"evidence\": {\"port\": 8080}}]}",
    "{\"events\": {\"ports\": {\"443\": 3}, \"first\": \"2026-03-11T20:00:00Z\"}}",
    "{\"ports\": 488, \"top_ports\": [8080, 81], \"sensitive_ports\": [22]}",
    "no JSON",
    "null",
];

fn maybe<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = Option<T>> {
    prop::option::of(select(values))
}

fn row() -> impl Strategy<Value = Row> {
    let names = (select(&["scan", "Volume"][..]), maybe(&ADDRESSES), maybe(&ADDRESSES), maybe(&RULES));
    let severity = (0..=100_i64, maybe(&["informational", "low", "medium", "high", "critical", "odd"]), select(&STATUSES[..]));
    let times = (-200..10_i64, prop::option::of(-200..10_i64));
    let people = (
        prop::option::of(-100..100_i64),
        maybe(&["true_positive", "benign", "false_positive", "duplicate"]),
        maybe(&["anna", "ben", ""]),
        subsequence(vec!["a", "b", "net:x"], 0..=3),
        maybe(&["see ticket 12", "SSH"]),
    );
    (names, severity, times, select(&EVIDENCE[..]), people)
}

fn term() -> impl Strategy<Value = String> {
    let of = |field: &'static str, values: &'static [&'static str]| {
        prop::collection::vec(select(values), 1..3).prop_map(move |values| format!("{field}:{}", values.join(",")))
    };
    let networks = &["192.0.2.0/24", "203.0.113.9", "2001:db8::/32", "0.0.0.0/0", "192.0.2.128/25"];
    let term = prop_oneof![
        of("id", &["1", "2..3", ">4", "..2", "9"]),
        of("rule", &RULES),
        of("type", &["scan", "volume", "Volume"]),
        of("src", networks),
        of("dst", networks),
        of("ip", networks),
        of("port", &["22", "400..500", "8080", "..21", ">=443"]),
        of("score", &["50", ">=80", "<20", "30..70", "90.."]),
        of("severity", &["high", ">=medium", "<low", "low..high", "critical.."]),
        of("status", &["open", "closed", "snoozed", "new", "false_positive", "allowed"]),
        of("verdict", &["true_positive", "benign", "false_positive", "duplicate"]),
        of("label", &["a", "net:x", "c"]),
        of("assignee", &["anna", "none", "carl"]),
        select(&["since:1h", "since:2h", "since:2026-03-11T19:00:00Z", "until:30m", "until:2026-03-11T20:00:00Z"][..])
            .prop_map(str::to_owned),
        select(
            &["ssh", "ünit", "\"ticket 12\"", "port_", "443", "related", "192.0.2.1", "192.0.2.0/24", "\"b\"", "3", "20:00"][..]
        )
        .prop_map(str::to_owned),
    ];
    (term, any::<bool>())
        .prop_map(|(term, negated)| if negated && !term.starts_with(char::is_numeric) { format!("-{term}") } else { term })
}

fn fill(database: &Database, rows: &[Row]) {
    let minutes = |minutes: i64| NOW.plus(minutes * 60_000_000).stored();
    for ((alert_type, source, target, rule), (score, severity, status), (created, updated), evidence, people) in rows {
        let (until, verdict, assignee, labels, note) = people;
        let values = params![
            alert_type,
            source,
            target,
            rule,
            score,
            severity,
            status,
            minutes(*created),
            updated.map(minutes),
            evidence,
            until.map(minutes),
            verdict,
            assignee,
            labels.join(","),
            note
        ];
        let sql = "INSERT INTO scout_alerts (alert_type, src_ip, dst_ip, rule, score, severity, status, created_at, updated_at, evidence_json,
                   snoozed_until, verdict, assignee, labels, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
        database.connection.execute(sql, values).expect("a row");
    }
}

proptest! {
    #[test]
    fn sql_and_memory_agree(
        rows in prop::collection::vec(row(), 1..8),
        queries in prop::collection::vec(prop::collection::vec(term(), 0..4), 1..12),
    ) {
        let mut database = Database::in_memory("scout_alerts").expect("open");
        database.migrate(NOW).expect("migrate");
        fill(&database, &rows);
        // As they are stored, with no snooze over.
        let all = database.alerts(&AlertFilter::default()).expect("all").alerts;
        prop_assert_eq!(all.len(), rows.len());
        for terms in queries {
            let query = query(&terms.join(" "));
            let found = database.alerts(&AlertFilter::new(query.clone(), NOW)).expect("found").alerts;
            let mut found: Vec<i64> = found.iter().map(|alert| alert.id).collect();
            let mut matched: Vec<i64> = all.iter().filter(|alert| query.matches(alert, NOW)).map(|alert| alert.id).collect();
            found.sort_unstable();
            matched.sort_unstable();
            prop_assert_eq!(found, matched, "{}", query);
        }
    }
}
