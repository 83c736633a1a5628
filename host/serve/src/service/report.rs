//! What the service says of itself: in the database, to the service manager, and to those who ask over HTTP.

use super::connection::Open;
use super::{NAME, Service, figures, longest_lag};
use crate::health::write_textfile;
use crate::notify::Notice;
use crate::schedule::Schedule;
use crate::status::{CoverageStatus, JobStatus, ServiceStatus, Status, running};
use net_scout_model::Timestamp;

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// All was done.
    Done,
    /// Something failed.
    Failed,
    /// The database could not be used.
    Unusable,
    /// Another program keeps it locked: nothing can be stored in it either.
    Locked,
    /// The service is to end.
    Stopped,
}

impl Ended {
    /// As it stands in a label.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed | Self::Unusable | Self::Locked => "failed",
            Self::Stopped => "stopped",
        }
    }
}

impl Service<'_> {
    /// Says that a job begins.
    pub(super) fn begin(&mut self, name: &str, now: Timestamp) {
        let zone = self.agenda.zone.clone();
        let Some(job) = self.agenda.job(name) else { return };
        job.begin(now, &zone);
        let job = job.clone();
        self.around.notifier.send(Notice::Status(&format!("{name} since {}", now.seconds())));
        // Where the database cannot be used, the job finds that out.
        if self.trouble.is_none()
            && let Some(open) = self.connection.opened()
            && let Err(error) = JobStatus::of(&job, &self.agenda.zone).keep(name, &mut open.database, now)
        {
            tracing::debug!("that {name} runs could not be stored: {error}");
        }
    }

    /// Says which enrichers look up what, and how that is changed.
    pub(super) fn announce_lookups(&self) {
        let enrichers = self.plugins.enrichers.enrichers.iter();
        let names: Vec<&str> = enrichers.map(|approved| approved.enricher.description.name.as_str()).collect();
        if names.is_empty() {
            return;
        }
        let (names, sink) = (names.join(", "), self.around.sink);
        match &self.options.schedules.enrich {
            Schedule::Off => sink.note(&format_args!(
                "no addresses are looked up; with `schedule.enrich = \"5 minutes\"`, {names} would look up those of new alerts"
            )),
            schedule => sink.note(&format_args!(
                "addresses of new alerts are looked up by {names} ({schedule}); `schedule.enrich = \"off\"` turns that off, and `net-scout \
                 plugin inspect NAME` shows whom an enricher asks"
            )),
        }
    }

    /// What is wrong beside what the jobs say.
    fn own_problems(&self) -> Vec<String> {
        let trouble = self.trouble.as_ref();
        let trouble = trouble.map(|(reason, since)| format!("the database cannot be used since {}: {reason}", since.seconds()));
        let plugins = self.plugins.problems.iter().cloned();
        let notify = self.options.notify.problems().into_iter().chain(self.undelivered.clone());
        plugins.chain(self.misconfigured.clone()).chain(trouble).chain(notify).collect()
    }

    /// Says how it stands, after a job.
    pub(super) fn tell(&mut self, job: &str, ended: Ended) {
        figures::ran(&self.around.health.metrics, job, ended.word());
        self.publish(ended);
    }

    /// Says how it stands.
    pub(super) fn publish(&mut self, ended: Ended) {
        let now = self.now();
        self.rules = running(&self.rules, self.plugins.rules.digests(), now);
        let mut status = Status::of(ServiceStatus::default(), &self.agenda, now);
        if ended != Ended::Locked {
            self.keep(&mut status, ended == Ended::Unusable, now);
        }
        status.service = self.described();
        status.running = Some(NAME.to_owned());
        let status = status.aged(self.options.tick.settle, now);
        let health = &self.around.health;
        figures::standing(&health.metrics, &status);
        figures::plugins(&health.metrics, self.plugins.problems.len(), &status);
        health.set_unready(status.problems(longest_lag(&self.options)));
        health.beat();
        if let Some(path) = &self.options.textfile
            && let Err(error) = write_textfile(path, &health.metrics.text())
        {
            self.around.sink.warn(&error);
        }
        let coverage = &status.service.coverage;
        let line = match (&self.trouble, coverage.good_until) {
            (Some((reason, _)), _) => reason.clone(),
            (None, Some(until)) => format!("scanned until {}, {} s behind", until.seconds(), coverage.lag_seconds),
            (None, None) => "nothing scanned yet".to_owned(),
        };
        self.around.notifier.send(Notice::Status(&line));
        self.around.notifier.send(Notice::Watchdog);
    }

    /// Keeps it in the database, as far as that can be used. `is_unusable` says that a job could not.
    fn keep(&mut self, status: &mut Status, is_unusable: bool, now: Timestamp) {
        let (table, target) = (self.options.scan.table.clone(), now.plus(-self.options.tick.settle));
        let oldest = target.plus(-self.options.tick.catch_up);
        let Ok(Open { database, .. }) = self.database() else { return };
        let coverage = database.coverage(&table).map(|coverage| CoverageStatus::of(&coverage, oldest, target));
        status.failing_rules = database.failing_rules().unwrap_or_default();
        let (bytes, unenriched) = (database.bytes(), database.unenriched_alerts());
        status.outbox = database.outbox_depths().unwrap_or_default();
        let metrics = &self.around.health.metrics;
        figures::outbox(metrics, self.options.notify.receivers.keys(), &status.outbox, now);
        figures::database(metrics, bytes.ok(), unenriched.ok());
        self.coverage = coverage.unwrap_or_else(|_| self.coverage.clone());
        let before = self.trouble.take_if(|_| !is_unusable);
        status.service = self.described();
        let Some(Open { database, lease, .. }) = self.connection.opened() else { return };
        let kept = status.keep(database, now).and_then(|()| database.keep_lock(lease, now));
        match kept {
            Err(error) => {
                self.around.sink.warn(&format_args!("what the service says of itself could not be stored: {error}"));
                self.trouble = self.trouble.take().or(before).or_else(|| Some((error.to_string(), now)));
            }
            Ok(_) if before.is_some() => self.around.sink.note(&"the database can be used again"),
            Ok(_) => {}
        }
    }

    /// What is said of the service as a whole.
    fn described(&self) -> ServiceStatus {
        ServiceStatus {
            version: self.options.version.to_owned(),
            started: Some(self.started),
            coverage: self.coverage.clone(),
            settle_seconds: Some(self.options.tick.settle / 1_000_000),
            longest_lag_seconds: Some(longest_lag(&self.options) / 1_000_000),
            rules: self.rules.clone(),
            notes: self.plugins.notes.values().cloned().collect(),
            problems: self.own_problems(),
        }
    }
}
