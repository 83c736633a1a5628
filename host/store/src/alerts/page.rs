//! The order in which alerts are listed, and where a page begins.

use serde_json::{Value, json};

use super::search::{Columns, Conditions};
use net_scout_model::{hex, not, unhex};
use rusqlite::types::{Value as SqlValue, ValueRef};

/// In which order alerts are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AlertOrder {
    /// Those first that were last raised.
    #[default]
    Raised,
    /// The newest first.
    Created,
    /// The highest score first.
    Score,
    /// The most severe first.
    Severity,
    /// The highest number first.
    Id,
}

impl AlertOrder {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Raised, Self::Created, Self::Score, Self::Severity, Self::Id];

    /// As written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Created => "created",
            Self::Score => "score",
            Self::Severity => "severity",
            Self::Id => "id",
        }
    }

    /// What alerts are put in order by, both from high to low; then by their numbers. Without its `Z`, which sorts behind the point of a
    /// fraction, a time sorts as a text.
    pub(super) fn keys(self, columns: &Columns<'_>) -> [String; 2] {
        let raised = format!("rtrim({}, 'Z')", columns.raised());
        let score = columns.score().to_owned();
        match self {
            Self::Raised => [raised, score],
            Self::Created => ["rtrim(created_at, 'Z')".to_owned(), score],
            Self::Score => [score, raised],
            Self::Severity => [columns.severity(), score],
            Self::Id => ["id".to_owned(), "0".to_owned()],
        }
    }
}

/// The place behind an alert of a list, from where the next page goes on. It stays that place when alerts come and go.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertCursor {
    order: AlertOrder,
    keys: [Value; 2],
    id: i64,
}

impl AlertCursor {
    /// Behind a row with these keys; none where they cannot be written.
    pub(super) fn behind(order: AlertOrder, keys: [ValueRef<'_>; 2], id: i64) -> Option<Self> {
        let key = |value: ValueRef<'_>| match value {
            ValueRef::Text(text) => std::str::from_utf8(text).ok().map(Value::from),
            ValueRef::Integer(number) => Some(number.into()),
            _ => None,
        };
        let [first, second] = keys;
        Some(Self { order, keys: [key(first)?, key(second)?], id })
    }

    /// Leaves only what is behind it.
    pub(super) fn narrow(&self, conditions: &mut Conditions, keys: &[String; 2]) {
        let mut bind = |value: &Value| {
            conditions.bind(match value {
                Value::String(text) => SqlValue::from(text.clone()),
                other => SqlValue::from(other.as_i64().unwrap_or_default()),
            })
        };
        let (first, second, id) = (bind(&self.keys[0]), bind(&self.keys[1]), bind(&self.id.into()));
        let [one, two] = keys;
        conditions.add(format!(
            "(({one}) < {first} OR (({one}) = {first} AND (({two}) < {second} OR (({two}) = {second} AND id > {id}))))"
        ));
    }

    /// Reads one that a list in this order gave.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, order: AlertOrder) -> Result<Self, String> {
        let read = || {
            let value: Value = serde_json::from_slice(&unhex(text)?).ok()?;
            let [Value::String(name), first, second, id] = value.as_array()?.as_slice() else { return None };
            let is_key = |key: &Value| key.is_string() || key.is_i64();
            let keys = [first, second].into_iter().all(is_key).then(|| [first.clone(), second.clone()])?;
            Some((name.clone(), keys, id.as_i64()?))
        };
        let (name, keys, id) = read().ok_or_else(|| not(text, "the end of a page, which a list with --limit shows"))?;
        if name != order.name() {
            return Err(format!("it is of a list that is sorted by {name}; add --sort {name}, or leave it out"));
        }
        Ok(Self { order, keys, id })
    }
}

impl std::fmt::Display for AlertCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [first, second] = &self.keys;
        f.write_str(&hex(json!([self.order.name(), first, second, self.id]).to_string().as_bytes()))
    }
}
