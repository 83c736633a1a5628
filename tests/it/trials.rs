//! `plugin test` and `plugin conform`: plugins tried on what somebody made up, without a database and without the network.

use std::fs;
use std::path::PathBuf;

use net_scout_tests::harness::{Run, Scene, guest};
use net_scout_tests::places;

fn plugin(file: &str) -> String {
    places::plugins().join(file).to_string_lossy().into_owned()
}

fn tried(plugin: &str, scenarios: &[&str]) -> Run {
    let scene = Scene::new();
    let mut words = vec!["plugin".to_owned(), "test".to_owned(), plugin.to_owned()];
    for (index, text) in scenarios.iter().enumerate() {
        let name = format!("{index}.toml");
        fs::write(scene.path(&name), text).expect("a scenario");
        words.push(name);
    }
    scene.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

const THIRTY_PORTS: &str = "
[parameters]
ports_threshold = 20
[[events]]
src_ip = '192.0.2.1'
dst_ip = '198.51.100.1'
dst_port = '{1..30}'
[[events]]
time = '2 hours'
src_ip = '192.0.2.2'
dst_ip = '198.51.100.1'
dst_port = '{1..30}'
[[alerts]]
alert_type = 'vertical_scan'
src_ip = '192.0.2.1'
score = 30
severity = 'low'
evidence = { ports = PORTS }
";

#[test]
fn a_rule_raises_what_the_scenario_says() {
    let vertical = plugin("vertical-scan.wasm");
    let run = tried(&vertical, &[&THIRTY_PORTS.replace("PORTS", "30"), "[[events]]\nsrc_ip = '192.0.2.1'"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "ok   0.toml\nok   1.toml\n2 of 2 scenarios passed\n"), "{}", run.stderr);

    let run = tried(&vertical, &[&THIRTY_PORTS.replace("PORTS", "31")]);
    assert_eq!(run.code, 1);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines[0], "FAIL 0.toml");
    assert!(lines[1].starts_with("     no alert like {\"alert_type\":\"vertical_scan\","), "{}", run.stdout);
    assert!(lines[1].ends_with("; in the nearest `evidence.ports` is 30 instead of 31"), "{}", run.stdout);
    assert!(lines[2].starts_with("     an alert was raised that is not expected: {"), "{}", run.stdout);
    assert_eq!(lines[3], "0 of 1 scenarios passed");
}

#[test]
fn failures_are_expected_by_a_part_of_their_text() {
    let scene = Scene::new();
    fs::write(scene.path("failing.wasm"), guest("greedy")).expect("a guest");
    let path = scene.path("failing.wasm").to_string_lossy().into_owned();
    let good = "fails = 'access denied'\n[parameters]\nread = 'star'";
    let run = tried(&path, &[good, "fails = 'something else'\n[parameters]\nread = 'star'", "[parameters]\nread = 'star'"]);
    let starts: Vec<&str> = run.stdout.lines().map(|line| line.split(':').next().unwrap_or_default()).collect();
    assert_eq!(
        starts,
        [
            "ok   0.toml",
            "FAIL 1.toml",
            "     expected was an error with `something else`; it failed",
            "FAIL 2.toml",
            "     it failed",
            "1 of 3 scenarios passed"
        ],
        "{}",
        run.stderr
    );
}

#[test]
fn an_enricher_answers_what_the_scenario_says() {
    let rdns = plugin("rdns.wasm");
    let found = "observable = '192.0.2.1'\n[[answers]]\ncall = 'dns.reverse'\narguments = { address = '192.0.2.1' }\n\
                 answer = ['a.example']\n[expect]\nanswer = { name = 'NAME' }";
    let missing = "observable = '192.0.2.1'\n[[answers]]\ncall = 'dns.reverse'\nerror = { not-found = 'there is none' }\n\
                   [expect]\nerror = 'not-found'";
    let unanswered = "observable = '2001:db8::1'";
    let run = tried(&rdns, &[&found.replace("NAME", "a.example"), missing]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "ok   0.toml\nok   1.toml\n2 of 2 scenarios passed\n"), "{}", run.stderr);
    let run = tried(&rdns, &[&found.replace("NAME", "b.example"), unanswered]);
    let expected = "FAIL 0.toml\n     it answered {\"name\":\"a.example\",\"names\":[\"a.example\"]}, expected was {\"name\":\"b.example\"}: `name` is \"a.example\" instead of \"b.example\"\n\
                    FAIL 1.toml\n     it failed: it calls dns.reverse {\"address\":\"2001:db8::1\"}, which the scenario does not answer\n\
                    0 of 2 scenarios passed\n";
    assert_eq!((run.code, run.stdout.as_str()), (1, expected), "{}", run.stderr);
    // A server's answer, whose body is text.
    let pdns = "observable = 'a.example'\n[parameters]\nurl = 'https://pdns.example/api/'\n[[answers]]\ncall = 'http.send'\n\
                answer = { status = 200, headers = [], body = '[1]' }\n[expect]\nanswer = { records = [1] }";
    let run = tried(&plugin("pdns.wasm"), &[pdns]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "ok   0.toml\n1 of 1 scenarios passed\n"), "{}", run.stderr);
}

#[test]
fn scenarios_that_make_no_sense() {
    let vertical = plugin("vertical-scan.wasm");
    for (text, reason) in [
        ("events = 3", "TOML parse error"),
        ("[[event]]\nsrc_ip = 'x'", "unknown field `event`"),
        ("[[events]]\nport = 1", "event table 1: there is no column `port`; there are time, "),
        ("[parameters]\nports = 1", "vertical_scan has no parameter `ports`"),
        ("[parameters]\nports_threshold = 'many'", "parameter ports_threshold: `many` is not a whole number"),
        ("now = 'soon'", "now: `soon` is not an instant such as 2026-03-11T20:00:00Z"),
        ("observable = '192.0.2.1'", "it is a scenario for an enricher, and the plugin is a rule"),
    ] {
        let run = tried(&vertical, &[text]);
        assert_eq!(run.code, 1, "{text}");
        assert!(run.stderr.starts_with("error: the scenario 0.toml: ") && run.stderr.contains(reason), "{text}: {}", run.stderr);
    }
    let run = tried(&plugin("rdns.wasm"), &["[[events]]\nsrc_ip = 'x'"]);
    assert!(run.stderr.contains("it has no `observable`, and the plugin is an enricher"), "{}", run.stderr);
    let run = tried("nothing.wasm", &[""]);
    assert!(run.stderr.starts_with("error: the scenario 0.toml: nothing.wasm cannot be read: No such file"), "{}", run.stderr);
}

/// Every plugin of the project conforms.
#[test]
fn the_standard_plugins_conform() {
    let mut plugins: Vec<PathBuf> = fs::read_dir(places::plugins())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wasm"))
        .collect();
    plugins.sort();
    assert!(plugins.len() > 10);
    for path in plugins {
        let scene = Scene::new();
        let run = scene.run(&["plugin", "conform", "--events", "50000", &path.to_string_lossy()]);
        assert!(run.code == 0 && !run.stdout.contains("FAIL"), "{}: {}{}", path.display(), run.stdout, run.stderr);
        assert!(run.stdout.lines().count() > 10, "{}", run.stdout);
    }
}

#[test]
fn what_does_not_conform_is_named() {
    let conform = |name: &str| {
        let scene = Scene::new();
        fs::write(scene.path("guest.wasm"), guest(name)).expect("a guest");
        scene.configure("[limits]\ncpu_seconds = 0.2");
        scene.run(&["plugin", "conform", "guest.wasm", "--events", "1000"])
    };
    // Its default act has no end.
    let run = conform("hostile");
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("ok   says the same of itself every time\n"), "{}", run.stdout);
    assert!(run.stdout.contains("FAIL an empty window: "), "{}", run.stdout);
    let passed = run.stdout.lines().last().unwrap_or_default();
    assert!(passed.ends_with(" of 10 checks passed") && !passed.starts_with("10 "), "{passed}");
}
