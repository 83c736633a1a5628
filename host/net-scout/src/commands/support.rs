//! `net-scout support`: an archive for whoever is asked for help.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::{not_the_database, runtime};
use crate::config::Config;
use crate::exit::UsageError;
use crate::{exit, output};
use net_scout_doctor::{SupportRequest, support};
use net_scout_model::Timestamp;

/// Writes the archive into a new file, for this user alone.
///
/// # Errors
/// When the file is there already or cannot be written.
pub fn run(config: &Config, wrong: Option<&anyhow::Error>, file: Option<&Path>, now: Timestamp) -> anyhow::Result<u8> {
    let usual = || PathBuf::from(format!("net-scout-support-{}.tar.gz", now.seconds().replace(':', "")));
    let path = file.map_or_else(usual, Path::to_owned);
    not_the_database(config, "--output", &path)?;
    let shown = path.display().to_string();
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(|error| {
        UsageError(format!("--output: {shown} cannot be made: {error}; name a file that is not there, in a folder that is"))
    })?;
    let installation = config.installation(wrong);
    let request = SupportRequest {
        installation: &installation,
        settings: settings(config),
        variables: std::env::vars_os()
            .filter_map(|(name, _)| name.into_string().ok())
            .filter(|name| name.starts_with("NET_SCOUT_") || name.starts_with("PDNS_"))
            .collect(),
        secrets: config.secrets.clone(),
        credentials: std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from),
        log: config.log_file.clone(),
    };
    let runtime = runtime()?;
    let archive = runtime.block_on(support(&request, now))?;
    runtime.shutdown_background();
    out.write_all(&archive.bytes)?;
    out.sync_all()?;
    for (name, length) in &archive.files {
        output::note(&format_args!("{name}, {length} bytes"));
    }
    output::note(&format_args!("{shown} is written; look at it before you send it: tar xzf {shown}"));
    Ok(exit::SUCCESS)
}

/// Every setting: name, value, and where it came from.
fn settings(config: &Config) -> Vec<(String, String, String)> {
    let of_keys =
        config.settings.iter().map(|(key, setting)| (key.name.to_owned(), setting.text.clone(), setting.source.to_string()));
    let of_plugins = config.parameters.iter().flat_map(|(plugin, set)| {
        set.iter().map(move |(name, setting)| (format!("{plugin}.{name}"), setting.text.clone(), setting.source.to_string()))
    });
    of_keys.chain(of_plugins).collect()
}
