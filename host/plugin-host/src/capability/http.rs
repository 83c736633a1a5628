//! `http`: requests to granted servers, over TLS unless they are on this machine.
//!
//! No proxy, no cookies, no redirect to another server. A secret is added here, and taken out of whatever comes back: it must never be
//! seen by a guest, nor stand in an error or a log.

mod client;
mod exchange;
mod grant;
mod secret;

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use wasmtime::component::{HasSelf, Linker};

use super::interface::{Call, Capability, World, wit_request};
use crate::bindings::enricher::net_scout::plugin::http as wit;
use crate::host_calls::{HostCalls, Passed, failure};
use crate::recording::spelled;
use net_scout_model::Request;

pub use client::HttpClient;
use exchange::{Outgoing, exchange};
pub use grant::HttpGrant;
use secret::Secret;

/// How long a connection may take, and how long everything, redirects included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(15);
/// How much of the value of a header field of a response a guest sees, in characters.
const RESPONSE_FIELD: usize = 4_096;
/// How much of another's words stands in an error, in characters.
const QUOTED: usize = 200;

/// The requests of one call.
pub struct HttpContext {
    grant: HttpGrant,
    client: Option<HttpClient>,
    host_calls: HostCalls,
}

impl Capability for HttpContext {
    const NAME: &'static str = "http";
    const WORLDS: &'static [World] = &[World::Enricher, World::Notifier];

    type Grant = HttpGrant;
    type Shared = HttpClient;

    fn requested(asked: &wit_request::Request, _world: World) -> Option<Result<Request, String>> {
        let wit_request::Request::Http(wit_request::HttpRequest { methods, server, secret }) = asked else { return None };
        Some(Ok(Request::Http { methods: methods.clone(), server: server.clone(), secret: secret.clone() }))
    }

    fn words(request: &Request) -> Option<String> {
        let Request::Http { secret, .. } = request else { return None };
        let secret = if secret.is_some() { ", with a secret that it does not see" } else { "" };
        Some(format!("it requests a server{secret}: {request}"))
    }

    fn grant(plugin: &str, granted: &[Request]) -> HttpGrant {
        HttpGrant::new(plugin, granted)
    }

    fn context(grant: &HttpGrant, client: Option<&HttpClient>, call: &Call<'_>) -> Self {
        Self { grant: grant.clone(), client: client.cloned(), host_calls: call.host_calls.clone() }
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, context: fn(&mut T) -> &mut Self) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<Self>>(linker, context)
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
        let mut first = self.grant.check(&method, url)?;
        let Some(client) = &self.client else { return Err(wit::HttpError::Unavailable("there is no client".to_owned())) };
        let mut request = Outgoing::new(method, headers, body.cloned())?;
        let secret = first.secret.as_deref().map(|name| Secret::find(&client.0.secrets, name, url, headers)).transpose()?;
        if let Some(secret) = &secret {
            if let Some(url) = secret.fill_url(url)? {
                first.url = url;
            }
            secret.fill_fields(&mut request.fields)?;
        }
        let (origin, sent) = (first.origin.clone(), url.len() + length(headers) + body.map_or(0, Vec::len));
        let what = format!("HTTP {} {}", request.method, first.origin);
        // Within the time of the call: a server that many lookups wait for makes the last ones time out and try again later.
        tokio::time::sleep(client.turn(&first.origin)).await;
        let exchange = exchange(&self.grant, client, first, request, secret.as_ref());
        let answer = tokio::time::timeout(TIMEOUT, exchange).await.unwrap_or_else(|_| Err(timed_out(&what)));
        self.host_calls.reached(origin, sent, answer.as_ref().map_or(0, Passed::bytes));
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
        self.host_calls.make("http.send", bytes, arguments, work).await
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

fn timed_out(what: &str) -> wit::HttpError {
    wit::HttpError::TimedOut(format!("{what}: no whole response in {} s", TIMEOUT.as_secs()))
}
