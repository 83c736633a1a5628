//! Dates at the start of a line, in the forms that syslog daemons, `journalctl`, `dmesg -T` and firewalls write.
//!
//! A date without a year is of the year that brings it closest to now: the latest that is not more than 26 hours ahead, because a log's
//! clock may be wrong or in another zone.

use jiff::civil::{Date, DateTime, Time};

use super::month;
use super::zone;
use crate::options::{AHEAD, ImportOptions};
use crate::reason::{Reason, quoted};
use net_scout_model::Timestamp;
use net_scout_model::time::parse_timestamp;

/// The longest time from one February 29 to the next, in years: around a year such as 2100, which is not a leap year.
const LEAP_GAP: i16 = 8;

/// The instant at the start of a line, and the text behind it.
///
/// # Errors
/// When there is no date, or one that is in no calendar.
pub(crate) fn split<'a>(line: &'a str, options: &ImportOptions) -> Result<(Timestamp, &'a str), Reason> {
    let line = line.trim_start();
    let (first, rest) = word(line);
    match first.as_bytes().first() {
        Some(b'0'..=b'9') => numeric(line, first, rest, options),
        Some(b'[') => bracketed(line, options),
        // Cisco marks a clock that is not synchronized.
        Some(b'*' | b'.') if first.len() <= 4 => split(&line[1..], options),
        Some(_) => match month::number(first) {
            Some(month) => named(month, line, rest, false, options),
            None if first.contains('/') => slashes(line, first, rest, options),
            None => weekday(first, rest, options),
        },
        None => Err(Reason::NoDate),
    }
}

/// An instant that is all of a text, in any form.
///
/// # Errors
/// When there is none, or it is in no calendar.
pub(crate) fn whole(field: &'static str, text: &str, options: &ImportOptions) -> Result<Timestamp, Reason> {
    match split(text, options) {
        Ok((instant, rest)) if rest.trim().is_empty() => Ok(instant),
        Err(Reason::NoDate) if text.trim().is_empty() => Err(Reason::Absent { field }),
        _ => Err(Reason::BadDate { value: quoted(text) }),
    }
}

/// Seconds since 1970 UTC, with or without a fraction, or an instant in another form.
///
/// # Errors
/// When it is neither.
pub(crate) fn seconds(field: &'static str, text: &str, options: &ImportOptions) -> Result<Timestamp, Reason> {
    match epoch(text, 1_000_000) {
        Some(instant) => Ok(instant),
        None => whole(field, text, options),
    }
}

/// As [`seconds`]; a number of 12 digits and more is in milliseconds, of 15 and more in microseconds, of 18 and more in nanoseconds.
///
/// # Errors
/// When it is neither.
pub(crate) fn any_unit(field: &'static str, text: &str, options: &ImportOptions) -> Result<Timestamp, Reason> {
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
pub(crate) fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

fn bad(line: &str, rest: &str) -> Reason {
    Reason::BadDate { value: quoted(line[..line.len() - rest.len()].trim()) }
}

/// `Mar 11 20:35:11`, `Mar 11 2026 20:35:11`, `Mar 11 20:35:11 2026`.
fn named<'a>(
    month: i8,
    line: &'a str,
    rest: &'a str,
    has_weekday: bool,
    options: &ImportOptions,
) -> Result<(Timestamp, &'a str), Reason> {
    let (day, rest) = word(rest);
    let (mut clock, mut rest) = word(rest);
    let mut year = None;
    if clock.len() == 4 && digits_only(clock).is_some() {
        year = clock.parse().ok();
        (clock, rest) = word(rest);
    }
    let error = || bad(line, rest);
    let day = number(day.trim_end_matches([',', '.'])).ok_or_else(error)?;
    // Cisco ends the date in a colon.
    let plain = if year.is_some() { clock.trim_end_matches(':') } else { clock };
    let time = time_of_day(plain).ok_or_else(error)?;
    if year.is_some() {
        let instant = civil(year, month, day, time, options).ok_or_else(error)?;
        return Ok(zoned(instant, rest, options));
    }
    // As ctime(3) has it, of which `logread` and `dmesg -T` are.
    let (last, behind) = word(rest);
    let last = last.trim_end_matches(']');
    if last.len() == 4 && last.starts_with(['1', '2']) && digits_only(last).is_some() && has_weekday {
        let instant = civil(last.parse().ok(), month, day, time, options).ok_or_else(|| bad(line, behind))?;
        return Ok((instant, behind));
    }
    Ok((civil(None, month, day, time, options).ok_or_else(error)?, rest))
}

/// `Mon Mar 23 13:16:49 2026`, `Wed 2026-03-11 20:35:11 CET`.
fn weekday<'a>(first: &str, rest: &'a str, options: &ImportOptions) -> Result<(Timestamp, &'a str), Reason> {
    let name = first.trim_end_matches(['.', ',']);
    if name.is_empty() || name.len() > 12 || !name.chars().all(char::is_alphabetic) {
        return Err(Reason::NoDate);
    }
    let (second, behind) = word(rest);
    if let Some(month) = month::number(second) {
        return named(month, rest, behind, true, options).map_err(|_| Reason::NoDate);
    }
    if second.len() == "2026-03-11".len() && second.starts_with(|byte: char| byte.is_ascii_digit()) {
        return numeric(rest.trim_start(), second, behind, options).map_err(|_| Reason::NoDate);
    }
    Err(Reason::NoDate)
}

/// `mar/11 20:35:11`, `mar/11/2026 20:35:11`, as RouterOS writes them.
fn slashes<'a>(line: &'a str, first: &str, rest: &'a str, options: &ImportOptions) -> Result<(Timestamp, &'a str), Reason> {
    let mut parts = first.split('/');
    let month = parts.next().and_then(month::number).ok_or(Reason::NoDate)?;
    let (clock, behind) = word(rest);
    let instant = (|| {
        let day = number(parts.next()?)?;
        let year = match parts.next() {
            Some(year) => Some(digits_only(year)?.parse().ok()?),
            None => None,
        };
        civil(year, month, day, time_of_day(clock)?, options)
    })();
    instant.map(|instant| (instant, behind)).ok_or_else(|| bad(line, behind))
}

/// `[Sat Oct 24 16:55:00 2020] `, as `dmesg -T` writes it.
fn bracketed<'a>(line: &'a str, options: &ImportOptions) -> Result<(Timestamp, &'a str), Reason> {
    let (inside, rest) = line[1..].split_once(']').ok_or(Reason::NoDate)?;
    match split(inside, options) {
        Ok((instant, behind)) if behind.trim().is_empty() => Ok((instant, rest)),
        _ if inside.trim().parse::<f64>().is_ok() => Err(Reason::SinceBoot),
        _ => Err(Reason::NoDate),
    }
}

/// What begins with a digit.
fn numeric<'a>(line: &'a str, first: &'a str, rest: &'a str, options: &ImportOptions) -> Result<(Timestamp, &'a str), Reason> {
    let bytes = first.as_bytes();
    let is = |place: usize, byte: u8| bytes.get(place) == Some(&byte);
    if is(4, b'-') && is(7, b'-') || is(4, b'/') && is(7, b'/') {
        return iso(line, first, rest, options);
    }
    if is(4, b':') && is(7, b':') && is(10, b'-') {
        // Sophos: 2019:11:06-00:08:03
        let parts = (|| {
            let year = digits_only(first.get(..4)?)?.parse().ok();
            civil(year, number(first.get(5..7)?)?, number(first.get(8..10)?)?, time_of_day(first.get(11..)?)?, options)
        })();
        return parts.map(|instant| (instant, rest)).ok_or_else(|| bad(line, rest));
    }
    if is(2, b':') && is(5, b':') {
        // RouterOS shows of today's lines only the time.
        let time = time_of_day(first).ok_or_else(|| bad(line, rest))?;
        return today(time, options).map(|instant| (instant, rest)).ok_or_else(|| bad(line, rest));
    }
    if let Some((date, time)) = first.split_once(':')
        && date.bytes().filter(|byte| *byte == b'/').count() == 2
    {
        // 24/Jul/2025:17:27:00 +0200
        let mut parts = date.split('/');
        let instant = (|| {
            let day = number(parts.next()?)?;
            let month = month::number(parts.next()?)?;
            let year = digits_only(parts.next()?)?.parse().ok();
            civil(year, month, day, time_of_day(time)?, options)
        })();
        return instant.map(|instant| zoned(instant, rest, options)).ok_or_else(|| bad(line, rest));
    }
    if is(2, b'-') && bytes.len() == 5 {
        // RouterOS 7: 03-11 20:35:11
        let (clock, behind) = word(rest);
        let instant = (|| civil(None, number(&first[..2])?, number(first.get(3..)?)?, time_of_day(clock)?, options))();
        return instant.map(|instant| (instant, behind)).ok_or_else(|| bad(line, behind));
    }
    // journalctl -o short-unix; ten digits are of the years from 2001 on.
    if let Some((whole, fraction)) = first.split_once('.')
        && whole.len() == 10
        && (3..=9).contains(&fraction.len())
        && let Some(instant) = epoch(first, 1_000_000)
    {
        return Ok((instant, rest));
    }
    // RouterOS numbers what `log print` shows.
    let (second, _) = word(rest);
    if bytes.len() <= 4 && digits_only(first).is_some() && (month::number(second).is_some() || second.contains([':', '/'])) {
        return split(rest, options).map_err(|_| Reason::NoDate);
    }
    if first.contains(['-', ':']) || bytes.len() >= 8 { Err(bad(line, word(rest).1)) } else { Err(Reason::NoDate) }
}

/// `2023-03-18T20:35:05.734637+01:00`; without a zone it is in the operator's.
fn iso<'a>(line: &'a str, first: &'a str, rest: &'a str, options: &ImportOptions) -> Result<(Timestamp, &'a str), Reason> {
    let (text, rest) = if first.len() == "2026-03-11".len() {
        // A space instead of the `T`: the time is a word of its own.
        let rest = word(rest).1;
        (line[..line.len() - rest.len()].trim_end(), rest)
    } else {
        (first, rest)
    };
    let instant = if text.contains(['/', ',']) {
        iso_instant(&text.replace('/', "-").replace(',', "."), options)
    } else {
        iso_instant(text, options)
    };
    match instant {
        Some((instant, true)) => Ok((instant, rest)),
        Some((instant, false)) => Ok(zoned(instant, rest, options)),
        None => Err(Reason::BadDate { value: quoted(text) }),
    }
}

/// The instant, and whether the text says its zone.
fn iso_instant(text: &str, options: &ImportOptions) -> Option<(Timestamp, bool)> {
    let text = text.trim_end_matches(':');
    let time = text.get("2026-03-11".len()..).filter(|time| time.contains(':'))?;
    let instant = parse_timestamp(text)?;
    if time.contains(['Z', 'z', '+', '-']) {
        return Some((instant, true));
    }
    let local = super::zone::LogZone::UTC.date(instant)?;
    Some((options.zone.instant(local)?, false))
}

/// An instant in the operator's zone, or in the one that the next word names.
fn zoned<'a>(instant: Timestamp, rest: &'a str, options: &ImportOptions) -> (Timestamp, &'a str) {
    let (name, behind) = word(rest);
    let moved = zone::seconds(name.trim_end_matches(':')).and_then(|seconds| {
        let local = options.zone.date(instant)?;
        super::zone::LogZone::Fixed(seconds).instant(local)
    });
    moved.map_or((instant, rest), |instant| (instant, behind))
}

/// A date in the operator's zone; without a year the latest that is not more than 26 hours ahead.
fn civil(year: Option<i16>, month: i8, day: i8, time: Time, options: &ImportOptions) -> Option<Timestamp> {
    let instant = |year| options.zone.instant(DateTime::from_parts(Date::new(year, month, day).ok()?, time));
    if let Some(year) = year {
        return instant(year);
    }
    let latest = options.now.plus(AHEAD);
    let year = options.zone.date(latest)?.year();
    (0..=LEAP_GAP).find_map(|back| instant(year - back).filter(|instant| *instant <= latest))
}

/// A time of today, or of yesterday where it would be more than an hour ahead.
fn today(time: Time, options: &ImportOptions) -> Option<Timestamp> {
    let now = options.zone.date(options.now)?;
    let instant = options.zone.instant(DateTime::from_parts(now.date(), time))?;
    let is_ahead = instant > options.now.plus(AHEAD / 26);
    if is_ahead { options.zone.instant(DateTime::from_parts(now.date().yesterday().ok()?, time)) } else { Some(instant) }
}

/// `20:35:11` or `20:35:11.734637`. A leap second is the second before it, as jiff has it too.
fn time_of_day(text: &str) -> Option<Time> {
    let (clock, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
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
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

#[cfg(test)]
mod tests;
