//! How often passwords may be tried. Who tries those of another cannot lock that person out: a browser that logged in before is counted
//! apart from all others (device cookies, as OWASP describes them), and nothing is kept of names that somebody makes up.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many places there are. Names share one where their hashes do, so nobody can fill the memory.
const PLACES: usize = 4_096;
/// How many passwords may be wrong before there is a pause.
const FREE: u32 = 5;
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(300);
/// After how long without a try everything is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(3_600);

#[derive(Clone, Copy)]
struct Place {
    failures: u32,
    last: Instant,
}

/// What was tried.
pub(crate) struct Limiter {
    places: Mutex<Vec<Option<Place>>>,
    seed: RandomState,
}

impl Default for Limiter {
    fn default() -> Self {
        Self { places: Mutex::new(vec![None; PLACES]), seed: RandomState::new() }
    }
}

impl Limiter {
    /// Counts a try: `known` names the browser, where it logged in before as this user. It counts as a failure until
    /// [`Self::succeeded`], so that many at once are no way around.
    ///
    /// # Errors
    /// After how long to try again.
    pub(super) fn begin(&self, user: &str, known: Option<&str>, now: Instant) -> Result<(), Duration> {
        self.at(user, known, |place| {
            let mut failures = 0;
            if let Some(Place { failures: before, last }) = *place {
                let silent = now.saturating_duration_since(last);
                let pause = pause(before);
                if silent < pause {
                    return Err(pause - silent);
                }
                failures = if silent > FORGOTTEN { 0 } else { before };
            }
            *place = Some(Place { failures: failures + 1, last: now });
            Ok(())
        })
    }

    /// The password was right.
    pub(super) fn succeeded(&self, user: &str, known: Option<&str>) {
        self.at(user, known, |place| *place = None);
    }

    fn at<T>(&self, user: &str, known: Option<&str>, work: impl FnOnce(&mut Option<Place>) -> T) -> T {
        let hash = self.seed.hash_one((user.to_lowercase(), known));
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let place = usize::try_from(hash % PLACES as u64).unwrap_or_default();
        work(&mut places[place])
    }
}

/// The pause after so many failures: none, then 2, 4, 8 seconds and so on.
fn pause(failures: u32) -> Duration {
    match failures.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(more) => Duration::from_secs(2_u64.saturating_pow(more.min(20) + 1)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_not_those_of_a_browser_that_is_known() {
        let (limiter, start) = (Limiter::default(), Instant::now());
        for _ in 0..5 {
            assert_eq!(limiter.begin("anna", None, start), Ok(()));
        }
        assert_eq!(limiter.begin("ANNA", None, start), Err(Duration::from_secs(2)));
        assert_eq!(limiter.begin("anna", Some("her browser"), start), Ok(()));
        assert_eq!(limiter.begin("ben", None, start), Ok(()));
        let later = start + Duration::from_secs(2);
        assert_eq!(limiter.begin("anna", None, later), Ok(()), "a pause ends");
        assert_eq!(limiter.begin("anna", None, later), Err(Duration::from_secs(4)));
        assert_eq!(limiter.begin("anna", None, later + FORGOTTEN * 2), Ok(()));
        limiter.succeeded("anna", None);
        assert_eq!(limiter.begin("anna", None, start), Ok(()));
        assert_eq!(pause(1_000), LONGEST);
    }
}
