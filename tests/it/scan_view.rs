//! What `net-scout scan` shows to a person, and to cron.

use net_scout_tests::harness::{Run, Scene};

/// Runs a scan as a terminal of so many columns would show it.
fn scan(scene: &Scene, columns: &str, words: &[&str]) -> Run {
    Run::of(scene.command(&[&["scan"], words].concat()).env("COLUMNS", columns))
}

#[test]
fn lines_fit_and_are_not_broken_inside_words() {
    let scene = Scene::small();
    assert_eq!(scene.run(&["scan"]).code, 0);
    scene
        .connect()
        .execute_batch(
            "INSERT INTO scout_enrichment_cache (subject, kind, result_json, updated_at) VALUES
             ('rdns:192.0.2.1', 'rdns', '{\"name\": \"a-very-long-name-of-a-host.scanner.example.\"}', '2026-03-11T20:00:00Z'),
             ('geoip:192.0.2.1', 'geoip', '{\"country\": {\"iso_code\": \"nl\"}}', '2026-03-11T20:00:00Z')",
        )
        .expect("answers");
    for (columns, named) in [("80", false), ("120", true), ("200", true)] {
        let run = scan(&scene, columns, &[]);
        let widest = run.stdout.lines().map(|line| line.chars().count()).max();
        assert!(widest <= columns.parse().ok(), "{columns}: {}", run.stdout);
        assert!(
            run.stdout.contains("\nseverity  ") && run.stdout.contains("\nnext      net-scout alerts show "),
            "{}",
            run.stdout
        );
        assert!(run.stdout.contains("(NL, a-very"), "{}", run.stdout);
        assert_eq!(
            run.stdout.lines().any(|line| line.contains("192.0.2.1 (NL, a-very") && line.contains("60 hosts")),
            named,
            "{}",
            run.stdout
        );
    }
    let dry = scan(&scene, "80", &["--dry-run"]);
    assert!(dry.stdout.contains("\nnext      net-scout explain 192.0.2."), "{}", dry.stdout);
    let named = scan(&scene, "80", &["--db-path", "./net_sentinel.db"]);
    assert!(named.stdout.contains(" --db-path ./net_sentinel.db\n"), "{}", named.stdout);
}

#[test]
fn cron_is_told_of_what_is_new_and_grave_alone() {
    let scene = Scene::small();
    let words = ["--quiet", "--new-only", "--min-severity", "medium", "--fail-on", "medium"];
    let first = scan(&scene, "120", &words);
    assert_eq!(
        (first.code, first.stdout.lines().count(), first.stderr.as_str()),
        (0, 0, ""),
        "none is that grave: {}",
        first.stdout
    );
    let scene = Scene::small();
    let words = ["--quiet", "--new-only", "--min-severity", "low", "--fail-on", "low"];
    let first = scan(&scene, "120", &words);
    assert!(first.code == 4 && first.stdout.lines().count() > 2 && first.stderr.is_empty(), "{first:?}");
    assert!(!first.stdout.contains("next"), "{}", first.stdout);
    let again = scan(&scene, "120", &words);
    assert_eq!((again.code, again.stdout.as_str(), again.stderr.as_str()), (0, "", ""));
    let loud = scan(&scene, "120", &["--min-severity", "critical"]);
    assert!(
        loud.code == 0 && loud.stdout.is_empty() && loud.stderr.contains(" of them are not shown (--new-only, --min-severity)"),
        "{loud:?}"
    );
    let wrong = scan(&scene, "120", &["--fail-on", "grave"]);
    assert!(
        wrong.code == 2 && wrong.stderr.contains("`grave` is not one of informational, low, medium, high, critical"),
        "{wrong:?}"
    );
}

#[test]
fn colours_are_used_where_they_are_wanted() {
    let scene = Scene::small();
    let is_coloured = |words: &[&str]| scan(&scene, "120", words).stdout.contains("\u{1b}[");
    assert_eq!((is_coloured(&["--color", "always"]), is_coloured(&["--color", "never"]), is_coloured(&[])), (true, false, false));
}

/// A plugin that is refused is not a wrong command line, and neither is a duration that begins with a hyphen a flag.
#[test]
fn errors_name_what_is_wrong() {
    let scene = Scene::small();
    scene.add_plugin("port-scan.wasm", b"text");
    let refused = scene.run(&["scan", "--only", "port_scan"]);
    assert!(
        refused.code == 1
            && refused.stderr.contains("error: rule port_scan does not run: port-scan.wasm is not a WebAssembly file"),
        "{refused:?}"
    );
    assert_eq!(scene.run(&["scan", "--only", "port_scam"]).code, 2);
    let negative = scene.run(&["scan", "--backfill", "-3 days"]);
    assert!(negative.code == 2 && negative.stderr.starts_with("error: --backfill: `-3 days`"), "{negative:?}");
}
