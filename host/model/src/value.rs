//! Scalars.

/// One scalar: a bound parameter, an argument of a rule, a piece of evidence.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// A signed 64-bit integer.
    Integer(i64),
    /// A double.
    Real(f64),
    /// UTF-8 text.
    Text(String),
}

impl Value {
    /// About how many bytes it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            _ => size_of::<u64>(),
        }
    }
}

impl From<Value> for serde_json::Value {
    /// Not a number and the infinities become null, as JSON has no word for them.
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Boolean(value) => value.into(),
            Value::Integer(value) => value.into(),
            Value::Real(value) => value.into(),
            Value::Text(value) => value.into(),
        }
    }
}

impl From<&serde_json::Value> for Value {
    /// What is no scalar becomes null.
    fn from(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Bool(value) => Self::Boolean(*value),
            serde_json::Value::String(text) => Self::Text(text.clone()),
            other => other.as_i64().map(Self::Integer).or_else(|| other.as_f64().map(Self::Real)).unwrap_or(Self::Null),
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Real(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}
