//! Loads plugins for a command and reports those that were refused; gives enrichers what they were granted.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;

use crate::capability::files::unconfigured;
use crate::config::Config;
use crate::exit::UsageError;
use crate::model::Request;
use crate::output;
use crate::plugin::{CodeCache, Enricher, PluginEngine, Plugins, UngrantedEnricher, load_folder, read_lock};

/// The parameters that every enricher has: whether it runs, and whether it may be asked about private addresses.
const ENABLED: &str = "enabled";
const PRIVATE: &str = "private";

/// An enricher that may run.
pub(super) struct Approved {
    /// The enricher.
    pub(super) enricher: Arc<Enricher>,
    /// Whether it may be asked about private addresses.
    pub(super) private: bool,
}

/// Loads the plugins of the configured folder.
///
/// # Errors
/// When the folder cannot be read or has no plugin.
pub(super) async fn load(config: &Config) -> anyhow::Result<Plugins> {
    let folder = config.plugins.display();
    let hint = "name the folder with --plugins, or build the standard ones with `cargo xtask guests`";
    let engine = PluginEngine::new(CodeCache::new(config.cache_dir.as_deref())).map_err(|error| anyhow::anyhow!("{error:#}"))?;
    let plugins = load_folder(&engine, &config.plugins, &config.limits)
        .await
        .with_context(|| format!("the plugin folder {folder} cannot be read; {hint}"))?;
    if plugins.rules.is_empty() && plugins.enrichers.is_empty() && plugins.refused.is_empty() {
        anyhow::bail!("there is no plugin (*.wasm) in {folder}; {hint}");
    }
    for refused in &plugins.refused {
        output::warning(&format_args!("plugin {} {}", refused.file, refused.error));
    }
    Ok(plugins)
}

/// The enrichers of the folder, and whether a plugin was refused.
///
/// # Errors
/// As [`load`].
pub(super) async fn loaded(config: &Config) -> anyhow::Result<(Vec<UngrantedEnricher>, bool)> {
    let plugins = load(config).await?;
    Ok((plugins.enrichers, !plugins.refused.is_empty()))
}

/// The enrichers that may run, only those that are named if any is, and whether one was refused.
///
/// # Errors
/// When one is named that is not there, a setting is wrong, or none may run.
pub(super) async fn approved(config: &Config, only: &[String]) -> anyhow::Result<(Vec<Approved>, bool)> {
    let (enrichers, mut failed) = loaded(config).await?;
    if let Some(name) = only.iter().find(|name| !enrichers.iter().any(|enricher| enricher.description.name == **name)) {
        let names: Vec<&str> = enrichers.iter().map(|enricher| enricher.description.name.as_str()).collect();
        return Err(UsageError(format!("there is no enricher `{name}`; there are {}", names.join(", "))).into());
    }
    let lock = read_lock(&config.plugins)?;
    let mut approved = Vec::new();
    for enricher in enrichers {
        let (name, file) = (enricher.description.name.clone(), enricher.file.clone());
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
        if let Some(directory) = enricher.unconfigured(&config.directories) {
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
        let mut granted: Vec<Request> = config.grants.get(&name).cloned().unwrap_or_default();
        granted.extend(lock.granted(&name, &enricher.hash).iter().cloned());
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

/// What is set for the parameters of an enricher, and whether it may be asked about private addresses; none where it is switched off.
fn settings(config: &Config, enricher: &UngrantedEnricher) -> anyhow::Result<Option<(BTreeMap<String, String>, bool)>> {
    let name = &enricher.description.name;
    let (mut set, mut enabled, mut private) = (BTreeMap::new(), true, false);
    for (parameter, setting) in config.parameters.get(name).into_iter().flatten() {
        let switch = || match setting.text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            other => Err(UsageError(format!("{name}.{parameter} (from {}): `{other}` is not true or false", setting.source))),
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
