//! When a message is tried again, and when it is given up.

use std::time::Duration;

use crate::message::{Failure, FailureKind};
use net_scout_model::Timestamp;
use net_scout_store::{OutboxMessage, Outcome};

/// The pause after the first attempt; each later one is twice as long as the one before.
const FIRST: Duration = Duration::from_secs(30);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(3_600);
/// The longest that a receiver may want to be left alone, and for so long a message that is refused is tried.
const DAY: Duration = Duration::from_secs(86_400);
/// How often a message is tried that a receiver does not take as it is.
const UNFIT: u32 = 3;

/// What becomes of a message whose attempt failed.
pub(super) fn after(message: &OutboxMessage, attempt: u32, failure: Failure, now: Timestamp) -> Outcome {
    let Failure { kind, reason, is_unsure, retry_after } = failure;
    let age = Duration::from_micros(u64::try_from(now.0.saturating_sub(message.formed.0)).unwrap_or(0));
    let is_over = match kind {
        FailureKind::Unreachable => false,
        FailureKind::Refused => age >= DAY,
        FailureKind::Unfit => attempt >= UNFIT,
    };
    if is_over {
        return Outcome::Failed(reason);
    }
    let wanted = retry_after.unwrap_or_default().min(DAY);
    let pause = pause(attempt).max(wanted);
    let micros = i64::try_from(pause.as_micros()).unwrap_or(i64::MAX);
    Outcome::Later { next: now.plus(micros), error: reason, is_unsure }
}

/// The pause after so many attempts.
fn pause(attempts: u32) -> Duration {
    FIRST.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        assert_eq!([1, 2, 3, 7, 8, 9, 99].map(|attempts| pause(attempts).as_secs()), [30, 60, 120, 1_920, 3_600, 3_600, 3_600]);
    }

    #[test]
    fn only_what_is_refused_is_given_up() {
        let message = OutboxMessage {
            id: 1,
            key: "k".to_owned(),
            route: "all".to_owned(),
            receiver: "chat".to_owned(),
            state: "sending".to_owned(),
            attempts: 1,
            unknown: 0,
            next: Timestamp(0),
            error: None,
            formed: Timestamp(0),
            ended: None,
            alerts: 1,
        };
        let day = Timestamp(86_400_000_000);
        let failed = |attempt, failure, now| matches!(after(&message, attempt, failure, now), Outcome::Failed(_));
        assert!(!failed(99, Failure::unreachable("x"), day.plus(day.0 * 30)));
        assert!(!failed(99, Failure::refused("x"), day.plus(-1)) && failed(99, Failure::refused("x"), day));
        assert!(!failed(2, Failure::unfit("x"), day) && failed(3, Failure::unfit("x"), Timestamp(0)));
        let asked = Failure { retry_after: Some(Duration::from_secs(7_200)), ..Failure::unreachable("x") };
        let later = after(&message, 1, asked, Timestamp(0));
        assert!(matches!(later, Outcome::Later { next: Timestamp(7_200_000_000), .. }), "{later:?}");
    }
}
