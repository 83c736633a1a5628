//! What holds for every request before anybody asks who sent it: by which name it came, from where, how much it brings; and what every
//! answer forbids the browser.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use net_scout_model::plain;

use crate::app::{App, Site};
use crate::problem::Problem;

/// The most bytes of a body.
pub(crate) const BODY: usize = 1 << 20;

/// Nothing from elsewhere, no script but our files, no frame around us, forms to us alone.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

const HEADERS: [(HeaderName, HeaderValue); 7] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // Nothing to other origins. With `no-referrer` browsers would send `Origin: null` with our own forms.
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static("camera=(), geolocation=(), microphone=()")),
];

/// Checks a request, and adds to its answer what a browser must not do.
pub(crate) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let checked = check_host(app.site(), request.headers())
        .and_then(|host| if is_safe(request.method()) { Ok(()) } else { check_origin(app.site(), request.headers(), &host) });
    let mut response = match checked {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, value);
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether a request of this method changes nothing.
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The host that the request is for, in lower case with its port, where it is one of ours: a name of somebody else that leads here
/// (DNS rebinding) is not.
fn check_host(site: &Site, headers: &HeaderMap) -> Result<String, Problem> {
    let host = text(headers, HOST).unwrap_or_default().to_ascii_lowercase();
    let name = without_port(&host);
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    let is_local = name == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback());
    if is_local || site.hosts.iter().any(|allowed| allowed == name) {
        return Ok(host);
    }
    let problem =
        Problem::new(StatusCode::MISDIRECTED_REQUEST, format!("the host `{}` is not one of this service", plain(name, 100)));
    Err(problem.fix("add the name to `hosts` in the section [serve] of net-scout.toml, if it is meant to be one"))
}

/// Refuses what a page of somebody else sends.
fn check_origin(site: &Site, headers: &HeaderMap, host: &str) -> Result<(), Problem> {
    let is_ours = match text(headers, ORIGIN) {
        Some(origin) => origin.split_once("://").is_some_and(|(scheme, authority)| {
            let authority = authority.to_ascii_lowercase();
            // Behind a proxy that gives us another `Host`, the name that browsers know counts.
            let is_named = authority == host || site.hosts.iter().any(|allowed| allowed == without_port(&authority));
            is_named && ["http", "https"].contains(&scheme)
        }),
        None => match text(headers, HeaderName::from_static("sec-fetch-site")) {
            Some(from) => ["same-origin", "none"].contains(&from),
            // No browser of today: a session still has to bring its CSRF token.
            None => !headers.contains_key(ORIGIN),
        },
    };
    if is_ours {
        return Ok(());
    }
    let problem = Problem::new(StatusCode::FORBIDDEN, "the request comes from a page of another origin");
    Err(problem.fix("send it from a page of this service, or with a token and without the header Origin"))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()) && !name.ends_with(':') => {
            name
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn hosts_that_are_ours() {
        let site = Site { hosts: vec!["scout.example".to_owned()], ..Site::default() };
        for host in ["localhost", "LOCALHOST:9377", "127.0.0.1:1", "[::1]:9377", "[::1]", "127.9.9.9", "scout.example:443"] {
            assert_eq!(check_host(&site, &headers(&[("host", host)])), Ok(host.to_ascii_lowercase()), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "192.0.2.1", "scout.example.evil", "", "127.0.0.1.evil:80"] {
            assert!(check_host(&site, &headers(&[("host", host)])).is_err(), "{host}");
        }
        assert!(check_host(&site, &HeaderMap::new()).is_err());
    }

    #[test]
    fn origins_that_are_ours() {
        let site = Site { hosts: vec!["scout.example".to_owned()], ..Site::default() };
        let check = |pairs: &[(&'static str, &'static str)]| check_origin(&site, &headers(pairs), "localhost:9377").is_ok();
        assert!(check(&[]));
        assert!(check(&[("origin", "http://localhost:9377")]));
        assert!(check(&[("origin", "https://scout.example")]));
        assert!(check(&[("sec-fetch-site", "same-origin")]));
        for origin in
            ["http://localhost:9378", "http://localhost", "null", "https://evil.example", "file://", "ftp://localhost:9377"]
        {
            assert!(!check(&[("origin", origin)]), "{origin}");
        }
        assert!(!check(&[("sec-fetch-site", "cross-site")]) && !check(&[("sec-fetch-site", "same-site")]));
    }
}
