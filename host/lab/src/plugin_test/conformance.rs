//! Conformance: what every plugin has to do, whatever it is shown. It never traps, it says the same of itself and of the same input
//! every time, it takes a no for an answer, and it is content with little. One check each.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{CaseError, case};
use net_scout_model::{Alert, Description, Networks, Observable, Request, Timestamp, Value, Window, columns_of};
use net_scout_plugin_host::capability::Shared;
use net_scout_plugin_host::capability::files::Directories;
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::{Scripted, Step, Tape};
use net_scout_plugin_host::{Enricher, Evaluation, LookupError, PluginError, Rule, Try, UngrantedEnricher};
use net_scout_store::{ScratchDatabase, ScratchRow};

pub use super::notifier_conformance::notifier;

/// The time that counts as now: 2026-03-11T20:00:00Z.
pub(super) const NOW: Timestamp = Timestamp(1_773_259_200_000_000);
/// When the events were.
const SEEN: Timestamp = Timestamp(NOW.0 - 1_800_000_000);
/// The window.
const WINDOW: Window = Window { since: Timestamp(NOW.0 - 3_600_000_000), until: None, now: NOW };
/// How much processor time and memory little is.
pub(super) const LITTLE_TIME: Duration = Duration::from_millis(20);
pub(super) const LITTLE_MEMORY: usize = 2 << 20;
/// How long one lookup may take.
pub(super) const LONGEST: Duration = Duration::from_secs(60);

/// What came of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// What is wrong, if anything.
    pub fault: Option<String>,
}

impl Check {
    pub(super) fn new(name: &'static str, result: Result<(), String>) -> Self {
        Self { name, fault: result.err() }
    }
}

/// Checks that a plugin says the same of itself twice.
#[must_use]
pub fn same_description(first: &Description, second: &Description) -> Check {
    let same = if first == second { Ok(()) } else { Err("it described itself in two ways".to_owned()) };
    Check::new("says the same of itself every time", same)
}

/// The checks of a rule; one of them with so many events.
///
/// # Errors
/// When the events cannot be kept.
pub async fn rule(rule: &mut Rule, many: u64) -> Result<Vec<Check>, CaseError> {
    let mut checks = Vec::new();
    let empty = ScratchDatabase::new([])?;
    checks.push(Check::new("an empty window", sound(evaluate(rule, &empty, Tape::Off).await?)));
    let ordinary = ScratchDatabase::with_many(1_000.min(many), SEEN)?;
    let first = evaluate(rule, &ordinary, Tape::Off).await?;
    let second = evaluate(rule, &ordinary, Tape::Off).await?;
    checks.push(Check::new("the same events give the same alerts", same(&first, &second)));
    checks.push(Check::new("ordinary events", sound(first)));
    let hostile = ScratchDatabase::new(hostile_rows())?;
    checks.push(Check::new("hostile events", alive(evaluate(rule, &hostile, Tape::Off).await?)));
    let denied = Scripted::new(Vec::new()).otherwise(vec![json!({ "access-denied": "conformance is checked" })]);
    checks.push(Check::new("every capability denied", alive(evaluate(rule, &empty, Tape::Script(denied)).await?)));
    let unavailable = Scripted::new(Vec::new()).otherwise(vec![json!({ "unavailable": "conformance is checked" })]);
    checks.push(Check::new("every capability unavailable", alive(evaluate(rule, &empty, Tape::Script(unavailable)).await?)));
    let database = ScratchDatabase::with_many(many, SEEN)?;
    checks.push(Check::new("very many events", sound(evaluate(rule, &database, Tape::Off).await?)));
    let limits = rule.limits;
    rule.limits.cpu = LITTLE_TIME;
    checks.push(Check::new("little processor time", limited(evaluate(rule, &ordinary, Tape::Off).await?)));
    rule.limits = limits;
    rule.limits.memory = LITTLE_MEMORY;
    checks.push(Check::new("little memory", limited(evaluate(rule, &ordinary, Tape::Off).await?)));
    rule.limits = limits;
    Ok(checks)
}

type Evaluated = Result<Evaluation, PluginError>;

async fn evaluate(rule: &Rule, database: &ScratchDatabase, tape: Tape) -> Result<Evaluated, CaseError> {
    // A directory that it may read is there, and empty.
    let folder = tempfile::tempdir().map_err(|error| CaseError::Invalid(format!("no temporary folder can be made: {error}")))?;
    let directories = rule.description.requests.iter().filter_map(|request| match request {
        Request::Files { directory } => Some((directory.clone(), folder.path().to_owned())),
        _ => None,
    });
    let directories = Directories::open(&directories.collect());
    let case = case(rule, database, WINDOW, Networks::default(), Vec::new(), tape, directories)?;
    let arguments = rule.arguments(&BTreeMap::new()).map_err(|error| CaseError::Invalid(error.to_string()))?;
    Ok(rule.evaluate(&case, &arguments).await.0)
}

/// It must come to alerts, and none of them may be refused.
fn sound(evaluated: Evaluated) -> Result<(), String> {
    let evaluation = evaluated.map_err(|error| error.to_string())?;
    evaluation.refused.first().map_or(Ok(()), |reason| Err(format!("an alert was refused: {reason}")))
}

/// It may come to an error, but to one of its own.
fn alive(evaluated: Evaluated) -> Result<(), String> {
    match evaluated {
        Err(error @ (PluginError::Trap { .. } | PluginError::Limit(_) | PluginError::Unexpected(_))) => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// It may also run into a limit.
fn limited(evaluated: Evaluated) -> Result<(), String> {
    match evaluated {
        Err(PluginError::Limit(_)) => Ok(()),
        other => alive(other),
    }
}

fn same(first: &Evaluated, second: &Evaluated) -> Result<(), String> {
    let alerts =
        |evaluated: &Evaluated| evaluated.as_ref().map(|evaluation| evaluation.alerts.clone()).map_err(ToString::to_string);
    match (alerts(first), alerts(second)) {
        (first, second) if first == second => Ok(()),
        (Ok(first), Ok(second)) => Err(format!("{}, then {}", shown(&first), shown(&second))),
        (Err(error), _) | (_, Err(error)) => Err(format!("once it failed: {error}")),
    }
}

fn shown(alerts: &[Alert]) -> String {
    format!(
        "{} alerts, the first {}",
        alerts.len(),
        alerts.first().map_or_else(|| "none".to_owned(), |alert| json!(alert).to_string())
    )
}

/// Every strange value in every column, each row with one or all of them.
fn hostile_rows() -> Vec<ScratchRow> {
    let long = "x".repeat(100_000);
    let text = |text: &str| Value::Text(text.to_owned());
    let strange = [
        Value::Null,
        Value::Integer(i64::MIN),
        Value::Integer(i64::MAX),
        Value::Integer(-1),
        Value::Integer(65_536),
        Value::Real(f64::INFINITY),
        Value::Real(f64::NEG_INFINITY),
        Value::Real(-0.0),
        Value::Real(1e300),
        text(""),
        text(" "),
        text("'; DROP TABLE ip_events; --"),
        text("\u{1b}[2J\u{202e}\n\t\0"),
        text("ﷺ\u{10ffff}\u{fdd0}"),
        text("2001:db8::1"),
        text("::ffff:192.0.2.1"),
        text("fe80::1%eth0"),
        text("999.999.999.999"),
        text("{\"json\": [1, 2"),
        text(&long),
    ];
    let columns: Vec<&str> =
        columns_of("events").unwrap_or_default().iter().copied().filter(|column| !matches!(*column, "id" | "time")).collect();
    let ordinary = || -> ScratchRow {
        vec![
            ("timestamp".to_owned(), text(&SEEN.to_string())),
            ("src_ip".to_owned(), text("192.0.2.1")),
            ("dst_ip".to_owned(), text("198.51.100.1")),
            ("dst_port".to_owned(), Value::Integer(443)),
            ("proto".to_owned(), text("TCP")),
        ]
    };
    let mut rows = Vec::new();
    for value in &strange {
        for column in &columns {
            let mut row = ordinary();
            row.retain(|(name, _)| name != column);
            row.push(((*column).to_owned(), value.clone()));
            rows.push(row);
        }
        let mut row: ScratchRow = columns.iter().map(|column| ((*column).to_owned(), value.clone())).collect();
        row.push(("timestamp".to_owned(), text(&SEEN.to_string())));
        rows.push(row);
    }
    rows
}

/// The checks of an enricher.
///
/// # Errors
/// When it cannot be set up.
pub async fn enricher(enricher: UngrantedEnricher) -> Result<Vec<Check>, CaseError> {
    let granted = enricher.description.requests.clone();
    let mut enricher = enricher.grant(&BTreeMap::new(), &granted).map_err(|error| CaseError::Invalid(error.to_string()))?;
    let mut checks = Vec::new();
    for (name, errors) in refusals() {
        let scripted = Scripted::new(Vec::new()).otherwise(errors);
        checks.push(Check::new(name, every(&enricher, &scripted, content).await));
    }
    for (name, steps) in answers() {
        let scripted = Scripted::new(steps).otherwise(vec![json!({ "unavailable": "conformance is checked" })]);
        checks.push(Check::new(name, every(&enricher, &scripted, content).await));
    }
    let (_, steps) = answers().swap_remove(1);
    let scripted = Scripted::new(steps).otherwise(vec![json!({ "unavailable": "conformance is checked" })]);
    let mut same = Ok(());
    for observable in observables(&enricher) {
        let (first, second) =
            (look_up(&enricher, &observable, &scripted).await, look_up(&enricher, &observable, &scripted).await);
        if first != second {
            same = Err(format!("{observable}: {first:?}, then {second:?}"));
        }
    }
    checks.push(Check::new("the same answers give the same result", same));
    let limits = enricher.limits;
    enricher.limits.cpu = LITTLE_TIME;
    checks.push(Check::new("little processor time", every(&enricher, &scripted, |_| Ok(())).await));
    enricher.limits = limits;
    enricher.limits.memory = LITTLE_MEMORY;
    checks.push(Check::new("little memory", every(&enricher, &scripted, |_| Ok(())).await));
    Ok(checks)
}

type Found = Result<Json, LookupError>;

async fn look_up(enricher: &Enricher, observable: &Observable, scripted: &Scripted) -> Found {
    let (shared, tape) = (Shared::offline(StateStore::default()), Tape::Script(scripted.clone()));
    enricher.enrich(&Try { observable, shared: &shared, now: NOW, left: LONGEST, attempt: 1, tape: &tape }).await.0
}

async fn every(enricher: &Enricher, scripted: &Scripted, check: impl Fn(Found) -> Result<(), String>) -> Result<(), String> {
    for observable in observables(enricher) {
        check(look_up(enricher, &observable, scripted).await).map_err(|fault| format!("{observable}: {fault}"))?;
    }
    Ok(())
}

/// It may come to an error, but to one of its own.
fn content(found: Found) -> Result<(), String> {
    match found {
        Err(error @ (LookupError::Failed(_) | LookupError::Overdue(_) | LookupError::Unexpected(_))) => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// What it can look up.
fn observables(enricher: &Enricher) -> Vec<Observable> {
    let texts = ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "a.example", "xn--bcher-kva.example"];
    texts.iter().filter_map(|text| Observable::parse(text)).filter(|observable| enricher.takes(observable.kind)).collect()
}

/// Every way in which all calls can fail: the name of the check, and the error, or what comes closest to it.
pub(super) fn refusals() -> Vec<(&'static str, Vec<Json>)> {
    let error = |kind: &str| json!({ kind: "conformance is checked" });
    let or_unavailable = |kind: &str| vec![error(kind), error("unavailable")];
    vec![
        ("every capability denied", vec![error("access-denied")]),
        ("every capability unavailable", vec![error("unavailable")]),
        ("nothing is ever found", or_unavailable("not-found")),
        ("nothing answers in time", or_unavailable("timed-out")),
        ("everything is called invalid", or_unavailable("invalid")),
        ("everything is too large", or_unavailable("too-large")),
    ]
}

/// Answers that make no sense: the name of the check, and the answers.
pub(super) fn answers() -> Vec<(&'static str, Vec<Step>)> {
    let garbage = "\u{1b}[2J{\"a\": [1, 2\u{202e}\0<html>%n%s';--";
    let (long, deep) = ("x".repeat(200_000), "[".repeat(100_000));
    let step = |call: &str, answer: Json| Step { call: call.to_owned(), arguments: None, answer: Some(answer), error: None };
    let output = |stdout: &str, status: Json| json!({"status": status, "stdout": stdout, "stderr": stdout, "truncated": true, "timed-out": true});
    let response =
        |status: u16, body: &str| json!({"status": status, "headers": [{"name": "content-type", "value": body}], "body": body});
    vec![
        (
            "answers without anything in them",
            vec![
                step("dns.resolve", json!([])),
                step("dns.reverse", json!([])),
                step("exec.run", output("", json!(0))),
                step("http.send", response(200, "")),
                step("files.open", json!(0)),
                step("files.read-at", json!([])),
            ],
        ),
        (
            "answers that are garbage",
            vec![
                step("dns.resolve", json!([{ "text": garbage }, { "name": "" }, { "address": "not an address" }])),
                step("dns.reverse", json!([garbage, ""])),
                step("exec.run", output(garbage, Json::Null)),
                step("http.send", response(200, garbage)),
                step("files.open", json!(1_000)),
                step("files.read-at", json!(vec![0xff; 1_000])),
            ],
        ),
        (
            "answers that are very long",
            vec![
                step("dns.resolve", json!(vec![json!({ "text": "y".repeat(4_096) }); 256])),
                step("dns.reverse", json!(vec!["z".repeat(255); 256])),
                step("exec.run", output(&long, json!(0))),
                step("http.send", response(200, &deep)),
                step("files.open", json!(u64::MAX)),
                step("files.read-at", json!(vec![0; 100_000])),
            ],
        ),
        ("a server that fails", vec![step("http.send", response(500, "oops")), step("exec.run", output("oops", json!(1)))]),
        ("a server that asks to slow down", vec![step("http.send", response(429, "slowly"))]),
    ]
}
