//! Processes that work on one database at the same time: each waits for its turn, says for whom, and one that was killed holds up nobody.

use std::fs;
use std::io::Read as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use net_scout_tests::harness::{DATABASE, Scene, guest};
use net_scout_tests::service::{Service, alerts, attack, status, until};

/// A scan that has the turn until it is killed.
fn endless_scan(scene: &Scene) -> Child {
    fs::create_dir(scene.path("endless")).expect("a plugin folder");
    fs::write(scene.path("endless/hostile.wasm"), guest("hostile")).expect("a plugin");
    let mut command = scene.command(&["scan", "--plugins", "endless", "--set", "hostile.act=endless_loop"]);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    until("the turn of the first scan", || holder(scene).is_some_and(|pid| pid == i64::from(child.id())));
    child
}

/// The process that has the turn.
fn holder(scene: &Scene) -> Option<i64> {
    if !scene.path(DATABASE).exists() {
        return None;
    }
    scene.connect().query_row("SELECT pid FROM scout_locks WHERE name = 'turn'", [], |row| row.get(0)).ok()
}

fn start(scene: &Scene, words: &[&str]) -> Child {
    scene.command(words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started")
}

/// Waits for the end of a process. What it said.
fn said(mut child: Child, code: i32) -> String {
    let mut said = String::new();
    child.stderr.take().expect("standard error").read_to_string(&mut said).expect("text");
    assert_eq!(child.wait().expect("a status").code(), Some(code), "{said}");
    said
}

fn kill(mut child: Child) {
    child.kill().expect("killed");
    child.wait().expect("a status");
}

fn rows(scene: &Scene, address: &str) -> i64 {
    let sql = "SELECT count(*) FROM ip_events WHERE src_ip = ?1";
    scene.connect().query_row(sql, [address], |row| row.get(0)).expect("a count")
}

fn log(source: &str, lines: u32) -> String {
    let line = |port: u32| {
        let (high, low) = (port / 250 % 250, port % 250);
        format!(
            "Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC={source} DST=198.51.{high}.{low} PROTO=TCP SPT=1 DPT={}\n",
            port % 60_000
        )
    };
    (1..=lines).map(line).collect()
}

#[test]
fn a_scan_waits_for_another_and_goes_on_when_that_is_killed() {
    let scene = Scene::small();
    let first = endless_scan(&scene);
    let pid = first.id();
    let second = start(&scene, &["scan", "--only", "horizontal_scan"]);
    std::thread::sleep(Duration::from_secs(3));
    kill(first);
    let said = said(second, 0);
    assert!(said.contains(&format!("waiting for net-scout scan (process {pid}, user ")), "{said}");
    assert!(said.contains("2 alerts in the events since 2026-03-11T19:35:11Z: 2 new, 0 repeated"), "{said}");
    assert_eq!(holder(&scene), None);
}

#[test]
fn an_import_waits_for_a_scan_and_one_that_follows_does_not() {
    let scene = Scene::small();
    fs::write(scene.path("whole.log"), log("203.0.113.1", 10)).expect("a log");
    fs::write(scene.path("live.log"), log("203.0.113.2", 10)).expect("a log");
    let scan = endless_scan(&scene);
    let pid = scan.id();
    let whole = start(&scene, &["import", "whole.log"]);
    let mut live = start(&scene, &["import", "--follow", "live.log"]);
    until("the rows of the log that is followed", || rows(&scene, "203.0.113.2") == 10);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(rows(&scene, "203.0.113.1"), 0, "it has not got its turn");
    kill(scan);
    let said = said(whole, 0);
    assert!(said.contains(&format!("waiting for net-scout scan (process {pid}, user ")), "{said}");
    assert_eq!(rows(&scene, "203.0.113.1"), 10);
    live.kill().expect("killed");
    live.wait().expect("a status");
}

#[test]
fn a_large_import_leaves_turns_to_scans() {
    let scene = Scene::small();
    fs::write(scene.path("large.log"), log("203.0.113.1", 60_000)).expect("a log");
    let mut import = start(&scene, &["import", "large.log"]);
    until("the turn of the import", || holder(&scene).is_some());
    let begun = Instant::now();
    scene.run(&["scan", "--only", "horizontal_scan", "--since", "10 minutes"]).exited(0);
    let (took, is_over) = (begun.elapsed(), import.try_wait().expect("a status").is_some());
    assert!(is_over || took < Duration::from_secs(20), "it waited for the whole import: {took:?}");
    let said = said(import, 0);
    assert!(said.contains("60000 events became "), "{said}");
    assert_eq!(holder(&scene), None);
}

#[test]
fn a_service_waits_for_a_scan_and_is_stopped_meanwhile() {
    let scene = Scene::small();
    let scan = endless_scan(&scene);
    let pid = scan.id();
    let service = Service::start(&scene, &[], &[]);
    std::thread::sleep(Duration::from_secs(4));
    let (took, said) = service.end();
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(said.contains(&format!("waiting for net-scout scan (process {pid}, user ")), "{said}");
    let stretches = "SELECT count(*) FROM scout_coverage";
    assert_eq!(scene.connect().query_row(stretches, [], |row| row.get::<_, i64>(0)).expect("a count"), 0, "nothing failed");
    let service = Service::start(&scene, &[], &[]);
    kill(scan);
    attack(&scene, "192.0.2.77");
    until("an alert", || alerts(&scene, "192.0.2.77") == 1);
    until("a good status", || status(&scene).1 == 0);
    service.end();
}
