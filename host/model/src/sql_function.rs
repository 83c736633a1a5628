//! The functions of rules' SQL that SQLite does not have, each written once for both that run queries: SQLite and the query engine.

use jiff::tz::TimeZone;
use regex_lite::{Regex, RegexBuilder};

/// `regexp(pattern, text)`, and so `text REGEXP pattern`.
pub const REGEXP: &str = "regexp";
/// `sqrt(number)`.
pub const SQRT: &str = "sqrt";
/// `ln(number)`.
pub const LN: &str = "ln";
/// `hour(time, zone)`.
pub const HOUR: &str = "hour";
/// `weekday(time, zone)`.
pub const WEEKDAY: &str = "weekday";
/// `median(number)`, an aggregate.
pub const MEDIAN: &str = "median";

/// The longest pattern, in bytes, as for LIKE.
const PATTERN: usize = 1_000;
/// The most memory that a pattern takes, in bytes.
const COMPILED: usize = 1 << 20;
/// The longest name of a time zone, in bytes.
const ZONE: usize = 64;

/// A regular expression. It is found anywhere in a text; how long that takes grows with the text and no faster.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.len() > PATTERN {
            return Err(format!("a pattern has at most {PATTERN} bytes, and this one {}", text.len()));
        }
        let compiled = RegexBuilder::new(text).size_limit(COMPILED).build();
        compiled.map(Self).map_err(|error| format!("`{text}` is not a regular expression: {error}"))
    }

    /// Whether the text holds it.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// A time zone of the IANA database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Finds it.
    ///
    /// # Errors
    /// When the machine knows none of this name.
    pub fn new(name: &str) -> Result<Self, String> {
        let unknown = |why: &str| format!("`{name}` is not a time zone{why}: write UTC, or a name such as Europe/Berlin");
        if name.len() > ZONE {
            return Err(unknown(""));
        }
        TimeZone::get(name).map(Self).map_err(|_| unknown(" that this machine knows"))
    }

    /// The hour of an instant in microseconds since 1970, from 0 to 23.
    #[must_use]
    pub fn hour(&self, time: i64) -> Option<i64> {
        Some(self.0.to_datetime(jiff::Timestamp::from_microsecond(time).ok()?).hour().into())
    }

    /// The day of the week, from 1 for Monday to 7 for Sunday (ISO 8601).
    #[must_use]
    pub fn weekday(&self, time: i64) -> Option<i64> {
        Some(self.0.to_datetime(jiff::Timestamp::from_microsecond(time).ok()?).weekday().to_monday_one_offset().into())
    }
}

/// The square root; none of what is negative.
#[must_use]
pub fn square_root(value: f64) -> Option<f64> {
    (value >= 0.0).then(|| value.sqrt())
}

/// The natural logarithm; none of what is not positive.
#[must_use]
pub fn logarithm(value: f64) -> Option<f64> {
    (value > 0.0).then(|| value.ln())
}

/// The value in the middle, or half way between the two; none where there is no value. It sorts them.
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let above = *values.get(middle)?;
    Some(if values.len() % 2 == 1 { above } else { values[middle - 1] / 2.0 + above / 2.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let pattern = Pattern::new("^10\\.(0|1)\\.").expect("a pattern");
        assert!(pattern.matches("10.1.2.3") && !pattern.matches("10.2.2.3") && !pattern.matches("110.1.2.3"));
        assert!(Pattern::new("(").expect_err("not closed").starts_with("`(` is not a regular expression: "));
        assert!(Pattern::new("(a{999}){999}").is_err(), "too large");
        assert!(Pattern::new(&"a".repeat(1_001)).is_err(), "too long");
    }

    #[test]
    fn hours_and_days_where_the_clocks_change() {
        let berlin = Zone::new("Europe/Berlin").expect("a zone");
        let at = |text: &str| crate::time::parse_timestamp(text).expect("a time").0;
        // 2026-03-29 is a Sunday: at 01:00 UTC the clocks go from 02:00 to 03:00.
        assert_eq!((berlin.hour(at("2026-03-29T00:59:59Z")), berlin.hour(at("2026-03-29T01:00:00Z"))), (Some(1), Some(3)));
        assert_eq!((berlin.weekday(at("2026-03-29T21:59:59Z")), berlin.weekday(at("2026-03-29T22:00:00Z"))), (Some(7), Some(1)));
        let utc = Zone::new("UTC").expect("a zone");
        assert_eq!((utc.hour(-1), utc.weekday(-1), utc.hour(i64::MAX)), (Some(23), Some(3), None));
        assert!(Zone::new("Mars/Olympus").expect_err("none").contains("write UTC, or a name such as Europe/Berlin"));
        assert!(Zone::new("../../etc/passwd").is_err());
    }

    #[test]
    fn numbers() {
        assert_eq!((square_root(9.0), square_root(-0.5), logarithm(1.0), logarithm(0.0)), (Some(3.0), None, Some(0.0), None));
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [7.0, -1.0, 3.0]), Some(3.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&mut [f64::MAX, f64::MAX]), Some(f64::MAX));
    }
}
