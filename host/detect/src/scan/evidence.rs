//! The evidence that the host adds to alerts: which events they are about, in which window, and what raised them. It reads only what the
//! rule itself may read, within budgets of its own. A selection that fails never loses its alert: the evidence then says why.

mod batch;
mod budget;
mod form;
mod tally;

use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use net_scout_model::{Alert, Selection, Window};
use net_scout_plugin_host::recording::{HOST, Unexpected};
use net_scout_plugin_host::{Case, Rule};

use batch::Batch;
pub(super) use batch::counted;
use budget::Time;

/// What tells the host's steps in a recording.
const CALL: &str = "evidence";
/// One step.
const FUNCTION: &str = "host.events";

/// Adds the evidence to all alerts that say which events they are about. Where a scan is repeated it is what it was then; gives what is
/// not in the recording.
pub async fn add_evidence(alerts: &mut [Alert], rules: &[Arc<Rule>], case: &Case) -> Vec<Unexpected> {
    budget::shorten(alerts, rules);
    let rule_of = |alert: &Alert| rules.iter().find(|rule| rule.description.name == alert.rule);
    let selected: Vec<(usize, Arc<Rule>, Selection)> = alerts
        .iter()
        .enumerate()
        .filter_map(|(index, alert)| Some((index, Arc::clone(rule_of(alert)?), alert.events.clone()?)))
        .collect();
    if selected.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Option<Value>> = vec![None; selected.len()];
    if !case.tape.is_replay() {
        let mut time = Time::new(rules);
        for batch in Batch::all(&selected) {
            for (place, events) in batch.run(&selected, case, &mut time).await {
                found[place] = Some(events);
            }
        }
    }
    let session = case.tape.begin(HOST, CALL);
    let mut missing = Vec::new();
    for ((index, rule, selection), events) in selected.iter().zip(found) {
        let arguments = || json!({ "rule": rule.description.name, "selection": selection });
        let work = async { events.map(AsText).ok_or_else(|| "it was not looked up".to_owned()) };
        match session.take(FUNCTION, arguments, work).await {
            Ok(events) => {
                let events = events.map_or_else(|error| failed(selection, &error), |AsText(events)| events);
                alerts[*index].evidence.extend(members(rule, case.window, events));
            }
            Err(unexpected) => missing.push(unexpected),
        }
    }
    missing
}

/// Events as a recording has them: as text, because what an object's members are called must stay as it is.
struct AsText(Value);

impl Serialize for AsText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_string())
    }
}

impl<'de> Deserialize<'de> for AsText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map(Self).map_err(D::Error::custom)
    }
}

/// The members that the host adds.
fn members(rule: &Rule, window: Window, events: Value) -> Map<String, Value> {
    let mut span = Map::new();
    span.insert("since".to_owned(), window.since.to_string().into());
    span.insert("until".to_owned(), window.until.map(|until| until.to_string()).into());
    let reach = window.reach(rule.description.history_seconds());
    if reach < window.since {
        span.insert("events_since".to_owned(), reach.to_string().into());
    }
    let plugin = json!({
        "name": rule.description.name,
        "version": rule.description.version,
        "sha256": rule.artifact.sha256,
    });
    let members = [("events", events), ("window", span.into()), ("plugin", plugin)];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// What stands in the place of events that could not be read.
fn failed(selection: &Selection, error: &str) -> Value {
    let mut events = json!({ "error": net_scout_model::plain(error, 500) });
    describe(&mut events, selection);
    events
}

/// Says which events they are.
fn describe(events: &mut Value, selection: &Selection) {
    if let (Value::Object(events), Value::Object(selection)) = (events, json!(selection)) {
        events.extend(selection);
    }
}
