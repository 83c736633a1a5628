//! `net-scout import` of the same log again: nothing is lost and nothing counts twice, whatever happens to the file or the program.

use std::fs;
use std::io::Write as _;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use net_scout_tests::harness::{DATABASE, Scene};

/// Lines to ports from `from` on.
fn lines(from: u32, count: u32) -> String {
    let line = |port| {
        format!(
            "Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.{} DST=198.51.100.1 PROTO=TCP SPT=1 DPT={}\n",
            port / 60_000 + 1,
            port % 60_000
        )
    };
    (from..from + count).map(line).collect()
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("packed");
    encoder.finish().expect("packed")
}

/// How many rows there are, and how many events they stand for.
fn total(scene: &Scene) -> (i64, i64) {
    if !scene.path(DATABASE).exists() {
        return (0, 0);
    }
    let sql = "SELECT count(*), total(hit_count) FROM ip_events";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, f64>(1)? as i64));
    scene.connect().query_row(sql, [], read).unwrap_or_default()
}

fn append(scene: &Scene, text: &str) {
    let mut file = fs::OpenOptions::new().append(true).create(true).open(scene.path("a.log")).expect("a log");
    file.write_all(text.as_bytes()).expect("written");
}

fn follow(scene: &Scene) -> Child {
    let mut command = scene.command(&["import", "--follow", "a.log"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started")
}

fn wait_for(scene: &Scene, expected: (i64, i64)) {
    for _ in 0..150 {
        if total(scene) == expected {
            return;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("{:?} instead of {expected:?}", total(scene));
}

/// Ends a program that follows, and says what it said.
fn terminate(child: Child) -> String {
    let killed = std::process::Command::new("kill").arg("-TERM").arg(child.id().to_string()).status();
    assert!(killed.expect("kill").success());
    let output = child.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    said
}

/// What stands before a fault may be wrong too, so nothing of it is stored; the sound file is then imported whole.
#[test]
fn a_damaged_file_is_refused_whole() {
    let scene = Scene::new();
    let sound = packed(&lines(1, 5_000));
    for place in [sound.len() / 2, sound.len() - 6] {
        let mut damaged = sound.clone();
        damaged[place] ^= 0x20;
        fs::write(scene.path("a.log.gz"), damaged).expect("a log");
        let run = scene.run(&["import", "a.log.gz"]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.contains("a.log.gz is damaged, and nothing of it was imported"), "{}", run.stderr);
        assert_eq!(total(&scene), (0, 0));
    }
    // gzip(1) ignores zeros behind it too.
    fs::write(scene.path("a.log.gz"), [sound, vec![0; 10_240]].concat()).expect("a log");
    let run = scene.run(&["import", "a.log.gz"]);
    assert_eq!((run.code, total(&scene)), (0, (5_000, 5_000)), "{}", run.stderr);
}

/// A file that was cut off goes on where it was, but not when it turns out to be another one.
#[test]
fn another_file_that_begins_alike_is_read_from_its_beginning() {
    let scene = Scene::new();
    let text = lines(1, 5_000);
    let whole = packed(&text);
    fs::write(scene.path("a.log.gz"), &whole[..whole.len() / 2]).expect("a log");
    assert_eq!(scene.run(&["import", "a.log.gz"]).code, 1);
    let (rows, _) = total(&scene);
    assert!((100..5_000).contains(&rows), "{rows}");
    let other = text.replacen("DPT=90\n", "DPT=60001\n", 1);
    fs::write(scene.path("b.log.gz"), packed(&other)).expect("a log");
    let run = scene.run(&["import", "b.log.gz"]);
    assert!(run.code == 0 && run.stderr.contains("b.log.gz: not what was imported of it up to line "), "{}", run.stderr);
    assert_eq!(total(&scene), (5_001, 5_000 + rows));
    // What was added to a log of lines that begin alike.
    fs::write(scene.path("c.log"), lines(20_000, 100)).expect("a log");
    assert_eq!(scene.run(&["import", "--new", "c.log"]).code, 0);
    fs::write(scene.path("c.log"), lines(20_000, 60) + &lines(30_000, 100)).expect("a log");
    assert_eq!(scene.run(&["import", "--new", "c.log"]).code, 0);
    assert_eq!(total(&scene).0, 5_001 + 200);
}

/// Of two imports of one log at the same time one goes on and the other is told; nothing counts twice.
#[test]
fn two_imports_at_once() {
    let scene = Scene::new();
    fs::write(scene.path("a.log"), lines(1, 10)).expect("a log");
    assert_eq!(scene.run(&["import", "a.log"]).code, 0);
    append(&scene, &lines(11, 40_000));
    let start = || {
        let mut command = scene.command(&["import", "--new", "a.log"]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started")
    };
    let both: Vec<Child> = (0..2).map(|_| start()).collect();
    let ended: Vec<(Option<i32>, String)> = both
        .into_iter()
        .map(|child| child.wait_with_output().expect("an end"))
        .map(|output| (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned()))
        .collect();
    assert!(ended.iter().any(|(code, _)| *code == Some(0)), "{ended:?}");
    for (code, said) in &ended {
        assert!(*code == Some(0) || said.contains("another import of ") && said.contains("nothing was counted twice"), "{said}");
    }
    assert_eq!(scene.run(&["import", "--new", "a.log"]).code, 0);
    assert_eq!(total(&scene), (40_010, 40_010), "{ended:?}");
}

/// The log is cut, and has grown past its old length before anybody looks again; what it had is in a copy.
#[test]
fn a_log_that_was_cut_and_grew() {
    let scene = Scene::new();
    append(&scene, &lines(1, 50));
    let child = follow(&scene);
    wait_for(&scene, (50, 50));
    let stop = |signal: &str| {
        std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
    };
    stop("-STOP");
    append(&scene, &lines(51, 5));
    fs::copy(scene.path("a.log"), scene.path("a.log.1")).expect("a copy");
    fs::write(scene.path("a.log"), lines(1_000, 100)).expect("cut");
    stop("-CONT");
    wait_for(&scene, (155, 155));
    append(&scene, &lines(2_000, 1));
    wait_for(&scene, (156, 156));
    let said = terminate(child);
    assert!(said.contains("a.log: rotated, reading the new file") && said.contains("a.log.1: read to its end"), "{said}");
}

/// The program is killed, and the log is rotated and begins as before when it starts again.
#[test]
fn a_log_that_was_rotated_while_nobody_followed() {
    for suffix in [".1", "-20260311", ".1.gz"] {
        let scene = Scene::new();
        append(&scene, &lines(1, 2));
        let mut child = follow(&scene);
        wait_for(&scene, (2, 2));
        append(&scene, &lines(3, 28));
        wait_for(&scene, (30, 30));
        child.kill().expect("killed");
        child.wait().expect("an end");
        append(&scene, &lines(31, 5));
        let old = fs::read_to_string(scene.path("a.log")).expect("a log");
        let older = scene.path(&format!("a.log{suffix}"));
        fs::rename(scene.path("a.log"), &older).expect("renamed");
        if suffix == ".1.gz" {
            fs::write(&older, packed(&old)).expect("packed");
        }
        // The new one is longer than the old one was, and its first lines are the same.
        append(&scene, &(lines(1, 3) + &lines(5_000, 60)));
        let child = follow(&scene);
        // Three lines come again.
        wait_for(&scene, (95, 98));
        let said = terminate(child);
        assert!(said.contains(&format!("a.log{suffix}: read to its end")), "{said}");
        let child = follow(&scene);
        append(&scene, &lines(6_000, 1));
        wait_for(&scene, (96, 99));
        terminate(child);
    }
}

/// A pipe can be read once only, and so it is.
#[test]
fn a_named_pipe() {
    let scene = Scene::new();
    assert!(std::process::Command::new("mkfifo").arg(scene.path("pipe")).status().expect("mkfifo").success());
    let child = scene.command(&["import", "pipe"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started");
    fs::write(scene.path("pipe"), lines(1, 3_000)).expect("written");
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(total(&scene), (3_000, 3_000));
}

/// A new database gets its indexes at the end, also when the import was killed before.
#[test]
fn indexes_of_a_new_database() {
    let indexes = |scene: &Scene| -> i64 {
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'ip_events' AND sql IS NOT NULL";
        scene.connect().query_row(sql, [], |row| row.get(0)).expect("a number")
    };
    let scene = Scene::new();
    fs::write(scene.path("a.log"), lines(1, 110_000)).expect("a log");
    let mut child = scene.command(&["import", "a.log"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    while total(&scene).0 == 0 {
        sleep(Duration::from_millis(5));
    }
    child.kill().expect("killed");
    let is_whole = child.wait().expect("an end").success();
    assert!(is_whole || matches!(indexes(&scene), 0 | 7));
    assert_eq!(scene.run(&["import", "a.log"]).code, 0);
    let counted = if is_whole { 220_000 } else { 110_000 };
    assert_eq!((total(&scene), indexes(&scene)), ((110_000, counted), 7));
}
