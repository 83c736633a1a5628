//! `net-scout scan` over past time: what it says of the time that it scanned, `--fill` and `--backfill`.

use net_scout_tests::harness::{Scene, add_event};
use net_scout_tests::sample::Layout;
use serde_json::Value;

/// 2026-03-11T20:35:11Z, in seconds.
const NOW: i64 = 1_773_261_311;
const HOUR: i64 = 3_600;

/// Somebody tries 80 ports, so many seconds before now.
fn attack(scene: &Scene, source: &str, before: i64) {
    let connection = scene.connect();
    let sql = "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ?1, 'unixepoch')";
    let time: String = connection.query_row(sql, [NOW - before], |row| row.get(0)).expect("a time");
    connection.execute_batch("BEGIN").expect("begin");
    let source_port = u16::try_from(30_000 + before / 60 % 30_000).expect("a port");
    for port in 1..=80 {
        add_event(&connection, &time, source, source_port, "198.51.100.1", port);
    }
    connection.execute_batch("COMMIT").expect("commit");
}

fn scene() -> Scene {
    let scene = Scene::with_events(Layout::V2, |_| ());
    scene.run(&["migrate"]).exited(0);
    scene
}

/// Says what was scanned: from so many seconds before now to so many.
fn cover(scene: &Scene, stretches: &[(i64, i64, &str)], digest: &str) {
    let connection = scene.connect();
    for (begins, ends, state) in stretches {
        let sql = "INSERT INTO scout_coverage (event_table, alert_table, begins, ends, state, digest, at)
                   VALUES ('ip_events', 'scout_alerts', ?1, ?2, ?3, ?4, ?2)";
        let values = ((NOW - begins) * 1_000_000, (NOW - ends) * 1_000_000, state, digest);
        connection.execute(sql, values).expect("a stretch");
    }
}

/// What counts as scanned, in the same form.
fn covered(scene: &Scene) -> Vec<(i64, i64, String)> {
    let connection = scene.connect();
    let sql = "SELECT begins, ends, state FROM scout_coverage ORDER BY begins";
    let mut statement = connection.prepare(sql).expect("a query");
    let before = |time: i64| NOW - time / 1_000_000;
    let rows = statement.query_map([], |row| Ok((before(row.get(0)?), before(row.get(1)?), row.get(2)?)));
    rows.expect("rows").collect::<Result<_, _>>().expect("a row")
}

fn stretch(begins: i64, ends: i64, state: &str) -> (i64, i64, String) {
    (begins, ends, state.to_owned())
}

/// The alerts about a source: what was raised when.
fn alerts(scene: &Scene, source: &str) -> Vec<(String, String)> {
    let connection = scene.connect();
    let sql = "SELECT alert_type, created_at FROM scout_alerts WHERE src_ip = ?1 ORDER BY id";
    let mut statement = connection.prepare(sql).expect("a query");
    let rows = statement.query_map([source], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.expect("rows").collect::<Result<_, _>>().expect("a row")
}

#[test]
fn gaps_are_filled() {
    let scene = scene();
    attack(&scene, "192.0.2.1", 10 * HOUR);
    attack(&scene, "192.0.2.2", 30 * HOUR);
    cover(&scene, &[(20 * HOUR, 12 * HOUR, "scanned"), (12 * HOUR, 9 * HOUR, "gap"), (8 * HOUR, HOUR, "scanned")], "before");
    let look = scene.run(&["scan", "--fill", "--dry-run", "--format", "ndjson"]);
    look.exited(0);
    assert_eq!((look.lines().len(), alerts(&scene, "192.0.2.1").len(), covered(&scene).len()), (1, 0, 3));
    let fill = scene.run(&["scan", "--fill", "--format", "ndjson"]);
    fill.exited(0);
    assert_eq!(fill.lines()[0]["src_ip"], "192.0.2.1");
    assert!(fill.stderr.contains("that time was scanned in 16 steps"), "{}", fill.stderr);
    let found = alerts(&scene, "192.0.2.1");
    assert_eq!(found.len(), 1);
    assert!(found[0].1.starts_with("2026-03-11T20:35:11"), "it is raised now: {found:?}");
    let all =
        [stretch(20 * HOUR, 12 * HOUR, "scanned"), stretch(12 * HOUR, 8 * HOUR, "scanned"), stretch(8 * HOUR, HOUR, "scanned")];
    assert_eq!(covered(&scene), all);
    let again = scene.run(&["scan", "--fill"]);
    again.ended(0, "all of that time was scanned\n");

    // What was logged before the service began is for a time that is named.
    assert_eq!(alerts(&scene, "192.0.2.2").len(), 0);
    let status = scene.run(&["status"]);
    let hint = "left out  events of 2026-03-10 and later, before the service began; `net-scout scan --fill --since 2026-03-10` scans them";
    assert!(status.stdout.contains(hint), "{}", status.stdout);
    scene.run(&["scan", "--fill", "--since", "2026-03-10"]).exited(0);
    assert_eq!(alerts(&scene, "192.0.2.2").len(), 1);
    assert!(!scene.run(&["status"]).stdout.contains("not scanned"));
}

#[test]
fn what_a_rule_failed_in_stays_open() {
    let scene = scene().with_guest("hostile");
    scene.configure("[rules.hostile]\nact = \"panic\"\n");
    attack(&scene, "192.0.2.1", 10 * HOUR);
    let before = [(20 * HOUR, 11 * HOUR, "scanned"), (11 * HOUR, 9 * HOUR, "failed"), (9 * HOUR, HOUR, "scanned")];
    cover(&scene, &before, "before");
    let fill = scene.run(&["scan", "--fill"]);
    fill.exited(3);
    assert!(fill.stderr.contains("warning: 8 steps do not count as scanned, because a rule failed"), "{}", fill.stderr);
    assert_eq!(fill.stderr.matches("rule hostile").count(), 1, "it is said once: {}", fill.stderr);
    assert_eq!(alerts(&scene, "192.0.2.1").len(), 1, "the alerts of the others stand");
    assert_eq!(covered(&scene), before.map(|(begins, ends, state)| stretch(begins, ends, state)));
}

#[test]
fn late_rows_that_are_too_old_for_the_service_are_said_and_filled() {
    let scene = scene();
    attack(&scene, "192.0.2.1", 20 * 24 * HOUR);
    let day = 20 * 24 * HOUR + 60;
    cover(&scene, &[(day + HOUR, day, "scanned"), (day, day - 120, "late"), (day - 120, 60, "scanned")], "before");
    let status = scene.run(&["status", "--format", "ndjson"]);
    let said: Value = serde_json::from_str(&status.stdout).expect("JSON");
    let problem = "rows came late for 120 s that the service does not go back to; `net-scout scan --fill` scans them again";
    assert!(said["problems"].as_array().is_some_and(|problems| problems.iter().any(|said| said == problem)), "{said}");
    scene.run(&["scan", "--fill"]).exited(0);
    assert_eq!(alerts(&scene, "192.0.2.1").len(), 1);
    assert!(covered(&scene).iter().all(|(.., state)| state == "scanned"));
}

#[test]
fn times_that_make_no_sense() {
    let scene = scene();
    let nothing = "error: --fill: nothing was scanned by `net-scout serve` yet, so there is no gap; name the time with --since\n";
    scene.run(&["scan", "--fill"]).ended(2, nothing);
    cover(&scene, &[(20 * HOUR, HOUR, "scanned")], "before");
    let early = "error: --fill: 2026-03-10T00:00:00Z lies before what was scanned, which begins at 2026-03-11T00:35:11Z; leave --until out, \
                 or use --backfill\n";
    scene.run(&["scan", "--fill", "--since", "2026-03-09", "--until", "2026-03-10"]).ended(2, early);
    let words = ["scan", "--backfill", "soon", "--only", "vertical_scan"];
    assert!(scene.run(&words).stderr.starts_with("error: --backfill: `soon` is not a time"));
    for words in
        [&["scan", "--backfill", "2099-01-01", "--only", "vertical_scan"][..], &["scan", "--fill", "--since", "2099-01-01"]]
    {
        let future = scene.run(words);
        future.exited(2);
        assert!(future.stderr.contains(": 2099-01-01T00:00:00Z is not in the past; name an earlier time"), "{}", future.stderr);
    }
    let unknown = scene.run(&["scan", "--backfill", "7 days", "--only", "my_rule"]);
    unknown.exited(2);
    assert!(unknown.stderr.contains("there is no rule `my_rule`; there are "), "{}", unknown.stderr);
}

/// The service counts such time as scanned too: the rule ran, and what it may not say it may never say.
#[test]
fn an_alert_that_is_refused_leaves_no_step_open() {
    let scene = scene();
    attack(&scene, "198.51.100.9 odd", 10 * HOUR);
    cover(&scene, &[(20 * HOUR, 11 * HOUR, "scanned"), (11 * HOUR, 9 * HOUR, "late"), (9 * HOUR, HOUR, "scanned")], "before");
    let fill = scene.run(&["scan", "--fill"]);
    assert!(fill.stderr.contains("alerts were refused"), "{}", fill.stderr);
    fill.exited(3);
    assert!(!fill.stderr.contains("not count as scanned"), "{}", fill.stderr);
    scene.run(&["scan", "--fill"]).ended(0, "all of that time was scanned\n");
}

#[test]
fn a_rule_is_run_over_the_past() {
    let scene = scene();
    attack(&scene, "192.0.2.1", 3 * 24 * HOUR);
    attack(&scene, "192.0.2.1", 60);
    cover(&scene, &[(20 * HOUR, HOUR, "scanned")], "before");
    scene.run(&["scan", "--only", "vertical_scan"]).exited(0);
    let back = scene.run(&["scan", "--backfill", "74 hours", "--only", "vertical_scan", "--format", "ndjson"]);
    back.exited(0);
    assert!(back.stderr.contains("that time was scanned in 296 steps"), "{}", back.stderr);
    let found = alerts(&scene, "192.0.2.1");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[1].1.starts_with("2026-03-08T"), "it has the time of its events: {found:?}");
    assert!(found.iter().all(|(kind, _)| kind == "vertical_scan"), "{found:?}");
    assert_eq!(covered(&scene), [stretch(20 * HOUR, HOUR, "scanned")], "nothing counts as scanned");
    // The same again is the same.
    scene.run(&["scan", "--backfill", "7 days", "--only", "vertical_scan"]).exited(0);
    assert_eq!(alerts(&scene, "192.0.2.1").len(), 2);
}

#[test]
fn a_scan_by_hand_says_what_it_has_scanned() {
    let scene = scene();
    let scan = |words: &[&str]| scene.run(&[["scan"].as_slice(), words].concat()).exited(0);
    scan(&[]);
    assert_eq!(covered(&scene), [], "no service began it");
    // The digest of these rules, from the service.
    let once = scene.command(&["serve", "--once"]).env_remove("NET_SCOUT_NOW").output().expect("run");
    assert_eq!(once.status.code(), Some(0), "{}", String::from_utf8_lossy(&once.stderr));
    let connection = scene.connect();
    let digest: String = connection.query_row("SELECT digest FROM scout_coverage", [], |row| row.get(0)).expect("a digest");
    connection.execute_batch("DELETE FROM scout_coverage").expect("deleted");
    let before = stretch(20 * HOUR, 10 * HOUR, "scanned");
    cover(&scene, &[(20 * HOUR, 10 * HOUR, "scanned")], &digest);
    for words in [
        &["--dry-run"][..],
        &["--only", "vertical_scan"],
        &["--set", "vertical_scan.ports_threshold=99"],
        &["--since", "59 minutes"],
        &["--since", "2026-03-01", "--until", "2026-03-02"],
    ] {
        scan(words);
        assert_eq!(covered(&scene), std::slice::from_ref(&before), "{words:?}");
    }
    scan(&[]);
    assert_eq!(covered(&scene), [before, stretch(HOUR, 30, "scanned")]);
    scan(&["--since", "10 hours"]);
    assert_eq!(covered(&scene), [stretch(20 * HOUR, 30, "scanned")]);
}
