//! Whether the connections of a pair are a beacon: regular within an hour, a day or a week, or refused again and again.

use net_scout_algorithms::{BeaconScore, beacon_score, densest};
use net_scout_sdk::Alert;

use crate::{Calls, DAY, HOUR, MOST, SECOND};

const WEEK: i64 = 7 * DAY;
/// So many times what an hour must have, a day must have of refused connections.
const OFTEN: i64 = 4;

/// The thresholds.
pub(crate) struct Limits {
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) score: f64,
    pub(crate) hour_score: f64,
    pub(crate) spread: f64,
    pub(crate) refused: i64,
}

/// What speaks for a beacon.
pub(crate) enum Judged {
    /// The clock: the score, how many connections, within what.
    Regular { score: BeaconScore, count: i64, window: &'static str, threshold: f64, spread: f64 },
    /// The server does not answer: how many connections within an hour.
    Dead { count: i64 },
}

impl Limits {
    /// Judges connections between two instants, in microseconds.
    pub(crate) fn judged(&self, calls: &Calls, (since, end): (i64, i64)) -> Option<Judged> {
        let times: Vec<i64> = calls.times.iter().map(|time| time.div_euclid(SECOND)).collect();
        let (since, end) = (since.div_euclid(SECOND), end.div_euclid(SECOND));
        let whole = end - since;
        // What is refused now and then, day by day, is a client that is set up wrongly: a program that calls home tries more often.
        let day = if calls.refused.len() * 2 > calls.times.len() { self.day.max(self.refused * OFTEN) } else { self.day };
        // Slow ones show in a window that is longer than a day.
        let windows = [
            ("24 hours", DAY, DAY / 2, day, self.score, self.spread),
            // In an hour a few transfers look even; a clock that is off by half of its interval still has 2.3.
            ("1 hour", HOUR, HOUR / 2, self.hour, self.hour_score, self.spread / 2.0),
            ("7 days", WEEK.min(whole), WEEK, day, self.score, self.spread),
        ];
        for (window, length, step, least, threshold, spread) in windows.into_iter().take(if whole > 2 * DAY { 3 } else { 2 }) {
            let best = best(&times, since, end, (length, step, least));
            if let Some((score, count)) = best.filter(|(score, _)| score.score >= threshold && score.spread <= spread) {
                return Some(Judged::Regular { score, count, window, threshold, spread });
            }
        }
        let numbered: Vec<(i64, usize)> = calls.refused.iter().copied().zip(0..).collect();
        let count = densest(&numbered, HOUR * SECOND).distinct as i64;
        (count >= self.refused && calls.port.is_some()).then_some(Judged::Dead { count })
    }
}

impl Judged {
    /// The score of the alert.
    pub(crate) fn points(&self, limits: &Limits) -> i64 {
        match self {
            Self::Regular { score, .. } => (score.score * 100.0) as i64 - 10,
            Self::Dead { count } => 55 + (count / limits.refused.max(1) * 5).min(20),
        }
    }

    /// Adds the numbers.
    pub(crate) fn told(&self, alert: Alert, limits: &Limits) -> Alert {
        match self {
            Self::Regular { score, count, window, threshold, spread } => alert
                .evidence("class", "beacon")
                .evidence("score", score.score)
                .evidence("score_threshold", *threshold)
                .evidence("intervals_score", score.intervals)
                .evidence("histogram_score", score.histogram)
                .evidence("duration_score", score.duration)
                .evidence("median_interval_seconds", score.median)
                .evidence("interval_spread", score.spread)
                .evidence("spread_limit", *spread)
                .evidence("connections_in_window", *count)
                .evidence("connections_window", *window),
            Self::Dead { count } => alert
                .evidence("class", "calls a server that does not answer")
                .evidence("refused_connections", *count)
                .evidence("refused_connections_threshold", limits.refused)
                .evidence("connections_window", "1 hour"),
        }
    }
}

/// The best score of a window of this length, and how many connections it had. Windows are counted back from the end by the step.
fn best(times: &[i64], since: i64, end: i64, (length, step, least): (i64, i64, i64)) -> Option<(BeaconScore, i64)> {
    let mut best: Option<(BeaconScore, i64)> = None;
    let mut last = end;
    while last > since && times.first().is_some_and(|first| *first <= last) {
        let first = (last - length).max(since);
        let part = &times[times.partition_point(|time| *time < first)..times.partition_point(|time| *time <= last)];
        let count = part.len() as i64;
        if (least..=MOST).contains(&count)
            && let Some(score) = beacon_score(part, first, last)
            && best.is_none_or(|(known, _)| score.score > known.score)
        {
            best = Some((score, count));
        }
        last -= step;
    }
    best
}
