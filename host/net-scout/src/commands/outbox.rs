//! `net-scout outbox`: what is still to be told, and what was given up.

use super::terminal_width;
use crate::config::Config;
use crate::exit;
use crate::exit::UsageError;
use crate::output::{self, Format};
use net_scout_detect::prepare;
use net_scout_model::{Timestamp, counted, plain};
use net_scout_store::Database;

/// How far back sent messages are shown, in microseconds.
const WEEK: i64 = 604_800_000_000;

/// Shows it.
///
/// # Errors
/// When the database cannot be read.
pub fn list(config: &Config, all: bool, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    let database = config.database_options().open_read_only()?;
    let since = if all { now.plus(-WEEK) } else { Timestamp::MAXIMUM };
    let (waiting, messages) = (database.waiting_entries()?, database.outbox_messages(since)?);
    output::write_outbox(&mut output::stdout(), &waiting, &messages, format, terminal_width(format))?;
    Ok(exit::SUCCESS)
}

/// Has messages tried again.
///
/// # Errors
/// When one of them is not there, or the database cannot be written.
pub fn retry(config: &Config, ids: &[i64], now: Timestamp) -> anyhow::Result<u8> {
    let retried = opened(config, now)?.retry_messages(ids, now)?;
    all_there(ids, &retried, "waits or was given up")?;
    output::note(&format_args!("{} is tried again at once", counted(retried.len(), "message")));
    Ok(exit::SUCCESS)
}

/// Drops messages, or all that waits for a receiver.
///
/// # Errors
/// When one of them is not there, or the database cannot be written.
pub fn drop(config: &Config, ids: &[i64], receiver: Option<&str>, now: Timestamp) -> anyhow::Result<u8> {
    let mut database = opened(config, now)?;
    let (mut ids, mut entries) = (ids.to_vec(), 0);
    if let Some(receiver) = receiver {
        let messages = database.outbox_messages(Timestamp::MAXIMUM)?;
        ids = messages.iter().filter(|message| message.receiver == receiver).map(|message| message.id).collect();
        entries = database.drop_entries(receiver)?;
        if ids.is_empty() && entries == 0 {
            return Err(UsageError(format!("nothing waits for a receiver `{}`", plain(receiver, 100))).into());
        }
    }
    let dropped = if ids.is_empty() { Vec::new() } else { database.drop_messages(&ids, now)? };
    all_there(&ids, &dropped, "waits or was given up")?;
    let waiting = if entries > 0 { format!(" and {} that waited", counted(entries, "alert")) } else { String::new() };
    output::note(&format_args!("dropped {}{waiting}", counted(dropped.len(), "message")));
    Ok(exit::SUCCESS)
}

fn opened(config: &Config, now: Timestamp) -> anyhow::Result<Database> {
    let mut database = config.database_options().open()?;
    prepare(&mut database, &config.table, now, &output::Terminal)?;
    Ok(database)
}

fn all_there(wanted: &[i64], found: &[i64], what: &str) -> Result<(), UsageError> {
    let missing = wanted.iter().find(|id| !found.contains(id));
    missing.map_or(Ok(()), |id| Err(UsageError(format!("no message {id} {what}; `net-scout outbox list` shows which do"))))
}
