//! The date at the start of a syslog line: the classic form without a year (RFC 3164), or ISO 8601 (RFC 5424).

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::ImportOptions;
use super::reason::{Reason, quoted};
use net_scout_model::Timestamp;
use net_scout_model::time::parse_timestamp;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// The longest time from one February 29 to the next, in years: around a year such as 2100, which is no leap year.
const LEAP_GAP: i16 = 8;

/// The instant at the start of a line, and the text behind it.
///
/// # Errors
/// When there is no date, or one that is in no calendar.
pub(super) fn split<'a>(line: &'a str, options: &ImportOptions) -> Result<(Timestamp, &'a str), Reason> {
    let line = line.trim_start();
    let (first, rest) = word(line);
    if let Some(month) = MONTHS.iter().position(|name| first.eq_ignore_ascii_case(name)) {
        let (day, rest) = word(rest);
        let (time, rest) = word(rest);
        return match classic(month, day, time, options) {
            Some(instant) => Ok((instant, rest)),
            None => Err(Reason::BadDate { value: quoted(&format!("{first} {day} {time}")) }),
        };
    }
    if !first.starts_with(|character: char| character.is_ascii_digit()) {
        return Err(Reason::NoDate);
    }
    let (text, rest) = if first.len() == "2026-03-11".len() {
        // A space instead of the `T`: the time is a word of its own.
        let rest = word(rest).1;
        (line[..line.len() - rest.len()].trim_end(), rest)
    } else {
        (first, rest)
    };
    match iso(text, options) {
        Some(instant) => Ok((instant, rest)),
        None => Err(Reason::BadDate { value: quoted(text) }),
    }
}

/// An instant that is all of a text, in either form.
///
/// # Errors
/// When there is none, or it is in no calendar.
pub(super) fn whole(field: &'static str, text: &str, options: &ImportOptions) -> Result<Timestamp, Reason> {
    match split(text, options) {
        Ok((instant, rest)) if rest.trim().is_empty() => Ok(instant),
        Err(Reason::NoDate) if text.trim().is_empty() => Err(Reason::Absent { field }),
        _ => Err(Reason::BadDate { value: quoted(text) }),
    }
}

/// Seconds since 1970 UTC, with or without a fraction, or an instant in either form.
///
/// # Errors
/// When it is neither.
pub(super) fn seconds(field: &'static str, text: &str, options: &ImportOptions) -> Result<Timestamp, Reason> {
    match epoch(text, 1_000_000) {
        Some(instant) => Ok(instant),
        None => whole(field, text, options),
    }
}

/// As [`seconds`]; a number of 12 digits and more is in milliseconds, of 15 and more in microseconds, of 18 and more in nanoseconds.
///
/// # Errors
/// When it is neither.
pub(super) fn any_unit(field: &'static str, text: &str, options: &ImportOptions) -> Result<Timestamp, Reason> {
    let text = text.trim();
    let digits = text.bytes().position(|byte| byte == b'.').unwrap_or(text.len());
    let instant = match digits {
        0..12 => epoch(text, 1_000_000),
        12..15 => epoch(text, 1_000),
        15..18 => epoch(text, 1),
        // Of nanoseconds the last three digits are cut.
        _ => text.get(..digits - 3).filter(|_| digits_only(&text[..digits]).is_some()).and_then(|text| epoch(text, 1)),
    };
    instant.map_or_else(|| whole(field, text, options), Ok)
}

/// A number of units of so many microseconds since 1970 UTC. The fraction counts as far as there are microseconds.
fn epoch(text: &str, unit: i64) -> Option<Timestamp> {
    let (number, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if number.is_empty() || fraction.is_empty() || digits_only(number).is_none() {
        return None;
    }
    let mut micros = number.parse::<i64>().ok()?.checked_mul(unit)?;
    let mut place = unit;
    for digit in digits_only(fraction)?.bytes() {
        place /= 10;
        micros = micros.checked_add(i64::from(digit - b'0') * place)?;
    }
    let instant = Timestamp(micros);
    (Timestamp::MINIMUM..=Timestamp::MAXIMUM).contains(&instant).then_some(instant)
}

/// The first word, and what is behind it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// `2023-03-18T20:35:05.734637+01:00`; without a zone it is in the operator's.
fn iso(text: &str, options: &ImportOptions) -> Option<Timestamp> {
    let time = text.get("2026-03-11".len()..).filter(|time| time.contains(':'))?;
    let instant = parse_timestamp(text)?;
    let zoned = time.contains(['Z', 'z', '+', '-']);
    Some(if zoned { instant } else { instant.plus(-offset(options)) })
}

/// `Mar 11 20:35:11`: the latest such date that is not behind now, in the operator's zone. The month counts from 0.
fn classic(month: usize, day: &str, time: &str, options: &ImportOptions) -> Option<Timestamp> {
    let month = i8::try_from(month + 1).ok()?;
    let day = number(day)?;
    let time = time_of_day(time)?;
    let local_now = jiff::Timestamp::from_microsecond(options.now.plus(offset(options)).0).ok()?;
    let year = Offset::UTC.to_datetime(local_now).year();
    (0..=LEAP_GAP).find_map(|back| {
        let date = Date::new(year - back, month, day).ok()?;
        let local = Offset::UTC.to_timestamp(DateTime::from_parts(date, time)).ok()?;
        let instant = Timestamp(local.as_microsecond()).plus(-offset(options));
        (instant <= options.now).then_some(instant)
    })
}

/// `20:35:11` or `20:35:11.734637`. A leap second is the second before it, as jiff has it too.
fn time_of_day(text: &str) -> Option<Time> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = clock.split(':');
    let (hour, minute, second) = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
    if parts.next().is_some() || second > 60 {
        return None;
    }
    Time::new(hour, minute, second.min(59), nanoseconds(fraction)?).ok()
}

/// The digits behind the decimal point of a second, nine at most.
fn nanoseconds(digits: &str) -> Option<i32> {
    let missing = 9_u32.checked_sub(u32::try_from(digits.len()).ok()?)?;
    Some(digits_only(digits)?.parse::<i32>().ok()? * 10_i32.pow(missing))
}

/// A number of one or two digits.
fn number(text: &str) -> Option<i8> {
    digits_only(text).filter(|text| text.len() <= 2)?.parse().ok()
}

/// The text if it is digits throughout: `parse` alone would also take a sign.
fn digits_only(text: &str) -> Option<&str> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)
}

/// The operator's zone, in microseconds ahead of UTC.
fn offset(options: &ImportOptions) -> i64 {
    i64::from(options.utc_offset_seconds) * 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DefaultVerdict;

    fn options(now: &str, utc_offset_seconds: i32) -> ImportOptions {
        ImportOptions { now: instant(now), utc_offset_seconds, default_verdict: DefaultVerdict::Drop, local_networks: None }
    }

    fn instant(text: &str) -> Timestamp {
        parse_timestamp(text).expect(text)
    }

    #[track_caller]
    fn check(line: &str, options: &ImportOptions, expected: &str) {
        let (found, rest) = split(line, options).expect(line);
        assert_eq!(found, instant(expected), "{line}: {found}");
        assert_eq!(rest, " host kernel:", "{line}");
    }

    #[test]
    fn classic_dates_are_the_latest_that_are_past() {
        let now = options("2026-03-11T20:35:11Z", 0);
        check("Mar 11 20:35:11 host kernel:", &now, "2026-03-11T20:35:11Z");
        check("Mar 11 20:35:12 host kernel:", &now, "2025-03-11T20:35:12Z");
        check("Mar 12 00:00:00 host kernel:", &now, "2025-03-12T00:00:00Z");
        check("Jan  2 03:04:05 host kernel:", &now, "2026-01-02T03:04:05Z");
        check("jan 02 03:04:05 host kernel:", &now, "2026-01-02T03:04:05Z");
        check("Dec 31 23:59:60 host kernel:", &now, "2025-12-31T23:59:59Z");
        check("Mar 11 20:35:10.734637 host kernel:", &now, "2026-03-11T20:35:10.734637Z");
    }

    #[test]
    fn the_year_rolls_over() {
        let january = options("2026-01-02T12:00:00Z", 0);
        check("Dec 31 23:59:59 host kernel:", &january, "2025-12-31T23:59:59Z");
        check("Jan  1 00:00:00 host kernel:", &january, "2026-01-01T00:00:00Z");
        let december = options("2026-12-31T23:59:59Z", 0);
        check("Dec 31 23:59:59 host kernel:", &december, "2026-12-31T23:59:59Z");
        check("Jan  1 00:00:00 host kernel:", &december, "2026-01-01T00:00:00Z");
    }

    #[test]
    fn the_year_rolls_over_in_the_zone_of_the_log() {
        // There it is 01:30 on January 1, 2026.
        let east = options("2025-12-31T23:30:00Z", 7_200);
        check("Jan  1 01:15:00 host kernel:", &east, "2025-12-31T23:15:00Z");
        check("Jan  1 01:45:00 host kernel:", &east, "2024-12-31T23:45:00Z");
        // There it is 22:30 on December 31, 2025.
        let west = options("2026-01-01T03:30:00Z", -18_000);
        check("Dec 31 22:15:00 host kernel:", &west, "2026-01-01T03:15:00Z");
        check("Jan  1 00:00:00 host kernel:", &west, "2025-01-01T05:00:00Z");
    }

    #[test]
    fn leap_days_go_back_to_a_leap_year() {
        check("Feb 29 12:00:00 host kernel:", &options("2026-03-11T00:00:00Z", 0), "2024-02-29T12:00:00Z");
        check("Feb 29 12:00:00 host kernel:", &options("2024-02-29T11:59:59Z", 0), "2020-02-29T12:00:00Z");
        check("Feb 29 12:00:00 host kernel:", &options("2104-02-01T00:00:00Z", 0), "2096-02-29T12:00:00Z");
    }

    #[test]
    fn iso_dates() {
        let options = options("2026-03-11T20:35:11Z", 3_600);
        for text in [
            "2023-03-18T20:35:05.734637+01:00",
            "2023-03-18T20:35:05.734637+0100",
            "2023-03-18T19:35:05.734637Z",
            "2023-03-18T20:35:05.734637",
            "2023-03-18 20:35:05.734637",
            "2023-03-18T14:35:05.734637-05:00",
            "2023-03-18T14:35:05.734637-0500",
        ] {
            check(&format!("{text} host kernel:"), &options, "2023-03-18T19:35:05.734637Z");
        }
        check("2027-01-01T00:00:00Z host kernel:", &options, "2027-01-01T00:00:00Z");
    }

    #[test]
    fn no_date() {
        let options = options("2026-03-11T20:35:11Z", 0);
        for line in ["", "kernel: IN= OUT=", "Marc 11 20:35:11 host", "[463490.251762] DROP IN=eth1", "März 11 20:35:11"] {
            assert_eq!(split(line, &options), Err(Reason::NoDate), "{line}");
        }
    }

    #[test]
    fn numbers_of_seconds_and_less() {
        let options = options("2026-03-11T20:35:11Z", 3_600);
        for (text, expected) in [
            ("1773261311", "2026-03-11T20:35:11Z"),
            ("1773261311.25", "2026-03-11T20:35:11.25Z"),
            ("1773261311.1234569", "2026-03-11T20:35:11.123456Z"),
            ("1773261311250", "2026-03-11T20:35:11.25Z"),
            ("1773261311250.5", "2026-03-11T20:35:11.2505Z"),
            ("1773261311250000", "2026-03-11T20:35:11.25Z"),
            ("1773261311250000999", "2026-03-11T20:35:11.25Z"),
            ("2026-03-11T21:35:11", "2026-03-11T20:35:11Z"),
            ("2026-03-11 20:35:11Z", "2026-03-11T20:35:11Z"),
            ("Mar 11 21:35:11", "2026-03-11T20:35:11Z"),
            ("0", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(any_unit("time", text, &options).map(|instant| instant.to_string()).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(any_unit("time", " ", &options), Err(Reason::Absent { field: "time" }));
        for text in ["-1", "+1", "1.", ".5", "1.x", "1e9", "2026-03-11T21:35:11Z x", "never", "é"] {
            assert!(any_unit("time", text, &options).is_err(), "{text}");
        }
        for text in ["1773261311250", "1773261311000000000000000"] {
            assert!(seconds("ts", text, &options).is_err(), "{text}");
        }
    }

    #[test]
    fn bad_dates_are_named() {
        let options = options("2026-03-11T20:35:11Z", 0);
        for (line, value) in [
            ("Feb 30 12:00:00 host", "Feb 30 12:00:00"),
            ("Mar 0 12:00:00 host", "Mar 0 12:00:00"),
            ("Mar 111 12:00:00 host", "Mar 111 12:00:00"),
            ("Mar +1 12:00:00 host", "Mar +1 12:00:00"),
            ("Mar 1 24:00:00 host", "Mar 1 24:00:00"),
            ("Mar 1 12:00:61 host", "Mar 1 12:00:61"),
            ("Mar 1 12:00 host", "Mar 1 12:00"),
            ("Mar 1 12:00:00: host", "Mar 1 12:00:00:"),
            ("Mar 1 12:00:00.1234567890 host", "Mar 1 12:00:00.1234567890"),
            ("Mar 1 12:00:00. host", "Mar 1 12:00:00."),
            ("Mar", "Mar  "),
            ("2023-02-30T12:00:00Z host", "2023-02-30T12:00:00Z"),
            ("2023-03-18 host kernel:", "2023-03-18 host"),
            ("2023-03-18", "2023-03-18"),
            ("1773261311 host", "1773261311 host"),
            ("12:00:00 host", "12:00:00"),
            ("2023-03-1ß 12:00:00", "2023-03-1ß"),
        ] {
            assert_eq!(split(line, &options), Err(Reason::BadDate { value: value.to_owned() }), "{line}");
        }
    }

    #[test]
    fn extreme_options_do_no_harm() {
        for now in [Timestamp::MINIMUM, Timestamp::MAXIMUM, Timestamp(i64::MIN), Timestamp(i64::MAX)] {
            for utc_offset_seconds in [i32::MIN, 0, i32::MAX] {
                let options =
                    ImportOptions { now, utc_offset_seconds, default_verdict: DefaultVerdict::Drop, local_networks: None };
                let _ = split("Feb 29 12:00:00 host", &options);
                let _ = split("9999-12-31T23:59:59 host", &options);
            }
        }
    }
}
