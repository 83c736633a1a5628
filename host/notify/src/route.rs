//! Routes: which alerts are told to whom, how soon, how often, and when not.

use jiff::tz::TimeZone;
use net_scout_model::search::AlertQuery;
use net_scout_model::{News, StoredAlert, Timestamp};
use net_scout_store::{Outbound, Tell};

const MINUTE: i64 = 60_000_000;

/// A route.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// Which alerts it is for.
    pub filter: AlertQuery,
    /// The names of its receivers.
    pub receivers: Vec<String>,
    /// What of an alert makes a message.
    pub on: Vec<News>,
    /// How long others are waited for that go into the same message, in microseconds.
    pub wait: i64,
    /// After how long an incident that goes on is told again, in microseconds; none for never.
    pub repeat: Option<i64>,
    /// The most messages an hour to each of its receivers; none for any number.
    pub per_hour: Option<u32>,
    /// When nobody is to be disturbed, but for critical alerts.
    pub quiet: Option<Quiet>,
    /// Where it stands in the configuration, in words.
    pub from: String,
}

/// Hours of each day in which nobody is to be disturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// The first minute of the day in it.
    pub begins: i16,
    /// The first minute behind it; before the first one where it goes over midnight.
    pub ends: i16,
}

impl Quiet {
    /// Reads `22:00-07:00`.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(text: &str) -> Result<Self, String> {
        let minute = |text: &str| {
            let (hour, minute) = text.trim().split_once(':')?;
            let (hour, minute) = (hour.parse::<i16>().ok()?, minute.parse::<i16>().ok()?);
            ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
        };
        let parts = text.split_once('-').and_then(|(begins, ends)| Some((minute(begins)?, minute(ends)?)));
        match parts {
            Some((begins, ends)) if begins != ends => Ok(Self { begins, ends }),
            _ => Err(net_scout_model::not(text, "a span of hours such as 22:00-07:00")),
        }
    }

    /// Whether it is quiet now.
    #[must_use]
    pub fn holds(self, now: Timestamp, zone: &TimeZone) -> bool {
        let Ok(instant) = jiff::Timestamp::from_microsecond(now.0) else { return false };
        let time = instant.to_zoned(zone.clone()).time();
        let minute = i16::from(time.hour()) * 60 + i16::from(time.minute());
        if self.begins < self.ends {
            (self.begins..self.ends).contains(&minute)
        } else {
            minute >= self.begins || minute < self.ends
        }
    }
}

impl Route {
    /// A route for what was queued by one that is not there any more.
    #[must_use]
    pub fn gone(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            filter: AlertQuery::default(),
            receivers: Vec::new(),
            on: News::ALL.into(),
            wait: MINUTE,
            repeat: None,
            per_hour: Some(10),
            quiet: None,
            from: String::new(),
        }
    }

    /// Whether it is for an alert, of which this is new.
    #[must_use]
    pub fn takes(&self, alert: &StoredAlert, news: News, now: Timestamp) -> bool {
        let wanted = match news {
            News::Resent => true,
            // Somebody has it in hand, or has closed it.
            News::Grown => alert.status == "new" || alert.status == "enriched",
            News::Worse => alert.is_open() || alert.status == "acknowledged",
            News::New | News::Reopened => true,
        };
        let repeats = news == News::Grown && self.repeat.is_some();
        wanted && (self.on.contains(&news) || repeats || news == News::Resent) && self.filter.matches(alert, now)
    }
}

/// All routes, in their order.
#[derive(Clone, Debug, Default)]
pub struct Routes(pub Vec<Route>);

impl Routes {
    /// The route of a name.
    #[must_use]
    pub fn of_name(&self, name: &str) -> Route {
        self.0.iter().find(|route| route.name == name).cloned().unwrap_or_else(|| Route::gone(name))
    }

    /// Who is told of an alert: a receiver once, by the first of its routes that takes it.
    #[must_use]
    pub fn tells(&self, alert: &StoredAlert, news: News, now: Timestamp) -> Vec<Tell> {
        let mut tells: Vec<Tell> = Vec::new();
        for route in self.0.iter().filter(|route| route.takes(alert, news, now)) {
            for receiver in &route.receivers {
                if !tells.iter().any(|tell| tell.receiver == *receiver) {
                    let (route, receiver, wait, repeat) = (route.name.clone(), receiver.clone(), route.wait, route.repeat);
                    tells.push(Tell { route, receiver, wait, repeat });
                }
            }
        }
        tells
    }
}

impl Outbound for Routes {
    fn tell(&self, alert: &StoredAlert, news: News, now: Timestamp) -> Vec<Tell> {
        self.tells(alert, news, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_go_over_midnight() {
        let night = Quiet::parse("22:00-07:00").expect("hours");
        let at = |hour: i64| Timestamp(hour * 60 * MINUTE);
        let quiet = |quiet: Quiet, hour| quiet.holds(at(hour), &TimeZone::UTC);
        assert_eq!([21, 22, 23, 0, 6, 7].map(|hour| quiet(night, hour)), [false, true, true, true, true, false]);
        let noon = Quiet::parse("12:00-13:00").expect("hours");
        assert_eq!([11, 12, 13].map(|hour| quiet(noon, hour)), [false, true, false]);
        for text in ["", "22-7", "24:00-07:00", "07:00-07:00", "22:00"] {
            assert!(Quiet::parse(text).expect_err(text).contains("is not a span of hours such as 22:00-07:00"));
        }
    }
}
