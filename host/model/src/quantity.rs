//! Numbers, durations and sizes as an operator writes them: one grammar for flags, the environment, the configuration file and plugins.lock.
//!
//! Every reader takes a text and answers with the value, or with a sentence that names the text and says what is expected.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::plain;
use crate::time::parse_duration;

/// What a number without a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds.
    Seconds,
    /// Hours.
    Hours,
    /// Days.
    Days,
}

/// What a number without a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeUnit {
    /// 1024 bytes.
    Kib,
    /// 1024 KiB.
    Mib,
}

/// Units of sizes and their bits, each as it may be written in lower case.
const SIZES: [([&str; 3], u32); 4] =
    [(["kib", "kb", "k"], 10), (["mib", "mb", "m"], 20), (["gib", "gb", "g"], 30), (["tib", "tb", "t"], 40)];

/// "`x` is not ...", with the text as far as it can be shown.
#[must_use]
pub fn not(text: &str, expected: impl Display) -> String {
    format!("`{}` is not {expected}", plain(text, 100))
}

/// Reads a whole number within bounds.
///
/// # Errors
/// When the text is anything else.
pub fn parse_whole<T: TryFrom<u64>>(text: &str, bounds: RangeInclusive<u64>) -> Result<T, String> {
    let value = text.trim().parse().ok().filter(|value| bounds.contains(value));
    let value = value.and_then(|value: u64| T::try_from(value).ok());
    value.ok_or_else(|| not(text, format_args!("a whole number from {} to {}", bounds.start(), bounds.end())))
}

/// Reads a duration: a number of the unit (`0.5`), or with units of its own (`90s`, `5 minutes`). The bounds are in the unit.
///
/// # Errors
/// When the text is anything else.
pub fn parse_span(text: &str, unit: TimeUnit, bounds: RangeInclusive<f64>) -> Result<Duration, String> {
    let (name, length) = match unit {
        TimeUnit::Seconds => ("seconds", 1.0),
        TimeUnit::Hours => ("hours", 3_600.0),
        TimeUnit::Days => ("days", 86_400.0),
    };
    let number = text.trim().parse::<f64>().ok();
    let written = || parse_duration(text).ok().map(|micros| micros as f64 / 1e6 / length);
    let value = number.or_else(written).filter(|value| bounds.contains(value));
    let value = value.map(|value| Duration::from_secs_f64(value * length));
    value.ok_or_else(|| {
        let (shortest, longest) = bounds.clone().into_inner();
        not(text, format_args!("a number of {name} from {shortest} to {longest}, or a duration such as 90s or 5 minutes"))
    })
}

/// Reads a size in bytes: a number of the unit (`256`), or with a unit of its own (`1 GiB`). The bounds are in the unit.
///
/// # Errors
/// When the text is anything else.
pub fn parse_size(text: &str, unit: SizeUnit, bounds: RangeInclusive<u64>) -> Result<u64, String> {
    let (name, bits) = match unit {
        SizeUnit::Kib => ("KiB", 10),
        SizeUnit::Mib => ("MiB", 20),
    };
    let trimmed = text.trim();
    let (number, suffix) = trimmed.split_at(trimmed.bytes().take_while(u8::is_ascii_digit).count());
    let suffix = suffix.trim_start().to_ascii_lowercase();
    let own = SIZES.iter().find(|(names, _)| names.contains(&suffix.as_str())).map(|(_, bits)| *bits);
    let bits_written = if suffix.is_empty() { Some(bits) } else { own };
    let value = number.parse::<u64>().ok().zip(bits_written).and_then(|(number, bits)| number.checked_mul(1 << bits));
    let (least, most) = bounds.into_inner();
    let value = value.filter(|value| (least << bits..=most << bits).contains(value));
    value.ok_or_else(|| {
        not(text, format_args!("a whole number of {name} from {least} to {most}, or a size such as 64 MiB or 1 GiB"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        assert_eq!(parse_whole::<u32>(" 7 ", 1..=10), Ok(7));
        for text in ["", "0", "11", "-1", "1.5", "many", "99999999999999999999"] {
            assert_eq!(parse_whole::<u32>(text, 1..=10), Err(format!("`{text}` is not a whole number from 1 to 10")));
        }
        assert!(parse_whole::<u8>("256", 0..=1_000).is_err());
    }

    #[test]
    fn durations_with_and_without_a_unit() {
        let seconds = |text| parse_span(text, TimeUnit::Seconds, 0.01..=3_600.0);
        assert_eq!(seconds("0.2"), Ok(Duration::from_millis(200)));
        assert_eq!(seconds("90"), Ok(Duration::from_secs(90)));
        assert_eq!(seconds("5 minutes"), Ok(Duration::from_secs(300)));
        assert_eq!(seconds("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_span("24", TimeUnit::Hours, 1.0..=100.0), Ok(Duration::from_secs(86_400)));
        assert_eq!(parse_span("2 days", TimeUnit::Hours, 1.0..=100.0), Ok(Duration::from_secs(172_800)));
        for text in ["", "0", "2h", "long", "-1", "NaN", "inf", "1 month"] {
            let expected = "a number of seconds from 0.01 to 3600, or a duration such as 90s or 5 minutes";
            assert_eq!(seconds(text), Err(format!("`{text}` is not {expected}")));
        }
    }

    #[test]
    fn sizes_with_and_without_a_unit() {
        let mib = |text| parse_size(text, SizeUnit::Mib, 1..=4_096);
        assert_eq!(mib("256"), Ok(256 << 20));
        assert_eq!(mib("1 GiB"), Ok(1 << 30));
        assert_eq!(mib("2048k"), Ok(2 << 20));
        assert_eq!(parse_size("64", SizeUnit::Kib, 1..=1_024), Ok(64 << 10));
        for text in ["", "0", "4097", "1 KiB", "5 GiB", "1.5", "-1", "MiB", "1 XiB", "18446744073709551615 TiB"] {
            let expected = "a whole number of MiB from 1 to 4096, or a size such as 64 MiB or 1 GiB";
            assert_eq!(mib(text), Err(format!("`{text}` is not {expected}")));
        }
    }
}
