//! A rule that reads files: behind the same gate as an enricher, recorded and repeated, and off until its directory is configured.

use std::fs;

use net_scout_tests::harness::{Run, SMALL_SINCE, Scene, guest};
use serde_json::json;

/// The line that grants the directory.
const GRANT: &str = "[grants.files_reader]\nfiles = ['data']\n";
/// The directories of the scene.
const DIRECTORIES: &str = "[directories]\ndata = 'data'\nother = 'other'\n";
/// What a scan says that keeps nothing.
const NOTHING: &str = "0 alerts in the events since 2026-03-11T19:35:11Z: nothing written (dry run)";

/// A scene with the rule alone, and files that it may and may not read.
fn scene() -> Scene {
    let scene = Scene::small().without_rules().with_guest("files_reader");
    scene.add_directories();
    scene.configure(&format!("{DIRECTORIES}{GRANT}"));
    scene
}

fn open(scene: &Scene, place: &str, others: &[&str]) -> Run {
    let set = format!("files_reader.open={place}");
    scene.scan(&[&["--set", &set], others].concat())
}

#[test]
fn what_was_granted_is_read() {
    let scene = scene();
    let run = open(&scene, "data file", &[]);
    assert_eq!((run.code, &run.lines()[0]["evidence"]), (0, &json!({"text": "in data", "size": 7})), "{}", run.stderr);
    assert_eq!(open(&scene, "data *", &[]).lines()[0]["evidence"], json!({"names": ["file"]}));
}

#[test]
fn what_was_not_granted_is_denied() {
    let scene = scene();
    let grant =
        "AccessDenied(\"the directory other is not granted; to grant it, add [grants.files_reader] files = [\\\"other\\\"]\")";
    let outside =
        |path: &str| format!("AccessDenied(\"`{path}` leads out of the directory data, and only what is in it can be granted\")");
    for (place, reason) in [
        ("other file", grant.to_owned()),
        ("other *", grant.to_owned()),
        ("data ../secret", outside("../secret")),
        ("data /etc/passwd", outside("/etc/passwd")),
        ("data out", outside("out")),
        ("data pipe", "Invalid(\"`pipe` in the directory data is not a regular file\")".to_owned()),
        ("data nothing", "NotFound(\"there is no file `nothing` in the directory data\")".to_owned()),
        ("data/../other *", "AccessDenied(\"the directory data/../other is not granted".to_owned()),
    ] {
        let run = open(&scene, place, &[]);
        assert!(run.code == 3 && run.stdout.is_empty() && run.stderr.contains(&reason), "{place}: {}", run.stderr);
    }
}

#[test]
fn a_rule_that_reads_too_much() {
    let scene = scene();
    let run = open(&scene, "data file", &["--set", "files_reader.length=1048577"]);
    assert!(run.stderr.contains("TooLarge(\"at most 1048576 bytes may be read at once, not 1048577\")"), "{}", run.stderr);
    let run = open(&scene, "data file", &["--set", "files_reader.kept_open=8"]);
    assert!(run.stderr.contains("TooLarge(\"at most 8 files may be open at once"), "{}", run.stderr);
    scene.configure(&format!("{DIRECTORIES}{GRANT}[limits]\nhost_calls = 3"));
    let run = open(&scene, "data file", &["--set", "files_reader.kept_open=8"]);
    assert!(run.stderr.contains("(limits.host_calls)"), "{}", run.stderr);
}

/// Without a grant it does not run, and the line is shown that would let it; by approval it is granted, too.
#[test]
fn a_rule_without_its_grant_does_not_run() {
    let scene = scene();
    scene.configure(DIRECTORIES);
    let reason = "warning: rule files_reader (files_reader.wasm) does not run: it was not granted all that it requests; to grant it, add to \
        net-scout.toml: [grants.files_reader] files = [\"data\"]";
    open(&scene, "data file", &[]).ended(3, &format!("{reason}\n{NOTHING}"));
    let grant = "[grants.files_reader]\nfiles = ['other', 'dat', 'data2']\n";
    scene.configure(&format!("{DIRECTORIES}{grant}"));
    open(&scene, "data file", &[]).ended(3, &format!("{reason}\n{NOTHING}"));
    scene.configure(DIRECTORIES);
    let inspect = |status: &str| {
        let run = scene.run(&["plugin", "inspect", "files_reader"]);
        assert!(run.stdout.contains(status), "{}", run.stdout);
    };
    inspect("\n  it requests the files of the directory that you call: data\n");
    inspect("\n  status: not approved\n");
    assert_eq!(scene.run(&["plugin", "approve", "files_reader", "--yes"]).code, 0);
    inspect("\n  status: approved\n");
    assert_eq!(open(&scene, "data file", &[]).lines()[0]["evidence"]["text"], "in data");
    // What was approved is this directory and no other.
    assert!(open(&scene, "other file", &[]).stderr.contains("the directory other is not granted"));
}

/// Until somebody names the directory, nobody hears of the rule who does not ask.
#[test]
fn a_rule_without_its_directory_is_off() {
    let scene = scene();
    let reason =
        "rule files_reader is off: the directory data is not configured; to configure it, add [directories] data = \"PATH\"";
    for configuration in ["", GRANT] {
        scene.configure(configuration);
        open(&scene, "data file", &[]).ended(0, NOTHING);
        open(&scene, "data file", &["--explain"]).ended(0, &format!("{reason}\n{NOTHING}"));
        scene.run(&["explain", "192.0.2.1", "--rules", "files_reader"]).ended(2, &format!("error: {reason}"));
    }
    let inspected = scene.run(&["plugin", "inspect", "files_reader"]).stdout;
    assert!(
        inspected.ends_with(
            "\n  it is off: the directory data is not configured; to configure it, add [directories] data = \"PATH\"\n"
        )
    );
    // One that is configured and not there is a mistake of somebody's.
    scene.configure(&format!("[directories]\ndata = 'nowhere'\n{GRANT}"));
    let run = open(&scene, "data file", &[]);
    assert!(run.code == 3 && run.stderr.contains("the directory data (nowhere) cannot be opened"), "{}", run.stderr);
}

/// What it read is in the recording, so that a scan is repeated without the files.
#[test]
fn what_a_rule_read_is_recorded() {
    let scene = scene();
    let run = open(&scene, "data file", &["--record", "bug.scan"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    fs::remove_dir_all(scene.path("data")).expect("removed");
    scene.configure("");
    let again = scene.run(&["scan", "--replay", "bug.scan", "--format", "ndjson"]);
    again.ended(0, &format!("1 alert in the events since {SMALL_SINCE}: as recorded, nothing written (replay)"));
    assert_eq!(again.stdout, run.stdout);
}

/// `describe` has no files either, and another guest's name gives nothing.
#[test]
fn a_grant_is_for_one_name() {
    let scene = scene();
    let renamed = guest("files_reader").windows(12).position(|bytes| bytes == b"files_reader").expect("its name");
    let mut component = guest("files_reader");
    component[renamed] = b'p';
    scene.add_plugin("files_reader.wasm", &component);
    let run = scene.scan(&[]);
    assert!(run.stderr.contains("rule piles_reader (files_reader.wasm) does not run: it was not granted"), "{}", run.stderr);
}
