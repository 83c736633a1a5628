//! When things happen: the network's people sleep, the internet's background noise does not.

use super::{Random, SECOND};

/// Microseconds in a day.
pub(super) const DAY: i64 = 24 * HOUR;
const HOUR: i64 = 3_600 * SECOND;

/// How far an event may be written before or after its turn: the producer's threads do not keep the exact order.
const JITTER: i64 = 2 * SECOND;

/// How much the network's own hosts do in each hour of the day, in UTC, where [`NOISE`] comes in from outside.
const OWN: [u64; 24] =
    [20, 12, 10, 10, 10, 18, 50, 90, 120, 130, 130, 135, 140, 135, 130, 130, 135, 150, 180, 210, 210, 180, 110, 50];
const NOISE: u64 = 100;

/// The moment of an event, and whose it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Microseconds since 1970 UTC.
    pub(super) time: i64,
    /// One of the network's own hosts does something; else it is noise from outside.
    pub(super) own: bool,
}

/// `count` moments over the `days` before `end`, in order but for the jitter. The last is exactly `end`, and none is later.
pub(super) fn moments(count: u64, end: i64, days: u32, mut random: Random) -> impl Iterator<Item = Moment> {
    let hours = i64::from(days) * 24;
    let begin = end - hours * HOUR;
    // The hour of the day that most of the span's hour is in.
    let own_share = move |hour: i64| OWN[((begin + hour * HOUR + HOUR / 2).div_euclid(HOUR).rem_euclid(24)) as usize];
    let total: u64 = (0..hours).map(|hour| own_share(hour) + NOISE).sum();
    let mut weight_before = 0;
    (0..hours).flat_map(move |hour| {
        let own = own_share(hour);
        let share = |weight: u64| (u128::from(count) * u128::from(weight) / u128::from(total)) as u64;
        let (first, behind) = (share(weight_before), share(weight_before + own + NOISE));
        weight_before += own + NOISE;
        let mut random = random.fork();
        (first..behind).map(move |index| {
            let step = HOUR / (behind - first) as i64;
            let turn = begin + hour * HOUR + (index - first) as i64 * step + random.below(step as u64) as i64;
            let jitter = random.below(2 * JITTER as u64) as i64 - JITTER;
            let time = if index + 1 == count { end } else { (turn + jitter).clamp(begin, end) };
            Moment { time, own: random.below(own + NOISE) < own }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_moments_are_in_the_span_and_nearly_in_order() {
        let end = 1_773_261_311 * SECOND;
        let times: Vec<i64> = moments(10_000, end, 3, Random::new(7)).map(|moment| moment.time).collect();
        assert_eq!((times.len(), times.last()), (10_000, Some(&end)));
        assert!(times.iter().all(|time| (end - 3 * DAY..=end).contains(time)));
        assert!(times.windows(2).all(|pair| pair[1] > pair[0] - 2 * JITTER));
        assert!(times.windows(2).any(|pair| pair[1] < pair[0]));
    }

    #[test]
    fn nights_are_quiet() {
        let midnight = 1_773_187_200 * SECOND;
        let own = moments(100_000, midnight + DAY, 1, Random::new(7)).filter(|moment| moment.own);
        let (night, evening) = own.fold((0, 0), |(night, evening), moment| match (moment.time - midnight) / HOUR {
            2..4 => (night + 1, evening),
            19..21 => (night, evening + 1),
            _ => (night, evening),
        });
        assert!(evening > 10 * night, "{night} by night, {evening} in the evening");
    }
}
