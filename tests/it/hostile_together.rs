//! All hostile guests together with the standard rules: what the standard rules say is what they say without them, and the scan ends.

use std::fs;
use std::time::Duration;

use net_scout_tests::harness::{Run, Scene, add_event};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;
use serde_json::Value;

/// The guests, each with what sets them on.
const GUESTS: [&str; 7] = ["hostile", "claimer", "greedy", "raiser", "hoarder", "streamer", "counter"];
/// What they are set to, one scan each.
const SETS: [&[&str]; 5] = [
    &["hostile.act=quadratic_instr", "claimer.act=crowd_out", "greedy.read=star", "raiser.count=600"],
    &["hostile.act=huge_sort", "claimer.act=everybody", "greedy.read=compound", "raiser.count=1000000"],
    &["hostile.act=stuck_query", "claimer.act=slow_evidence", "raiser.fault=large", "raiser.count=100"],
    &["hostile.act=allocate", "claimer.act=forged_evidence", "raiser.score=100", "raiser.count=5000"],
    &["hostile.act=endless_loop", "claimer.act=much_evidence", "raiser.score=100", "raiser.count=5000"],
];
const LIMITS: &str = "[limits]\ncpu_seconds = 2\nwall_seconds = 10\nquery_seconds = 2\nevidence_seconds = 3\n";
/// The calls of the guests, one after another and each to its limit, and the evidence.
const LONGEST: Duration = Duration::from_secs(45);

fn scene() -> Scene {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for source in 1..=9 {
            for port in 1..=60 {
                let (source, target) = (format!("192.0.2.{source}"), format!("198.51.100.{}", port * source));
                add_event(connection, "2026-03-11T20:25:11Z", &source, 40_000, "198.51.100.1", port);
                add_event(connection, "2026-03-11T20:26:11Z", &source, 40_001, &target, 23);
            }
        }
    });
    for file in fs::read_dir(places::plugins()).expect("plugins").map(|entry| entry.expect("an entry").path()) {
        if file.extension().is_some_and(|extension| extension == "wasm") {
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            scene.add_plugin(&name, &fs::read(&file).expect("a plugin"));
        }
    }
    scene.configure(LIMITS);
    scene
}

/// The alerts of the standard rules.
fn standard(run: &Run) -> Vec<Value> {
    run.lines().into_iter().filter(|alert| !GUESTS.iter().any(|guest| alert["rule"] == *guest)).collect()
}

#[test]
fn all_at_once() {
    let words = ["scan", "--dry-run", "--format", "ndjson"];
    let alone = scene().run(&words);
    assert_eq!(alone.code, 0, "{}", alone.stderr);
    assert!(!standard(&alone).is_empty());
    let scene = GUESTS.iter().fold(scene(), |scene, guest| scene.with_guest(guest));
    for set in SETS {
        let words = [words.as_slice(), &set.iter().flat_map(|set| ["--set", set]).collect::<Vec<_>>()].concat();
        let run = scene.run(&words);
        assert!([0, 3].contains(&run.code), "{set:?}: {}", run.stderr);
        assert_eq!(standard(&run), standard(&alone), "{set:?}: {}", run.stderr);
        assert!(run.took < LONGEST, "{set:?}: {:?}", run.took);
        assert!(run.peak_memory < 2_000 << 20, "{set:?}: {} MiB", run.peak_memory >> 20);
    }
}
