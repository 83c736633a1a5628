//! HTTP clients: one for this machine, which trusts no certificate, and one for everything else.

use std::error::Error as _;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Client, ClientBuilder, Response, Url};

use crate::message::Failure;
use net_scout_model::plain;

/// How long to wait for a connection, and for an answer.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(10);
/// How much of an answer is shown.
const SHOWN: usize = 200;

/// Clients, made when they are needed.
#[derive(Default)]
pub(super) struct Clients {
    plain: OnceLock<Result<Client, String>>,
    tls: OnceLock<Result<Client, String>>,
}

impl Clients {
    /// The one for a URL.
    pub(super) fn of(&self, url: &Url) -> Result<&Client, Failure> {
        let build = |builder: ClientBuilder| builder.build().map_err(|error| cause(&error));
        let made = if url.scheme() == "https" {
            self.tls.get_or_init(|| build(builder()))
        } else {
            self.plain.get_or_init(|| build(builder().tls_certs_only([])))
        };
        made.as_ref().map_err(|error| Failure::unreachable(format!("no HTTP client can be made: {error}")))
    }
}

fn builder() -> ClientBuilder {
    // It is an error only that another was installed before, which then does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("net-scout/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
}

/// What a failed request means. Without its URL, which may be a secret.
pub(super) fn failure(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let text = cause(&error);
    if error.is_builder() {
        Failure::refused(text)
    } else if error.is_connect() {
        Failure::unreachable(text)
    } else {
        Failure::unsure(text)
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

/// How long the server wants to be left alone, where it says so in seconds.
pub(super) fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What the server says of it: the beginning of its answer.
pub(super) async fn said(mut response: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < SHOWN * 4 {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk[..chunk.len().min(SHOWN * 4)]),
            Ok(None) | Err(_) => break,
        }
    }
    let text = plain(String::from_utf8_lossy(&bytes).trim(), SHOWN);
    if text.is_empty() { text } else { format!(": {text}") }
}
