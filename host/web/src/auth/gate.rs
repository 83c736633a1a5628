//! Finds out who sent a request, from its token or its session, and lets nobody else in. A request of a session that changes something has
//! to bring the session's CSRF token too, whatever its handler looks at.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::caller::{Caller, Role, Scope, Scopes, unknown};
use super::login::SESSION;
use super::secret::{digest, is_same};
use crate::app::App;
use crate::problem::Problem;
use crate::security::{BODY, is_safe};

/// How long a session holds without being used, in microseconds.
const IDLE: i64 = 12 * 3_600_000_000;
/// The header with the CSRF token.
const CSRF: &str = "x-csrf-token";

/// Puts the caller into the request, where there is one.
pub(crate) async fn identify(State(app): State<App>, request: Request, next: Next) -> Response {
    match with_caller(&app, request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Lets only callers in that are known.
pub(crate) async fn need_login(request: Request, next: Next) -> Response {
    if request.extensions().get::<Caller>().is_none() {
        return unknown().into_response();
    }
    next.run(request).await
}

/// Lets only callers in that may do this.
pub(crate) async fn need_scope(State(scope): State<Scope>, caller: Caller, request: Request, next: Next) -> Response {
    match caller.need(scope) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

async fn with_caller(app: &App, mut request: Request) -> Result<Request, Problem> {
    let Some(caller) = caller(app, request.headers())? else { return Ok(request) };
    if let (Some(csrf), false) = (&caller.csrf, is_safe(request.method())) {
        request = with_csrf(request, csrf).await?;
    }
    request.extensions_mut().insert(caller);
    Ok(request)
}

/// Who sent it; nobody where it has neither token nor session. A token that does not hold is an error, a session that is over is not.
fn caller(app: &App, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    let now = app.now();
    if let Some(header) = headers.get(AUTHORIZATION) {
        let token = header.to_str().ok().and_then(|text| text.split_once(' '));
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
        let found = token.map(|token| app.accounts().token(&digest(token), now)).transpose()?.flatten();
        let known = found.and_then(|row| {
            let role = Role::of(&row.role)?;
            let scopes = Scopes::parse(&row.scopes).unwrap_or_default().and(role.scopes());
            Some(Caller { name: row.user, role, scopes, csrf: None })
        });
        let wrong = || {
            Problem::new(StatusCode::UNAUTHORIZED, "the token is not one, or it was revoked or has ended")
                .fix("`net-scout token list` shows the tokens, `net-scout token add` makes one")
        };
        return known.map(Some).ok_or_else(wrong);
    }
    let Some(session) = cookie(headers, SESSION) else { return Ok(None) };
    let found = app.accounts().session(&digest(session), now, now.plus(-IDLE))?;
    Ok(found.and_then(|row| {
        let role = Role::of(&row.role)?;
        Some(Caller { name: row.user, role, scopes: role.scopes(), csrf: Some(row.csrf) })
    }))
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
}

/// Makes sure that the request brings the CSRF token of its session, in the header or in its form.
async fn with_csrf(request: Request, csrf: &str) -> Result<Request, Problem> {
    match (in_header(request.headers(), csrf), is_form(request.headers())) {
        (Some(true), _) => return Ok(request),
        (None, true) => {}
        (Some(false), _) | (None, false) => return Err(no_csrf()),
    }
    let (parts, body) = request.into_parts();
    let too_large = |_| {
        let detail = format!("the body is larger than {BODY} bytes, or ended too early");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).fix("send less at once")
    };
    let bytes = to_bytes(body, BODY).await.map_err(too_large)?;
    // It is hexadecimal, so it stands in a form as it is.
    let sent = bytes.split(|byte| *byte == b'&').find_map(|pair| pair.strip_prefix(b"csrf="));
    let is_right = sent.and_then(|sent| std::str::from_utf8(sent).ok()).is_some_and(|sent| is_same(sent, csrf));
    if is_right { Ok(Request::from_parts(parts, Body::from(bytes))) } else { Err(no_csrf()) }
}

/// Whether the header has the token; none where it says nothing.
fn in_header(headers: &HeaderMap, csrf: &str) -> Option<bool> {
    headers.get(CSRF).map(|sent| sent.to_str().is_ok_and(|sent| is_same(sent, csrf)))
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

fn no_csrf() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "the request does not bring the CSRF token of its session")
        .fix("reload the page and try again; a script sends it in the header X-CSRF-Token")
}
