//! What lookups found and is kept.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::runtime::Handle;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use net_scout_detect::enrich::{self, Forget};
use net_scout_model::Messages;
use net_scout_store::CachedAnswer;

/// How many answers a page has where nothing is said, and the most that it may have.
const USUAL: usize = 100;
const MOST: usize = 1_000;

/// Which answers.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CacheQuery {
    /// Only those of this enricher.
    kind: Option<String>,
    /// Only those whose subject has this in it.
    subject: Option<String>,
    /// How many to leave out before.
    #[serde(default)]
    offset: usize,
    /// At most so many, up to 1000.
    #[param(maximum = 1000, minimum = 1)]
    limit: Option<usize>,
}

/// An answer.
#[derive(Serialize, ToSchema)]
pub(super) struct AnswerJson {
    /// What was looked up: `rdns:192.0.2.1`.
    subject: String,
    /// The enricher.
    kind: String,
    /// What it said; of a failure an object with the member `error`.
    #[schema(value_type = Object)]
    result: Value,
    /// Whether it failed.
    failed: bool,
    updated_at: String,
}

/// A page of answers.
#[derive(Serialize, ToSchema)]
pub(super) struct AnswerPage {
    answers: Vec<AnswerJson>,
    /// How many there are at all.
    total: usize,
}

/// Lists what lookups found and is kept.
#[utoipa::path(get, path = "/cache", tag = "enrichment", params(CacheQuery), responses((status = OK, body = AnswerPage)))]
pub(super) async fn list(State(app): State<App>, Query(query): Query<CacheQuery>) -> Result<Json<AnswerPage>, Problem> {
    let page = app.work(move |options, _| -> Result<AnswerPage, Problem> {
        let mut answers = enrich::answers(&options.scan().database, query.kind.as_deref())?;
        answers.retain(|answer| query.subject.as_ref().is_none_or(|part| answer.subject.contains(part.as_str())));
        let (total, limit) = (answers.len(), query.limit.unwrap_or(USUAL).clamp(1, MOST));
        let answer = |answer: CachedAnswer| AnswerJson {
            failed: answer.is_failure(),
            updated_at: answer.updated_at.seconds(),
            subject: answer.subject,
            kind: answer.kind,
            result: answer.result,
        };
        Ok(AnswerPage { answers: answers.into_iter().skip(query.offset).take(limit).map(answer).collect(), total })
    });
    Ok(Json(page.await?))
}

/// What to forget.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForgetOrder {
    /// Only answers of this enricher.
    #[serde(default)]
    kind: Option<String>,
    /// Everything, and not only what holds no longer.
    #[serde(default)]
    all: bool,
}

/// What was forgotten.
#[derive(Serialize, ToSchema)]
pub(super) struct Forgotten {
    removed: usize,
    kept: usize,
}

/// Forgets answers that hold no longer, or all.
#[utoipa::path(post, path = "/cache/forget", tag = "enrichment", request_body = ForgetOrder, responses((status = OK, body = Forgotten)))]
pub(super) async fn forget(State(app): State<App>, Json(order): Json<ForgetOrder>) -> Result<Json<Forgotten>, Problem> {
    let forgotten = app.work(move |options, now| {
        let what = if order.all { Forget::All } else { Forget::Stale(options.plugins()) };
        let silent = Messages::default();
        let forgetting = enrich::forget(&options.scan().database, order.kind.as_deref(), what, now, &silent);
        Handle::current().block_on(forgetting)
    });
    let (removed, kept) = forgotten.await?;
    Ok(Json(Forgotten { removed, kept }))
}
