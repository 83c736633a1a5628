//! Instants, and the span of time that a scan looks at.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::parse_timestamp;

/// An instant: microseconds since 1970-01-01T00:00:00 UTC. Shown as RFC 3339 ending in `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// 0001-01-01T00:00:00Z.
    pub const MINIMUM: Self = Self(-62_135_596_800_000_000);
    /// 9999-12-30T22:00:00Z, the last instant that the time crate can show in every zone.
    pub const MAXIMUM: Self = Self(253_402_207_200_000_000);

    /// The date part, `2026-03-11`.
    #[must_use]
    pub fn date(self) -> String {
        let mut text = self.to_string();
        text.truncate("2026-03-11".len());
        text
    }

    /// To the microsecond, `2026-03-11T20:35:11.000250Z`, without a fraction where it is zero, as Python's `isoformat` writes it: how alerts
    /// are stored. A fraction has six digits always, so that the texts sort by time.
    #[must_use]
    pub fn stored(self) -> String {
        let seconds = self.seconds();
        match self.0.rem_euclid(1_000_000) {
            0 => seconds,
            fraction => format!("{}.{fraction:06}Z", seconds.trim_end_matches('Z')),
        }
    }

    /// To whole seconds, `2026-03-11T20:35:11Z`: how events are stored.
    #[must_use]
    pub fn seconds(self) -> String {
        Self(self.0.div_euclid(1_000_000) * 1_000_000).to_string()
    }

    /// Later by so many microseconds, within [`Self::MINIMUM`] and [`Self::MAXIMUM`].
    #[must_use]
    pub fn plus(self, microseconds: i64) -> Self {
        Self(self.0.saturating_add(microseconds)).clamp(Self::MINIMUM, Self::MAXIMUM)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.stored())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        parse_timestamp(&text).ok_or_else(|| D::Error::custom(format_args!("`{text}` is not a timestamp")))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clamped = (*self).clamp(Self::MINIMUM, Self::MAXIMUM);
        jiff::Timestamp::from_microsecond(clamped.0).map_err(|_| fmt::Error)?.fmt(f)
    }
}

/// The span of time that a scan looks at: `since` is inside, `until` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first instant inside.
    pub since: Timestamp,
    /// The first instant behind it; none where the window is open.
    pub until: Option<Timestamp>,
    /// When the scan began.
    pub now: Timestamp,
}

impl Window {
    /// The first instant of the events that a rule sees which needs so many seconds of history.
    #[must_use]
    pub fn reach(&self, history_seconds: u32) -> Timestamp {
        let end = self.until.unwrap_or(self.now);
        self.since.min(end.plus(-i64::from(history_seconds) * 1_000_000))
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.until {
            Some(until) => write!(f, "{} to {until}", self.since),
            None => write!(f, "since {}", self.since),
        }
    }
}
