//! Files and state: the enricher `geoip` on small databases, and guests that ask for more than they were granted.

mod geoip;

use std::fs;

use net_scout_tests::harness::{SMALL_SINCE, Scene};
use net_scout_tests::places;
use serde_json::Value;

/// A folder with `geoip`, approved as the build does it, these databases in `geo`, and a database with our tables.
fn scene(databases: &[(&str, Vec<u8>)]) -> Scene {
    let scene = Scene::small();
    for file in ["geoip.wasm", "plugins.lock"] {
        fs::copy(places::plugins().join(file), scene.path("plugins").join(file)).expect("the enricher");
    }
    fs::create_dir(scene.path("geo")).expect("a folder");
    for (name, bytes) in databases {
        fs::write(scene.path("geo").join(name), bytes).expect("a database");
    }
    scene.configure("enrichment_sleep = 0\n[directories]\ngeoip = 'geo'");
    assert_eq!(scene.run(&["migrate"]).code, 0);
    scene
}

/// A scene with the hostile enricher, granted the directory `data` and 64 bytes.
fn hostile() -> Scene {
    let scene = Scene::small().with_guest("files_prober");
    assert_eq!(scene.run(&["migrate"]).code, 0);
    scene.add_directories();
    scene.configure(
        "enrichment_sleep = 0\n[directories]\ndata = 'data'\nother = 'other'\n[grants.files_prober]\nfiles = ['data']\nstate = ['64']",
    );
    scene
}

fn probe(scene: &Scene, address: &str) -> Value {
    probe_that_says(scene, address, "")
}

fn probe_that_says(scene: &Scene, address: &str, said: &str) -> Value {
    let run = scene.run(&["lookup", address, "--only", "files_prober", "--refresh"]);
    run.looked_up(address, said);
    serde_json::from_str::<Value>(&run.stdout).expect("json")["files_prober"].clone()
}

#[test]
fn what_leads_out_of_a_directory_is_denied() {
    let scene = hostile();
    for (address, message) in [
        ("8.8.8.1", "access denied: `../secret` leads out of the directory data, and only what is in it can be granted"),
        ("8.8.8.2", "access denied: `/etc/passwd` leads out of the directory data, and only what is in it can be granted"),
        ("8.8.8.3", "access denied: `out` leads out of the directory data, and only what is in it can be granted"),
        (
            "8.8.8.4",
            "access denied: the directory other is not granted; to grant it, add [grants.files_prober] files = [\"other\"]",
        ),
        ("8.8.8.5", "invalid: `pipe` in the directory data is not a regular file"),
        ("8.8.8.6", "invalid: at most 1048576 bytes may be read at once, not 1048577"),
    ] {
        assert_eq!(probe(&scene, address)["error"]["message"], message, "{address}");
    }
    assert_eq!(probe(&scene, "8.8.8.7"), "in data");
}

#[test]
fn state_is_a_plugins_own_within_its_quota_and_kept_when_a_call_succeeded() {
    let scene = hostile();
    let kept = || -> Vec<(String, String, Vec<u8>)> {
        let database = scene.connect();
        let mut rows = database.prepare("SELECT plugin, key, value FROM scout_plugin_state ORDER BY 1, 2").expect("state");
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("state");
        rows.map(|row| row.expect("a row")).collect()
    };
    scene
        .connect()
        .execute("INSERT INTO scout_plugin_state (plugin, key, value) VALUES ('another', 'theirs', x'31')", [])
        .expect("state");
    let theirs = ("another".to_owned(), "theirs".to_owned(), b"1".to_vec());
    let ours = ("files_prober".to_owned(), "kept".to_owned(), b"1".to_vec());
    assert_eq!(probe(&scene, "8.8.8.12"), Value::Null);
    assert_eq!(probe(&scene, "8.8.8.11"), "1");
    assert_eq!(kept(), [theirs.clone(), ours.clone()]);
    assert_eq!(probe(&scene, "8.8.8.12"), "1");
    assert_eq!(
        probe(&scene, "8.8.8.13")["error"]["message"],
        "invalid: the store would have 65 bytes, more than the 64 that are granted; to grant more, add [grants.files_prober] \
         state = [\"65\"]"
    );
    assert_eq!(probe(&scene, "8.8.8.14")["error"]["message"], "not found: after a change");
    let panic = "ERROR files_prober: panicked at tests/guests/examples/files_prober.rs:43:13:\\nafter a change\n";
    assert_eq!(probe_that_says(&scene, "8.8.8.15", panic)["error"]["kind"], "failed");
    assert_eq!(probe(&scene, "8.8.8.16"), Value::Null);
    assert_eq!(kept(), [theirs.clone(), ours]);
    assert_eq!(probe(&scene, "8.8.8.17"), Value::Null);
    assert_eq!(kept(), [theirs]);
}

#[test]
fn a_rule_keeps_state_between_scans_and_a_dry_run_keeps_nothing() {
    let scene = Scene::small().without_rules().with_guest("counter");
    let counts = |words: &[&str]| -> Vec<i64> {
        let run = scene.run(&[&["scan", "--since", SMALL_SINCE, "--format", "ndjson"][..], words].concat());
        run.lines().iter().map(|line| line["evidence"]["scans"].as_i64().expect("a count")).collect()
    };
    // Before there is a table for it.
    let before = scene.bytes();
    assert_eq!(counts(&["--dry-run"]), [1]);
    assert_eq!(scene.bytes(), before);
    assert_eq!(counts(&[]), [1]);
    assert_eq!(counts(&[]), [2]);
    assert_eq!(counts(&["--dry-run"]), [3]);
    assert_eq!(counts(&["--set", "counter.fails=true"]), [0; 0]);
    assert_eq!(counts(&[]), [3]);
}

#[test]
fn a_rule_that_asks_for_a_large_store_is_refused() {
    let scene = Scene::small().without_rules().with_guest("hoarder").with_guest("counter");
    let run = scene.run(&["scan", "--since", SMALL_SINCE, "--dry-run", "--format", "ndjson"]);
    assert!(
        run.stderr.contains(
            "plugin hoarder.wasm describes itself wrongly: it requests a store of 262145 bytes, a rule may have 262144"
        ),
        "{}",
        run.stderr
    );
    assert_eq!(run.lines().len(), 1);
}
