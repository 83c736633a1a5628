//! Between the types of the WIT and those of the model. What comes from a guest is checked here, once.

use std::net::{IpAddr, Ipv6Addr};

use super::bindings;
use super::bindings::net_scout::plugin::description as wit_description;
use super::bindings::net_scout::plugin::detection as wit;
use super::bindings::net_scout::plugin::query::QueryError as WitQueryError;
use super::bindings::net_scout::plugin::types as wit_types;
use super::error::PluginError;
use crate::capability::state::RULE_QUOTA;
use net_scout_model::{
    Alert, Counting, Description, EvidenceValue, Kind, Networks, ObservableKind, Parameter, ParameterType, QueryError, Request, Selection,
    Severity, Timestamp, Value, Window, columns_of, plain,
};

/// The longest name of a plugin, a parameter, an alert type, a piece of evidence, in bytes.
const LONGEST_NAME: usize = 64;
/// The longest sentence of a description, in characters.
const LONGEST_SENTENCE: usize = 500;
/// The longest line that a parameter takes, in characters.
const LONGEST_LINE: usize = 1_000;
/// The most parameters, alert types, requests, options.
const MOST_ITEMS: usize = 64;
/// The most pieces of evidence of an alert.
const MOST_EVIDENCE: usize = 64;
/// The keys of evidence that the host adds itself.
const HOST_EVIDENCE: [&str; 5] = ["events", "window", "plugin", "related", "severity_reasons"];
/// The most bytes of the condition that names the events of an alert, with its parameters.
const LARGEST_SELECTION: usize = 8 << 10;
/// The longest history of a rule, in seconds: 31 days.
const LONGEST_HISTORY: u32 = 31 * 86_400;
/// How much of a guest's words stands in an error, in characters.
const QUOTED: usize = 200;

/// The window as a rule is told of it: with the first instant of the events that it sees, and the networks that are the operator's own.
pub(super) fn window(window: Window, events_since: Timestamp, local_networks: &Networks) -> wit::Window {
    wit::Window {
        since: window.since.0,
        until: window.until.map(|until| until.0),
        now: window.now.0,
        events_since: events_since.0,
        local_networks: local_networks.texts(),
    }
}

pub(super) fn arguments(arguments: &[(String, Value)]) -> Vec<wit_types::Argument> {
    arguments.iter().map(|(name, value)| wit_types::Argument { name: name.clone(), value: value.clone().into() }).collect()
}

impl From<Value> for wit_types::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(value) => Self::Boolean(value),
            Value::Integer(value) => Self::Integer(value),
            Value::Real(value) => Self::Real(value),
            Value::Text(value) => Self::Text(value),
        }
    }
}

impl From<wit::RuleError> for PluginError {
    fn from(error: wit::RuleError) -> Self {
        let quoted = |text: String| plain(&text, 2 * QUOTED);
        match error {
            wit::RuleError::Query(error) => Self::Query(match error {
                WitQueryError::AccessDenied(text) => QueryError::AccessDenied(quoted(text)),
                WitQueryError::Invalid(text) => QueryError::Invalid(quoted(text)),
                WitQueryError::TypeMismatch(text) => QueryError::TypeMismatch(quoted(text)),
                WitQueryError::TimedOut(text) => QueryError::TimedOut(quoted(text)),
                WitQueryError::TooLarge(text) => QueryError::TooLarge(quoted(text)),
                WitQueryError::Unavailable(text) => QueryError::Unavailable(quoted(text)),
            }),
            wit::RuleError::InvalidParameter(text) => Self::InvalidParameter(quoted(text)),
            wit::RuleError::Failed(text) => Self::Failed(quoted(text)),
        }
    }
}

/// An alert of a rule that counts this, with at most so many bytes of evidence; the error says why it is refused.
pub(super) fn alert(alert: wit::Alert, description: &Description, counting: Counting, largest: usize) -> Result<Alert, String> {
    let Kind::Rule { alert_types, .. } = &description.kind else { return Err("it is no rule".to_owned()) };
    if !alert_types.contains(&alert.alert_type) {
        let alert_type = plain(&alert.alert_type, QUOTED);
        return Err(format!("alert type `{alert_type}` is not among the described: {}", alert_types.join(", ")));
    }
    let src_ip = alert.src_ip.map(|address| checked_address(address, "src-ip")).transpose()?;
    let dst_ip = alert.dst_ip.map(|address| checked_address(address, "dst-ip")).transpose()?;
    let score = u8::try_from(alert.score).ok().filter(|score| *score <= 100);
    let score = score.ok_or_else(|| format!("score {} is not from 0 to 100", alert.score))?;
    Ok(Alert {
        alert_type: alert.alert_type,
        src_ip,
        dst_ip,
        score,
        severity: alert.severity.into(),
        rule: description.name.clone(),
        evidence: evidence(alert.evidence, largest)?,
        events: alert.events.map(selection).transpose()?,
        story: None,
        counting,
    })
}

/// The events that an alert names. Whether the condition can be read is only known when it runs.
fn selection(selection: wit::Selection) -> Result<Selection, String> {
    let wit::Selection { condition, parameters } = selection;
    let parameters: Vec<Value> = parameters.into_iter().map(Value::from).collect();
    let bytes = condition.len() + parameters.iter().map(Value::bytes).sum::<usize>();
    if bytes > LARGEST_SELECTION {
        return Err(format!("the condition on its events takes {bytes} bytes, more than {LARGEST_SELECTION}"));
    }
    if condition.trim().is_empty() {
        return Err("the condition on its events is empty".to_owned());
    }
    Ok(Selection { condition, parameters })
}

fn checked_address(text: String, field: &str) -> Result<String, String> {
    // A link-local address may carry the interface that it belongs to (RFC 4007, section 11).
    let valid = match text.split_once('%') {
        Some((address, zone)) => {
            let plain_zone = zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            address.parse::<Ipv6Addr>().is_ok() && plain_zone && (1..=LONGEST_NAME).contains(&zone.len())
        }
        None => text.parse::<IpAddr>().is_ok(),
    };
    if valid { Ok(text) } else { Err(format!("{field} `{}` is no IP address", plain(&text, QUOTED))) }
}

fn evidence(entries: Vec<wit::EvidenceEntry>, largest: usize) -> Result<serde_json::Map<String, serde_json::Value>, String> {
    if entries.len() > MOST_EVIDENCE {
        return Err(format!("it has {} pieces of evidence, more than {MOST_EVIDENCE}", entries.len()));
    }
    let mut map = serde_json::Map::new();
    let mut bytes = 0;
    for wit::EvidenceEntry { key, value } in entries {
        if key.is_empty() || key.len() > LONGEST_NAME || plain(&key, LONGEST_NAME) != key {
            return Err(format!("evidence key `{}` is not 1 to {LONGEST_NAME} plain characters", plain(&key, QUOTED)));
        }
        let value = serde_json::Value::from(EvidenceValue::from(value));
        bytes += key.len() + value.to_string().len();
        if bytes > largest {
            return Err(format!("its evidence takes more than {} KiB (limits.evidence_kib)", largest >> 10));
        }
        if HOST_EVIDENCE.contains(&key.as_str()) {
            return Err(format!("evidence key `{key}` is the host's own"));
        }
        if map.contains_key(&key) {
            return Err(format!("evidence key `{key}` occurs twice"));
        }
        map.insert(key, value);
    }
    Ok(map)
}

impl From<wit::EvidenceValue> for EvidenceValue {
    fn from(value: wit::EvidenceValue) -> Self {
        match value {
            wit::EvidenceValue::Scalar(value) => Self::Scalar(value.into()),
            wit::EvidenceValue::Integers(values) => Self::Integers(values),
            wit::EvidenceValue::Texts(values) => Self::Texts(values),
        }
    }
}

impl From<wit::Severity> for Severity {
    fn from(severity: wit::Severity) -> Self {
        match severity {
            wit::Severity::Informational => Self::Informational,
            wit::Severity::Low => Self::Low,
            wit::Severity::Medium => Self::Medium,
            wit::Severity::High => Self::High,
            wit::Severity::Critical => Self::Critical,
        }
    }
}

/// A description that makes sense; the error says what does not.
pub(super) fn description(description: bindings::Description) -> Result<Description, String> {
    let name = name(description.name, "name")?;
    let version = sentence(description.version, LONGEST_NAME, "version")?;
    let summary = sentence(description.summary, LONGEST_SENTENCE, "summary")?;
    let kind = kind(description.kind)?;
    counted(&description.parameters, "parameters")?;
    counted(&description.requests, "requests")?;
    let mut parameters: Vec<Parameter> = Vec::new();
    for described in description.parameters {
        let parameter = parameter(described)?;
        if parameters.iter().any(|other| other.name == parameter.name) {
            return Err(format!("parameter `{}` occurs twice", parameter.name));
        }
        parameters.push(parameter);
    }
    let requests = description.requests.into_iter().map(|asked| request(asked, &kind)).collect::<Result<_, _>>()?;
    Ok(Description { name, version, kind, summary, parameters, requests })
}

fn kind(kind: wit_description::Kind) -> Result<Kind, String> {
    match kind {
        wit_description::Kind::Rule(wit_description::RuleDetails { alert_types, history_seconds }) => {
            counted(&alert_types, "alert types")?;
            if alert_types.is_empty() {
                return Err("it has no alert type".to_owned());
            }
            let alert_types = alert_types.into_iter().map(|text| name(text, "alert type")).collect::<Result<_, _>>()?;
            if history_seconds > LONGEST_HISTORY {
                return Err(format!(
                    "it needs {history_seconds} seconds of history, more than {LONGEST_HISTORY}, which are 31 days"
                ));
            }
            Ok(Kind::Rule { alert_types, history_seconds })
        }
        wit_description::Kind::Enricher(details) => {
            let wit_description::EnricherDetails { observables, fresh_seconds, failed_seconds, outside } = details;
            counted(&observables, "kinds of observables")?;
            if observables.is_empty() {
                return Err("it takes no observable".to_owned());
            }
            let observables = observables.into_iter().map(ObservableKind::from).collect();
            Ok(Kind::Enricher { observables, fresh_seconds, failed_seconds, outside })
        }
    }
}

impl From<wit_description::ObservableKind> for ObservableKind {
    fn from(kind: wit_description::ObservableKind) -> Self {
        match kind {
            wit_description::ObservableKind::Ip => Self::Ip,
            wit_description::ObservableKind::Domain => Self::Domain,
        }
    }
}

fn counted<T>(items: &[T], what: &str) -> Result<(), String> {
    if items.len() > MOST_ITEMS { Err(format!("it has {} {what}, more than {MOST_ITEMS}", items.len())) } else { Ok(()) }
}

fn name(text: String, what: &str) -> Result<String, String> {
    let fits = text.len() <= LONGEST_NAME
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if fits {
        return Ok(text);
    }
    Err(format!(
        "{what} `{}` is not a lower-case letter and up to {} lower-case letters, digits and underscores",
        plain(&text, QUOTED),
        LONGEST_NAME - 1
    ))
}

fn sentence(text: String, longest: usize, what: &str) -> Result<String, String> {
    if plain(&text, longest) == text && !text.is_empty() {
        return Ok(text);
    }
    Err(format!("{what} `{}` is not 1 to {longest} plain characters", plain(&text, QUOTED)))
}

fn parameter(parameter: wit_description::Parameter) -> Result<Parameter, String> {
    let name = name(parameter.name, "parameter name")?;
    let meaning = sentence(parameter.meaning, LONGEST_SENTENCE, &format!("the meaning of parameter `{name}`"))?;
    let (kind, sound) = match parameter.type_ {
        wit_description::ParameterType::Boolean(default) => (ParameterType::Boolean(default), true),
        wit_description::ParameterType::Integer(wit_description::IntegerRange { default, minimum, maximum }) => {
            (ParameterType::Integer { default, minimum, maximum }, (minimum..=maximum).contains(&default))
        }
        wit_description::ParameterType::Real(wit_description::RealRange { default, minimum, maximum }) => {
            (ParameterType::Real { default, minimum, maximum }, (minimum..=maximum).contains(&default))
        }
        wit_description::ParameterType::Choice(wit_description::Choice { default, options }) => {
            counted(&options, "options")?;
            let options = options
                .into_iter()
                .map(|option| sentence(option, LONGEST_NAME, &format!("an option of parameter `{name}`")))
                .collect::<Result<Vec<_>, _>>()?;
            let sound = options.contains(&default);
            (ParameterType::Choice { default, options }, sound)
        }
        wit_description::ParameterType::Line(wit_description::Line { default, maximum }) => {
            let maximum = (maximum as usize).min(LONGEST_LINE);
            let sound = plain(&default, maximum) == default;
            (ParameterType::Line { default, maximum }, sound)
        }
    };
    let parameter = Parameter { name, kind, meaning };
    if sound {
        return Ok(parameter);
    }
    let default = plain(&parameter.default().to_string(), QUOTED);
    Err(format!("parameter `{}`: the default {default} is not {}", parameter.name, parameter.expected()))
}

/// A request that has the form of its capability, and that a plugin of this kind may make.
fn request(asked: wit_description::Request, kind: &Kind) -> Result<Request, String> {
    let request = match asked {
        wit_description::Request::Table(wit_description::TableRequest { table, columns }) => {
            let known = columns_of(&table)
                .ok_or_else(|| format!("there is no table `{}`; there are events and alerts", plain(&table, QUOTED)))?;
            if let Some(column) = columns.iter().find(|column| !known.contains(&column.as_str())) {
                return Err(format!("table `{table}` has no column `{}`; it has {}", plain(column, QUOTED), known.join(", ")));
            }
            Request::Table { table, columns }
        }
        wit_description::Request::Dns(wit_description::DnsRequest { types, names }) => Request::Dns { types, names },
        wit_description::Request::Exec(wit_description::ExecRequest { program, arguments }) => {
            Request::Exec { program, arguments }
        }
        wit_description::Request::Http(wit_description::HttpRequest { methods, server, secret }) => {
            Request::Http { methods, server, secret }
        }
        wit_description::Request::Files(directory) => Request::Files { directory },
        wit_description::Request::State(bytes) => Request::State { bytes },
    };
    let capability = request.capability();
    let fits = match kind {
        Kind::Rule { .. } => matches!(request, Request::Table { .. } | Request::Files { .. } | Request::State { .. }),
        Kind::Enricher { .. } => !matches!(request, Request::Table { .. }),
    };
    if let (Kind::Rule { .. }, Request::State { bytes }) = (kind, &request)
        && *bytes > RULE_QUOTA
    {
        return Err(format!("it asks for a store of {bytes} bytes, a rule may have {RULE_QUOTA}"));
    }
    if !fits {
        return Err(format!("it requests {capability}, which no plugin of its kind is given"));
    }
    // A request must be writable as a line of configuration, and that line must mean the same request.
    let line = request.to_string();
    let readable = matches!(request, Request::Table { .. }) || Request::parse(capability, &line).as_ref() == Ok(&request);
    if line.len() > LONGEST_LINE || plain(&line, LONGEST_LINE) != line || line.contains(['"', '\\']) || !readable {
        return Err(format!("its request {capability} `{}` is not in the form of such a request", plain(&line, QUOTED)));
    }
    Ok(request)
}
