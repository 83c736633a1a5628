//! What people do about alerts: to those of a list of numbers or of a query, all at once, tried before, and taken back.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::alerts::read_query;
use crate::app::App;
use crate::auth::caller::Caller;
use crate::extract::Json;
use crate::problem::Problem;
use net_scout_detect::act::{self, Act};
use net_scout_model::time::{parse_duration, parse_timestamp};
use net_scout_model::{Actor, AlertAction, Timestamp, Verdict, check_comment, check_label, plain};

/// The most alerts that are named by their numbers.
const MOST: usize = 10_000;

/// What to do.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Deed {
    Acknowledge,
    Snooze,
    Close,
    Reopen,
    Assign,
    Note,
    Label,
}

/// An action on alerts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Action {
    /// What to do.
    action: Deed,
    /// To these alerts, by their numbers.
    #[serde(default)]
    ids: Vec<i64>,
    /// To all that a query finds: give this or `ids`.
    query: Option<String>,
    /// For `snooze`: until when, an instant or a duration from now; without it until the alert gets worse.
    until: Option<String>,
    /// For `close`: true_positive, benign, false_positive or duplicate.
    verdict: Option<String>,
    /// For `close`: why.
    #[serde(default)]
    reason: String,
    /// For `assign`: to whom; null for nobody.
    assignee: Option<String>,
    /// For `label`: labels to add.
    #[serde(default)]
    add: Vec<String>,
    /// For `label`: labels to remove.
    #[serde(default)]
    remove: Vec<String>,
    /// For `note` the note; for others one beside.
    note: Option<String>,
    /// Only say which alerts it would change.
    #[serde(default)]
    dry_run: bool,
    /// How many alerts it has to change, as a dry run said; if it would change another number, nothing is done.
    expect: Option<usize>,
}

/// What an action did, or would do.
#[derive(Serialize, ToSchema)]
pub(super) struct Done {
    /// The alerts that it changed, or would change.
    changed: Vec<i64>,
    /// How many others there are, for which there is nothing to do: they are so already, or closed.
    unchanged: usize,
    /// Whether it was only tried.
    dry_run: bool,
}

/// Acknowledges, snoozes, closes, reopens, assigns, notes or labels alerts.
///
/// All of it is one action in the history, and `POST /alerts/undo` takes it back.
#[utoipa::path(post, path = "/alerts/actions", tag = "alerts", request_body = Action, responses(
    (status = OK, body = Done), (status = CONFLICT, body = Problem, description = "It would change another number than `expect`.")))]
pub(super) async fn act(State(app): State<App>, caller: Caller, Json(action): Json<Action>) -> Result<Json<Done>, Problem> {
    let done = app.work(move |options, now| -> Result<Done, Problem> {
        let query = action.which()?;
        let deed = action.deed(now)?;
        let query = read_query(options, &query)?;
        if query.is_all() {
            return Err(Problem::bad("the query says nothing, so it would be all alerts")
                .fix("say which: ids, or a query such as rule:port_scan"));
        }
        let database = &options.scan().database;
        let plan = act::plan(database, &query, &deed, now)?;
        let ids: Vec<i64> = plan.changing.iter().map(|alert| alert.id).collect();
        if let Some(expected) = action.expect.filter(|expected| *expected != ids.len()) {
            let detail = format!("it would change {} alerts, not {expected}; nothing was changed", ids.len());
            return Err(Problem::new(StatusCode::CONFLICT, detail).fix("look at the alerts again, and send the new number"));
        }
        if action.dry_run || ids.is_empty() {
            return Ok(Done { changed: ids, unchanged: plan.unchanged, dry_run: action.dry_run });
        }
        let note = action.note.filter(|_| action.action != Deed::Note);
        let act = Act { action: deed, note, actor: Actor::Person(caller.name) };
        let acted = act::act(database, &ids, &act, now)?;
        Ok(Done { changed: acted.changed, unchanged: plan.unchanged, dry_run: false })
    });
    Ok(Json(done.await?))
}

impl Action {
    /// The query.
    fn which(&self) -> Result<String, Problem> {
        match (&self.query, self.ids.len()) {
            (Some(_), 1..) => Err(Problem::bad("both `ids` and `query` are given").fix("give one of them")),
            (Some(query), 0) => Ok(query.clone()),
            (None, 0) => Err(Problem::bad("no alerts are named").fix("give `ids` or `query`")),
            (None, count) if count > MOST => {
                Err(Problem::bad(format!("{count} numbers are too many: at most {MOST}")).fix("give a query"))
            }
            (None, _) => Ok(self.ids.iter().map(i64::to_string).collect::<Vec<_>>().join(" ")),
        }
    }

    fn deed(&self, now: Timestamp) -> Result<AlertAction, Problem> {
        let comment = |member: &str, text: &str| check_comment(text).map_err(|error| Problem::bad(format!("{member}: {error}")));
        let label = |text: &String| check_label(text).map_err(|error| Problem::bad(format!("label: {error}")));
        self.note.iter().try_for_each(|note| comment("note", note).map(drop))?;
        Ok(match self.action {
            Deed::Acknowledge => AlertAction::Acknowledge,
            Deed::Snooze => AlertAction::Snooze(self.until.as_deref().map(|text| until(text, now)).transpose()?),
            Deed::Close => {
                let name = self.verdict.as_deref().unwrap_or_default();
                let names = Verdict::ALL.map(Verdict::name).join(", ");
                let wrong = || {
                    Problem::bad(format!("verdict: `{}` is not a verdict", plain(name, 100))).fix(format!("write one of {names}"))
                };
                AlertAction::Close(Verdict::of(name).ok_or_else(wrong)?, comment("reason", &self.reason)?)
            }
            Deed::Reopen => AlertAction::Reopen,
            Deed::Assign => AlertAction::Assign(self.assignee.as_deref().map(|name| comment("assignee", name)).transpose()?),
            Deed::Note => {
                let text = self.note.as_deref().ok_or_else(|| Problem::bad("note: there is none").fix("write the note"))?;
                AlertAction::Note(comment("note", text)?)
            }
            Deed::Label if self.add.is_empty() && self.remove.is_empty() => {
                return Err(Problem::bad("no labels are named").fix("give `add` or `remove`"));
            }
            Deed::Label => {
                let labels = |list: &[String]| list.iter().map(label).collect::<Result<Vec<_>, _>>();
                AlertAction::Label { add: labels(&self.add)?, remove: labels(&self.remove)? }
            }
        })
    }
}

/// An instant, or a duration from now.
pub(crate) fn until(text: &str, now: Timestamp) -> Result<Timestamp, Problem> {
    let wrong = || {
        Problem::bad(format!("until: `{}` is neither an instant nor a duration", plain(text, 100)))
            .fix("write an instant such as 2026-12-31 or a duration from now such as 8h")
    };
    let until = parse_timestamp(text).or_else(|| Some(now.plus(parse_duration(text).ok()?))).ok_or_else(wrong)?;
    if until <= now {
        return Err(Problem::bad(format!("until: {} is past", until.seconds())).fix("write a time to come"));
    }
    Ok(until)
}

/// What taking back did.
#[derive(Serialize, ToSchema)]
pub(super) struct TakenBack {
    /// What was taken back.
    action: String,
    /// The alerts that are as before.
    restored: Vec<i64>,
    /// Alerts that changed since, and were left.
    left: Vec<i64>,
}

/// Takes the caller's last action back.
#[utoipa::path(post, path = "/alerts/undo", tag = "alerts", responses(
    (status = OK, body = TakenBack), (status = CONFLICT, body = Problem, description = "There is nothing to take back.")))]
pub(super) async fn undo(State(app): State<App>, caller: Caller) -> Result<Json<TakenBack>, Problem> {
    let undone = app.work(move |options, now| -> Result<TakenBack, Problem> {
        let (database, actor) = (&options.scan().database, Actor::Person(caller.name));
        let nothing = || {
            let detail = format!("there is nothing to take back: {actor} has changed no alert, or has taken all of it back");
            Problem::new(StatusCode::CONFLICT, detail)
        };
        let last = act::last_action(database, &actor)?.ok_or_else(nothing)?;
        let undone = act::undo(database, &last, &actor, now)?;
        Ok(TakenBack { action: last.action, restored: undone.restored, left: undone.left })
    });
    Ok(Json(undone.await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);

    fn read(text: &str) -> Result<AlertAction, String> {
        let action: Action = serde_json::from_str(text).map_err(|error| error.to_string())?;
        action.which().and_then(|_| action.deed(NOW)).map_err(|problem| problem.detail)
    }

    #[test]
    fn actions_are_read_and_what_is_wrong_is_named() {
        let close = AlertAction::Close(Verdict::Benign, "ours".to_owned());
        assert_eq!(read(r#"{"action":"close","ids":[7],"verdict":"benign","reason":"ours"}"#), Ok(close));
        let snooze = AlertAction::Snooze(Some(NOW.plus(8 * 3_600_000_000)));
        assert_eq!(read(r#"{"action":"snooze","query":"src:192.0.2.1","until":"8h"}"#), Ok(snooze));
        for (text, expected) in [
            (r#"{"action":"close","ids":[7]}"#, "verdict: `` is not a verdict"),
            (r#"{"action":"reopen"}"#, "no alerts are named"),
            (r#"{"action":"reopen","ids":[1],"query":"x"}"#, "both `ids` and `query` are given"),
            (r#"{"action":"snooze","ids":[1],"until":"2020-01-01"}"#, "until: 2020-01-01T00:00:00Z is past"),
            (r#"{"action":"label","ids":[1]}"#, "no labels are named"),
            (r#"{"action":"note","ids":[1]}"#, "note: there is none"),
        ] {
            assert_eq!(read(text), Err(expected.to_owned()), "{text}");
        }
        assert!(read(r#"{"action":"burn","ids":[1]}"#).is_err() && read(r#"{"action":"reopen","id":1}"#).is_err());
    }
}
