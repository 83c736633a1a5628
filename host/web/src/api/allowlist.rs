//! The allowlist: what suppresses alerts, and which stored alerts an entry would close, before it is added.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use utoipa::{IntoParams, ToSchema};

use super::actions::until;
use crate::app::{App, WebOptions};
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use net_scout_detect::allow;
use net_scout_detect::known::check_rules;
use net_scout_detect::scan::all_roles;
use net_scout_model::{
    Allow, AllowError, Direction, Messages, Network, Origin, RULES_THAT_COUNT, Side, Timestamp, parse_direction, parse_ports,
    parse_side,
};

/// An entry of the allowlist.
#[derive(Serialize, ToSchema)]
pub(super) struct Entry {
    /// Its number; `built in` and those of the configuration have none.
    id: String,
    /// The address or network; null for a role of the source.
    network: Option<String>,
    /// source or destination.
    side: &'static str,
    /// Only alerts of these rules; all where there are none.
    rules: Vec<String>,
    /// Only alerts on these ports, such as `22,8000-8100`.
    ports: String,
    /// inbound or outbound; both where there is none.
    direction: Option<&'static str>,
    /// When it ends.
    until: Option<String>,
    /// active, expired or off.
    status: &'static str,
    /// Why it is there.
    reason: String,
}

/// Lists the allowlist: what is built in, configured, and kept in the database.
#[utoipa::path(get, path = "/allowlist", tag = "allowlist", responses((status = OK, body = Vec<Entry>)))]
pub(super) async fn list(State(app): State<App>) -> Result<Json<Vec<Entry>>, Problem> {
    let entries = app.work(|options, now| -> Result<Vec<Entry>, Problem> {
        let list = allow::list(options.scan(), &Messages::default())?;
        let mut entries: Vec<Entry> = list.0.into_iter().map(|(origin, allow)| entry(&origin, allow, now)).collect();
        let status = if options.scan().builtin_roles { "active" } else { "off" };
        entries.extend(all_roles().map(|role| Entry {
            id: Origin::BuiltIn.to_string(),
            network: None,
            side: Side::Source.name(),
            rules: vec![RULES_THAT_COUNT.to_owned()],
            ports: String::new(),
            direction: None,
            until: None,
            status,
            reason: role.reason.to_owned(),
        }));
        Ok(entries)
    });
    Ok(Json(entries.await?))
}

fn entry(origin: &Origin, allow: Allow, now: Timestamp) -> Entry {
    let is_over = allow.until.is_some_and(|until| until <= now);
    Entry {
        id: origin.to_string(),
        network: Some(allow.network.to_string()),
        side: allow.side.name(),
        ports: allow.ports_text(),
        rules: allow.rules,
        direction: allow.direction.map(Direction::name),
        until: allow.until.map(Timestamp::seconds),
        status: if is_over { "expired" } else { "active" },
        reason: allow.reason,
    }
}

/// A new entry.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub(super) struct NewEntry {
    /// An address or a network.
    network: String,
    /// source, which is the default, or destination.
    side: Option<String>,
    /// Only alerts of these rules, with commas between them.
    rules: Option<String>,
    /// Only alerts on these ports, such as `22,8000-8100`.
    ports: Option<String>,
    /// inbound or outbound.
    direction: Option<String>,
    /// When it ends: an instant, or a duration from now.
    until: Option<String>,
    /// Why. A preview needs none.
    #[serde(default)]
    reason: String,
    /// Close the stored alerts that it fits.
    #[serde(default)]
    close: bool,
}

/// What an entry does to stored alerts.
#[derive(Serialize, ToSchema)]
pub(super) struct Effect {
    /// The stored alerts that it fits and that are still open.
    alerts: Vec<i64>,
    /// Whether they were closed.
    closed: bool,
}

impl NewEntry {
    fn read(&self, options: &WebOptions, now: Timestamp) -> Result<Allow, Problem> {
        let wrong = |member: &'static str| move |error: AllowError| Problem::bad(format!("{member}: {error}"));
        let network = self.network.parse::<Network>().map_err(|error| Problem::bad(format!("network: {error}")))?;
        let rules = self.rules.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
        let rules: Vec<String> = rules.map(str::to_owned).collect();
        if !rules.is_empty() {
            let silent = Messages::default();
            Handle::current().block_on(check_rules(&options.scan().database, options.plugins(), &rules, &silent))?;
        }
        Ok(Allow {
            network,
            side: self.side.as_deref().map_or(Ok(Side::Source), parse_side).map_err(wrong("side"))?,
            rules,
            ports: parse_ports(self.ports.as_deref().unwrap_or_default()).map_err(wrong("ports"))?,
            direction: self.direction.as_deref().map(parse_direction).transpose().map_err(wrong("direction"))?,
            reason: self.reason.trim().to_owned(),
            until: self.until.as_deref().map(|text| until(text, now)).transpose()?,
        })
    }
}

/// Says which stored alerts an entry would close. Nothing is written.
#[utoipa::path(get, path = "/allowlist/preview", tag = "allowlist", params(NewEntry), responses((status = OK, body = Effect)))]
pub(super) async fn preview(State(app): State<App>, Query(new): Query<NewEntry>) -> Result<Json<Effect>, Problem> {
    let alerts = app.work(move |options, now| -> Result<_, Problem> {
        let allow = new.read(options, now)?;
        Ok(allow::preview(options.scan(), &allow, now, &Messages::default())?)
    });
    Ok(Json(Effect { alerts: alerts.await?, closed: false }))
}

/// Adds an entry, and closes the stored alerts that it fits where that is asked for.
#[utoipa::path(post, path = "/allowlist", tag = "allowlist", request_body = NewEntry, responses((status = CREATED, body = Effect)))]
pub(super) async fn add(State(app): State<App>, Json(new): Json<NewEntry>) -> Result<(StatusCode, Json<Effect>), Problem> {
    let closed = new.close;
    let alerts = app.work(move |options, now| -> Result<_, Problem> {
        let allow = new.read(options, now)?;
        if allow.reason.is_empty() {
            return Err(Problem::bad(format!("reason: {}", AllowError::Reason)).fix("write why these alerts are suppressed"));
        }
        Ok(allow::add(options.scan(), &allow, closed, now, &Messages::default())?)
    });
    Ok((StatusCode::CREATED, Json(Effect { alerts: alerts.await?, closed })))
}

/// Removes an entry of the database. Alerts that it closed stay closed.
#[utoipa::path(delete, path = "/allowlist/{id}", tag = "allowlist", params(("id" = i64, Path, description = "Its number")),
    responses((status = NO_CONTENT)))]
pub(super) async fn remove(State(app): State<App>, Path(id): Path<i64>) -> Result<StatusCode, Problem> {
    app.work(move |options, _| allow::remove(options.scan(), &[id])).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Closes the stored alerts that entries fit.
#[utoipa::path(post, path = "/allowlist/apply", tag = "allowlist", responses((status = OK, body = Effect)))]
pub(super) async fn apply(State(app): State<App>) -> Result<Json<Effect>, Problem> {
    let alerts = app.work(|options, now| allow::apply(options.scan(), false, now, &Messages::default())).await?;
    Ok(Json(Effect { alerts, closed: true }))
}
