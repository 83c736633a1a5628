//! `plugins.lock` in the plugin folder: what was granted to which component, by its SHA-256. A changed file has lost its grants.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

use super::enricher::UngrantedEnricher;
use crate::model::Request;

/// The name of the file.
const NAME: &str = "plugins.lock";

/// The grants of a plugin folder.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    #[serde(default)]
    plugin: Vec<Entry>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    sha256: String,
    grants: Grants,
}

/// The lines of each capability.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "BTreeMap<String, Vec<String>>")]
struct Grants(Vec<Request>);

impl TryFrom<BTreeMap<String, Vec<String>>> for Grants {
    type Error = String;

    fn try_from(lines: BTreeMap<String, Vec<String>>) -> Result<Self, String> {
        let lines = lines.iter().flat_map(|(capability, lines)| lines.iter().map(move |line| (capability, line)));
        let parse = |(capability, line): (&String, &String)| {
            Request::parse(capability, line).map_err(|error| format!("the grant {capability} `{line}` {error}"))
        };
        lines.map(parse).collect::<Result<_, _>>().map(Self)
    }
}

/// A lock file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}; remove it and approve the plugins again")]
pub struct LockError {
    path: String,
    reason: String,
}

/// Reads the lock of a plugin folder; empty where there is none.
///
/// # Errors
/// When there is one that cannot be read.
pub fn read_lock(folder: &Path) -> Result<Lock, LockError> {
    let path = folder.join(NAME);
    let error = |reason: String| LockError { path: path.display().to_string(), reason };
    match std::fs::read_to_string(&path) {
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => Ok(Lock::default()),
        Err(unreadable) => Err(error(unreadable.to_string())),
        Ok(text) => toml::from_str(&text).map_err(|wrong| error(wrong.to_string())),
    }
}

impl Lock {
    /// What was granted to the component with this name and hash.
    pub fn granted(&self, name: &str, hash: &str) -> Vec<Request> {
        let entries = self.plugin.iter().filter(|entry| entry.name == name && entry.sha256 == hash);
        entries.flat_map(|entry| entry.grants.0.clone()).collect()
    }

    /// Grants a component all that it requests, in place of what a component of its name was granted before.
    pub fn approve(&mut self, enricher: &UngrantedEnricher) {
        self.plugin.retain(|entry| entry.name != enricher.description.name);
        self.plugin.push(Entry {
            name: enricher.description.name.clone(),
            sha256: enricher.hash.clone(),
            grants: Grants(enricher.description.requests.clone()),
        });
        self.plugin.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// Writes the lock of a plugin folder, whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        let mut text = String::from("# What `net-scout plugin approve` granted. A changed component has lost its grants.\n");
        for Entry { name, sha256, grants } in &self.plugin {
            let _ = write!(text, "\n[[plugin]]\nname = \"{name}\"\nsha256 = \"{sha256}\"\n\n[plugin.grants]\n");
            for (capability, lines) in Request::lines(&grants.0.iter().collect::<Vec<_>>()) {
                let _ = writeln!(text, "{capability} = [{}]", lines.join(", "));
            }
        }
        let temporary = folder.join(format!("{NAME}.{}.new", std::process::id()));
        std::fs::write(&temporary, text)?;
        std::fs::rename(temporary, folder.join(NAME))
    }
}
