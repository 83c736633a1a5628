//! What a rule can do with SQL. The statements and what must come of each are in `tests/guests/sql/*.txt`; the guest `sql_probe` runs them.

use std::fs;

use net_scout_tests::harness::{Run, SMALL_ALERTS, Scene};
use net_scout_tests::places;
use serde_json::Value;

/// Makes a database with two past alerts, and with what a rule must not find: tables of its own tables' names, and secrets in columns.
fn scene() -> Scene {
    let scene = Scene::small().with_guest("sql_probe");
    assert_eq!(scene.run(&["migrate"]).code, 0);
    scene
        .connect()
        .execute_batch(
            r#"INSERT INTO scout_alerts (alert_type, src_ip, dst_ip, score, evidence_json, status, created_at, severity, rule, updated_at) VALUES
                   ('vertical_scan', '192.0.2.2', '198.51.100.1', 60, '{"number": 7}', 'snoozed', '2026-03-10T08:00:00Z', 'medium', 'old', '2026-03-11T08:00:00Z'),
                   ('from_python', '192.0.2.9', NULL, NULL, 'no JSON', NULL, '2026-03-09T08:00:00Z', NULL, NULL, NULL);
               UPDATE ip_events SET trace_path = 'by way of Vienna' WHERE src_ip = '192.0.2.1';
               CREATE TABLE events (src_ip, secret);
               INSERT INTO events VALUES ('real table', 'secret');
               CREATE TABLE alerts (src_ip);
               INSERT INTO alerts VALUES ('real table');"#,
        )
        .expect("a database with secrets");
    scene
}

/// A statement and what must come of it, a line each.
fn statements(group: &str) -> Vec<(String, Vec<String>)> {
    let path = places::root().join("tests/guests/sql").join(format!("{group}.txt"));
    let text = fs::read_to_string(path).expect("statements");
    let mut statements: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("    ") {
            Some(outcome) => statements.last_mut().expect("a statement stands before its outcome").1.push(outcome.to_owned()),
            None => statements.push((line.to_owned(), Vec::new())),
        }
    }
    statements
}

/// What came of each statement, in the same form.
fn outcomes(run: &Run) -> Vec<(String, Vec<String>)> {
    let alerts = run.lines().into_iter().filter(|alert| alert["rule"] == "sql_probe");
    alerts
        .map(|alert| {
            let evidence = &alert["evidence"];
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            let mut lines: Vec<String> = evidence["outcome"].as_array().expect("a list").iter().map(text).collect();
            match evidence["rows"].as_u64() {
                Some(0) => lines.push("no rows".to_owned()),
                Some(rows) if rows as usize > lines.len() => lines.push(format!("and {} more", rows as usize - lines.len())),
                _ => {}
            }
            (text(&evidence["statement"]), lines)
        })
        .collect()
}

#[track_caller]
fn check(group: &str, limits: &str) {
    let scene = scene();
    scene.configure(&format!("[limits]\n{limits}\n"));
    let (before, files) = (scene.bytes(), scene.files());
    let words = ["scan", "--dry-run", "--format", "ndjson", "--max-alerts", "1000", "--set", &format!("sql_probe.group={group}")];
    let run = scene.run(&words);
    assert_eq!(run.code, 0, "{}", run.stderr);
    // The whole of it, in the form of the file, so that one can see what changed.
    let form = |statements: &[(String, Vec<String>)]| -> String {
        statements.iter().map(|(statement, lines)| format!("{statement}\n    {}\n", lines.join("\n    "))).collect()
    };
    let (expected, found) = (form(&statements(group)), form(&outcomes(&run)));
    if found != expected {
        let differs = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
        panic!("{group}.txt says otherwise, first: {differs:#?}\n\n{found}");
    }
    // The other rules are as they are without it, and the database is what it was.
    let others: Vec<&str> = run.stdout.lines().filter(|line| !line.contains("\"rule\":\"sql_probe\"")).collect();
    assert_eq!(others, SMALL_ALERTS.lines().collect::<Vec<_>>());
    assert!(scene.bytes() == before, "the database was changed");
    assert_eq!(scene.files(), files);
}

#[test]
fn what_the_gate_refuses_and_lets_through() {
    check("gate", "");
}

#[test]
fn what_crosses_from_sql_to_a_rule() {
    check("values", "");
}

#[test]
fn queries_that_are_too_much() {
    check("limits", "query_seconds = 0.3\nrows = 300\nresult_mib = 1");
}

/// A file of statements that no test names would be run by nobody.
#[test]
fn every_group_is_tested() {
    let run = scene().run(&["scan", "--dry-run", "--set", "sql_probe.group=?"]);
    run.ended(2, "error: sql_probe.group (from --set): `?` is not one of gate, values, limits");
    let mut files: Vec<_> = fs::read_dir(places::root().join("tests/guests/sql"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    files.sort();
    assert_eq!(files, ["gate.txt", "limits.txt", "values.txt"]);
}
