//! `[[receiver]]` and `[[route]]` of the configuration file: who is told of alerts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::Config;
use super::file::ConfigFile;
use super::tree::{Node, Table, Value};
use crate::exit::UsageError;
use net_scout_model::Secrets;
use net_scout_notify::{Notify, Receiver, Surroundings, Vault, WrittenEntry, WrittenPlugin, read};
use net_scout_serve::notifier::PluginReceiver;

/// The names of the entries.
pub(super) const RECEIVER: &str = "receiver";
pub(super) const ROUTE: &str = "route";

/// Reads both, and finds the secrets of receivers.
///
/// # Errors
/// When one is wrong. The error names its line.
pub(super) fn notify(file: Option<&ConfigFile>, environment: Secrets, database: &Path) -> Result<Notify, UsageError> {
    let entries = |name| file.map_or(Ok(Vec::new()), |file| file.entries(name));
    let (receivers, routes) = (entries(RECEIVER)?, entries(ROUTE)?);
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let around = Surroundings { database: database.to_owned() };
    read(&receivers, &routes, &Vault { environment, credentials }, &around).map_err(|error| UsageError(error.to_string()))
}

impl Config {
    /// A receiver that is a plugin.
    pub(super) fn plugin_receiver(&self, written: &WrittenPlugin) -> Result<Arc<dyn Receiver>, String> {
        let local_networks = self.local_networks.clone().unwrap_or_default();
        let receiver = PluginReceiver::new(written, self.enrich_options(), self.plugin_options(), local_networks)?;
        Ok(Arc::new(receiver))
    }
}

/// The tables of a list of tables.
///
/// # Errors
/// When it is something else.
pub(super) fn tables(path: &Path, name: &str, node: &Node) -> Result<Vec<WrittenEntry>, UsageError> {
    let Value::List(entries) = &node.value else { return Err(node.wrong(path, &format!("write [[{name}]] before each entry"))) };
    let entry = |entry: &Node| {
        let table = entry.table().ok_or_else(|| entry.wrong(path, &format!("write [[{name}]] before each entry")))?;
        Ok(WrittenEntry { table: object(table), from: format!("{}:{}", path.display(), entry.line) })
    };
    entries.iter().map(entry).collect()
}

fn object(table: &Table) -> Map<String, Json> {
    table.iter().map(|(key, node)| (key.clone(), json(&node.value))).collect()
}

fn json(value: &Value) -> Json {
    match value {
        Value::Text(text) | Value::Date(text) => Json::from(text.as_str()),
        Value::Number(text) => {
            text.parse::<i64>().map(Json::from).or_else(|_| text.parse::<f64>().map(Json::from)).unwrap_or_default()
        }
        Value::Boolean(value) => Json::from(*value),
        Value::List(list) => list.iter().map(|node| json(&node.value)).collect(),
        Value::Table(table) => Json::Object(object(table)),
    }
}
