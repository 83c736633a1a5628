//! What every handler works with: the options of the use cases, the accounts, the jobs and the clock.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::auth::limiter::Limiter;
use crate::auth::password::Passwords;
use crate::jobs::Jobs;
use crate::live::Live;
use crate::problem::Problem;
use net_scout_detect::DetectError;
use net_scout_detect::enrich::EnrichOptions;
use net_scout_detect::known::WrittenQuery;
use net_scout_detect::scan::{Claim, ScanOptions};
use net_scout_model::clock::Clock;
use net_scout_model::search::AlertQuery;
use net_scout_model::{Messages, Timestamp};
use net_scout_plugin_host::PluginOptions;
use net_scout_serve::service::ServiceOptions;
use net_scout_store::Accounts;

/// How many requests may work on the database at the same time.
const AT_ONCE: usize = 8;
/// How long a request waits until it may.
const PATIENCE: Duration = Duration::from_secs(10);

/// A setting with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingRow {
    /// Its name, with its section before it.
    pub name: String,
    /// Its value, as it was written.
    pub value: String,
    /// Where that stands.
    pub origin: String,
    /// What it means.
    pub meaning: String,
}

/// How the page is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The path that stands before every other where a reverse proxy gives us only a part of its origin: `/scout`, or nothing.
    pub prefix: String,
    /// The host names by which it may be reached, beside those of loopback, in lower case and without a port.
    pub hosts: Vec<String>,
    /// Whether browsers reach it by TLS, here or at a proxy: then cookies go no other way.
    pub secure: bool,
}

/// What the web is told; read again with the configuration.
#[derive(Clone)]
pub struct WebOptions {
    /// What the service is told: its scans, plugins, lookups, receivers, and how long what is kept.
    pub service: ServiceOptions,
    /// What a scan that somebody starts may say of the time that it scanned.
    pub claim: Claim,
    /// Every setting.
    pub settings: Vec<SettingRow>,
    /// The configuration file, if there is one.
    pub file: Option<PathBuf>,
}

impl WebOptions {
    /// What scans are told.
    #[must_use]
    pub fn scan(&self) -> &ScanOptions {
        &self.service.scan
    }

    /// Where the plugins are.
    #[must_use]
    pub fn plugins(&self) -> &PluginOptions {
        &self.service.plugins
    }

    /// What lookups are told.
    #[must_use]
    pub fn enrich(&self) -> &EnrichOptions {
        &self.service.enrich
    }

    /// Reads a query of alerts, whose names are those that plugins and stored alerts have. It blocks.
    ///
    /// # Errors
    /// What is not understood, and what there is; or when the database cannot be read.
    pub fn query(&self, text: &str) -> Result<AlertQuery, DetectError> {
        let (written, silent) = (WrittenQuery::new(text), Messages::default());
        Handle::current().block_on(written.read(&self.scan().database, self.plugins(), &silent))
    }
}

/// The state that all handlers share.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    options: RwLock<Arc<WebOptions>>,
    site: Site,
    clock: Box<dyn Clock + Send + Sync>,
    accounts: Mutex<Accounts>,
    passwords: Passwords,
    limiter: Limiter,
    jobs: Jobs,
    live: Live,
    workers: Semaphore,
}

impl App {
    /// With these accounts.
    #[must_use]
    pub fn new(options: WebOptions, site: Site, accounts: Accounts, clock: Box<dyn Clock + Send + Sync>) -> Self {
        let shared = Shared {
            options: RwLock::new(Arc::new(options)),
            site,
            clock,
            accounts: Mutex::new(accounts),
            passwords: Passwords::default(),
            limiter: Limiter::default(),
            jobs: Jobs::default(),
            live: Live::default(),
            workers: Semaphore::new(AT_ONCE),
        };
        Self(Arc::new(shared))
    }

    /// Takes other options, from the next request on.
    pub fn replace(&self, options: WebOptions) {
        *self.0.options.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(options);
    }

    /// The options as they are now.
    #[must_use]
    pub fn options(&self) -> Arc<WebOptions> {
        Arc::clone(&self.0.options.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How the page is reached.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.0.site
    }

    /// Now, in whole seconds as the commands take it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = self.0.clock.now();
        now.plus(-now.0.rem_euclid(1_000_000))
    }

    /// The jobs that run in the background.
    pub(crate) fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    /// Tells of changes of alerts.
    pub(crate) fn live(&self) -> &Live {
        &self.0.live
    }

    pub(crate) fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.0.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    pub(crate) fn limiter(&self) -> &Limiter {
        &self.0.limiter
    }

    /// Does work that waits for the database or computes, apart from the threads that answer; only so much of it at the same time.
    ///
    /// # Errors
    /// What the work says, or that too much is under way.
    pub(crate) async fn work<T, E>(
        &self,
        work: impl FnOnce(&WebOptions, Timestamp) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: Into<Problem> + Send + 'static,
    {
        let Ok(Ok(permit)) = tokio::time::timeout(PATIENCE, self.0.workers.acquire()).await else {
            return Err(Problem::busy());
        };
        let (options, now) = (self.options(), self.now());
        let worked = tokio::task::spawn_blocking(move || work(&options, now)).await;
        drop(permit);
        worked.map_err(|_| Problem::internal("the request ended before it was done"))?.map_err(Into::into)
    }
}
