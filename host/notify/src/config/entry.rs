//! One table: what it may hold, and what it means.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::receiver::Written;
use crate::route::{Quiet, Route};
use net_scout_model::search::{AlertQuery, KnownNames};
use net_scout_model::{News, TimeUnit, not, parse_span};

/// The longest name.
const NAME: usize = 64;
/// Seconds of a week: the longest wait or repeat.
const WEEK: f64 = 604_800.0;

/// What a route may say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRoute {
    name: Option<String>,
    #[serde(default)]
    filter: String,
    receivers: Vec<String>,
    wait: Option<Value>,
    repeat: Option<Value>,
    per_hour: Option<u32>,
    quiet: Option<String>,
    on: Option<Vec<String>>,
}

/// Reads a route; the number stands for a name where there is none.
pub(super) fn route(table: Map<String, Value>, number: usize, from: &str) -> Result<Route, String> {
    let written: WrittenRoute = serde_json::from_value(Value::Object(table)).map_err(|error| error.to_string())?;
    let name = written.name.map_or_else(|| Ok(format!("route {number}")), named)?;
    if written.receivers.is_empty() {
        return Err("`receivers` is empty: name at least one".to_owned());
    }
    let known = KnownNames::default();
    let on = written.on.unwrap_or_else(|| [News::New, News::Worse, News::Reopened].map(|news| news.name().to_owned()).into());
    let news = |name: &String| {
        let news = News::of_name(name).filter(|news| *news != News::Resent);
        news.ok_or_else(|| format!("on: {}", not(name, "one of new, worse, reopened and grown")))
    };
    Ok(Route {
        name,
        filter: AlertQuery::parse(&written.filter, &known).map_err(|error| format!("filter: {error}"))?,
        receivers: written.receivers,
        on: on.iter().map(news).collect::<Result<_, _>>()?,
        wait: length("wait", written.wait.as_ref())?.unwrap_or(30_000_000),
        repeat: length("repeat", written.repeat.as_ref())?.filter(|length| *length > 0),
        per_hour: Some(written.per_hour.unwrap_or(10)).filter(|most| *most > 0),
        from: from.to_owned(),
        quiet: written.quiet.map(|text| Quiet::parse(&text).map_err(|error| format!("quiet: {error}"))).transpose()?,
    })
}

/// A duration in microseconds: a number of seconds, or a text with a unit; `off` is 0.
fn length(key: &str, value: Option<&Value>) -> Result<Option<i64>, String> {
    let text = match value {
        None => return Ok(None),
        Some(Value::String(text)) if text == "off" => return Ok(Some(0)),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let span = parse_span(&text, TimeUnit::Seconds, 0.0..=WEEK).map_err(|error| format!("{key}: {error}"))?;
    Ok(Some(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
}

/// Reads the name and the kind of a receiver; the rest is read by its kind.
pub(super) fn receiver(mut table: Map<String, Value>) -> Result<(String, Written), String> {
    let mut text = |key: &str| match table.remove(key) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(format!("`{key}` must be a text in quotes")),
        None => Err(format!("`{key}` is missing")),
    };
    let (name, kind) = (named(text("name")?)?, text("kind")?);
    Ok((name, Written::read(&kind, table)?))
}

fn named(name: String) -> Result<String, String> {
    let is_name = |letter: char| letter.is_alphanumeric() || "-_. ".contains(letter);
    if name.trim().is_empty() || name.chars().count() > NAME || !name.chars().all(is_name) {
        return Err(format!("name: {}", not(&name, format_args!("a name: up to {NAME} letters, digits, blanks and -_."))));
    }
    Ok(name)
}
