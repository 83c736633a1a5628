//! What one call of a guest may use.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wasmtime::ResourceLimiter;

use super::error::LimitExceeded;

/// The limits of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time in guest code.
    pub cpu: Duration,
    /// Time from the call to its end, waiting for the host included.
    pub wall: Duration,
    /// Bytes over all memories.
    pub memory: usize,
    /// Elements of each table.
    pub table_elements: usize,
    /// Calls into the host.
    pub host_calls: u64,
    /// Alerts of one call.
    pub alerts: usize,
}

impl Limits {
    /// For `describe`, which has nothing to compute: never more than this, and never more than the operator allows for the work.
    #[must_use]
    pub fn for_describe(&self) -> Self {
        Self { cpu: self.cpu.min(Duration::from_secs(2)), wall: self.wall.min(Duration::from_secs(5)), ..*self }
    }
}

/// Counts the calls that a guest makes into the host, over all capabilities.
#[derive(Clone, Debug)]
pub struct HostCalls {
    made: Arc<AtomicU64>,
    /// None where no call is allowed at all.
    limit: Option<u64>,
}

impl HostCalls {
    /// A count that begins at 0.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self { made: Arc::default(), limit: Some(limit) }
    }

    /// For a guest that may not call the host.
    #[must_use]
    pub fn forbidden() -> Self {
        Self { made: Arc::default(), limit: None }
    }

    /// Counts one call. Every capability begins with it.
    ///
    /// # Errors
    /// When there were too many; the guest traps.
    pub fn count(&self) -> Result<(), LimitExceeded> {
        let limit = self.limit.ok_or(LimitExceeded::NoCapability)?;
        if self.made.fetch_add(1, Ordering::Relaxed) < limit { Ok(()) } else { Err(LimitExceeded::HostCalls(limit)) }
    }

    /// How many were made.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }
}

/// Watches memories and tables grow. A guest that asks for too much traps with the limit's name, rather than see a failed allocation.
#[derive(Debug)]
pub(super) struct Growth {
    limits: Limits,
    memory: usize,
}

/// The most instances, tables and memories of one component. Components made from several modules have a few of each.
const INSTANCES: usize = 64;

impl Growth {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, memory: 0 }
    }

    /// Bytes over all memories.
    pub(super) fn memory(&self) -> usize {
        self.memory
    }
}

impl ResourceLimiter for Growth {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let asked = self.memory.saturating_add(desired.saturating_sub(current));
        if asked > self.limits.memory {
            return Err(LimitExceeded::Memory { asked, limit: self.limits.memory }.into());
        }
        self.memory = asked;
        Ok(true)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let limit = self.limits.table_elements;
        if desired > limit { Err(LimitExceeded::Table { asked: desired, limit }.into()) } else { Ok(true) }
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        INSTANCES
    }

    fn memories(&self) -> usize {
        INSTANCES
    }
}
