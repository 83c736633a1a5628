//! What is scanned by hand of the past: what the service left out or could not scan, or a span whatever was scanned of it.

use super::{Step, TickOptions, Why, in_steps};
use net_scout_model::{Coverage, CoverageState, Span, Timestamp};

/// Plans what is filled by hand: all inside a span that was never scanned, failed, was left out, or has rows that came late, earliest first.
#[must_use]
pub fn fill(coverage: &Coverage, within: Span, options: &TickOptions) -> Vec<Step> {
    let length = options.length(within.length());
    let mut steps = Vec::new();
    for (span, stretch) in coverage.parts(within) {
        let why = match stretch.map(|stretch| stretch.state) {
            Some(CoverageState::Scanned) => continue,
            // With all that its windows reach, as the service marked it.
            Some(CoverageState::Late) => Why::Late,
            Some(CoverageState::Failed) => Why::Failed,
            Some(CoverageState::Gap) => Why::Gap,
            None => Why::New,
        };
        steps.extend(in_steps(span, why, length));
    }
    steps
}

/// The steps of a span, whatever was scanned of it.
#[must_use]
pub fn steps_of(span: Span, options: &TickOptions) -> Vec<Step> {
    in_steps(span, Why::New, options.length(span.length()))
}

/// The span that is filled where the operator names no times, or one of them: from the first stretch to the end of the last good one.
#[must_use]
pub fn fillable(coverage: &Coverage, since: Option<Timestamp>, until: Option<Timestamp>, target: Timestamp) -> Option<Span> {
    let begins = since.or_else(|| coverage.stretches().first().map(|first| first.span.begins))?;
    let ends = until.or_else(|| coverage.good_until()).unwrap_or(target);
    Span::new(begins, ends.min(target))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tick::MINUTE;
    use net_scout_model::Stretch;

    const HOUR: i64 = 60 * MINUTE;
    const NOW: Timestamp = Timestamp(1_773_261_300_000_000);

    fn span(begins: i64, ends: i64) -> Span {
        Span { begins: NOW.plus(begins * MINUTE), ends: NOW.plus(ends * MINUTE) }
    }

    fn coverage() -> Coverage {
        use CoverageState::{Failed, Gap, Late, Scanned};
        let mut coverage = Coverage::default();
        let parts = [
            (-1_000, -900, Scanned),
            (-900, -780, Gap),
            (-780, -770, Failed),
            // Never scanned until -700.
            (-700, -10, Scanned),
            (-600, -589, Late),
            (-10, -5, Failed),
        ];
        for (begins, ends, state) in parts {
            coverage.record(Stretch { span: span(begins, ends), state, digest: String::new(), at: NOW, message: None });
        }
        coverage
    }

    fn planned(since: Option<i64>, until: Option<i64>) -> Vec<(i64, i64, Why)> {
        let at = |minutes: i64| NOW.plus(minutes * MINUTE);
        let coverage = coverage();
        let within = fillable(&coverage, since.map(at), until.map(at), at(-1)).expect("a span");
        let minutes = |time: Timestamp| (time.0 - NOW.0) / MINUTE;
        let options = TickOptions { reach: 4 * HOUR, every: HOUR, ..TickOptions::default() };
        let steps = fill(&coverage, within, &options);
        steps.iter().map(|step| (minutes(step.span.begins), minutes(step.span.ends), step.why)).collect()
    }

    #[test]
    fn all_that_is_open_between_good_scans_is_filled_in_steps() {
        let expected = [
            (-900, -840, Why::Gap),
            (-840, -780, Why::Gap),
            (-780, -770, Why::Failed),
            (-770, -710, Why::New),
            (-710, -700, Why::New),
            // All that looked at the late row.
            (-600, -589, Why::Late),
        ];
        assert_eq!(planned(None, None), expected);
    }

    #[test]
    fn times_that_are_named_bound_it() {
        assert_eq!(planned(Some(-785), Some(-775)), [(-785, -780, Why::Gap), (-780, -775, Why::Failed)]);
        // Before the first stretch and behind the last, as far as rows have come.
        assert_eq!(planned(Some(-1_030), Some(-950)), [(-1_030, -1_000, Why::New)]);
        let last = [(-10, -5, Why::Failed), (-5, -1, Why::New)];
        assert_eq!(planned(Some(-500), Some(60)), last);
        let never = fillable(&Coverage::default(), None, None, NOW);
        assert_eq!(never, None, "nobody knows since when");
        let all = fillable(&Coverage::default(), Some(NOW.plus(-2 * HOUR)), None, NOW).expect("a span");
        assert_eq!(fill(&Coverage::default(), all, &TickOptions::default()).len(), 8);
    }
}
