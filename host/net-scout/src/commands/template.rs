//! `net-scout config --template`: a configuration file to begin with.

use std::io::Write;

use crate::config::template;
use crate::{exit, output};

/// Writes a file with every key, its meaning and its default, each as a comment: as it stands it changes nothing.
///
/// # Errors
/// When standard output cannot be written.
pub fn run() -> anyhow::Result<u8> {
    output::stdout().write_all(template().as_bytes())?;
    Ok(exit::SUCCESS)
}
