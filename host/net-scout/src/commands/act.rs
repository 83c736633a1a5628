//! `net-scout alerts ack`, `snooze`, `close` and so on: what people do about alerts. How many it would change is said before.

use super::{consent, person, runtime, terminal_width};
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{Format, NOTHING_WRITTEN, Terminal};
use crate::{exit, output};
use net_scout_detect::act::{self, Act};
use net_scout_detect::known::WrittenQuery;
use net_scout_model::{Actor, AlertAction, Timestamp, counted};

/// What to do, and to which alerts.
#[derive(Clone, Debug)]
pub struct ActRequest {
    /// Which alerts.
    pub query: WrittenQuery,
    /// What.
    pub action: AlertAction,
    /// What to note beside.
    pub note: Option<String>,
    /// Do not ask.
    pub yes: bool,
    /// Only show which alerts these are.
    pub dry_run: bool,
}

/// Does it.
///
/// # Errors
/// When the query is not understood or says nothing, nobody is there to ask, or the database cannot be read or written.
pub fn run(config: &Config, request: &ActRequest, now: Timestamp) -> anyhow::Result<u8> {
    let ActRequest { query, action, note, yes, dry_run } = request;
    let database = config.database_options();
    let query = runtime()?.block_on(query.read(&database, &config.plugin_options(), &Terminal))?;
    if query.is_all() {
        return Err(UsageError("say which alerts: their numbers, or a query such as rule:port_scan since:24h".to_owned()).into());
    }
    let plan = act::plan(&database, &query, action, now)?;
    let text = output::planned(action, &plan);
    if *dry_run || plan.changing.is_empty() {
        output::note(&format_args!("{text}; {}", if *dry_run { NOTHING_WRITTEN } else { "nothing to do" }));
        return Ok(exit::SUCCESS);
    }
    // Who names alerts by their numbers knows how many.
    let is_named = query.terms().len() == 1 && !query.ids().is_empty();
    if !is_named && !yes && !agreed(&text)? {
        output::note(&"nothing was changed");
        return Ok(exit::SUCCESS);
    }
    let ids: Vec<i64> = plan.changing.iter().map(|alert| alert.id).collect();
    let done =
        act::act(&database, &ids, &Act { action: action.clone(), note: note.clone(), actor: Actor::person(&person()) }, now)?;
    output::note(&format_args!("{}; `net-scout alerts undo` takes it back", output::acted(action, &done.changed)));
    Ok(exit::SUCCESS)
}

/// Takes the last action of this person back.
///
/// # Errors
/// When there is none, nobody is there to ask, or the database cannot be read or written.
pub fn undo(config: &Config, yes: bool, now: Timestamp) -> anyhow::Result<u8> {
    let (database, person) = (config.database_options(), Actor::person(&person()));
    let Some(last) = act::last_action(&database, &person)? else {
        anyhow::bail!("there is nothing to take back: {person} has changed no alert, or has taken all of it back");
    };
    let text = format!("take back: {} of {} at {}", last.action, counted(last.alerts, "alert"), last.at);
    if last.alerts > 1 && !yes && !agreed(&text)? {
        output::note(&"nothing was changed");
        return Ok(exit::SUCCESS);
    }
    let undone = act::undo(&database, &last, &person, now)?;
    output::note(&format_args!("{text}; {}", output::undone(&undone)));
    Ok(exit::SUCCESS)
}

/// Shows what happened to an alert.
///
/// # Errors
/// When there never was such an alert, the database cannot be read, or standard output cannot be written.
pub fn history(config: &Config, id: i64, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    let rows = act::history(&config.database_options(), id, now)?;
    output::write_history(&mut output::stdout(), &rows, format, terminal_width(format))?;
    if rows.is_empty() {
        output::note(&format_args!("nothing is written down about alert {id}: it is older than the history"));
    }
    Ok(exit::SUCCESS)
}

/// Whether it is to be done.
fn agreed(text: &str) -> anyhow::Result<bool> {
    consent(&format!("{text}\nDo it?"), &format!("{text}; nothing was changed: nobody is there to ask, so agree with --yes"))
}
