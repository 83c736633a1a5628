//! The process of the service. It is what `net-scout serve` is, but for the clock: to wait, it says on standard output for how long, and reads
//! from standard input what the time is then, and whether to end or to read its configuration again.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use jiff::tz::TimeZone;
use net_scout::config::{Config, ConfigFile, Flags, Layers};
use net_scout_model::clock::Clock;
use net_scout_model::{Sink, Timestamp};
use net_scout_serve::health::{Health, Metrics};
use net_scout_serve::notify::Notifier;
use net_scout_serve::pace::{Pace, Passing};
use net_scout_serve::service::{ServiceOptions, Surroundings, serve};
use net_scout_tests::places;
use tokio::sync::watch;

/// What the test orders beside the time.
pub const STOP: &str = "stop";
/// The same.
pub const RELOAD: &str = "reload";

/// The clock that the test moves. It stands still while the service works.
struct Simulated {
    now: AtomicI64,
    stop: watch::Sender<bool>,
    reload: watch::Sender<()>,
}

impl Simulated {
    /// Reads the time, and what else is ordered. The end of the input is the end of the service.
    fn read(&self) {
        let mut line = String::new();
        let length = std::io::stdin().lock().read_line(&mut line).unwrap_or(0);
        let mut words = line.split_whitespace();
        match words.next().and_then(|word| word.parse().ok()) {
            Some(now) if length > 0 => self.now.store(now, Ordering::SeqCst),
            _ => drop(self.stop.send_replace(true)),
        }
        for word in words {
            match word {
                STOP => drop(self.stop.send_replace(true)),
                RELOAD => self.reload.send_replace(()),
                _ => {}
            }
        }
    }
}

impl Clock for Simulated {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::SeqCst))
    }
}

impl Pace for Simulated {
    fn pass(&self, pause: Duration) -> Passing<'_> {
        Box::pin(async move {
            let mut output = std::io::stdout().lock();
            let said = writeln!(output, "{}", pause.as_micros()).and_then(|()| output.flush());
            drop(output);
            match said {
                Ok(()) => tokio::task::block_in_place(|| self.read()),
                Err(_) => drop(self.stop.send_replace(true)),
            }
        })
    }
}

/// Says everything on standard error, which the test keeps in a file.
struct Log;

impl Sink for Log {
    fn warn(&self, text: &dyn Display) {
        drop(writeln!(std::io::stderr(), "warning: {text}"));
    }

    fn note(&self, text: &dyn Display) {
        drop(writeln!(std::io::stderr(), "{text}"));
    }
}

/// The options as the program makes them of `net-scout.toml` in this folder, in a zone of the test's.
fn options(zone: &TimeZone) -> anyhow::Result<ServiceOptions> {
    let cache = places::target().join("test-code").display().to_string();
    let layers = Layers {
        flags: Flags::default(),
        environment: BTreeMap::from([("NET_SCOUT_CACHE_DIR".to_owned(), cache)]),
        file: ConfigFile::find(Some(Path::new("net-scout.toml")))?,
    };
    Ok(ServiceOptions { zone: zone.clone(), ..Config::resolve(&layers)?.service_options() })
}

/// Runs the service in this folder until it is told to end.
///
/// # Errors
/// When it cannot begin.
pub fn run(zone: &str) -> anyhow::Result<()> {
    let zone = TimeZone::get(zone).with_context(|| format!("`{zone}` is not a time zone"))?;
    let (stopping, stop) = watch::channel(false);
    let (reloading, reload) = watch::channel(());
    let clock = Simulated { now: AtomicI64::new(0), stop: stopping, reload: reloading };
    clock.read();
    let again = || options(&zone).map_err(|error| format!("{error:#}"));
    let first = again().map_err(|reason| anyhow!("{reason}"))?;
    let health = Health::new(Metrics::new(first.version), Duration::from_secs(900));
    let notifier = Notifier::default();
    let around = Surroundings {
        clock: &clock,
        sink: &Log,
        notifier: &notifier,
        health,
        listen: None,
        site: None,
        listening: &|_| (),
        stop,
        reload,
        options: &again,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serve(first, false, around))?;
    runtime.shutdown_background();
    Ok(())
}
