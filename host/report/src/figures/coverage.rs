//! How much of a period was scanned.

use net_scout_model::{Coverage, CoverageState, Span, Timestamp};
use serde::Serialize;

/// A second, in microseconds.
const SECOND: i64 = 1_000_000;
/// The most stretches that are named.
const NAMED: usize = 20;

/// A stretch that was not scanned to its last row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Uncovered {
    /// When it begins.
    pub begins: Timestamp,
    /// The first instant behind it.
    pub ends: Timestamp,
    /// failed, gap, late, or unknown where nothing is recorded.
    pub state: &'static str,
    /// Why.
    pub message: Option<String>,
}

/// How much of the period was scanned, in seconds. A service records that; where only scans by hand were made, nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CoverageFigures {
    /// Whether anything is recorded at all.
    pub is_recorded: bool,
    /// All of the period.
    pub seconds: i64,
    /// Scanned, to the last row.
    pub scanned: i64,
    /// Scanned before all rows had come.
    pub late: i64,
    /// The scan failed.
    pub failed: i64,
    /// Left out.
    pub gap: i64,
    /// Nothing is recorded.
    pub unknown: i64,
    /// What was not scanned to its last row; of many the longest, in their order.
    pub uncovered: Vec<Uncovered>,
}

impl CoverageFigures {
    /// Of a period.
    pub(crate) fn of(coverage: &Coverage, span: Span) -> Self {
        let mut figures =
            Self { is_recorded: !coverage.stretches().is_empty(), seconds: span.length() / SECOND, ..Self::default() };
        let mut sums = [0_i64; 5];
        for (part, stretch) in coverage.parts(span) {
            let (place, state) = match stretch.map(|stretch| stretch.state) {
                Some(CoverageState::Scanned) => (0, None),
                Some(CoverageState::Late) => (1, Some("late")),
                Some(CoverageState::Failed) => (2, Some("failed")),
                Some(CoverageState::Gap) => (3, Some("gap")),
                None => (4, Some("unknown")),
            };
            sums[place] += part.length();
            let message = stretch.and_then(|stretch| stretch.message.clone());
            figures.uncovered.extend(state.map(|state| Uncovered { begins: part.begins, ends: part.ends, state, message }));
        }
        [figures.scanned, figures.late, figures.failed, figures.gap, figures.unknown] = sums.map(|sum| sum / SECOND);
        let length = |one: &Uncovered| std::cmp::Reverse(one.ends.0 - one.begins.0);
        figures.uncovered.sort_by_key(length);
        figures.uncovered.truncate(NAMED);
        figures.uncovered.sort_by_key(|one| one.begins);
        figures
    }
}

#[cfg(test)]
mod tests {
    use net_scout_model::Stretch;

    use super::*;

    #[test]
    fn every_second_is_counted_once() {
        let span = |begins: i64, ends: i64| Span { begins: Timestamp(begins * SECOND), ends: Timestamp(ends * SECOND) };
        let stretch = |begins, ends, state| Stretch {
            span: span(begins, ends),
            state,
            digest: String::new(),
            at: Timestamp(0),
            message: (state == CoverageState::Failed).then(|| "locked".to_owned()),
        };
        let states = [CoverageState::Scanned, CoverageState::Failed, CoverageState::Late, CoverageState::Gap];
        let coverage = states.into_iter().zip([(0, 40), (40, 50), (60, 80), (80, 95)]);
        let coverage: Coverage = coverage.map(|(state, (begins, ends))| stretch(begins, ends, state)).collect();
        let figures = CoverageFigures::of(&coverage, span(10, 100));
        let sums = (figures.scanned, figures.failed, figures.late, figures.gap, figures.unknown, figures.seconds);
        assert_eq!(sums, (30, 10, 20, 15, 15, 90));
        let named: Vec<_> = figures.uncovered.iter().map(|one| (one.state, one.message.as_deref())).collect();
        assert_eq!(named, [("failed", Some("locked")), ("unknown", None), ("late", None), ("gap", None), ("unknown", None)]);
        assert!(!CoverageFigures::of(&Coverage::default(), span(0, 1)).is_recorded);
    }
}
