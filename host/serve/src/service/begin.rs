//! How the service begins: alone, going on where an earlier one ended. A database that cannot be used yet is waited for as one is later.

use axum::Router;
use tokio::task::JoinHandle;

use super::report::Ended;
use super::{Service, ServiceError};
use crate::schedule::{Backoff, wait};
use crate::status::Status;

impl Service<'_> {
    /// Opens the database. Why it cannot be used yet, where that is waited for: not with `once`.
    pub(super) fn open_first(&mut self, once: bool) -> Result<Result<(), ServiceError>, ServiceError> {
        match self.remember() {
            Err(error) if error.is_trouble() && !once => Ok(Err(error)),
            begun => begun.map(Ok),
        }
    }

    /// Listens, where it is to. Another service on the same database is found before.
    pub(super) async fn listen(&self) -> Result<Option<JoinHandle<()>>, ServiceError> {
        let Some(listen) = &self.around.listen else { return Ok(None) };
        let server = listen.bind().await?;
        self.around.sink.note(&format_args!("listening at {}", server.url()));
        (self.around.listening)(&server.url());
        let router = self.around.site.iter().cloned().fold(self.around.health.clone().router(), Router::merge);
        let mut stop = self.around.stop.clone();
        Ok(Some(tokio::spawn(server.run(router, async move { drop(stop.wait_for(|stop| *stop).await) }))))
    }

    /// Waits until the database can be used, with growing pauses. Nothing of that can be stored in it: the log, the service manager and
    /// those who ask by HTTP learn of it.
    pub(super) async fn wait_for_database(&mut self, first: ServiceError) -> Result<(), ServiceError> {
        let (mut failed, mut failures) = (Err(first), 0);
        while let Err(error) = failed {
            if !error.is_trouble() {
                return Err(error);
            }
            failures += 1;
            self.is_unusable(&error.to_string());
            let until = self.now().plus(Backoff::TROUBLE.delay(failures));
            while self.now() < until {
                if *self.around.stop.borrow() {
                    return Ok(());
                }
                if self.around.reload.has_changed().unwrap_or(false) {
                    self.read_again();
                    break;
                }
                self.pause(wait(Some(until), self.now())).await;
            }
            failed = self.remember();
        }
        Ok(())
    }

    /// Says why the database cannot be used, once for each reason.
    fn is_unusable(&mut self, reason: &str) {
        let now = self.now();
        if self.trouble.as_ref().is_none_or(|(known, _)| known != reason) {
            self.around.sink.warn(&format_args!("the database cannot be used yet, and is tried again: {reason}"));
        }
        self.trouble.get_or_insert_with(|| (String::new(), now)).0 = reason.to_owned();
        self.publish(Ended::Locked);
    }

    /// Goes on where an earlier service ended.
    fn remember(&mut self) -> Result<(), ServiceError> {
        let now = self.now();
        let before = Status::read(&self.database()?.database, now)?;
        self.rules = before.service.rules;
        self.agenda.remember(|name| before.jobs.get(name).map(|job| job.state.clone()));
        Ok(())
    }
}
