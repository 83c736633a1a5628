//! Host calls, the calls of a guest into the host: each is counted, held to the limits, and, where a recording is made or played,
//! written down or answered from there. Every capability begins with it; none knows what becomes of the call otherwise.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::LimitExceeded;
use crate::recording::Session;
use net_scout_model::{Egress, Limits};

/// The host calls of one call of a guest. Cheap to clone.
#[derive(Clone)]
pub struct HostCalls(Arc<Made>);

struct Made {
    /// None where no call is allowed at all.
    limits: Option<Limits>,
    session: Session,
    counts: Mutex<Counts>,
}

/// How many there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls by `capability.function`.
    pub calls: BTreeMap<&'static str, u64>,
    /// Rows of queries.
    pub rows: u64,
    /// Bytes that the guest passed to the host.
    pub bytes_in: u64,
    /// Bytes that the host passed to the guest.
    pub bytes_out: u64,
    /// Calls that were denied.
    pub denials: u64,
    /// From these calls to their answers.
    pub waited: Duration,
    /// What went where, as far as it was granted and done.
    pub egress: BTreeMap<String, Egress>,
}

/// What a host call can return to a guest.
pub trait Passed: Serialize + DeserializeOwned {
    /// About how many bytes it takes.
    fn bytes(&self) -> usize;

    /// How many rows of a query it has.
    fn rows(&self) -> u64 {
        0
    }
}

/// An error that a host call returns to a guest.
pub trait Failure: Serialize + DeserializeOwned {
    /// Whether it says that the guest may not.
    fn is_denial(&self) -> bool;
}

impl HostCalls {
    /// For a guest that may call the host within these limits.
    #[must_use]
    pub fn new(limits: Limits, session: Session) -> Self {
        Self(Arc::new(Made { limits: Some(limits), session, counts: Mutex::default() }))
    }

    /// For a guest that may not call the host.
    #[must_use]
    pub fn closed() -> Self {
        Self(Arc::new(Made { limits: None, session: Session::Live, counts: Mutex::default() }))
    }

    /// Counts one call with what is passed by it.
    ///
    /// # Errors
    /// When there were too many, or too much was passed; the guest traps.
    pub fn count(&self, function: &'static str, bytes: usize) -> Result<(), LimitExceeded> {
        let limits = self.0.limits.as_ref().ok_or(LimitExceeded::NoCapability)?;
        let mut counts = self.lock();
        *counts.calls.entry(function).or_default() += 1;
        counts.bytes_in += bytes as u64;
        if counts.made() > limits.host_calls {
            return Err(LimitExceeded::HostCalls(limits.host_calls));
        }
        within(&counts, limits)
    }

    /// Makes one call: counts it, does the work or takes the answer from a recording, and counts what comes back.
    ///
    /// # Errors
    /// When a limit is exceeded, or a recording has another call here; the guest traps.
    pub async fn make<T: Passed, E: Failure>(
        &self,
        function: &'static str,
        bytes: usize,
        arguments: impl FnOnce() -> serde_json::Value,
        work: impl Future<Output = Result<T, E>>,
    ) -> wasmtime::Result<Result<T, E>> {
        self.count(function, bytes)?;
        let begun = Instant::now();
        let result = self.0.session.take(function, arguments, work).await;
        let mut counts = self.lock();
        counts.waited += begun.elapsed();
        let result = result?;
        match &result {
            Ok(passed) => {
                counts.rows += passed.rows();
                counts.bytes_out += passed.bytes() as u64;
            }
            Err(error) => counts.denials += u64::from(error.is_denial()),
        }
        if let Some(limits) = &self.0.limits {
            within(&counts, limits)?;
        }
        Ok(result)
    }

    /// Counts what a call sent somewhere, and what came back. A call that is answered from a recording sends nothing.
    pub fn reached(&self, destination: String, sent: usize, received: usize) {
        let mut counts = self.lock();
        let egress = counts.egress.entry(destination).or_default();
        egress.add(&Egress { calls: 1, sent: sent as u64, received: received as u64, ..Egress::default() });
    }

    /// How many there were so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn within(counts: &Counts, limits: &Limits) -> Result<(), LimitExceeded> {
    let passed = counts.bytes_in.saturating_add(counts.bytes_out);
    if passed > limits.passed { Err(LimitExceeded::Passed(limits.passed)) } else { Ok(()) }
}

impl Counts {
    /// Calls in all.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.calls.values().sum()
    }
}

impl Passed for () {
    fn bytes(&self) -> usize {
        0
    }
}

impl Passed for u64 {
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

impl Passed for Vec<u8> {
    fn bytes(&self) -> usize {
        self.len()
    }
}

impl Passed for Vec<String> {
    fn bytes(&self) -> usize {
        self.iter().map(String::len).sum()
    }
}

impl<T: Passed> Passed for Option<T> {
    fn bytes(&self) -> usize {
        self.as_ref().map_or(0, Passed::bytes)
    }

    fn rows(&self) -> u64 {
        self.as_ref().map_or(0, Passed::rows)
    }
}

/// Makes the error of an interface one that a guest is told.
macro_rules! failure {
    ($error:ty) => {
        impl $crate::host_calls::Failure for $error {
            fn is_denial(&self) -> bool {
                matches!(self, Self::AccessDenied(_))
            }
        }
    };
}

pub(crate) use failure;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::rule::net_scout::plugin::state::StateError;

    #[tokio::test]
    async fn calls_bytes_and_denials_are_counted_and_limited() {
        let limits = Limits { host_calls: 3, passed: 10, ..Limits::default() };
        let host_calls = HostCalls::new(limits, Session::Live);
        let nothing = || serde_json::Value::Null;
        let bytes = |length| async move { Ok::<_, StateError>(vec![0; length]) };
        let answer = host_calls.make("state.get", 2, nothing, bytes(4)).await.expect("within the limits");
        assert_eq!(answer.expect("an answer").len(), 4);
        let denied = async { Err::<(), _>(StateError::AccessDenied("no".to_owned())) };
        assert!(host_calls.make("state.set", 0, nothing, denied).await.expect("within the limits").is_err());
        let counts = host_calls.counts();
        assert_eq!((counts.made(), counts.bytes_in, counts.bytes_out, counts.denials), (2, 2, 4, 1));
        let error = host_calls.make("state.get", 0, nothing, bytes(5)).await.expect_err("11 bytes");
        assert_eq!(error.downcast_ref(), Some(&LimitExceeded::Passed(10)));
        assert_eq!(host_calls.count("log.write", 0), Err(LimitExceeded::HostCalls(3)));
        assert_eq!(HostCalls::closed().count("log.write", 0), Err(LimitExceeded::NoCapability));
    }
}
