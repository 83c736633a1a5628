//! Work in the background that somebody started: scans, enrichment, traces. Each has a number and true progress, can be watched and
//! cancelled, and is forgotten when there were a hundred after it.

mod job;
mod sink;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use serde_json::Value;
use tokio::sync::{Semaphore, watch};

use crate::problem::Problem;
pub(crate) use job::{Job, JobStatus};
use net_scout_model::Timestamp;
pub(crate) use sink::Work;

/// The most jobs that run at the same time.
const RUNNING: usize = 4;
/// The most jobs that are known.
const KNOWN: usize = 100;
/// The most streams of events that are open.
pub(crate) const STREAMS: usize = 100;

/// The jobs since the service began.
pub(crate) struct Jobs {
    all: Mutex<All>,
    /// Places for streams of events.
    pub(crate) streams: Arc<Semaphore>,
}

#[derive(Default)]
struct All {
    last: u64,
    jobs: BTreeMap<u64, Entry>,
}

struct Entry {
    job: watch::Receiver<Job>,
    stop: watch::Sender<bool>,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { all: Mutex::default(), streams: Arc::new(Semaphore::new(STREAMS)) }
    }
}

/// The time of day, for what a job says of itself.
pub(crate) type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

impl Jobs {
    /// Starts a job. `work` blocks, tells its sink how far it is, and ends soon after it is told to stop.
    ///
    /// # Errors
    /// When too many run.
    pub(crate) fn start(
        &self,
        kind: &'static str,
        by: &str,
        now: Now,
        work: impl FnOnce(&Work) -> Result<Value, Problem> + Send + 'static,
    ) -> Result<Job, Problem> {
        let mut all = self.all();
        let running = all.jobs.values().filter(|entry| entry.job.borrow().status == JobStatus::Running).count();
        if running >= RUNNING {
            let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, format!("{running} jobs are running, the most that may"));
            return Err(
                Problem { retry_after: Some(5), ..problem }.fix("wait until one has ended, or cancel one: GET /api/v1/jobs")
            );
        }
        all.last += 1;
        let (id, job) = (all.last, Job::new(all.last, kind, by, now()));
        let (said, seen) = watch::channel(job.clone());
        let (stop, stopped) = watch::channel(false);
        all.jobs.insert(id, Entry { job: seen, stop });
        while all.jobs.len() > KNOWN {
            let ended = all.jobs.iter().find(|(_, entry)| entry.job.borrow().status != JobStatus::Running).map(|(id, _)| *id);
            let Some(ended) = ended else { break };
            all.jobs.remove(&ended);
        }
        let context = Work::new(Arc::new(said), stopped);
        tokio::spawn(async move {
            let (works, is_stopped) = (context.clone(), context.clone());
            let worked = tokio::task::spawn_blocking(move || work(&works)).await;
            let worked = worked.unwrap_or_else(|_| Err(Problem::internal("the job ended before it was done")));
            is_stopped.end(worked, now());
        });
        Ok(job)
    }

    /// All that are known, newest first.
    pub(crate) fn list(&self) -> Vec<Job> {
        self.all().jobs.values().rev().map(|entry| entry.job.borrow().clone()).collect()
    }

    /// A job, as it is and as it becomes.
    ///
    /// # Errors
    /// When there is none of this number.
    pub(crate) fn watch(&self, id: u64) -> Result<watch::Receiver<Job>, Problem> {
        self.all().jobs.get(&id).map(|entry| entry.job.clone()).ok_or_else(|| missing(id))
    }

    /// Tells a job to stop. As it is then: it ends a little later.
    ///
    /// # Errors
    /// When there is none of this number.
    pub(crate) fn cancel(&self, id: u64) -> Result<Job, Problem> {
        let all = self.all();
        let entry = all.jobs.get(&id).ok_or_else(|| missing(id))?;
        entry.stop.send_replace(true);
        Ok(entry.job.borrow().clone())
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn missing(id: u64) -> Problem {
    Problem::not_found(format!("there is no job {id}")).fix("GET /api/v1/jobs lists the last hundred of this service")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use net_scout_model::Sink as _;
    use serde_json::json;

    use super::*;

    fn now() -> Now {
        Arc::new(|| Timestamp(0))
    }

    async fn ended(jobs: &Jobs, id: u64) -> Job {
        let mut watched = jobs.watch(id).expect("a job");
        let ended = watched.wait_for(|job| job.status != JobStatus::Running);
        let ended = tokio::time::timeout(Duration::from_secs(10), ended).await.expect("in time").expect("it ends");
        ended.clone()
    }

    #[tokio::test]
    async fn a_job_says_how_far_it_is_and_what_it_came_to() {
        let jobs = Jobs::default();
        let job = jobs.start("scan", "anna", now(), |work| {
            work.warn(&"look at this");
            work.progress("evaluating", "rules", 2).advance(1, "port_scan");
            Ok(json!({ "alerts": 3 }))
        });
        let job = ended(&jobs, job.expect("started").id).await;
        assert_eq!((job.status, job.by.as_str(), job.result), (JobStatus::Done, "anna", Some(json!({ "alerts": 3 }))));
        assert_eq!(job.said, ["look at this"]);
        let step = job.step.expect("a step");
        assert_eq!((step.done, step.total, step.last.as_str()), (1, 2, "port_scan"));
    }

    #[tokio::test]
    async fn jobs_fail_are_cancelled_and_are_not_too_many() {
        let jobs = Jobs::default();
        let failed = jobs.start("scan", "anna", now(), |_| Err(Problem::bad("no"))).expect("started");
        assert_eq!(ended(&jobs, failed.id).await.error.map(|problem| problem.detail).as_deref(), Some("no"));
        let panics = jobs.start("scan", "anna", now(), |_| panic!("a fault")).expect("started");
        assert_eq!(ended(&jobs, panics.id).await.status, JobStatus::Failed);
        let wait = |work: &Work| {
            while work.goes_on() {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(Value::Null)
        };
        let ids: Vec<u64> = (0..RUNNING).map(|_| jobs.start("scan", "anna", now(), wait).expect("started").id).collect();
        let error = jobs.start("scan", "anna", now(), wait).expect_err("too many");
        assert_eq!(error.status, StatusCode::TOO_MANY_REQUESTS);
        for id in ids {
            jobs.cancel(id).expect("there");
            assert_eq!(ended(&jobs, id).await.status, JobStatus::Cancelled);
        }
        assert!(jobs.cancel(99).is_err() && jobs.list().len() == RUNNING + 2);
    }
}
