//! The log: on standard error, or at the end of a file.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::filter::LevelFilter;

use super::Safe;

/// Starts the log at a level of the configuration. Its times are those of the machine.
///
/// # Errors
/// When the file cannot be opened.
pub fn start_log(level: &str, file: Option<&Path>) -> io::Result<()> {
    let level: LevelFilter = level.parse().unwrap_or(LevelFilter::WARN);
    let builder = tracing_subscriber::fmt().with_max_level(level).with_target(false).with_ansi(false);
    // A log that was started before goes on: there is one in a process.
    let _started = match file {
        Some(path) => {
            let file = OpenOptions::new().append(true).create(true).open(path)?;
            builder.with_writer(Mutex::new(Safe::new(file))).try_init()
        }
        None => builder.without_time().with_writer(|| Safe::new(io::stderr())).try_init(),
    };
    Ok(())
}
