//! Runs the service on simulated time: its own main loop in a process of its own, which asks the test what the time is and waits for it to
//! pass. So a week takes minutes, and `kill -9` is real.
//!
//! The loop, the scans and the database are those of the program; the clock, and who writes the events, are the test's.

pub mod child;
pub mod day;
pub mod equal;
pub mod found;
pub mod kills;
pub mod real;
pub mod ticks;
pub mod traffic;
pub mod world;

mod process;

/// A second, in microseconds.
pub const SECOND: i64 = 1_000_000;
/// A minute.
pub const MINUTE: i64 = 60 * SECOND;
/// An hour.
pub const HOUR: i64 = 60 * MINUTE;
/// A day.
pub const DAY: i64 = 24 * HOUR;

/// When simulated time begins, unless a test says otherwise: a Monday, 2026-03-09T00:00:00Z.
pub const BEGINS: i64 = 1_773_014_400 * SECOND;
