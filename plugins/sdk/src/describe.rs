//! What a rule says of itself, and the arguments that come back for its parameters.

use std::ops::RangeInclusive;

use crate::alert::Error;
use crate::bindings::net_scout::plugin::description::{
    self, Choice, IntegerRange, Kind, Parameter, ParameterType, RealRange, Request, TableRequest,
};
use crate::bindings::net_scout::plugin::detection::Argument;
use crate::bindings::net_scout::plugin::types::Value;

/// A plugin's description, built step by step.
#[derive(Clone, Debug)]
pub struct Description(description::Description);

impl Description {
    /// A rule with its name, its version and what it detects in one sentence.
    #[must_use]
    pub fn rule(name: &str, version: &str, summary: &str) -> Self {
        Self(description::Description {
            name: name.into(),
            version: version.into(),
            kind: Kind::Rule,
            summary: summary.into(),
            alert_types: Vec::new(),
            parameters: Vec::new(),
            requests: Vec::new(),
        })
    }

    /// A type of alert that the rule may raise.
    #[must_use]
    pub fn alert_type(mut self, alert_type: &str) -> Self {
        self.0.alert_types.push(alert_type.into());
        self
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
        let columns = columns.iter().map(|&column| column.into()).collect();
        self.0.requests.push(Request::Table(TableRequest { table: table.into(), columns }));
        self
    }
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
        let options: Vec<String> = options.iter().map(|&option| option.into()).collect();
        Self::new(name, ParameterType::Choice(Choice { default: options[0].clone(), options }), meaning)
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

    /// The word chosen.
    ///
    /// # Errors
    /// When no such parameter was described.
    pub fn choice(&self, name: &str) -> Result<&str, Error> {
        match self.get(name) {
            Some(Value::Text(value)) => Ok(value),
            other => Err(missing(name, "choice", other)),
        }
    }
}

fn missing(name: &str, expected: &str, found: Option<&Value>) -> Error {
    Error::InvalidParameter(match found {
        None => format!("parameter `{name}` is not described"),
        Some(value) => format!("parameter `{name}` is not of type {expected}: {value:?}"),
    })
}
