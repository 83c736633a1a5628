//! Loads plugins for a command and reports those that were refused; gives enrichers what they were granted.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use crate::config::{Config, Setting, Source};
use crate::exit::UsageError;
use crate::output;
use net_scout_model::{Request, SWITCH, parse_switch, plain};
use net_scout_plugin_host::capability::files::unconfigured;
use net_scout_plugin_host::ownership;
use net_scout_plugin_host::{
    Artifact, CodeCache, Enricher, LOCK, Lock, PluginEngine, Plugins, UngrantedEnricher, load_file, load_folder, read_lock,
};

/// The parameters that every enricher has: whether it runs, and whether it may be asked about private addresses.
const ENABLED: &str = "enabled";
const PRIVATE: &str = "private";
/// What to do about a folder without plugins.
const HINT: &str = "name the folder with --plugins, or build the standard ones with `cargo xtask guests`";

/// An enricher that may run.
pub(super) struct Approved {
    /// The enricher.
    pub(super) enricher: Arc<Enricher>,
    /// Whether it may be asked about private addresses.
    pub(super) private: bool,
}

/// The plugins of the configured folder, as far as they may be loaded, and its lock.
///
/// # Errors
/// When the folder cannot be read or has no plugin, its lock cannot be read, or `locked` and anything is not as the lock has it.
pub(super) async fn load(config: &Config, locked: bool) -> anyhow::Result<(Plugins, Lock)> {
    let lock = lock(config)?;
    let plugins = folder(config, &lock).await?;
    for refused in &plugins.refused {
        output::warning(&format_args!("plugin {} {}", refused.file, refused.error));
    }
    known_parameters(config, &plugins)?;
    if locked {
        let drift = drift(&plugins, &lock);
        if !drift.is_empty() {
            anyhow::bail!("{} is not what {LOCK} says: {}", config.plugins.display(), drift.join("; "));
        }
    }
    Ok((plugins, lock))
}

/// Fails where the command line sets a parameter of a plugin that is not there. One that was refused may be meant: then nothing is known.
fn known_parameters(config: &Config, plugins: &Plugins) -> Result<(), UsageError> {
    let names: Vec<&str> = plugins.each().map(|(_, description)| description.name.as_str()).collect();
    let is_flag = |set: &BTreeMap<String, Setting>| set.values().any(|setting| matches!(setting.source, Source::Flag(_)));
    let unknown = config.parameters.iter().find(|(name, set)| is_flag(set) && !names.contains(&name.as_str()));
    match unknown {
        Some((name, _)) if plugins.refused.is_empty() => {
            Err(UsageError(format!("--set: there is no plugin `{}`; there are {}", plain(name, 100), names.join(", "))))
        }
        _ => Ok(()),
    }
}

/// Every plugin of the configured folder, whatever its lock says.
///
/// # Errors
/// When the folder cannot be read or has no plugin.
pub(super) async fn load_all(config: &Config) -> anyhow::Result<Plugins> {
    folder(config, &Lock::default()).await
}

/// The plugin of one file, whatever any lock says.
///
/// # Errors
/// When it is no plugin.
pub(super) async fn load_one(config: &Config, path: &Path) -> anyhow::Result<Plugins> {
    let loaded = load_file(&engine(config)?, path, &config.limits).await;
    loaded.map_err(|error| anyhow::anyhow!("{} {error}", path.display()))
}

/// The lock of the configured folder.
///
/// # Errors
/// When it cannot be read, or it or its folder may be somebody else's.
pub(super) fn lock(config: &Config) -> anyhow::Result<Lock> {
    Ok(read_lock(&config.plugins, &owners(config)?)?)
}

/// Who may own what is in the configured folder.
fn owners(config: &Config) -> anyhow::Result<Vec<u32>> {
    let (folder, named) = (&config.plugins, config.names_plugins());
    ownership::owners(folder, named).map_err(|reason| {
        let folder = folder.display();
        let advice = if named { format!("`chmod o-w {folder}`") } else { format!("name it with --plugins {folder}") };
        anyhow::anyhow!("the plugin folder {folder} is not used: {folder} {reason}; look at it, then {advice}")
    })
}

async fn folder(config: &Config, lock: &Lock) -> anyhow::Result<Plugins> {
    let folder = config.plugins.display();
    let plugins = load_folder(&engine(config)?, &config.plugins, &config.limits, lock, &owners(config)?)
        .await
        .with_context(|| format!("the plugin folder {folder} cannot be read; {HINT}"))?;
    if plugins.rules.is_empty() && plugins.enrichers.is_empty() && plugins.refused.is_empty() {
        anyhow::bail!("there is no plugin (*.wasm) in {folder}; {HINT}");
    }
    Ok(plugins)
}

fn engine(config: &Config) -> anyhow::Result<PluginEngine> {
    let announce = |file: &str, size: usize| {
        // For someone who waits; nobody else needs to know.
        if std::io::stderr().is_terminal() {
            output::note(&format_args!("compiling {file} ({} MiB), which is kept for the next time", size >> 20));
        }
    };
    let cache = CodeCache::new(config.cache_dir.as_deref());
    PluginEngine::new(cache, config.limits.common.stack, announce).map_err(|error| anyhow::anyhow!("{error:#}"))
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

/// The enrichers that may run, only those that are named if any is, and whether one was refused.
///
/// # Errors
/// When one is named that is not there, a setting is wrong, or none may run.
pub(super) async fn approved(config: &Config, only: &[String], locked: bool) -> anyhow::Result<(Vec<Approved>, bool)> {
    let (Plugins { enrichers, refused, .. }, lock) = load(config, locked).await?;
    let mut failed = !refused.is_empty();
    let there = |name: &str| enrichers.iter().any(|enricher| enricher.description.name == name);
    if let Some(name) = only.iter().find(|name| failed && !there(name)) {
        anyhow::bail!("enricher {name} was not loaded");
    }
    if let Some(name) = only.iter().find(|name| !enrichers.iter().any(|enricher| enricher.description.name == **name)) {
        let names: Vec<&str> = enrichers.iter().map(|enricher| enricher.description.name.as_str()).collect();
        return Err(UsageError(format!("there is no enricher `{name}`; there are {}", names.join(", "))).into());
    }
    let mut approved = Vec::new();
    for enricher in enrichers {
        let (name, file) = (enricher.description.name.clone(), enricher.artifact.file.clone());
        if !only.is_empty() && !only.contains(&name) {
            continue;
        }
        let Some((set, private)) = settings(config, &enricher)? else { continue };
        if let Some(request) = enricher.unset(&set)? {
            if only.contains(&name) {
                let text =
                    format!("enricher {name} is off until the parameter in its request `{request}` is set in [enrichers.{name}]");
                return Err(UsageError(text).into());
            }
            tracing::info!("enricher {name} is off: the parameter in its request `{request}` is not set");
            continue;
        }
        if let Some(directory) = enricher.description.unconfigured(&config.directories) {
            let reason = format!("enricher {name} is off: {}", unconfigured(directory));
            if only.contains(&name) {
                return Err(UsageError(reason).into());
            }
            tracing::info!("{reason}");
            continue;
        }
        if let Some(secret) = enricher.without_secret(&config.secrets) {
            if only.contains(&name) {
                return Err(UsageError(format!("enricher {name} is off until {secret} is set in the environment")).into());
            }
            tracing::info!("enricher {name} is off: {secret} is not set in the environment");
            continue;
        }
        let granted = granted(config, &lock, &enricher.artifact, &name);
        match enricher.grant(&set, &granted) {
            Ok(enricher) => approved.push(Approved { enricher: Arc::new(enricher), private }),
            Err(error) => {
                failed = true;
                output::warning(&format_args!("enricher {name} ({file}) does not run: {error}"));
            }
        }
    }
    if approved.is_empty() {
        anyhow::bail!("no enricher in {} may run", config.plugins.display());
    }
    Ok((approved, failed))
}

/// What a plugin was granted: in the configuration, and by approval.
fn granted(config: &Config, lock: &Lock, artifact: &Artifact, name: &str) -> Vec<Request> {
    let mut granted = config.grants.get(name).cloned().unwrap_or_default();
    granted.extend_from_slice(lock.granted(name, &artifact.sha256));
    granted
}

/// A rule that does not run.
pub(super) struct Off {
    /// Its name.
    pub(super) name: String,
    /// Why not.
    pub(super) reason: String,
    /// Whether it was refused what it asks for.
    pub(super) refused: bool,
}

/// Gives rules what they were granted. Takes out those that ask for a directory that is not configured, and gives these; and those that
/// were not granted all that they ask for, which are reported.
pub(super) fn grant_rules(config: &Config, plugins: &mut Plugins, lock: &Lock) -> Vec<Off> {
    let mut off = Vec::new();
    for rule in std::mem::take(&mut plugins.rules) {
        let (name, file) = (rule.description.name.clone(), rule.artifact.file.clone());
        if let Some(directory) = rule.description.unconfigured(&config.directories) {
            let reason = format!("rule {name} is off: {}", unconfigured(directory));
            tracing::info!("{reason}");
            off.push(Off { name, reason, refused: false });
            continue;
        }
        let granted = granted(config, lock, &rule.artifact, &name);
        match rule.grant(&granted) {
            Ok(rule) => plugins.rules.push(rule),
            Err(error) => {
                output::warning(&format_args!("rule {name} ({file}) does not run: {error}"));
                off.push(Off { reason: format!("rule {name} does not run: {error}"), name, refused: true });
            }
        }
    }
    off
}

/// What is set for the parameters of a plugin, as it is written.
pub(super) fn texts(config: &Config, name: &str) -> BTreeMap<String, String> {
    let set = config.parameters.get(name).into_iter().flatten();
    set.map(|(parameter, setting)| (parameter.clone(), setting.text.clone())).collect()
}

/// Whether an enricher may be asked about private addresses.
pub(super) fn is_private(config: &Config, name: &str) -> bool {
    let set = texts(config, name);
    set.get(PRIVATE).is_some_and(|text| parse_switch(text) == Some(true))
}

/// What is set for the parameters of an enricher, and whether it may be asked about private addresses; none where it is switched off.
fn settings(config: &Config, enricher: &UngrantedEnricher) -> anyhow::Result<Option<(BTreeMap<String, String>, bool)>> {
    let name = &enricher.description.name;
    let (mut set, mut enabled, mut private) = (BTreeMap::new(), true, false);
    for (parameter, setting) in config.parameters.get(name).into_iter().flatten() {
        let switch = || {
            let wrong =
                || format!("{name}.{parameter} (from {}): `{}` is not {SWITCH}", setting.source, plain(&setting.text, 100));
            parse_switch(&setting.text).ok_or_else(|| UsageError(wrong()))
        };
        match parameter.as_str() {
            ENABLED => enabled = switch()?,
            PRIVATE => private = switch()?,
            _ => {
                let known = &enricher.description.parameters;
                let Some(described) = known.iter().find(|described| described.name == *parameter) else {
                    let names: Vec<&str> =
                        [ENABLED, PRIVATE].into_iter().chain(known.iter().map(|known| known.name.as_str())).collect();
                    let text = format!(
                        "enricher {name} has no parameter `{parameter}` (from {}); it has {}",
                        setting.source,
                        names.join(", ")
                    );
                    return Err(UsageError(text).into());
                };
                described
                    .parse(&setting.text)
                    .map_err(|error| UsageError(format!("{name}.{parameter} (from {}): {error}", setting.source)))?;
                set.insert(parameter.clone(), setting.text.clone());
            }
        }
    }
    Ok(enabled.then_some((set, private)))
}
