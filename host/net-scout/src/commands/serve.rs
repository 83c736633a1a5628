//! `net-scout serve`: the service, until it is stopped.

use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::web::{open_page, web_page};
use super::{check_filters, interrupted, runtime};
use crate::config::Config;
use crate::exit;
use crate::output::Terminal;
use net_scout_model::clock::SystemClock;
use net_scout_serve::health::{Health, Metrics};
use net_scout_serve::notify::Notifier;
use net_scout_serve::service::{ServiceOptions, Surroundings, serve};

/// How long its main loop may be silent before `/healthz` says that it hangs.
const PATIENCE: Duration = Duration::from_secs(900);

/// Runs the service; with `once` each job that is due, once; with `open` it shows its page where there is a desktop.
///
/// # Errors
/// When it cannot begin, or with `once` a job failed.
pub fn run(
    config: &Config,
    once: bool,
    open: bool,
    again: &(dyn Fn() -> anyhow::Result<Config> + Send + Sync),
) -> anyhow::Result<u8> {
    let options = config.service_options();
    let notifier = Notifier::from_environment(|name| std::env::var_os(name))?;
    let health = Health::new(Metrics::new(options.version), PATIENCE);
    let (stopping, stop) = watch::channel(false);
    let (reloading, reload) = watch::channel(());
    let (listen, web) = (config.listen()?, web_page(config)?);
    let reread = || -> Result<ServiceOptions, String> {
        let config = again().and_then(|config| checked(&config).map(|()| config)).map_err(|error| format!("{error:#}"))?;
        web.iter().for_each(|web| web.replace(config.web_options()));
        Ok(config.service_options())
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
            site: web.clone().map(net_scout_web::router),
            listening: &|url| open_page(config, open, url),
            listen,
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
