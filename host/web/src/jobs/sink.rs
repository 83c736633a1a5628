//! What the work of a job is given: it takes what the use case says, and says when to stop.

use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;

use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::job::{Job, JobStatus, Step};
use crate::problem::Problem;
use net_scout_model::{Progress, Sink, Timestamp, Wait, plain};

/// The most characters of a message.
const LONGEST: usize = 1_000;

/// The surroundings of a job.
#[derive(Clone)]
pub(crate) struct Work {
    said: Arc<watch::Sender<Job>>,
    stopped: watch::Receiver<bool>,
}

impl Work {
    pub(super) fn new(said: Arc<watch::Sender<Job>>, stopped: watch::Receiver<bool>) -> Self {
        Self { said, stopped }
    }

    /// Whether nobody has cancelled it.
    pub(crate) fn goes_on(&self) -> bool {
        !*self.stopped.borrow()
    }

    /// Ends when somebody cancels it.
    pub(crate) fn stop(&self) -> impl Future<Output = ()> + use<> {
        let mut stopped = self.stopped.clone();
        async move {
            if stopped.wait_for(|stopped| *stopped).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits for a use case on this thread: only the work of a job may block one for so long.
    pub(crate) fn wait_for<T>(&self, future: impl Future<Output = T>) -> T {
        Handle::current().block_on(future)
    }

    /// It has ended.
    pub(super) fn end(&self, worked: Result<Value, Problem>, now: Timestamp) {
        let was_stopped = !self.goes_on();
        self.said.send_modify(|job| {
            job.ended = Some(now.seconds());
            (job.status, job.result, job.error) = match worked {
                Ok(result) if was_stopped => (JobStatus::Cancelled, Some(result), None),
                Ok(result) => (JobStatus::Done, Some(result), None),
                Err(_) if was_stopped => (JobStatus::Cancelled, None, None),
                Err(problem) => (JobStatus::Failed, None, Some(problem)),
            };
        });
    }

    fn say(&self, text: &dyn Display) {
        let text = plain(&text.to_string(), LONGEST);
        self.said.send_modify(|job| job.say(text));
    }
}

impl Sink for Work {
    fn warn(&self, text: &dyn Display) {
        self.say(text);
    }

    fn note(&self, text: &dyn Display) {
        self.say(text);
    }

    fn progress(&self, what: &'static str, unit: &'static str, total: u64) -> Box<dyn Progress> {
        let step = Step { what: what.to_owned(), unit: unit.to_owned(), done: 0, total, last: String::new() };
        self.said.send_modify(|job| job.step = Some(step));
        Box::new(Steps { said: Arc::clone(&self.said), what })
    }

    fn wait(&self) -> Wait {
        let work = self.clone();
        Arc::new(move |text| work.say(text))
    }
}

struct Steps {
    said: Arc<watch::Sender<Job>>,
    what: &'static str,
}

impl Progress for Steps {
    fn advance(&self, steps: u64, message: &str) {
        let last = plain(message, LONGEST);
        self.said.send_modify(|job| {
            if let Some(step) = job.step.as_mut().filter(|step| step.what == self.what) {
                step.done += steps;
                step.last = last;
            }
        });
    }
}
