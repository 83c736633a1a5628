//! Components that take much time, in `describe` or in one instruction.

use super::*;

/// As many describe themselves at once as there are processors.
#[test]
fn greedy_descriptions_take_turns() {
    let scene = Scene::small();
    let mut warnings = Vec::new();
    for index in 0..12 {
        let start = format!("(func $start {}) (start $start)", greedy(50));
        scene.add_plugin(&format!("r{index:02}.wasm"), &RULE.component(&start));
        let reason = "failed in describe: it computed for longer than 0.5 s (limits.cpu_seconds)";
        warnings.push(format!("warning: plugin r{index:02}.wasm {reason}"));
    }
    scene.configure("[limits]\ncpu_seconds = 0.5");
    let run = scene.scan(&[]);
    run.warned(&warnings.join("\n"));
    assert!(run.peak_memory < greedy_memory(50), "{} MiB", run.peak_memory >> 20);
}

/// An instruction that takes longer than the time between two looks at the clock is not one such time.
#[test]
fn long_instructions_count_as_long() {
    let start = format!("(func $start {}) (start $start)", greedy(250));
    let run = scan(&RULE.component(&start), "cpu_seconds = 1");
    run.warned("warning: plugin bad.wasm failed in describe: it computed for longer than 1 s (limits.cpu_seconds)");
    assert!(run.cpu < Duration::from_secs(3), "{:?}", run.cpu);
}
