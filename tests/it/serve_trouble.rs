//! A database that `net-scout serve` cannot use for a while: it says so, waits, and goes on by itself.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::time::Duration;

use net_scout_tests::harness::{DATABASE, Scene, skipped};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;
use net_scout_tests::service::{Service, alerts, attack, status, until};

fn scene() -> Scene {
    Scene::with_events(Layout::V2, |_| ())
}

#[test]
fn one_that_is_locked_for_long_is_waited_for() {
    let scene = scene();
    let figures = scene.path("net-scout.prom");
    let service = Service::start(&scene, &[], &[("NET_SCOUT_TEXTFILE", &figures.display().to_string())]);
    until("a good status", || status(&scene).1 == 0);
    attack(&scene, "192.0.2.1");
    let locked = scene.connect();
    locked.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let failures = || {
        let text = fs::read_to_string(&figures).unwrap_or_default();
        text.lines().find_map(|line| Some(line.strip_prefix("net_scout_job_failures{job=\"scan\"} ")?.to_owned()))
    };
    until("a failure in the figures", || failures().is_some_and(|count| count != "0"));
    // Whoever looks later sees it too, though the service cannot write it down.
    let mut look = scene.command(&["status"]);
    let said = look.env("NET_SCOUT_NOW", "2099-01-01T00:00:00Z").output().expect("run");
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.status.code() == Some(3) && text.contains("it cannot write the database: "), "{text}");
    assert!(text.contains("was locked by another program"), "{text}");
    locked.execute_batch("ROLLBACK").expect("free");
    until("an alert", || alerts(&scene, "192.0.2.1") == 1);
    // They are written last, after what is said in the database.
    until("no failure in the figures", || failures().as_deref() == Some("0"));
    assert_eq!(status(&scene).1, 0);
    // Locked again: it ends in time all the same.
    locked.execute_batch("BEGIN IMMEDIATE").expect("locked");
    std::thread::sleep(Duration::from_millis(1_500));
    let (took, said) = service.end();
    assert!(took < Duration::from_secs(8), "{took:?}");
    assert!(said.contains("the database can be used again"), "{said}");
    drop(locked);
}

/// No file may grow: what SQLite then says is not "full", but all else is as with a disk that is.
#[test]
fn one_that_cannot_grow_is_waited_for() {
    let scene = scene();
    let serve = scene.command(&["serve", "--every", "1 second"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(serve.get_program()).args(serve.get_args());
    shell.current_dir(scene.path("")).env_clear();
    shell.envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let service = Service::of(&mut shell);
    until("a good status", || status(&scene).1 == 0);
    let limit = |bytes: &str| {
        let pid = service.child.id().to_string();
        Command::new("prlimit")
            .args(["--pid", &pid, &format!("--fsize={bytes}:unlimited")])
            .status()
            .is_ok_and(|done| done.success())
    };
    if !limit("4096") {
        return skipped("prlimit cannot be used here");
    }
    attack(&scene, "192.0.2.1");
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(alerts(&scene, "192.0.2.1"), 0);
    assert!(limit("unlimited"));
    until("an alert", || alerts(&scene, "192.0.2.1") == 1);
    until("a good status", || status(&scene).1 == 0);
    let (_, said) = service.end();
    assert!(said.contains("scan failed, and is tried again: "), "{said}");
    let sound: String = scene.connect().query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(sound, "ok");
}

/// With a rollback journal a folder that may not be written is as good as a database that may not.
#[test]
fn a_folder_that_may_not_be_written_is_said_by_whoever_looks() {
    let scene = scene();
    scene.connect().execute_batch("PRAGMA journal_mode = DELETE").expect("a journal");
    let (data, root) = (scene.path("data"), fs::metadata("/proc/self").expect("/proc").uid() == 0);
    fs::create_dir(&data).expect("a folder");
    for name in [DATABASE, "net-scout.toml", "plugins"] {
        fs::rename(scene.path(name), data.join(name)).expect("moved");
    }
    let program = scene.path("net-scout");
    assert!(Command::new("cp").args([places::binary(), program.clone()]).status().expect("cp").success());
    let permit = |path: &std::path::Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    permit(&scene.path(""), 0o755);
    permit(&program, 0o755);
    if root && !Command::new("chown").args(["-R", "65534:65534"]).arg(&data).status().expect("chown").success() {
        return skipped("root cannot give files to another user here");
    }
    let command = |words: &[&str]| {
        let mut command = Command::new(&program);
        command.args(words).current_dir(&data).env_clear().env("NET_SCOUT_CACHE_DIR", "");
        if root {
            command.uid(65_534).gid(65_534);
        }
        command
    };
    let service = Service::of(&mut command(&["serve", "--every", "1 second"]));
    let ask = |later: Option<&str>| {
        let mut command = command(&["status", "--format", "ndjson"]);
        if let Some(later) = later {
            command.env("NET_SCOUT_NOW", later);
        }
        let output = command.output().expect("run");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    until("a good status", || ask(None).0 == Some(0));
    permit(&data, 0o555);
    let (code, said) = ask(Some("2099-01-01T00:00:00Z"));
    permit(&data, 0o755);
    assert!(code == Some(3) && said.contains("may not be written, where SQLite makes its journal"), "{said}");
    until("a good status", || ask(None).0 == Some(0));
    service.end();
}
