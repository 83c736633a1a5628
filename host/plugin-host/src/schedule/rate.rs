//! A rate limit for each kind of lookup and for each server that is asked over HTTP: the generic cell rate algorithm (ITU-T I.371), which is a token bucket kept as one instant, so
//! that it can be remembered from run to run.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use net_scout_model::Timestamp;

/// How often a kind may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Between two questions in the long run; zero for no limit.
    pub interval: Duration,
    /// How many may be asked at once after a pause, at least 1.
    pub burst: u32,
}

/// The rate limits of a run.
#[derive(Debug)]
pub struct RateLimiter {
    rate: Rate,
    /// For each kind the instant at which its bucket is full again.
    full_at: Mutex<BTreeMap<String, Timestamp>>,
}

impl RateLimiter {
    /// With what the last run left.
    #[must_use]
    pub fn new(rate: Rate, full_at: BTreeMap<String, Timestamp>) -> Self {
        Self { rate, full_at: Mutex::new(full_at) }
    }

    /// Without a limit.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::new(Rate { interval: Duration::ZERO, burst: 1 }, BTreeMap::new())
    }

    /// Takes the next turn of a kind and says how long to wait for it.
    #[must_use]
    pub fn turn(&self, kind: &str, now: Timestamp) -> Duration {
        let interval = micros(self.rate.interval);
        if interval == 0 {
            return Duration::ZERO;
        }
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full = full_at.entry(kind.to_owned()).or_insert(now);
        // A clock that was set back must not stop lookups for as long as it was set back.
        let furthest = now.plus(interval.saturating_mul(100_000));
        let start = (*full).clamp(now, furthest);
        *full = start.plus(interval);
        let allowed = interval.saturating_mul(i64::from(self.rate.burst.max(1)) - 1);
        let wait = start.0 - allowed - now.0;
        Duration::from_micros(u64::try_from(wait).unwrap_or(0))
    }

    /// The state to remember.
    #[must_use]
    pub fn state(&self) -> BTreeMap<String, Timestamp> {
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);
    const MILLISECOND: i64 = 1_000;

    fn limiter(interval: u64, burst: u32) -> RateLimiter {
        RateLimiter::new(Rate { interval: Duration::from_millis(interval), burst }, BTreeMap::new())
    }

    #[test]
    fn a_burst_then_one_an_interval() {
        let limiter = limiter(200, 3);
        let waits: Vec<u128> = (0..5).map(|_| limiter.turn("rdns", NOW).as_millis()).collect();
        assert_eq!(waits, [0, 0, 0, 200, 400]);
        assert_eq!(limiter.turn("whois", NOW), Duration::ZERO);
        assert_eq!(limiter.turn("rdns", NOW.plus(10_000 * MILLISECOND)), Duration::ZERO);
    }

    #[test]
    fn the_next_run_goes_on_where_the_last_stopped() {
        let first = limiter(1_000, 1);
        assert_eq!(first.turn("rdns", NOW), Duration::ZERO);
        let second = RateLimiter::new(first.rate, first.state());
        assert_eq!(second.turn("rdns", NOW.plus(300 * MILLISECOND)), Duration::from_millis(700));
    }

    #[test]
    fn no_limit() {
        let free = limiter(0, 1);
        assert!((0..1_000).all(|_| free.turn("rdns", NOW).is_zero()));
    }
}
