use proptest::prelude::*;

use super::*;
use crate::ScanTransaction;
use net_scout_model::{Alert, Severity};

const MINUTE: i64 = 60_000_000;
const NOW: Timestamp = Timestamp(1_773_261_311_000_000);

fn database() -> Database {
    let mut database = Database::in_memory("scout_alerts").expect("open");
    assert_eq!(database.coverage("ip_events").expect("no table"), Coverage::default());
    assert_eq!(database.late_mark("ip_events").expect("no table"), None);
    database.migrate(NOW).expect("migrate");
    database
}

fn stretch(begins: i64, length: i64, state: CoverageState, digest: &str, at: i64) -> Stretch {
    let span = Span { begins: Timestamp(begins * MINUTE), ends: Timestamp((begins + length) * MINUTE) };
    Stretch { span, state, digest: digest.to_owned(), at: Timestamp(at), message: None }
}

fn covered(table: &str, stretches: &[Stretch]) -> Covered {
    Covered { table: table.to_owned(), stretches: stretches.to_vec() }
}

fn alert(source: &str) -> Alert {
    Alert {
        alert_type: "scan".to_owned(),
        src_ip: Some(source.to_owned()),
        dst_ip: None,
        score: 10,
        severity: Severity::Low,
        rule: "rule".to_owned(),
        evidence: serde_json::Map::new(),
        events: None,
        counting: net_scout_model::Counting::Nothing,
        story: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// What the table says after any number of records is what the coverage in memory says.
    #[test]
    fn the_table_says_what_the_coverage_says(
        records in prop::collection::vec((0..60_i64, 0..30_i64, 0..4_usize, 0..2_u8, prop::bool::weighted(0.1)), 1..20)
    ) {
        let (mut database, mut expected) = (database(), Coverage::default());
        for (at, &(begins, length, state, digest, forget)) in records.iter().enumerate() {
            if forget {
                database.forget_coverage("ip_events", Timestamp(begins * MINUTE)).expect("forget");
                expected.forget_from(Timestamp(begins * MINUTE));
                continue;
            }
            let one = stretch(begins, length, CoverageState::ALL[state], &digest.to_string(), at as i64);
            expected.record(one.clone());
            database.cover(&covered("ip_events", &[one])).expect("cover");
        }
        prop_assert_eq!(database.coverage("ip_events").expect("read"), expected);
    }
}

#[test]
fn a_stretch_is_kept_with_the_alerts_or_not_at_all() {
    let mut database = database();
    let first = covered("ip_events", &[stretch(0, 60, CoverageState::Scanned, "a", 1)]);
    let mut alongside = |transaction: &ScanTransaction<'_>| transaction.cover(&first);
    database.keep_scan(&[alert("192.0.2.1")], &[], &[], NOW, Some(&mut alongside)).expect("keep");
    assert_eq!(database.coverage("ip_events").expect("read").good_until(), Some(Timestamp(60 * MINUTE)));
    // The alerts cannot be kept, and so nothing is claimed.
    database
        .connection
        .execute_batch("CREATE TRIGGER full BEFORE INSERT ON scout_coverage BEGIN SELECT RAISE(ABORT, 'full'); END")
        .expect("trigger");
    let second = covered("ip_events", &[stretch(60, 60, CoverageState::Scanned, "a", 2)]);
    let mut alongside = |transaction: &ScanTransaction<'_>| transaction.cover(&second);
    database.keep_scan(&[alert("192.0.2.2")], &[], &[], NOW, Some(&mut alongside)).expect_err("not kept");
    assert_eq!(database.coverage("ip_events").expect("read").good_until(), Some(Timestamp(60 * MINUTE)));
    let alerts: i64 = database.connection.query_row("SELECT COUNT(*) FROM scout_alerts", [], |row| row.get(0)).expect("count");
    assert_eq!(alerts, 1);
}

#[test]
fn tables_have_their_own_coverage() {
    let mut database = database();
    database.cover(&covered("ip_events", &[stretch(0, 60, CoverageState::Scanned, "a", 1)])).expect("cover");
    database.cover(&covered("ip_events_30", &[stretch(0, 30, CoverageState::Gap, "a", 1)])).expect("cover");
    assert_eq!(database.coverage("ip_events").expect("read").good_until(), Some(Timestamp(60 * MINUTE)));
    assert_eq!(database.coverage("ip_events_30").expect("read").good_until(), None);
    database.alert_table = "other".to_owned();
    assert_eq!(database.coverage("ip_events").expect("read"), Coverage::default());
}

#[test]
fn late_rows_and_how_far_they_are_known_are_kept_together() {
    let mut database = database();
    database.cover(&covered("ip_events", &[stretch(0, 60, CoverageState::Scanned, "a", 1)])).expect("cover");
    let late = [stretch(10, 2, CoverageState::Late, "", 2).span, stretch(70, 2, CoverageState::Late, "", 2).span];
    database.keep_late("ip_events", &late, 7, Some(1_234), NOW).expect("keep");
    assert_eq!(database.late_mark("ip_events").expect("read"), Some(1_234));
    let coverage = database.coverage("ip_events").expect("read");
    let minutes = Span { begins: Timestamp(0), ends: Timestamp(60 * MINUTE) };
    assert_eq!(coverage.gaps(minutes, None), [late[0]]);
    let stretch = coverage.at(Timestamp(11 * MINUTE)).expect("a stretch");
    assert_eq!((stretch.digest.as_str(), stretch.message.as_deref()), ("a", Some("7 rows came late")));
    assert_eq!(coverage.at(Timestamp(71 * MINUTE)), None);
}

/// What another program wrote into the table is no coverage, and does no harm.
#[test]
fn rows_that_say_nothing_are_not_coverage() {
    let mut database = database();
    database
        .connection
        .execute_batch(
            "INSERT INTO scout_coverage (event_table, alert_table, begins, ends, state, digest, at) VALUES
             ('ip_events', 'scout_alerts', 0, 60000000, 'perhaps', 'a', 0),
             ('ip_events', 'scout_alerts', 60000000, 0, 'scanned', 'a', 0)",
        )
        .expect("insert");
    assert_eq!(database.coverage("ip_events").expect("read"), Coverage::default());
    database.cover(&covered("ip_events", &[stretch(0, 60, CoverageState::Scanned, "a", 1)])).expect("cover");
    assert_eq!(database.coverage("ip_events").expect("read").stretches().len(), 1);
}
