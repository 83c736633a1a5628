//! What there is of an address, why there is an alert about it or none, and what others know of it.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::runtime::Handle;
use utoipa::{IntoParams, ToSchema};

use super::events::read_address;
use super::shapes::AlertJson;
use crate::app::App;
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use net_scout_detect::allow::words;
use net_scout_detect::enrich::{EnricherSource, LookUpRequest, look_up};
use net_scout_detect::explain::{AlertBefore, EntryAround, Explained, explain};
use net_scout_detect::scan::{Fate, Part, RuleReport, RuleSource, Said, SearchOutcome, read_window};
use net_scout_model::time::Moment;
use net_scout_model::{Alert, Messages, Observable, Timestamp, plain};

/// The most alerts that are shown, of those that are stored and of each rule.
const SHOWN: usize = 100;

/// Over which window, and what which rules say.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExplainQuery {
    /// From when: an instant, or a duration back from the end; that of scans where nothing is said.
    since: Option<String>,
    /// Until when; now where nothing is said.
    until: Option<String>,
    /// Only these rules, with commas between them.
    rules: Option<String>,
}

/// Says what there is of an address, what each rule says of it, and how near those are that say nothing.
#[utoipa::path(get, path = "/addresses/{address}/explanation", tag = "addresses",
    params(("address" = String, Path, description = "The address"), ExplainQuery), responses((status = OK, body = Object)))]
pub(super) async fn explanation(
    State(app): State<App>,
    Path(address): Path<String>,
    Query(query): Query<ExplainQuery>,
) -> Result<Json<Value>, Problem> {
    let address = read_address(&address)?;
    let explained = app.work(move |options, now| -> Result<Value, Problem> {
        let wrong = |error: net_scout_model::time::TimeError| Problem::bad(format!("since: {error}"));
        let since = query.since.as_deref().map(|text| text.parse::<Moment>().map_err(wrong)).transpose()?;
        let window = read_window(since.unwrap_or(options.service.since), query.until.as_deref(), now)?;
        let names = query.rules.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
        let names: Vec<String> = names.map(str::to_owned).collect();
        let (rules, silent) = (RuleSource::Folder(options.plugins(), &[]), Messages::default());
        let explained = Handle::current().block_on(explain(options.scan(), window, address, rules, &names, &silent))?;
        Ok(json(&address.to_string(), explained, now))
    });
    Ok(Json(explained.await?))
}

fn json(address: &str, explained: Explained, now: Timestamp) -> Value {
    let Explained { alerts, entries, report, failed } = explained;
    let count = alerts.len();
    let before = |AlertBefore { alert, allowed }: AlertBefore| {
        let allowed = allowed.map(|(origin, allow)| format!("{origin}: {}", allow.reason));
        json!({ "alert": AlertJson::of(alert, now), "allowed": allowed })
    };
    let entry = |EntryAround { origin, allow, expired }: EntryAround| json!({ "id": origin.to_string(), "allows": words(&allow), "reason": allow.reason, "expired": expired });
    let activity = match &report.activity {
        Ok(activity) => json!({ "source": part(&activity.source), "destination": part(&activity.destination) }),
        Err(error) => json!({ "error": error }),
    };
    json!({
        "address": address,
        "since": report.reaching.since.seconds(),
        "until": report.reaching.until.map(Timestamp::seconds),
        "events": activity,
        "alerts": alerts.into_iter().take(SHOWN).map(before).collect::<Vec<_>>(),
        "alert_count": count,
        "allowlist": entries.into_iter().map(entry).collect::<Vec<_>>(),
        "rules": report.rules.iter().map(rule).collect::<Vec<_>>(),
        "a_plugin_failed": failed,
    })
}

fn part(part: &Part) -> Value {
    let verdicts: Vec<Value> = part
        .verdicts
        .iter()
        .map(|(direction, verdict, count)| json!({ "direction": direction, "verdict": verdict, "count": count }))
        .collect();
    json!({ "count": part.count, "in_window": part.in_window, "events": part.events, "by_verdict": verdicts })
}

fn rule(report: &RuleReport) -> Value {
    let said = match &report.said {
        Said::Fired(alerts) => json!({ "outcome": "fired", "alerts": alerts.iter().take(SHOWN).map(fired).collect::<Vec<_>>() }),
        Said::Failed(error) => json!({ "outcome": "failed", "error": error }),
        Said::Silent(SearchOutcome::Fixed) => json!({ "outcome": "silent", "nearest": "it has no thresholds" }),
        Said::Silent(SearchOutcome::Nothing { .. }) => {
            json!({ "outcome": "silent", "nearest": "no lower threshold changes that" })
        }
        Said::Silent(SearchOutcome::Stopped { error, .. }) => json!({ "outcome": "silent", "nearest": null, "error": error }),
        Said::Silent(SearchOutcome::Would { lowered, alert }) => {
            let thresholds: Map<String, Value> = lowered
                .iter()
                .map(|lowered| {
                    (lowered.name.clone(), json!({ "now": lowered.now.to_string(), "lowered": lowered.to.to_string() }))
                })
                .collect();
            json!({ "outcome": "silent", "would_fire_with": thresholds, "alert": raised(alert) })
        }
    };
    json!({ "rule": report.name, "version": report.version, "alerts_about_others": report.others, "said": said })
}

fn fired((alert, fate): &(Alert, Fate)) -> Value {
    let (fate, why) = match fate {
        Fate::Kept => ("kept", None),
        Fate::Grouped(lead) => ("grouped", lead.as_ref().map(|(rule, alert_type)| format!("with {alert_type} of {rule}"))),
        Fate::Allowed(origin, reason) => ("allowed", Some(format!("{origin}: {reason}"))),
        Fate::Cut => ("cut", None),
    };
    json!({ "alert": raised(alert), "fate": fate, "why": why })
}

fn raised(alert: &Alert) -> Value {
    json!({
        "alert_type": alert.alert_type, "src_ip": alert.src_ip, "dst_ip": alert.dst_ip, "score": alert.score,
        "severity": alert.severity.name(), "evidence": alert.evidence,
    })
}

/// What to look up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LookupOrder {
    /// An address or a domain name.
    observable: String,
    /// Ask again, whatever is kept.
    #[serde(default)]
    refresh: bool,
    /// Also with enrichers that send packets to it; those that are named are asked in any case.
    #[serde(default)]
    probes: bool,
    /// Only these enrichers; all that are granted where none is named.
    #[serde(default)]
    enrichers: Vec<String>,
}

/// Looks up an address or a domain name now, with the enrichers that are granted. The answers, by enricher.
#[utoipa::path(post, path = "/lookups", tag = "addresses", request_body = LookupOrder, responses((status = OK, body = Object)))]
pub(super) async fn lookup(State(app): State<App>, Json(order): Json<LookupOrder>) -> Result<Json<Value>, Problem> {
    let wrong = || Problem::bad(format!("`{}` is neither an IP address nor a domain name", plain(&order.observable, 100)));
    let request = LookUpRequest {
        observable: Observable::parse(&order.observable).ok_or_else(wrong)?,
        refresh: order.refresh,
        probes: order.probes || !order.enrichers.is_empty(),
    };
    let found = app.work(move |options, now| {
        let (enrichers, silent) = (EnricherSource::Folder(options.plugins(), &order.enrichers), Messages::default());
        let never = std::future::pending();
        Handle::current().block_on(look_up(options.enrich(), enrichers, &request, now, never, &silent))
    });
    Ok(Json(Value::Object(found.await?.answers)))
}
