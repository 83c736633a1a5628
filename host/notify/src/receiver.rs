//! Receivers: each kind reads its own table, and hands messages over in its own form.

mod exec;
mod file;
mod guard;
mod mail;
mod mqtt;
mod plugin;
mod syslog;
mod tls;
mod webhook;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::message::Receiver;
use super::secret::Vault;
use guard::Guard;
use net_scout_model::{not, plain};
pub use plugin::WrittenPlugin;

/// Receivers by name; why one cannot be used.
pub type Receivers = BTreeMap<String, Result<Arc<dyn Receiver>, String>>;

/// What receivers are told of the rest of the program.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The database: no receiver may write to its files.
    pub database: PathBuf,
}

/// The kinds.
const KINDS: [&str; 15] = [
    "webhook",
    "ntfy",
    "slack",
    "discord",
    "telegram",
    "teams",
    "mattermost",
    "gotify",
    "pushover",
    "mail",
    "file",
    "exec",
    "syslog",
    "mqtt",
    "plugin",
];

/// A receiver as it is written.
pub(crate) enum Written {
    Webhook(webhook::Written),
    Mail(mail::Written),
    File(file::Written),
    Exec(exec::Written),
    Syslog(syslog::Written),
    Mqtt(mqtt::Written),
    Plugin(WrittenPlugin),
}

impl Written {
    /// Reads what a receiver of this kind may say.
    pub(crate) fn read(kind: &str, table: Map<String, Value>) -> Result<Self, String> {
        match kind {
            "mail" => mail::Written::read(table).map(Self::Mail),
            "file" => file::Written::read(table).map(Self::File),
            "exec" => exec::Written::read(table).map(Self::Exec),
            "syslog" => syslog::Written::read(table).map(Self::Syslog),
            "mqtt" => mqtt::Written::read(table).map(Self::Mqtt),
            "plugin" => WrittenPlugin::read(table).map(Self::Plugin),
            kind if KINDS.contains(&kind) => webhook::Written::read(kind, table).map(Self::Webhook),
            kind => Err(format!("kind: {}", not(kind, format_args!("one of {}", KINDS.join(", "))))),
        }
    }
}

/// Makes a receiver; the inner error says which secret is missing.
pub(crate) fn build(
    written: &Written,
    vault: &Vault,
    around: &Surroundings,
) -> Result<Result<Arc<dyn Receiver>, String>, String> {
    let mut secrets = Vec::new();
    let inner: Result<Arc<dyn Receiver>, String> = match written {
        Written::Webhook(written) => written.build(vault, &mut secrets)?,
        Written::Mail(written) => written.build(vault, &mut secrets)?,
        Written::File(written) => Ok(written.build(around)?),
        Written::Exec(written) => Ok(written.build()),
        Written::Syslog(written) => written.build(),
        Written::Mqtt(written) => written.build(vault, &mut secrets)?,
        // Until whoever runs plugins puts one in its place.
        Written::Plugin(written) => Err(format!("the notifier {} is not loaded here", plain(&written.plugin, 100))),
    };
    Ok(inner.map(|inner| Arc::new(Guard { inner, secrets }) as Arc<dyn Receiver>))
}

/// Reads what is left of a table when its secrets are taken out. A secret that stands there is an error that does not show it.
fn rest<T: DeserializeOwned>(table: Map<String, Value>, secrets: &[&str]) -> Result<T, String> {
    if let Some(key) = secrets.iter().find(|key| table.contains_key(**key)) {
        return Err(format!("`{key}` does not belong in this file; write {key}_env or {key}_credential, which name where it is"));
    }
    serde_json::from_value(Value::Object(table)).map_err(|error| error.to_string())
}
