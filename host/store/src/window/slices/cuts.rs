//! Where a window is cut into slices: at whole minutes, written as the timestamps of the window are.

use net_scout_model::{Timestamp, Window};

const MINUTE: i64 = 60_000_000;
/// The most slices, nearly; longer windows have longer slices.
const SLICES: i64 = 20_000;
/// The texts of a window lie at most so far outside it.
const MARGIN: i64 = 16 * 60 * MINUTE;

/// The parts of the index between two texts, ascending, without a gap. The first and the last may be cut short.
pub(super) fn ranges(window: &Window, (from, to): (&str, &str)) -> Vec<(String, String)> {
    let until = window.until.unwrap_or(window.now);
    let minutes = until.0.saturating_sub(window.since.0).max(0) / MINUTE;
    let step = (minutes / SLICES + 1) * MINUTE;
    let (begin, end) = (window.since.plus(-MARGIN).0.div_euclid(step) * step, until.plus(MARGIN).0);
    let separator = if from.as_bytes().get(10) == Some(&b' ') { ' ' } else { 'T' };
    let mut ranges = Vec::new();
    let mut last = from.to_owned();
    let mut at = begin;
    while at < end {
        let text = Timestamp(at).seconds();
        at += step;
        let (Some(date), Some(clock)) = (text.get(..10), text.get(11..16)) else { continue };
        let cut = format!("{date}{separator}{clock}");
        if *cut > *last && *cut < *to {
            ranges.push((std::mem::replace(&mut last, cut.clone()), cut));
        }
    }
    ranges.push((last, to.to_owned()));
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_scout_model::time::parse_timestamp;

    #[test]
    fn slices_are_aligned_and_leave_no_gap() {
        let at = |text| parse_timestamp(text).expect("a time");
        let window = Window { since: at("2026-03-11T20:00:30Z"), until: Some(at("2026-03-11T20:03:10Z")), now: at("2026-03-12") };
        let ranges = ranges(&window, ("2026-03-11T20:00:30", "2026-03-11T20:04"));
        let texts = ["2026-03-11T20:00:30", "2026-03-11T20:01", "2026-03-11T20:02", "2026-03-11T20:03", "2026-03-11T20:04"];
        let expected: Vec<_> = texts.windows(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect();
        assert_eq!(ranges, expected);
    }
}
