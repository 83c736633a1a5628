//! When something may be done next.

mod rate;

pub use rate::{Rate, RateLimiter};
