//! Reads the usual forms of a timestamp without a general parser. Any other form goes to [`parse_timestamp`]. The
//! two must never differ.

use net_scout_model::time::parse_timestamp;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A reader that remembers the last date: neighbouring rows mostly share it.
#[derive(Debug, Default)]
pub struct TimestampReader {
    date: [u8; 10],
    /// Midnight of that date, in microseconds since 1970; none before the first.
    midnight: Option<i64>,
}

impl TimestampReader {
    /// The instant in microseconds since 1970 UTC; none where the text is not a timestamp.
    pub fn read(&mut self, text: &[u8]) -> Option<i64> {
        self.usual(text).or_else(|| std::str::from_utf8(text).ok().and_then(parse_timestamp).map(|time| time.0))
    }

    /// `2026-03-11T20:35:11`, with a `T` or a space, up to six digits of a fraction, and `Z`, `+00:00` or nothing at the end.
    fn usual(&mut self, text: &[u8]) -> Option<i64> {
        let (date, clock) = (text.first_chunk::<10>()?, text.get(10..19)?);
        if !matches!(clock[0], b'T' | b' ') || clock[3] != b':' || clock[6] != b':' {
            return None;
        }
        let (hour, minute, second) = (two(clock[1], clock[2])?, two(clock[4], clock[5])?, two(clock[7], clock[8])?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let mut rest = &text[19..];
        let mut fraction = 0;
        if let [b'.', digits @ ..] = rest {
            let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if count == 0 || count > 6 {
                return None;
            }
            fraction = digits[..count].iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
            fraction *= 10_i64.pow(6 - count as u32);
            rest = &digits[count..];
        }
        if !matches!(rest, b"" | b"Z" | b"+00:00") {
            return None;
        }
        if self.midnight.is_none() || self.date != *date {
            self.midnight = Some(midnight(date)?);
            self.date = *date;
        }
        Some(self.midnight? + (i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second)) * SECOND + fraction)
    }
}

fn two(tens: u8, ones: u8) -> Option<u32> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
}

/// Midnight of a date from 1970 to 9998; days after H. Hinnant, "chrono-compatible low-level date algorithms".
fn midnight(date: &[u8; 10]) -> Option<i64> {
    if date[4] != b'-' || date[7] != b'-' {
        return None;
    }
    let year = i64::from(two(date[0], date[1])? * 100 + two(date[2], date[3])?);
    let (month, day) = (i64::from(two(date[5], date[6])?), i64::from(two(date[8], date[9])?));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1970..=9998).contains(&year) || !(1..=12).contains(&month) || !(1..=length).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, in_era) = (year / 400, year % 400);
    let in_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719_468;
    Some(days * DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_forms_are_read_as_the_general_parser_reads_them() {
        let dates = ["1970-01-01", "1999-12-31", "2000-02-29", "2024-02-29", "2026-03-11", "2100-02-28", "9998-12-31"];
        let clocks = ["00:00:00", "20:35:11", "23:59:59"];
        let fractions = ["", ".0", ".25", ".123456", ".999"];
        let mut reader = TimestampReader::default();
        for date in dates {
            for clock in clocks {
                for fraction in fractions {
                    for (separator, zone) in [("T", "Z"), (" ", ""), ("T", "+00:00")] {
                        let text = format!("{date}{separator}{clock}{fraction}{zone}");
                        let read = reader.usual(text.as_bytes());
                        assert!(read.is_some(), "{text}");
                        assert_eq!(read, parse_timestamp(&text).map(|time| time.0), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn any_other_form_has_the_last_word_of_the_general_parser() {
        let mut reader = TimestampReader::default();
        for text in [
            "2026-03-11T20:35",
            "2026-03-11",
            "2026-03-11T22:35:11+02:00",
            "2026-03-11t20:35:11z",
            "2026-03-11T20:35:11.1234567Z",
            "2026-03-11T23:59:60Z",
            "2026-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "1969-12-31T23:59:59.5Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T00:00:00Z",
            "2026-03-11T24:00:00Z",
            " 2026-03-11T20:35:11Z ",
            "2026-03-11T20:35:11.",
            "2026-03-11T20:35:11,5Z",
            "2026-03-11T20:35:11-00:00",
            "",
            "junk",
        ] {
            assert_eq!(reader.read(text.as_bytes()), parse_timestamp(text).map(|time| time.0), "{text}");
        }
    }
}
