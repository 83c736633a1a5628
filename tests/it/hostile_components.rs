//! Components that are bombs: small files that would make many instances, fill memories and tables, or keep the compiler busy, and large
//! files. Each ends in an error that names the file and the reason, in bounded time and memory, and
//! the other rules' alerts are what they are without it.

mod time;

use std::time::Duration;

use crate::raw::World;
use net_scout_tests::harness::{Run, SMALL_DONE, Scene};
use wasm_encoder::{
    Component, ComponentExportKind, ComponentInstanceSection, ComponentSection as _, ComponentSectionId, CustomSection,
    Encode as _,
};

const RULE: World = World::new("rule");

/// Scans with a plugin beside the three rules. Its code is compiled anew and kept for this scan alone.
fn scan(plugin: &[u8], limits: &str) -> Run {
    let scene = Scene::small();
    scene.add_plugin("bad.wasm", plugin);
    scene.configure(&format!("[limits]\n{limits}\n"));
    let before = scene.bytes();
    let run = Run::of(scene.command(&["scan", "--dry-run", "--format", "ndjson"]).env("NET_SCOUT_CACHE_DIR", scene.path("code")));
    assert!(scene.bytes() == before, "the database was changed");
    run
}

/// Checks that a plugin is refused for this reason.
#[track_caller]
fn refused(plugin: &[u8], limits: &str, reason: &str) -> Run {
    let run = scan(plugin, limits);
    run.warned(&format!("warning: plugin bad.wasm {reason}"));
    run
}

/// Checks that a plugin is loaded and raises its one alert, with no more memory than this, in MiB.
#[track_caller]
fn loaded(plugin: &[u8], memory: u64) {
    let run = scan(plugin, "");
    run.ended(0, &SMALL_DONE.replace("4 alerts", "5 alerts"));
    assert_eq!(run.lines().iter().filter(|alert| alert["rule"] == "raw").count(), 1, "{}", run.stdout);
    assert!(run.peak_memory < memory << 20, "{} MiB", run.peak_memory >> 20);
}

fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

/// A sound rule with another component inside, of which it makes an instance.
fn around(inner: &[u8]) -> Vec<u8> {
    let mut rule = RULE.component("");
    rule.push(ComponentSectionId::Component.into());
    inner.encode(&mut rule);
    let mut instances = ComponentInstanceSection::new();
    instances.instantiate(0, [("", ComponentExportKind::Func, 0); 0]);
    instances.append_to_component(&mut rule);
    rule
}

/// A sound rule that makes this many instances of a module.
fn instances(count: usize, module: &str) -> Vec<u8> {
    let instances = "(core instance (instantiate $module))".repeat(count);
    around(&component(&format!("(component (core module $module {module}) {instances})")))
}

/// A sound rule in which each component makes ten instances of the one below it.
fn tower(levels: usize, ground: &str) -> Vec<u8> {
    let mut text = format!("(component (component $level0 {ground})");
    for level in 1..=levels {
        text += &format!("(component $level{level} {})", format!("(instance (instantiate $level{}))", level - 1).repeat(10));
    }
    around(&component(&format!("{text} (instance (instantiate $level{levels})))")))
}

/// A component with this many inside, each in the one before.
fn nested(levels: usize) -> Vec<u8> {
    let mut heads = vec![Component::HEADER.to_vec()];
    let mut size = heads[0].len();
    for _ in 0..levels {
        let mut head = Component::HEADER.to_vec();
        head.push(ComponentSectionId::Component.into());
        size.encode(&mut head);
        size += head.len();
        heads.push(head);
    }
    heads.into_iter().rev().flatten().collect()
}

/// What is said of components that the host does not understand or that are too much for it.
fn malformed(reason: &str) -> String {
    format!("is not a component that this host accepts: failed to parse WebAssembly module: {reason}")
}

macro_rules! refusals {
    ($($name:ident, $plugin:expr => $reason:expr;)+) => {
        $(#[test]
        fn $name() {
            refused(&$plugin, "", $reason.as_ref());
        })+
    };
}

const OTHER_WORLD: &str = "is a component of another world: no export `describe` found";
const TOO_MANY_INSTANCES: &str = "failed in describe: it has more than 64 instances, tables or memories (limits.instances)";

refusals! {
    many_instances, instances(65, "") => TOO_MANY_INSTANCES;
    very_many_instances, instances(900, "") => TOO_MANY_INSTANCES;
    too_many_instances_to_list, instances(1_001, "") => malformed("instances count exceeds limit of 1000 (at offset 0x1939)");
    instances_within_instances, tower(3, "(core module $module) (core instance (instantiate $module))") => TOO_MANY_INSTANCES;
    many_memories, instances(64, "(memory 1)") => TOO_MANY_INSTANCES;
    memories_that_are_too_large_together, instances(40, "(memory 128)")
        => "failed in describe: it asked for 257 MiB of memory, more than 256 MiB (limits.memory_mib)";
    memories_of_one_module, instances(1, "(memory 2048) (memory 2048)")
        => "failed in describe: it asked for 257 MiB of memory, more than 256 MiB (limits.memory_mib)";
    many_memories_of_one_module, instances(1, &"(memory 0)".repeat(64)) => TOO_MANY_INSTANCES;
    a_memory_of_four_gigabytes, instances(1, "(memory 65536)")
        => "failed in describe: it asked for 4097 MiB of memory, more than 256 MiB (limits.memory_mib)";
    a_table_of_four_billions, instances(1, "(table 4000000000 funcref)")
        => "failed in describe: it asked for a table of 4000000000 elements, more than 100000 (limits.table_elements)";
    a_table_that_grows, instances(1, "(table 1 funcref) (func $grow (drop (table.grow (ref.null func) (i32.const 10000000)))) (start $grow)")
        => "failed in describe: it asked for a table of 10000001 elements, more than 100000 (limits.table_elements)";
    many_tables, instances(1, &"(table 1 funcref)".repeat(64))
        => TOO_MANY_INSTANCES;
    large_frames, instances(1, &frames())
        => "failed in describe: it called itself too deeply: its stack ends at 512 KiB (limits.stack_kib)";
    memory_beyond_its_end, instances(1, "(memory 1) (func $fill (memory.fill (i32.const 0) (i32.const 1) (i32.const -1))) (start $fill)")
        => "failed in describe: it trapped: wasm trap: out of bounds memory access";
    data_beyond_memory, instances(1, "(memory 1) (data (i32.const 0xffff) \"xx\")")
        => "failed in describe: it trapped: wasm trap: out of bounds memory access";
    elements_beyond_a_table, instances(1, "(table 1 funcref) (func $f) (elem (i32.const 1) $f)")
        => "failed in describe: it trapped: wasm trap: undefined element: out of bounds table access";
    many_types, component(&format!("(component {})", "(type (tuple u32 u32))".repeat(200_000))) => OTHER_WORLD;
    a_type_of_a_million_parts, tuples_of_tuples(20) => malformed("effective type size exceeds the limit of 1000000 (at offset 0x4c)");
    deep_types, lists_of_lists(10_000) => malformed("type nesting is too deep (at offset 0xf6)");
    many_imports, component(&format!("(component {})", (0..5_000).map(|name| format!("(import \"i{name}\" (func))")).collect::<String>()))
        => "imports `i0`, which no rule is given; a rule may import query, files, state, log of net-scout:plugin@0.1.0";
    many_exports, component(&format!("(component (core module $m) {})", (0..900).map(|name| format!("(export \"e{name}\" (core module $m))")).collect::<String>()))
        => OTHER_WORLD;
    many_modules, component(&format!("(component {})", "(core module)".repeat(1_001)))
        => malformed("modules count exceeds limit of 1000 (at offset 0x271a)");
    nested_components, nested(1_000) => OTHER_WORLD;
    a_function_that_is_too_large, module(&calculation(1_000_000)) => malformed("function body size count exceeds limit of 7654321 (at offset 0x2a)");
    a_large_function, module(&calculation(500_000)) => OTHER_WORLD;
    many_calls, module(&format!("(func $f (param i32)) (func (param i32) {})", "(call $f (local.get 0))".repeat(100_000))) => OTHER_WORLD;
    many_functions, module(&"(func)".repeat(30_000)) => OTHER_WORLD;
    an_import_with_a_hostile_name, component(&format!("(component (import \"wasi:{}/b@0.1.0\" (instance)))", "a".repeat(50_000)))
        => format!("imports `wasi:{}…`, which no rule is given; a rule may import query, files, state, log of net-scout:plugin@0.1.0", "a".repeat(295));
}

fn module(functions: &str) -> Vec<u8> {
    component(&format!("(component (core module {functions}))"))
}

/// A function of eleven bytes for each step.
fn calculation(steps: usize) -> String {
    let step = "(local.set 0 (i32.add (local.get 0) (i32.mul (local.get 0) (i32.const 77))))";
    format!("(func (param i32) {})", step.repeat(steps))
}

/// Calls itself with 1,000 parameters and 1,000 local variables.
fn frames() -> String {
    let parameters = "i64 ".repeat(1_000);
    let again: String = (1_000..2_000).map(|local| format!("(local.get {local})")).collect();
    let calculation: String = (0..2_000)
        .map(|local| {
            format!("(local.set {} (i64.add (local.get {local}) (local.get {})))", (local + 1) % 2_000, local * 7 % 2_000)
        })
        .collect();
    let first = "(i64.const 1)".repeat(1_000);
    format!(
        "(func $deep (param {parameters}) (local {parameters}) {calculation} (call $deep {again}) {calculation})
         (func $start (call $deep {first})) (start $start)"
    )
}

/// Types of ten of the one before.
fn tuples_of_tuples(levels: usize) -> Vec<u8> {
    let types: String =
        (1..=levels).map(|level| format!("(type $type{level} (tuple {}))", format!("$type{} ", level - 1).repeat(10))).collect();
    component(&format!("(component (type $type0 (tuple u32 u32)) {types})"))
}

/// Lists of lists.
fn lists_of_lists(levels: usize) -> Vec<u8> {
    let types: String = (1..=levels).map(|level| format!("(type $type{level} (list $type{}))", level - 1)).collect();
    component(&format!("(component (type $type0 (list u32)) {types})"))
}

#[test]
fn what_is_much_but_not_too_much() {
    loaded(&around(&component("(component)")), 100);
    loaded(&instances(50, "(memory 1) (table 1 funcref)"), 100);
    loaded(&instances(1, &"(memory 1)".repeat(60)), 100);
    loaded(&instances(1, &"(table 100000 funcref)".repeat(60)), 200);
    loaded(&tower(5, ""), 200);
    loaded(&instances(1, &format!("(memory 1) {}", "(data \"xxxxxxxxxx\")".repeat(100_000))), 100);
    loaded(&instances(1, &format!("(table 100000 funcref) (func $f) (elem (i32.const 0) {})", " $f".repeat(100_000))), 100);
}

/// Fifty megabytes that mean nothing, and fifty that are copied into a memory.
#[test]
fn large_files() {
    let mut rule = RULE.component("");
    CustomSection { name: "padding".into(), data: vec![7; 50 << 20].into() }.append_to_component(&mut rule);
    loaded(&rule, 200);
    let data = "x".repeat(50_000_000);
    loaded(&instances(1, &format!("(memory 800) (data (i32.const 0) \"{data}\")")), 300);
}

/// Each instruction is short for the guest and long for the machine, which looks at the clock only between two.
#[test]
fn long_instructions() {
    for (resources, instruction) in [
        ("(memory 1600)", "(memory.fill (i32.const 0) (i32.const 1) (i32.const 104857600))"),
        ("(memory 1600)", "(memory.copy (i32.const 0) (i32.const 52428800) (i32.const 52428800))"),
        ("(table 90000 funcref)", "(table.fill (i32.const 0) (ref.null func) (i32.const 90000))"),
    ] {
        let module = format!("{resources} (func $start (loop $again {instruction} (br $again))) (start $start)");
        let reason = "failed in describe: it computed for longer than 0.3 s (limits.cpu_seconds)";
        refused(&instances(1, &module), "cpu_seconds = 0.3", reason);
    }
}

/// Other features of WebAssembly than those that this host needs.
#[test]
fn features_that_are_switched_off() {
    let malformed = [
        ("(type (stream u8))", "`stream` requires the component model async feature (at offset 0xb)"),
        ("(type (future u8))", "`future` requires the component model async feature (at offset 0xb)"),
        ("(type error-context)", "`error-context` requires the component model error-context feature (at offset 0xb)"),
        ("(type (map string u32))", "Maps require the component model map feature (at offset 0xb)"),
        ("(type (list u32 4))", "Fixed-length lists require the component model fixed-length lists feature (at offset 0xb)"),
        ("(import \"v\" (value $v u32))", "support for component model `value`s is not enabled (at offset 0xb)"),
        ("(core func (canon backpressure.inc))", "`backpressure.inc` requires the component model async feature (at offset 0xb)"),
        (
            "(core type $t (func (param i32))) (canon thread.spawn-ref $t (core func))",
            "`thread.spawn-ref` requires the shared-everything-threads proposal (at offset 0x12)",
        ),
        ("(core module (tag (param i32)) (func (throw 0 (i32.const 0))))", "exceptions proposal not enabled (at offset 0x22)"),
        (
            "(core module (memory 1 (pagesize 1)))",
            "the custom page sizes proposal must be enabled to customize a memory's page size (at offset 0x15)",
        ),
        (
            "(core module (type $f (func)) (type $c (cont $f)))",
            "cannot define continuation types when stack switching is disabled (at offset 0x18)",
        ),
    ];
    let uncompiled = [
        (
            "(core module (func (param v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 0))))",
            "",
            "at offset 39: relaxed SIMD support is not enabled",
        ),
        ("(core module (func $f (return_call $f)))", "::f", "at offset 33: tail calls support is not enabled"),
        (
            "(core module (func (param i64 i64 i64 i64) (result i64 i64)
               (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3))))",
            "",
            "at offset 47: wide arithmetic support is not enabled",
        ),
    ];
    let malformed = malformed.map(|(text, reason)| (text, format!("failed to parse WebAssembly module: {reason}")));
    let uncompiled = uncompiled.map(|(text, function, reason)| {
        let place = format!("failed to compile: wasm[0]::function[0]{function}: WebAssembly translation error");
        (text, format!("{place}: Invalid input WebAssembly code {reason}"))
    });
    let scene = Scene::small();
    let mut warnings = Vec::new();
    for (index, (text, reason)) in malformed.into_iter().chain(uncompiled).enumerate() {
        scene.add_plugin(&format!("bad{index:02}.wasm"), &component(&format!("(component {text})")));
        warnings.push(format!("warning: plugin bad{index:02}.wasm is not a component that this host accepts: {reason}"));
    }
    scene.scan(&[]).warned(&warnings.join("\n"));
}

// What takes a compiler much memory or time, or makes it fail. It has a process of its own, which ends at its limits.
macro_rules! unbearable {
    ($($name:ident, $limits:literal, $plugin:expr => $reason:expr;)+) => {
        $(#[test]
        fn $name() {
            let run = refused(&$plugin, $limits, $reason.as_ref());
            assert!(run.took < Duration::from_secs(10), "{:?}", run.took);
            assert!(run.peak_memory < 200 << 20, "{} MiB", run.peak_memory >> 20);
        })+
    };
}

const TOO_LARGE_TO_COMPILE: &str = "takes more than 256 MiB of memory to compile, or is too deeply nested (limits.compile_mib)";

unbearable! {
    // 7 KB with ten million empty instances, and 8 KB with a thousand million.
    a_tower_of_instances, "compile_mib = 256", tower(7, "") => TOO_LARGE_TO_COMPILE;
    a_high_tower_of_instances, "compile_mib = 256", tower(9, "") => TOO_LARGE_TO_COMPILE;
    // 200 KB with 20,000 components, each within the one before.
    very_deeply_nested_components, "compile_mib = 256", nested(20_000) => TOO_LARGE_TO_COMPILE;
    // 240 KB of nested loops, which take a compiler most of a minute and little memory.
    loops_within_loops, "compile_seconds = 2", module(&loops(10, 800).repeat(10)) => "takes longer than 2 s to compile (limits.compile_seconds)";
    // 1 MB with 40,000 local variables.
    many_locals, "compile_mib = 256", module(&locals(40_000)) => TOO_LARGE_TO_COMPILE;
    // 3 MB with 900,000 empty functions.
    very_many_functions, "compile_mib = 256", module(&"(func)".repeat(900_000)) => TOO_LARGE_TO_COMPILE;
    // 3 MB with 3,000,000 branches.
    many_branches, "compile_mib = 256", module(&branches(60_000)) => TOO_LARGE_TO_COMPILE;
}

/// It makes the validator panic. That is not for the operator to read.
#[test]
fn instance_types_within_each_other() {
    let run = scan(&types_of_instances(10_000), "");
    run.warned("warning: plugin bad.wasm cannot be compiled: assertion failed: depth <= Self::MAX_DEPTH");
}

/// Towers of loops, side by side in one function.
fn loops(towers: usize, height: usize) -> String {
    let tower = format!("{} (br_if 0 (local.get 0)) {}", "(loop ".repeat(height), ")".repeat(height));
    format!("(func (param i32) {})", tower.repeat(towers))
}

fn branches(count: usize) -> String {
    let branch = format!("(block $out (br_table {} (local.get 0)))", "$out ".repeat(count));
    format!("(func (param i32) {})", branch.repeat(50))
}

/// Each is used far from where it is set.
fn locals(count: usize) -> String {
    let uses: String = (0..count)
        .map(|local| {
            let (one, other, third) = (local * 7_919 % count, local * 31 % count + 1, local + 1);
            format!(
                "(local.set {third} (i32.add (local.get {one}) (local.get {other})))
                 (if (local.get 0) (then (local.set {one} (i32.const {local}))))"
            )
        })
        .collect();
    format!("(func (param i32) (local {}) {uses})", "i32 ".repeat(count))
}

fn types_of_instances(levels: usize) -> Vec<u8> {
    let types: String = (1..=levels)
        .map(|level| format!("(type $type{level} (instance (export \"a\" (instance (type $type{})))))", level - 1))
        .collect();
    component(&format!("(component (type $type0 (instance)) {types})"))
}

/// Takes this much memory and fills it again and again.
fn greedy(mebibytes: usize) -> String {
    format!(
        "(drop (memory.grow (i32.const {})))
         (loop $again (memory.fill (i32.const 0x10000) (i32.const 1) (i32.const {})) (br $again))",
        mebibytes << 4,
        mebibytes << 20
    )
}

/// The most memory of the program when as many greedy plugins run as there are processors, in bytes.
fn greedy_memory(mebibytes: u64) -> u64 {
    let processors = std::thread::available_parallelism().map_or(1, |processors| processors.get() as u64);
    (100 + processors * (mebibytes + 10)) << 20
}

/// As many rules judge at once as there are processors, and no more have their memory at once.
#[test]
fn greedy_rules_take_turns() {
    let scene = Scene::small();
    let mut warnings = Vec::new();
    for index in 0..12 {
        let name = format!("r{index:02}");
        let body = greedy(50);
        let evaluate =
            format!("(func (export \"evaluate\") (param i64 i32 i64 i64 i64 i32 i32 i32 i32) (result i32) {body} unreachable)");
        scene.add_plugin(&format!("{name}.wasm"), &RULE.component(&format!("{evaluate} (data (i32.const 0x200) \"{name}\")")));
        let reason = "it computed for longer than 0.05 s (limits.cpu_seconds)";
        warnings.push(format!("warning: rule {name} ({name}.wasm) failed, its alerts are missing: {reason}"));
    }
    scene.configure("[limits]\ncpu_seconds = 0.05");
    let run = scene.scan(&[]);
    run.warned(&warnings.join("\n"));
    assert!(run.peak_memory < greedy_memory(50), "{} MiB", run.peak_memory >> 20);
}
