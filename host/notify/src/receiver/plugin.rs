//! `plugin`: a notifier that is a sandboxed component. It is loaded and run elsewhere; here is only what is written of it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::rest;

/// A receiver that is a plugin, as it is written.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenPlugin {
    /// The name of the notifier.
    pub plugin: String,
    /// The variable with its secret, in place of the one that the notifier names.
    pub secret_env: Option<String>,
    /// The fields that it is told, of those that it was granted.
    pub fields: Option<Vec<String>>,
    /// What is set for its parameters, beside what `[notifiers.PLUGIN]` sets.
    #[serde(default)]
    pub set: BTreeMap<String, Value>,
}

impl WrittenPlugin {
    pub(super) fn read(table: Map<String, Value>) -> Result<Self, String> {
        rest(table, &["secret"])
    }
}
