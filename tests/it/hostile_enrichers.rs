//! Enrichers that misbehave. A lookup says what went wrong, and another enricher's answer is what it is without it.
//!
//! The numbers in the texts are addresses in `tests/guests/raw/enricher.wat`, which says what is there.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::Duration;

use crate::raw::World;
use net_scout_tests::harness::{Run, Scene};
use serde_json::{Value, json};

const RULE: World = World::new("rule");
const ENRICHER: World = World::new("enricher");

/// A scene with an enricher beside `files_prober`, both of which may read the directory `data`.
fn scene(enricher: &[u8], limits: &str) -> Scene {
    let scene = Scene::small().with_guest("files_prober");
    scene.add_plugin("raw.wasm", enricher);
    fs::create_dir(scene.path("data")).expect("a folder");
    fs::write(scene.path("data/file"), "in data").expect("a file");
    scene.configure(&format!(
        "enrichment_sleep = 0\nenrichment_timeout = 5\n[directories]\ndata = 'data'\n[grants.files_prober]\nfiles = ['data']\nstate = ['64']\n\
         [grants.raw]\nfiles = ['data']\n[limits]\n{limits}\n"
    ));
    scene
}

/// What is found of an address about which `files_prober` says what is in its file.
#[track_caller]
fn lookup(scene: &Scene) -> (Run, Value) {
    let run = scene.run(&["lookup", "8.8.8.7"]);
    let events: i64 = scene.connect().query_row("SELECT count(*) FROM ip_events", [], |row| row.get(0)).expect("a count");
    assert_eq!(events, 330);
    assert!(run.took < Duration::from_secs(10), "{:?}", run.took);
    assert!(run.peak_memory < 700 << 20, "{} MiB", run.peak_memory >> 20);
    let found: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    assert_eq!(found["files_prober"], "in data", "{run:?}");
    let own = found["raw"].clone();
    (run, own)
}

/// Checks that an enricher is refused for what it does when it is asked what it is.
#[track_caller]
fn undescribed(enricher: &[u8], limits: &str, reason: &str) {
    let (run, found) = lookup(&scene(enricher, limits));
    assert_eq!((run.stderr.as_str(), found), (format!("warning: plugin raw.wasm {reason}\n").as_str(), Value::Null));
}

/// Checks that a lookup fails for this reason, and is not tried again.
#[track_caller]
fn failed(enricher: &[u8], limits: &str, reason: &str) {
    let (run, found) = lookup(&scene(enricher, limits));
    let message = format!("plugin failed: {reason}");
    assert_eq!(found, json!({"error": {"kind": "failed", "message": message, "attempts": 1}}), "{run:?}");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

/// Checks that a lookup finds this.
#[track_caller]
fn answered(enricher: &[u8], limits: &str, answer: &Value) {
    let (run, found) = lookup(&scene(enricher, limits));
    assert_eq!((&found, run.code, run.stderr.as_str()), (answer, 0, ""));
}

/// A test for each enricher: its name, the limits, the text in place of parts of the sound enricher, and what comes of it.
macro_rules! enrichers {
    ($check:ident: $($name:ident, $limits:literal, $text:expr => $outcome:expr;)+) => {
        $(#[test]
        fn $name() {
            $check(&ENRICHER.component($text.as_ref()), $limits, &$outcome);
        })+
    };
}

/// An `enrich` that does something before it returns the sound answer.
fn enrich(body: &str) -> String {
    format!("(func (export \"enrich\") (param i32 i32 i32 i32 i32) (result i32)\n{body}\n(i32.const 0x300))")
}

/// An `enrich` that opens a file and goes on with its handle.
fn with_file(body: &str) -> String {
    enrich(&format!("(local $file i32) (call $open_file) (local.set $file (i32.load (i32.const 0x404)))\n{body}"))
}

/// An answer of this text.
fn answer(text: &str) -> String {
    let escaped: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    format!("(data (i32.const 0x2000) \"{escaped}\") (data (i32.const 0x304) (i32 0x2000 {}))", text.len())
}

/// An answer of this many bytes: a text of the letter x.
fn long_answer(bytes: usize) -> String {
    enrich(&format!(
        "(memory.fill (i32.const 0x10000) (i32.const 0x78) (i32.const {bytes}))
         (i32.store8 (i32.const 0x10000) (i32.const 0x22))
         (i32.store8 (i32.const {}) (i32.const 0x22))",
        0x1_0000 + bytes - 1
    )) + &format!(
        "(func $grow (drop (memory.grow (i32.const 1500)))) (start $grow) (data (i32.const 0x304) (i32 0x10000 {bytes}))"
    )
}

const FOR_EVER: &str = "it computed for longer than 0.3 s (limits.cpu_seconds)";
const UNREACHABLE: &str = "it trapped: wasm trap: wasm `unreachable` instruction executed";
const TEXT: &str = "it trapped: string pointer/length out of bounds of memory";
const LIST: &str = "it trapped: list pointer/length out of bounds of memory";
const NO_TEXT: &str = "it trapped: invalid utf-8 sequence of 1 bytes from index 0";
const TOO_MUCH: &str = "it passed more than 64 MiB to the host at once (limits.argument_mib)";

// What it says of itself.
enrichers! { undescribed:
    a_start_that_loops, "cpu_seconds = 0.3", "(func $start (loop $again (br $again))) (start $start)"
        => format!("failed in describe: {FOR_EVER}");
    a_description_beyond_memory, "", "(func (export \"describe\") (result i32) (i32.const 0xfffffff0))"
        => "failed in describe: it trapped: pointer out of bounds of memory";
    a_call_in_describe, "", "(func (export \"describe\") (result i32) (call $open_file) (i32.const 0x100))"
        => "failed in describe: it called the host in describe, which has no capability";
    no_observables, "", "(data (i32.const 0x118) (i32 0))" => "describes itself wrongly: it takes no observable";
    too_many_observables, "", "(data (i32.const 0x114) (i32 0x3000 65))"
        => "describes itself wrongly: it has 65 kinds of observables, more than 64";
    an_unknown_observable, "", r#"(data (i32.const 0x250) "\02")"# => "failed in describe: it trapped: unexpected discriminant: 2";
    observables_that_overflow, "", "(data (i32.const 0x118) (i32 0xffffffff))" => format!("failed in describe: {LIST}");
    an_enricher_that_is_a_rule, "", r#"(data (i32.const 0x110) (i32 0 0x280 1)) (data (i32.const 0x138) (i32 0 0)) (data (i32.const 0x280) (i32 0x200 3))"#
        => "describes itself wrongly: it exports `enrich`, but says that it is no enricher";
    a_directory_of_lines, "", r#"(data (i32.const 0x230) "a\nb\"")"#
        => r#"describes itself wrongly: its request files `a\nb"` is not in the form of such a request"#;
    a_table, "", "(data (i32.const 0x140) (i32 0 0x230 4 0 0))" => "describes itself wrongly: there is no table `data`; there are events and alerts";
}

// How a lookup ends.
enrichers! { failed:
    a_trap, "", enrich("unreachable") => UNREACHABLE;
    an_endless_loop, "cpu_seconds = 0.3", enrich("(loop $again (br $again))") => FOR_EVER;
    a_call_stack_without_end, "", "(func $again (export \"enrich\") (param i32 i32 i32 i32 i32) (result i32) (call $again (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)))"
        => "it called itself too deeply: its stack ends at 512 KiB (limits.stack_kib)";
    all_the_memory, "memory_mib = 8", enrich("(drop (memory.grow (i32.const 1000)))")
        => "it asked for 63 MiB of memory, more than 8 MiB (limits.memory_mib)";
    an_allocation_beyond_memory, "", "(func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) (i32.const 0xffff0000))"
        => "it trapped: realloc return: beyond end of memory";
    an_answer_that_is_not_freed, "", "(func (export \"cabi_post_enrich\") (param i32) unreachable)" => UNREACHABLE;
    a_flood_of_questions, "host_calls = 1000", enrich("(loop $again (call $resolve (i32.const 0x240) (i32.const 4) (i32.const 3) (i32.const 0x400)) (br $again))")
        => "it called the host more than 1000 times (limits.host_calls)";
    a_flood_of_files, "host_calls = 1000", enrich("(loop $again (call $open_file) (br $again))")
        => "it called the host more than 1000 times (limits.host_calls)";
}

// What it answers.
enrichers! { failed:
    neither_an_answer_nor_an_error, "", "(data (i32.const 0x300) (i32 2))" => "it trapped: invalid expected discriminant";
    an_unknown_error, "", "(data (i32.const 0x300) (i32 1 6))" => "it trapped: unexpected discriminant: 6";
    an_answer_beyond_memory, "", "(data (i32.const 0x304) (i32 0x1ffff 2))" => TEXT;
    an_answer_of_four_gigabytes, "", "(data (i32.const 0x304) (i32 0 0xffffffff))" => TEXT;
    an_answer_that_is_no_text, "", r#"(data (i32.const 0x260) "\ff")"# => NO_TEXT;
    no_answer, "", "(data (i32.const 0x308) (i32 0))" => "its answer is not JSON: EOF while parsing a value at line 1 column 0";
    half_an_answer, "", "(data (i32.const 0x308) (i32 9))" => "its answer is not JSON: EOF while parsing a value at line 1 column 9";
    another_language, "", answer("<html>") => "its answer is not JSON: expected value at line 1 column 1";
    two_answers, "", answer("1 2") => "its answer is not JSON: trailing characters at line 1 column 3";
    not_a_number, "", answer("NaN") => "its answer is not JSON: expected value at line 1 column 1";
    a_number_beyond_all, "", answer("1e999") => "its answer is not JSON: number out of range at line 1 column 5";
    half_a_surrogate, "", answer(r#""\ud800""#) => "its answer is not JSON: unexpected end of hex escape at line 1 column 8";
    a_control_character, "", answer("\"\u{1b}[2J\"") => "its answer is not JSON: control character (\\u0000-\\u001F) found while parsing a string at line 1 column 2";
    lists_within_lists, "", answer(&"[".repeat(10_000)) => "its answer is not JSON: recursion limit exceeded at line 1 column 128";
    a_large_answer, "[limits.raw]\nmemory_mib = 128", long_answer((256 << 10) + 1) => "its answer has 262145 bytes, more than 262144";
    a_huge_answer, "[limits.raw]\nmemory_mib = 128", long_answer(80 << 20) => TOO_MUCH;
}

// What it gives to the host.
enrichers! { failed:
    a_name_beyond_memory, "", enrich("(call $resolve (i32.const 0x1ffff) (i32.const 2) (i32.const 0) (i32.const 0x400))") => TEXT;
    an_unknown_type_of_record, "", enrich("(call $resolve (i32.const 0x240) (i32.const 4) (i32.const 7) (i32.const 0x400))")
        => "it trapped: unexpected discriminant: 7";
    words_that_overflow, "",
        enrich("(call $run (i32.const 0x240) (i32.const 4) (i32.const 0) (i32.const 0x20000000) (i32.const 0) (i32.const 0) (i32.const 0x400))")
        => LIST;
    neither_a_time_nor_none, "",
        enrich("(call $run (i32.const 0x240) (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 2) (i32.const 0) (i32.const 0x400))")
        => "it trapped: invalid option discriminant";
    headers_that_overflow, "", send("(i32.const 0) (i32.const 0x10000000) (i32.const 0) (i32.const 0) (i32.const 0)") => LIST;
    headers_beyond_memory, "", send("(i32.const 0x1fff8) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)") => LIST;
    headers_that_are_unaligned, "", send("(i32.const 0x1001) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)")
        => "it trapped: list pointer is not aligned";
    a_body_beyond_memory, "", send("(i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0xffffffff)") => LIST;
    neither_a_body_nor_none, "", send("(i32.const 0) (i32.const 0) (i32.const 2) (i32.const 0) (i32.const 0)")
        => "it trapped: invalid option discriminant";
    a_file_after_it_was_dropped, "", with_file("(call $drop (local.get $file)) (drop (call $size (local.get $file)))")
        => "it trapped: unknown handle index 1";
    a_file_dropped_twice, "", with_file("(call $drop (local.get $file)) (call $drop (local.get $file))")
        => "it trapped: unknown handle index 1";
    a_guessed_file, "", enrich("(drop (call $size (i32.const 3)))") => "it trapped: unknown handle index 3";
    a_part_beyond_memory, "", with_file("(call $read (local.get $file) (i64.const 0) (i32.const 7) (i32.const 0x1fffc))")
        => "it trapped: pointer out of bounds";
}

/// A request with these headers and this body.
fn send(rest: &str) -> String {
    enrich(&format!("(call $send (i32.const 0) (i32.const 0x240) (i32.const 4) {rest} (i32.const 0x400))"))
}

// What harms nobody.
enrichers! { answered:
    a_sound_enricher, "", "" => json!({"sound": true});
    a_key_that_occurs_twice, "", answer(r#"{"a": 1, "a": 2}"#) => json!({"a": 2});
    the_largest_answer, "[limits.raw]\nmemory_mib = 128", long_answer(256 << 10) => json!("x".repeat((256 << 10) - 2));
    a_part_beyond_a_file, "", with_file("(call $read (local.get $file) (i64.const -1) (i32.const 7) (i32.const 0x400))") => json!({"sound": true});
    files_left_open, "", enrich("(local $count i32) (loop $again (call $open_file) (br_if $again (i32.lt_u (local.tee $count (i32.add (local.get $count) (i32.const 1))) (i32.const 100))))")
        => json!({"sound": true});
}

/// Its words reach a terminal on one line and without control characters.
#[test]
fn words_cannot_speak_to_the_terminal() {
    let words = "\u{1b}[2J\u{9b}31m\r\nforged: line\u{202e}";
    let failure = answer(words).replace("0x304", "0x308") + "(data (i32.const 0x300) (i32 1 3))";
    let (run, found) = lookup(&scene(&ENRICHER.component(&failure), ""));
    assert_eq!(
        found,
        json!({"error": {"kind": "not-found", "message": r"not found: \u{1b}[2J\u{9b}31m\r\nforged: line\u{202e}", "attempts": 1}})
    );
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

/// In an answer they are data, none of which may be lost. JSON has a way to write them that no terminal obeys.
#[test]
fn answers_cannot_speak_to_the_terminal() {
    let (run, found) = lookup(&scene(&ENRICHER.component(&answer("\"\u{9b}31m\u{202e}\u{7f}\"")), ""));
    assert_eq!(found, "\u{9b}31m\u{202e}\u{7f}");
    assert!(!run.stdout.contains(['\u{9b}', '\u{202e}', '\u{7f}']), "{:?}", run.stdout);
}

/// The first of two with one name, whatever they are.
#[test]
fn a_rule_and_an_enricher_with_one_name() {
    let scene = scene(&ENRICHER.component(""), "");
    scene.add_plugin("rule.wasm", &RULE.component(""));
    let warning = "warning: plugin rule.wasm has the same name as raw.wasm: `raw`\n";
    let (run, found) = lookup(&scene);
    assert_eq!((run.stderr.as_str(), found), (warning, json!({"sound": true})));
    scene.scan(&[]).warned(warning.trim_end());
}

/// A file of grants that is none. It must neither be waited for nor read without end.
#[test]
fn grants_that_are_no_file() {
    let enricher = ENRICHER.component("");
    let check = |reason: &str, make: &dyn Fn(&std::path::Path)| {
        let scene = scene(&enricher, "");
        make(&scene.path("plugins/plugins.lock"));
        let error = format!("error: plugins/plugins.lock: {reason}; remove it and approve the plugins again");
        scene.run(&["lookup", "8.8.8.7"]).ended(1, &error);
    };
    let no_file = "is not a regular file";
    check(no_file, &|lock| fs::create_dir(lock).expect("a folder"));
    check(no_file, &|lock| symlink("/dev/zero", lock).expect("a link"));
    check(no_file, &|lock| assert!(Command::new("mkfifo").arg(lock).status().expect("mkfifo").success()));
    check("has 8589934592 bytes, more than 4194304", &|lock| {
        fs::File::create(lock).and_then(|file| file.set_len(8 << 30)).expect("a file");
    });
}

/// Lookups of many addresses by an enricher that fills its memory each time: no more run at once than there is memory for.
#[test]
fn greedy_lookups_take_turns() {
    let greedy = enrich(
        "(local $times i32)
         (drop (memory.grow (i32.const 3990)))
         (loop $again
           (memory.fill (i32.const 0x10000) (i32.const 1) (i32.const 261000000))
           (br_if $again (i32.lt_u (local.tee $times (i32.add (local.get $times) (i32.const 1))) (i32.const 3))))",
    );
    let scene = scene(&ENRICHER.component(&greedy), "[limits.raw]\nmemory_mib = 256");
    assert_eq!(scene.run(&["migrate"]).code, 0);
    let database = scene.connect();
    for host in 0..20 {
        let sql = "INSERT INTO scout_alerts (alert_type, src_ip, created_at) VALUES ('test', ?1, '2026-03-11T20:00:00Z')";
        database.execute(sql, [format!("8.8.4.{host}")]).expect("an alert");
    }
    let run = scene.run(&["enrich", "--only", "raw", "--limit", "20"]);
    run.ended(0, "20 alerts enriched: 20 lookups, 0 failed, 0 answers from the cache");
    // Together they have 1.5 GiB, which is as much as six of them ask for.
    assert!(run.peak_memory < 1_700 << 20, "{} MiB", run.peak_memory >> 20);
}
