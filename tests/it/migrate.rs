//! `net-scout migrate`: the tables of net-scout, made once, whoever made some of them before, and the hashes of events.

use std::process::{Command, Stdio};
use std::time::Duration;

use net_scout_tests::harness::{DATABASE, MIGRATED, NOW, SMALL_ALERTS, SMALL_SINCE, Scene, add_event, skipped};
use net_scout_tests::places;
use net_scout_tests::sample::{Layout, create_indexes, create_table};
use rusqlite::Connection;

const UP_TO_DATE: &str = "./net_sentinel.db is up to date";

/// A column of a table, from all rows.
fn column(connection: &Connection, sql: &str) -> Vec<Option<String>> {
    connection
        .prepare(sql)
        .expect("a query")
        .query_map([], |row| row.get(0))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("rows")
}

fn columns(connection: &Connection, table: &str) -> Vec<String> {
    column(connection, &format!("SELECT name FROM pragma_table_info('{table}')")).into_iter().flatten().collect()
}

#[test]
fn a_second_run_changes_nothing() {
    for layout in [Layout::V1, Layout::V2] {
        let scene = Scene::with_events(layout, |_| ());
        scene.run(&["migrate"]).ended(0, MIGRATED);
        let (before, files) = (scene.bytes(), scene.files());
        scene.run(&["migrate"]).ended(0, UP_TO_DATE);
        assert!(scene.bytes() == before, "the database was changed");
        assert_eq!(scene.files(), files);
        // A scan has nothing left to do, and nor has the program after a scan.
        assert_eq!(scene.run(&["scan"]).code, 0);
        scene.run(&["migrate"]).ended(0, UP_TO_DATE);
    }
}

#[test]
fn the_tables_have_the_columns_that_others_rely_on() {
    let scene = Scene::small();
    scene.run(&["migrate"]).ended(0, MIGRATED);
    let connection = scene.connect();
    assert_eq!(
        columns(&connection, "scout_alerts"),
        [
            "id",
            "alert_type",
            "src_ip",
            "dst_ip",
            "score",
            "evidence_json",
            "enrichment_json",
            "status",
            "created_at",
            "severity",
            "rule",
            "updated_at",
            "story",
        ]
    );
    assert_eq!(columns(&connection, "scout_enrichment_cache"), ["id", "subject", "kind", "result_json", "updated_at"]);
    // Each migration is remembered with when it ran, and the file's own version is left to net-sentinel.
    let applied =
        column(&connection, "SELECT version || ' ' || name || ' ' || applied_at FROM scout_migrations ORDER BY version");
    let expected = [
        "1 0001_original_tables",
        "2 0002_alert_details",
        "3 0003_alert_lookup",
        "4 0004_rate_limits",
        "5 0005_plugin_state",
        "6 0006_ledger",
        "7 0007_ledger_host_time",
        "8 0008_alert_story",
        "9 0009_allowlist",
        "10 0010_lookup_failures",
        "11 0011_imports",
        "12 0012_import_digests",
        "13 0013_service",
    ]
    .map(|name| Some(format!("{name} {NOW}")));
    assert_eq!(applied, expected);
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a version");
    assert_eq!(version, 0);
}

/// Tables that the Python program made are adopted as they are, with their rows.
#[test]
fn the_tables_of_the_python_program() {
    let scene = Scene::small();
    scene
        .connect()
        .execute_batch(
            "CREATE TABLE scout_alerts (
                 id INTEGER PRIMARY KEY AUTOINCREMENT, alert_type TEXT NOT NULL, src_ip TEXT, dst_ip TEXT, score INTEGER DEFAULT 0,
                 evidence_json TEXT, enrichment_json TEXT, status TEXT DEFAULT 'new', created_at TEXT NOT NULL
             );
             CREATE TABLE scout_enrichment_cache (
                 id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL UNIQUE, kind TEXT, result_json TEXT, updated_at TEXT NOT NULL
             );
             INSERT INTO scout_alerts (id, alert_type, src_ip, score, evidence_json, enrichment_json, status, created_at) VALUES
                 (41, 'horizontal_scan', '192.0.2.7', 61, '{\"dst_count\": 61}', '{\"src\": {\"rdns\": null}}', 'enriched', '2026-01-01T00:00:00Z');
             INSERT INTO scout_enrichment_cache (subject, kind, result_json, updated_at) VALUES ('rdns:192.0.2.7', 'rdns', '{}', '2026-01-01T00:00:00Z');",
        )
        .expect("the tables of the Python program");
    scene.run(&["migrate"]).ended(0, MIGRATED);
    let row = "SELECT json_array(id, alert_type, src_ip, dst_ip, score, evidence_json, enrichment_json, status, created_at, severity, rule, \
               updated_at) FROM scout_alerts";
    let expected = r#"[41,"horizontal_scan","192.0.2.7",null,61,"{\"dst_count\": 61}","{\"src\": {\"rdns\": null}}","enriched","2026-01-01T00:00:00Z",null,null,null]"#;
    assert_eq!(column(&scene.connect(), row), [Some(expected.to_owned())]);
    assert_eq!(column(&scene.connect(), "SELECT subject FROM scout_enrichment_cache"), [Some("rdns:192.0.2.7".to_owned())]);
    scene.run(&["migrate"]).ended(0, UP_TO_DATE);
    scene.run(&["scan"]).ended(0, &format!("4 alerts in the events since {SMALL_SINCE}: 4 new, 0 repeated"));
}

#[test]
fn a_newer_or_changed_database_is_refused() {
    for (tampering, error) in [
        (
            "INSERT INTO scout_migrations VALUES ('scout_alerts', 99, '0099_future', 'x', '2030-01-01T00:00:00Z')",
            "./net_sentinel.db was migrated by a later net-scout to version 99, this one knows 13: use that later version",
        ),
        (
            "UPDATE scout_migrations SET checksum = 'x' WHERE version = 2",
            "./net_sentinel.db: migration 2 (0002_alert_details) was changed after it ran; use the net-scout that made it",
        ),
    ] {
        let scene = Scene::small();
        scene.run(&["migrate"]).ended(0, MIGRATED);
        scene.connect().execute_batch(tampering).expect("tampered");
        let (before, files) = (scene.bytes(), scene.files());
        for words in [&["migrate"][..], &["migrate", "--event-hash"], &["scan"]] {
            scene.run(words).ended(1, &format!("error: {error}"));
            assert!(scene.bytes() == before, "{words:?} changed the database");
            assert_eq!(scene.files(), files);
        }
        // Looking is still allowed.
        assert_eq!(scene.run(&["scan", "--dry-run", "--format", "ndjson"]).stdout, SMALL_ALERTS);
    }
}

/// Each alert table has its own history.
#[test]
fn two_alert_tables() {
    let scene = Scene::small();
    scene.run(&["migrate"]).ended(0, MIGRATED);
    scene.run(&["migrate", "--alert-table", "mine"]).ended(0, MIGRATED);
    scene.run(&["migrate"]).ended(0, UP_TO_DATE);
    scene.run(&["migrate", "--alert-table", "mine"]).ended(0, UP_TO_DATE);
}

/// Two at once do the work once.
#[test]
fn at_the_same_time() {
    let scene = Scene::small();
    let children: Vec<_> = (0..4)
        .map(|_| scene.command(&["migrate"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started"))
        .collect();
    let mut ran = 0;
    for child in children {
        let output = child.wait_with_output().expect("an end");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        ran += stderr.matches("ran migration").count();
    }
    assert_eq!(ran, 13);
}

fn hashes(scene: &Scene, table: &str) -> Vec<Option<String>> {
    column(&scene.connect(), &format!("SELECT event_hash FROM {table} ORDER BY id"))
}

#[test]
fn hashes_of_the_second_layout() {
    let scene = Scene::with_events(Layout::V2, |connection| {
        create_table(connection, "ip_events_30", Layout::V2).expect("a table");
        create_indexes(connection, "ip_events_30", Layout::V2).expect("indexes");
        add_event(connection, NOW, "192.0.2.1", 40_000, "198.51.100.1", 22);
        // The unique key of the table lets an event without ports stand twice.
        let ping = "INSERT INTO {} (src_ip, dst_ip, proto, verdict, direction, timestamp) VALUES ('192.0.2.1', '198.51.100.1', 'ICMP', 'DROP', 'INBOUND', '2026-03-11')";
        connection
            .execute_batch(&[ping, ping, &ping.replace("{}", "ip_events_30")].join(";").replace("{}", "ip_events"))
            .expect("pings");
    });
    scene.run(&["migrate", "--event-hash"]).ended(
        0,
        &format!(
            "{MIGRATED}\n\
             ip_events: 2 events got a hash, 1 has none because another row is the same event\n\
             ip_events_30: 1 event got a hash, 0 have none because another row is the same event"
        ),
    );
    // SHA-256 of the columns of the unique key, computed elsewhere.
    let tcp = Some("7c7bbf3121cbb07936e6082081edad6a57354e745e69d857c0ac6eafd378b4d1".to_owned());
    let icmp = Some("c8fe450c0657795dd1fe6a247bb011c1a5915937e65bfe28fe4e8eb3711a5357".to_owned());
    assert_eq!(hashes(&scene, "ip_events"), [tcp.clone(), icmp.clone(), None]);
    assert_eq!(hashes(&scene, "ip_events_30"), [icmp]);
    let unique = "SELECT name FROM pragma_index_list('ip_events') WHERE \"unique\" AND origin = 'c'";
    assert_eq!(column(&scene.connect(), unique), [Some("ip_events_event_hash".to_owned())]);

    // The producer goes on without knowing the column, and a second run fills what is new.
    let upsert = "INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp, hit_count)
                  VALUES ('192.0.2.1', ?1, '198.51.100.1', 22, 'TCP', 'DROP', 'INBOUND', '2026-03-12T00:00:00Z', 1)
                  ON CONFLICT (src_ip, dst_ip, src_port, dst_port, proto, verdict, direction)
                  DO UPDATE SET hit_count = hit_count + 1, timestamp = excluded.timestamp";
    for port in [40_000, 40_001] {
        scene.connect().execute(upsert, [port]).expect("an event of the producer");
    }
    scene.run(&["migrate", "--event-hash"]).ended(
        0,
        &format!(
            "{UP_TO_DATE}\n\
             ip_events: 1 event got a hash, 1 has none because another row is the same event\n\
             ip_events_30: 0 events got a hash, 0 have none because another row is the same event"
        ),
    );
    assert_eq!(hashes(&scene, "ip_events").iter().flatten().count(), 3);
    assert_eq!(scene.run(&["scan"]).code, 0);
}

#[test]
fn hashes_of_the_first_layout() {
    let scene = Scene::with_events(Layout::V1, |connection| {
        connection
            .execute_batch("INSERT INTO ip_events (ip, direction, port, timestamp) VALUES ('192.0.2.1', 'RX', 22, '2026-03-11'), ('192.0.2.1', 'RX', 23, '2026-03-11')")
            .expect("events");
    });
    scene
        .run(&["migrate", "--event-hash"])
        .ended(0, &format!("{MIGRATED}\nip_events: 2 events got a hash, 0 have none because another row is the same event"));
    assert_eq!(
        hashes(&scene, "ip_events")[0].as_deref(),
        Some("f78b219406c5bcb30f6d8e87b00115e4326dfa8905458b5c502c10c1f7545f17")
    );
}

#[test]
fn no_events_to_hash() {
    let scene = Scene::new();
    scene.connect().execute_batch("CREATE TABLE notes (text)").expect("a database");
    let run = scene.run(&["migrate", "--event-hash"]);
    let error = "error: ./net_sentinel.db has no table `ip_events`; it has notes, scout_alerts, scout_allowlist, scout_coverage, scout_coverage_marks, scout_enrichment_cache, scout_imports, scout_ledger, scout_locks, scout_lookup_failures, \
         scout_migrations, scout_plugin_state, scout_rate_limits, scout_service";
    run.ended(1, &format!("{MIGRATED}\n{error}"));
}

/// 20,000 events, hashed in batches: killed in between, the next run goes on where the last one was. Another program may write meanwhile.
#[test]
fn hashing_is_taken_up_again() {
    const EVENTS: usize = 20_000;
    let scene = Scene::with_events(Layout::V2, |connection| {
        for index in 0..EVENTS {
            let source = format!("10.0.{}.{}", index / 250, index % 250);
            add_event(connection, NOW, &source, 1, "198.51.100.1", 22);
        }
    });
    assert_eq!(scene.run(&["migrate"]).code, 0);
    let command = || {
        let mut command = scene.command(&["migrate", "--event-hash"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    for delay in (0..60).step_by(6).map(Duration::from_millis) {
        let mut child = command().spawn().expect("started");
        std::thread::sleep(delay);
        child.kill().expect("killed");
        child.wait().expect("a status");
    }
    let mut child = command().spawn().expect("started");
    let writer = scene.connect();
    writer.busy_timeout(Duration::from_secs(10)).expect("a timeout");
    for port in 1_000..1_020 {
        add_event(&writer, NOW, "192.0.2.1", port, "198.51.100.1", 22);
    }
    assert!(child.wait().expect("a status").success());
    assert_eq!(scene.run(&["migrate", "--event-hash"]).code, 0);
    let hashes = hashes(&scene, "ip_events");
    assert_eq!(hashes.iter().flatten().collect::<std::collections::HashSet<_>>().len(), EVENTS + 20);
    assert_eq!(column(&scene.connect(), "PRAGMA integrity_check"), [Some("ok".to_owned())]);
}

#[test]
fn hashing_shows_its_progress_on_a_terminal() {
    let scene = Scene::small();
    let binary = places::binary();
    let line = format!("env -i TERM=xterm NET_SCOUT_NOW={NOW} {} migrate --event-hash --db-path {DATABASE}", binary.display());
    let output =
        match Command::new("script").args(["-qec", &line, "/dev/null"]).current_dir(scene.path("")).stdin(Stdio::null()).output()
        {
            Ok(output) => output,
            Err(error) => return skipped(&format!("there is no `script` to make a terminal: {error}")),
        };
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(shown.contains("hashing [==============================] 330 of 330 events"), "{shown:?}");
    assert!(
        shown.ends_with("ip_events: 330 events got a hash, 0 have none because another row is the same event\r\n"),
        "{shown:?}"
    );
}
