//! Bad files in the plugin folder. Each is refused with its name and the reason, the other rules' alerts are what they are without it, and
//! the exit status says that something was refused.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use net_scout_tests::harness::{RULES, Run, SMALL_ALERTS, SMALL_DONE as DONE, Scene, guest};
use net_scout_tests::places;

const SCAN: [&str; 4] = ["scan", "--dry-run", "--format", "ndjson"];

/// Scans, and checks that all is as without the bad plugin but for one line on standard error, which it returns.
#[track_caller]
fn scan_with_refusal(scene: &Scene, words: &[&str]) -> String {
    let run = scene.scan(words);
    assert_eq!(run.stdout, SMALL_ALERTS, "{}", run.stderr);
    assert_eq!(run.code, 3, "{}", run.stderr);
    run.stderr.strip_suffix(DONE).unwrap_or_else(|| panic!("{}", run.stderr)).trim_end().to_owned()
}

/// Checks that a file with these bytes is refused for this reason.
#[track_caller]
fn refused(bytes: &[u8], reason: &str) {
    let scene = Scene::small();
    scene.add_plugin("bad.wasm", bytes);
    assert_eq!(scan_with_refusal(&scene, &[]), format!("warning: plugin bad.wasm {reason}"));
}

/// A component from its text in `tests/guests/wat`.
fn wat(name: &str) -> Vec<u8> {
    let path = places::root().join("tests/guests/wat").join(format!("{name}.wat"));
    wat::parse_file(&path).unwrap_or_else(|error| panic!("{error}"))
}

/// The guest `described`, told which of its cases to be.
fn described(case: usize) -> Vec<u8> {
    let mut bytes = guest("described");
    let marker = b"described case00";
    let at = bytes.windows(marker.len()).position(|window| window == marker).expect("the marker is in the component");
    bytes[at + 14..at + 16].copy_from_slice(format!("{case:02}").as_bytes());
    bytes
}

#[test]
fn without_a_bad_plugin() {
    let run = Scene::small().run(&SCAN);
    run.ended(0, DONE);
    assert_eq!(run.stdout, SMALL_ALERTS);
}

#[test]
fn no_webassembly() {
    let reason = "is not a WebAssembly file: its first bytes are not those of one";
    refused(b"#!/bin/sh\necho this is not a plugin\n", reason);
    refused(b"", reason);
    refused(&guest("raiser")[..7], reason);
    refused(b"\0asm\x01\0\0\x07", "is not a component that this host accepts: its version is unknown");
}

#[test]
fn a_core_module() {
    let reason = "is a core WebAssembly module, not a component; make it one with `wasm-tools component new`";
    refused(&wat("core_module"), reason);
}

#[test]
fn a_truncated_component() {
    let bytes = guest("raiser");
    let scene = Scene::small();
    scene.add_plugin("bad.wasm", &bytes[..bytes.len() / 2]);
    let refusal = scan_with_refusal(&scene, &[]);
    let start = "warning: plugin bad.wasm is not a component that this host accepts: failed to parse WebAssembly module: ";
    assert!(refusal.starts_with(start) && refusal.ends_with(&format!("(bound = {})", bytes.len() / 2)), "{refusal}");
}

/// A flipped bit may change a text in the component and nothing else. Whatever it does, it does it to that plugin only.
#[test]
fn a_flipped_bit() {
    let good = described(0);
    let scene = Scene::small();
    for at in (8..good.len()).step_by(good.len() / 20) {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        scene.add_plugin("bad.wasm", &bad);
        let run = scene.run(&SCAN);
        assert!(run.code == 0 || run.code == 3, "byte {at}: {run:?}");
        let others: String = run
            .stdout
            .lines()
            .filter(|line| !line.contains("\"rule\":\"described\""))
            .map(|line| line.to_owned() + "\n")
            .collect();
        assert_eq!(others, SMALL_ALERTS, "byte {at}: {}", run.stderr);
        let named = run.stderr.contains("warning: plugin bad.wasm ") || run.stderr.contains("(bad.wasm) failed");
        assert_eq!(named, run.code == 3, "byte {at}: {}", run.stderr);
    }
}

/// Loading compiled code runs it, so it is refused even where it is this host's own.
#[test]
fn precompiled_code() {
    let reason = "is precompiled code, which is never loaded from a plugin folder; give the component it was made from";
    refused(&[b"\x7fELF".as_slice(), &[0; 100]].concat(), reason);

    let scene = Scene::small();
    let cache = scene.path("code");
    assert_eq!(Run::of(scene.command(&SCAN).env("NET_SCOUT_CACHE_DIR", &cache)).code, 0);
    let compiled = fs::read_dir(cache).expect("a cache").next().expect("code").expect("code").path();
    // The cache keeps it behind a checksum.
    let file = fs::read(compiled).expect("code");
    let code = file.windows(4).position(|bytes| bytes == b"\x7fELF").expect("compiled code");
    refused(&file[code..], reason);
    refused(&file, "is not a WebAssembly file: its first bytes are not those of one");
}

#[test]
fn another_world() {
    refused(&wat("empty"), "is a component of another world: no export `describe` found");
    refused(
        &wat("another_world"),
        "is a component of another world: type-checking export func `describe`: expected `record` found `u32`",
    );
}

#[test]
fn an_import_that_no_rule_is_given() {
    let reason = |import: &str| {
        format!(
            "imports `{import}`, which no rule is given; a rule may import query, files, state, log of net-scout:plugin@0.1.0"
        )
    };
    refused(&wat("http"), &reason("wasi:http/outgoing-handler@0.2.0"));
    refused(&wat("programs"), &reason("net-scout:plugin/exec@0.1.0"));
    refused(&wat("bare_import"), &reason("run-program"));
    refused(
        &wat("write_access"),
        "is a component of another world: component imports instance `net-scout:plugin/query@0.1.0`, but a matching implementation was not found \
         in the linker: instance export `execute` has the wrong type: function implementation is missing",
    );
}

#[test]
fn another_version() {
    let reason = |version: &str| format!("was built for net-scout:plugin@{version}, this host speaks net-scout:plugin@0.1.0");
    refused(&wat("later_interface"), &reason("0.2.0"));
    refused(&wat("later_patch"), &reason("0.1.1"));
}

#[test]
fn a_feature_that_is_switched_off() {
    for (text, reason) in [
        ("memory64", "memory64 must be enabled for 64-bit memories (at offset 0x15)"),
        ("threads", "threads must be enabled for shared memories (at offset 0x15)"),
        ("garbage_collection", "cannot define struct types when gc types are disabled (at offset 0x15)"),
    ] {
        refused(&wat(text), &format!("is not a component that this host accepts: failed to parse WebAssembly module: {reason}"));
    }
}

#[test]
fn the_same_name_twice() {
    let scene = Scene::small();
    let rule = fs::read(scene.path("plugins").join("vertical-scan.wasm")).expect("a rule");
    scene.add_plugin("z-copy.wasm", &rule);
    let refusal = "warning: plugin z-copy.wasm has the same name as vertical-scan.wasm: `vertical_scan`";
    assert_eq!(scan_with_refusal(&scene, &[]), refusal);
    // The first file wins, whichever it is.
    fs::rename(scene.path("plugins/z-copy.wasm"), scene.path("plugins/a-copy.wasm")).expect("renamed");
    let refusal = "warning: plugin vertical-scan.wasm has the same name as a-copy.wasm: `vertical_scan`";
    assert_eq!(scan_with_refusal(&scene, &[]), refusal);
}

/// The cases of the guest `described`, in its order, and why each is refused. The first is sound.
const DESCRIBED: [&str; 20] = [
    "",
    "failed in describe: it trapped: wasm trap: wasm `unreachable` instruction executed",
    "failed in describe: it computed for longer than 0.3 s (limits.cpu_seconds)",
    "failed in describe: it called the host in describe, which has no capability",
    "failed in describe: it called the host in describe, which has no capability",
    "describes itself wrongly: name `\\u{1b}[2Jwiped\\nnewline` is not a lower-case letter and up to 63 lower-case letters, digits and underscores",
    "describes itself wrongly: name `XXX…` is not a lower-case letter and up to 63 lower-case letters, digits and underscores",
    "describes itself wrongly: version `` is not 1 to 64 plain characters",
    "describes itself wrongly: summary `Looks \\u{202e}backwards` is not 1 to 500 plain characters",
    "describes itself wrongly: it has no alert type",
    "describes itself wrongly: it has 65 alert types, more than 64",
    "describes itself wrongly: alert type `Upper` is not a lower-case letter and up to 63 lower-case letters, digits and underscores",
    "describes itself wrongly: parameter `number`: the default 11 is not a whole number from 0 to 10",
    "describes itself wrongly: parameter `number`: the default 0.5 is not a number from NaN to 1",
    "describes itself wrongly: parameter `switch`: the default red is not one of green, blue",
    "describes itself wrongly: parameter `switch`: the default red is not one of ",
    "describes itself wrongly: parameter `twice` occurs twice",
    "describes itself wrongly: the meaning of parameter `switch` `two\\nlines` is not 1 to 500 plain characters",
    "describes itself wrongly: there is no table `ip_events`; there are events and alerts",
    "describes itself wrongly: table `events` has no column `password`; it has id, time, src_ip, src_port, dst_ip, dst_port, proto, \
     verdict, direction, in_if, out_if, hit_count, src_rdns, dst_rdns, src_service, dst_service, country_code, country, state, city, \
     latitude, longitude, trace_path, tcp_flags",
];

#[test]
fn a_bad_description() {
    for (case, reason) in DESCRIBED.iter().enumerate().skip(1) {
        let scene = Scene::small();
        scene.configure("[limits]\ncpu_seconds = 0.3\n");
        scene.add_plugin("bad.wasm", &described(case));
        let reason = reason.replace("XXX", &"x".repeat(200));
        let refusal = format!("warning: plugin bad.wasm {reason}");
        assert_eq!(scan_with_refusal(&scene, &[]), refusal.trim_end(), "case {case}");
    }
}

/// A case that is not in the table above would be in the guest without a test.
#[test]
fn every_description_is_tested() {
    let scene = Scene::small();
    scene.add_plugin("good.wasm", &described(0));
    let run = scene.run(&SCAN);
    assert_eq!((run.code, run.lines().len()), (0, 5), "{}", run.stderr);
    refused(&described(DESCRIBED.len()), DESCRIBED[1]);
}

/// `describe` has limits of its own, and is never given more than the work would be.
#[test]
fn limits_hold_in_describe() {
    for (limit, reason) in [
        ("memory_mib = 1", "it asked for 2 MiB of memory, more than 1 MiB (limits.memory_mib)"),
        ("table_elements = 1", "it asked for a table of N elements, more than 1 (limits.table_elements)"),
        ("wall_seconds = 0.5", "it ran for longer than 0.5 s (limits.wall_seconds)"),
    ] {
        let scene = Scene::small().without_rules();
        scene.configure(&format!("[limits]\n{limit}\n"));
        scene.add_plugin("bad.wasm", &described(2));
        let run = scene.run(&SCAN);
        let elements = run.stderr.split("table of ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or("none").to_owned();
        let expected = format!("warning: plugin bad.wasm failed in describe: {reason}\n{}", DONE.replace("4 alerts", "0 alerts"));
        run.ended(3, &expected.replace('N', &elements));
    }
}

/// A parameter of a rule that was refused does not stop the others.
#[test]
fn parameters_of_a_refused_rule() {
    let scene = Scene::small();
    scene.add_plugin("bad.wasm", &described(1));
    let refusal = scan_with_refusal(&scene, &["--set", "described.switch=false"]);
    assert_eq!(
        refusal,
        format!("warning: plugin bad.wasm {}\nwarning: parameters are set for rule described, which is not loaded", DESCRIBED[1])
    );
}

#[test]
fn no_file_at_all() {
    let scene = Scene::small();
    let bad = scene.path("plugins/bad.wasm");
    symlink("/nonexistent/rule.wasm", &bad).expect("a link");
    let refusal = "warning: plugin bad.wasm cannot be read: No such file or directory (os error 2)";
    assert_eq!(scan_with_refusal(&scene, &[]), refusal);
    fs::remove_file(&bad).expect("removed");

    symlink("bad.wasm", &bad).expect("a link");
    let refusal = "warning: plugin bad.wasm cannot be read: Too many levels of symbolic links (os error 40)";
    assert_eq!(scan_with_refusal(&scene, &[]), refusal);
    fs::remove_file(&bad).expect("removed");

    // Reading one would wait for ever.
    let made = Command::new("mkfifo").arg(&bad).status().expect("mkfifo");
    assert!(made.success());
    assert_eq!(scan_with_refusal(&scene, &[]), "warning: plugin bad.wasm is not a regular file");
    fs::remove_file(&bad).expect("removed");

    fs::create_dir(&bad).expect("a folder");
    assert_eq!(scan_with_refusal(&scene, &[]), "warning: plugin bad.wasm is not a regular file");
    fs::remove_dir(&bad).expect("removed");

    fs::File::create(&bad).expect("a file").set_len((64 << 20) + 1).expect("a large file");
    assert_eq!(
        scan_with_refusal(&scene, &[]),
        "warning: plugin bad.wasm has 67108865 bytes, a plugin may have 67108864 (limits.component_mib)"
    );
}

#[test]
fn a_file_name_cannot_speak_to_the_terminal() {
    let scene = Scene::small();
    scene.add_plugin("bad\u{1b}[31m\n\u{202e}.wasm", b"text");
    let refusal = scan_with_refusal(&scene, &[]);
    let reason = "is not a WebAssembly file: its first bytes are not those of one";
    assert_eq!(refusal, format!("warning: plugin bad\\u{{1b}}[31m\\n\\u{{202e}}.wasm {reason}"));
}

#[test]
fn what_is_no_plugin_is_left_alone() {
    let scene = Scene::small();
    for file in ["README.md", "rule.wasm.bak", "wasm", ".wasm", "RULE.WASM", "rule.wasm~"] {
        scene.add_plugin(file, b"text");
    }
    fs::create_dir(scene.path("plugins/deeper")).expect("a folder");
    fs::write(scene.path("plugins/deeper/rule.wasm"), b"text").expect("a file");
    let run = scene.run(&SCAN);
    run.ended(0, DONE);
    assert_eq!(run.stdout, SMALL_ALERTS);
}

#[test]
fn no_plugin_at_all() {
    let hint = "name the folder with --plugins, or leave it out for the standard ones in the program";
    let scene = Scene::small().without_rules();
    let before = scene.bytes();
    scene.run(&["scan"]).ended(1, &format!("error: there is no plugin (*.wasm) in plugins; {hint}"));
    scene
        .run(&["scan", "--plugins", "nowhere"])
        .ended(1, &format!("error: the plugin folder nowhere cannot be read; {hint}: No such file or directory (os error 2)"));
    scene
        .run(&["scan", "--plugins", "net-scout.toml"])
        .ended(1, &format!("error: the plugin folder net-scout.toml cannot be read; {hint}: Not a directory (os error 20)"));
    assert!(scene.bytes() == before, "the database was changed");
}

/// When no plugin is left the scan still ends as one that went wrong, and writes no alert.
#[test]
fn only_bad_plugins() {
    let scene = Scene::small();
    for rule in RULES {
        scene.add_plugin(rule, b"text");
    }
    let run = scene.run(&["scan", "--format", "json"]);
    assert_eq!((run.code, run.stdout.as_str()), (3, "[]\n"));
    assert_eq!(run.stderr.matches("is not a WebAssembly file").count(), 3);
    let alerts: i64 = scene.connect().query_row("SELECT COUNT(*) FROM scout_alerts", [], |row| row.get(0)).expect("a count");
    assert_eq!(alerts, 0);
}
