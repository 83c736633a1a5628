//! The main loop: it runs the jobs when they are due, one after another, and says what became of them.
//!
//! It holds the lock of the service for as long as it runs, takes the turn for each scan and each run of lookups, and never ends because of a database that is locked, replaced or gone: the job fails, is said to have failed, and is tried again later.

mod connection;
mod figures;
mod installed;
mod jobs;
mod scan;

use std::path::PathBuf;

use jiff::tz::TimeZone;
use tokio::sync::watch;

use crate::health::{Health, write_textfile};
use crate::notify::{Notice, Notifier};
use crate::pace::Pace;
use crate::schedule::{Agenda, Job, Schedule, wait};
use crate::status::{CoverageStatus, ServiceStatus, Status};
use crate::tick::TickOptions;
use connection::{Connection, Open};
use installed::Installed;
use net_scout_detect::DetectError;
use net_scout_detect::enrich::EnrichOptions;
use net_scout_detect::scan::ScanOptions;
use net_scout_model::time::Moment;
use net_scout_model::{Sink, Timestamp};
use net_scout_plugin_host::{PluginOptions, PluginsError};
use net_scout_store::{DatabaseError, Retention};

/// What it is called where others see who has the database.
const NAME: &str = "net-scout serve";

/// The names of its jobs.
const SCAN: &str = "scan";
const ENRICH: &str = "enrich";
const EXPIRE: &str = "expire";
const MAINTAIN: &str = "maintain";

/// When each job runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedules {
    /// A scan of what is new.
    pub scan: Schedule,
    /// The enrichment of new alerts.
    pub enrich: Schedule,
    /// Removing answers of lookups that hold no longer.
    pub expire: Schedule,
    /// Removing what was kept for long enough.
    pub maintain: Schedule,
}

/// What the service is told.
#[derive(Clone)]
pub struct ServiceOptions {
    /// Its scans.
    pub scan: ScanOptions,
    /// The plugins.
    pub plugins: PluginOptions,
    /// Its lookups.
    pub enrich: EnrichOptions,
    /// How far a scan looks back: where its window begins.
    pub since: Moment,
    /// The plan of its ticks.
    pub tick: TickOptions,
    /// Its jobs.
    pub schedules: Schedules,
    /// The zone of times of the day.
    pub zone: TimeZone,
    /// The most alerts that one run enriches.
    pub max_enrich: u32,
    /// How long its own rows are kept.
    pub retention: Retention,
    /// The file that the figures are written to after each job.
    pub textfile: Option<PathBuf>,
    /// The version of the program.
    pub version: &'static str,
}

/// Why a service ends, or does not begin.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// There is one.
    #[error("a service runs on this database: {0}; stop it first, or let it work")]
    Held(String),
    /// The plugins cannot be used.
    #[error(transparent)]
    Plugins(#[from] PluginsError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A job that was to run once failed.
    #[error("{0}")]
    Once(String),
}

/// What reads the configuration again.
pub type Reload<'a> = &'a (dyn Fn() -> Result<ServiceOptions, String> + Send + Sync);

/// What the service works with.
pub struct Surroundings<'a> {
    /// The clock, and what waits by it.
    pub clock: &'a dyn Pace,
    /// Takes what it has to say.
    pub sink: &'a dyn Sink,
    /// The way to the service manager.
    pub notifier: &'a Notifier,
    /// What it says to those who ask by HTTP.
    pub health: Health,
    /// Becomes true when it is to end.
    pub stop: watch::Receiver<bool>,
    /// Changes when it is to read its configuration again.
    pub reload: watch::Receiver<()>,
    /// What reads it.
    pub options: Reload<'a>,
}

/// The service.
struct Service<'a> {
    options: ServiceOptions,
    around: Surroundings<'a>,
    connection: Connection,
    plugins: Installed,
    agenda: Agenda,
    started: Timestamp,
    /// Why the configuration that was read again is not used.
    misconfigured: Option<String>,
}

/// Runs the service until it is to end; with `once` until every job that is due has run once.
///
/// # Errors
/// When the database or the plugins cannot be used at the beginning, or another service runs; with `once`, when a job failed.
pub async fn serve(options: ServiceOptions, once: bool, around: Surroundings<'_>) -> Result<(), ServiceError> {
    let now = around.clock.now();
    let mut options = options;
    if once {
        // It is started when somebody wants it: there is no tick that it makes up for.
        options.tick.grid = 1;
    }
    let plugins = Installed::load(&options.plugins, around.sink).await?;
    let mut service = Service {
        agenda: agenda(&options, now),
        connection: Connection::default(),
        plugins,
        started: now,
        misconfigured: None,
        options,
        around,
    };
    service.remember()?;
    service.around.notifier.send(Notice::Ready);
    let ran = if once { service.run_once().await } else { service.run().await };
    service.around.notifier.send(Notice::Stopping);
    service.connection.close();
    ran
}

fn agenda(options: &ServiceOptions, now: Timestamp) -> Agenda {
    let Schedules { scan, enrich, expire, maintain } = options.schedules.clone();
    let jobs = [(SCAN, scan), (ENRICH, enrich), (EXPIRE, expire), (MAINTAIN, maintain)];
    let jobs = jobs.into_iter().map(|(name, schedule)| Job::new(name, schedule, now)).collect();
    Agenda { jobs, zone: options.zone.clone() }
}

impl Service<'_> {
    fn now(&self) -> Timestamp {
        self.around.clock.now()
    }

    /// Goes on where an earlier service ended.
    fn remember(&mut self) -> Result<(), ServiceError> {
        let now = self.now();
        let before = Status::read(&self.database()?.database, now)?;
        self.agenda.remember(|name| before.jobs.get(name).map(|job| job.state.clone()));
        Ok(())
    }

    /// The database, which is opened again where it was gone.
    fn database(&mut self) -> Result<&mut Open, ServiceError> {
        self.connection.open(&self.options.scan, &self.around)
    }

    async fn run(&mut self) -> Result<(), ServiceError> {
        loop {
            if *self.around.stop.borrow() {
                return Ok(());
            }
            if self.around.reload.has_changed().unwrap_or(false) {
                self.read_again();
            }
            let now = self.now();
            if let Some(name) = self.agenda.due(now).map(|job| job.name.clone()) {
                // What failed has been said, and is tried again.
                drop(self.work(&name).await);
                continue;
            }
            self.around.health.beat();
            let pause = wait(self.agenda.next(), now);
            let pause = self.around.notifier.watchdog().map_or(pause, |watchdog| pause.min(watchdog / 3));
            // Idle is well: nothing is due. A job that hangs never comes here.
            self.around.notifier.send(Notice::Watchdog);
            let (mut stop, mut reload) = (self.around.stop.clone(), self.around.reload.clone());
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => {}
                _ = reload.changed() => {}
                () = self.around.clock.pass(pause) => {}
            }
        }
    }

    async fn run_once(&mut self) -> Result<(), ServiceError> {
        let now = self.now();
        let due: Vec<String> = {
            let Agenda { jobs, zone } = &mut self.agenda;
            jobs.iter_mut().filter_map(|job| job.is_due(now, zone).then(|| job.name.clone())).collect()
        };
        let mut failed = Vec::new();
        for name in due {
            if let Err(reason) = self.work(&name).await {
                failed.push(format!("job {name} failed: {reason}"));
            }
        }
        if failed.is_empty() { Ok(()) } else { Err(ServiceError::Once(failed.join("\n"))) }
    }

    /// Reads the configuration again. One that is wrong changes nothing.
    fn read_again(&mut self) {
        self.around.reload.borrow_and_update();
        self.around.notifier.send(Notice::Reloading);
        match (self.around.options)() {
            Ok(options) => {
                let mut agenda = agenda(&options, self.now());
                agenda.remember(|name| self.agenda.job(name).map(|job| job.state().clone()));
                self.agenda = agenda;
                if options.scan.database.path != self.options.scan.database.path {
                    self.connection.close();
                }
                self.options = options;
                self.plugins.forget_files();
                self.misconfigured = None;
                self.around.sink.note(&"the configuration was read again");
            }
            Err(reason) => {
                self.around.sink.warn(&format_args!("the configuration was read again and is not used: {reason}"));
                self.misconfigured = Some(format!("the configuration is wrong, the one before is used: {reason}"));
            }
        }
        self.around.notifier.send(Notice::Ready);
    }

    /// Runs a job, and says what became of it.
    async fn work(&mut self, name: &str) -> Result<(), String> {
        let now = self.now();
        self.begin(name, now);
        self.plugins.refresh(&self.options.plugins, self.around.sink).await;
        let result = match name {
            SCAN => self.scan().await,
            ENRICH => self.enrich().await,
            EXPIRE => self.expire().await,
            _ => self.maintain(),
        };
        if *self.around.stop.borrow() {
            // Stopped rather than failed: what it did not do is done by the next one.
            self.agenda.jobs.iter_mut().filter(|job| job.name == name).for_each(|job| job.end(now, Ok("stopped".to_owned())));
            return Ok(());
        }
        let result = result.map_err(|error| {
            // Another connection may do better, or find another file. A lock of another program says nothing about this one.
            let is_over = !matches!(&error, ServiceError::Database(DatabaseError::Locked { .. } | DatabaseError::Held { .. }));
            if is_over && matches!(error, ServiceError::Database(_)) {
                self.connection.close();
            }
            error.to_string()
        });
        let ended = self.now();
        match &result {
            Ok(said) if said.is_empty() => {}
            Ok(said) => self.around.sink.note(&format_args!("{name}: {said}")),
            Err(reason) => self.around.sink.warn(&format_args!("{name} failed, and is tried again: {reason}")),
        }
        if let Some(job) = self.agenda.job(name) {
            job.end(ended, result.clone());
        }
        self.tell(name, result.is_ok());
        result.map(drop)
    }

    fn begin(&mut self, name: &str, now: Timestamp) {
        if let Some(job) = self.agenda.job(name) {
            job.begin(now);
        }
        self.around.notifier.send(Notice::Status(&format!("{name} since {}", now.seconds())));
    }

    /// Says how it stands: in the database, to the service manager, and to those who ask.
    fn tell(&mut self, job: &str, good: bool) {
        let now = self.now();
        let target = now.plus(-self.options.tick.settle);
        let mut problems = self.plugins.problems.clone();
        problems.extend(self.misconfigured.clone());
        let table = self.options.scan.table.clone();
        let coverage = self.connection.opened().and_then(|open| open.database.coverage(&table).ok());
        let coverage = coverage.map(|coverage| CoverageStatus::of(&coverage, target)).unwrap_or_default();
        let service = ServiceStatus { version: self.options.version.to_owned(), started: Some(self.started), coverage, problems };
        let mut status = Status::of(service, &self.agenda, now);
        if let Some(Open { database, lease, .. }) = self.connection.opened() {
            let kept = status.keep(database, now).and_then(|()| database.keep_lock(lease, now));
            if let Err(error) = kept {
                self.around.sink.warn(&format_args!("what the service says of itself could not be stored: {error}"));
            }
        }
        status.running = Some(NAME.to_owned());
        let health = &self.around.health;
        figures::job(&health.metrics, job, good, &status);
        health.set_unready(status.problems(longest_lag(&self.options)));
        health.beat();
        if let Some(path) = &self.options.textfile
            && let Err(error) = write_textfile(path, &health.metrics.text())
        {
            self.around.sink.warn(&error);
        }
        let coverage = &status.service.coverage;
        let line = match coverage.good_until {
            Some(until) => format!("scanned until {}, {} s behind", until.seconds(), coverage.lag_seconds),
            None => "nothing scanned yet".to_owned(),
        };
        self.around.notifier.send(Notice::Status(&line));
        self.around.notifier.send(Notice::Watchdog);
    }
}

/// How far scans may be behind before that is a problem: two intervals, and some time for the work.
#[must_use]
pub fn longest_lag(options: &ServiceOptions) -> i64 {
    let interval = match options.schedules.scan {
        Schedule::Every(period) => period,
        _ => 24 * 60 * crate::tick::MINUTE,
    };
    interval.saturating_mul(2).saturating_add(crate::tick::MINUTE)
}

fn detect_error(error: DetectError) -> ServiceError {
    match error {
        DetectError::Database(error) => ServiceError::Database(error),
        error => ServiceError::Once(error.to_string()),
    }
}
