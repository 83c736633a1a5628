//! All routes together.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;

use crate::app::App;
use crate::auth::{gate, login};
use crate::problem::Problem;
use crate::{api, assets, compress, pages, security};

/// The pages and the API, at the root and, where a reverse proxy leaves it there, below the prefix.
pub fn router(app: App) -> Router {
    let closed = pages::router()
        .layer(from_fn_with_state(app.clone(), pages::need_login))
        .merge(api::router().layer(from_fn(gate::need_login)))
        .layer(from_fn_with_state(app.clone(), gate::identify));
    let all = closed
        .merge(pages::open_router())
        .merge(login::router())
        .merge(assets::router())
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this is not a method of this path")
                .fix("openapi.json says which methods there are")
        })
        .fallback(async || Problem::not_found("there is no such page").fix("begin at /"))
        .layer(from_fn_with_state(app.clone(), pages::show_problems))
        .layer(from_fn(compress::compress))
        .layer(DefaultBodyLimit::max(security::BODY))
        .layer(from_fn_with_state(app.clone(), security::guard))
        .with_state(app.clone());
    // Routes are found behind this.
    Router::new().fallback_service(all).layer(from_fn_with_state(app, without_prefix))
}

async fn without_prefix(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    let rest = path.strip_prefix(app.site().prefix.as_str()).filter(|_| !app.site().prefix.is_empty());
    let rest = match rest {
        Some("") => Some("/".to_owned()),
        Some(rest) if rest.starts_with('?') => Some(format!("/{rest}")),
        Some(rest) if rest.starts_with('/') => Some(rest.to_owned()),
        _ => None,
    };
    if let Some(uri) = rest.and_then(|rest| rest.parse::<Uri>().ok()) {
        *request.uri_mut() = uri;
    }
    next.run(request).await
}
