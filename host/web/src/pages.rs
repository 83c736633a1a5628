//! The pages. A handler reads its request, calls a use case through [`App::work`], and draws what it came to.

mod home;
mod layout;
mod view;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::login::encoded;
use crate::problem::Problem;

/// The pages behind the login.
pub(crate) fn router() -> Router<App> {
    Router::new().route("/", get(home::home))
}

/// The pages that need no login.
pub(crate) fn open_router() -> Router<App> {
    Router::new().route("/login", get(home::login))
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
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    if let (Some(problem), false) = (response.extensions().get::<Problem>().cloned(), is_api) {
        *response.body_mut() = Body::from(layout::problem(app.site(), &problem).into_string());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        response.headers_mut().remove("content-length");
    }
    response
}
