//! `plugins.lock` in the plugin folder: what was approved, by the SHA-256 of its file, with what it imports, what it was granted and what it
//! may use. A component that is not the one that was approved has lost its approval.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::artifact::{Artifact, open_regular};
use super::error::LoadError;
use crate::ownership::{self, NewFile};
use net_scout_model::{Description, Limits, Request};

/// The name of the file.
pub const LOCK: &str = "plugins.lock";
/// The largest file that is read, in bytes.
const LARGEST: u64 = 4 << 20;
/// How much of a hash is shown, in characters.
const SHORT: usize = 12;
/// What the file begins with.
const PREAMBLE: &str = "# What `net-scout plugin approve` approved. A component that changed since is refused.\n\n";

/// The approvals of a plugin folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    #[serde(default, rename = "plugin")]
    plugins: Vec<Approval>,
}

/// One component that was approved.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The plugin's name.
    pub name: String,
    /// The file that it was in; empty in a lock that was written before files were.
    #[serde(default)]
    pub file: String,
    /// The plugin's version.
    #[serde(default)]
    pub version: String,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// What the component imports.
    #[serde(default)]
    pub imports: Vec<String>,
    /// What it is granted.
    #[serde(default)]
    pub grants: Grants,
    /// What is set for its limits.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, String>,
}

/// The lines of each capability.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "BTreeMap<String, Vec<String>>", into = "BTreeMap<String, Vec<String>>")]
pub struct Grants(pub Vec<Request>);

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

impl From<Grants> for BTreeMap<String, Vec<String>> {
    fn from(grants: Grants) -> Self {
        let mut lines = Self::new();
        for request in grants.0 {
            lines.entry(request.capability().to_owned()).or_default().push(request.to_string());
        }
        lines
    }
}

/// A lock file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}; remove it and approve the plugins again")]
pub struct LockError {
    path: String,
    reason: String,
}

/// Reads the lock of a plugin folder; empty where there is none. `owners` may own it besides this user and root.
///
/// # Errors
/// When there is one that cannot be read, or that others can write.
pub fn read_lock(folder: &Path, owners: &[u32]) -> Result<Lock, LockError> {
    let path = folder.join(LOCK);
    let error = |reason: String| LockError { path: path.display().to_string(), reason };
    let (file, size) = match open_regular(&path) {
        // Whoever reads the folder says what is wrong with it.
        Err(LoadError::Unreadable(missing)) if matches!(missing.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Lock::default());
        }
        Err(unreadable) => return Err(error(unreadable.to_string())),
        Ok(opened) => opened,
    };
    if size > LARGEST {
        return Err(error(format!("has {size} bytes, more than {LARGEST}")));
    }
    let metadata = file.metadata().map_err(|unreadable| error(unreadable.to_string()))?;
    ownership::check_file(&metadata, owners).map_err(|reason| error(format!("it {reason}, so it grants nothing")))?;
    let mut text = String::new();
    file.take(LARGEST).read_to_string(&mut text).map_err(|unreadable| error(unreadable.to_string()))?;
    Lock::parse(&text).map_err(error)
}

impl Lock {
    /// Reads the text of a lock.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lock: Self = toml::from_str(text).map_err(|wrong| wrong.to_string())?;
        for (index, approval) in lock.plugins.iter().enumerate() {
            let Approval { name, limits, .. } = approval;
            if lock.plugins[..index].iter().any(|other| other.name == *name) {
                return Err(format!("plugin {name} occurs twice"));
            }
            for (limit, value) in limits {
                Limits::default().set_own(limit, value).map_err(|wrong| format!("plugin {name}: limit {limit}: {wrong}"))?;
            }
        }
        Ok(lock)
    }

    /// The text of the lock.
    ///
    /// # Errors
    /// When it cannot be written as TOML.
    pub fn text(&self) -> Result<String, toml::ser::Error> {
        Ok(PREAMBLE.to_owned() + &toml::to_string(self)?)
    }

    /// The approvals, by name.
    pub fn approvals(&self) -> impl Iterator<Item = &Approval> {
        self.plugins.iter()
    }

    /// What was approved under a name.
    #[must_use]
    pub fn approval(&self, name: &str) -> Option<&Approval> {
        self.plugins.iter().find(|approval| approval.name == name)
    }

    /// What the component of this name and hash was granted.
    #[must_use]
    pub fn granted(&self, name: &str, sha256: &str) -> &[Request] {
        self.approval(name).filter(|approval| approval.sha256 == sha256).map_or(&[], |approval| &approval.grants.0)
    }

    /// What is set for the limits of a plugin.
    pub(super) fn limits(&self, name: &str) -> &BTreeMap<String, String> {
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        self.approval(name).map_or(&NONE, |approval| &approval.limits)
    }

    /// Whether a component is the one that was approved under its name, if one was.
    pub(super) fn check(&self, artifact: &Artifact, description: &Description) -> Result<(), String> {
        match self.approval(&description.name) {
            Some(approval) if approval.sha256 != artifact.sha256 => Err(approval.difference(artifact, description)),
            _ => Ok(()),
        }
    }

    /// Approves a component with all that it requests, in place of what was approved under its name before.
    pub fn approve(&mut self, artifact: &Artifact, description: &Description, limits: BTreeMap<String, String>) {
        self.revoke(&description.name);
        self.plugins.push(Approval {
            name: description.name.clone(),
            file: artifact.file.clone(),
            version: description.version.clone(),
            sha256: artifact.sha256.clone(),
            imports: artifact.imports.clone(),
            grants: Grants(description.requests.clone()),
            limits,
        });
        self.plugins.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// Takes an approval back. False where there was none.
    pub fn revoke(&mut self, name: &str) -> bool {
        let before = self.plugins.len();
        self.plugins.retain(|approval| approval.name != name);
        self.plugins.len() < before
    }

    /// Writes the lock of a plugin folder, whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        let text = self.text().map_err(std::io::Error::other)?;
        let mut file = NewFile::beside(&folder.join(LOCK))?;
        file.write_all(text.as_bytes())?;
        file.keep_permissions()
    }
}

impl Approval {
    /// How a component differs from the one that was approved, and what to do about it.
    #[must_use]
    pub fn difference(&self, artifact: &Artifact, description: &Description) -> String {
        let short = |hash: &str| hash.chars().take(SHORT).collect::<String>();
        let mut differences = vec![format!("SHA-256 {} is now {}", short(&self.sha256), short(&artifact.sha256))];
        if self.version != description.version {
            differences.push(format!("version {} is now {}", self.version, description.version));
        }
        let requests = |requests: &[Request]| requests.iter().map(Request::line).collect::<Vec<_>>();
        let (then, now) = (requests(&self.grants.0), requests(&description.requests));
        for (verb, then, now) in [("imports", &self.imports, &artifact.imports), ("requests", &then, &now)] {
            differences.extend(now.iter().filter(|item| !then.contains(item)).map(|item| format!("it also {verb} {item}")));
            let no_longer = then.iter().filter(|item| !now.contains(item));
            differences.extend(no_longer.map(|item| format!("it no longer {verb} {item}")));
        }
        let name = &self.name;
        format!(
            "is not the component that was approved as {name}: {}; look at it, then run `net-scout plugin approve {name}`",
            differences.join(", ")
        )
    }
}
