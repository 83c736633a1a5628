//! Logs that grow while they are read.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use super::{DROPPED, scene, total, total_or_none};

/// A log that grows, is rotated and cut, and a program that is stopped and started.
#[test]
fn follow() {
    let scene = scene(&[("a.log", DROPPED.as_bytes())]);
    let wait_for = |hits: i64| {
        for _ in 0..100 {
            if total_or_none(&scene).is_some_and(|(_, found)| found == hits) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("{:?} instead of {hits}", total_or_none(&scene));
    };
    let append = |text: &str| {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(scene.path("a.log")).expect("a log");
        file.write_all(text.as_bytes()).expect("written");
    };
    let start = || {
        let mut command = scene.command(&["import", "--follow", "a.log"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started")
    };
    let terminate = |child: std::process::Child| {
        let status = std::process::Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().expect("kill");
        assert!(status.success());
        let output = child.wait_with_output().expect("an end");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let child = start();
    wait_for(1);
    append(&DROPPED[..20]);
    append(&DROPPED[20..]);
    append(DROPPED);
    wait_for(3);
    // Renamed, with a line that is written to the old file afterwards.
    fs::rename(scene.path("a.log"), scene.path("a.log.1")).expect("renamed");
    let mut old = fs::OpenOptions::new().append(true).open(scene.path("a.log.1")).expect("a log");
    old.write_all(DROPPED.as_bytes()).expect("written");
    append(&DROPPED.repeat(2).replace("20:00:00", "20:01:00"));
    wait_for(6);
    // What is not stored yet is stored at the end.
    append(&DROPPED.replace("20:00:00", "20:02:00"));
    std::thread::sleep(std::time::Duration::from_millis(500));
    let said = terminate(child);
    assert!(said.contains("a.log: rotated, reading the new file"), "{said}");
    assert_eq!(total(&scene).1, 7);
    append(&DROPPED.replace("20:00:00", "20:03:00"));
    let child = start();
    wait_for(8);
    // Cut, as `copytruncate` of logrotate does it.
    fs::write(scene.path("a.log"), "").expect("cut");
    std::thread::sleep(std::time::Duration::from_millis(700));
    append(&DROPPED.replace("20:00:00", "20:04:00"));
    wait_for(9);
    let said = terminate(child);
    assert!(said.contains("continued behind line 3"), "{said}");
}

/// A log that somebody else follows is stored while it comes.
#[test]
fn a_live_standard_input() {
    let scene = scene(&[]);
    let mut command = scene.command(&["import", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    let mut input = child.stdin.take().expect("an input");
    input.write_all(DROPPED.as_bytes()).expect("written");
    for _ in 0..100 {
        if total_or_none(&scene) == Some((1, 1)) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(total_or_none(&scene), Some((1, 1)));
    input.write_all(DROPPED.trim_end().as_bytes()).expect("written");
    drop(input);
    assert!(child.wait().expect("an end").success());
    assert_eq!(total(&scene), (1, 2));
}
