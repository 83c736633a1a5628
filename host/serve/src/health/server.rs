//! `/healthz`, `/readyz` and `/metrics` over HTTP. It reads what the service says of itself and reaches nothing else.

use std::future::{Future, IntoFuture as _};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use super::Metrics;
use super::metrics;

/// How long requests that are being answered may take to end when the service does.
const GRACE: Duration = Duration::from_secs(2);

/// An address where the service cannot or must not listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Others could reach it.
    #[error(
        "[serve] listen = \"{0}\" is reached from other machines, and nobody has to log in; listen at 127.0.0.1 or [::1], or set \
         `listen_beyond_loopback = true` if that is what you mean"
    )]
    Beyond(SocketAddr),
    /// It is taken, or not one of this machine.
    #[error("net-scout cannot listen at {address} ([serve] listen): {reason}")]
    Failed {
        /// The address.
        address: SocketAddr,
        /// Why not.
        reason: io::Error,
    },
}

impl ListenError {
    /// Whether the operator wrote what is not meant to be, and nothing was done.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Beyond(_))
    }
}

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

    fn router(self) -> Router {
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

/// Where to listen.
#[derive(Clone, Copy, Debug)]
pub struct Listen {
    /// The address.
    pub address: SocketAddr,
    /// Whether others than this machine may reach it.
    pub beyond: bool,
}

impl Listen {
    /// Makes sure that nobody reaches it who must not.
    ///
    /// # Errors
    /// When others could.
    pub fn check(self) -> Result<(), ListenError> {
        if !self.address.ip().to_canonical().is_loopback() && !self.beyond {
            return Err(ListenError::Beyond(self.address));
        }
        Ok(())
    }

    /// Listens.
    ///
    /// # Errors
    /// When others could reach it, or it is taken or not one of this machine.
    pub async fn bind(self) -> Result<Server, ListenError> {
        self.check()?;
        let Self { address, .. } = self;
        let failed = |reason| ListenError::Failed { address, reason };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Server { listener, address })
    }
}

/// What listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `end`, and what is being answered then for two seconds more.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(self, health: Health, end: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let (ending, ended) = tokio::sync::oneshot::channel::<()>();
        let end = async move {
            end.await;
            drop(ending);
        };
        let serving = axum::serve(self.listener, health.router()).with_graceful_shutdown(end);
        let late = async {
            // An error, because what would send was dropped: that is the end.
            let _ended = ended.await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            served = serving.into_future() => served,
            () = late => Ok(()),
        }
    }
}
