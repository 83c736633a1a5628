//! `[[receiver]]` and `[[route]]` of the configuration file: who is told of alerts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::Config;
use super::file::ConfigFile;
use super::tree::{Node, Table, Value};
use crate::exit::UsageError;
use net_scout_model::{Secrets, plain};
use net_scout_notify::{Notify, Receiver, Surroundings, Vault, WrittenEntry, WrittenPlugin, read};
use net_scout_serve::notifier::PluginReceiver;
use net_scout_serve::schedule::Schedule;

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
    /// Fails where reports go to nobody, or to a receiver that is not there.
    pub(super) fn check_report(&self) -> Result<(), UsageError> {
        let wrong = |key: &str, what: &str| {
            let setting = self.settings.iter().find(|(known, _)| known.name == key);
            Err(setting.map_or_else(|| UsageError(what.to_owned()), |(_, setting)| setting.wrong(key, what)))
        };
        if self.schedule_report != Schedule::Off && self.report_to.is_empty() {
            return wrong("schedule.report", "reports go to nobody; name receivers: [report] to = [\"NAME\"]");
        }
        match self.report_to.iter().find(|name| !self.notify.receivers.contains_key(*name)) {
            None => Ok(()),
            Some(unknown) => {
                wrong("report.to", &format!("there is no receiver `{}`; there are {}", plain(unknown, 100), self.notify.names()))
            }
        }
    }

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
