//! A scan that is recorded can be repeated without its database and without the network, and gives the same to the byte.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use net_scout_tests::harness::{DATABASE, Run, SMALL_ALERTS, Scene, changed};
use net_scout_tests::places;
use net_scout_tests::servers::dns::{DnsServer, DnsZone};
use net_scout_tests::servers::http::{HttpRoutes, HttpServer};

const KEY: &str = "s3cretK3Yvalue42";
const REPLAY: [&str; 5] = ["scan", "--replay", "bug.scan", "--format", "ndjson"];

fn unpacked(path: &Path) -> String {
    let mut text = String::new();
    GzDecoder::new(fs::File::open(path).expect("a recording")).read_to_string(&mut text).expect("gzip");
    text
}

fn pack(path: &Path, text: &str) {
    let mut encoder = GzEncoder::new(fs::File::create(path).expect("a file"), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("written");
    encoder.finish().expect("written");
}

/// The small database, scanned and recorded as `bug.scan`.
fn recorded() -> Scene {
    let scene = Scene::small();
    let run = scene.run(&["scan", "--dry-run", "--format", "ndjson", "--record", "bug.scan"]);
    run.ended(0, "4 alerts in the events since 2026-03-11T19:35:11Z: nothing written (dry run)\nrecorded in bug.scan");
    assert_eq!(run.stdout, SMALL_ALERTS);
    scene
}

#[test]
fn the_same_alerts_without_the_database() {
    let scene = recorded();
    fs::remove_file(scene.path(DATABASE)).expect("removed");
    let run = scene.run(&REPLAY);
    run.ended(0, "4 alerts in the events since 2026-03-11T19:35:11Z: as recorded, nothing written (replay)");
    assert_eq!(run.stdout, SMALL_ALERTS);
    assert_eq!(scene.files(), ["bug.scan", "net-scout.toml", "plugins"]);
}

/// What was set is in the recording, and counts when it is repeated whatever is set now.
#[test]
fn parameters_are_those_of_then() {
    let scene = Scene::small();
    let words =
        ["scan", "--dry-run", "--format", "ndjson", "--record", "bug.scan", "--set", "vertical_scan.ports_threshold=1000"];
    let run = scene.run(&words);
    assert_eq!(run.lines().len(), 3, "{}", run.stderr);
    scene.configure("[rules.vertical_scan]\nports_threshold = 2");
    let again = scene.run(&REPLAY);
    assert_eq!((again.code, again.stdout), (0, run.stdout), "{}", again.stderr);
}

/// A rule that fails is recorded as one that fails, and one that does something else now is found out.
#[test]
fn failures_and_differences() {
    let scene = Scene::small().with_guest("greedy").with_guest("hostile");
    let words = [
        "scan",
        "--dry-run",
        "--format",
        "ndjson",
        "--record",
        "bug.scan",
        "--set",
        "greedy.read=star",
        "--set",
        "hostile.act=read_past_the_end",
    ];
    let run = scene.run(&words);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let again = scene.run(&REPLAY);
    assert_eq!(again.stdout, run.stdout);
    assert!(
        again.stderr.contains("warning: rule greedy (greedy.wasm) failed, its alerts are missing: access denied: "),
        "{}",
        again.stderr
    );

    // Another answer in the recording, and so another alert than the one that was recorded.
    let text = unpacked(&scene.path("bug.scan"));
    let changed =
        text.replacen("\"Integers\":[60]", "\"Integers\":[61]", 1).replacen("\"integers\":[60]", "\"integers\":[61]", 1);
    assert_ne!(changed, text);
    pack(&scene.path("bug.scan"), &changed);
    let again = scene.run(&REPLAY);
    assert_eq!(again.code, 3);
    assert!(again.stderr.contains("failed, its alerts are missing: it gave {\"alerts\":[{"), "{}", again.stderr);
    assert!(again.stderr.contains(" when it was recorded, and gives {\"alerts\":[{"), "{}", again.stderr);

    // Another question than the one that was recorded.
    let changed = text.replace("COUNT(DISTINCT dst_port)", "COUNT(DISTINCT src_port)");
    pack(&scene.path("bug.scan"), &changed);
    let again = scene.run(&REPLAY);
    assert!(
        again.stderr.contains("rule vertical_scan (vertical-scan.wasm) failed, its alerts are missing: it calls query.open {"),
        "{}",
        again.stderr
    );
    assert!(again.stderr.contains(", where the recording has query.open {"), "{}", again.stderr);
}

#[test]
fn plugins_that_changed_or_are_gone() {
    let scene = recorded();
    fs::remove_file(scene.path("plugins/vertical-scan.wasm")).expect("removed");
    let bytes = fs::read(scene.path("plugins/horizontal-scan.wasm")).expect("a rule");
    scene.add_plugin("horizontal-scan.wasm", &changed(bytes));
    let run = scene.run(&REPLAY);
    run.ended(
        3,
        "warning: plugin horizontal_scan is another build (version 0.1.0) than the one that was recorded (version 0.1.0)\n\
         warning: plugin vertical_scan 0.1.0 took part in the recording and is not there: its alerts and lookups are missing\n\
         3 alerts in the events since 2026-03-11T19:35:11Z: not all as recorded, nothing written (replay)",
    );
}

#[test]
fn what_is_no_recording() {
    let scene = recorded();
    let good = unpacked(&scene.path("bug.scan"));
    let lines: Vec<&str> = good.lines().collect();
    let fails = |reason: &str| {
        let run = scene.run(&REPLAY);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{reason}");
        assert_eq!(run.stderr, format!("error: {reason}\n"));
    };
    pack(&scene.path("bug.scan"), &lines[..lines.len() - 1].join("\n"));
    fails(&format!("the recording bug.scan is cut off after {} lines; record again", lines.len() - 1));
    pack(&scene.path("bug.scan"), &[lines[0], lines[lines.len() - 1], ""].join("\n"));
    fails(&format!(
        "bug.scan is not a recording of this version of net-scout: line 2: {} lines were written before it",
        lines.len() - 1
    ));
    pack(&scene.path("bug.scan"), &good.replace("net-scout recording 1", "net-scout recording 2"));
    fails(
        "bug.scan is not a recording of this version of net-scout: line 1: its format is `net-scout recording 2`, not `net-scout recording 1`",
    );
    fs::write(scene.path("bug.scan"), "text that is longer than a header").expect("a file");
    fails("bug.scan is not a recording of this version of net-scout: line 1: invalid gzip header");
    fs::remove_file(scene.path("bug.scan")).expect("removed");
    fails("the recording bug.scan cannot be read: No such file or directory (os error 2)");
    let run = scene.run(&["scan", "--dry-run", "--record", "nowhere/bug.scan"]);
    run.ended(1, "error: the recording nowhere/bug.scan cannot be written: No such file or directory (os error 2)");
}

/// Lookups are repeated too, with what DNS and HTTP servers answered; no server is asked, and no secret is in the file.
#[test]
fn lookups_are_recorded_without_secrets() {
    let zone = DnsZone::new().ptr("8.8.8.8", "resolver.example.net");
    let dns = DnsServer::start(zone).expect("a server");
    let routes =
        HttpRoutes::new().unauthorized_without("/api/8.8.8.8", KEY, format!(r#"[{{"rrname": "a.example", "echo": "{KEY}"}}]"#));
    let http = HttpServer::start(routes).expect("a server");
    let scene = Scene::small();
    for file in ["rdns.wasm", "pdns.wasm", "plugins.lock"] {
        fs::copy(places::plugins().join(file), scene.path("plugins").join(file)).expect("a standard enricher");
    }
    scene.connect().execute("UPDATE ip_events SET src_ip = '8.8.8.8' WHERE src_ip = '192.0.2.1'", []).expect("a public source");
    let run = |words: &[&str], online: bool| {
        let mut command = scene.command(words);
        if online {
            command.env("NET_SCOUT_DNS_SERVERS", dns.address().to_string()).env("NET_SCOUT_ENRICHMENT_SLEEP", "0");
            command.env("PDNS_API_URL", format!("{}/api/", http.url())).env("PDNS_API_KEY", KEY);
        }
        Run::of(&mut command)
    };
    let recorded = run(&["scan", "--enrich", "--record", "bug.scan", "--format", "ndjson"], true);
    assert_eq!(recorded.code, 0, "{}", recorded.stderr);
    assert!(
        recorded.stderr.contains("4 alerts enriched: 2 lookups, 0 failed, 0 answers from the cache\n"),
        "{}",
        recorded.stderr
    );
    let text = unpacked(&scene.path("bug.scan"));
    assert!(text.contains("\"call\":\"dns.reverse\"") && text.contains("resolver.example.net"), "{text}");
    assert!(text.contains("\"call\":\"http.send\"") && text.contains("[secret]"), "{text}");
    assert!(!text.contains(KEY), "{text}");

    let asked = dns.questions().len();
    fs::remove_file(scene.path(DATABASE)).expect("removed");
    let again = run(&REPLAY, false);
    again.ended(0, "4 alerts, 2 lookups in the events since 2026-03-11T19:35:11Z: as recorded, nothing written (replay)");
    assert_eq!(dns.questions().len(), asked);
    // The alerts were stored when they were recorded; but for that they are the same.
    let plain = |run: &Run| -> Vec<serde_json::Value> {
        let mut lines = run.lines();
        for alert in &mut lines {
            let alert = alert.as_object_mut().expect("an object");
            for member in ["id", "status", "created_at"] {
                alert.shift_remove(member);
            }
        }
        lines
    };
    assert_eq!(plain(&again), plain(&recorded));

    // Another answer than then.
    pack(
        &scene.path("bug.scan"),
        &text.replacen("\"answer\":[\"resolver.example.net\"]", "\"answer\":[\"other.example.net\"]", 1),
    );
    let again = run(&REPLAY, false);
    assert_eq!(again.code, 3);
    assert!(
        again.stderr.contains("warning: rdns:8.8.8.8: it gave {\"answer\":{\"name\":\"resolver.example.net\""),
        "{}",
        again.stderr
    );
}
