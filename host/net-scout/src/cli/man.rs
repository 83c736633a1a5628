//! The manual pages, made of what `--help` says.

use std::path::Path;

use anyhow::Context as _;
use clap::Command;

use crate::exit;

/// Writes a page for each command into the folder.
///
/// # Errors
/// When the folder cannot be made or written.
pub(super) fn write(command: Command, folder: &Path) -> anyhow::Result<u8> {
    let to = || format!("the manual pages cannot be written to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(to)?;
    clap_mangen::generate_to(command.disable_help_subcommand(true), folder).with_context(to)?;
    Ok(exit::SUCCESS)
}
