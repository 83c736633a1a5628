//! Approving plugins: what each of those that were named is and asks for, and the consent that is kept in the lock. Nothing of a plugin
//! runs but `describe`, without any capability.

use std::collections::BTreeMap;
use std::path::Path;

use crate::artifact::Artifact;
use crate::installed::{PluginOptions, PluginsError, load_all, load_one};
use crate::load::{Plugins, Refused};
use crate::lock::Lock;
use net_scout_model::{Description, Kind, Limits, Sink, UsageError};

/// How a plugin stands with the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is the one that was approved.
    Approved,
    /// It is not the one that was approved.
    Changed,
    /// It is a rule that asks for nothing that must be granted.
    NeedsNone,
    /// It was not approved.
    NotApproved,
}

impl Standing {
    /// Of a plugin.
    #[must_use]
    pub fn of(lock: &Lock, artifact: &Artifact, description: &Description) -> Self {
        match (lock.approval(&description.name), &description.kind) {
            (Some(approval), _) if approval.sha256 == artifact.sha256 => Self::Approved,
            (Some(_), _) => Self::Changed,
            (None, Kind::Rule { .. }) if description.missing(&[]).is_empty() => Self::NeedsNone,
            (None, _) => Self::NotApproved,
        }
    }

    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Changed => "changed since approval",
            Self::NeedsNone => "runs without approval",
            Self::NotApproved => "not approved",
        }
    }
}

/// Plugins that were named by the path of a file, by name, or by the name of a file of the folder.
#[derive(Default)]
pub struct NamedPlugins {
    by_path: BTreeMap<String, Plugins>,
    folder: Option<Plugins>,
}

impl NamedPlugins {
    /// Loads what is needed to know these plugins, and all of the folder where none is named.
    ///
    /// # Errors
    /// When one of them is not there.
    pub async fn load(options: &PluginOptions, names: &[String], sink: &dyn Sink) -> Result<Self, PluginsError> {
        let mut named = Self::default();
        if names.is_empty() {
            named.folder = Some(load_all(options, sink).await?);
        }
        for name in names {
            let path = Path::new(name);
            let is_path = path.components().count() > 1 || path.extension().is_some_and(|extension| extension == "wasm");
            if is_path && path.is_file() {
                named.by_path.insert(name.clone(), load_one(options, path, sink).await?);
            } else if named.folder.is_none() {
                named.folder = Some(load_all(options, sink).await?);
            }
            named.get(options, name)?;
        }
        Ok(named)
    }

    /// A plugin that was named.
    ///
    /// # Errors
    /// When it is not there.
    pub fn get(&self, options: &PluginOptions, name: &str) -> Result<(&Artifact, &Description), PluginsError> {
        let plugins = self.by_path.get(name);
        let mut all = plugins.or(self.folder.as_ref()).into_iter().flat_map(Plugins::each);
        if let Some(found) = all.find(|(artifact, known)| plugins.is_some() || known.name == name || artifact.file == name) {
            return Ok(found);
        }
        match self.refused().iter().find(|refused| refused.file == name) {
            Some(refused) => Err(PluginsError::Refused { file: refused.file.clone(), error: refused.error.to_string() }),
            None => {
                let folder = options.folder.display();
                Err(UsageError(format!("there is no plugin `{name}` in {folder}, and no such file")).into())
            }
        }
    }

    /// All plugins of the folder, where it was loaded.
    pub fn each(&self) -> impl Iterator<Item = (&Artifact, &Description)> {
        self.folder.iter().flat_map(Plugins::each)
    }

    /// The files of the folder that were refused, where it was loaded.
    #[must_use]
    pub fn refused(&self) -> &[Refused] {
        self.folder.as_ref().map_or(&[], |folder| &folder.refused)
    }
}

/// A plugin to be approved.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// Its file.
    pub artifact: Artifact,
    /// What it says of itself.
    pub description: Description,
    /// How it differs from the one that was approved under its name, if it does.
    pub difference: Option<String>,
}

/// Approvals that are being asked for.
pub struct Approvals {
    /// The plugins, each of which takes an [`Self::approve`].
    pub proposals: Vec<Proposal>,
    /// The files of the folder that were refused.
    pub refused: bool,
    options: PluginOptions,
    lock: Lock,
    limits: BTreeMap<String, String>,
}

impl Approvals {
    /// Proposes the plugins that are named, by name or by file, or all of the plugin folder, with these limits for each. Nothing is approved.
    ///
    /// # Errors
    /// When one is not there, or a limit does not take its value.
    pub async fn propose(
        options: &PluginOptions,
        names: &[String],
        limits: BTreeMap<String, String>,
        sink: &dyn Sink,
    ) -> Result<Self, PluginsError> {
        for (limit, value) in &limits {
            Limits::default().set_own(limit, value).map_err(|wrong| UsageError(format!("--limit {limit}: {wrong}")))?;
        }
        let lock = options.lock()?;
        let named = NamedPlugins::load(options, names, sink).await?;
        let found: Vec<_> = match names {
            [] => named.each().collect(),
            names => names.iter().map(|name| named.get(options, name)).collect::<Result<_, _>>()?,
        };
        let refused = if names.is_empty() { named.refused() } else { &[] };
        for refused in refused {
            sink.warn(&format_args!("plugin {} {}", refused.file, refused.error));
        }
        let proposals = found.into_iter().map(|(artifact, description)| proposal(&lock, artifact, description)).collect();
        Ok(Self { proposals, refused: !refused.is_empty(), options: options.clone(), lock, limits })
    }

    /// Whether one of the proposals is approved already, with these limits.
    #[must_use]
    pub fn is_approved(&self, proposal: &Proposal) -> bool {
        let mut approved = self.lock.clone();
        approved.approve(&proposal.artifact, &proposal.description, self.limits.clone());
        self.lock.approval(&proposal.description.name).is_some() && approved == self.lock
    }

    /// Approves one of the proposals, and writes the lock.
    ///
    /// # Errors
    /// When the lock cannot be written.
    pub fn approve(&mut self, proposal: &Proposal) -> Result<(), PluginsError> {
        self.lock.approve(&proposal.artifact, &proposal.description, self.limits.clone());
        self.lock.write(&self.options.folder).map_err(PluginsError::NotWritten)
    }
}

fn proposal(lock: &Lock, artifact: &Artifact, description: &Description) -> Proposal {
    let changed = lock.approval(&description.name).filter(|before| before.sha256 != artifact.sha256);
    let difference = changed.map(|before| before.difference(artifact, description));
    Proposal { artifact: artifact.clone(), description: description.clone(), difference }
}

/// Takes the approval of plugins back, by name: of all of them, or of none.
///
/// # Errors
/// When one was not approved, or the lock cannot be written.
pub fn revoke(options: &PluginOptions, names: &[String]) -> Result<(), PluginsError> {
    let mut lock = options.lock()?;
    for name in names {
        if !lock.revoke(name) {
            let known: Vec<&str> = lock.approvals().map(|approval| approval.name.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(UsageError(format!("{name} was not approved; approved are {known}")).into());
        }
    }
    lock.write(&options.folder).map_err(PluginsError::NotWritten)
}

#[cfg(test)]
mod tests {
    use net_scout_model::Messages;

    use super::*;
    use crate::read_lock;

    fn artifact(sha256: &str) -> Artifact {
        Artifact { file: "a.wasm".to_owned(), size: 1, sha256: sha256.to_owned(), imports: Vec::new() }
    }

    fn rule(requests: Vec<net_scout_model::Request>) -> Description {
        Description {
            name: "a".to_owned(),
            version: "1.0.0".to_owned(),
            summary: String::new(),
            kind: Kind::Rule { alert_types: vec!["a".to_owned()], history_seconds: 0 },
            parameters: Vec::new(),
            requests,
        }
    }

    #[test]
    fn standings() {
        let (mut lock, description) = (Lock::default(), rule(Vec::new()));
        assert_eq!(Standing::of(&lock, &artifact("00"), &description).name(), "runs without approval");
        let files = net_scout_model::Request::parse("files", "lists").expect("a request");
        assert_eq!(Standing::of(&lock, &artifact("00"), &rule(vec![files])), Standing::NotApproved);
        lock.approve(&artifact("00"), &description, BTreeMap::new());
        assert_eq!(Standing::of(&lock, &artifact("00"), &description), Standing::Approved);
        assert_eq!(Standing::of(&lock, &artifact("01"), &description), Standing::Changed);
    }

    #[test]
    fn a_proposal_is_approved_once_and_again_where_it_differs() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = PluginOptions { folder: folder.path().to_owned(), is_named: true, ..PluginOptions::default() };
        let (description, limits) = (rule(Vec::new()), BTreeMap::from([("cpu_seconds".to_owned(), "2".to_owned())]));
        let approvals = |lock: &Lock, limits: &BTreeMap<String, String>| Approvals {
            proposals: Vec::new(),
            refused: false,
            options: options.clone(),
            lock: lock.clone(),
            limits: limits.clone(),
        };
        let first = proposal(&Lock::default(), &artifact("00"), &description);
        let mut asked = approvals(&Lock::default(), &limits);
        assert!(!asked.is_approved(&first) && first.difference.is_none());
        asked.approve(&first).expect("approved");
        assert!(asked.is_approved(&first));
        let lock = read_lock(folder.path(), &[]).expect("a lock");
        assert!(approvals(&lock, &limits).is_approved(&first));
        assert!(!approvals(&lock, &BTreeMap::new()).is_approved(&first), "other limits");
        let changed = proposal(&lock, &artifact("01"), &description);
        assert!(!approvals(&lock, &limits).is_approved(&changed));
        assert!(changed.difference.expect("changed").contains("SHA-256 00 is now 01"));

        let error = revoke(&options, &["a".to_owned(), "b".to_owned()]).expect_err("b is not there");
        assert_eq!((error.to_string().as_str(), error.is_usage()), ("b was not approved; approved are none", true));
        assert_eq!(read_lock(folder.path(), &[]).expect("a lock"), lock, "nothing was written");
        revoke(&options, &["a".to_owned()]).expect("revoked");
        assert_eq!(read_lock(folder.path(), &[]).expect("a lock"), Lock::default());
    }

    #[tokio::test]
    async fn what_is_named_must_be_there() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.wasm"), "text").expect("a file");
        let options = PluginOptions { folder: folder.path().to_owned(), is_named: true, ..PluginOptions::default() };
        let sink = Messages::default();
        let propose = async |name: &str| {
            Approvals::propose(&options, &[name.to_owned()], BTreeMap::new(), &sink).await.err().expect("not there")
        };
        let error = propose("b").await;
        let expected = format!("there is no plugin `b` in {}, and no such file", folder.path().display());
        assert_eq!((error.to_string(), error.is_usage()), (expected, true));
        let error = propose("a.wasm").await;
        assert_eq!(error.to_string(), "a.wasm is not a WebAssembly file: its first bytes are not those of one");
        let limits = BTreeMap::from([("speed".to_owned(), "2".to_owned())]);
        let error = Approvals::propose(&options, &[], limits, &sink).await.err().expect("no such limit");
        assert!(error.is_usage() && error.to_string().starts_with("--limit speed: "), "{error}");
        let approvals = Approvals::propose(&options, &[], BTreeMap::new(), &sink).await.expect("what there is");
        assert!(approvals.refused && approvals.proposals.is_empty() && sink.take().len() == 1);
    }
}
