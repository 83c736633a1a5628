//! `http`: requests to granted servers, over TLS unless they are on this machine.
//!
//! No proxy, no cookies, no redirect to another server. A secret is added here, and taken out of whatever comes back: it must never be
//! seen by a guest, nor stand in an error or a log.

mod grant;

use std::error::Error as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Client, ClientBuilder, Method, Response, StatusCode};
use serde_json::json;

pub use grant::HttpGrant;
use grant::{Allowed, fields, origin};

use crate::enricher_bindings::net_scout::plugin::http as wit;
use crate::recording::spelled;
use crate::schedule::RateLimiter;
use crate::{Boundary, Passed, failure};
use net_scout_model::clock::{Clock as _, SystemClock};
use net_scout_model::{Secrets, plain};

/// How long a connection may take, and how long everything, redirects included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(15);
/// The most redirects that are followed.
const REDIRECTS: usize = 5;
/// The largest body of a request and of a response, in bytes.
const REQUEST_BODY: usize = 1 << 20;
const RESPONSE_BODY: usize = 2 << 20;
/// The most header fields of a response that a guest sees, and how much of each value, in characters.
const RESPONSE_FIELDS: usize = 64;
const RESPONSE_FIELD: usize = 4_096;
/// How much of another's words stands in an error, in characters.
const QUOTED: usize = 200;

/// The connections of a run, shared by all plugins, and the secrets that may go over them.
#[derive(Clone)]
pub struct HttpClient(Arc<Shared>);

struct Shared {
    secrets: Secrets,
    /// How often each server may be asked, whichever plugin asks.
    rates: Arc<RateLimiter>,
    /// For this machine: it trusts no certificate.
    plain: OnceLock<Result<Client, String>>,
    /// For everything else. Made when it is first needed, because it reads all certificates of the system.
    tls: OnceLock<Result<Client, String>>,
}

impl HttpClient {
    /// With these secrets and rate limits. It opens nothing yet.
    #[must_use]
    pub fn new(secrets: Secrets, rates: Arc<RateLimiter>) -> Self {
        // It is an error only that another was installed before, which then does as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self(Arc::new(Shared { secrets, rates, plain: OnceLock::new(), tls: OnceLock::new() }))
    }

    fn client(&self, scheme: &str) -> Result<&Client, wit::HttpError> {
        let made = if scheme == "https" {
            self.0.tls.get_or_init(|| build(builder()))
        } else {
            self.0.plain.get_or_init(|| build(builder().tls_certs_only([])))
        };
        let unavailable = |error: &String| wit::HttpError::Unavailable(format!("no HTTP client can be made: {error}"));
        made.as_ref().map_err(unavailable)
    }
}

fn builder() -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("net-scout/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
}

fn build(builder: ClientBuilder) -> Result<Client, String> {
    builder.build().map_err(|error| plain(&cause(&error), QUOTED))
}

/// The requests of one call.
pub struct HttpContext {
    grant: HttpGrant,
    client: Option<HttpClient>,
    boundary: Boundary,
}

impl HttpContext {
    /// For a plugin with this grant; without a client for a guest that may not ask.
    #[must_use]
    pub fn new(grant: HttpGrant, client: Option<HttpClient>, boundary: Boundary) -> Self {
        Self { grant, client, boundary }
    }
}

failure!(wit::HttpError);

impl Passed for wit::Response {
    fn bytes(&self) -> usize {
        self.body.len() + length(&self.headers)
    }
}

/// The bytes of header fields.
fn length(fields: &[wit::Header]) -> usize {
    fields.iter().map(|field| field.name.len() + field.value.len()).sum()
}

impl HttpContext {
    async fn request(
        &self,
        method: Method,
        url: &str,
        headers: &[wit::Header],
        body: Option<&Vec<u8>>,
    ) -> Result<wit::Response, wit::HttpError> {
        let first = self.grant.check(&method, url)?;
        let Some(client) = &self.client else { return Err(wit::HttpError::Unavailable("there is no client".to_owned())) };
        let request = Outgoing::new(method, headers, body.cloned())?;
        let secret = first.secret.as_deref().map(|name| Secret::find(&client.0.secrets, name)).transpose()?;
        let what = format!("HTTP {} {}", request.method, first.origin);
        // Within the time of the call: a server that many lookups wait for makes the last ones time out and try again later.
        tokio::time::sleep(client.0.rates.turn(&first.origin, SystemClock.now())).await;
        let exchange = exchange(&self.grant, client, first, request, secret.as_ref());
        let answer = tokio::time::timeout(TIMEOUT, exchange).await.unwrap_or_else(|_| Err(timed_out(&what)));
        let answer = match secret {
            Some(secret) => secret.hide(answer),
            None => answer,
        };
        answer.map(clip)
    }
}

impl wit::Host for HttpContext {
    async fn send(
        &mut self,
        method: wit::Method,
        url: String,
        headers: Vec<wit::Header>,
        body: Option<Vec<u8>>,
    ) -> wasmtime::Result<Result<wit::Response, wit::HttpError>> {
        let method = match method {
            wit::Method::Get => Method::GET,
            wit::Method::Head => Method::HEAD,
            wit::Method::Post => Method::POST,
        };
        let bytes = url.len() + length(&headers) + body.as_ref().map_or(0, Vec::len);
        let arguments = || spelled(json!({ "method": method.as_str(), "url": url, "headers": headers, "body": body }));
        let work = self.request(method.clone(), &url, &headers, body.as_ref());
        self.boundary.cross("http.send", bytes, arguments, work).await
    }
}

/// A secret that is sent.
struct Secret {
    value: String,
    field: HeaderValue,
}

impl Secret {
    fn find(secrets: &Secrets, name: &str) -> Result<Self, wit::HttpError> {
        let unavailable = |reason: &str| wit::HttpError::Unavailable(format!("secret {} {reason}", plain(name, QUOTED)));
        if !Secrets::may_be(name) {
            return Err(unavailable("cannot be used: the names of secrets begin with PDNS_ or NET_SCOUT_SECRET_"));
        }
        let value = secrets.get(name).ok_or_else(|| unavailable("is not set in the environment"))?;
        let mut field =
            HeaderValue::from_str(&format!("Bearer {value}")).map_err(|_| unavailable("has characters that cannot be sent"))?;
        field.set_sensitive(true);
        Ok(Self { value: value.to_owned(), field })
    }

    /// The answer of a server that may have sent the secret back.
    fn hide(&self, answer: Result<wit::Response, wit::HttpError>) -> Result<wit::Response, wit::HttpError> {
        let text = |text: String| Secrets::hide(&self.value, &text);
        match answer {
            Ok(wit::Response { status, headers, body }) => {
                let headers = headers.into_iter().map(|field| wit::Header { name: text(field.name), value: text(field.value) });
                Ok(wit::Response { status, headers: headers.collect(), body: Secrets::hide_in(&self.value, body) })
            }
            Err(error) => Err(match error {
                wit::HttpError::AccessDenied(error) => wit::HttpError::AccessDenied(text(error)),
                wit::HttpError::TimedOut(error) => wit::HttpError::TimedOut(text(error)),
                wit::HttpError::Invalid(error) => wit::HttpError::Invalid(text(error)),
                wit::HttpError::TooLarge(error) => wit::HttpError::TooLarge(text(error)),
                wit::HttpError::Unavailable(error) => wit::HttpError::Unavailable(text(error)),
            }),
        }
    }
}

/// Cuts long header fields. After secrets were hidden: half of one would not be found.
fn clip(mut response: wit::Response) -> wit::Response {
    for field in &mut response.headers {
        if let Some((end, _)) = field.value.char_indices().nth(RESPONSE_FIELD) {
            field.value.truncate(end);
        }
    }
    response
}

/// What is sent, but for the URL.
struct Outgoing {
    method: Method,
    fields: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Outgoing {
    fn new(method: Method, headers: &[wit::Header], body: Option<Vec<u8>>) -> Result<Self, wit::HttpError> {
        if let Some(body) = body.as_ref().filter(|body| body.len() > REQUEST_BODY) {
            let text = format!("the body has {} bytes, more than {REQUEST_BODY}", body.len());
            return Err(wit::HttpError::TooLarge(text));
        }
        Ok(Self { method, fields: fields(headers)?, body })
    }

    /// What is sent to where a redirect leads (RFC 9110, section 15.4): a POST becomes a GET unless the status forbids that.
    fn redirected(mut self, status: StatusCode) -> Self {
        let again = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        if !again && self.method == Method::POST {
            self.method = Method::GET;
            self.body = None;
            self.fields.remove(CONTENT_TYPE);
        }
        self
    }
}

/// Sends a request, follows redirects on the same server, and reads the response.
async fn exchange(
    grant: &HttpGrant,
    client: &HttpClient,
    first: Allowed,
    mut request: Outgoing,
    secret: Option<&Secret>,
) -> Result<wit::Response, wit::HttpError> {
    let client = client.client(first.url.scheme())?;
    let home = first.origin;
    let mut url = first.url;
    for _ in 0..=REDIRECTS {
        let what = format!("HTTP {} {home}", request.method);
        let mut builder = client.request(request.method.clone(), url.clone()).headers(request.fields.clone());
        if let Some(secret) = secret {
            builder = builder.header(AUTHORIZATION, secret.field.clone());
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let response = builder.send().await.map_err(|error| failure(error, &what))?;
        let Some(location) = location(&response) else { return read(response, &what).await };
        let target = url
            .join(&location)
            .map_err(|_| wit::HttpError::Invalid(format!("{what}: the redirect leads to something that is no URL")))?;
        if origin(&target).as_deref() != Some(home.as_str()) {
            let target = origin(&target).unwrap_or_else(|| target.scheme().to_owned());
            // Before it is cut: half of a secret would not be found.
            let target = secret.map_or(target.clone(), |secret| Secrets::hide(&secret.value, &target));
            return Err(wit::HttpError::AccessDenied(format!(
                "{what}: the redirect to {} is not followed, because it leads to another server",
                plain(&target, QUOTED)
            )));
        }
        request = request.redirected(response.status());
        url = grant.check(&request.method, target.as_str())?.url;
    }
    Err(wit::HttpError::Invalid(format!("HTTP {} {home}: more than {REDIRECTS} redirects", request.method)))
}

/// Where a response redirects to.
fn location(response: &Response) -> Option<String> {
    let redirects = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(LOCATION).filter(|_| redirects)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

/// Reads a response, as far as the limits allow.
async fn read(mut response: Response, what: &str) -> Result<wit::Response, wit::HttpError> {
    let status = response.status().as_u16();
    let headers = response.headers().iter().take(RESPONSE_FIELDS).map(|(name, value)| wit::Header {
        name: name.as_str().to_owned(),
        value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
    });
    let headers = headers.collect();
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| failure(error, what))? {
        if body.len() + piece.len() > RESPONSE_BODY {
            return Err(wit::HttpError::TooLarge(format!("{what}: the response has more than {RESPONSE_BODY} bytes")));
        }
        body.extend_from_slice(&piece);
    }
    Ok(wit::Response { status, headers, body })
}

fn timed_out(what: &str) -> wit::HttpError {
    wit::HttpError::TimedOut(format!("{what}: no whole response in {} s", TIMEOUT.as_secs()))
}

/// What a failed request means.
fn failure(error: reqwest::Error, what: &str) -> wit::HttpError {
    let error = error.without_url();
    let text = format!("{what}: {}", plain(&cause(&error), QUOTED));
    if error.is_builder() {
        wit::HttpError::Invalid(text)
    } else if error.is_timeout() && error.is_connect() {
        wit::HttpError::TimedOut(format!("{what}: no connection in {} s", CONNECT_TIMEOUT.as_secs()))
    } else if error.is_timeout() {
        timed_out(what)
    } else {
        wit::HttpError::Unavailable(text)
    }
}

/// An error and the innermost of its causes, which says the most.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost = error.source();
    while let Some(deeper) = innermost.and_then(std::error::Error::source) {
        innermost = Some(deeper);
    }
    innermost.map_or_else(|| error.to_string(), |innermost| format!("{error}: {innermost}"))
}

#[cfg(test)]
mod tests {

    use super::*;

    fn client(secrets: &[(&str, &str)]) -> HttpClient {
        let environment = secrets.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        HttpClient::new(Secrets::from_environment(&environment), Arc::new(RateLimiter::unlimited()))
    }

    #[test]
    fn a_client_can_be_made_for_this_machine_without_any_certificate() {
        assert!(client(&[]).client("http").is_ok());
    }

    #[test]
    fn a_secret_must_be_set_and_meant_for_it() {
        let client = client(&[("PDNS_API_KEY", "k3y"), ("PDNS_BROKEN", "a\nb")]);
        let found = |name| match Secret::find(&client.0.secrets, name) {
            Ok(secret) => secret.field.to_str().expect("a field").to_owned(),
            Err(wit::HttpError::Unavailable(text)) => text,
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(found("PDNS_API_KEY"), "Bearer k3y");
        assert_eq!(found("PDNS_OTHER"), "secret PDNS_OTHER is not set in the environment");
        assert_eq!(found("PDNS_BROKEN"), "secret PDNS_BROKEN has characters that cannot be sent");
        assert_eq!(found("HOME"), "secret HOME cannot be used: the names of secrets begin with PDNS_ or NET_SCOUT_SECRET_");
    }

    #[test]
    fn a_secret_that_comes_back_is_hidden() {
        let secret =
            Secret::find(&client(&[("PDNS_API_KEY", "k3y/1")]).0.secrets, "PDNS_API_KEY").unwrap_or_else(|_| panic!("a secret"));
        let field = |name: &str, value: &str| wit::Header { name: name.to_owned(), value: value.to_owned() };
        let response = wit::Response {
            status: 200,
            headers: vec![field("x-echo", "Bearer k3y/1")],
            body: br#"{"got": "Bearer k3y\/1"}"#.to_vec(),
        };
        let hidden = secret.hide(Ok(response)).expect("a response");
        assert_eq!(hidden.headers[0].value, "Bearer [secret]");
        assert_eq!(hidden.body, br#"{"got": "Bearer [secret]"}"#);
        let error = secret.hide(Err(wit::HttpError::AccessDenied("to https://K3Y/1".to_owned())));
        assert!(matches!(error, Err(wit::HttpError::AccessDenied(text)) if text == "to https://[secret]"));
    }

    #[test]
    fn a_body_that_is_too_large_is_not_sent() {
        let outgoing = |bytes| Outgoing::new(Method::POST, &[], Some(vec![0; bytes]));
        assert!(outgoing(REQUEST_BODY).is_ok());
        assert!(matches!(outgoing(REQUEST_BODY + 1), Err(wit::HttpError::TooLarge(_))));
    }

    #[test]
    fn a_post_becomes_a_get_unless_the_status_forbids_it() {
        let post = || Outgoing::new(Method::POST, &[], Some(vec![1])).unwrap_or_else(|_| panic!("a request"));
        let seen = post().redirected(StatusCode::SEE_OTHER);
        assert_eq!((seen.method, seen.body), (Method::GET, None));
        let kept = post().redirected(StatusCode::TEMPORARY_REDIRECT);
        assert_eq!((kept.method, kept.body), (Method::POST, Some(vec![1])));
    }
}
