//! The pages. A handler reads its request, calls a use case through [`App::work`], and draws what it came to.
//!
//! Every page can be read and every form works without script; what a script adds is in `assets/app.js`. Every state of a page is in its
//! address.

mod act;
mod address;
mod allowlist;
mod asked;
mod cache;
mod coverage;
mod display;
mod events;
mod form;
mod frame;
mod inbox;
mod incident;
mod jobs;
mod login;
mod map;
mod outbox;
mod period;
mod plugins;
mod reports;
mod settings;
#[cfg(test)]
mod test_support;
mod text;
mod trace;
mod traffic;
mod url;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::login::encoded;
use crate::problem::Problem;

/// The pages behind the login.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/", get(inbox::show))
        .route("/act", post(act::submit))
        .route("/undo", post(act::undo))
        .route("/alerts/{id}", get(incident::show))
        .route("/address/{address}", get(address::show))
        .route("/events", get(events::show))
        .route("/map", get(map::show))
        .route("/trace", get(trace::show))
        .route("/coverage", get(coverage::show))
        .route("/plugins", get(plugins::show))
        .route("/allowlist", get(allowlist::show).post(allowlist::add))
        .route("/allowlist/remove", post(allowlist::remove))
        .route("/outbox", get(outbox::show).post(outbox::change))
        .route("/reports", get(reports::show))
        .route("/cache", get(cache::show).post(cache::forget))
        .route("/settings", get(settings::show))
        .route("/display", post(display::keep))
        .route("/scan", get(jobs::scans))
        .route("/jobs/{id}", get(jobs::show))
        .route("/jobs/scan", post(jobs::scan))
        .route("/jobs/enrich", post(jobs::enrich))
        .route("/jobs/lookup", post(jobs::lookup))
        .route("/jobs/cancel", post(jobs::cancel))
}

/// The pages that need no login.
pub(crate) fn open_router() -> Router<App> {
    Router::new().route("/login", get(login::show))
}

/// Sends whoever is not logged in to the login, and back from there.
pub(crate) async fn need_login(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.extensions().get::<Caller>().is_some() {
        return next.run(request).await;
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let path = path.strip_prefix(app.site().prefix.as_str()).filter(|path| path.starts_with('/')).unwrap_or(path);
    let target = format!("{}/login?next={}", app.site().prefix, encoded(path));
    let location = HeaderValue::from_str(&target).unwrap_or(HeaderValue::from_static("/login"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// Shows problems of pages as pages.
pub(crate) async fn show_problems(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().split('/').any(|part| part == "api");
    let mut response = next.run(request).await;
    if let (Some(problem), false) = (response.extensions().get::<Problem>().cloned(), is_api) {
        *response.body_mut() = Body::from(login::problem(app.site(), &problem).into_string());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    response
}
