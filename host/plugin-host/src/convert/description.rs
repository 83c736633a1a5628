//! What plugins say of themselves. One that makes no sense is refused, and says why.

use super::{LONGEST_NAME, QUOTED};
use crate::bindings::notifier::NotifierDescription;
use crate::bindings::rule as bindings;
use crate::bindings::rule::net_scout::plugin::description as wit_description;
use crate::capability::{self, World};
use net_scout_model::{AlertField, Description, Kind, ObservableKind, Parameter, ParameterType, Request, plain};

/// The longest sentence of a description, in characters.
const LONGEST_SENTENCE: usize = 500;
/// The longest line that a parameter takes, in characters.
const LONGEST_LINE: usize = 1_000;
/// The most parameters, alert types, requests, options.
const MOST_ITEMS: usize = 64;
/// The longest history of a rule, in seconds: 31 days.
const LONGEST_HISTORY: u32 = 31 * 86_400;

/// A description that makes sense; the error says what does not.
pub(crate) fn description(description: bindings::Description) -> Result<Description, String> {
    let bindings::Description { name, version, kind, summary, parameters, requests } = description;
    sound(name, version, self::kind(kind)?, summary, parameters, &requests)
}

/// The same of a notifier. The fields that it asks for come before its other requests.
pub(crate) fn notifier(description: NotifierDescription) -> Result<Description, String> {
    let NotifierDescription { name, version, summary, fields, parameters, requests } = description;
    counted(&fields, "fields")?;
    let mut asked = Vec::new();
    for field in fields {
        let known = AlertField::parse(&field).ok_or_else(|| {
            format!("its field `{}` is not one of an alert; there are {}", plain(&field, QUOTED), AlertField::names())
        })?;
        let request = Request::Field { field: known };
        if asked.contains(&request) {
            return Err(format!("field `{field}` occurs twice"));
        }
        asked.push(request);
    }
    let mut description = sound(name, version, Kind::Notifier, summary, parameters, &requests)?;
    asked.append(&mut description.requests);
    Ok(Description { requests: asked, ..description })
}

fn sound(
    name: String,
    version: String,
    kind: Kind,
    summary: String,
    described: Vec<wit_description::Parameter>,
    requests: &[wit_description::Request],
) -> Result<Description, String> {
    let name = self::name(name, "name")?;
    let version = sentence(version, LONGEST_NAME, "version")?;
    let summary = sentence(summary, LONGEST_SENTENCE, "summary")?;
    counted(&described, "parameters")?;
    counted(requests, "requests")?;
    let mut parameters: Vec<Parameter> = Vec::new();
    for described in described {
        let parameter = parameter(described)?;
        if parameters.iter().any(|other| other.name == parameter.name) {
            return Err(format!("parameter `{}` occurs twice", parameter.name));
        }
        parameters.push(parameter);
    }
    let requests = requests.iter().map(|asked| request(asked, &kind)).collect::<Result<_, _>>()?;
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
fn request(asked: &wit_description::Request, kind: &Kind) -> Result<Request, String> {
    let request = capability::requested(asked, World::of(kind))?;
    // A request must be writable as a line of configuration, and that line must mean the same request.
    let (capability, line) = (request.capability(), request.to_string());
    let readable = matches!(request, Request::Table { .. }) || Request::parse(capability, &line).as_ref() == Ok(&request);
    if line.len() > LONGEST_LINE || plain(&line, LONGEST_LINE) != line || line.contains(['"', '\\']) || !readable {
        return Err(format!("its request {capability} `{}` is not in the form of such a request", plain(&line, QUOTED)));
    }
    Ok(request)
}
