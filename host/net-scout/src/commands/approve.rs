//! `net-scout plugin approve` and `revoke`: shows what a plugin is and asks for, and grants it on consent; takes consent back.

use std::collections::BTreeMap;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

use super::inspect;
use super::plugins;
use crate::config::Config;
use crate::exit::UsageError;
use crate::{exit, output};
use net_scout_model::{Description, Limits};
use net_scout_plugin_host::{Artifact, LOCK, Lock, Plugins};

/// Approves the plugins that are named, by name or by file, or all of the plugin folder, one after another. `limits` is set for each.
///
/// # Errors
/// When one is not there, or consent is neither given nor can be asked for.
pub fn run(config: &Config, names: &[String], limits: &[(String, String)], yes: bool) -> anyhow::Result<u8> {
    for (limit, value) in limits {
        Limits::default().set_own(limit, value).map_err(|wrong| UsageError(format!("--limit {limit}: {wrong}")))?;
    }
    let limits: BTreeMap<String, String> = limits.iter().cloned().collect();
    let mut lock = plugins::lock(config)?;
    if names.is_empty() {
        let plugins = super::runtime()?.block_on(plugins::load_all(config))?;
        for refused in &plugins.refused {
            output::warning(&format_args!("plugin {} {}", refused.file, refused.error));
        }
        for (artifact, description) in plugins.each() {
            approve(config, &mut lock, artifact, description, &limits, yes)?;
        }
        return Ok(if plugins.refused.is_empty() { exit::SUCCESS } else { exit::PLUGIN_FAILED });
    }
    let mut found = Found::default();
    // Nothing is approved while one that is named is not there.
    for name in names {
        found.look_for(config, name)?;
    }
    for name in names {
        let (artifact, description) = found.get(config, name)?;
        approve(config, &mut lock, artifact, description, &limits, yes)?;
    }
    Ok(exit::SUCCESS)
}

/// Plugins that were named by the path of a file, by name, or by the name of a file of the folder.
#[derive(Default)]
pub(super) struct Found {
    by_path: BTreeMap<String, Plugins>,
    folder: Option<Plugins>,
}

impl Found {
    /// Loads what is needed to know a plugin.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn look_for(&mut self, config: &Config, name: &str) -> anyhow::Result<()> {
        let path = Path::new(name);
        let is_path = path.components().count() > 1 || path.extension().is_some_and(|extension| extension == "wasm");
        if is_path && path.is_file() {
            self.by_path.insert(name.to_owned(), super::runtime()?.block_on(plugins::load_one(config, path))?);
        } else if self.folder.is_none() {
            self.folder = Some(super::runtime()?.block_on(plugins::load_all(config))?);
        }
        self.get(config, name).map(drop)
    }

    /// A plugin that was looked for.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn get(&self, config: &Config, name: &str) -> anyhow::Result<(&Artifact, &Description)> {
        let plugins = self.by_path.get(name);
        let mut all = plugins.or(self.folder.as_ref()).into_iter().flat_map(Plugins::each);
        if let Some(found) = all.find(|(artifact, known)| plugins.is_some() || known.name == name || artifact.file == name) {
            return Ok(found);
        }
        let refused = self.folder.iter().flat_map(|folder| &folder.refused).find(|refused| refused.file == name);
        match refused {
            Some(refused) => anyhow::bail!("{} {}", refused.file, refused.error),
            None => {
                let folder = config.plugins.display();
                Err(UsageError(format!("there is no plugin `{name}` in {folder}, and no such file")).into())
            }
        }
    }
}

fn approve(
    config: &Config,
    lock: &mut Lock,
    artifact: &Artifact,
    description: &Description,
    limits: &BTreeMap<String, String>,
    yes: bool,
) -> anyhow::Result<()> {
    let name = &description.name;
    let before = lock.approval(name).cloned();
    let mut approved = lock.clone();
    approved.approve(artifact, description, limits.clone());
    if before.is_some() && approved == *lock {
        output::note(&format_args!("{name} is approved"));
        return Ok(());
    }
    output::note(&inspect::text(config, artifact, description, limits));
    if let Some(before) = before.filter(|before| before.sha256 != artifact.sha256) {
        output::note(&format_args!("  {} {}", artifact.file, before.difference(artifact, description)));
    }
    if !yes && !consent()? {
        output::note(&format_args!("{name} is not approved"));
        return Ok(());
    }
    *lock = approved;
    lock.write(&config.plugins)?;
    output::note(&format_args!("{name} is approved"));
    Ok(())
}

fn consent() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(UsageError("nobody is there to ask; approve with --yes".to_owned()).into());
    }
    let mut err = output::stderr();
    write!(err, "Approve? [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Takes the approval of plugins back, by name.
///
/// # Errors
/// When one was not approved.
pub fn revoke(config: &Config, names: &[String]) -> anyhow::Result<u8> {
    let mut lock = plugins::lock(config)?;
    for name in names {
        if !lock.revoke(name) {
            let known: Vec<&str> = lock.approvals().map(|approval| approval.name.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(UsageError(format!("{name} was not approved; approved are {known}")).into());
        }
    }
    lock.write(&config.plugins)?;
    for name in names {
        output::note(&format_args!("{name} is no longer approved ({})", config.plugins.join(LOCK).display()));
    }
    Ok(exit::SUCCESS)
}
