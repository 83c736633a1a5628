//! The HTTP API, `/api/v1`. Its OpenAPI file is made from the types and routes here, so that it says what there is. Each handler calls the
//! use case that the command line calls.

mod accounts;
mod actions;
mod alerts;
mod allowlist;
mod cache;
mod coverage;
mod events;
mod explain;
pub(crate) mod jobs;
mod live;
mod me;
mod original;
mod outbox;
mod plugins;
mod reports;
mod settings;
mod shapes;
mod statistics;

use std::collections::BTreeMap;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, PathItem, RefOr, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::caller::Scope;
use crate::auth::gate::need_scope;
use crate::extract::Json;
use crate::problem::Problem;

/// Where the API is.
const BASE: &str = "/api/v1";
/// Where the Python program had its own.
const ORIGINAL: &str = "/api";
/// What the file calls tokens.
const TOKEN: &str = "token";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "net-scout",
        description = "Alerts, events, plugins and jobs of net-scout. Every answer with a status of 400 or more is a problem (RFC 9457) that names the fix."
    ),
    components(schemas(Problem))
)]
struct Document;

/// All routes, behind the login.
pub(crate) fn router() -> Router<App> {
    let (router, document) = documented().split_for_parts();
    router.route(&format!("{BASE}/openapi.json"), get(async move || Json(document.clone())))
}

fn documented() -> OpenApiRouter<App> {
    let read = OpenApiRouter::new()
        .routes(routes!(me::me))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::count))
        .routes(routes!(live::changes))
        .routes(routes!(alerts::show))
        .routes(routes!(alerts::history))
        .routes(routes!(events::list))
        .routes(routes!(events::of_alert))
        .routes(routes!(events::of_address))
        .routes(routes!(statistics::statistics))
        .routes(routes!(explain::explanation))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::show))
        .routes(routes!(jobs::watch))
        .routes(routes!(coverage::status))
        .routes(routes!(coverage::coverage))
        .routes(routes!(plugins::list))
        .routes(routes!(plugins::ledger))
        .routes(routes!(allowlist::list))
        .routes(routes!(allowlist::preview))
        .routes(routes!(outbox::list))
        .routes(routes!(cache::list))
        .routes(routes!(reports::report))
        .routes(routes!(reports::summary))
        .routes(routes!(settings::list));
    let act = OpenApiRouter::new()
        .routes(routes!(actions::act))
        .routes(routes!(actions::undo))
        .routes(routes!(allowlist::add))
        .routes(routes!(allowlist::remove))
        .routes(routes!(allowlist::apply))
        .routes(routes!(outbox::retry))
        .routes(routes!(outbox::drop_messages));
    let scan = OpenApiRouter::new()
        .routes(routes!(jobs::scan))
        .routes(routes!(jobs::enrich))
        .routes(routes!(jobs::trace))
        .routes(routes!(jobs::cancel))
        .routes(routes!(explain::lookup))
        .routes(routes!(cache::forget));
    let admin =
        OpenApiRouter::new().routes(routes!(accounts::users)).routes(routes!(accounts::tokens)).routes(routes!(accounts::revoke));
    let groups = [(Scope::Read, read), (Scope::Act, act), (Scope::Scan, scan), (Scope::Admin, admin)];
    let all = groups.into_iter().fold(OpenApiRouter::new(), |all, (scope, routes)| all.merge(group(scope, routes)));
    let mut all = OpenApiRouter::with_openapi(Document::openapi()).nest(BASE, all).nest(ORIGINAL, like_the_original());
    let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    all.get_openapi_mut().components.get_or_insert_with(Components::new).add_security_scheme(TOKEN, scheme);
    all
}

/// What the Python program answered.
fn like_the_original() -> OpenApiRouter<App> {
    let read = OpenApiRouter::new()
        .routes(routes!(original::alerts))
        .routes(routes!(original::status))
        .routes(routes!(original::enrichment_cache))
        .routes(routes!(original::trace));
    let act = OpenApiRouter::new().routes(routes!(original::snooze_alert));
    let scan = OpenApiRouter::new()
        .routes(routes!(original::run_scan))
        .routes(routes!(original::enrich_alert))
        .routes(routes!(original::enrich_bulk))
        .routes(routes!(original::trace_run));
    group(Scope::Read, read).merge(group(Scope::Act, act)).merge(group(Scope::Scan, scan))
}

/// Routes that need a scope, which their part of the document says.
fn group(scope: Scope, routes: OpenApiRouter<App>) -> OpenApiRouter<App> {
    let mut routes = routes.layer(from_fn_with_state(scope, need_scope));
    for path in routes.get_openapi_mut().paths.paths.values_mut() {
        let PathItem { get, put, post, delete, patch, .. } = path;
        for operation in [get, put, post, delete, patch].into_iter().flatten() {
            operation.security = Some(vec![SecurityRequirement::new(TOKEN, [scope.name()])]);
            let problems = [
                ("400", "The request makes no sense."),
                ("401", "Nobody is logged in."),
                ("403", "The caller may not do this."),
                ("404", "There is no such thing."),
                ("503", "The database is locked, or too much is under way."),
            ];
            let responses: &mut BTreeMap<String, RefOr<Response>> = &mut operation.responses.responses;
            for (status, words) in problems {
                responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(words)));
            }
        }
    }
    routes
}

fn problem(words: &str) -> Response {
    let content = utoipa::openapi::ContentBuilder::new().schema(Some(utoipa::openapi::Ref::from_schema_name("Problem"))).build();
    utoipa::openapi::ResponseBuilder::new().description(words).content("application/problem+json", content).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_says_which_scope_it_needs() {
        let mut router = documented();
        let document = router.get_openapi_mut();
        assert!(document.paths.paths.len() > 25);
        for (path, item) in &document.paths.paths {
            assert!(path.starts_with(ORIGINAL), "{path}");
            let operations = [&item.get, &item.put, &item.post, &item.delete, &item.patch];
            for operation in operations.into_iter().flatten() {
                assert!(operation.security.as_ref().is_some_and(|needed| needed.len() == 1), "{path}");
            }
        }
    }
}
