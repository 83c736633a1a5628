//! Rules that misbehave while they judge. Each ends in an error that names the rule and the reason, or gets only what it may have; the other
//! rules' alerts are what they are without it, and nothing is written.

use std::time::Duration;

use net_scout_tests::harness::{Run, SMALL_ALERTS, SMALL_DONE as DONE, Scene, add_event, make_database};
use net_scout_tests::sample::Layout;
use serde_json::{Value, json};

const SCAN: [&str; 4] = ["scan", "--dry-run", "--format", "ndjson"];
const DONE_WITH_ITS_OWN: &str = "5 alerts in the events since 2026-03-11T19:35:11Z: nothing written (dry run)\n";

/// Scans the small database with a guest beside the three rules.
fn scan(guest: &str, limits: &str, words: &[&str]) -> Run {
    let scene = Scene::small().with_guest(guest);
    scene.configure(&format!("[limits]\n{limits}\n"));
    scene.scan(words)
}

/// Checks that a guest fails for this reason, and that nothing else is amiss.
#[track_caller]
fn fails(guest: &str, limits: &str, words: &[&str], reason: &str) -> Run {
    let run = scan(guest, limits, words);
    run.warned(&format!("warning: rule {guest} ({guest}.wasm) failed, its alerts are missing: {reason}"));
    run
}

/// The evidence of the one alert that a guest raises beside those of the three rules.
#[track_caller]
fn evidence(guest: &str, run: &Run) -> Value {
    let (own, others): (Vec<Value>, Vec<Value>) = run.lines().into_iter().partition(|alert| alert["rule"] == guest);
    let expected: Vec<Value> = SMALL_ALERTS.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(others, expected, "{}", run.stderr);
    assert_eq!(own.len(), 1, "{}", run.stderr);
    own[0]["evidence"].clone()
}

/// The acts of the guest `hostile` that end its run: the act, the limits, the reason.
macro_rules! acts {
    ($($act:ident, $limits:literal, $reason:expr;)+) => {
        const ENDED: &[&str] = &[$(stringify!($act)),+];

        $(#[test]
        fn $act() {
            fails("hostile", $limits, &["--set", concat!("hostile.act=", stringify!($act))], &$reason);
        })+
    };
}

acts! {
    endless_loop, "cpu_seconds = 0.3", "it computed for longer than 0.3 s (limits.cpu_seconds)";
    allocate, "", "it asked for 257 MiB of memory, more than 256 MiB (limits.memory_mib)";
    grow_memory, "", "it asked for 4064 MiB of memory, more than 256 MiB (limits.memory_mib)";
    recurse, "", "it called itself too deeply: its stack ends at 512 KiB (limits.stack_kib)";
    recurse_with_locals, "", "it trapped: wasm trap: out of bounds memory access";
    log_flood, "host_calls = 1000", "it called the host more than 1000 times (limits.host_calls)";
    query_flood, "host_calls = 1000", "it called the host more than 1000 times (limits.host_calls)";
    long_error, "", format!("\\u{{1b}}[31mred\\n\\u{{202e}}{}…", "x".repeat(390));
    own_error, "", "invalid parameter: act: the act contradicts itself";
    read_slowly, "query_seconds = 0.2", "timed out: the query ran longer than 0.2 s (limits.query_seconds)";
    stuck_query, "wall_seconds = 0.3", "it ran for longer than 0.3 s (limits.wall_seconds)";
    forged_handle, "", "it trapped: unknown handle index 7";
    huge_sql, "", "it passed more than 64 MiB to the host at once (limits.argument_mib)";
    quadratic_instr, "", "too large: string or blob too big";
    quadratic_instr_within, "", "too large: `instr`: its arguments are too long for one another";
    quadratic_replace, "", "too large: `replace`: its arguments are too long for one another";
    quadratic_trim, "", "too large: `trim`: its arguments are too long for one another";
    long_like, "", "too large: `like`: its arguments are too long for one another";
    many_calls, "", "access denied: a statement calls functions at most 1000 times";
    many_joins, "", "too large: a statement joins texts with `||` at most 100 times";
    huge_sort, "query_seconds = 1", "timed out: the query ran longer than 1 s (limits.query_seconds)";
    huge_row, "", "too large: a row takes more than 32 MiB";
    many_parameters, "", "invalid query: the query takes 0 parameters, 100000 were given";
}

/// The others: what they ask for, they may have, or they get an answer, or there is more to see.
const OTHERS: [&str; 5] = ["panic", "log_escapes", "keep_queries_open", "give_up_early", "read_past_the_end"];

/// An act without a test would be a hole that nobody looks at.
#[test]
fn every_act_is_tested() {
    let run = scan("hostile", "", &["--set", "hostile.act=?"]);
    let acts = run.stderr.trim().strip_prefix("error: hostile.act (from --set): `?` is not one of ").expect("the acts");
    let mut acts: Vec<&str> = acts.split(", ").collect();
    let mut tested = [ENDED, &OTHERS].concat();
    acts.sort_unstable();
    tested.sort_unstable();
    assert_eq!(acts, tested);
    assert_eq!(run.code, 2);
}

/// What it panicked about is written as its message, on one line.
#[test]
fn panic() {
    scan("hostile", "", &["--set", "hostile.act=panic"]).warned(
        "ERROR hostile: panicked at tests/guests/examples/hostile.rs:19:18:\\non purpose\n\
         warning: rule hostile (hostile.wasm) failed, its alerts are missing: it trapped: wasm trap: wasm `unreachable` instruction executed",
    );
}

/// A query that is cut off by its own limit, rather than by that of the whole call.
#[test]
fn a_stuck_query_has_its_own_limit() {
    let reason = "timed out: the query ran longer than 0.3 s (limits.query_seconds)";
    let run = fails("hostile", "query_seconds = 0.3", &["--set", "hostile.act=stuck_query"], reason);
    assert!(run.took < Duration::from_secs(10), "{:?}", run.took);
}

/// The whole scan has a bound, whatever its rules may take: what the others raised until then is stored.
#[test]
fn a_scan_has_an_end() {
    let scene = Scene::small().with_guest("hostile");
    scene.configure("[limits]\nscan_seconds = 2\nquery_seconds = 600\nwall_seconds = 600\n");
    let run = scene.run(&["scan", "--format", "ndjson", "--set", "hostile.act=stuck_query"]);
    let warning = "warning: rule hostile (hostile.wasm) failed, its alerts are missing: the scan took longer than 2 s";
    assert!(run.stderr.contains(warning), "{}", run.stderr);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.took < Duration::from_secs(30), "{:?}", run.took);
    assert_eq!(scene.run(&["alerts", "--format", "ndjson"]).lines().len(), SMALL_ALERTS.lines().count());
}

#[test]
fn a_small_limit_of_memory_holds_too() {
    let reason = "it asked for 9 MiB of memory, more than 8 MiB (limits.memory_mib)";
    let run = fails("hostile", "memory_mib = 8", &["--set", "hostile.act=allocate"], reason);
    assert!(run.peak_memory < 100 << 20, "{} MiB", run.peak_memory >> 20);
}

/// Several at once, so that the one does not use up what is meant for the other.
#[test]
fn three_at_once() {
    let scene = Scene::small().with_guest("hostile").with_guest("greedy").with_guest("raiser");
    scene.configure("[limits]\ncpu_seconds = 0.3\nalerts = 10\n");
    let words = ["--set", "greedy.read=star", "--set", "raiser.count=11"];
    let run = scene.run(&[SCAN.as_slice(), &words].concat());
    run.ended(
        3,
        &format!(
            "warning: rule greedy (greedy.wasm) failed, its alerts are missing: access denied: column `id` of `events` was not requested; \
             add it to the requests of the rule's description\n\
             warning: rule hostile (hostile.wasm) failed, its alerts are missing: it computed for longer than 0.3 s (limits.cpu_seconds)\n\
             warning: rule raiser (raiser.wasm) failed, its alerts are missing: it raised 11 alerts, more than 10 (limits.alerts)\n\
             {DONE}"
        ),
    );
    assert_eq!(run.stdout, SMALL_ALERTS);
}

#[test]
fn messages_cannot_speak_to_the_terminal() {
    let run = scan("hostile", "", &["--set", "hostile.act=log_escapes"]);
    assert_eq!(run.code, 0);
    assert!(!run.stderr.contains(|character: char| character.is_control() && character != '\n'), "{:?}", run.stderr);
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines[0], r" WARN hostile: \u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\r\nforged: line\u{202e}\u{0}");
    assert_eq!(lines[1], format!("ERROR hostile: {}…", r"\u{1b}".repeat(1_000)));
    assert_eq!(lines[2], "ERROR hostile: message 3");
    assert_eq!(lines[998], "ERROR hostile: message 999");
    assert_eq!(lines[999..], ["ERROR hostile: too many messages, the rest is dropped", DONE_WITH_ITS_OWN.trim_end()]);
    assert_eq!(evidence("hostile", &run), json!({}));
}

/// A rule whose messages are not wanted is not slower or louder for it.
#[test]
fn messages_below_the_level_are_dropped() {
    let run = scan("hostile", "", &["--set", "hostile.act=log_escapes", "--log-level", "off"]);
    run.ended(0, DONE_WITH_ITS_OWN);
}

#[test]
fn too_many_open_queries() {
    let run = scan("hostile", "", &["--set", "hostile.act=keep_queries_open"]);
    run.ended(0, DONE_WITH_ITS_OWN);
    let refused =
        "RuleError::Query(QueryError::TooLarge(\"at most 4 queries may be open at once; drop one before opening another\"))";
    assert_eq!(evidence("hostile", &run), json!({"refused": refused, "rows": [10_000, 10_000, 10_000, 10_000]}));
}

/// Queries that are dropped before their end stop, and leave their connections to others.
#[test]
fn abandoned_queries() {
    let run = scan("hostile", "", &["--set", "hostile.act=give_up_early"]);
    run.ended(0, DONE_WITH_ITS_OWN);
    assert_eq!(evidence("hostile", &run), json!({"rows": 1_000_000}));
    assert!(run.took < Duration::from_secs(30), "{:?}", run.took);
}

#[test]
fn a_result_ends_once_and_for_all() {
    let run = scan("hostile", "", &["--set", "hostile.act=read_past_the_end"]);
    run.ended(0, DONE_WITH_ITS_OWN);
    assert_eq!(evidence("hostile", &run), json!({"read": [1, 0, 0]}));
}

/// The reads of the guest `greedy`, which requested `src_ip` of `events`, and the name of what each is denied.
const DENIED: [(&str, &str); 13] = [
    ("other_table", "table `alerts`"),
    ("select", "column `dst_port` of `events`"),
    ("star", "column `id` of `events`"),
    ("condition", "column `dst_port` of `events`"),
    ("order", "column `dst_port` of `events`"),
    ("group", "column `dst_port` of `events`"),
    ("having", "column `dst_port` of `events`"),
    ("aggregate", "column `dst_port` of `events`"),
    ("subquery", "column `dst_port` of `events`"),
    ("correlated", "column `id` of `events`"),
    ("common_table", "column `dst_port` of `events`"),
    ("compound", "column `dst_port` of `events`"),
    ("alias", "column `dst_port` of `events`"),
];
/// Those that give an answer, in which there is nothing of what was not requested, and the answer.
const EMPTY: [(&str, i64); 3] = [("requested", 330), ("join_using", 0), ("natural_join", 0)];

#[test]
fn what_was_not_requested_is_denied() {
    for (read, denied) in DENIED {
        let reason = format!("access denied: {denied} was not requested; add it to the requests of the rule's description");
        fails("greedy", "", &["--set", &format!("greedy.read={read}")], &reason);
    }
}

/// SQLite asks about no column of a USING, so what was not requested must not be there at all. There are 211 events with port 22.
#[test]
fn what_was_not_requested_is_not_there() {
    for (read, answer) in EMPTY {
        let run = scan("greedy", "", &["--set", &format!("greedy.read={read}")]);
        run.ended(0, DONE_WITH_ITS_OWN);
        assert_eq!(evidence("greedy", &run), json!({"rows": 1, "first": answer}), "{read}");
    }
}

#[test]
fn every_read_is_tested() {
    let run = scan("greedy", "", &["--set", "greedy.read=?"]);
    let reads = run.stderr.trim().strip_prefix("error: greedy.read (from --set): `?` is not one of ").expect("the reads");
    let mut reads: Vec<&str> = reads.split(", ").collect();
    let mut tested: Vec<&str> = DENIED.iter().map(|(read, _)| *read).chain(EMPTY.iter().map(|(read, _)| *read)).collect();
    reads.sort_unstable();
    tested.sort_unstable();
    assert_eq!(reads, tested);
}

/// The past alerts are counted nowhere for a rule that did not request them.
#[test]
fn an_alert_table_with_rows_is_denied_too() {
    let scene = Scene::small().with_guest("greedy");
    assert_eq!(scene.run(&["scan"]).code, 0);
    let run = scene.run(&["scan", "--dry-run", "--set", "greedy.read=other_table"]);
    assert!(run.stderr.contains("access denied: table `alerts` was not requested"), "{}", run.stderr);
    assert_eq!(run.code, 3);
}

#[test]
fn too_many_alerts() {
    let reason = "it raised 1001 alerts, more than 1000 (limits.alerts)";
    fails("raiser", "alerts = 1000", &["--set", "raiser.count=1001"], reason);
    // A million do not even fit into the memory that a rule may have, or else through what the host takes over for one call.
    let reason = "it asked for 257 MiB of memory, more than 256 MiB (limits.memory_mib)";
    fails("raiser", "", &["--set", "raiser.count=1000000"], reason);
    let reason = "it passed more than 64 MiB to the host at once (limits.argument_mib)";
    let run = fails("raiser", "memory_mib = 1000\nalerts = 1000000", &["--set", "raiser.count=1000000"], reason);
    assert!(run.peak_memory < 700 << 20, "{} MiB", run.peak_memory >> 20);
}

/// What can be wrong with an alert: the fault of the guest `raiser`, and why the alert is refused.
const FAULTS: [(&str, &str); 15] = [
    ("type", "alert type `\\u{1b}[31mother` is not among the described: raised, strange"),
    ("address", "src-ip `999.1.2.3` is not a valid IP address"),
    ("empty_address", "dst-ip `` is not a valid IP address"),
    ("hostile_address", "src-ip `192.0.2.1'; DROP TABLE ip_events; --\\n\\u{1b}[2J` is not a valid IP address"),
    ("long_address", "dst-ip `111…` is not a valid IP address"),
    ("zone", "src-ip `fe80::1%\\u{1b}[31m` is not a valid IP address"),
    ("score", "score 101 is not from 0 to 100"),
    ("huge_score", "score 4294967295 is not from 0 to 100"),
    ("key", "evidence key `two\\nlines` is not 1 to 64 plain characters"),
    ("empty_key", "evidence key `` is not 1 to 64 plain characters"),
    ("long_key", "evidence key `kkk` is not 1 to 64 plain characters"),
    ("repeated_key", "evidence key `number` occurs twice"),
    ("many_keys", "it has 65 pieces of evidence, more than 64"),
    ("large", "its evidence takes more than 64 KiB (limits.evidence_kib)"),
    ("escaped", "its evidence takes more than 64 KiB (limits.evidence_kib)"),
];

/// Every second of four alerts is bad: the other two stand, as do those of the other rules.
#[test]
fn impossible_alerts() {
    for (fault, reason) in FAULTS {
        let run = scan("raiser", "", &["--set", "raiser.count=4", "--set", &format!("raiser.fault={fault}")]);
        let reason = reason.replace("111", &"1".repeat(200)).replace("kkk", &"k".repeat(65));
        run.ended(
            3,
            &format!(
                "warning: rule raiser (raiser.wasm): 2 alerts were refused, the first because {reason}\n{}",
                DONE.replace("4 alerts", "6 alerts")
            ),
        );
        let sources: Vec<Value> =
            run.lines().into_iter().filter(|alert| alert["rule"] == "raiser").map(|mut alert| alert["src_ip"].take()).collect();
        assert_eq!(sources, ["10.0.0.0", "10.0.0.2"], "{fault}");
    }
}

#[test]
fn every_fault_is_tested() {
    let run = scan("raiser", "", &["--set", "raiser.fault=?"]);
    let faults =
        run.stderr.trim().strip_prefix("error: raiser.fault (from --set): `?` is not one of none, ").expect("the faults");
    assert_eq!(faults.split(", ").collect::<Vec<_>>(), FAULTS.map(|(fault, _)| fault));
}

/// 1,500,000 rows go through a rule, and neither it nor the host holds more than a few batches of them.
#[test]
fn millions_of_rows_in_constant_memory() {
    const EVENTS: i64 = 150_000;
    let scene = Scene::new().without_rules().with_guest("streamer");
    make_database(&scene.path("net_sentinel.db"), Layout::V2, |connection| {
        for index in 0..EVENTS {
            let [.., second, third, fourth] = index.to_be_bytes();
            let source = format!("10.{second}.{third}.{fourth}");
            add_event(connection, "2026-03-11T20:25:11Z", &source, 40_000, "198.51.100.1", 22);
        }
    });
    scene.configure("[limits]\nmemory_mib = 16\n");
    let run = scene.run(&SCAN);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let evidence = &run.lines()[0]["evidence"];
    assert_eq!((&evidence["rows"], &evidence["ids"]), (&json!(10 * EVENTS), &json!(10 * EVENTS * (EVENTS + 1) / 2)));
    assert!(run.peak_memory < 150 << 20, "{} MiB", run.peak_memory >> 20);
}
