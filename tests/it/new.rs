//! `plugin new`: the project that it makes is built as its README says, in each language, and does what it promises.

use std::fs;

use net_scout_tests::harness::{Run, Scene, add_event};
use net_scout_tests::projects;
use net_scout_tests::sample::Layout;
use net_scout_tests::servers::dns::{DnsServer, DnsZone};
use serde_json::{Value, json};

/// Makes and builds a project. Its component goes into the plugin folder.
fn made(scene: &Scene, name: &str, kind: &str, language: &str) {
    let run = scene.run(&["plugin", "new", name, "--kind", kind, "--lang", language]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.starts_with(&format!("made {name} with ")), "{}", run.stderr);
    assert!(run.stdout.starts_with(&format!("cd {name}\n")) && run.stdout.ends_with("scenarios/*.toml\n"), "{}", run.stdout);
    let component = projects::build(&scene.path(name), language);
    let component = fs::read(component).expect("a component");
    scene.add_plugin(&format!("{name}.wasm"), &component);
    fs::write(scene.path(name).join("built.wasm"), &component).expect("a component");
    let mut scenarios: Vec<String> = fs::read_dir(scene.path(name).join("scenarios"))
        .expect("scenarios")
        .map(|entry| format!("{name}/scenarios/{}", entry.expect("an entry").file_name().to_string_lossy()))
        .collect();
    scenarios.sort();
    let built = format!("{name}/built.wasm");
    let words = ["plugin", "test", built.as_str()].into_iter().chain(scenarios.iter().map(String::as_str));
    let run = scene.run(&words.collect::<Vec<_>>());
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.ends_with(&format!("{0} of {0} scenarios passed\n", scenarios.len())), "{}", run.stdout);
}

/// A rule and an enricher in this language.
#[track_caller]
fn both_kinds(language: &str) {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for port in 1..=4 {
            add_event(connection, "2026-03-11T20:25:11Z", "192.0.2.1", port, "198.51.100.1", 23);
        }
        for port in 1..=3 {
            add_event(connection, "2026-03-11T20:25:11Z", "192.0.2.2", port, "198.51.100.1", 23);
        }
    })
    .without_rules();
    let (rule, enricher) = (format!("{language}_rule"), format!("{language}_enricher"));
    made(&scene, &rule, "rule", language);
    made(&scene, &enricher, "enricher", language);

    let run = scene.run(&["scan", "--dry-run", "--format", "ndjson"]);
    run.ended(0, "1 alert in the events since 2026-03-11T19:35:11Z: nothing written (dry run)");
    let alert = json!({
        "alert_type": "telnet", "src_ip": "192.0.2.1", "dst_ip": null, "score": 4, "severity": "informational", "rule": rule,
        "evidence": {"tries": 4}
    });
    assert_eq!(run.lines(), [alert]);

    let zone = DnsZone::new().ptr("8.8.8.8", "resolver.example.net");
    let server = DnsServer::start(zone).expect("a server");
    let approved = scene.run(&["plugin", "approve", "--yes", &enricher]);
    assert_eq!(approved.code, 0, "{}", approved.stderr);
    let lookup = |address: &str| {
        let mut command = scene.command(&["lookup", address]);
        command.env("NET_SCOUT_DNS_SERVERS", server.address().to_string()).env("NET_SCOUT_ENRICHMENT_SLEEP", "0");
        let run = Run::of(&mut command);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        let found: Value = serde_json::from_str(&run.stdout).expect("json");
        found[&enricher].clone()
    };
    assert_eq!(lookup("8.8.8.8"), json!({"name": "resolver.example.net", "names": ["resolver.example.net"]}));
    assert_eq!(lookup("8.8.4.4")["error"]["kind"], "not-found");
}

#[test]
fn rust() {
    both_kinds("rust");
}

#[test]
fn a_notifier_in_rust() {
    let scene = Scene::new();
    made(&scene, "pager", "notifier", "rust");
    let run = scene.run(&["plugin", "conform", "pager/built.wasm"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn c() {
    both_kinds("c");
}

#[test]
fn cpp() {
    both_kinds("cpp");
}

#[test]
fn go() {
    both_kinds("go");
}

#[test]
fn javascript() {
    both_kinds("js");
}

#[test]
fn typescript() {
    both_kinds("ts");
}

#[test]
fn python() {
    both_kinds("python");
}

#[test]
fn zig() {
    both_kinds("zig");
}

#[test]
fn what_cannot_be_made() {
    let scene = Scene::new();
    let new = |name: &str, more: &[&str]| scene.run(&[&["plugin", "new", name, "--kind", "rule", "--lang", "c"], more].concat());
    let files = scene.files();
    for name in ["Night", "2nights", "night-watch", "../night", "a/b", "", &"n".repeat(65)] {
        let wrong = "is not a name for a plugin: write lower-case letters, digits and underscores, a letter first, at most 64";
        new(name, &[]).ended(2, &format!("error: `{name}` {wrong}"));
    }
    new("night", &["--dir", "nowhere"])
        .ended(1, "error: nowhere/night cannot be made; does nowhere exist?: No such file or directory (os error 2)");
    assert_eq!(scene.files(), files, "nothing was made");

    fs::write(scene.path("night"), "somebody's own").expect("a file");
    new("night", &[]).ended(1, "error: night is there already; choose another name, or another folder with --dir");
    assert_eq!(fs::read_to_string(scene.path("night")).expect("a file"), "somebody's own");

    let run = scene.run(&["plugin", "new", "night", "--kind", "rule", "--lang", "cobol"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("rust, c, cpp, go, js, ts, python, zig"), "{}", run.stderr);
}
