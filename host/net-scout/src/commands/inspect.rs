//! `net-scout plugin list` and `inspect`: what plugins are, what they ask for and what they were given. Nothing of a plugin runs but
//! `describe`, without any capability.

use std::collections::BTreeMap;
use std::io::Write as _;

use super::terminal_width;
use crate::config::Config;
use crate::output::{Format, Terminal};
use crate::{exit, output};
use net_scout_plugin_host::capability::files::unconfigured;
use net_scout_plugin_host::{NamedPlugins, Standing, load_all};

/// Lists the plugins of the folder.
///
/// # Errors
/// When the folder or its lock cannot be read.
pub fn list(config: &Config, format: Format) -> anyhow::Result<u8> {
    let options = config.plugin_options();
    let lock = options.lock()?;
    let plugins = super::runtime()?.block_on(load_all(&options, &Terminal))?;
    output::write_plugins(&mut output::stdout(), &plugins, &lock, format, terminal_width(format))?;
    Ok(if plugins.refused.is_empty() { exit::SUCCESS } else { exit::PLUGIN_FAILED })
}

/// Shows one plugin, by name or by file.
///
/// # Errors
/// When it is not there, or is no plugin.
pub fn inspect(config: &Config, name: &str) -> anyhow::Result<u8> {
    let options = config.plugin_options();
    let lock = options.lock()?;
    let found = super::runtime()?.block_on(NamedPlugins::load(&options, &[name.to_owned()], &Terminal))?;
    let (artifact, description) = found.get(&options, name)?;
    let (approval, nothing) = (lock.approval(&description.name), BTreeMap::new());
    let limits = approval.map_or(&nothing, |approval| &approval.limits);
    let mut out = output::stdout();
    writeln!(out, "{}", output::plugin_text(&options, artifact, description, limits))?;
    writeln!(out, "  status: {}", Standing::of(&lock, artifact, description).name())?;
    if let Some(directory) = description.unconfigured(&config.directories) {
        writeln!(out, "  it is off: {}", unconfigured(directory))?;
    }
    if let Some(approval) = approval.filter(|approval| approval.sha256 != artifact.sha256) {
        writeln!(out, "  {} {}", artifact.file, approval.difference(artifact, description))?;
    }
    Ok(exit::SUCCESS)
}
