//! Schedules as an operator writes them.

use std::str::FromStr;

use croner::Cron;
use croner::parser::CronParser;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

use net_scout_model::time::parse_duration;
use net_scout_model::{Timestamp, plain};

use super::Schedule;

/// The shortest interval, in microseconds.
const SHORTEST: i64 = 1_000_000;
/// The longest text that is looked at, in bytes.
const LONGEST: usize = 200;
/// The most times of a day.
const TIMES: usize = 96;

const DAYS: [(Weekday, &str, &str); 7] = [
    (Weekday::Monday, "mon", "monday"),
    (Weekday::Tuesday, "tue", "tuesday"),
    (Weekday::Wednesday, "wed", "wednesday"),
    (Weekday::Thursday, "thu", "thursday"),
    (Weekday::Friday, "fri", "friday"),
    (Weekday::Saturday, "sat", "saturday"),
    (Weekday::Sunday, "sun", "sunday"),
];

/// Text that is not a schedule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{text}` is not a schedule{reason}; write an interval (`1 minute`, `every 6 hours`), times of the day (`daily 07:00`, `daily 07:00, 19:30`, \
     `weekly mon,thu 07:00`), a cron expression of five fields (`*/10 8-18 * * mon-fri`), or `off`"
)]
pub struct ScheduleError {
    text: String,
    reason: String,
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let error = |reason: String| ScheduleError { text: plain(text, LONGEST).to_string(), reason };
        if text.len() > LONGEST {
            return Err(error(": it is too long".to_owned()));
        }
        let lower = text.trim().to_ascii_lowercase();
        let (first, rest) = lower.split_once(char::is_whitespace).unwrap_or((&lower, ""));
        match first {
            "off" if rest.is_empty() => Ok(Self::Off),
            "daily" => Ok(Self::Daily { days: Vec::new(), times: times(rest).map_err(error)? }),
            "weekly" => {
                let (days, rest) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest, ""));
                Ok(Self::Daily { days: weekdays(days).map_err(&error)?, times: times(rest).map_err(error)? })
            }
            "every" => every(rest).map_err(error),
            "cron" => cron(rest).map_err(error),
            _ => match lower.split_whitespace().count() {
                5.. if first.starts_with(['*', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '?']) => {
                    every(&lower).or_else(|_| cron(&lower)).map_err(error)
                }
                _ => every(&lower).map_err(error),
            },
        }
    }
}

fn every(text: &str) -> Result<Schedule, String> {
    match parse_duration(text) {
        Ok(period) if period >= SHORTEST => Ok(Schedule::Every(period)),
        Ok(_) => Err(": the shortest interval is a second".to_owned()),
        Err(_) => Err(String::new()),
    }
}

fn cron(text: &str) -> Result<Schedule, String> {
    let fields = text.split_whitespace().count();
    if !(5..=7).contains(&fields) {
        return Err(format!(
            ": a cron expression has five fields (six with the second first, seven with the year last), and not {fields}"
        ));
    }
    let cron: Cron = CronParser::new().parse(text).map_err(|error| format!(": {error}"))?;
    let schedule = Schedule::Cron(Box::new(cron));
    match schedule.next(Timestamp(0), &TimeZone::UTC) {
        Some(_) => Ok(schedule),
        None => Err(": there is no such day".to_owned()),
    }
}

fn times(text: &str) -> Result<Vec<Time>, String> {
    let time = |text: &str| -> Result<Time, String> {
        let wrong = || format!(": `{}` is not a time of the day such as 07:00", plain(text, 20));
        let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
        let number = |text: &str| {
            let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<i8>().ok().filter(|_| digits)
        };
        let (hour, minute) = number(hour).zip(number(minute)).ok_or_else(wrong)?;
        Time::new(hour, minute, 0, 0).map_err(|_| wrong())
    };
    let mut times = listed(text).map(time).collect::<Result<Vec<_>, _>>()?;
    times.sort_unstable();
    times.dedup();
    match times.len() {
        0 => Err(": a time of the day is missing".to_owned()),
        1..=TIMES => Ok(times),
        _ => Err(format!(": more than {TIMES} times of the day")),
    }
}

fn weekdays(text: &str) -> Result<Vec<Weekday>, String> {
    let day = |text: &str| {
        let known = DAYS.into_iter().find(|(_, short, long)| text == *short || text == *long);
        known.map(|(day, ..)| day).ok_or_else(|| format!(": `{}` is not a day of the week such as mon", plain(text, 20)))
    };
    let days = listed(text).map(day).collect::<Result<Vec<_>, _>>()?;
    if days.is_empty() { Err(": a day of the week is missing".to_owned()) } else { Ok(days) }
}

fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\t']).filter(|part| !part.is_empty())
}

/// The short name of a day.
pub(super) fn day_name(day: Weekday) -> &'static str {
    DAYS.into_iter().find(|(known, ..)| *known == day).map_or("", |(_, short, _)| short)
}

/// An interval in the largest unit that it is a multiple of.
pub(super) fn words(period: i64) -> String {
    let units = [(604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let fits = units.into_iter().map(|(seconds, unit)| (seconds * 1_000_000, unit)).find(|(length, _)| period % length == 0);
    match fits {
        Some((length, unit)) if period == length => format!("1 {unit}"),
        Some((length, unit)) => format!("{} {unit}s", period / length),
        None => format!("{} ms", period / 1_000),
    }
}
