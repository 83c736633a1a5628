//! docs/import.md says for every format how its log is made and fed, and the commands that stand there work on lines of that format.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::process::Stdio;

use net_scout_tests::harness::Scene;
use net_scout_tests::places;

/// What stands in the page for each format: three lines, of which the last is the command.
fn entries() -> BTreeMap<String, Vec<String>> {
    let page = fs::read_to_string(places::root().join("docs/import.md")).expect("the page");
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```")).map(|(block, _)| block);
    let entry = |block: &str| {
        let name = block.strip_prefix("# ")?.split_once(": ")?.0.to_owned();
        Some((name, block.lines().map(str::to_owned).collect()))
    };
    blocks.filter_map(entry).collect()
}

/// Lines of a format, from the samples of the importers' own tests, or a table of these tests.
fn lines_of(format: &str) -> Option<String> {
    if matches!(format, "csv" | "ndjson") {
        return fs::read_to_string(places::root().join(format!("tests/logs/flows.{format}"))).ok();
    }
    let samples = fs::read_to_string(places::root().join("host/import/tests/samples.txt")).expect("the samples");
    let group = samples.split("## ").skip(1).find_map(|group| group.strip_prefix(&format!("{format}\n")))?;
    Some(group.to_owned())
}

/// The names that `--from` takes.
fn formats(scene: &Scene) -> Vec<String> {
    let run = scene.run(&["import", "--from", "what", "x"]);
    let (_, names) = run.stderr.split_once("possible values: ").expect("the names");
    let (names, _) = names.split_once(']').expect("the names");
    names.split(", ").map(|name| name.trim().to_owned()).collect()
}

#[test]
fn every_format_has_an_entry_that_works() {
    let entries = entries();
    let known = formats(&Scene::new());
    assert!(known.len() >= 25, "{known:?}");
    assert_eq!(entries.keys().filter(|name| !known.contains(name)).count(), 0, "an entry of no format");
    for format in known {
        let lines = entries.get(&format).unwrap_or_else(|| panic!("docs/import.md says nothing of {format}"));
        assert_eq!(lines.len(), 3, "{format}: {lines:?}");
        let (before, words) = lines[2].split_once("net-scout import ").unwrap_or_else(|| panic!("{format}: {}", lines[2]));
        let scene = Scene::new();
        fs::write(scene.path("log"), lines_of(&format).unwrap_or_else(|| panic!("no lines of {format}"))).expect("a log");
        // The quotes are the shell's, and what follows a file would not end.
        let (words, file) = words.rsplit_once(' ').unwrap_or(("", words));
        let words = words.replace("--follow", "");
        let (plain, quoted) = words.split_once('\'').unwrap_or((&words, ""));
        let mut command = scene.command(&["import"]);
        command.args(plain.split_whitespace()).args((!quoted.is_empty()).then_some(quoted.trim_end_matches('\'')));
        command.arg(if file == "-" { "-" } else { "log" });
        assert_eq!(file == "-", before.ends_with("| "), "{format}: {}", lines[2]);
        command.stdin(File::open(scene.path("log")).expect("a log")).stdout(Stdio::null()).stderr(Stdio::piped());
        let output = command.spawn().expect("started").wait_with_output().expect("an end");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{format}: {said}");
        assert!(said.lines().next().is_some_and(|line| line.contains(&format)), "{format}: {said}");
    }
}
