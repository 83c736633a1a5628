//! Rules that lie at the boundary: they return pointers, lengths, texts and handles that no compiler would, and allocate for the host
//! what they must not. Each ends in an error that names the rule and the reason; the other rules' alerts are what they are without it.
//!
//! The numbers in the texts are addresses in `tests/guests/raw/rule.wat`, which says what is there.

use std::time::Duration;

use crate::raw::World;
use net_scout_tests::harness::{SMALL_SINCE, Scene};
use serde_json::{Value, json};
use wit_component::StringEncoding;

const RULE: World = World::new("rule");

/// A small database with a rule beside the three others.
fn scene(rule: &[u8], limits: &str) -> Scene {
    let scene = Scene::small();
    scene.add_plugin("raw.wasm", rule);
    scene.configure(&format!("[limits]\n{limits}\n"));
    scene
}

/// Checks that a rule is refused for this reason.
#[track_caller]
fn refused(rule: &[u8], limits: &str, reason: &str) {
    scene(rule, limits).scan(&[]).warned(&format!("warning: plugin raw.wasm {reason}"));
}

/// Checks that a rule is loaded, and fails for this reason.
#[track_caller]
fn failed(rule: &[u8], limits: &str, reason: &str) {
    scene(rule, limits).scan(&[]).warned(&format!("warning: rule raw (raw.wasm) failed, its alerts are missing: {reason}"));
}

/// Checks that a rule raises its one alert, and that the evidence says this.
#[track_caller]
fn raised(rule: &[u8], limits: &str, evidence: &Value) {
    let run = scene(rule, limits).scan(&[]);
    assert_eq!((run.code, run.lines().len()), (0, 5), "{}", run.stderr);
    let own: Vec<Value> = run.lines().into_iter().filter(|alert| alert["rule"] == "raw").collect();
    assert_eq!(own[0]["evidence"], *evidence, "{}", run.stderr);
}

/// A test for each rule: its name, the limits, the text in place of parts of the sound rule, and what comes of it.
macro_rules! rules {
    ($check:ident: $($name:ident, $limits:literal, $text:expr => $outcome:expr;)+) => {
        $(#[test]
        fn $name() {
            $check(&RULE.component($text.as_ref()), $limits, &$outcome);
        })+
    };
}

/// An `evaluate` that does something before it returns the sound answer.
fn evaluate(body: &str) -> String {
    format!("(func (export \"evaluate\") (param i64 i32 i64 i64 i64 i32 i32 i32 i32) (result i32)\n{body}\n(i32.const 0x300))")
}

/// An `evaluate` that opens a query and goes on with its handle.
fn with_rows(body: &str) -> String {
    evaluate(&format!("(local $rows i32) (call $open_events) (local.set $rows (i32.load (i32.const 0x404)))\n{body}"))
}

/// An `evaluate` that asks for events with these parameters, columns and place of the answer.
fn query(rest: &str) -> String {
    evaluate(&format!("(call $open (i32.const 0x2a0) (i32.const 21) {rest})"))
}

/// What the host calls to allocate memory of the guest. Its parameters: the old block, its size, the alignment, the size.
fn realloc(body: &str) -> String {
    format!("(func $realloc (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32)\n{body})")
}

const LOOP: &str = "(loop $again (br $again)) unreachable";
const FOR_EVER: &str = "it computed for longer than 0.3 s (limits.cpu_seconds)";
const UNREACHABLE: &str = "it trapped: wasm trap: wasm `unreachable` instruction executed";
const TOO_DEEP: &str = "it called itself too deeply: its stack ends at 512 KiB (limits.stack_kib)";
const NO_WAY_OUT: &str = "it trapped: wasm trap: cannot leave component instance";
const POINTER: &str = "it trapped: pointer out of bounds of memory";
const TEXT: &str = "it trapped: string pointer/length out of bounds of memory";
const LIST: &str = "it trapped: list pointer/length out of bounds of memory";
const UNALIGNED: &str = "it trapped: list pointer is not aligned";
const NO_TEXT: &str = "it trapped: invalid utf-8 sequence of 1 bytes from index 0";

fn discriminant(found: u32) -> String {
    format!("it trapped: unexpected discriminant: {found}")
}

/// Checks that a rule is refused for what it does when it is asked what it is.
#[track_caller]
fn undescribed(rule: &[u8], limits: &str, reason: &str) {
    refused(rule, limits, &format!("failed in describe: {reason}"));
}

// At instantiation.
rules! { undescribed:
    a_start_that_loops, "cpu_seconds = 0.3", "(func $start (loop $again (br $again))) (start $start)" => FOR_EVER;
    a_start_that_traps, "", "(func $start unreachable) (start $start)" => UNREACHABLE;
    a_start_that_recurses, "", "(func $start (call $start)) (start $start)" => TOO_DEEP;
    a_start_that_grows, "", "(func $start (drop (memory.grow (i32.const 60000)))) (start $start)"
        => "it asked for 3751 MiB of memory, more than 256 MiB (limits.memory_mib)";
    a_start_that_calls, "", "(func $start (call $log (i32.const 0) (i32.const 0) (i32.const 9))) (start $start)"
        => "it trapped: wasm trap: uninitialized element";
    a_start_that_drops, "", "(func $start (call $drop (i32.const 1))) (start $start)" => "it trapped: unknown handle index 1";
}

// What `describe` returns.
rules! { undescribed:
    a_description_beyond_memory, "", "(func (export \"describe\") (result i32) (i32.const 0xfffffff0))" => POINTER;
    a_description_at_the_end_of_memory, "", "(func (export \"describe\") (result i32) (i32.const 0x1fffc))" => POINTER;
    a_description_that_is_unaligned, "", "(func (export \"describe\") (result i32) (i32.const 0x101))"
        => "it trapped: return pointer not aligned";
    a_description_without_end, "", "(func $again (export \"describe\") (result i32) (call $again))" => TOO_DEEP;
    a_name_that_is_no_text, "", r#"(data (i32.const 0x200) "\ff\fe\80")"# => NO_TEXT;
    a_name_that_ends_beyond_memory, "", "(data (i32.const 0x100) (i32 0x1ffff))" => TEXT;
    a_name_of_four_gigabytes, "", "(data (i32.const 0x104) (i32 0xffffffff))" => TEXT;
    alert_types_beyond_memory, "", "(data (i32.const 0x118) (i32 0x1fffffff))" => LIST;
    alert_types_that_overflow, "", "(data (i32.const 0x118) (i32 0x20000001))" => LIST;
    alert_types_that_are_unaligned, "", "(data (i32.const 0x114) (i32 0x1c1))" => UNALIGNED;
    an_unknown_kind, "", "(data (i32.const 0x110) (i32 2))" => discriminant(2);
    an_unknown_observable, "", "(data (i32.const 0x110) (i32 1))" => discriminant(0x60);
    an_unknown_type_of_parameter, "", "(data (i32.const 0x148) (i32 5))" => discriminant(5);
    an_unknown_request, "", "(data (i32.const 0x180) (i32 6))" => discriminant(6);
    a_description_that_is_not_freed, "", "(func (export \"cabi_post_describe\") (param i32) unreachable)" => UNREACHABLE;
    a_description_that_is_freed_for_ever, "cpu_seconds = 0.3",
        "(func (export \"cabi_post_describe\") (param i32) (loop $again (br $again)))" => FOR_EVER;
    a_call_while_a_description_is_freed, "",
        "(func (export \"cabi_post_describe\") (param i32) (call $log (i32.const 0) (i32.const 0) (i32.const 9)))" => NO_WAY_OUT;
}

// Descriptions that can be read, but make no sense.
rules! { refused:
    an_empty_description, "", "(func (export \"describe\") (result i32) (i32.const 0))"
        => "describes itself wrongly: it has no alert type";
    a_rule_that_is_an_enricher, "", r#"(data (i32.const 0x110) (i32 1)) (data (i32.const 0x1c0) "\01")"#
        => "describes itself wrongly: it requests table, which no plugin of its kind is given";
    an_enricher_without_a_lookup, "", r#"(data (i32.const 0x110) (i32 1)) (data (i32.const 0x1c0) "\01") (data (i32.const 0x138) (i32 0 0))"#
        => "describes itself wrongly: it exports no `enrich`, but says that it is no rule";
    a_store_of_four_gigabytes, "", "(data (i32.const 0x1a4) (i32 0xffffffff))"
        => "describes itself wrongly: it requests a store of 4294967295 bytes, a rule may have 262144";
    a_request_that_no_rule_may_make, "", "(data (i32.const 0x180) (i32 2 0x250 6 0 0))"
        => "describes itself wrongly: it requests exec, which no plugin of its kind is given";
}

// What `evaluate` returns.
rules! { failed:
    an_answer_beyond_memory, "", evaluate("(return (i32.const 0x20000))") => POINTER;
    an_answer_that_is_unaligned, "", evaluate("(return (i32.const 0x302))") => "it trapped: return pointer not aligned";
    neither_alerts_nor_an_error, "", "(data (i32.const 0x300) (i32 2))" => "it trapped: invalid expected discriminant";
    alerts_beyond_memory, "", "(data (i32.const 0x304) (i32 0x1fff0))" => LIST;
    alerts_that_overflow, "", "(data (i32.const 0x308) (i32 0x03c3c3c4))" => LIST;
    alerts_that_fill_four_gigabytes, "", "(data (i32.const 0x308) (i32 0x03c3c3c3))" => LIST;
    the_most_alerts_there_can_be, "", "(data (i32.const 0x308) (i32 0xffffffff))" => LIST;
    alerts_that_are_unaligned, "", "(data (i32.const 0x304) (i32 0x31a))" => UNALIGNED;
    neither_a_source_nor_none, "", "(data (i32.const 0x320) (i32 2))" => "it trapped: invalid option discriminant";
    a_source_that_is_no_text, "", r#"(data (i32.const 0x280) "\c0\80")"# => NO_TEXT;
    a_source_with_half_a_surrogate, "", r#"(data (i32.const 0x280) "\ed\a0\80")"# => NO_TEXT;
    an_unknown_severity, "", "(data (i32.const 0x33c) (i32 5))" => discriminant(5);
    evidence_that_overflows, "", "(data (i32.const 0x344) (i32 0x08000000))" => LIST;
    evidence_that_is_unaligned, "", "(data (i32.const 0x340) (i32 0x364))" => UNALIGNED;
    an_unknown_kind_of_evidence, "", "(data (i32.const 0x368) (i32 3))" => discriminant(3);
    an_unknown_scalar, "", "(data (i32.const 0x370) (i32 5))" => discriminant(5);
    integers_that_overflow, "", "(data (i32.const 0x368) (i32 1 0 0 0x20000000))" => LIST;
    integers_that_are_unaligned, "", "(data (i32.const 0x368) (i32 1 0 0x364 1))" => UNALIGNED;
    an_unknown_error, "", "(data (i32.const 0x300) (i32 1 3))" => discriminant(3);
    an_unknown_error_of_a_query, "", "(data (i32.const 0x300) (i32 1 0 6 0 0))" => discriminant(6);
    an_error_that_is_no_text, "", r#"(data (i32.const 0x300) (i32 1 2 0x2d0 2)) (data (i32.const 0x2d0) "\ff\ff")"# => NO_TEXT;
    an_error_of_four_gigabytes, "", "(data (i32.const 0x300) (i32 1 2 0 0xffffffff))" => TEXT;
    alerts_that_are_not_freed, "", "(func (export \"cabi_post_evaluate\") (param i32) unreachable)" => UNREACHABLE;
    alerts_that_are_freed_for_ever, "cpu_seconds = 0.3",
        "(func (export \"cabi_post_evaluate\") (param i32) (loop $again (br $again)))" => FOR_EVER;
    a_call_while_alerts_are_freed, "",
        "(func (export \"cabi_post_evaluate\") (param i32) (call $log (i32.const 3) (i32.const 0x200) (i32.const 3)))" => NO_WAY_OUT;
}

// How memory is allocated for the host.
rules! { failed:
    allocation_beyond_memory, "", realloc("(i32.const 0xffff0000)") => "it trapped: realloc return: beyond end of memory";
    allocation_at_the_end_of_memory, "", realloc("(i32.const 0x1fff8)") => "it trapped: realloc return: beyond end of memory";
    allocation_that_is_unaligned, "", realloc("(i32.const 0x1001)") => "it trapped: realloc return: result not aligned";
    allocation_that_traps, "", realloc("unreachable") => UNREACHABLE;
    allocation_that_loops, "cpu_seconds = 0.3", realloc(LOOP) => FOR_EVER;
    allocation_that_recurses, "",
        realloc("(call $realloc (local.get 0) (local.get 1) (local.get 2) (local.get 3))") => TOO_DEEP;
    allocation_that_calls, "",
        realloc("(call $log (i32.const 3) (i32.const 0x200) (i32.const 3)) (i32.const 0x1000)") => NO_WAY_OUT;
    allocation_that_grows, "", realloc("(drop (memory.grow (i32.const 8192))) (i32.const 0x1000)")
        => "it asked for 513 MiB of memory, more than 256 MiB (limits.memory_mib)";
}

// What it gives to the host.
rules! { failed:
    a_message_that_ends_beyond_memory, "", evaluate("(call $log (i32.const 3) (i32.const 0x1ffff) (i32.const 2))") => TEXT;
    a_message_of_four_gigabytes, "", evaluate("(call $log (i32.const 3) (i32.const 0) (i32.const 0xffffffff))") => TEXT;
    a_message_that_is_no_text, "",
        evaluate("(call $log (i32.const 3) (i32.const 0x2d0) (i32.const 1))") + r#"(data (i32.const 0x2d0) "\ff")"# => NO_TEXT;
    an_unknown_level, "", evaluate("(call $log (i32.const 4) (i32.const 0x200) (i32.const 3))") => discriminant(4);
    parameters_beyond_memory, "", query("(i32.const 0) (i32.const 0x0fffffff) (i32.const 0) (i32.const 0) (i32.const 0x400)") => LIST;
    parameters_that_overflow, "", query("(i32.const 0) (i32.const 0x10000000) (i32.const 0) (i32.const 0) (i32.const 0x400)") => LIST;
    an_unknown_parameter, "",
        query("(i32.const 0x2d0) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0x400)") + "(data (i32.const 0x2d0) (i32 9 0 0 0))"
        => discriminant(9);
    an_unknown_column, "", evaluate("(call $open_events)") + r#"(data (i32.const 0x2c0) "\08")"# => discriminant(8);
    an_answer_of_the_host_beyond_memory, "",
        query("(i32.const 0) (i32.const 0) (i32.const 0x2c0) (i32.const 1) (i32.const 0x1fffc)") => "it trapped: pointer out of bounds";
    an_answer_of_the_host_that_is_unaligned, "",
        query("(i32.const 0) (i32.const 0) (i32.const 0x2c0) (i32.const 1) (i32.const 0x401)") => "it trapped: pointer not aligned";
    a_batch_beyond_memory, "", with_rows("(call $next (local.get $rows) (i32.const 0x1fffc))") => "it trapped: pointer out of bounds";
    a_batch_over_its_own_answer, "", with_rows("(call $next (local.get $rows) (i32.const 0x300))") => UNALIGNED;
    a_key_beyond_memory, "", evaluate("(call $get (i32.const 0) (i32.const 0x20001) (i32.const 0x400))") => TEXT;
    a_value_of_four_gigabytes, "",
        evaluate("(call $set (i32.const 0x200) (i32.const 3) (i32.const 0) (i32.const 0xffffffff) (i32.const 0x400))") => LIST;
}

// What it does with handles.
rules! { failed:
    rows_after_they_were_dropped, "", with_rows("(call $drop (local.get $rows)) (call $next (local.get $rows) (i32.const 0x400))")
        => "it trapped: unknown handle index 1";
    rows_dropped_twice, "", with_rows("(call $drop (local.get $rows)) (call $drop (local.get $rows))")
        => "it trapped: unknown handle index 1";
    a_guessed_handle, "", with_rows("(call $next (i32.add (local.get $rows) (i32.const 1)) (i32.const 0x400))")
        => "it trapped: unknown handle index 2";
    the_largest_handle, "", evaluate("(call $drop (i32.const 0xffffffff))") => "it trapped: unknown handle index 4294967295";
    no_handle, "", evaluate("(call $drop (i32.const 0))") => "it trapped: unknown handle index 0";
    a_trap_in_a_batch, "", with_rows("(call $next (local.get $rows) (i32.const 0x400)) unreachable") => UNREACHABLE;
}

// What harms nobody but the guest itself, or not even that.
rules! { raised:
    a_sound_rule, "", "" => json!({"number": 7});
    a_boolean_of_255, "", "(data (i32.const 0x150) (i32 0xff))" => json!({"number": 7});
    allocation_at_null, "", realloc("(i32.const 0)") => json!({"number": 7});
    allocations_that_overlap, "", realloc("(i32.const 0x1000)") => json!({"number": 7});
    a_key_of_zeros_that_is_too_long, "",
        evaluate("(call $get (i32.const 0x2000) (i32.const 0x10000) (i32.const 0x400)) (i32.store (i32.const 0x378) (i32.load8_u (i32.const 0x404)))")
        => json!({"number": 1});
    queries_left_open, "", with_rows("(call $next (local.get $rows) (i32.const 0x400))") => json!({"number": 7});
}

/// Queries that would run for hours are stopped when the rule that asked them traps.
#[test]
fn a_trap_ends_its_queries() {
    let endless = "SELECT count(*) FROM events a, events b, events c, events d, events e, events f";
    let open = format!(
        "(call $open (i32.const 0x2000) (i32.const {}) (i32.const 0) (i32.const 0) (i32.const 0x2c0) (i32.const 1) (i32.const 0x400))",
        endless.len()
    );
    let text =
        evaluate(&format!("{open} {open} {open} {open} unreachable")) + &format!("(data (i32.const 0x2000) \"{endless}\")");
    failed(&RULE.component(&text), "query_seconds = 60\nwall_seconds = 60", UNREACHABLE);
}

/// A rule has one kind of resource only, but it may bring one of its own.
#[test]
fn a_handle_of_another_kind() {
    let package =
        "package test:raw; world raw { include net-scout:plugin/rule@0.1.0; export tokens: interface { resource token; } }";
    let import = "(import \"[export]tokens\" \"[resource-new]token\" (func $token (param i32) (result i32)))\n";
    let world = World { package: Some(package), ..RULE };
    let reason = "it trapped: handle index 1 used with the wrong type, expected guest-defined resource but found a different \
                  guest-defined resource";
    for body in ["(call $next (call $token (i32.const 1)) (i32.const 0x400))", "(call $drop (call $token (i32.const 1)))"] {
        failed(&world.component(&(import.to_owned() + &evaluate(body))), "", reason);
    }
}

/// Texts may come in other encodings, in which other things can be wrong.
#[test]
fn texts_in_other_encodings() {
    let utf16 = World { encoding: StringEncoding::UTF16, ..RULE };
    for (text, reason) in [
        (
            r#"(data (i32.const 0x100) (i32 0x200 1)) (data (i32.const 0x200) "\00\d8")"#,
            "it trapped: unpaired surrogate found: d800",
        ),
        ("(data (i32.const 0x100) (i32 0x201 1))", "it trapped: string pointer not aligned to 2"),
        ("(data (i32.const 0x100) (i32 0x200 0x80000000))", TEXT),
    ] {
        undescribed(&utf16.component(text), "", reason);
    }
    let either = World { encoding: StringEncoding::CompactUTF16, ..RULE };
    for (text, reason) in [
        ("(data (i32.const 0x100) (i32 0x200 0xffffffff))", TEXT),
        (
            r#"(data (i32.const 0x100) (i32 0x200 0x80000001)) (data (i32.const 0x200) "\00\dc")"#,
            "it trapped: unpaired surrogate found: dc00",
        ),
    ] {
        undescribed(&either.component(text), "", reason);
    }
    raised(&either.component(""), "", &json!({"number": 7}));
}

/// A few bytes that are said to be many things: all alerts have one text of evidence, in which all texts are the same.
#[test]
fn one_text_many_times() {
    for (alerts, texts, text) in [(1_000, 4_000, 0), (1_000, 8_000, 1_000), (100_000, 1, 60_000), (100_000, 8_000, 0)] {
        let fill = format!(
            "(local $at i32)
             (loop $alerts
               (memory.copy (i32.add (i32.const 0x40000) (local.get $at)) (i32.const 0x318) (i32.const 68))
               (br_if $alerts (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 68))) (i32.const {}))))
             (local.set $at (i32.const 0))
             (loop $texts
               (i32.store (i32.add (i32.const 0x20000) (local.get $at)) (i32.const 0x10000))
               (i32.store (i32.add (i32.const 0x20004) (local.get $at)) (i32.const {text}))
               (br_if $texts (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const {}))))",
            alerts * 68,
            texts * 8
        );
        let text = format!(
            "{}\n(func $start (drop (memory.grow (i32.const 120)))) (start $start)
             (data (i32.const 0x304) (i32 0x40000 {alerts}))
             (data (i32.const 0x368) (i32 2 0 0x20000 {texts}))",
            evaluate(&fill)
        );
        let reason = "it passed more than 64 MiB to the host at once (limits.argument_mib)";
        failed(&RULE.component(&text), "", reason);
    }
}

/// Takes what is kept under the key `scans` as its evidence, -1 for nothing, and keeps the first letter of its name there.
fn keeper(name: &str) -> Vec<u8> {
    let body = r#"
        (call $get (i32.const 0x2d0) (i32.const 5) (i32.const 0x400))
        (i64.store (i32.const 0x378)
          (if (result i64) (i32.and (i32.eqz (i32.load8_u (i32.const 0x400))) (i32.load8_u (i32.const 0x404)))
            (then (i64.load8_u (i32.load (i32.const 0x408)))) (else (i64.const -1))))
        (call $set (i32.const 0x2d0) (i32.const 5) (i32.const 0x200) (i32.const 1) (i32.const 0x400))"#;
    RULE.component(&format!(
        "{}(data (i32.const 0x2d0) \"scans\") (data (i32.const 0x200) \"{name}\") (data (i32.const 0x104) (i32 {}))",
        evaluate(body),
        name.len()
    ))
}

/// Three rules with the same key.
#[test]
fn nobody_reads_what_another_keeps() {
    let scene = Scene::small().without_rules().with_guest("counter");
    scene.add_plugin("first.wasm", &keeper("first"));
    scene.add_plugin("second.wasm", &keeper("second"));
    for expected in [json!([1, -1, -1]), json!([2, b'f', b's']), json!([3, b'f', b's'])] {
        let run = scene.run(&["scan", "--since", SMALL_SINCE, "--format", "ndjson"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let lines = run.lines();
        let kept = |rule: &str, key: &str| {
            lines.iter().find(|alert| alert["rule"] == rule).map_or(Value::Null, |alert| alert["evidence"][key].clone())
        };
        assert_eq!(json!([kept("counter", "scans"), kept("first", "number"), kept("second", "number")]), expected);
    }
}

/// Twenty that fail in two ways: none is hidden by what another one leaves behind.
#[test]
fn many_liars_at_once() {
    let scene = Scene::small();
    let mut warnings = Vec::new();
    for index in 0..20 {
        let name = format!("liar{index:02}");
        let rename = format!("(data (i32.const 0x200) \"{name}\") (data (i32.const 0x104) (i32 6))");
        let lie = if index % 2 == 0 { realloc("unreachable") } else { "(data (i32.const 0x33c) (i32 5))".to_owned() };
        let reason = if index % 2 == 0 { UNREACHABLE.to_owned() } else { discriminant(5) };
        scene.add_plugin(&format!("{name}.wasm"), &RULE.component(&(rename + &lie)));
        warnings.push(format!("warning: rule {name} ({name}.wasm) failed, its alerts are missing: {reason}"));
    }
    let run = scene.scan(&[]);
    run.warned(&warnings.join("\n"));
    assert!(run.took < Duration::from_secs(5), "{:?}", run.took);
}
