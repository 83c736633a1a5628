//! Alerts that are listed, counted and paged.

use super::super::record::tests::{HOUR, NOW, alert, database};
use super::*;
use net_scout_model::Severity;
use net_scout_model::search::KnownNames;

mod agreement;

fn query(text: &str) -> AlertQuery {
    AlertQuery::parse(text, &KnownNames::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn filters() {
    let (_folder, mut database) = database();
    database
        .record(&[alert(Some("192.0.2.1"), 40, Severity::Medium, 1), alert(None, 90, Severity::Critical, 1)], NOW)
        .expect("record");
    let count = |text: &str, now| database.alerts(&AlertFilter::new(query(text), now)).expect("list").alerts.len();
    for (text, expected) in
        [("", 2), ("score:50..", 1), ("192.0.2.0/30", 1), ("status:new", 2), ("since:1h", 2), ("type:other", 0)]
    {
        assert_eq!(count(text, NOW), expected, "{text}");
    }
    assert_eq!(count("since:30m", NOW.plus(HOUR)), 0);
    let names = |which| database.alert_names(which).expect("names").len();
    assert_eq!((names(AlertName::Type), names(AlertName::Rule)), (1, 1));
}

#[test]
fn pages_in_every_order_are_the_whole_list() {
    let (_folder, mut database) = database();
    let alerts: Vec<_> = (0..40_u8).map(|one| alert(Some(&format!("192.0.2.{one}")), one % 7 * 10, Severity::Low, 1)).collect();
    database.record(&alerts, NOW).expect("record");
    database
        .connection
        .execute("UPDATE scout_alerts SET updated_at = created_at, score = 'x' WHERE id % 5 = 0", [])
        .expect("odd");
    for order in AlertOrder::ALL {
        let list = |after: Option<AlertCursor>, limit| {
            let filter = AlertFilter { order, after, limit, ..AlertFilter::new(query("-192.0.2.3"), NOW) };
            let listed = database.alerts(&filter).expect("listed");
            (listed.alerts.iter().map(|alert| alert.id).collect::<Vec<_>>(), listed.next)
        };
        let (whole, next) = list(None, None);
        assert_eq!(next, None);
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let (page, next) = list(after, Some(7));
            paged.extend(page);
            let Some(next) = next else { break };
            // As it is written and read.
            after = Some(AlertCursor::parse(&next.to_string(), order).expect("a cursor"));
        }
        assert_eq!(paged, whole, "{order:?}");
    }
    let error = AlertCursor::parse("zz", AlertOrder::Id).expect_err("not a cursor");
    assert!(error.starts_with("`zz` is not the end of a page"), "{error}");
    let other = database.alerts(&AlertFilter { limit: Some(1), ..AlertFilter::default() }).expect("listed").next.expect("more");
    let error = AlertCursor::parse(&other.to_string(), AlertOrder::Id).expect_err("of another list");
    assert_eq!(error, "it is of a list that is sorted by raised; add --sort raised, or leave it out");
}

#[test]
fn counts() {
    let (_folder, mut database) = database();
    let of = |source: &str, score, severity| alert(Some(source), score, severity, 1);
    let alerts =
        [of("192.0.2.1", 40, Severity::Medium), of("192.0.2.2", 90, Severity::Critical), of("2001:db8::1", 10, Severity::Low)];
    database.record(&alerts, NOW).expect("record");
    database.connection.execute("UPDATE scout_alerts SET status = 'closed' WHERE src_ip = '192.0.2.1'", []).expect("closed");
    let count = |text: &str, by| -> Vec<(String, u64, u64)> {
        let counts = database.count_alerts(&AlertFilter::new(query(text), NOW), by).expect("counted");
        counts.into_iter().map(|count| (count.value.unwrap_or_default(), count.alerts, count.open)).collect()
    };
    let row = |value: &str, alerts, open| (value.to_owned(), alerts, open);
    assert_eq!(count("", CountBy::Network), [row("192.0.2.0/24", 2, 1), row("2001:db8::/64", 1, 1)]);
    assert_eq!(count("", CountBy::Severity), [row("critical", 1, 1), row("medium", 1, 0), row("low", 1, 1)]);
    assert_eq!(count("status:open", CountBy::Day), [row("2026-03-11", 2, 2)]);
    assert_eq!(count("", CountBy::Status), [row("new", 2, 2), row("closed", 1, 0)]);
    assert_eq!((count("", CountBy::Rule), count("", CountBy::Target)), (vec![row("rule", 3, 2)], vec![row("", 3, 2)]));
    assert_eq!((count("", CountBy::Type).len(), count("", CountBy::Source).len()), (1, 3));
}

#[test]
fn odd_rows_are_read_as_well_as_they_can_be_and_the_rest_is_counted() {
    let (_folder, database) = database();
    database
        .connection
        .execute_batch(
            "INSERT INTO scout_alerts (alert_type, src_ip, score, status, created_at, evidence_json) VALUES
             ('real', '192.0.2.1', 61.7, NULL, '2026-03-11T01:00:00Z', x'00'),
             ('null', NULL, NULL, 'new', '2026-03-11T02:00:00Z', 'no JSON'),
             ('infinite', '192.0.2.1', 9e999, 'new', '2026-03-11T03:00:00Z', NULL),
             ('text', '192.0.2.1', 'many', 'new', '2026-03-11T04:00:00Z', NULL),
             ('blob', '192.0.2.1', x'ff', 'new', '2026-03-11T05:00:00Z', NULL),
             (x'ff', '192.0.2.1', 1, 'new', '2026-03-11T06:00:00Z', NULL),
             ('address', CAST(x'31ff' AS TEXT), 1, 'new', '2026-03-11T07:00:00Z', NULL),
             ('target', x'7f000001', 1, 'new', '2026-03-11T08:00:00Z', NULL),
             ('time', '192.0.2.1', 1, 'new', x'ff', NULL);",
        )
        .expect("odd rows");
    let listed = database.alerts(&AlertFilter::default()).expect("list");
    let read: Vec<(&str, i64)> = listed.alerts.iter().map(|alert| (alert.alert_type.as_str(), alert.score)).collect();
    assert_eq!(read, [("infinite", i64::MAX), ("null", 0), ("real", 62)]);
    assert_eq!(listed.unreadable.rows, 6);
    let reason = |id: i64| {
        let listed = database.alerts(&AlertFilter::new(AlertQuery::of_id(id), NOW)).expect("list");
        (listed.alerts.len(), listed.unreadable.first.unwrap_or_default())
    };
    assert_eq!(reason(4), (0, "alert 4: its score is a text that is not a number".to_owned()));
    assert_eq!(reason(5), (0, "alert 5: its score is a blob".to_owned()));
    assert_eq!(reason(7), (0, "alert 7: its src_ip is not UTF-8".to_owned()));
    assert_eq!(reason(9), (0, "alert 9: its created_at is a blob".to_owned()));
    assert_eq!(reason(1).0, 1);
}
