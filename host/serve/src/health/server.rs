//! `/healthz`, `/readyz` and `/metrics` over HTTP. It reads what the service says of itself and reaches nothing else.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Metrics;
use super::metrics;

/// What the service says of itself.
#[derive(Clone, Debug)]
pub struct Health {
    shared: Arc<Mutex<Shared>>,
    /// The figures.
    pub metrics: Metrics,
    /// How long the service may be silent before it counts as dead.
    patience: Duration,
}

#[derive(Debug)]
struct Shared {
    beat: Instant,
    /// Why it is not ready; empty where it is.
    unready: Vec<String>,
}

impl Health {
    /// Of a service that begins, and is not ready yet.
    #[must_use]
    pub fn new(metrics: Metrics, patience: Duration) -> Self {
        let shared = Shared { beat: Instant::now(), unready: vec!["it has not scanned yet".to_owned()] };
        Self { shared: Arc::new(Mutex::new(shared)), metrics, patience }
    }

    fn shared(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A sign of life of the main loop.
    pub fn beat(&self) {
        self.shared().beat = Instant::now();
    }

    /// Says whether it keeps up: with the reasons why not, a line each, or none of them.
    pub fn set_unready(&self, reasons: Vec<String>) {
        self.shared().unready = reasons;
    }

    async fn healthz(State(health): State<Self>) -> Response {
        let silent = health.shared().beat.elapsed();
        if silent <= health.patience {
            return plain(StatusCode::OK, "ok\n".to_owned());
        }
        plain(StatusCode::SERVICE_UNAVAILABLE, format!("the service has been silent for {} s\n", silent.as_secs()))
    }

    async fn readyz(State(health): State<Self>) -> Response {
        let unready = health.shared().unready.clone();
        if unready.is_empty() {
            return plain(StatusCode::OK, "ok\n".to_owned());
        }
        plain(StatusCode::SERVICE_UNAVAILABLE, unready.join("\n") + "\n")
    }

    async fn figures(State(health): State<Self>) -> Response {
        let headers = [(CONTENT_TYPE, metrics::CONTENT_TYPE), (CACHE_CONTROL, "no-store")];
        (headers, health.metrics.text()).into_response()
    }

    /// The routes that say it.
    pub(crate) fn router(self) -> Router {
        Router::new()
            .route("/healthz", get(Self::healthz))
            .route("/readyz", get(Self::readyz))
            .route("/metrics", get(Self::figures))
            .with_state(self)
    }
}

fn plain(status: StatusCode, text: String) -> Response {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (status, headers, text).into_response()
}
