//! The commands: each composes the parts of the program for one task and says how it ended.

pub mod accounts;
pub mod act;
pub mod alerts;
pub mod allow;
pub mod approve;
pub mod blocklist;
pub mod config;
pub mod doctor;
pub mod egress;
pub mod enable;
pub mod enrich;
pub mod evaluate;
pub mod explain;
pub mod import_logs;
pub mod inspect;
pub mod maintain;
pub mod migrate;
pub mod names;
pub mod new;
pub mod notify;
pub mod outbox;
pub mod past;
pub mod plugin_test;
pub mod replay;
pub mod report;
pub mod scan;
pub mod send;
pub mod serve;
pub mod setup;
pub mod standard;
pub mod stats;
pub mod status;
pub mod summary;
pub mod support;
pub mod template;
mod web;

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Config, cores};
use crate::exit::UsageError;
use crate::output::{stdout, terminal_width};
use net_scout_detect::known::check_queries;
use net_scout_model::Messages;
use net_scout_report::replace_file;

/// Refuses a file that is one of those of the database: were it opened as something else, the database could be destroyed.
///
/// # Errors
/// When it is one.
pub fn not_the_database(config: &Config, what: &str, path: &Path) -> Result<(), UsageError> {
    net_scout_store::not_the_database(&config.db_path, what, path)
}

/// Asks whoever sits at the terminal.
///
/// # Errors
/// When nobody does: with this text.
fn consent(question: &str, nobody: &str) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(UsageError(nobody.to_owned()).into());
    }
    let answer = ask(&format!("{question} [y/N]"))?;
    Ok(matches!(answer.as_deref(), Some("y" | "Y" | "yes")))
}

/// What whoever sits at the terminal answers; none where that is nothing.
fn ask(question: &str) -> anyhow::Result<Option<String>> {
    let mut err = crate::output::stderr();
    write!(err, "{question} ")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty()))
}

/// The name of who runs this program: that of the login, behind sudo that of before; where there is none, as under cron, the number of the user.
fn person() -> String {
    let name =
        ["SUDO_USER", "LOGNAME", "USER"].into_iter().find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty()));
    let number =
        || std::fs::metadata("/proc/self").map_or_else(|_| "unknown".to_owned(), |process| format!("user {}", process.uid()));
    name.unwrap_or_else(number)
}

/// Fails where the filter of a route names a rule or a type that neither a plugin nor a stored alert has: nobody would be told.
async fn check_filters(config: &Config) -> anyhow::Result<()> {
    // What else is to be said of plugins is said where they are used.
    let (database, plugins, sink) = (config.database_options(), config.plugin_options(), Messages::default());
    Ok(check_queries(&database, &plugins, config.notify.filters(), &sink).await?)
}

/// Writes a result that is whole, to a file, which is replaced at once, or to standard output.
fn deliver(config: &Config, output: Option<&Path>, bytes: &[u8]) -> anyhow::Result<()> {
    match output {
        Some(path) => {
            not_the_database(config, "--output", path)?;
            replace_file(path, bytes)?;
        }
        None => {
            let mut out = stdout();
            out.write_all(bytes)?;
            out.flush()?;
        }
    }
    Ok(())
}

/// The runtime that plugins run on, a thread for each core.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(cores()).enable_all().build()
}

/// Waits until the program is asked to end. Granted programs run apart from its terminal and would go on without it: they are ended when
/// the lookups that wait for them are dropped.
async fn interrupted() {
    let Ok(mut terminated) = signal(SignalKind::terminate()) else { return drop(tokio::signal::ctrl_c().await) };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}
