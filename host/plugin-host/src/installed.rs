//! The plugins of a folder, loaded as the operator configured it. The use case that comes before every scan and every lookup.
//!
//! It says which files were refused; [`LoadedPlugins::rules`] and [`LoadedPlugins::enrichers`] give what is left what it was granted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::artifact::Artifact;
use crate::cache::CodeCache;
use crate::engine::PluginEngine;
use crate::error::{LoadError, PluginError};
use crate::load::{PluginLimits, Plugins, load_file, load_folder};
use crate::lock::{LOCK, Lock, LockError, read_lock};
use crate::ownership;
use net_scout_model::nearest;
use net_scout_model::{Request, Secrets, Sink, UsageError, Written, WrittenParameters, parse_switch, plain};

/// The parameters that every enricher has: whether it runs, and whether it may be asked about private addresses.
pub(crate) const ENABLED: &str = "enabled";
pub(crate) const PRIVATE: &str = "private";
/// The parameters that every notifier has, beside whether it runs: the variable with its secret, and what it is told.
pub(crate) const SECRET: &str = "secret";
pub(crate) const FIELDS: &str = "fields";
/// What to do about a folder without plugins.
const HINT: &str = "name the folder with --plugins, or leave it out for the standard ones in the program";

/// Which plugins, and what they are given.
#[derive(Clone, Debug, Default)]
pub struct PluginOptions {
    /// Their folder.
    pub folder: PathBuf,
    /// Whether the operator named it. One that was found because the program was started beside it must be the operator's own.
    pub is_named: bool,
    /// Fail when the plugins are not what the lock says.
    pub locked: bool,
    /// Where compiled plugins are kept.
    pub cache_dir: Option<PathBuf>,
    /// What one call of a plugin may use.
    pub limits: PluginLimits,
    /// The directories whose files plugins may be granted, by name.
    pub directories: BTreeMap<String, PathBuf>,
    /// What the host may add to requests that are granted with a secret.
    pub secrets: Secrets,
    /// What plugins are granted, beside what was approved.
    pub grants: BTreeMap<String, Vec<Request>>,
    /// What is set for the parameters of plugins.
    pub parameters: WrittenParameters,
}

/// Plugins that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PluginsError {
    /// What the operator wrote makes no sense.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The lock cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A setting of an enricher is wrong.
    #[error(transparent)]
    Enricher(#[from] PluginError),
    /// A setting of a notifier is wrong, or it was not granted all that it requests.
    #[error("notifier {plugin} does not run: {error}")]
    Setting {
        /// The notifier.
        plugin: String,
        /// Why.
        error: PluginError,
    },
    /// Others can write the folder.
    #[error("the plugin folder {folder} is not used: {folder} {reason}; look at it, then {advice}")]
    Untrusted {
        /// The folder.
        folder: String,
        /// Who can write it.
        reason: String,
        /// What to do.
        advice: String,
    },
    /// The folder cannot be read.
    #[error("the plugin folder {folder} cannot be read; {HINT}")]
    Unreadable {
        /// The folder.
        folder: String,
        /// Why.
        source: std::io::Error,
    },
    /// There is nothing in the folder.
    #[error("there is no plugin (*.wasm) in {0}; {HINT}")]
    Empty(String),
    /// The plugins are not what the lock says.
    #[error("{folder} is not what {LOCK} says: {}", drift.join("; "))]
    Drift {
        /// The folder.
        folder: String,
        /// What differs.
        drift: Vec<String>,
    },
    /// A file was refused.
    #[error("{file} {error}")]
    Refused {
        /// The file.
        file: String,
        /// Why.
        error: String,
    },
    /// The lock cannot be written.
    #[error(transparent)]
    NotWritten(std::io::Error),
    /// The plugins of the program cannot be written.
    #[error("the standard plugins cannot be written to {folder}; name a folder with --plugins DIR")]
    NotUnpacked {
        /// The folder.
        folder: String,
        /// Why.
        source: std::io::Error,
    },
    /// This machine cannot run compiled guests.
    #[error("{0}")]
    Engine(String),
    /// A rule that was named was refused.
    #[error("{0}")]
    DoesNotRun(String),
    /// An enricher that was named is one of the files that were refused.
    #[error("enricher {0} was not loaded")]
    NotLoaded(String),
    /// No enricher may run.
    #[error("no enricher in {0} may run")]
    NoEnricher(String),
}

impl PluginsError {
    /// Whether the operator wrote what makes no sense, and nothing was done.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Usage(_))
    }
}

impl PluginOptions {
    /// What compiles and runs these plugins. A service keeps it from one load to the next.
    ///
    /// # Errors
    /// When this machine cannot run compiled guests.
    pub fn engine(&self, sink: &dyn Sink) -> Result<PluginEngine, PluginsError> {
        let wait = sink.wait();
        let announce = move |file: &str, size: usize| {
            wait(&format_args!("compiling {file} ({} MiB), which is kept for the next time", size >> 20));
        };
        let cache = CodeCache::new(self.cache_dir.as_deref());
        PluginEngine::new(cache, self.limits.common.stack, announce).map_err(|error| PluginsError::Engine(format!("{error:#}")))
    }

    /// The lock of the folder.
    ///
    /// # Errors
    /// When it cannot be read, or it or its folder may be somebody else's.
    pub fn lock(&self) -> Result<Lock, PluginsError> {
        Ok(read_lock(&self.folder, &self.owners()?)?)
    }

    /// What is set for the parameters of a plugin, as it is written.
    #[must_use]
    pub fn texts(&self, name: &str) -> BTreeMap<String, String> {
        let set = self.parameters.get(name).into_iter().flatten();
        set.map(|(parameter, written)| (parameter.clone(), written.text.clone())).collect()
    }

    /// Whether an enricher may be asked about private addresses.
    #[must_use]
    pub fn is_private(&self, name: &str) -> bool {
        let set = self.parameters.get(name).and_then(|set| set.get(PRIVATE));
        set.is_some_and(|written| parse_switch(&written.text) == Some(true))
    }

    /// What a plugin was granted: in the configuration, and by approval.
    pub(crate) fn granted(&self, lock: &Lock, artifact: &Artifact, name: &str) -> Vec<Request> {
        let mut granted = self.grants.get(name).cloned().unwrap_or_default();
        granted.extend_from_slice(lock.granted(name, &artifact.sha256));
        granted
    }

    /// Who may own what is in the folder.
    fn owners(&self) -> Result<Vec<u32>, PluginsError> {
        ownership::owners(&self.folder, self.is_named).map_err(|reason| {
            let folder = self.folder.display().to_string();
            let advice = if self.is_named { format!("`chmod o-w {folder}`") } else { format!("name it with --plugins {folder}") };
            PluginsError::Untrusted { folder, reason: reason.to_string(), advice }
        })
    }
}

/// The plugins of a folder, as far as they may be loaded, and its lock.
pub struct LoadedPlugins {
    /// The plugins.
    pub plugins: Plugins,
    /// The lock.
    pub lock: Lock,
}

/// Loads the plugins of the folder, but for those that its lock knows in another form; the sink hears of each file that is refused.
///
/// # Errors
/// When the folder cannot be read or has no plugin, its lock cannot be read, or `locked` and anything is not as the lock has it.
pub async fn load_plugins(options: &PluginOptions, sink: &dyn Sink) -> Result<LoadedPlugins, PluginsError> {
    let lock = options.lock()?;
    load_approved(&options.engine(sink)?, options, lock, sink).await
}

/// The same with an engine that is there, for a service that loads its plugins again.
///
/// # Errors
/// As [`load_plugins`].
pub async fn load_plugins_with(
    engine: &PluginEngine,
    options: &PluginOptions,
    sink: &dyn Sink,
) -> Result<LoadedPlugins, PluginsError> {
    load_approved(engine, options, options.lock()?, sink).await
}

async fn load_approved(
    engine: &PluginEngine,
    options: &PluginOptions,
    lock: Lock,
    sink: &dyn Sink,
) -> Result<LoadedPlugins, PluginsError> {
    let plugins = folder(engine, options, &lock).await?;
    for refused in &plugins.refused {
        sink.warn(&format_args!("plugin {} {}", refused.file, refused.error));
    }
    known_parameters(&options.parameters, &plugins)?;
    if options.locked {
        let drift = drift(&plugins, &lock);
        if !drift.is_empty() {
            return Err(PluginsError::Drift { folder: options.folder.display().to_string(), drift });
        }
    }
    Ok(LoadedPlugins { plugins, lock })
}

/// Fails where the command line sets a parameter of a plugin that is not there. One that was refused may be meant: then nothing is known.
fn known_parameters(parameters: &WrittenParameters, plugins: &Plugins) -> Result<(), UsageError> {
    let names: Vec<&str> = plugins.each().map(|(_, description)| description.name.as_str()).collect();
    let is_unknown = |name: &String| !names.contains(&name.as_str());
    let unknown = parameters.iter().find(|(name, set)| is_unknown(name) && set.values().any(Written::is_flag));
    match unknown {
        Some((name, _)) if plugins.refused.is_empty() => {
            let meant =
                nearest(name, names.iter().copied()).map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"));
            Err(UsageError(format!("--set: there is no plugin `{}`{meant}; there are {}", plain(name, 100), names.join(", "))))
        }
        _ => Ok(()),
    }
}

/// Loads every plugin of the folder, whatever its lock says.
///
/// # Errors
/// When the folder cannot be read or has no plugin.
pub async fn load_all(options: &PluginOptions, sink: &dyn Sink) -> Result<Plugins, PluginsError> {
    folder(&options.engine(sink)?, options, &Lock::default()).await
}

/// Loads the plugin of one file, whatever any lock says.
///
/// # Errors
/// When it is not a plugin.
pub async fn load_one(options: &PluginOptions, path: &Path, sink: &dyn Sink) -> Result<Plugins, PluginsError> {
    let loaded = load_file(&options.engine(sink)?, path, &options.limits).await;
    let refused = |error: LoadError| PluginsError::Refused { file: path.display().to_string(), error: error.to_string() };
    loaded.map_err(refused)
}

async fn folder(engine: &PluginEngine, options: &PluginOptions, lock: &Lock) -> Result<Plugins, PluginsError> {
    let folder = || options.folder.display().to_string();
    let plugins = load_folder(engine, &options.folder, &options.limits, lock, &options.owners()?)
        .await
        .map_err(|source| PluginsError::Unreadable { folder: folder(), source })?;
    if plugins.each().next().is_none() && plugins.refused.is_empty() {
        return Err(PluginsError::Empty(folder()));
    }
    Ok(plugins)
}

/// What is not as the lock has it.
fn drift(plugins: &Plugins, lock: &Lock) -> Vec<String> {
    let mut drift: Vec<String> = plugins.refused.iter().map(|refused| format!("{} {}", refused.file, refused.error)).collect();
    for (artifact, description) in plugins.each() {
        let (file, name) = (&artifact.file, &description.name);
        match lock.approval(name) {
            None => drift.push(format!("{file} ({name}) was not approved; run `net-scout plugin approve {name}`")),
            Some(approval) if !approval.file.is_empty() && approval.file != *file => {
                drift.push(format!("{name} was approved as {} and is now {file}", approval.file));
            }
            Some(_) => {}
        }
    }
    let there = |name: &str| plugins.each().any(|(_, description)| description.name == name);
    let refused = |file: &str| plugins.refused.iter().any(|refused| refused.file == file);
    for approval in lock.approvals().filter(|approval| !there(&approval.name) && !refused(&approval.file)) {
        let name = &approval.name;
        drift.push(format!("{} ({name}) is missing; put it back, or run `net-scout plugin revoke {name}`", approval.file));
    }
    drift
}

#[cfg(test)]
mod tests {
    use net_scout_model::{Message, Messages};

    use super::*;

    fn wait<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime").block_on(future)
    }

    fn options(folder: &Path) -> PluginOptions {
        PluginOptions { folder: folder.to_owned(), is_named: true, ..PluginOptions::default() }
    }

    #[test]
    fn a_folder_without_plugins_says_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let (empty, sink) = (options(folder.path()), Messages::default());
        let error = wait(load_plugins(&empty, &sink)).err().expect("nothing there");
        assert_eq!(error.to_string(), format!("there is no plugin (*.wasm) in {}; {HINT}", folder.path().display()));
        let missing = options(&folder.path().join("missing"));
        let error = wait(load_plugins(&missing, &sink)).err().expect("not there");
        assert!(error.to_string().ends_with(&format!("missing cannot be read; {HINT}")) && !error.is_usage(), "{error}");
        assert_eq!(sink.take(), []);
    }

    #[test]
    fn what_is_refused_is_told_and_is_a_drift_from_the_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.wasm"), "text").expect("a file");
        let lock = "[[plugin]]\nname = 'gone'\nfile = 'gone.wasm'\nversion = '1.0.0'\nsha256 = '00'\nimports = []\n";
        std::fs::write(folder.path().join(LOCK), lock).expect("a lock");
        let sink = Messages::default();
        let loaded = wait(load_plugins(&options(folder.path()), &sink)).expect("loaded");
        assert_eq!((loaded.plugins.refused.len(), loaded.lock.approvals().count()), (1, 1));
        let refused = "a.wasm is not a WebAssembly file: its first bytes are not those of one";
        assert_eq!(sink.take(), [Message::Warning(format!("plugin {refused}"))]);
        let locked = PluginOptions { locked: true, ..options(folder.path()) };
        let error = wait(load_plugins(&locked, &sink)).err().expect("a drift");
        let missing = "gone.wasm (gone) is missing; put it back, or run `net-scout plugin revoke gone`";
        assert_eq!(error.to_string(), format!("{} is not what {LOCK} says: {refused}; {missing}", folder.path().display()));
    }

    #[test]
    fn a_folder_that_everybody_can_write_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).expect("permissions");
        let error = options(folder.path()).lock().expect_err("not trusted").to_string();
        let path = folder.path().display();
        let expected =
            format!("the plugin folder {path} is not used: {path} everybody can write; look at it, then `chmod o-w {path}`");
        assert_eq!(error, expected);
    }
}
