//! When each job of the service runs: schedules as an operator writes them, and jobs that remember how their last run ended.
//!
//! Nothing here reads a clock or waits: all is a function of the time that it is given.

mod agenda;
mod job;
mod parse;

use std::fmt;

use croner::Cron;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{ToSpan as _, Zoned};

use net_scout_model::Timestamp;

pub use agenda::{Agenda, wait};
pub use job::{Backoff, Job, JobState, Outcome};
pub use parse::ScheduleError;

/// How many days ahead a time of day is looked for: a week, and a day that a zone may leave out.
const DAYS: i64 = 9;

/// When a job runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    /// Never by itself.
    Off,
    /// Every so many microseconds, at whole multiples of them since 1970 UTC.
    Every(i64),
    /// At times of the day, on some days of the week; on every day where none is named.
    Daily {
        /// The days.
        days: Vec<Weekday>,
        /// The times, ascending.
        times: Vec<Time>,
    },
    /// As a cron expression says.
    Cron(Box<Cron>),
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Every(period) => write!(f, "every {}", parse::words(*period)),
            Self::Daily { days, times } => {
                let times: Vec<String> = times.iter().map(|time| time.strftime("%H:%M").to_string()).collect();
                match days.as_slice() {
                    [] => write!(f, "daily {}", times.join(", ")),
                    days => {
                        let days: Vec<&str> = days.iter().map(|day| parse::day_name(*day)).collect();
                        write!(f, "weekly {} {}", days.join(","), times.join(", "))
                    }
                }
            }
            Self::Cron(cron) => write!(f, "cron {}", cron.as_str()),
        }
    }
}

impl Schedule {
    /// The first run later than an instant; none where there is none. A time of day that a clock skips is taken when it goes on, one that it
    /// shows twice counts the first time.
    #[must_use]
    pub fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::Off => None,
            Self::Every(period) => {
                let begun = after.0.div_euclid(*period);
                Some(Timestamp(begun.saturating_add(1).saturating_mul(*period)).min(Timestamp::MAXIMUM))
            }
            Self::Daily { days, times } => {
                let today = zoned(after, zone)?.date();
                let dates = (-1..DAYS).filter_map(|ahead| today.checked_add(ahead.days()).ok());
                let dates = dates.filter(|date| days.is_empty() || days.contains(&date.weekday()));
                let instants =
                    dates.flat_map(|date| times.iter().filter_map(move |time| zone.to_timestamp(date.to_datetime(*time)).ok()));
                instants.map(|instant| Timestamp(instant.as_microsecond())).filter(|instant| *instant > after).min()
            }
            Self::Cron(cron) => {
                let next = cron.find_next_occurrence(&zoned(after, zone)?, false).ok()?;
                Some(Timestamp(next.timestamp().as_microsecond()))
            }
        }
    }
}

/// A day, in microseconds.
const DAY: i64 = 86_400_000_000;
/// How far back the run before another one is looked for, in days: few runs lie in between.
const LOOK_BACK: [i64; 4] = [2, 8, 40, 400];
/// The most runs that are looked for one after another.
const MISSED: usize = 10_000;

impl Schedule {
    /// The last run that is not later than an instant, of those from one on.
    #[must_use]
    pub fn last(&self, from: Timestamp, until: Timestamp, zone: &TimeZone) -> Timestamp {
        if let Self::Every(period) = self {
            return Timestamp(until.0.div_euclid(*period).saturating_mul(*period)).max(from);
        }
        let runs = std::iter::successors(Some(from), |run| self.next(*run, zone).filter(|next| *next <= until));
        runs.take(MISSED).last().unwrap_or(from)
    }

    /// The last run before one; a day before where there is none for so long that nobody waits for it.
    #[must_use]
    pub fn before(&self, run: Timestamp, zone: &TimeZone) -> Timestamp {
        if let Self::Every(period) = self {
            return run.plus(-period);
        }
        let first = LOOK_BACK.iter().find_map(|days| self.next(run.plus(-days * DAY), zone).filter(|first| *first < run));
        first.map_or(run.plus(-DAY), |first| self.last(first, run.plus(-1), zone))
    }
}

/// The zone of this machine.
#[must_use]
pub fn system_zone() -> TimeZone {
    TimeZone::system()
}

fn zoned(instant: Timestamp, zone: &TimeZone) -> Option<Zoned> {
    let instant = instant.clamp(Timestamp::MINIMUM, Timestamp::MAXIMUM);
    Some(jiff::Timestamp::from_microsecond(instant.0).ok()?.to_zoned(zone.clone()))
}

#[cfg(test)]
mod tests;
