//! All routes together.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};

use crate::app::App;
use crate::auth::{gate, login};
use crate::problem::Problem;
use crate::{api, assets, pages, security};

/// The pages and the API, at the root and, where a reverse proxy leaves it there, below the prefix.
#[must_use]
pub fn router(app: App) -> Router {
    let closed = pages::router()
        .layer(from_fn_with_state(app.clone(), pages::need_login))
        .merge(api::router().layer(from_fn(gate::need_login)))
        .layer(from_fn_with_state(app.clone(), gate::identify));
    let all = closed.merge(pages::open_router()).merge(login::router()).merge(assets::router());
    let prefix = app.site().prefix.clone();
    let all = if prefix.is_empty() { all } else { Router::new().nest(&prefix, all.clone()).merge(all) };
    all.fallback(async || Problem::not_found("there is no such page").fix("begin at /"))
        .layer(from_fn_with_state(app.clone(), pages::show_problems))
        .layer(DefaultBodyLimit::max(security::BODY))
        .layer(from_fn_with_state(app.clone(), security::guard))
        .with_state(app)
}
