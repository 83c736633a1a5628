//! Instants for people: short, in their zone on a terminal, in UTC elsewhere.

use jiff::tz::TimeZone;

use net_scout_model::Timestamp;

/// How instants are shown.
#[derive(Clone, Debug)]
pub struct ClockFace {
    now: Timestamp,
    zone: TimeZone,
    /// Whether what is not long ago is said as how long ago it is.
    is_relative: bool,
}

/// Up to so long ago is not long, in microseconds.
const RECENT: i64 = 3_600_000_000;
const MINUTE: i64 = 60_000_000;

impl ClockFace {
    /// On a terminal in this zone, with what is not long ago as that; elsewhere in UTC.
    #[must_use]
    pub fn new(now: Timestamp, is_terminal: bool, zone: TimeZone) -> Self {
        Self { now, zone: if is_terminal { zone } else { TimeZone::UTC }, is_relative: is_terminal }
    }

    /// The short name of the zone, now.
    pub(super) fn zone(&self) -> String {
        let now = jiff::Timestamp::from_microsecond(self.now.0).unwrap_or_default();
        now.to_zoned(self.zone.clone()).strftime("%Z").to_string()
    }

    /// `5 min ago`, `Mar 11 20:35`, or with its year where that is another one: `2025-03-11`.
    pub(super) fn show(&self, instant: Timestamp) -> String {
        let age = self.now.0.saturating_sub(instant.0);
        if self.is_relative && (0..RECENT).contains(&age) {
            return if age < MINUTE { "just now".to_owned() } else { format!("{} min ago", age / MINUTE) };
        }
        let zoned = |instant: Timestamp| {
            let instant = instant.clamp(Timestamp::MINIMUM, Timestamp::MAXIMUM);
            jiff::Timestamp::from_microsecond(instant.0).unwrap_or_default().to_zoned(self.zone.clone())
        };
        let (instant, now) = (zoned(instant), zoned(self.now));
        let form = if instant.year() == now.year() { "%b %e %H:%M" } else { "%Y-%m-%d" };
        instant.strftime(form).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_scout_model::time::parse_timestamp;

    #[test]
    fn short_and_in_the_zone() {
        let at = |text: &str| parse_timestamp(text).expect(text);
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let (here, elsewhere) = (
            ClockFace::new(at("2026-03-11T20:35:00Z"), true, zone.clone()),
            ClockFace::new(at("2026-03-11T20:35:00Z"), false, zone),
        );
        let shown = |text: &str| [here.show(at(text)), elsewhere.show(at(text))];
        assert_eq!(shown("2026-03-11T20:34:30Z"), ["just now", "Mar 11 20:34"]);
        assert_eq!(shown("2026-03-11T20:30:00Z"), ["5 min ago", "Mar 11 20:30"]);
        assert_eq!(shown("2026-03-09T23:30:00Z"), ["Mar 10 01:30", "Mar  9 23:30"]);
        assert_eq!(shown("2025-12-31T23:30:00Z"), ["Jan  1 01:30", "2025-12-31"]);
        assert_eq!((here.zone().as_str(), elsewhere.zone().as_str()), ("+02", "UTC"));
    }
}
