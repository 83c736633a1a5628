//! `net-scout migrate --event-hash`.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::{UP_TO_DATE, column};
use net_scout_tests::harness::{DATABASE, MIGRATED, NOW, Scene, add_event, skipped};
use net_scout_tests::places;
use net_scout_tests::sample::{Layout, create_indexes, create_table};

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
    let error = "error: ./net_sentinel.db has no table `ip_events`; it has notes";
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
