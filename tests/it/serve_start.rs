//! What `net-scout serve` finds at its start, and what `net-scout status` says of it and of one that was killed.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::ChildStderr;
use std::sync::{Arc, Mutex};

use net_scout_tests::harness::{DATABASE, Scene};
use net_scout_tests::sample::Layout;
use net_scout_tests::service::{Service, alerts, attack, status, stored_status, until};

fn scene() -> Scene {
    Scene::with_events(Layout::V2, |_| ())
}

/// What a service says, while it says it.
fn heard(from: &mut Option<ChildStderr>) -> Arc<Mutex<String>> {
    let (said, from) = (Arc::new(Mutex::new(String::new())), from.take().expect("standard error"));
    let kept = Arc::clone(&said);
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            kept.lock().expect("a text").push_str(&(line + "\n"));
        }
    });
    said
}

/// Starts a service whose database cannot be used, sees that it says why, mends the database, and sees that it goes on.
fn waits_for(scene: &Scene, reason: &str, mend: impl FnOnce()) {
    let mut service = Service::start(scene, &[], &[]);
    let said = heard(&mut service.child.stderr);
    until(reason, || {
        let said = said.lock().expect("a text");
        said.contains("the database cannot be used yet, and is tried again: ") && said.contains(reason)
    });
    assert!(!said.lock().expect("a text").contains("--busy-timeout"));
    mend();
    attack(scene, "192.0.2.1");
    until("an alert", || alerts(scene, "192.0.2.1") == 1);
    until("a good status", || status(scene).1 == 0);
    service.signal("TERM");
    assert_eq!(service.child.wait().expect("a status").code(), Some(0));
}

#[test]
fn a_database_that_is_locked_is_waited_for() {
    let scene = scene();
    let locked = scene.connect();
    locked.execute_batch("BEGIN IMMEDIATE").expect("locked");
    waits_for(&scene, "was locked by another program for longer than 2 s", || locked.execute_batch("ROLLBACK").expect("free"));
}

#[test]
fn one_that_is_missing_empty_or_damaged_is_waited_for() {
    for (text, reason) in [
        (None, "no database at ./net_sentinel.db"),
        (Some(""), "net_sentinel.db has no table `ip_events`"),
        (
            Some("not a database, but longer than the head of one, so that its first bytes are looked at by the program"),
            "is not a SQLite",
        ),
    ] {
        let scene = scene();
        let (there, aside) = (scene.path(DATABASE), scene.path("aside.db"));
        fs::rename(&there, &aside).expect("moved");
        if let Some(text) = text {
            fs::write(&there, text).expect("written");
        }
        // Every command says it with the same status.
        for words in [&["scan"][..], &["status"], &["maintain"], &["serve", "--once"]] {
            let run = scene.run(words);
            // These read no events.
            if text == Some("") && (words == ["status"] || words == ["maintain"]) {
                continue;
            }
            assert!(run.code == 1 && run.stderr.contains(reason), "{words:?}: {} {}", run.code, run.stderr);
        }
        waits_for(&scene, reason, || fs::rename(&aside, &there).expect("moved"));
    }
}

#[test]
fn one_that_was_killed_is_missed_as_soon_as_its_interval_says() {
    let scene = scene();
    let service = Service::start(&scene, &[], &[]);
    until("a good status", || status(&scene).1 == 0);
    service.kill();
    // With the default interval, which is what `status` finds configured, it would be good for two minutes and more.
    until("a bad status", || status(&scene).1 == 3);
    let problems = status(&scene).0["problems"].to_string();
    assert!(problems.contains("no service is running on this database; the last one was active at "), "{problems}");
}

#[test]
fn a_configuration_that_is_wrong_is_shown_at_once() {
    let scene = scene();
    // It scans at its start, and then not within this test.
    scene.configure("[schedule]\nscan = \"1 hour\"\n");
    let mut command = scene.command(&["serve"]);
    let service = Service::of(&mut command);
    until("a first scan", || status(&scene).0["jobs"]["scan"]["runs"] == 1);
    scene.configure(&format!("db_path = \"{DATABASE}\"\n[schedule]\nscan = \"sometimes\"\nmaintain = \"daily 03:20\"\n"));
    service.signal("HUP");
    until("a problem", || stored_status(&scene).contains("the configuration is wrong, the one before is used: "));
    let (said, code) = status(&scene);
    assert_eq!(code, 3);
    let wrong = "the configuration is wrong: schedule.scan (from net-scout.toml:3): `sometimes` ";
    assert!(said["problems"].to_string().contains(wrong), "{said}");
    service.end();
    // One that is not TOML says nothing of the database: where it is by default.
    scene.configure("[schedule");
    let said = status(&scene).0["problems"].to_string();
    assert!(said.contains("the configuration is wrong: net-scout.toml:1: this is not TOML, at byte "), "{said}");
}
