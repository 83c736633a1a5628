//! Whose files are used without being named, and how files are made.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use net_scout_tests::harness::{Run, SMALL_ALERTS, SMALL_DONE, Scene, skipped};
use net_scout_tests::places;
use net_scout_tests::servers::whois::{WhoisAnswers, WhoisServer};
use serde_json::json;

/// A user who is neither root nor this one.
const SOMEBODY: u32 = 4711;

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("permissions");
}

/// Gives a file to somebody else, which only root can.
fn give(path: &Path) -> bool {
    let given = chown(path, Some(SOMEBODY), None).is_ok();
    if !given {
        skipped("only root can give a file to somebody else");
    }
    given
}

/// A configuration that lies where the program was started grants programs: somebody else's is not read, unless it is named.
#[test]
fn a_foreign_configuration() {
    let scene = Scene::small();
    scene.configure("since = 'nonsense'\n");
    let file = scene.path("net-scout.toml");
    let refused = |run: &Run, reason: &str| {
        run.ended(
            2,
            &format!(
                "error: the configuration file net-scout.toml is not used: net-scout.toml {reason}; look at it, then name it with \
                 --config net-scout.toml"
            ),
        );
    };
    mode(&file, 0o666);
    refused(&scene.run(&["config"]), "everybody can write");
    mode(&file, 0o644);
    assert!(scene.run(&["config"]).stderr.contains("since (from net-scout.toml:1)"));
    if !give(&file) {
        return;
    }
    refused(&scene.run(&["scan", "--dry-run"]), &format!("belongs to user {SOMEBODY}, and this is user 0"));
    refused(&scene.run(&["lookup", "8.8.8.8"]), &format!("belongs to user {SOMEBODY}, and this is user 0"));
    let named = scene.run(&["scan", "--dry-run", "--config", "net-scout.toml"]);
    assert!(named.stderr.contains("since (from net-scout.toml:1)"), "{}", named.stderr);
}

#[test]
fn a_foreign_database() {
    let scene = Scene::small();
    let file = scene.path("net_sentinel.db");
    mode(&file, 0o666);
    scene.run(&["scan", "--dry-run"]).ended(
        2,
        "error: the database ./net_sentinel.db is not used: ./net_sentinel.db everybody can write; if it is the one, name it with \
         --db-path ./net_sentinel.db",
    );
    mode(&file, 0o644);
    if give(&file) {
        let run = scene.run(&["scan", "--dry-run"]);
        assert!(run.stderr.contains(&format!("./net_sentinel.db belongs to user {SOMEBODY}")), "{}", run.stderr);
        assert_eq!(run.code, 2);
    }
    let named = scene.run(&["scan", "--dry-run", "--format", "ndjson", "--db-path", "./net_sentinel.db"]);
    named.ended(0, SMALL_DONE);
    assert_eq!(named.stdout, SMALL_ALERTS);
}

#[test]
fn a_foreign_plugin_folder_lock_and_plugin() {
    let scene = Scene::small();
    let folder = scene.path("plugins");
    mode(&folder, 0o777);
    let run = scene.run(&["scan", "--dry-run"]);
    assert!(run.stderr.contains("the plugin folder plugins is not used: plugins everybody can write"), "{}", run.stderr);
    let run = scene.run(&["scan", "--dry-run", "--plugins", "plugins"]);
    assert!(run.stderr.contains("look at it, then `chmod o-w plugins`"), "{}", run.stderr);
    assert_eq!(run.code, 1);
    mode(&folder, 0o755);

    let plugin = folder.join("vertical-scan.wasm");
    mode(&plugin, 0o666);
    let run = scene.run(&["scan", "--dry-run"]);
    let refused = "warning: plugin vertical-scan.wasm everybody can write, so it does not run; give it to yourself or to root, and let \
                   nobody else write it";
    assert!(run.stderr.contains(refused), "{}", run.stderr);
    assert_eq!(run.code, 3);
    mode(&plugin, 0o644);

    fs::write(folder.join("plugins.lock"), "").expect("a lock");
    mode(&folder.join("plugins.lock"), 0o666);
    let run = scene.run(&["scan", "--dry-run"]);
    assert!(run.stderr.contains("plugins/plugins.lock: it everybody can write, so it grants nothing"), "{}", run.stderr);
    assert_eq!(run.code, 1);
    mode(&folder.join("plugins.lock"), 0o644);
    assert_eq!(scene.run(&["scan", "--dry-run"]).code, 0);

    if give(&folder) {
        let run = scene.run(&["scan", "--dry-run"]);
        assert!(run.stderr.contains(&format!("plugins belongs to user {SOMEBODY}, and this is user 0")), "{}", run.stderr);
        assert_eq!(scene.run(&["scan", "--dry-run", "--plugins", "plugins"]).code, 0, "named, it is used");
    }
}

/// What is made in a folder where others make files is private, and follows no link that they put there.
#[test]
fn files_are_made_private_and_through_no_link() {
    let scene = Scene::small();
    let victim = scene.path("victim");
    fs::write(&victim, "precious").expect("a file");
    for name in ["a.scan", "a.scan.partial", "plugins/plugins.lock.new"] {
        symlink(&victim, scene.path(name)).expect("a link");
    }
    let run = scene.run(&["scan", "--dry-run", "--record", "a.scan"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(fs::read_to_string(&victim).expect("a file"), "precious");
    let recording = fs::symlink_metadata(scene.path("a.scan")).expect("a recording");
    assert!(recording.is_file());
    assert_eq!(recording.mode() & 0o777, 0o600);
    fs::copy(places::plugins().join("rdns.wasm"), scene.path("plugins/rdns.wasm")).expect("an enricher");
    assert_eq!(scene.run(&["plugin", "approve", "rdns", "--yes"]).code, 0);
    let lock = scene.path("plugins/plugins.lock");
    assert_eq!(fs::metadata(&lock).expect("a lock").mode() & 0o777, 0o600);
    // Who lets others read it goes on doing so.
    mode(&lock, 0o644);
    assert_eq!(scene.run(&["plugin", "revoke", "rdns"]).code, 0);
    assert_eq!(fs::metadata(&lock).expect("a lock").mode() & 0o777, 0o644);
    let left: Vec<_> =
        fs::read_dir(scene.path("plugins")).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".partial")), "{left:?}");
}

/// A recording of a few hundred kilobytes that unpacks to gigabytes is refused before it takes them.
#[test]
fn a_recording_that_unpacks_to_gigabytes() {
    let scene = Scene::small();
    let header = json!({"format": "net-scout recording 1", "program": "0.1.0", "since": 0, "until": null, "now": 1, "max_alerts": 500,
        "parameters": {}, "plugins": []});
    let begin = json!({"session": 0, "plugin": "vertical_scan", "call": "evaluate"});
    let step = json!({"session": 0, "step": {"call": "query.open", "arguments": vec![json!([]); 100_000]}}).to_string();
    for (name, step, times, reason) in [
        ("many.scan", step, 5_000, "it holds more than 512 MiB"),
        (
            "long.scan",
            format!("{{\"session\":0,\"step\":{{\"call\":\"{}\"}}}}", "x".repeat(200 << 20)),
            1,
            "it holds more than 96 MiB in one line",
        ),
    ] {
        let mut file = GzEncoder::new(fs::File::create(scene.path(name)).expect("a file"), Compression::best());
        writeln!(file, "{header}\n{begin}").expect("written");
        for _ in 0..times {
            writeln!(file, "{step}").expect("written");
        }
        file.finish().expect("written");
        let size = fs::metadata(scene.path(name)).expect("a file").len();
        assert!(size < 5 << 20, "{size}");
        let run = scene.run(&["scan", "--replay", name]);
        run.ended(1, &format!("error: the recording {name} is too large: {reason}; record a shorter window"));
        assert!(run.peak_memory < 1_200 << 20, "{} MiB", run.peak_memory >> 20);
    }
}

fn whois_scene(server: &WhoisServer) -> Scene {
    let scene = Scene::small().without_rules();
    for file in ["whois.wasm", "plugins.lock"] {
        fs::copy(places::plugins().join(file), scene.path("plugins").join(file)).expect("a standard enricher");
    }
    scene.configure(&format!("enrichment_sleep = 0\n[enrichers.whois]\nserver = '{}'\ntimeout = 60\n", server.address()));
    scene
}

/// A program of a granted name in a folder of the caller's PATH is not the one that was granted.
#[test]
fn granted_programs_are_those_of_the_system() {
    let server = WhoisServer::start(WhoisAnswers::new().default_answer("NetName: TRUE\n")).expect("a server");
    let scene = whois_scene(&server);
    fs::create_dir(scene.path("bin")).expect("a folder");
    fs::write(scene.path("bin/whois"), "#!/bin/sh\ntouch /tmp/.net-scout-fake-whois\necho NetName: FAKE\n").expect("a program");
    mode(&scene.path("bin/whois"), 0o755);
    let mut command = scene.command(&["lookup", "8.8.8.8", "--only", "whois"]);
    command.env("PATH", format!("{}:/usr/bin:/bin", scene.path("bin").display()));
    let run = Run::of(&mut command);
    assert!(run.stdout.contains("TRUE") && !run.stdout.contains("FAKE"), "{run:?}");
}

/// A program that was started for a plugin does not outlive the one that started it, when that is asked to end.
#[test]
fn granted_programs_end_with_the_program() {
    let server = WhoisServer::start(WhoisAnswers::new().hangs("8.8.8.8")).expect("a server");
    let port = server.address().port().to_string();
    for signal in ["TERM", "INT"] {
        let scene = whois_scene(&server);
        let mut command = scene.command(&["lookup", "8.8.8.8", "--only", "whois"]);
        let mut child = command.spawn().expect("the program starts");
        let until = |wanted: bool| {
            let begun = Instant::now();
            while runs(&port) != wanted {
                assert!(begun.elapsed() < Duration::from_secs(30), "whois runs: {}", !wanted);
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        until(true);
        let sent = std::process::Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
        child.wait().expect("it ends");
        until(false);
    }
}

/// Whether there is a whois with this word among its arguments.
fn runs(word: &str) -> bool {
    let processes = fs::read_dir("/proc").expect("processes").filter_map(Result::ok);
    let mut lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines.any(|line| {
        let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
        words.first().is_some_and(|program| program.ends_with(b"whois")) && words.contains(&word.as_bytes())
    })
}
