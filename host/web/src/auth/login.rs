//! Logging in with a name and a password, and logging out.

use std::time::Instant;

use axum::Router;
use axum::extract::State;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use axum::routing::post;
use ring::hmac;
use serde::Deserialize;

use super::gate::cookie;
use super::secret::{digest, random};
use crate::app::{App, Site};
use crate::extract::Form;
use crate::problem::Problem;

/// The cookie of a session.
pub(super) const SESSION: &str = "net_scout_session";
/// The cookie by which a browser is known that logged in before.
const DEVICE: &str = "net_scout_device";
/// How long a session holds at the most, in microseconds.
const LONGEST: i64 = 7 * 86_400_000_000;
/// How long a browser is known, in seconds.
const KNOWN: u64 = 365 * 86_400;

/// The routes that need no login: `POST /login` and `POST /logout`, both of them forms.
pub(crate) fn router() -> Router<App> {
    Router::new().route("/login", post(log_in)).route("/logout", post(log_out))
}

#[derive(Deserialize)]
struct LoginForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    /// Where to go then: a path of ours.
    #[serde(default)]
    next: String,
}

/// A path of this service, and not the way to another one.
pub(crate) fn is_local_path(path: &str) -> bool {
    path.starts_with('/') && !path.starts_with("//") && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

async fn log_in(State(app): State<App>, headers: HeaderMap, Form(form): Form<LoginForm>) -> Result<Response, Problem> {
    let LoginForm { name, password, next } = form;
    let next = if is_local_path(&next) { next } else { "/".to_owned() };
    let user = app.accounts().user(name.trim())?;
    let key = app.accounts().key(&random(32)?)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let device = cookie(&headers, DEVICE).filter(|device| is_device(&key, name.trim(), device));
    if let Err(pause) = app.limiter().begin(name.trim(), device, Instant::now()) {
        let seconds = pause.as_secs() + 1;
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too many wrong passwords were tried for this name");
        let fix =
            format!("try again in {seconds} s, or from a browser that logged in before; `net-scout user passwd` sets a new one");
        return Err(Problem { retry_after: Some(seconds), ..problem }.fix(fix));
    }
    let hash = user.as_ref().map(|user| user.password.clone());
    let is_right = app.passwords().is(device.is_some(), password, hash).await?;
    let Some(user) = user.filter(|_| is_right) else {
        tracing::warn!("a login failed");
        let back = format!("{}/login?failed=1&next={}", app.site().prefix, encoded(&next));
        return Ok(see_other(&back));
    };
    app.limiter().succeeded(&user.name, device);
    let (session, csrf, now) = (random(32)?, random(32)?, app.now());
    app.accounts().begin_session(user.id, &digest(&session), &csrf, now, now.plus(LONGEST))?;
    let nonce = random(16)?;
    let device = format!("{nonce}{}", signature(&key, &user.name, &nonce));
    let seconds = LONGEST.unsigned_abs() / 1_000_000;
    let cookies = [set_cookie(app.site(), SESSION, &session, seconds)?, set_cookie(app.site(), DEVICE, &device, KNOWN)?];
    let target = format!("{}{next}", app.site().prefix);
    Ok((AppendHeaders(cookies.map(|cookie| (SET_COOKIE, cookie))), see_other(&target)).into_response())
}

async fn log_out(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(session) = cookie(&headers, SESSION) {
        app.accounts().end_session(&digest(session))?;
    }
    let over = set_cookie(app.site(), SESSION, "", 0)?;
    Ok(([(SET_COOKIE, over)], see_other(&format!("{}/login", app.site().prefix))).into_response())
}

fn see_other(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// What shows that a browser logged in as this user.
fn signature(key: &hmac::Key, user: &str, nonce: &str) -> String {
    net_scout_model::hex(hmac::sign(key, format!("{nonce}{}", user.to_lowercase()).as_bytes()).as_ref())
}

fn is_device(key: &hmac::Key, user: &str, device: &str) -> bool {
    let Some((nonce, signed)) = device.split_at_checked(32) else { return false };
    let message = format!("{nonce}{}", user.to_lowercase());
    net_scout_model::unhex(signed).is_some_and(|signed| hmac::verify(key, message.as_bytes(), &signed).is_ok())
}

fn set_cookie(site: &Site, name: &str, value: &str, seconds: u64) -> Result<HeaderValue, Problem> {
    let path = if site.prefix.is_empty() { "/" } else { &site.prefix };
    let secure = if site.secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).map_err(|_| Problem::internal("a cookie cannot be written"))
}

/// A path as the value of a query parameter.
pub(crate) fn encoded(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    path.bytes().map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

impl From<getrandom::Error> for Problem {
    fn from(error: getrandom::Error) -> Self {
        Self::internal(format!("the system gives no random numbers: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_ours() {
        for path in ["/", "/alerts?q=src%3A1", "/a/b#c"] {
            assert!(is_local_path(path), "{path}");
        }
        for path in ["", "//evil.example", "/\\evil.example", "https://evil.example", "alerts", "/a\nb", "/ä"] {
            assert!(!is_local_path(path), "{path}");
        }
        assert_eq!(encoded("/alerts?q=a b"), "/alerts%3Fq%3Da%20b");
    }

    #[test]
    fn a_browser_is_known_for_its_user_alone() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"key");
        let nonce = "0123456789abcdef0123456789abcdef";
        let device = format!("{nonce}{}", signature(&key, "Anna", nonce));
        assert!(is_device(&key, "anna", &device));
        for (user, device) in [("ben", device.as_str()), ("anna", nonce), ("anna", ""), ("anna", "ä"), ("anna", &device[..90])] {
            assert!(!is_device(&key, user, device), "{user} {device}");
        }
    }
}
