//! The plugins that are in the program: used where nobody names a folder and there is none, and written out by `net-scout plugin extract`.

use std::path::Path;
use std::thread;

use super::runtime;
use crate::config::Config;
use crate::output::Terminal;
use crate::{exit, output};
use net_scout_plugin_host::{Packed, extract as extract_to, unpacked, unpacked_before};
use net_scout_standard::{NAME, PLUGINS};

/// They.
const STANDARD: Packed = Packed { name: NAME, files: PLUGINS };

/// The configuration with a plugin folder: where none is named and there is none, that of the standard plugins, which is made once.
///
/// # Errors
/// When it cannot be made.
pub fn or_standard(mut config: Config) -> anyhow::Result<Config> {
    if config.names_plugins() || is_there(&config.plugins) {
        return Ok(config);
    }
    let options = config.plugin_options();
    // On a thread of its own: a service that reads its configuration again is in a runtime already.
    let unpack = || anyhow::Ok(runtime()?.block_on(unpacked(STANDARD, &options, &Terminal))?);
    let folder = thread::scope(|scope| scope.spawn(unpack).join());
    config.values.plugins = folder.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    Ok(config)
}

/// The configuration for who only wants to know what there is: with the standard plugins where they were used before.
#[must_use]
pub fn if_there(mut config: Config) -> Config {
    if !config.names_plugins() && !is_there(&config.plugins) {
        config.values.plugins = unpacked_before(STANDARD, &config.plugin_options()).unwrap_or(config.values.plugins);
    }
    config
}

/// Whether something has that name, also where this user may not look.
fn is_there(path: &Path) -> bool {
    !path.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

/// Writes them into a new folder.
///
/// # Errors
/// When the folder is there, or cannot be written.
pub fn extract(config: &Config, folder: &Path) -> anyhow::Result<u8> {
    runtime()?.block_on(extract_to(STANDARD, folder, &config.plugin_options(), &Terminal))?;
    let shown = folder.display();
    output::note(&format_args!("{shown} has {} plugins, approved; use them with --plugins {shown}", PLUGINS.len()));
    Ok(exit::SUCCESS)
}
