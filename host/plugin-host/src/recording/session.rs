//! One call of a plugin, as far as its calls into the host go: done, written down, or answered from what is written.

use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::file::Recorder;
use super::spelling::{spelled, understood};
use net_scout_model::plain;

/// How much of a call stands in an error, in characters.
const QUOTED: usize = 300;

/// What becomes of the calls of a guest. Cheap to clone.
#[derive(Clone)]
pub enum Session {
    /// They are done.
    Live,
    /// They are done and written down, under this number.
    Recorded(Recorder, u64),
    /// They are answered as they were then, and must be the same.
    Replayed(Arc<Replayed>),
    /// They are answered as a scenario says, in any order.
    Scripted(Scripted),
}

/// The calls of a recording, as they are written: read, they take many times as much.
pub struct Replayed {
    steps: Arc<Vec<String>>,
    next: AtomicUsize,
}

impl Replayed {
    /// From the first on.
    pub(super) fn new(steps: Arc<Vec<String>>) -> Self {
        Self { steps, next: AtomicUsize::new(0) }
    }

    fn next(&self) -> Option<Result<Step, Unexpected>> {
        let text = self.steps.get(self.next.fetch_add(1, Ordering::Relaxed))?;
        Some(serde_json::from_str(text).map_err(|error| Unexpected(format!("a call of the recording cannot be read: {error}"))))
    }
}

/// A call into the host and its answer.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Step {
    /// `capability.function`.
    pub call: String,
    /// What was passed; absent where a scenario does not care.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Value>,
    /// What was answered, unless it was an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// The error that was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// The answers of a scenario.
#[derive(Clone)]
pub struct Scripted {
    steps: Arc<Vec<Step>>,
    /// The errors that every call is answered which no step answers: the first that its interface has; empty to fail.
    otherwise: Arc<Vec<Value>>,
}

impl Scripted {
    /// Answers with the first step that fits.
    #[must_use]
    pub fn new(steps: Vec<Step>) -> Self {
        Self { steps: Arc::new(steps), otherwise: Arc::default() }
    }

    /// Answers every other call with the first of these errors that its interface has.
    #[must_use]
    pub fn otherwise(self, errors: Vec<Value>) -> Self {
        Self { otherwise: Arc::new(errors), ..self }
    }

    fn answer<T: DeserializeOwned, E: DeserializeOwned>(
        &self,
        function: &str,
        arguments: &Value,
    ) -> Result<Result<T, E>, Unexpected> {
        let fits =
            |step: &&Step| step.call == function && step.arguments.as_ref().is_none_or(|asked| covers(asked, arguments, is_same));
        let now = shown(function, arguments);
        if let Some(step) = self.steps.iter().find(fits) {
            return step.clone().answered(&now);
        }
        let error = self.otherwise.iter().find_map(|error| serde_json::from_value(understood(error.clone())).ok());
        error.map(Err).ok_or_else(|| Unexpected(format!("it calls {now}, which the scenario does not answer")))
    }
}

/// A call, an answer or an outcome that is not as it was, or not as a scenario says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unexpected(pub String);

impl Session {
    /// Takes one call: does it, or answers it.
    pub async fn take<T, E>(
        &self,
        function: &'static str,
        arguments: impl FnOnce() -> Value,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<Result<T, E>, Unexpected>
    where
        T: Serialize + DeserializeOwned,
        E: Serialize + DeserializeOwned,
    {
        match self {
            Self::Live => Ok(work.await),
            Self::Recorded(recorder, number) => {
                let arguments = arguments();
                let result = work.await;
                let (answer, error) = match &result {
                    Ok(answer) => (Some(json(answer)?), None),
                    Err(error) => (None, Some(json(error)?)),
                };
                recorder.step(*number, Step { call: function.to_owned(), arguments: Some(arguments), answer, error });
                Ok(result)
            }
            Self::Replayed(steps) => {
                let step = steps.next();
                let arguments = arguments();
                let now = shown(function, &arguments);
                let step = step.ok_or_else(|| Unexpected(format!("it calls {now}, and the recording ends before that")))??;
                if step.call != function || step.arguments.as_ref().is_some_and(|then| *then != arguments) {
                    let then = shown(&step.call, step.arguments.as_ref().unwrap_or(&Value::Null));
                    return Err(Unexpected(format!("it calls {now}, where the recording has {then}")));
                }
                step.answered(&now)
            }
            // A store of its own needs no answers, unless they are all refused.
            Self::Scripted(scripted) if function.starts_with("state.") && scripted.otherwise.is_empty() => Ok(work.await),
            Self::Scripted(scripted) => scripted.answer(function, &arguments()),
        }
    }
}

impl Step {
    fn answered<T: DeserializeOwned, E: DeserializeOwned>(self, call: &str) -> Result<Result<T, E>, Unexpected> {
        let wrong = |error: serde_json::Error| Unexpected(format!("the answer to {call} cannot be read: {error}"));
        match (self.answer, self.error) {
            (_, Some(error)) => serde_json::from_value(understood(error)).map(Err).map_err(wrong),
            (answer, None) => serde_json::from_value(understood(answer.unwrap_or(Value::Null))).map(Ok).map_err(wrong),
        }
    }
}

/// Whether a value has all that is expected: of objects the members that are named, of anything else what counts as the same.
#[must_use]
pub fn covers(expected: &Value, found: &Value, same: fn(&Value, &Value) -> bool) -> bool {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            expected.iter().all(|(key, expected)| found.get(key).is_some_and(|found| covers(expected, found, same)))
        }
        (expected, found) => same(expected, found),
    }
}

/// Whether something was passed as a scenario expects it: an object where a text is passed is looked for in the JSON of that text, as in
/// the body of a request.
fn is_same(expected: &Value, passed: &Value) -> bool {
    match (expected, passed) {
        (Value::Object(_), Value::String(text)) => {
            serde_json::from_str::<Value>(text).is_ok_and(|passed| passed.is_object() && covers(expected, &passed, is_same))
        }
        _ => expected == passed,
    }
}

fn json(value: &impl Serialize) -> Result<Value, Unexpected> {
    let value = serde_json::to_value(value).map_err(|error| Unexpected(format!("an answer cannot be recorded: {error}")))?;
    Ok(spelled(value))
}

fn shown(function: &str, arguments: &impl Display) -> String {
    plain(&format!("{function} {arguments}"), QUOTED)
}
