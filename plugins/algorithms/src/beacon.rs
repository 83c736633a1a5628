//! How much the connections of a pair look like a program that calls home: the score of RITA v5 (Active Countermeasures), as far as it
//! is made of times. RITA's fourth part is the same as the first over bytes, which firewall events do not have.

/// Bins of the histogram: hours of a day.
const BINS: usize = 24;
/// With less between the quartiles, in seconds, the skewness says nothing.
const LEAST_SPREAD: f64 = 10.0;
/// Bars of the histogram are alike when they differ by less than this part of the highest.
const ALIKE: f64 = 0.05;
/// So many bars are needed to speak of two heights.
const BIMODAL_BARS: usize = 11;
/// So many bars are needed to speak of duration.
const DURATION_BARS: usize = 6;
/// So many bars in a row are as good as all.
const IDEAL_RUN: f64 = 12.0;

/// The parts of the score and their mean, each from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BeaconScore {
    /// How alike the intervals are: symmetric, and close to their median.
    pub intervals: f64,
    /// How even the hours are.
    pub histogram: f64,
    /// How much of the day is covered.
    pub duration: f64,
    /// The mean of the three.
    pub score: f64,
    /// The median interval in seconds.
    pub median: f64,
    /// How many times longer than the short intervals the long ones are: the ninth tenth over the first. A clock that is off by half
    /// of its interval has 2.3, visits at random about 20.
    pub spread: f64,
}

/// The score of sorted times in seconds, within a day that begins at `first` and ends at `last`. None with fewer than four times, with
/// fewer than three intervals that are not zero, or where the day has no length.
#[must_use]
pub fn beacon_score(times: &[i64], first: i64, last: i64) -> Option<BeaconScore> {
    let mut intervals: Vec<f64> =
        times.windows(2).map(|pair| pair[1] - pair[0]).filter(|&gap| gap > 0).map(|gap| gap as f64).collect();
    if times.len() < 4 || intervals.len() < 3 || last <= first {
        return None;
    }
    intervals.sort_by(f64::total_cmp);
    let (median, spread) = (median(&intervals), spread(&intervals));
    let bars = bars(times, first, last);
    let intervals = round(f64::midpoint(1.0 - skewness(&intervals).abs(), closeness(&intervals)));
    let (histogram, duration) = (evenness(&bars), duration(&bars, times, first, last));
    Some(BeaconScore { intervals, histogram, duration, score: round((intervals + histogram + duration) / 3.0), median, spread })
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        length if length % 2 == 0 => f64::midpoint(sorted[middle - 1], sorted[middle]),
        _ => sorted[middle],
    }
}

fn spread(sorted: &[f64]) -> f64 {
    let tenth = sorted.len() / 10;
    round(sorted[sorted.len() - 1 - tenth] / sorted[tenth])
}

/// Bowley's skewness, from the quartiles. Those leave out the middle element of an odd number.
fn skewness(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    let (low, middle, high) = (median(&sorted[..half]), median(sorted), median(&sorted[sorted.len() - half..]));
    let spread = high - low;
    // Exactly equal, as in RITA: the quartiles are numbers of the list or means of two.
    let equal = |quartile: f64| quartile.total_cmp(&middle).is_eq();
    if spread < LEAST_SPREAD || equal(low) || equal(high) { 0.0 } else { (low + high - 2.0 * middle) / spread }
}

/// How close the intervals are to their median: 1 where all are the same.
fn closeness(sorted: &[f64]) -> f64 {
    let middle = median(sorted);
    if middle < 1.0 {
        return 1.0;
    }
    let mut distances: Vec<f64> = sorted.iter().map(|interval| (interval - middle).abs()).collect();
    distances.sort_by(f64::total_cmp);
    ((middle - median(&distances)) / middle).max(0.0)
}

/// How many times there are in each bin. Those outside the day are in the first or the last.
fn bars(times: &[i64], first: i64, last: i64) -> [usize; BINS] {
    let mut bars = [0; BINS];
    let step = (last - first) as f64 / BINS as f64;
    for time in times {
        let bin = ((time - first) as f64 / step).floor();
        bars[(bin.max(0.0) as usize).min(BINS - 1)] += 1;
    }
    bars
}

/// The larger of two: how little the bars vary, and how many of them are of the two most frequent heights.
fn evenness(bars: &[usize; BINS]) -> f64 {
    let mean = bars.iter().sum::<usize>() as f64 / BINS as f64;
    let variance = bars.iter().map(|&bar| (bar as f64 - mean).powi(2)).sum::<f64>() / BINS as f64;
    let steady = (1.0 - variance.sqrt() / mean).max(0.0);
    round(steady.max(bimodal(bars)))
}

fn bimodal(bars: &[usize; BINS]) -> f64 {
    let occupied: Vec<usize> = bars.iter().copied().filter(|&bar| bar > 0).collect();
    if occupied.len() < BIMODAL_BARS {
        return 0.0;
    }
    let highest = occupied.iter().copied().max().unwrap_or_default();
    let step = (highest as f64 * ALIKE).ceil();
    let mut counts = std::collections::HashMap::new();
    for bar in &occupied {
        *counts.entry((*bar as f64 / step).floor() as usize).or_insert(0_usize) += 1;
    }
    let mut counts: Vec<usize> = counts.into_values().collect();
    counts.sort_unstable_by(|one, other| other.cmp(one));
    let two: usize = counts.iter().take(2).sum();
    (two as f64 / (occupied.len() - 1) as f64).min(1.0)
}

/// The larger of two: how much of the day lies between the first and the last time, and the longest run of bars, around midnight too.
fn duration(bars: &[usize; BINS], times: &[i64], first: i64, last: i64) -> f64 {
    if bars.iter().filter(|&&bar| bar > 0).count() < DURATION_BARS {
        return 0.0;
    }
    let span = times.last().zip(times.first()).map_or(0, |(last, first)| last - first);
    let covered = span as f64 / (last - first) as f64;
    let (mut run, mut longest) = (0_usize, 0);
    for bar in bars.iter().chain(bars) {
        run = if *bar > 0 { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let run = longest.min(BINS) as f64 / IDEAL_RUN;
    round(covered.max(run).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    #[test]
    fn a_clock() {
        let times: Vec<i64> = (0..1440).map(|minute| minute * 60).collect();
        let score = beacon_score(&times, 0, DAY).expect("a score");
        assert_eq!((score.intervals, score.histogram, score.duration, score.score), (1.0, 1.0, 1.0, 1.0));
        assert!((score.median - 60.0).abs() < f64::EPSILON && (score.spread - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_clock_that_runs_for_three_hours() {
        let times: Vec<i64> = (0..180).map(|minute| minute * 60).collect();
        let score = beacon_score(&times, 0, DAY).expect("a score");
        // Three of 24 bins: the deviation is larger than the mean. And too few bars for a duration.
        assert_eq!((score.intervals, score.histogram, score.duration), (1.0, 0.0, 0.0));
    }

    #[test]
    fn quartiles_leave_out_the_middle() {
        // Halves 10, 20 and 40, 90: the quartiles are 15, 30 and 65.
        assert!((skewness(&[10.0, 20.0, 30.0, 40.0, 90.0]) - 0.4).abs() < 1e-9);
        assert!(skewness(&[10.0, 11.0, 12.0, 13.0]).abs() < f64::EPSILON, "less than ten seconds apart");
        assert!(skewness(&[30.0, 30.0, 30.0, 60.0, 60.0]).abs() < f64::EPSILON, "the median is a quartile");
    }

    #[test]
    fn a_person() {
        // Short visits with long breaks.
        let visits = [0, 3, 4, 9, 3_000, 3_002, 3_030, 9_000, 9_001, 30_000, 30_020, 31_000];
        let score = beacon_score(&visits, 0, DAY).expect("a score");
        assert!(score.intervals < 0.6 && score.score < 0.5 && score.spread > 100.0, "{score:?}");
    }

    #[test]
    fn too_little() {
        assert_eq!(beacon_score(&[1, 2, 3], 0, DAY), None);
        assert_eq!(beacon_score(&[1, 1, 1, 2, 3], 0, DAY), None);
        assert_eq!(beacon_score(&[1, 2, 3, 4, 5], 7, 7), None);
    }
}
