//! Instants as text: the timestamps of events, and what an operator writes for `--since`.

use std::str::FromStr;

use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::Offset;
use jiff::{Span, SpanRelativeTo};

use crate::Timestamp;

/// The longest text that is looked at as an instant or a duration, in bytes.
const MAXIMUM_LENGTH: usize = 64;

/// Reads an ISO 8601 instant: a date, `T` or a space, a time with or without seconds and fraction, then `Z`, an offset, or nothing for
/// UTC. A date alone is its midnight. None where it is anything else.
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<Timestamp> {
    if text.len() > MAXIMUM_LENGTH {
        return None;
    }
    let pieces = Pieces::parse(text.trim()).ok()?;
    if pieces.time_zone_annotation().is_some() {
        return None;
    }
    let offset = match pieces.offset() {
        None | Some(PiecesOffset::Zulu) => Offset::UTC,
        Some(PiecesOffset::Numeric(numeric)) => numeric.offset(),
        Some(_) => return None,
    };
    let civil = pieces.date().to_datetime(pieces.time().unwrap_or_default());
    offset.to_timestamp(civil).ok().map(|instant| Timestamp(instant.as_microsecond()))
}

/// Whether the text ends in an offset that is not zero. Such text does not sort by time.
#[must_use]
pub fn has_offset(text: &str) -> bool {
    match Pieces::parse(text.trim()).ok().and_then(|pieces| pieces.offset()) {
        Some(PiecesOffset::Numeric(numeric)) => !numeric.offset().is_zero(),
        _ => false,
    }
}

/// Text that is neither an instant nor a duration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{text}` is not a time{reason}; write a duration back from now (1 hour, 30 minutes, 24h, 90m, 7 days, 2w), a date (2026-03-11), \
     or a date and time, UTC unless it says otherwise (2026-03-11T20:35:00Z)"
)]
pub struct TimeError {
    text: String,
    reason: &'static str,
}

/// What an operator writes for `--since` or `--until`: an instant, or a duration back from one that is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// An instant.
    At(Timestamp),
    /// So many microseconds before.
    Before(i64),
}

impl Moment {
    /// The instant, where durations end at `end`.
    #[must_use]
    pub fn until(self, end: Timestamp) -> Timestamp {
        match self {
            Self::At(instant) => instant,
            Self::Before(micros) => end.plus(-micros),
        }
    }
}

impl FromStr for Moment {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        parse_timestamp(text).map_or_else(|| parse_duration(text).map(Self::Before), |instant| Ok(Self::At(instant)))
    }
}

/// Reads what an operator wrote for `--since` or `--until`: an instant, or a duration that ends at `end`.
///
/// # Errors
/// When it is neither, or the duration is not positive.
pub fn parse_moment(text: &str, end: Timestamp) -> Result<Timestamp, TimeError> {
    text.parse().map(|moment: Moment| moment.until(end))
}

/// Reads a duration that an operator wrote, in microseconds.
///
/// # Errors
/// When it is none, or not positive.
pub fn parse_duration(text: &str) -> Result<i64, TimeError> {
    let error = |reason| TimeError { text: text.chars().take(MAXIMUM_LENGTH).collect(), reason };
    if text.len() > MAXIMUM_LENGTH {
        return Err(error(""));
    }
    let trimmed = text.trim();
    let span: Span = trimmed.parse().map_err(|_| error(""))?;
    let span = if trimmed.ends_with("ago") { span.negate() } else { span };
    let duration = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| error(" (months and years differ in length: use days or weeks)"))?;
    if !duration.is_positive() {
        return Err(error(" (a duration must be positive)"));
    }
    i64::try_from(duration.as_micros()).map_err(|_| error(" (too long)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);
    const SECOND: i64 = 1_000_000;

    #[test]
    fn every_form_of_an_instant() {
        for text in [
            "2026-03-11T20:35:11Z",
            "2026-03-11T20:35:11+00:00",
            "2026-03-11T20:35:11",
            "2026-03-11 20:35:11",
            "2026-03-11T20:35:11.000Z",
            "2026-03-11T20:35:11.000000+00:00",
            "2026-03-11 20:35:11.0",
            "2026-03-11T22:35:11+02:00",
            "2026-03-11t20:35:11z",
        ] {
            assert_eq!(parse_timestamp(text), Some(NOW), "{text}");
        }
        assert_eq!(parse_timestamp("2026-03-11T20:35:11.25"), Some(NOW.plus(250_000)));
        assert_eq!(parse_timestamp("1970-01-01"), Some(Timestamp(0)));
        for text in [
            "",
            "now",
            "2026-13-01T00:00:00Z",
            "20:35",
            "2026-03-11T25:00:00Z",
            "2026-03-11T20:35:11[Europe/Vienna]",
            "1773261311",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn offsets() {
        assert!(has_offset("2026-03-11T22:35:11+02:00"));
        for text in ["2026-03-11T22:35:11+00:00", "2026-03-11T22:35:11Z", "2026-03-11 22:35:11", "junk"] {
            assert!(!has_offset(text), "{text}");
        }
    }

    #[test]
    fn durations_count_back() {
        for (text, seconds) in [
            ("1 hour", 3_600),
            ("30 minutes", 1_800),
            ("24h", 86_400),
            ("90m", 5_400),
            ("7 days", 604_800),
            ("2w", 1_209_600),
            ("1 hour 30 minutes", 5_400),
            ("1 hour ago", 3_600),
            ("45s", 45),
        ] {
            assert_eq!(parse_moment(text, NOW), Ok(NOW.plus(-seconds * SECOND)), "{text}");
        }
        assert_eq!(parse_moment("2026-03-11T20:35:11Z", Timestamp(0)), Ok(NOW));
    }

    #[test]
    fn anything_else_is_an_error_that_shows_the_forms() {
        for text in ["", "yesterday", "60", "1 month", "0h", "-1h", "1 hour and a half", "2026-02-30", &"9".repeat(500)] {
            let error = parse_moment(text, NOW).expect_err(text).to_string();
            assert!(error.contains("1 hour, 30 minutes, 24h"), "{error}");
            assert!(error.len() < 400, "{error}");
        }
    }
}
