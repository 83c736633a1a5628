//! The checks of a notifier: it must deliver what it says that it delivered, and never say so of what nobody took.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::CaseError;
use super::conformance::{Check, LITTLE_MEMORY, LITTLE_TIME, LONGEST, NOW, answers, refusals};
use net_scout_model::{AlertField, NotificationKind};
use net_scout_plugin_host::capability::Shared;
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::{Scripted, Step, Tape};
use net_scout_plugin_host::{Delivery, Notifier, NotifierSettings, NotifyError, Receipt, Told, UngrantedNotifier};

/// The value of a parameter in the checks: whatever a notifier needs to be set is set.
const SET: &str = "https://conformance.example";

/// The checks of a notifier.
///
/// # Errors
/// When it cannot be set up.
pub async fn notifier(notifier: UngrantedNotifier) -> Result<Vec<Check>, CaseError> {
    let granted = notifier.description.requests.clone();
    // A line without a default has to be set by the operator. A server, for one, is a URL; anything else takes that as a text.
    let needed = notifier.description.parameters.iter().filter(|parameter| parameter.default().to_string().is_empty());
    let parameters =
        needed.filter(|parameter| parameter.parse(SET).is_ok()).map(|parameter| (parameter.name.clone(), SET.to_owned()));
    let settings = NotifierSettings { parameters: parameters.collect(), ..NotifierSettings::default() };
    let mut notifier = notifier.grant(&settings, &granted).map_err(|error| CaseError::Invalid(error.to_string()))?;
    let mut checks = Vec::new();
    for (name, errors) in refusals() {
        let scripted = Scripted::new(Vec::new()).otherwise(errors);
        checks.push(Check::new(name, every(&notifier, &scripted, not_taken).await));
    }
    for (name, steps) in answers() {
        let scripted = Scripted::new(steps).otherwise(vec![json!({ "unavailable": "conformance is checked" })]);
        let check = match name {
            "a server that fails" | "a server that asks to slow down" => tried_again,
            _ => content,
        };
        checks.push(Check::new(name, every(&notifier, &scripted, check).await));
    }
    let refused = Scripted::new(vec![sent(400)]).otherwise(vec![json!({ "unavailable": "conformance is checked" })]);
    checks.push(Check::new("a server that refuses", every(&notifier, &refused, not_taken).await));
    let taken = Scripted::new(vec![sent(200)]).otherwise(vec![json!({ "unavailable": "conformance is checked" })]);
    let mut same = Ok(());
    for (what, message) in messages() {
        let (first, second) = (notify(&notifier, &message, &taken).await, notify(&notifier, &message, &taken).await);
        if first != second {
            same = Err(format!("{what}: {first:?}, then {second:?}"));
        }
    }
    checks.push(Check::new("the same message gives the same result", same));
    let limits = notifier.limits;
    notifier.limits.cpu = LITTLE_TIME;
    checks.push(Check::new("little processor time", every(&notifier, &taken, |_| Ok(())).await));
    notifier.limits = limits;
    notifier.limits.memory = LITTLE_MEMORY;
    checks.push(Check::new("little memory", every(&notifier, &taken, |_| Ok(())).await));
    Ok(checks)
}

fn sent(status: u16) -> Step {
    let answer = json!({"status": status, "headers": [], "body": "{}"});
    Step { call: "http.send".to_owned(), arguments: None, answer: Some(answer), error: None }
}

type Delivered = Result<Receipt, NotifyError>;

async fn notify(notifier: &Notifier, message: &Told, scripted: &Scripted) -> Delivered {
    let (shared, tape) = (Shared::offline(StateStore::default()), Tape::Script(scripted.clone()));
    let message = message.clone().narrowed(&notifier.fields);
    notifier.notify(&Delivery { message: &message, shared: &shared, now: NOW, left: LONGEST, tape: &tape }).await.0
}

async fn every(notifier: &Notifier, scripted: &Scripted, check: impl Fn(Delivered) -> Result<(), String>) -> Result<(), String> {
    for (what, message) in messages() {
        check(notify(notifier, &message, scripted).await).map_err(|fault| format!("{what}: {fault}"))?;
    }
    Ok(())
}

/// It may come to an error, but to one of its own.
fn content(delivered: Delivered) -> Result<(), String> {
    match delivered {
        Err(error @ (NotifyError::Failed(_) | NotifyError::Unexpected(_))) => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// It must come to an error: nobody took the message.
fn not_taken(delivered: Delivered) -> Result<(), String> {
    match delivered {
        Ok(_) => Err("it says that the message was delivered, and nobody took it".to_owned()),
        error => content(error),
    }
}

/// It must come to an error after which it is tried again.
fn tried_again(delivered: Delivered) -> Result<(), String> {
    match delivered {
        Err(error) if error.may_pass() => Ok(()),
        Err(error) => Err(format!("another attempt may succeed, and it says: {error}")),
        delivered => not_taken(delivered),
    }
}

/// Messages good and strange, each with what it is.
fn messages() -> Vec<(&'static str, Told)> {
    let message = |alerts: Vec<BTreeMap<AlertField, Json>>| Told {
        key: "conformance".to_owned(),
        kind: NotificationKind::Alerts,
        title: "net-scout: alerts".to_owned(),
        text: None,
        alerts,
        more: 0,
        attempt: 1,
    };
    let alert = |text: &str| -> BTreeMap<AlertField, Json> {
        let value = |field: AlertField| match field {
            AlertField::Id | AlertField::Score => json!(80),
            AlertField::CreatedAt | AlertField::UpdatedAt => json!(NOW.0),
            AlertField::Evidence | AlertField::Enrichment => json!({ "note": text, "ports": [22, 23] }),
            _ => json!(text),
        };
        AlertField::ALL.iter().map(|&field| (field, value(field))).collect()
    };
    let markup = "</pre>```<!channel> @everyone [x](https://a.example) *_~|&lt;\u{201c}\u{10ffff}{{secret}}\\\"'%s";
    let report = Told { kind: NotificationKind::Report, text: Some("a line\n".repeat(6_000)), ..message(Vec::new()) };
    let test = Told { kind: NotificationKind::Test, ..message(Vec::new()) };
    vec![
        ("an ordinary message", message(vec![alert("port_scan")])),
        ("an alert without any field", message(vec![BTreeMap::new()])),
        ("a message without alerts", message(Vec::new())),
        ("many alerts, with many more", Told { more: u32::MAX, ..message(vec![alert("port_scan"); 50]) }),
        ("texts with markup", Told { title: markup.to_owned(), ..message(vec![alert(markup)]) }),
        ("long texts", message(vec![alert(&"x".repeat(1_000)); 50])),
        ("a later attempt", Told { attempt: u32::MAX, ..message(vec![alert("port_scan")]) }),
        ("a report", report),
        ("a test", test),
    ]
}
