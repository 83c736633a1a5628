//! A part of a run, and what it took.

use serde::Serialize;

/// One part of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Phase {
    /// What was done.
    pub phase: &'static str,
    /// From its beginning to its end, in microseconds.
    pub wall_us: u64,
    /// Processor time of the whole process meanwhile, in microseconds.
    pub cpu_us: u64,
}
