//! The outbox: what still has to be sent, what is tried again, and what was given up.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::{App, WebOptions};
use crate::extract::{Json, Query};
use crate::problem::Problem;
use net_scout_detect::prepare;
use net_scout_model::{Messages, Timestamp};
use net_scout_store::Database;

/// How far back sent messages are shown, in microseconds.
const WEEK: i64 = 604_800_000_000;
/// The most rows of each kind.
const SHOWN: usize = 1_000;

/// Which messages.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OutboxQuery {
    /// Also those of the last seven days that were sent.
    #[serde(default)]
    all: bool,
}

/// A message.
#[derive(Serialize, ToSchema)]
pub(super) struct MessageJson {
    id: i64,
    /// due, sending, sent, failed or dropped.
    state: String,
    receiver: String,
    route: String,
    /// How many alerts it tells of.
    alerts: u64,
    formed: String,
    attempts: u32,
    /// When it is tried next.
    next: Option<String>,
    /// Why the last try failed.
    error: Option<String>,
}

/// An alert that waits to be told.
#[derive(Serialize, ToSchema)]
pub(super) struct Waiting {
    receiver: String,
    route: String,
    at: String,
    due: String,
}

/// The outbox.
#[derive(Serialize, ToSchema)]
pub(super) struct OutboxJson {
    messages: Vec<MessageJson>,
    waiting: Vec<Waiting>,
    /// How many messages and alerts there are; the lists show the first thousand of each.
    message_count: usize,
    waiting_count: usize,
}

/// Lists the outbox.
#[utoipa::path(get, path = "/outbox", tag = "outbox", params(OutboxQuery), responses((status = OK, body = OutboxJson)))]
pub(super) async fn list(State(app): State<App>, Query(query): Query<OutboxQuery>) -> Result<Json<OutboxJson>, Problem> {
    let listed = app.work(move |options, now| -> Result<OutboxJson, Problem> {
        let database = options.scan().database.open_read_only()?;
        let since = if query.all { now.plus(-WEEK) } else { Timestamp::MAXIMUM };
        let (entries, messages) = (database.waiting_entries()?, database.outbox_messages(since)?);
        let (message_count, waiting_count) = (messages.len(), entries.len());
        let message = |message: net_scout_store::OutboxMessage| MessageJson {
            id: message.id,
            next: (message.state == "due").then(|| message.next.seconds()),
            state: message.state,
            receiver: message.receiver,
            route: message.route,
            alerts: message.alerts,
            formed: message.formed.seconds(),
            attempts: message.attempts,
            error: message.error,
        };
        let waiting = |entry: net_scout_store::OutboxEntry| Waiting {
            at: entry.at.seconds(),
            due: entry.due.seconds(),
            receiver: entry.receiver,
            route: entry.route,
        };
        Ok(OutboxJson {
            messages: messages.into_iter().take(SHOWN).map(message).collect(),
            waiting: entries.into_iter().take(SHOWN).map(waiting).collect(),
            message_count,
            waiting_count,
        })
    });
    Ok(Json(listed.await?))
}

/// Messages.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Their numbers.
    ids: Vec<i64>,
}

/// What was done to messages.
#[derive(Serialize, ToSchema)]
pub(super) struct Changed {
    /// Those that it was done to.
    changed: Vec<i64>,
}

/// Has messages tried again at once, also those that were given up.
#[utoipa::path(post, path = "/outbox/retry", tag = "outbox", request_body = Which, responses((status = OK, body = Changed)))]
pub(super) async fn retry(State(app): State<App>, Json(which): Json<Which>) -> Result<Json<Changed>, Problem> {
    let changed = app.work(move |options, now| -> Result<_, Problem> {
        let found = opened(options, now)?.retry_messages(named(&which)?, now)?;
        all_there(&which.ids, found)
    });
    Ok(Json(Changed { changed: changed.await? }))
}

/// Drops messages: nobody is told.
#[utoipa::path(post, path = "/outbox/drop", tag = "outbox", request_body = Which, responses((status = OK, body = Changed)))]
pub(super) async fn drop_messages(State(app): State<App>, Json(which): Json<Which>) -> Result<Json<Changed>, Problem> {
    let changed = app.work(move |options, now| -> Result<_, Problem> {
        let found = opened(options, now)?.drop_messages(named(&which)?, now)?;
        all_there(&which.ids, found)
    });
    Ok(Json(Changed { changed: changed.await? }))
}

/// None at all would mean all of them.
fn named(which: &Which) -> Result<&[i64], Problem> {
    if which.ids.is_empty() {
        return Err(Problem::bad("no messages are named").fix("give their numbers in `ids`: GET /api/v1/outbox lists them"));
    }
    Ok(&which.ids)
}

fn opened(options: &WebOptions, now: Timestamp) -> Result<Database, Problem> {
    let mut database = options.scan().database.open()?;
    prepare(&mut database, &options.scan().table, now, &Messages::default())?;
    Ok(database)
}

fn all_there(wanted: &[i64], found: Vec<i64>) -> Result<Vec<i64>, Problem> {
    match wanted.iter().find(|id| !found.contains(id)) {
        Some(id) => {
            Err(Problem::not_found(format!("no message {id} waits or was given up"))
                .fix("GET /api/v1/outbox lists those that do"))
        }
        None => Ok(found),
    }
}
