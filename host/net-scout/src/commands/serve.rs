//! `net-scout serve`: the service, until it is stopped.

use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::{check_filters, interrupted, runtime};
use crate::config::Config;
use crate::exit;
use crate::output::Terminal;
use net_scout_model::clock::SystemClock;
use net_scout_serve::health::{Health, Listen, Metrics};
use net_scout_serve::notify::Notifier;
use net_scout_serve::service::{ServiceOptions, Surroundings, serve};

/// How long its main loop may be silent before `/healthz` says that it hangs.
const PATIENCE: Duration = Duration::from_secs(900);

/// Runs the service; with `once` each job that is due, once.
///
/// # Errors
/// When it cannot begin, or with `once` a job failed.
pub fn run(config: &Config, once: bool, again: &(dyn Fn() -> anyhow::Result<Config> + Send + Sync)) -> anyhow::Result<u8> {
    let options = config.service_options();
    let notifier = Notifier::from_environment(|name| std::env::var_os(name))?;
    let health = Health::new(Metrics::new(options.version), PATIENCE);
    let (stopping, stop) = watch::channel(false);
    let (reloading, reload) = watch::channel(());
    let reread = || -> Result<ServiceOptions, String> {
        let config = again().and_then(|config| checked(&config).map(|()| config));
        config.map(|config| config.service_options()).map_err(|error| format!("{error:#}"))
    };
    checked(config)?;
    let runtime = runtime()?;
    let ran = runtime.block_on(async {
        tokio::spawn(async move {
            interrupted().await;
            stopping.send_replace(true);
        });
        let mut hangups = signal(SignalKind::hangup()).context("SIGHUP cannot be received")?;
        tokio::spawn(async move {
            while hangups.recv().await.is_some() {
                reloading.send_replace(());
            }
        });
        let around = Surroundings {
            clock: &SystemClock,
            sink: &Terminal,
            notifier: &notifier,
            health,
            listen: config.listen.map(|address| Listen { address, beyond: config.listen_beyond_loopback }),
            stop,
            reload,
            options: &reread,
        };
        anyhow::Ok(serve(options, once, around).await?)
    });
    // Not waiting for rules that were given up.
    runtime.shutdown_background();
    ran.map(|()| exit::SUCCESS)
}

/// Checks what only plugins know of a configuration, on a thread of its own: the service may be in the middle of its own work.
fn checked(config: &Config) -> anyhow::Result<()> {
    let check = || runtime()?.block_on(check_filters(config));
    let checked = std::thread::scope(|scope| scope.spawn(check).join());
    checked.unwrap_or_else(|_| Err(anyhow::anyhow!("the filters of routes could not be checked")))
}
