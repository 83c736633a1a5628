//! What the values of keys may look like: what the configuration file may hold, and how a text becomes a value.
//!
//! Numbers, durations, sizes and switches are those of `net_scout_model`, so that they are written alike everywhere.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use crate::output::LogFormat;
use net_scout_model::time::{Moment, parse_timestamp};
use net_scout_model::{Networks, SWITCH, SizeUnit, TimeUnit, Timestamp, not, parse_size, parse_span, parse_switch, parse_whole};
use net_scout_serve::listen::ListenAddress;
use net_scout_serve::schedule::Schedule;

/// What is kept for ever.
const FOREVER: &str = "forever";
/// Where resolvers listen (RFC 1035).
const DNS_PORT: u16 = 53;

/// What a value in the configuration file may be, beside a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text alone.
    Text,
    /// A number.
    Number,
    /// `true` or `false`, or a number.
    Switch,
    /// A date, or a date and time.
    Date,
    /// A list of texts.
    List,
    /// A number, `true` or `false`, a date: what is expected, a plugin says.
    Any,
}

impl Shape {
    /// What it is, to complete "it must be ...".
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Text => "a text in quotes",
            Self::Number => "a number, or a text in quotes",
            Self::Switch => "true or false",
            Self::Date => "a date, or a text in quotes",
            Self::List => "a list of texts, or a text with commas",
            Self::Any => "a text, a number, or true or false",
        }
    }
}

/// Reads a value, or says in a sentence that names the text what is wrong with it.
type Read<T> = dyn Fn(&str) -> Result<T, String>;

/// What the values of a key may look like.
pub(super) struct Grammar<T> {
    /// In the file.
    pub(super) shape: Shape,
    /// As text.
    pub(super) read: Box<Read<T>>,
}

fn grammar<T>(shape: Shape, read: impl Fn(&str) -> Result<T, String> + 'static) -> Grammar<T> {
    Grammar { shape, read: Box::new(read) }
}

/// An optional value, with the empty text for none.
fn optional<T: 'static>(Grammar { shape, read }: Grammar<T>) -> Grammar<Option<T>> {
    grammar(shape, move |text| if text.is_empty() { Ok(None) } else { read(text).map(Some) })
}

pub(super) fn path() -> Grammar<PathBuf> {
    grammar(Shape::Text, |text| Ok(PathBuf::from(text)))
}

pub(super) fn optional_path() -> Grammar<Option<PathBuf>> {
    optional(path())
}

/// The name of a table in the database.
pub(super) fn table_name() -> Grammar<String> {
    grammar(Shape::Text, |text| {
        let fits = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
        if fits { Ok(text.to_owned()) } else { Err(not(text, "a table name of letters, digits and underscores")) }
    })
}

pub(super) fn switch() -> Grammar<bool> {
    grammar(Shape::Switch, |text| parse_switch(text).ok_or_else(|| not(text, SWITCH)))
}

pub(super) fn whole<T: TryFrom<u64>>(bounds: RangeInclusive<u64>) -> Grammar<T> {
    grammar(Shape::Number, move |text| parse_whole(text, bounds.clone()))
}

/// A duration; a number without a unit is one of seconds.
pub(super) fn seconds(bounds: RangeInclusive<f64>) -> Grammar<Duration> {
    grammar(Shape::Number, move |text| parse_span(text, TimeUnit::Seconds, bounds.clone()))
}

/// A duration in microseconds; a number without a unit is one of hours.
pub(super) fn hours(bounds: RangeInclusive<f64>) -> Grammar<i64> {
    grammar(Shape::Number, move |text| {
        let duration = parse_span(text, TimeUnit::Hours, bounds.clone())?;
        i64::try_from(duration.as_micros()).map_err(|_| not(text, "a duration"))
    })
}

pub(super) fn moment() -> Grammar<Moment> {
    grammar(Shape::Date, |text| text.parse().map_err(|error: net_scout_model::time::TimeError| error.to_string()))
}

pub(super) fn schedule() -> Grammar<Schedule> {
    grammar(Shape::Text, |text| text.parse().map_err(|error: net_scout_serve::schedule::ScheduleError| error.to_string()))
}

/// An address and a port, or `unix:` and a path.
pub(super) fn optional_listen_address() -> Grammar<Option<ListenAddress>> {
    let read = |text: &str| {
        let unix = text.strip_prefix("unix:").filter(|path| path.starts_with('/'));
        let address = unix.map(|path| ListenAddress::Unix(PathBuf::from(path)));
        address.or_else(|| text.parse().ok().map(ListenAddress::Tcp)).ok_or_else(|| {
            not(text, "an address and a port such as 127.0.0.1:9377, or a socket such as unix:/run/net-scout/web.sock")
        })
    };
    optional(grammar(Shape::Text, read))
}

/// A path without a slash at its end; empty for none.
pub(super) fn prefix() -> Grammar<String> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "/-_.~".contains(letter);
    grammar(Shape::Text, move |text| {
        let path = text.trim_end_matches('/');
        let is_path = path.starts_with('/') && !path.contains("//") && path.chars().all(is_letter);
        if path.is_empty() || is_path { Ok(path.to_owned()) } else { Err(not(text, "a path such as /scout")) }
    })
}

/// `NAME,...`, in lower case.
pub(super) fn hosts() -> Grammar<Vec<String>> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_.[]:".contains(letter);
    grammar(Shape::List, move |text| {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let name = |name: &str| name.chars().all(is_letter).then(|| name.to_ascii_lowercase());
        names.map(name).collect::<Option<_>>().ok_or_else(|| not(text, "a list of host names such as scout.example,192.0.2.7"))
    })
}

pub(super) fn optional_instant() -> Grammar<Option<Timestamp>> {
    let read = |text: &str| parse_timestamp(text).ok_or_else(|| not(text, "an instant such as 2026-03-11T20:35:00Z"));
    optional(grammar(Shape::Date, read))
}

/// `ADDRESS/BITS,...`; none where there is none.
pub(super) fn networks() -> Grammar<Option<Networks>> {
    let read = |text: &str| text.parse::<Networks>().map_err(|error| error.to_string());
    grammar(Shape::List, move |text| read(text).map(|networks| Some(networks).filter(|networks| !networks.is_empty())))
}

/// `ADDRESS:PORT,...`; the port may be left out.
pub(super) fn servers() -> Grammar<Vec<SocketAddr>> {
    let server = |text: &str| -> Option<SocketAddr> {
        text.parse().ok().or_else(|| Some(SocketAddr::new(text.parse::<IpAddr>().ok()?, DNS_PORT)))
    };
    grammar(Shape::List, move |text| {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let servers: Option<Vec<SocketAddr>> = parts.map(server).collect();
        servers.ok_or_else(|| not(text, "a list of addresses such as 192.0.2.53,127.0.0.1:5353"))
    })
}

/// The name of a log level, which may be written as Python does.
pub(super) fn log_level() -> Grammar<&'static str> {
    grammar(Shape::Text, |text| {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "off" => "off",
            "error" | "critical" => "error",
            "warn" | "warning" => "warn",
            "info" => "info",
            "debug" => "debug",
            "trace" => "trace",
            _ => return Err(not(text, "one of off, error, warn, info, debug, trace")),
        })
    })
}

/// The form of the log.
pub(super) fn log_format() -> Grammar<LogFormat> {
    grammar(Shape::Text, |text| match text.trim().to_ascii_lowercase().as_str() {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(not(text, "one of text, json")),
    })
}

/// Names with commas between them.
pub(super) fn names() -> Grammar<Vec<String>> {
    grammar(Shape::List, |text| {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        Ok(names.map(str::to_owned).collect())
    })
}

/// A length of time in microseconds; none where it is empty.
pub(super) fn length() -> Grammar<Option<i64>> {
    const LONGEST: f64 = 366.0 * 24.0;
    optional(hours(1.0..=LONGEST))
}

/// Whether a page goes with the text of a report.
pub(super) fn report_format() -> Grammar<bool> {
    grammar(Shape::Text, |text| match text.trim().to_ascii_lowercase().as_str() {
        "html" => Ok(true),
        "text" => Ok(false),
        _ => Err(not(text, "one of html, text")),
    })
}

/// How long something is kept, in microseconds; a number without a unit is one of days. None for ever.
pub(super) fn age(bounds: RangeInclusive<f64>) -> Grammar<Option<i64>> {
    grammar(Shape::Number, move |text| {
        if text.trim().eq_ignore_ascii_case(FOREVER) {
            return Ok(None);
        }
        let duration = parse_span(text, TimeUnit::Days, bounds.clone()).map_err(|what| format!("{what}, or {FOREVER}"))?;
        Ok(i64::try_from(duration.as_micros()).ok())
    })
}

/// A size in bytes; a number without a unit is one of MiB. None where it is 0.
pub(super) fn mebibytes(bounds: RangeInclusive<u64>) -> Grammar<Option<u64>> {
    grammar(Shape::Number, move |text| {
        parse_size(text, SizeUnit::Mib, bounds.clone()).map(|bytes| Some(bytes).filter(|bytes| *bytes > 0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_as_python_writes_them() {
        let read = log_level().read;
        assert_eq!((read("WARNING"), read("Info")), (Ok("warn"), Ok("info")));
        assert_eq!(read("loud"), Err("`loud` is not one of off, error, warn, info, debug, trace".to_owned()));
    }

    #[test]
    fn ages_and_sizes() {
        let age = age(1.0..=100.0).read;
        let day = 86_400_000_000_i64;
        assert_eq!((age("90"), age("2 weeks"), age("Forever")), (Ok(Some(90 * day)), Ok(Some(14 * day)), Ok(None)));
        let wrong = age("1 hour").expect_err("too short");
        assert_eq!(wrong, "`1 hour` is not a number of days from 1 to 100, or a duration such as 90s or 5 minutes, or forever");
        let size = mebibytes(0..=1_024).read;
        assert_eq!((size("2"), size("1 GiB"), size("0")), (Ok(Some(2 << 20)), Ok(Some(1 << 30)), Ok(None)));
    }

    #[test]
    fn servers_with_and_without_a_port() {
        let read = servers().read;
        let texts = |text: &str| read(text).expect(text).iter().map(SocketAddr::to_string).collect::<Vec<_>>();
        assert_eq!(texts("192.0.2.53, ::1,127.0.0.1:5353,"), ["192.0.2.53:53", "[::1]:53", "127.0.0.1:5353"]);
        assert!(read("resolver.example").is_err());
    }
}
