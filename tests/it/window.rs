//! The window in memory and SQLite give the same alerts, and `--explain` says which of them answered.

use net_scout_tests::harness::{DATABASE, Run, Scene};
use net_scout_tests::sample::{Layout, SampleOptions, Scale, TimestampForm, make};

/// 2026-03-11T20:35:11Z, which is now for the program too.
const END: i64 = 1_773_261_311_000_000;
/// No window in memory.
const NEVER: &str = "[limits]\nwindow_mib = 0";

fn sample(layout: Layout, timestamps: TimestampForm, events: u64) -> Scene {
    let scene = Scene::new();
    let options = SampleOptions { seed: 11, events, end: END, days: 7, layout, timestamps, scale: Scale::Home };
    make(&scene.path(DATABASE), &options).expect("a sample database");
    scene
}

fn scan(scene: &Scene, configuration: &str, words: &[&str]) -> Run {
    scene.configure(configuration);
    let run = scene.run(&[&["scan", "--dry-run", "--format", "ndjson", "--max-alerts", "1000000"], words].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run
}

/// Low thresholds, so that many alerts arise.
const LOW: [&str; 10] = [
    "--set",
    "horizontal_scan.dst_ip_threshold=3",
    "--set",
    "horizontal_scan.conn_threshold=9",
    "--set",
    "vertical_scan.ports_threshold=2",
    "--set",
    "high_connection_volume.conn_threshold=4",
    "--set",
    "horizontal_scan.count=hits",
];

#[test]
fn the_alerts_are_the_same_to_the_byte() {
    for (layout, timestamps) in [(Layout::V1, TimestampForm::Zulu), (Layout::V2, TimestampForm::Mixed)] {
        let scene = sample(layout, timestamps, 12_000);
        for since in ["1 hour", "1 day", "7 days"] {
            let words = [&["--since", since], LOW.as_slice()].concat();
            let (memory, sqlite) = (scan(&scene, "", &words), scan(&scene, NEVER, &words));
            assert_eq!((&memory.stdout, &memory.stderr), (&sqlite.stdout, &sqlite.stderr), "{layout:?}, {since}");
            assert!(!memory.lines().is_empty(), "{layout:?}, {since}");
        }
    }
}

/// The statements of this guest are all that a rule may ask, and much that it may not.
#[test]
fn what_a_rule_may_not_ask_is_denied_in_the_same_words() {
    let scene = Scene::small().with_guest("sql_probe");
    let words = ["--since", "30 days"];
    let (memory, sqlite) = (scan(&scene, "", &words), scan(&scene, NEVER, &words));
    assert_eq!((memory.stdout, memory.stderr), (sqlite.stdout, sqlite.stderr));
}

/// The lines of `--explain`, without how long each took.
fn explained(run: &Run) -> Vec<&str> {
    let lines = run.stderr.lines().filter(|line| line.contains(": in memory") || line.contains(": by SQLite: "));
    lines.map(|line| line.strip_suffix(" ms)").and_then(|line| line.rsplit_once(" (")).expect("how long it took").0).collect()
}

#[test]
fn explain_says_where_each_query_ran() {
    let scene = sample(Layout::V2, TimestampForm::Zulu, 60_000);
    let run = scan(&scene, "", &["--since", "7 days", "--explain"]);
    let lines = explained(&run);
    assert_eq!(lines.len(), 3, "{}", run.stderr);
    for (line, rule) in lines.iter().zip(["high_connection_volume", "horizontal_scan", "vertical_scan"]) {
        assert!(line.starts_with(&format!("{rule}: SELECT ")) && line.ends_with(": in memory"), "{line}");
    }
    assert_eq!(explained(&scan(&scene, "", &["--since", "7 days"])), [""; 0]);

    for (configuration, reason) in [
        (NEVER, ": by SQLite: no window is kept in memory (limits.window_mib = 0)"),
        ("[limits]\nwindow_mib = 1", ": by SQLite: the events of the window take more than 1 MiB (limits.window_mib)"),
    ] {
        let limited = scan(&scene, configuration, &["--since", "7 days", "--explain"]);
        let lines = explained(&limited);
        assert!(lines.len() == 3 && lines.iter().all(|line| line.ends_with(reason)), "{}", limited.stderr);
        assert_eq!(limited.stdout, run.stdout);
        let log = scan(&scene, configuration, &["--since", "7 days", "-v"]).stderr;
        let said = reason.replace(": by SQLite: ", "every query runs in SQLite: ");
        assert!(log.contains(&said), "{log}");
    }
}

#[test]
fn explain_names_what_is_not_known_in_memory() {
    let scene = Scene::small().without_rules().with_guest("sql_probe");
    let run = scan(&scene, "", &["--since", "30 days", "--explain"]);
    let lines = explained(&run);
    let ways = [": in memory", ": by SQLite: it reads `alerts`", ": by SQLite: it holds `JOIN`"];
    for way in ways {
        assert!(lines.iter().any(|line| line.contains(way)), "{way}: {}", run.stderr);
    }
    assert!(lines.iter().all(|line| line.starts_with("sql_probe: ")), "{}", run.stderr);
    let secret = ["events_", "alerts_"];
    assert!(!secret.iter().any(|name| run.stderr.contains(name)), "{}", run.stderr);
}
