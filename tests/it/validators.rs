//! Alerts as other systems take them, held against the schemas that those publish (`tests/validators`): OCSF and ECS, a thousand alerts of
//! all standard rules, with everything in them that an attacker can write.

use std::io::Write as _;
use std::process::{Command, Stdio};

use net_scout_tests::harness::{DATABASE, Run, Scene};
use net_scout_tests::places;
use net_scout_tests::readers::hostile_values;
use net_scout_tests::sample::{self, Layout, SampleOptions, Scale, TimestampForm};
use serde_json::{Value, json};

/// NOW in microseconds.
const END: i64 = 1_773_261_311_000_000;
/// How many alerts there are in the end.
const ALERTS: usize = 1_000;

/// The alerts of all standard rules in a database with attacks.
fn scanned() -> Scene {
    let scene = Scene::new();
    for entry in std::fs::read_dir(places::plugins()).expect("plugins").flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "wasm") {
            std::fs::copy(entry.path(), scene.path("plugins").join(entry.file_name())).expect("a plugin");
        }
    }
    let options = SampleOptions {
        seed: 5,
        events: 30_000,
        end: END,
        days: 3,
        layout: Layout::V2,
        timestamps: TimestampForm::Zulu,
        scale: Scale::Home,
    };
    sample::make(&scene.path(DATABASE), &options).expect("a sample");
    let run = Run::of(scene.command(&["scan", "--since", "3 days"]).env("NET_SCOUT_CORRECT_DIRECTIONS", "false"));
    assert!(run.code == 0 || run.code == 3, "{}", run.stderr);
    scene
}

/// Puts hostile values into each text of the evidence, and beside them.
fn poison(evidence: &mut Value, values: &mut impl Iterator<Item = String>) {
    match evidence {
        Value::String(text) => *text = values.next().unwrap_or_default(),
        Value::Array(list) => list.iter_mut().for_each(|one| poison(one, values)),
        Value::Object(members) => {
            members.values_mut().for_each(|one| poison(one, values));
            members.insert(values.next().unwrap_or_default(), values.next().into());
        }
        _ => {}
    }
}

/// A thousand alerts: those of the scan, and copies of them whose texts are hostile, in every stage of an alert's life.
fn add_hostile(scene: &Scene) {
    let connection = scene.connect();
    let mut statement = connection.prepare("SELECT id, evidence_json FROM scout_alerts ORDER BY id").expect("alerts");
    let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))).expect("alerts");
    let rows: Vec<(i64, String)> = rows.collect::<Result<_, _>>().expect("alerts");
    let mut values = hostile_values(200_000).into_iter();
    let statuses = ["new", "enriched", "acknowledged", "snoozed", "closed", "false_positive", "allowed", "duplicate"];
    connection.execute_batch("BEGIN").expect("a transaction");
    for number in rows.len()..ALERTS {
        let (id, evidence) = &rows[number % rows.len()];
        let mut evidence: Value = serde_json::from_str(evidence).expect("evidence");
        poison(&mut evidence, &mut values);
        let status =
            statuses.get(number % (statuses.len() + 1)).map_or_else(|| values.next().expect("a value"), |one| (*one).to_owned());
        let mut texts: Vec<String> = (0..7).map(|_| values.next().expect("a value")).collect();
        texts[0].push_str(&number.to_string());
        let sql = "INSERT INTO scout_alerts (alert_type, src_ip, dst_ip, score, severity, rule, status, evidence_json, created_at, updated_at,
                     reason, note, assignee, labels, verdict)
                   SELECT ?2, CASE ?1 % 3 WHEN 0 THEN ?3 WHEN 1 THEN src_ip ELSE '2001:db8::' || ?1 END, CASE ?1 % 4 WHEN 0 THEN ?4 ELSE dst_ip END,
                     CASE ?1 % 5 WHEN 0 THEN -?1 ELSE score + ?1 END, severity, ?5, ?6, ?7, created_at, updated_at, ?8, ?9, ?10, ?3 || ',b',
                     CASE ?1 % 6 WHEN 0 THEN 'benign' WHEN 1 THEN ?4 END
                   FROM scout_alerts WHERE id = ?11";
        let [alert_type, source, target, rule, reason, note, assignee] = <[String; 7]>::try_from(texts).expect("seven");
        let row = rusqlite::params![
            number as i64,
            alert_type,
            source,
            target,
            rule,
            status,
            evidence.to_string(),
            reason,
            note,
            assignee,
            id
        ];
        connection.execute(sql, row).expect("an alert");
    }
    connection.execute_batch("COMMIT").expect("a commit");
}

/// What a validator says of objects.
fn validate(words: &[&str], objects: &str) {
    let python = places::validators().join("venv/bin/python");
    assert!(python.is_file(), "{} is missing: run `cargo xtask test`, which installs it", python.display());
    let mut command = Command::new(python);
    command.arg(places::root().join("tests/validators/validate.py")).args(words).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    let _ = child.stdin.take().expect("a pipe").write_all(objects.as_bytes());
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), ALERTS.to_string());
}

#[test]
fn a_thousand_alerts_hold_the_schemas_of_ocsf_and_ecs() {
    let scene = scanned();
    let rules = "SELECT count(DISTINCT rule) FROM scout_alerts";
    let count: i64 = scene.connect().query_row(rules, [], |row| row.get(0)).expect("a count");
    assert!(count >= 6, "the sample makes only {count} rules fire");
    add_hostile(&scene);
    let fields = places::validators().join("ecs.json").display().to_string();
    for (format, words) in [("ocsf", vec!["ocsf"]), ("ecs", vec!["ecs", &fields])] {
        let run = scene.run(&["alerts", "--format", format, "--limit", "5000"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        validate(&words, &run.stdout);
    }
}

/// The validators find what is wrong.
#[test]
fn the_validators_refuse_what_the_schemas_do_not_know() {
    let scene = scanned();
    let one = |format: &str| scene.run(&["alerts", "--format", format, "--limit", "1"]).lines().remove(0);
    let fields = places::validators().join("ecs.json").display().to_string();
    let refuses = |words: &[&str], object: &Value| {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let object = object.to_string();
        std::panic::catch_unwind(move || {
            validate(&words.iter().map(String::as_str).collect::<Vec<_>>(), &object);
        })
        .is_err_and(|error| error.downcast_ref::<String>().is_some_and(|text| text.contains("errors in 1 objects")))
    };
    for (pointer, wrong) in
        [("/severity_id", json!(7)), ("/finding_info/uid", Value::Null), ("/status", json!(1)), ("/x", json!(1))]
    {
        let mut object = one("ocsf");
        match object.pointer_mut(pointer) {
            Some(place) => *place = wrong,
            None => object["x"] = wrong,
        }
        assert!(refuses(&["ocsf"], &object), "{pointer}");
    }
    for (pointer, wrong) in
        [("/event/kind", json!("x")), ("/event/category", json!("network")), ("/event/severity", json!("1")), ("/x", json!(1))]
    {
        let mut object = one("ecs");
        match object.pointer_mut(pointer) {
            Some(place) => *place = wrong,
            None => object["x"] = wrong,
        }
        assert!(refuses(&["ecs", &fields], &object), "{pointer}");
    }
}
