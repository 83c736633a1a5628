//! A small database in which the three rules find four alerts. Its only purpose is to show that a bad plugin takes nothing from others.

use std::sync::OnceLock;
use std::time::Duration;

use rusqlite::{Connection, params};

use super::{Run, Scene, make_database};
use crate::sample::Layout;

/// Where the default window of an hour begins.
pub const SMALL_SINCE: &str = "2026-03-11T19:35:11Z";

/// What `scan --format ndjson --dry-run` finds in the small database.
pub const SMALL_ALERTS: &str = r#"{"alert_type":"high_connection_volume","src_ip":"192.0.2.3","dst_ip":null,"score":100,"severity":"low","rule":"high_connection_volume","evidence":{"total_conns":210,"since":"2026-03-11T19:35:11Z"}}
{"alert_type":"horizontal_scan","src_ip":"192.0.2.1","dst_ip":null,"score":66,"severity":"low","rule":"horizontal_scan","evidence":{"dst_count":60,"conn_count":60,"since":"2026-03-11T19:35:11Z"}}
{"alert_type":"vertical_scan","src_ip":"192.0.2.2","dst_ip":"198.51.100.1","score":60,"severity":"low","rule":"vertical_scan","evidence":{"ports":60,"since":"2026-03-11T19:35:11Z"}}
{"alert_type":"horizontal_scan","src_ip":"192.0.2.3","dst_ip":null,"score":22,"severity":"low","rule":"horizontal_scan","evidence":{"dst_count":1,"conn_count":210,"since":"2026-03-11T19:35:11Z"}}
"#;

/// What such a scan says at its end.
pub const SMALL_DONE: &str = "4 alerts in the events since 2026-03-11T19:35:11Z: nothing written (dry run)\n";

impl Scene {
    /// Scans the small database without writing, as [`SMALL_ALERTS`] are found.
    ///
    /// # Panics
    /// When the database was changed.
    #[must_use]
    #[track_caller]
    pub fn scan(&self, words: &[&str]) -> Run {
        let before = self.bytes();
        let run = self.run(&[["scan", "--dry-run", "--format", "ndjson"].as_slice(), words].concat());
        assert!(self.bytes() == before, "the database was changed");
        run
    }
}

impl Run {
    /// Checks that a scan of the small database is what it is without the bad plugin but for these lines on standard error, and took
    /// neither long nor much.
    #[track_caller]
    pub fn warned(&self, warnings: &str) {
        self.ended(3, &format!("{warnings}\n{SMALL_DONE}"));
        assert_eq!(self.stdout, SMALL_ALERTS);
        assert!(self.took < Duration::from_secs(10), "{:?}", self.took);
        assert!(self.peak_memory < 700 << 20, "{} MiB", self.peak_memory >> 20);
    }
}

/// The bytes of the database, made once.
pub(super) fn database() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("small.db");
        make_database(&path, Layout::V2, |connection| {
            let time = "2026-03-11T20:25:11Z";
            for index in 1..=60 {
                add_event(connection, time, "192.0.2.1", 40_000, &format!("198.51.100.{index}"), 80);
                add_event(connection, time, "192.0.2.2", 40_000, "198.51.100.1", index);
            }
            for index in 1..=210 {
                add_event(connection, time, "192.0.2.3", 40_000 + index, "198.51.100.2", 22);
            }
        });
        std::fs::read(path).expect("a database")
    })
}

/// Adds a dropped TCP packet to `ip_events` of the second layout.
pub fn add_event(connection: &Connection, time: &str, source: &str, source_port: u16, destination: &str, destination_port: u16) {
    connection
        .prepare_cached(
            "INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp)
             VALUES (?1, ?2, ?3, ?4, 'TCP', 'DROP', 'INBOUND', ?5)",
        )
        .and_then(|mut insert| insert.execute(params![source, source_port, destination, destination_port, time]))
        .expect("an event");
}
