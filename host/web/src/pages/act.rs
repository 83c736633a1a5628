//! What people do about alerts: the forms for it, and what becomes of them. Each is a form without script; an action can be taken back.

mod bar;
mod fields;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use net_scout_detect::act::{self, Act};
use net_scout_model::{Actor, Timestamp, counted};
use net_scout_store::LastAction;

use super::asked::Asked;
use super::form::Pairs;
use super::frame::Frame;
use super::text::shown;
use crate::app::{App, WebOptions};
use crate::auth::caller::Scope;
use crate::extract::Form;
use crate::problem::Problem;
pub(super) use bar::{bar, closing, done_notice, options, sleeping};
use fields::Fields;

/// Who is logged in, as the history names persons.
fn actor(name: &str) -> Actor {
    Actor::Person(name.to_owned())
}

/// The last action of a person that can be taken back.
pub(super) fn last_action(options: &WebOptions, person: &str) -> Result<Option<LastAction>, Problem> {
    Ok(act::last_action(&options.scan().database, &actor(person))?)
}

/// Does what a form says, and goes back to where it was.
pub(super) async fn submit(State(app): State<App>, frame: Frame, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    frame.caller.need(Scope::Act)?;
    let fields = Fields::read(pairs)?;
    let action = fields.action(frame.now)?;
    let (name, url) = (frame.caller.name.clone(), frame.url.clone());
    let back = url.back(&fields.back);
    if let Some(query) = &fields.found {
        // How many there are is said before.
        let asked = Asked { q: query.clone(), view: fields.view.clone(), ..Asked::default() };
        let planned = action.clone();
        let plan = app
            .work(move |options, now| -> Result<_, Problem> {
                let query = asked.read(options)?;
                Ok(act::plan(&options.scan().database, &query, &planned, now)?)
            })
            .await?;
        if !fields.agreed {
            return Ok(frame.page("Act on all that was found", &fields.consent(&frame, &action, &plan)).into_response());
        }
        return done(&app, &name, plan.changing.iter().map(|alert| alert.id).collect(), action, fields.note.clone(), &back).await;
    }
    if fields.ids.is_empty() {
        return Err(Problem::bad("no alert is chosen").fix("go back, tick the alerts, and choose again"));
    }
    done(&app, &name, fields.ids.clone(), action, fields.note.clone(), &back).await
}

async fn done(
    app: &App,
    name: &str,
    ids: Vec<i64>,
    action: net_scout_model::AlertAction,
    note: Option<String>,
    back: &str,
) -> Result<Response, Problem> {
    let person = name.to_owned();
    let last = app
        .work(move |options, now| -> Result<_, Problem> {
            let done = Act { action, note, actor: actor(&person) };
            let acted = act::act(&options.scan().database, &ids, &done, now)?;
            Ok(if acted.changed.is_empty() { None } else { last_action(options, &person)? })
        })
        .await?;
    Ok(Redirect::to(&with_done(back, last.map_or(0, |last| last.batch))).into_response())
}

/// A path with the number of the action that led there.
fn with_done(back: &str, batch: i64) -> String {
    let (path, parameters) = back.split_once('?').unwrap_or((back, ""));
    let kept = parameters.split('&').filter(|one| !one.is_empty() && !one.starts_with("done="));
    let all: Vec<String> = kept.map(str::to_owned).chain([format!("done={batch}")]).collect();
    format!("{path}?{}", all.join("&"))
}

/// Takes the last action of who is logged in back.
pub(super) async fn undo(State(app): State<App>, frame: Frame, Form(pairs): Form<Pairs>) -> Result<Response, Problem> {
    frame.caller.need(Scope::Act)?;
    let fields = Fields::read(pairs)?;
    let (name, wanted) = (frame.caller.name.clone(), fields.batch);
    let undone = app
        .work(move |options, now| -> Result<_, Problem> {
            let database = &options.scan().database;
            let last = act::last_action(database, &actor(&name))?.filter(|last| wanted.is_none_or(|batch| batch == last.batch));
            let last = last.ok_or_else(|| {
                Problem::bad("there is nothing to take back: it was taken back already, or something was done since")
            })?;
            Ok((act::undo(database, &last, &actor(&name), now)?, last))
        })
        .await?;
    let back = frame.url.back(&fields.back);
    let (undone, last) = undone;
    if undone.left.is_empty() {
        return Ok(Redirect::to(&back).into_response());
    }
    let left = html! {
        div class="head" { h1 { "Not all of it was taken back" } }
        p { (words(&last, frame.now)) ": " (counted(undone.restored.len(), "alert")) " restored, " (counted(undone.left.len(), "alert")) " left as they are, because somebody changed them since." }
        p { a href=(back) { "Back" } }
    };
    Ok(frame.page("Taken back", &left).into_response())
}

/// What was done, in words.
fn words(last: &LastAction, now: Timestamp) -> maud::Markup {
    let verb = match last.action.as_str() {
        "acknowledge" => "acknowledged",
        "snooze" => "snoozed",
        "close" => "closed",
        "reopen" => "reopened",
        "assign" => "assigned",
        "note" => "noted something on",
        "label" => "labelled",
        other => other,
    };
    html! { "You " (shown(verb, 40)) " " (counted(last.alerts, "alert")) ", " (super::text::stored_time(&last.at, now)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_names_the_action_once() {
        assert_eq!(with_done("/", 3), "/?done=3");
        assert_eq!(with_done("/?q=a&done=2&view=new", 3), "/?q=a&view=new&done=3");
    }
}
