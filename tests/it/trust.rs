//! What an operator sees of plugins before they run, and how `plugins.lock` holds them to it.

use std::fs;

use net_scout_tests::harness::{RULES, SMALL_ALERTS, Scene, changed, guest};
use net_scout_tests::places;

use crate::raw::World;

const SCAN: [&str; 4] = ["scan", "--dry-run", "--format", "ndjson"];
const DONE: &str = "4 alerts in the events since 2026-03-11T19:35:11Z: nothing written (dry run)\n";

fn rule(file: &str) -> Vec<u8> {
    fs::read(places::plugins().join(file)).expect("a rule")
}

/// The small database with its three rules approved.
fn approved() -> Scene {
    let scene = Scene::small();
    let run = scene.run(&["plugin", "approve", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    scene
}

#[test]
fn approval_shows_everything_and_is_kept() {
    let scene = Scene::small().without_rules();
    scene.add_plugin("vertical-scan.wasm", &rule("vertical-scan.wasm"));
    let run = scene.run(&["plugin", "approve", "vertical_scan", "--limit", "cpu_seconds=7", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for line in [
        "vertical_scan 0.1.0: One source tries many ports of one destination\n",
        "  it is a rule; its alerts are of type vertical_scan\n",
        "  it imports: net-scout:plugin/query@0.1.0, net-scout:plugin/log@0.1.0\n",
        "  it requests columns of events: src_ip, dst_ip, dst_port\n",
        "  its limit cpu_seconds is 7\n",
        "vertical_scan is approved\n",
    ] {
        assert!(run.stderr.contains(line), "{line}{}", run.stderr);
    }
    let lock: toml::Table = fs::read_to_string(scene.path("plugins/plugins.lock")).expect("a lock").parse().expect("TOML");
    let plugin = &lock["plugin"][0];
    assert_eq!(plugin["name"].as_str(), Some("vertical_scan"));
    assert_eq!(plugin["file"].as_str(), Some("vertical-scan.wasm"));
    assert_eq!(plugin["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(plugin["grants"]["table"][0].as_str(), Some("events src_ip,dst_ip,dst_port"));
    assert_eq!(plugin["limits"]["cpu_seconds"].as_str(), Some("7"));
    // Nothing to be asked the second time.
    scene.run(&["plugin", "approve", "vertical_scan", "--limit", "cpu_seconds=7"]).ended(0, "vertical_scan is approved");
    scene.run(&["plugin", "approve", "vertical_scan", "--limit", "cpu_seconds=many"]).ended(
        2,
        "error: --limit cpu_seconds: `many` is not a number of seconds from 0.01 to 3600, or a duration such as 90s or 5 minutes",
    );
    let run = scene.run(&["plugin", "approve", "vertical_scan", "--limit", "stack_kib=1"]);
    assert!(
        run.stderr.starts_with("error: --limit stack_kib: not a limit of a single plugin; there are cpu_seconds, "),
        "{}",
        run.stderr
    );
}

#[test]
fn a_rule_runs_without_approval_and_a_changed_one_does_not() {
    let scene = Scene::small();
    scene.run(&SCAN).ended(0, DONE);
    let scene = approved();
    scene.add_plugin("vertical-scan.wasm", &changed(rule("vertical-scan.wasm")));
    let run = scene.run(&SCAN);
    assert_eq!(run.code, 3);
    let refusal = "warning: plugin vertical-scan.wasm is not the component that was approved as vertical_scan: SHA-256 ";
    assert!(run.stderr.starts_with(refusal), "{}", run.stderr);
    assert!(run.stderr.contains("; look at it, then run `net-scout plugin approve vertical_scan`\n"), "{}", run.stderr);
    let others: String =
        SMALL_ALERTS.lines().filter(|line| !line.contains("\"vertical_scan\"")).map(|line| format!("{line}\n")).collect();
    assert_eq!(run.stdout, others);
    let run = scene.run(&["plugin", "approve", "vertical_scan", "--yes"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    scene.run(&SCAN).ended(0, DONE);
}

/// Another plugin that calls itself like an approved one takes neither its place nor its alerts.
#[test]
fn an_impostor_is_refused_and_the_approved_rule_runs() {
    let scene = approved();
    scene.add_plugin("a-vertical-scan.wasm", &changed(rule("vertical-scan.wasm")));
    let run = scene.run(&SCAN);
    assert_eq!((run.code, run.stdout.as_str()), (3, SMALL_ALERTS));
    assert!(run.stderr.starts_with("warning: plugin a-vertical-scan.wasm is not the component"), "{}", run.stderr);
}

#[test]
fn what_it_wants_now_and_did_not_is_shown() {
    let scene = Scene::small().without_rules();
    scene.add_plugin("counter.wasm", &guest("counter"));
    assert_eq!(scene.run(&["plugin", "approve", "counter", "--yes"]).code, 0);
    let lock = scene.path("plugins/plugins.lock");
    let text = fs::read_to_string(&lock).expect("a lock");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("state = ")).collect();
    fs::write(&lock, lines.join("\n").replace("sha256 = \"", "sha256 = \"0").replace("version = \"1", "version = \"9"))
        .expect("a lock");
    let run = scene.run(&SCAN);
    assert!(run.stderr.contains("version 9.0.0 is now 1.0.0"), "{}", run.stderr);
    assert!(run.stderr.contains("it also requests state "), "{}", run.stderr);
}

#[test]
fn locked_fails_on_any_drift() {
    let scene = approved();
    let locked = [SCAN.as_slice(), &["--locked"]].concat();
    scene.run(&locked).ended(0, DONE);

    scene.add_plugin("raiser.wasm", &guest("raiser"));
    scene.run(&locked).ended(
        1,
        "error: plugins is not what plugins.lock says: raiser.wasm (raiser) was not approved; run `net-scout plugin approve raiser`",
    );
    fs::remove_file(scene.path("plugins/raiser.wasm")).expect("removed");

    fs::rename(scene.path("plugins/vertical-scan.wasm"), scene.path("plugins/other.wasm")).expect("renamed");
    scene.run(&locked).ended(
        1,
        "error: plugins is not what plugins.lock says: vertical_scan was approved as vertical-scan.wasm and is now other.wasm",
    );
    fs::remove_file(scene.path("plugins/other.wasm")).expect("removed");
    scene.run(&locked).ended(
        1,
        "error: plugins is not what plugins.lock says: vertical-scan.wasm (vertical_scan) is missing; put it back, or run \
         `net-scout plugin revoke vertical_scan`",
    );

    scene.run(&["plugin", "revoke", "vertical_scan"]).ended(0, "vertical_scan is no longer approved (plugins/plugins.lock)");
    assert_eq!(scene.run(&locked).code, 0);
    scene
        .run(&["plugin", "revoke", "vertical_scan"])
        .ended(2, "error: vertical_scan was not approved; approved are high_connection_volume, horizontal_scan");
    scene.add_plugin("bad.wasm", b"text");
    let run = scene.run(&locked);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("is not what plugins.lock says: bad.wasm is not a WebAssembly file"), "{}", run.stderr);
}

#[test]
fn list_and_inspect() {
    let scene = approved();
    scene.add_plugin("vertical-scan.wasm", &changed(rule("vertical-scan.wasm")));
    scene.add_plugin("raiser.wasm", &guest("raiser"));
    scene.add_plugin("dns_prober.wasm", &guest("dns_prober"));
    scene.add_plugin("bad.wasm", b"text");
    let run = scene.run(&["plugin", "list", "--format", "ndjson"]);
    assert_eq!((run.code, run.stderr.as_str()), (3, ""));
    let rows: Vec<(String, String)> = run
        .lines()
        .iter()
        .map(|row| (row["file"].as_str().unwrap_or_default().to_owned(), row["status"].as_str().unwrap_or_default().to_owned()))
        .collect();
    let row = |file: &str, status: &str| (file.to_owned(), status.to_owned());
    assert_eq!(
        rows,
        [
            row(RULES[0], "approved"),
            row(RULES[1], "approved"),
            row("raiser.wasm", "runs without approval"),
            row(RULES[2], "changed since approval"),
            row("dns_prober.wasm", "not approved"),
            row("bad.wasm", "refused"),
        ]
    );
    // A file that somebody sent, wherever it lies.
    fs::write(scene.path("sent.wasm"), guest("dns_prober")).expect("a file");
    let run = scene.run(&["plugin", "inspect", "./sent.wasm"]);
    run.ended(0, "");
    for line in [
        "dns_prober 1.0.0: ",
        "  file: sent.wasm, ",
        "  it imports: net-scout:plugin/dns@0.1.0",
        "  it requests DNS lookups: ",
        "  status: not approved\n",
    ] {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
    scene
        .run(&["plugin", "inspect", "bad.wasm"])
        .ended(1, "error: bad.wasm is not a WebAssembly file: its first bytes are not those of one");
    scene.run(&["plugin", "inspect", "nothing"]).ended(2, "error: there is no plugin `nothing` in plugins, and no such file");
}

#[test]
fn a_lock_that_is_none() {
    let scene = Scene::small();
    for (text, reason) in [
        ("[[plugin]]\nname = 3", "TOML parse error at line 2, column 8"),
        ("[[plugin]]\nname = 'a'\nsha256 = 'b'\n[plugin.grants]\nexec = ['']", "the grant exec `` does not have the form"),
        (
            "[[plugin]]\nname = 'a'\nsha256 = 'b'\n[plugin.limits]\ncpu_seconds = '-1'",
            "plugin a: limit cpu_seconds: `-1` is not a number",
        ),
        ("[[plugin]]\nname = 'a'\nsha256 = 'b'\n[[plugin]]\nname = 'a'\nsha256 = 'c'", "plugin a occurs twice"),
    ] {
        fs::write(scene.path("plugins/plugins.lock"), text).expect("a lock");
        let run = scene.run(&SCAN);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{text}");
        assert!(run.stderr.starts_with("error: plugins/plugins.lock: ") && run.stderr.contains(reason), "{}", run.stderr);
        assert!(run.stderr.ends_with("; remove it and approve the plugins again\n"), "{}", run.stderr);
    }
}

/// Each limit can be set for one plugin alone, and the others keep theirs.
#[test]
fn limits_of_a_single_plugin() {
    let fails = |limits: &str, words: &[&str], reason: &str| {
        let scene = Scene::small().with_guest("hostile").with_guest("raiser");
        scene.configure(limits);
        let run = scene.run(&[SCAN.as_slice(), words].concat());
        let failure = format!("warning: rule hostile (hostile.wasm) failed, its alerts are missing: {reason}\n");
        assert!(run.stderr.contains(&failure), "{limits}: {}", run.stderr);
        assert!(!run.stderr.contains("rule raiser"), "{}", run.stderr);
        assert_eq!((run.code, run.lines().len()), (3, 5), "{}", run.stderr);
    };
    fails(
        "[limits.hostile]\ncpu_seconds = 0.2",
        &["--set", "hostile.act=endless_loop"],
        "it computed for longer than 0.2 s (limits.cpu_seconds)",
    );
    fails(
        "[limits.hostile]\nmemory_mib = 5",
        &["--set", "hostile.act=allocate"],
        "it asked for 6 MiB of memory, more than 5 MiB (limits.memory_mib)",
    );
    fails(
        "[limits.hostile]\nhost_calls = 3",
        &["--set", "hostile.act=log_flood"],
        "it called the host more than 3 times (limits.host_calls)",
    );
    fails(
        "[limits.hostile]\npassed_mib = 1",
        &["--set", "hostile.act=log_flood"],
        "more than 1 MiB passed between it and the host (limits.passed_mib)",
    );
    fails(
        "[limits.hostile]\nargument_mib = 1",
        &["--set", "hostile.act=huge_sql"],
        "it passed more than 1 MiB to the host at once (limits.argument_mib)",
    );
    let scene = Scene::small();
    scene.configure("[limits.hostile]\ncpu_second = 1");
    let run = scene.run(&SCAN);
    assert_eq!(run.code, 2);
    let error =
        "error: limits.hostile.cpu_second (from net-scout.toml:2): not a limit of a single plugin; there are cpu_seconds, ";
    assert!(run.stderr.starts_with(error), "{}", run.stderr);
}

/// Where it trapped, by the names of its functions, for whoever looks closer.
#[test]
fn a_backtrace() {
    let scene = Scene::small().with_guest("hostile");
    let run = scene.run(&[SCAN.as_slice(), &["-v", "--set", "hostile.act=panic"]].concat());
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("ERROR hostile: panicked at tests/guests/examples/hostile.rs:"), "{}", run.stderr);
    assert!(run.stderr.contains("INFO   in ") && run.stderr.contains("evaluate"), "{}", run.stderr);
    let quiet = scene.run(&[SCAN.as_slice(), &["--set", "hostile.act=panic"]].concat());
    assert!(!quiet.stderr.contains("  in "), "{}", quiet.stderr);
}

/// The same of `describe`, where somebody inspects what does not load.
#[test]
fn a_backtrace_of_describe() {
    let scene = Scene::small().without_rules();
    let text = "(func $burst unreachable)\n(func $describe (export \"describe\") (result i32) (call $burst) (i32.const 0))";
    scene.add_plugin("raw.wasm", &World::new("rule").component(text));
    let run = scene.run(&["plugin", "inspect", "-v", "plugins/raw.wasm"]);
    assert_ne!(run.code, 0);
    assert!(run.stderr.contains("INFO   in burst") && run.stderr.contains("INFO   in describe"), "{}", run.stderr);
    assert!(run.stderr.contains("failed in describe: it trapped: "), "{}", run.stderr);
}

/// How long the parts of a scan took, for people and for programs; of a replay, only what its plugins used.
#[test]
fn the_parts_of_a_scan() {
    let scene = Scene::small();
    let phases = ["open database", "load plugins", "read events", "run rules", "add evidence", "write alerts", "show alerts"];
    let table = scene.run(&["scan", "--stats", "--record", "a.ndjson"]).stderr;
    let names: Vec<&str> =
        table.lines().skip_while(|line| !line.starts_with("phase ")).skip(1).filter_map(|line| line.split("  ").next()).collect();
    assert_eq!(names[..8], [phases.as_slice(), &["all"]].concat(), "{table}");
    let said = scene.run(&["scan", "--stats=json"]);
    let line = said.stderr.lines().find(|line| line.starts_with('{')).expect("a line of JSON");
    let stats: serde_json::Value = serde_json::from_str(line).expect("JSON");
    let names: Vec<&str> =
        stats["phases"].as_array().expect("phases").iter().filter_map(|phase| phase["phase"].as_str()).collect();
    assert_eq!(names, phases);
    assert!(
        stats["phases"].as_array().expect("phases").iter().all(|phase| phase["wall_us"].is_u64() && phase["cpu_us"].is_u64())
    );
    assert_eq!(stats["plugins"].as_array().map(Vec::len), Some(3));
    let replay = scene.run(&["scan", "--replay", "a.ndjson", "--stats=json"]);
    assert!(replay.stderr.contains("{\"phases\":[],\"plugins\":[{"), "{}", replay.stderr);
    assert_eq!(scene.run(&["scan", "--stats=yaml"]).code, 2);
}

/// What each plugin used, in the scan and later.
#[test]
fn the_ledger() {
    let scene = Scene::small().with_guest("greedy");
    let run = scene.run(&["scan", "--stats", "--set", "greedy.read=star"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("plugin                  calls  failed  wall ms  cpu ms"), "{}", run.stderr);
    let rows = scene.run(&["plugin", "stats", "--format", "ndjson"]);
    rows.ended(0, "");
    let rows = rows.lines();
    assert_eq!(rows.len(), 4);
    let row = |name: &str| rows.iter().find(|row| row["plugin"] == name).unwrap_or_else(|| panic!("{name}"));
    let scan = row("horizontal_scan");
    assert_eq!((&scan["calls"], &scan["failed"], &scan["alerts"], &scan["rows"]), (&1.into(), &0.into(), &2.into(), &2.into()));
    assert_eq!((&scan["functions"]["query.open"], &scan["functions"]["query.next"]), (&1.into(), &2.into()));
    assert_eq!(scan["at"], "2026-03-11T20:35:11Z");
    assert!(scan["cpu_us"].as_u64() > Some(0) && scan["memory"].as_u64() > Some(100_000), "{scan}");
    assert!(scan["bytes_in"].as_u64() > Some(100) && scan["bytes_out"].as_u64() > Some(20), "{scan}");
    let greedy = row("greedy");
    assert_eq!((&greedy["failed"], &greedy["denials"]), (&1.into(), &1.into()));
    assert!(greedy["error"].as_str().is_some_and(|error| error.starts_with("access denied: ")), "{greedy}");
    assert!(scan["host_us"].as_u64() > Some(0) && scan["host_us"].as_u64() <= scan["wall_us"].as_u64(), "{scan}");
    // A second scan is added up in the table.
    assert_eq!(scene.run(&["scan"]).code, 0);
    let table = scene.run(&["plugin", "stats", "vertical_scan"]);
    let line = table.stdout.lines().nth(1).expect("a row").split_whitespace().collect::<Vec<_>>();
    assert_eq!(line[..3], ["vertical_scan", "2", "0"], "{}", table.stdout);
    scene
        .run(&["plugin", "stats", "nothing"])
        .ended(1, "error: no run of a plugin `nothing` is known since 2025-12-11T20:35:11Z");
    scene.run(&["plugin", "stats", "--since", "soon"]).ended(
        2,
        "error: --since: `soon` is not a time; write a duration back from now (1 hour, 30 minutes, 24h, 90m, 7 days, 2w), a date \
         (2026-03-11), or a date and time, UTC unless it says otherwise (2026-03-11T20:35:00Z)",
    );
}
