//! The zone of dates that do not say it, and the abbreviations of those that do.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use net_scout_model::Timestamp;

/// The zone of a log's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogZone {
    /// So many seconds east of UTC.
    Fixed(i32),
    /// One with summer time.
    Named(TimeZone),
}

impl LogZone {
    /// UTC.
    pub const UTC: Self = Self::Fixed(0);

    /// Reads `+02:00`, `UTC`, `local`, or the name of a zone, `Europe/Berlin`.
    ///
    /// # Errors
    /// When it is none of these. The text says what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("utc") || text.eq_ignore_ascii_case("z") {
            return Ok(Self::UTC);
        }
        if text.starts_with(['+', '-']) {
            let offset = text.len() == "+02:00".len() && text.as_bytes().get(3) == Some(&b':');
            let offset = if offset { seconds(text) } else { None };
            return offset.map(Self::Fixed).ok_or_else(|| {
                format!("`{}` is not an offset: write +02:00 or -05:30, at most 15 hours", net_scout_model::plain(text, 40))
            });
        }
        let zone = if text == "local" { TimeZone::try_system() } else { TimeZone::get(text) };
        zone.map(Self::Named).map_err(|_| {
            let shown = net_scout_model::plain(text, 40);
            format!("`{shown}` is not a known zone: write an offset such as +02:00, a name such as Europe/Berlin, or local")
        })
    }

    /// The instant of a date there; none where it is out of range. Of an hour that a clock shows twice, the first.
    pub(super) fn instant(&self, local: DateTime) -> Option<Timestamp> {
        let micros = match self {
            Self::Fixed(seconds) => {
                let utc = Offset::UTC.to_timestamp(local).ok()?.as_microsecond();
                utc.checked_sub(i64::from(*seconds) * 1_000_000)?
            }
            Self::Named(zone) => zone.to_timestamp(local).ok()?.as_microsecond(),
        };
        let instant = Timestamp(micros);
        (Timestamp::MINIMUM..=Timestamp::MAXIMUM).contains(&instant).then_some(instant)
    }

    /// The date that its clock shows.
    pub(super) fn date(&self, instant: Timestamp) -> Option<DateTime> {
        let clamped = instant.clamp(Timestamp::MINIMUM, Timestamp::MAXIMUM);
        match self {
            Self::Fixed(seconds) => {
                let shifted = clamped.plus(i64::from(*seconds) * 1_000_000);
                let utc = jiff::Timestamp::from_microsecond(shifted.0).ok()?;
                Some(Offset::UTC.to_datetime(utc))
            }
            Self::Named(zone) => Some(zone.to_datetime(jiff::Timestamp::from_microsecond(clamped.0).ok()?)),
        }
    }
}

/// Abbreviations that mean one offset nearly everywhere, in minutes east of UTC.
const ABBREVIATIONS: [(&str, i32); 30] = [
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("MEZ", 60),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
    ("JST", 540),
    ("KST", 540),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
];

/// Seconds east of UTC of `CET`, `+0100`, `+01:00`, `+01`.
pub(super) fn seconds(text: &str) -> Option<i32> {
    if let Some((_, minutes)) = ABBREVIATIONS.iter().find(|(name, _)| *name == text) {
        return Some(minutes * 60);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match (digits.len(), digits.split_once(':')) {
        (5, Some((hours, minutes))) => (hours, minutes),
        (4, None) => digits.split_at_checked(2)?,
        (2, None) => (digits, "00"),
        _ => return None,
    };
    let number = |text: &str, most: i32| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i32>().ok().filter(|value| is_number && *value <= most)
    };
    Some(sign * (number(hours, 15)? * 3_600 + number(minutes, 59)? * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones() {
        assert_eq!(LogZone::parse("+02:00"), Ok(LogZone::Fixed(7_200)));
        assert_eq!(LogZone::parse("-05:30"), Ok(LogZone::Fixed(-19_800)));
        assert_eq!(LogZone::parse("utc"), Ok(LogZone::UTC));
        for text in ["", "02:00", "+2:00", "+16:00", "+02:60", "+02", "é", "Mars/Olympus"] {
            assert!(LogZone::parse(text).is_err(), "{text}");
        }
        for (text, expected) in
            [("CET", Some(3_600)), ("+0100", Some(3_600)), ("-06", Some(-21_600)), ("kernel:", None), ("+é", None), ("fw", None)]
        {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn summer_time() {
        let Ok(zone) = LogZone::parse("Europe/Berlin") else { return };
        for (local, expected) in [
            ("2026-01-15T12:00:00", "2026-01-15T11:00:00Z"),
            ("2026-07-15T12:00:00", "2026-07-15T10:00:00Z"),
            // It is shown twice.
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
        ] {
            let local: DateTime = local.parse().expect("a date");
            assert_eq!(zone.instant(local).map(|instant| instant.to_string()).as_deref(), Some(expected));
        }
    }
}
