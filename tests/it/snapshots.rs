//! What users see, kept as files in `tests/it/snapshots/`: the help of every command, results as JSON, and the errors of bad input. Who changes
//! words looks at what changed: `cargo xtask snapshots` writes them anew.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use net_scout_tests::harness::{DATABASE, Run, Scene};
use net_scout_tests::places;

const FOLDER: &str = "tests/it/snapshots";

/// Compares a text with the file of that name.
#[track_caller]
fn check(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(places::root().join(FOLDER));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// A command on a terminal of 80 columns.
fn command(scene: &Scene, words: &[&str]) -> Command {
    let mut command = scene.command(words);
    command.env("COLUMNS", "80");
    command
}

/// The names in the list of commands that a help has.
fn subcommands(help: &str) -> Vec<String> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = list.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn help_of_every_command() {
    let scene = Scene::new();
    let (mut open, mut names) = (vec![Vec::new()], BTreeSet::new());
    while let Some(path) = open.pop() {
        let words: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let run = Run::of(&mut command(&scene, &words));
        run.ended(0, "");
        open.extend(subcommands(&run.stdout).into_iter().map(|name| [path.clone(), vec![name]].concat()));
        let name = ["help".to_owned()].into_iter().chain(path).collect::<Vec<_>>().join("-");
        check(&name, &run.stdout);
        names.insert(format!("{name}.snap"));
    }
    assert!(names.len() > 20, "{names:?}");
    let kept = fs::read_dir(places::root().join(FOLDER)).expect("a folder");
    for name in kept.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")) {
        assert!(!name.starts_with("help") || names.contains(&name), "{FOLDER}/{name} is of a command that is gone: remove it");
    }
}

#[test]
fn results_as_json() {
    let scene = Scene::small();
    let scan = Run::of(&mut command(&scene, &["scan", "--format", "json"]));
    assert_eq!(scan.code, 0, "{}", scan.stderr);
    check("scan-json", &scan.stdout);
    check("alerts-json", &Run::of(&mut command(&scene, &["alerts", "--format", "json", "--limit", "2"])).stdout);
    check("alerts-show-json", &Run::of(&mut command(&scene, &["alerts", "show", "1", "--format", "json"])).stdout);
}

#[test]
fn tables_on_a_terminal_of_80_columns() {
    let scene = Scene::small();
    let mut text = String::new();
    for words in [&["scan"][..], &["alerts"], &["plugin", "list"], &["plugin", "stats"], &["alerts", "show", "1"]] {
        let run = Run::of(&mut command(&scene, words));
        assert_eq!(run.code, 0, "{}", run.stderr);
        // What is measured is not the same twice.
        if words != ["plugin", "stats"] {
            text.push_str(&format!("$ net-scout {}\n{}\n", words.join(" "), run.stdout));
        }
        let too_wide = run.stdout.lines().find(|line| line.chars().count() > 80 && !line.contains("SELECT "));
        assert_eq!(too_wide, None, "{words:?}");
    }
    check("tables", &text);
}

#[test]
fn a_scan_at_several_widths() {
    let scene = Scene::small();
    let mut text = String::new();
    for columns in ["80", "120", "200"] {
        let run = Run::of(scene.command(&["scan"]).env("COLUMNS", columns));
        assert_eq!(run.code, 0, "{}", run.stderr);
        text.push_str(&format!("{columns} columns\n{}\n", run.stdout));
    }
    check("scan-widths", &text);
}

/// A configuration file and a command that it breaks.
const WRONG_FILES: [&str; 12] = [
    "db_pth = 'a.db'",
    "since = 5",
    "db_path = true",
    "since = ",
    "max_alerts_per_run = 'many'",
    "quiet_hours = '1 month'",
    "[limits]\ncpu = 3",
    "[limits]\nmemory_mib = '5 TiB'",
    "[limits.whois]\nscan_seconds = 5",
    "[rules.vertical_scan]\nports_threshold = []",
    "[[allow]]\nnetwork = '192.0.2.1/24'\nreason = 'our scanner'",
    "[grants.whois]\nexec = 'whois {ip}'",
];

const WRONG_WORDS: [&[&str]; 19] = [
    &["scan", "--since", "nonsense"],
    &["scan", "--until", "2026-02-30"],
    &["scan", "--since", "2026-03-12", "--until", "2026-03-11"],
    &["scan", "--max-alerts", "many"],
    &["scan", "--busy-timeout", "-1"],
    &["scan", "--table", "ip events"],
    &["scan", "--log-level", "loud"],
    &["scan", "--format", "xml"],
    &["scan", "--set", "typo"],
    &["scan", "--set", "vertical_scam.ports_threshold=3"],
    &["scan", "--set", "vertical_scan.port_threshold=3"],
    &["scan", "--set", "vertical_scan.ports_threshold=many"],
    &["scan", "--plugins", "elsewhere"],
    &["scan", "--config", "missing.toml"],
    &["alerts", "--limit", "many"],
    &["alerts", "--min-score", "high"],
    &["alerts", "show", "first"],
    &["allow", "add", "192.0.2.1/24", "--reason", "our scanner"],
    &["frobnicate"],
];

/// Needs a database with alerts.
const WRONG_FILTERS: [&[&str]; 5] = [
    &["alerts", "--type", "portscan"],
    &["alerts", "--status", "opn"],
    &["alerts", "--since", "soon"],
    &["alerts", "show", "99"],
    &["allow", "add", "192.0.2.1", "--rule", "portscan", "--reason", "our scanner"],
];

#[test]
fn errors_of_bad_input() {
    let scene = Scene::small();
    let mut text = String::new();
    let mut add = |scene: &Scene, words: &[&str], before: &str| {
        let run = Run::of(&mut command(scene, words));
        assert!((1..=2).contains(&run.code), "{words:?} ended with {}: {}", run.code, run.stderr);
        text.push_str(&format!("{before}$ net-scout {}\n{}exit status {}\n\n", words.join(" "), run.stderr, run.code));
    };
    for words in WRONG_WORDS {
        add(&scene, words, "");
    }
    for file in WRONG_FILES {
        scene.configure(file);
        add(&scene, &["scan"], &format!("net-scout.toml:\n    {}\n", file.replace('\n', "\n    ")));
    }
    scene.configure("");
    assert_eq!(scene.run(&["scan"]).code, 0);
    for words in WRONG_FILTERS {
        add(&scene, words, "");
    }
    fs::remove_file(scene.path(DATABASE)).expect("removed");
    for words in [&["scan"][..], &["alerts"], &["alerts", "--db-path", "elsewhere.db"]] {
        add(&scene, words, "(no database)\n");
    }
    check("errors", &text);
}
