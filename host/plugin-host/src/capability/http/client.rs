//! The connections of a run: one client for this machine, which trusts no certificate, and one for everything else.

use std::error::Error as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{Client, ClientBuilder};

use super::{CONNECT_TIMEOUT, QUOTED, TIMEOUT, timed_out, wit};
use crate::schedule::RateLimiter;
use net_scout_model::clock::Clock;
use net_scout_model::{Secrets, plain};

/// The connections of a run, shared by all plugins, and the secrets that may go over them.
#[derive(Clone)]
pub struct HttpClient(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub(super) secrets: Secrets,
    /// How often each server may be asked, whichever plugin asks.
    rates: Arc<RateLimiter>,
    /// Says whose turn it is.
    clock: Arc<dyn Clock + Send + Sync>,
    /// For this machine: it trusts no certificate.
    plain: OnceLock<Result<Client, String>>,
    /// For everything else. Made when it is first needed, because it reads all certificates of the system.
    tls: OnceLock<Result<Client, String>>,
}

impl HttpClient {
    /// With these secrets and rate limits, whose turns this clock tells. It opens nothing yet.
    #[must_use]
    pub fn new(secrets: Secrets, rates: Arc<RateLimiter>, clock: Arc<dyn Clock + Send + Sync>) -> Self {
        // It is an error only that another was installed before, which then does as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self(Arc::new(Shared { secrets, rates, clock, plain: OnceLock::new(), tls: OnceLock::new() }))
    }

    pub(super) fn client(&self, scheme: &str) -> Result<&Client, wit::HttpError> {
        let made = if scheme == "https" {
            self.0.tls.get_or_init(|| build(builder()))
        } else {
            self.0.plain.get_or_init(|| build(builder().tls_certs_only([])))
        };
        let unavailable = |error: &String| wit::HttpError::Unavailable(format!("no HTTP client can be made: {error}"));
        made.as_ref().map_err(unavailable)
    }

    /// Takes the next turn with a server, and says how long to wait for it.
    pub(super) fn turn(&self, origin: &str) -> Duration {
        self.0.rates.turn(origin, self.0.clock.now())
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

/// What a failed request means.
pub(super) fn failure(error: reqwest::Error, what: &str) -> wit::HttpError {
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
    use std::collections::BTreeMap;

    use crate::schedule::Rate;
    use net_scout_model::Timestamp;
    use net_scout_model::clock::FixedClock;

    #[test]
    fn a_client_can_be_made_for_this_machine_without_any_certificate() {
        let clock = Arc::new(FixedClock(Timestamp(0)));
        assert!(HttpClient::new(Secrets::default(), Arc::new(RateLimiter::unlimited()), clock).client("http").is_ok());
    }

    #[test]
    fn turns_go_by_the_clock_that_was_given() {
        let rate = Rate { interval: Duration::from_secs(1), burst: 1 };
        let at = |micros| Arc::new(FixedClock(Timestamp(micros)));
        let rates = Arc::new(RateLimiter::new(rate, BTreeMap::new(), Timestamp(0)));
        let client = |clock| HttpClient::new(Secrets::default(), Arc::clone(&rates), clock);
        assert_eq!(client(at(0)).turn("https://a.example"), Duration::ZERO);
        assert_eq!(client(at(400_000)).turn("https://a.example"), Duration::from_millis(600));
    }
}
