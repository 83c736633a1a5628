//! The main loop: it runs the jobs when they are due, one after another, and says what became of them.
//!
//! It holds the lock of the service for as long as it runs, takes the turn for each scan, and never ends because of a database that is locked,
//! replaced or gone: the job fails, is said to have failed, and is tried again later.

mod begin;
mod bench;
mod connection;
mod deliver;
mod figures;
mod installed;
mod jobs;
mod options;
mod reload;
mod repeated;
mod report;
mod scan;
mod send_report;

use std::time::Duration;

use axum::Router;
use tokio::sync::watch;

use crate::health::Health;
use crate::listen::Listen;
use crate::notify::{Notice, Notifier};
use crate::pace::Pace;
use crate::schedule::{Agenda, Backoff, Job, Schedule, wait};
use crate::status::{CoverageStatus, RunningRules};
use bench::Bench;
use connection::{Connection, Open};
use installed::Installed;
use net_scout_model::{Sink, Timestamp};
use net_scout_store::DatabaseError;
use options::detect_error;
pub use options::{Schedules, ServiceError, ServiceOptions, longest_lag};
use repeated::Repeated;
use report::Ended;
pub use send_report::ReportPlan;

/// What it is called where others see who has the database.
const NAME: &str = "net-scout serve";

/// How long answers that are being given may take when it ends.
const GRACE: Duration = Duration::from_secs(2);

/// The names of its jobs.
const SCAN: &str = "scan";
const ENRICH: &str = "enrich";
const EXPIRE: &str = "expire";
const MAINTAIN: &str = "maintain";
const REPORT: &str = "report";
const DELIVER: &str = "deliver";

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
    /// Where it is to listen.
    pub listen: Option<Listen>,
    /// What it answers there beside its health: the web page.
    pub site: Option<Router>,
    /// Is told where it listens.
    pub listening: &'a (dyn Fn(&str) + Send + Sync),
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
    /// The rules, as they ran when that was said last.
    rules: RunningRules,
    /// Why the configuration that was read again is not used.
    misconfigured: Option<String>,
    /// Why the database cannot be used, and since when.
    trouble: Option<(String, Timestamp)>,
    /// Which time was scanned, as far as that is known.
    coverage: CoverageStatus,
    /// The rules that failed.
    bench: Bench,
    /// Receivers that messages do not reach.
    undelivered: Vec<String>,
    /// What scans have to say.
    scan_sink: Repeated<'a>,
}

/// Runs the service until it is to end; with `once` until every job that is due has run once.
///
/// # Errors
/// When the plugins cannot be used at the beginning, it cannot listen, or another service runs; with `once`, when the database cannot be used
/// or a job failed.
pub async fn serve(mut options: ServiceOptions, once: bool, around: Surroundings<'_>) -> Result<(), ServiceError> {
    let now = around.clock.now();
    if once {
        // It is started when somebody wants it: there is no tick that it makes up for.
        options.tick.grid = 1;
    }
    around.listen.as_ref().map_or(Ok(()), Listen::check)?;
    let plugins = Installed::load(&options.plugins, around.sink).await?;
    let mut service = Service {
        agenda: agenda(&options, now),
        connection: Connection::default(),
        plugins,
        started: now,
        rules: RunningRules::new(),
        misconfigured: None,
        trouble: None,
        coverage: CoverageStatus::default(),
        bench: Bench::default(),
        undelivered: Vec::new(),
        scan_sink: Repeated::new(around.sink),
        options,
        around,
    };
    let begun = service.open_first(once)?;
    let served = service.listen().await?;
    service.announce_lookups();
    service.around.notifier.send(Notice::Ready);
    let ran = match begun {
        Err(trouble) => service.wait_for_database(trouble).await,
        Ok(()) => Ok(()),
    };
    let ran = match ran {
        Ok(()) if once => service.run_once().await,
        Ok(()) => service.run().await,
        Err(error) => Err(error),
    };
    service.around.notifier.send(Notice::Stopping);
    service.connection.close();
    if let Some(served) = served.filter(|_| !once) {
        // It ends by itself in time; what is left of it ends with the program.
        drop(tokio::time::timeout(GRACE, served).await);
    }
    ran
}

fn agenda(options: &ServiceOptions, now: Timestamp) -> Agenda {
    let Schedules { scan, enrich, expire, maintain, report, deliver } = options.schedules.clone();
    let deliver = if options.notify.is_empty() { Schedule::Off } else { deliver };
    let jobs = [(SCAN, scan), (ENRICH, enrich), (EXPIRE, expire), (MAINTAIN, maintain), (REPORT, report), (DELIVER, deliver)];
    let jobs = jobs.into_iter().map(|(name, schedule)| Job::new(name, schedule, now)).collect();
    Agenda { jobs, zone: options.zone.clone() }
}

impl Service<'_> {
    fn now(&self) -> Timestamp {
        self.around.clock.now()
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
            self.pause(wait(self.agenda.next(), now)).await;
        }
    }

    /// Waits: at most for so long, and until it is told something.
    async fn pause(&self, pause: Duration) {
        self.around.health.beat();
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

    /// Runs a job, and says what became of it.
    async fn work(&mut self, name: &str) -> Result<(), String> {
        let now = self.now();
        self.begin(name, now);
        self.plugins.refresh(&self.options.plugins, now, self.around.sink).await;
        let mut result = self.perform(name).await;
        if matches!(&result, Err(ServiceError::Database(error)) if error.is_gone()) {
            // Another file is there by now: what was begun on the one before is done on that one at once.
            self.connection.leave(&self.options.scan, &self.around);
            result = self.perform(name).await;
        }
        if *self.around.stop.borrow() {
            // Stopped rather than failed: what it did not do is done by the next one.
            self.agenda.job(name).into_iter().for_each(|job| job.interrupt(now));
            self.tell(name, Ended::Stopped);
            return Ok(());
        }
        let is_trouble = result.as_ref().is_err_and(ServiceError::is_trouble);
        let is_locked = matches!(result, Err(ServiceError::Database(DatabaseError::Locked { .. })));
        if is_trouble && !is_locked {
            // Another connection may do better, or find another file. A lock of another program says nothing about this one.
            self.connection.close();
        }
        let (ended, result) = (self.now(), result.map_err(|error| error.to_string()));
        match &result {
            Ok(said) if said.is_empty() => {}
            Ok(said) => self.around.sink.note(&format_args!("{name}: {said}")),
            Err(reason) => self.around.sink.warn(&format_args!("{name} failed, and is tried again: {reason}")),
        }
        if let (Err(reason), true) = (&result, is_trouble) {
            self.trouble.get_or_insert_with(|| (String::new(), ended)).0.clone_from(reason);
        }
        if let Some(job) = self.agenda.job(name) {
            job.backoff = if is_trouble { Backoff::TROUBLE } else { Backoff::default() };
            job.end(ended, result.clone());
        }
        self.tell(
            name,
            match (&result, is_trouble, is_locked) {
                (Ok(_), ..) => Ended::Done,
                (Err(_), _, true) => Ended::Locked,
                (Err(_), true, false) => Ended::Unusable,
                (Err(_), false, false) => Ended::Failed,
            },
        );
        result.map(drop)
    }

    /// Does the work of a job. What it has to say.
    async fn perform(&mut self, name: &str) -> Result<String, ServiceError> {
        match name {
            SCAN => self.tick().await,
            ENRICH => self.enrich().await,
            EXPIRE => self.expire().await,
            REPORT => self.send_report().await,
            DELIVER => self.deliver().await,
            _ => self.maintain(),
        }
    }
}
