//! Alerts of a window that is kept are those of one that is read anew. It runs in the service's process, which compiles its own plugins.

use std::process::Command;

#[test]
fn a_kept_window_raises_what_a_fresh_one_does() {
    for seed in ["1", "2", "3"] {
        let output = Command::new(env!("CARGO_BIN_EXE_net-scout-soak")).args(["equal", seed, "30"]).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let found = String::from_utf8_lossy(&output.stdout);
        let number = |name: &str| -> u64 {
            let rest = found.split(name).next().unwrap_or_default();
            rest.split_whitespace().next_back().and_then(|number| number.parse().ok()).unwrap_or_default()
        };
        assert!(number("alerts") > 20 && number("events kept") > 3_000, "{found}");
    }
}
