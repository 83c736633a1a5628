//! What a rule says of itself, and the arguments that come back for its parameters.

use std::ops::RangeInclusive;

use crate::alert::Error;
use crate::bindings::net_scout::plugin::description::{
    self, Choice, DnsRequest, EnricherDetails, ExecRequest, HttpRequest, IntegerRange, Kind, Line, ObservableKind, Parameter,
    ParameterType, RealRange, Request, RuleDetails, TableRequest,
};
use crate::bindings::net_scout::plugin::types::Argument;
use crate::bindings::net_scout::plugin::types::Value;

/// A plugin's description, built step by step.
#[derive(Clone, Debug)]
pub struct Description(description::Description);

impl Description {
    /// A rule with its name, its version and what it detects in one sentence.
    #[must_use]
    pub fn rule(name: &str, version: &str, summary: &str) -> Self {
        Self::new(name, version, summary, Kind::Rule(RuleDetails { alert_types: Vec::new(), history_seconds: 0 }))
    }

    /// An enricher with its name, its version, what it looks up in one sentence, and the observables that it takes. Its answers are kept
    /// for a day and its failures for an hour.
    #[must_use]
    pub fn enricher(name: &str, version: &str, summary: &str, observables: &[ObservableKind]) -> Self {
        let details =
            EnricherDetails { observables: observables.to_vec(), fresh_seconds: 86_400, failed_seconds: 3_600, outside: true };
        Self::new(name, version, summary, Kind::Enricher(details))
    }

    fn new(name: &str, version: &str, summary: &str, kind: Kind) -> Self {
        Self(description::Description {
            name: name.into(),
            version: version.into(),
            kind,
            summary: summary.into(),
            parameters: Vec::new(),
            requests: Vec::new(),
        })
    }

    /// A type of alert that the rule may raise.
    #[must_use]
    pub fn alert_type(mut self, alert_type: &str) -> Self {
        if let Kind::Rule(details) = &mut self.0.kind {
            details.alert_types.push(alert_type.into());
        }
        self
    }

    /// For how many seconds before the end of the window the rule needs events, at most 31 days. `events` then begins so early, or with
    /// the window where that begins before: see `events_since` of the window.
    #[must_use]
    pub fn history(mut self, seconds: u32) -> Self {
        if let Kind::Rule(details) = &mut self.0.kind {
            details.history_seconds = seconds;
        }
        self
    }

    /// For how many seconds an answer and a failure of the enricher are kept.
    #[must_use]
    pub fn kept(mut self, fresh_seconds: u32, failed_seconds: u32) -> Self {
        if let Kind::Enricher(details) = &mut self.0.kind {
            (details.fresh_seconds, details.failed_seconds) = (fresh_seconds, failed_seconds);
        }
        self
    }

    /// The enricher tells nobody outside what it looks up, so that it may also see private addresses.
    #[must_use]
    pub fn stays_inside(mut self) -> Self {
        if let Kind::Enricher(details) = &mut self.0.kind {
            details.outside = false;
        }
        self
    }

    /// The rule counts whatever a source does, and so accuses whoever does much: the host gives its alerts a low severity at most, and
    /// leaves them out where the role of the source explains them. The operator can switch that off.
    #[must_use]
    pub fn counts_everything(self) -> Self {
        self.parameter(Parameter::boolean(
            "counts_everything",
            true,
            "It counts whatever a source does: its alerts have a low severity at most, and are left out where the source's role explains them",
        ))
    }

    /// The rule counts connections: the host leaves out what it says of the resolvers of this host. The operator can switch that off.
    #[must_use]
    pub fn counts_connections(self) -> Self {
        self.parameter(Parameter::boolean(
            "counts_connections",
            true,
            "It counts connections: its alerts about the resolvers of this host are left out",
        ))
    }

    /// Something that can be tuned.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.0.parameters.push(parameter);
        self
    }

    /// Asks to read columns of `events` or `alerts`.
    #[must_use]
    pub fn reads(mut self, table: &str, columns: &[&str]) -> Self {
        self.0.requests.push(Request::Table(TableRequest { table: table.into(), columns: texts(columns) }));
        self
    }

    /// Asks to ask DNS: record types, and a name, `*.` and a name, or `*`.
    #[must_use]
    pub fn asks_dns(mut self, types: &[&str], names: &str) -> Self {
        self.0.requests.push(Request::Dns(DnsRequest { types: texts(types), names: names.into() }));
        self
    }

    /// Asks to run a program with arguments of this template.
    #[must_use]
    pub fn runs(mut self, program: &str, arguments: &[&str]) -> Self {
        self.0.requests.push(Request::Exec(ExecRequest { program: program.into(), arguments: texts(arguments) }));
        self
    }

    /// Asks to talk to a server, perhaps with a secret that the host adds.
    #[must_use]
    pub fn talks_to(mut self, methods: &[&str], server: &str, secret: Option<&str>) -> Self {
        self.0.requests.push(http(methods, server, secret));
        self
    }

    /// Asks to read the files of a named directory.
    #[must_use]
    pub fn reads_files(mut self, directory: &str) -> Self {
        self.0.requests.push(Request::Files(directory.into()));
        self
    }

    /// Asks for a store of its own of so many bytes.
    #[must_use]
    pub fn keeps_state(mut self, bytes: u32) -> Self {
        self.0.requests.push(Request::State(bytes));
        self
    }
}

/// The request to talk to a server.
pub(crate) fn http(methods: &[&str], server: &str, secret: Option<&str>) -> Request {
    Request::Http(HttpRequest { methods: texts(methods), server: server.into(), secret: secret.map(Into::into) })
}

pub(crate) fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.into()).collect()
}

impl From<Description> for description::Description {
    fn from(description: Description) -> Self {
        description.0
    }
}

impl Parameter {
    fn new(name: &str, r#type: ParameterType, meaning: &str) -> Self {
        Self { name: name.into(), type_: r#type, meaning: meaning.into() }
    }

    /// A switch.
    #[must_use]
    pub fn boolean(name: &str, default: bool, meaning: &str) -> Self {
        Self::new(name, ParameterType::Boolean(default), meaning)
    }

    /// A whole number within bounds.
    #[must_use]
    pub fn integer(name: &str, default: i64, bounds: RangeInclusive<i64>, meaning: &str) -> Self {
        let (minimum, maximum) = bounds.into_inner();
        Self::new(name, ParameterType::Integer(IntegerRange { default, minimum, maximum }), meaning)
    }

    /// A real number within bounds.
    #[must_use]
    pub fn real(name: &str, default: f64, bounds: RangeInclusive<f64>, meaning: &str) -> Self {
        let (minimum, maximum) = bounds.into_inner();
        Self::new(name, ParameterType::Real(RealRange { default, minimum, maximum }), meaning)
    }

    /// One of a few words; the first is the default.
    ///
    /// # Panics
    /// Without an option.
    #[must_use]
    pub fn choice(name: &str, options: &[&str], meaning: &str) -> Self {
        let options = texts(options);
        Self::new(name, ParameterType::Choice(Choice { default: options[0].clone(), options }), meaning)
    }
}

impl Parameter {
    /// A line of text.
    #[must_use]
    pub fn line(name: &str, default: &str, maximum: u32, meaning: &str) -> Self {
        Self::new(name, ParameterType::Line(Line { default: default.into(), maximum }), meaning)
    }
}

/// The values of the described parameters.
#[derive(Clone, Debug)]
pub struct Arguments(Vec<Argument>);

impl Arguments {
    #[doc(hidden)]
    #[must_use]
    pub fn new(arguments: Vec<Argument>) -> Self {
        Self(arguments)
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|argument| argument.name == name).map(|argument| &argument.value)
    }

    /// The value of a switch.
    ///
    /// # Errors
    /// When no such parameter was described.
    pub fn boolean(&self, name: &str) -> Result<bool, Error> {
        match self.get(name) {
            Some(Value::Boolean(value)) => Ok(*value),
            other => Err(missing(name, "boolean", other)),
        }
    }

    /// The value of a whole number.
    ///
    /// # Errors
    /// When no such parameter was described.
    pub fn integer(&self, name: &str) -> Result<i64, Error> {
        match self.get(name) {
            Some(Value::Integer(value)) => Ok(*value),
            other => Err(missing(name, "integer", other)),
        }
    }

    /// The value of a real number.
    ///
    /// # Errors
    /// When no such parameter was described.
    pub fn real(&self, name: &str) -> Result<f64, Error> {
        match self.get(name) {
            Some(Value::Real(value)) => Ok(*value),
            other => Err(missing(name, "real", other)),
        }
    }

    /// The word chosen, or the line of text.
    ///
    /// # Errors
    /// When no such parameter was described.
    pub fn text(&self, name: &str) -> Result<&str, Error> {
        match self.get(name) {
            Some(Value::Text(value)) => Ok(value),
            other => Err(missing(name, "text", other)),
        }
    }
}

fn missing(name: &str, expected: &str, found: Option<&Value>) -> Error {
    Error::InvalidParameter(match found {
        None => format!("parameter `{name}` is not described"),
        Some(value) => format!("parameter `{name}` is not of type {expected}: {value:?}"),
    })
}
