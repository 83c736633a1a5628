//! `--log-format json`, and the levels of lines in the journal.

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;

use net_scout_tests::harness::{Run, Scene};
use serde_json::Value;

/// Every line of standard error as an object.
fn objects(run: &Run) -> Vec<Value> {
    let object = |line: &str| {
        assert!(!line.contains(|letter: char| letter.is_control() || letter == '\u{202e}'), "{line:?}");
        let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(value["time"].is_string() && value["message"].is_string(), "{line}");
        value
    };
    run.stderr.lines().map(object).collect()
}

fn levels(objects: &[Value]) -> Vec<&str> {
    objects.iter().filter_map(|object| object["level"].as_str()).collect()
}

#[test]
fn every_line_is_an_object() {
    let scene = Scene::small();
    scene.add_plugin("a\u{1b}[31m\n{\"level\":\"x\"}\u{202e}.wasm", b"text");
    let run = scene.run(&["scan", "--log-format", "json", "-v"]);
    let said = objects(&run);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(levels(&said).contains(&"warn") && levels(&said).contains(&"info"), "{}", run.stderr);
    assert!(
        said.iter().any(|line| line["message"].as_str().is_some_and(|text| text.contains("is not a WebAssembly"))),
        "{}",
        run.stderr
    );
    // What is wrong with the command line's values and the configuration is an object too.
    let wrong = scene.run(&["scan", "--log-format", "json", "--since", "nonsense"]);
    assert_eq!((wrong.code, levels(&objects(&wrong))), (2, vec!["error"]));
    for words in [&["scam", "--log-format", "json"][..], &["--log-format=json", "scan", "--limit", "3"]] {
        let wrong = scene.run(words);
        let said = objects(&wrong);
        assert_eq!((wrong.code, levels(&said)), (2, vec!["error"]), "{words:?}");
        assert!(!said[0]["message"].as_str().unwrap_or_default().starts_with("error"), "{said:?}");
    }
    scene.configure("log_format = \"xml\"");
    scene.run(&["scan"]).ended(2, "error: log_format (from net-scout.toml:1): `xml` is not one of text, json");
    scene.configure("log_format = \"json\"\nlog_file = \"log\"\nlog_level = \"info\"");
    let run = scene.run(&["scan"]);
    assert!(!objects(&run).is_empty());
    let log = std::fs::read_to_string(scene.path("log")).expect("a log");
    assert!(!log.is_empty() && log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{log}");
}

#[test]
fn lines_of_the_journal_have_levels() {
    let scene = Scene::small();
    scene.add_plugin("broken.wasm", b"text");
    let run = |words: &[&str]| {
        let file = File::create(scene.path("journal")).expect("a file");
        let metadata = file.metadata().expect("a file");
        let mut command = scene.command(words);
        command.env("JOURNAL_STREAM", format!("{}:{}", metadata.dev(), metadata.ino())).stderr(file);
        command.status().expect("run");
        std::fs::read_to_string(scene.path("journal")).expect("text")
    };
    let text = run(&["scan", "-v"]);
    assert!(text.lines().any(|line| line.starts_with("<4>plugin broken.wasm is not a WebAssembly")), "{text}");
    assert!(text.lines().any(|line| line.starts_with("<6>")) && text.lines().all(|line| line.starts_with('<')), "{text}");
    let text = run(&["scan", "--since", "nonsense"]);
    assert!(text.starts_with("<3>"), "{text}");
    let text = run(&["scan", "--log-format", "json"]);
    assert!(text.lines().all(|line| line.starts_with("<4>{") || line.starts_with("<6>{")), "{text}");
    // Another standard error than that of the journal.
    let mut command = scene.command(&["scan"]);
    let plain = Run::of(command.env("JOURNAL_STREAM", "1:1"));
    assert!(plain.stderr.starts_with("warning: plugin broken.wasm"), "{}", plain.stderr);
}
