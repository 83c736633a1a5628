//! What a sample is used for: that it repeats, that its rows are as asked, and that the oracle finds the planted attacks.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;

use super::{Kind, Layout, Planted, Sample, SampleOptions, Scale, TimestampForm, make};
use crate::oracle::{Count, OracleOptions, oracle};

const END: i64 = 1_773_261_311_000_000; // 2026-03-11T20:35:11Z
const HOUR: i64 = 3_600_000_000;

const OPTIONS: SampleOptions = SampleOptions {
    seed: 1,
    events: 20_000,
    end: END,
    days: 3,
    layout: Layout::V2,
    timestamps: TimestampForm::Zulu,
    scale: Scale::Home,
};

fn sample(options: &SampleOptions) -> (TempDir, PathBuf, Sample) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net_sentinel.db");
    let sample = make(&path, options).expect("is made");
    (folder, path, sample)
}

/// All rows as text.
fn rows(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).expect("opens");
    let mut statement = connection.prepare("SELECT * FROM ip_events ORDER BY id").expect("is SQL");
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| -> rusqlite::Result<String> {
        (0..columns).map(|column| Ok(format!("{:?} ", row.get_ref(column)?))).collect()
    };
    statement.query_map([], row).expect("runs").collect::<Result<_, _>>().expect("reads")
}

fn texts(path: &Path, sql: &str) -> BTreeSet<String> {
    let connection = Connection::open(path).expect("opens");
    let mut statement = connection.prepare(sql).expect("is SQL");
    statement.query_map([], |row| row.get(0)).expect("runs").collect::<Result<_, _>>().expect("reads")
}

/// The planted attacks that raise no alert in their last `hours`, each by the rule that is made for it.
fn unseen(path: &Path, planted: &[Planted], count: Count, hours: i64) -> Vec<Kind> {
    let mut options = OracleOptions::new(END - hours * HOUR, None);
    options.count = count;
    let alerts = oracle(path, &options).expect("runs");
    let raised = |planted: &&Planted| {
        let (rule, dst_ip) = match planted.kind {
            Kind::VerticalScan | Kind::SlowVerticalScan | Kind::Ipv6VerticalScan => ("vertical_scan", planted.dst_ip.as_deref()),
            Kind::HorizontalScan => ("horizontal_scan", None),
            Kind::BruteForce | Kind::Volume => ("high_connection_volume", None),
        };
        alerts.iter().any(|alert| {
            alert["alert_type"] == rule && alert["src_ip"] == planted.src_ip.as_str() && alert["dst_ip"].as_str() == dst_ip
        })
    };
    planted.iter().filter(|planted| !raised(planted)).map(|planted| planted.kind).collect()
}

#[test]
fn a_seed_gives_the_same_rows_and_another_seed_others() {
    let (_first, first, sample_of_first) = sample(&OPTIONS);
    let (_second, second, sample_of_second) = sample(&OPTIONS);
    let (_other, other, _) = sample(&SampleOptions { seed: 2, ..OPTIONS });
    let rows_of_first = rows(&first);
    assert_eq!(sample_of_first, sample_of_second);
    assert_eq!(sample_of_first.rows, rows_of_first.len() as u64);
    assert!(rows_of_first == rows(&second));
    assert!(rows_of_first != rows(&other));
}

#[test]
fn attacks_are_found_in_every_form_of_timestamp() {
    for timestamps in TimestampForm::ALL {
        let (_folder, path, sample) = sample(&SampleOptions { timestamps, ..OPTIONS });
        assert_eq!(sample.planted.len(), 6);
        assert_eq!(unseen(&path, &sample.planted, Count::Rows, 24), [], "{timestamps:?}");
        assert_eq!(unseen(&path, &sample.planted, Count::Hits, 24), [], "{timestamps:?}");
        let in_the_last_hour = unseen(&path, &sample.planted, Count::Rows, 1);
        assert_eq!(in_the_last_hour, [Kind::SlowVerticalScan, Kind::Ipv6VerticalScan], "{timestamps:?}");
    }
}

#[test]
fn attacks_are_found_in_the_first_layout() {
    let (_folder, path, sample) = sample(&SampleOptions { layout: Layout::V1, timestamps: TimestampForm::Mixed, ..OPTIONS });
    assert_eq!(sample.planted.len(), 4);
    assert_eq!(sample.archived, 0);
    assert_eq!(unseen(&path, &sample.planted, Count::Rows, 24), [Kind::BruteForce]);
    assert_eq!(unseen(&path, &sample.planted, Count::Hits, 24), []);
}

#[test]
fn events_spread_over_the_days_up_to_the_end() {
    let (_folder, path, sample) = sample(&OPTIONS);
    assert!(sample.rows > 19_900, "{}", sample.rows);
    let days = texts(&path, "SELECT DISTINCT substr(timestamp, 1, 10) FROM ip_events");
    assert_eq!(days.into_iter().collect::<Vec<_>>(), ["2026-03-08", "2026-03-09", "2026-03-10", "2026-03-11"]);
    assert_eq!(texts(&path, "SELECT max(timestamp) FROM ip_events"), ["2026-03-11T20:35:11Z".to_owned()].into());
    let archive = texts(&path, "SELECT max(timestamp) FROM ip_events_30");
    assert!(archive < texts(&path, "SELECT min(timestamp) FROM ip_events"), "{archive:?}");
}

#[test]
fn the_background_keeps_away_from_the_attackers_addresses() {
    let (_folder, path, sample) = sample(&OPTIONS);
    let attackers: BTreeSet<String> =
        sample.planted.iter().flat_map(|planted| [Some(planted.src_ip.clone()), planted.dst_ip.clone()]).flatten().collect();
    let addresses = texts(&path, "SELECT src_ip FROM ip_events UNION SELECT dst_ip FROM ip_events");
    assert!(addresses.len() > 5_000);
    for text in addresses.difference(&attackers) {
        let reserved = match text.parse().expect("is an address") {
            IpAddr::V4(address) => address.is_documentation(),
            IpAddr::V6(address) => address.segments()[..3] == [0x2001, 0xdb8, 0xbad],
        };
        assert!(!reserved, "{text}");
    }
}

#[test]
fn the_file_is_left_in_wal_mode_with_nothing_beside_it() {
    let (folder, path, _) = sample(&OPTIONS);
    let files: Vec<_> = folder.path().read_dir().expect("reads").map(|entry| entry.expect("reads").file_name()).collect();
    assert_eq!(files, ["net_sentinel.db"]);
    assert_eq!(texts(&path, "PRAGMA journal_mode"), ["wal".to_owned()].into());
    assert_eq!(texts(&path, "PRAGMA integrity_check"), ["ok".to_owned()].into());
}
