//! What a job says of itself.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::problem::Problem;
use net_scout_model::Timestamp;

/// The most messages that are kept.
const SAID: usize = 50;

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum JobStatus {
    /// It works.
    Running,
    /// It did what it was to do.
    Done,
    /// It could not.
    Failed,
    /// Somebody cancelled it.
    Cancelled,
}

/// The step that a job is at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Step {
    /// What is being done.
    pub(crate) what: String,
    /// What is counted.
    pub(crate) unit: String,
    /// How many are done.
    pub(crate) done: u64,
    /// How many there are; 0 where nobody knows.
    pub(crate) total: u64,
    /// What was done last.
    pub(crate) last: String,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Job {
    /// Its number, in this run of the service.
    pub(crate) id: u64,
    /// What it does: scan, enrich, trace.
    pub(crate) kind: &'static str,
    /// Who started it.
    pub(crate) by: String,
    /// How far it is.
    pub(crate) status: JobStatus,
    /// When it began.
    pub(crate) started: String,
    /// When it ended.
    pub(crate) ended: Option<String>,
    /// The step that it is at, or was at last.
    pub(crate) step: Option<Step>,
    /// What it said: the last fifty messages.
    pub(crate) said: Vec<String>,
    /// What it came to.
    #[schema(value_type = Option<Object>)]
    pub(crate) result: Option<Value>,
    /// Why it failed.
    pub(crate) error: Option<Problem>,
}

impl Job {
    /// One that begins.
    pub(super) fn new(id: u64, kind: &'static str, by: &str, now: Timestamp) -> Self {
        Self {
            id,
            kind,
            by: by.to_owned(),
            status: JobStatus::Running,
            started: now.seconds(),
            ended: None,
            step: None,
            said: Vec::new(),
            result: None,
            error: None,
        }
    }

    /// Keeps a message.
    pub(super) fn say(&mut self, text: String) {
        if self.said.len() == SAID {
            self.said.remove(0);
        }
        self.said.push(text);
    }
}
