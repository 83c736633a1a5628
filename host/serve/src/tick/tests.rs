//! Plans, and what becomes of them over simulated time.

use proptest::prelude::*;

use super::*;
use net_scout_model::Stretch;

const HOUR: i64 = 60 * MINUTE;
const SECOND: i64 = MINUTE / 60;
const NOW: Timestamp = Timestamp(1_773_261_300_000_000);

fn record(coverage: &mut Coverage, span: Span, state: CoverageState, at: Timestamp) {
    coverage.record(Stretch { span, state, digest: "rules".to_owned(), at, message: None });
}

fn span(begins: i64, ends: i64) -> Span {
    Span { begins: NOW.plus(begins), ends: NOW.plus(ends) }
}

fn covered(until: i64) -> Coverage {
    let mut coverage = Coverage::default();
    record(&mut coverage, span(-HOUR, until), CoverageState::Scanned, NOW);
    coverage
}

fn steps(plan: &Plan) -> Vec<(i64, i64, Why)> {
    let seconds = |time: Timestamp| (time.0 - NOW.0) / SECOND;
    plan.steps.iter().map(|step| (seconds(step.span.begins), seconds(step.span.ends), step.why)).collect()
}

#[test]
fn the_first_tick_looks_back_as_far_as_it_is_told() {
    let plan = plan(&Coverage::default(), NOW, 0, &TickOptions::default());
    assert_eq!(steps(&plan), [(-3_630, -30, Why::New)]);
    assert!(!plan.is_catching_up());
}

#[test]
fn a_tick_goes_on_where_the_last_good_one_ended() {
    let options = TickOptions::default();
    let mut coverage = covered(-90 * SECOND);
    let first = plan(&coverage, NOW, 0, &options);
    assert_eq!((steps(&first), first.lag), (vec![(-90, -30, Why::New)], MINUTE));
    // It fails: the next one takes its time too.
    record(&mut coverage, first.steps[0].span, CoverageState::Failed, NOW);
    let next = plan(&coverage, NOW.plus(MINUTE), 1, &options);
    assert_eq!(steps(&next), [(-90, -30, Why::Failed), (-30, 30, Why::New)]);
    assert_eq!(next.lag, 2 * MINUTE);
    // Nothing has settled since.
    assert_eq!(plan(&covered(-30 * SECOND), NOW, 0, &options).steps, []);
}

#[test]
fn after_an_outage_it_catches_up_in_steps_and_leaves_out_what_is_too_old() {
    let options = TickOptions { catch_up: 4 * HOUR, ..TickOptions::default() };
    let mut coverage = Coverage::default();
    record(&mut coverage, span(-10 * HOUR, -9 * HOUR), CoverageState::Scanned, NOW);
    let plan_ = plan(&coverage, NOW, 0, &options);
    assert_eq!(plan_.left_out, Some(span(-9 * HOUR, -4 * HOUR - 30 * SECOND)));
    // Windows of an hour, of which each has three quarters in common with the one before.
    assert_eq!((plan_.steps.len(), plan_.remaining(), plan_.is_catching_up()), (16, 4 * HOUR, true));
    record(&mut coverage, span(-9 * HOUR, -4 * HOUR - 30 * SECOND), CoverageState::Gap, NOW);
    assert_eq!(plan(&coverage, NOW, 0, &options).left_out, None);
    // What is too much for one scan is tried in shorter steps.
    assert_eq!(plan(&coverage, NOW, 2, &options).steps.len(), 64);
    assert_eq!(plan(&coverage, NOW, 30, &options).steps.len(), 240);
}

#[test]
fn what_always_fails_does_not_hold_up_the_rest() {
    let options = TickOptions::default();
    let mut coverage = covered(-5 * MINUTE);
    record(&mut coverage, span(-5 * MINUTE, -4 * MINUTE), CoverageState::Failed, NOW.plus(-HOUR));
    let plan_ = plan(&coverage, NOW, 3, &options);
    assert_eq!(plan_.steps[0].why, Why::New);
    assert_eq!(plan_.steps.last().map(|step| step.why), Some(Why::Failed));
    // Later time is scanned; it is tried again from time to time.
    record(&mut coverage, span(-4 * MINUTE, -MINUTE), CoverageState::Scanned, NOW);
    record(&mut coverage, span(-5 * MINUTE, -4 * MINUTE), CoverageState::Failed, NOW);
    assert_eq!(steps(&plan(&coverage, NOW.plus(MINUTE), 0, &options)), [(-60, 0, Why::New), (0, 30, Why::New)]);
    let later = plan(&coverage, NOW.plus(16 * MINUTE), 0, &options);
    let mut whys: Vec<Why> = later.steps.iter().map(|step| step.why).collect();
    whys.dedup();
    assert_eq!(whys, [Why::New, Why::Failed]);
}

#[test]
fn late_rows_bring_back_all_windows_that_hold_their_time() {
    let options = TickOptions { reach: 10 * MINUTE, ..TickOptions::default() };
    let mut coverage = covered(-5 * MINUTE);
    let late = [span(-30 * MINUTE, -29 * MINUTE), span(-25 * MINUTE, -24 * MINUTE), span(-8 * MINUTE, -7 * MINUTE)];
    let reached = reached(&late, &options);
    let half = 30 * SECOND;
    assert_eq!(reached, [span(-31 * MINUTE + half, -13 * MINUTE - half), span(-9 * MINUTE + half, 3 * MINUTE + half)]);
    reached.iter().for_each(|span| record(&mut coverage, *span, CoverageState::Late, NOW));
    let again: Vec<Step> = plan(&coverage, NOW, 0, &options).steps.into_iter().filter(|step| step.why == Why::Late).collect();
    // Only what was scanned, in the steps in which it was.
    assert_eq!(again.len(), 17 + 4);
    assert_eq!(again[0].span, span(-31 * MINUTE + half, -30 * MINUTE + half));
    assert_eq!(again[20].span, span(-6 * MINUTE + half, -5 * MINUTE));
    // Each that is done stays done: a service that is killed goes on with the rest.
    record(&mut coverage, again[0].span, CoverageState::Scanned, NOW);
    assert_eq!(plan(&coverage, NOW, 0, &options).steps.iter().filter(|step| step.why == Why::Late).count(), 20);
}

#[test]
fn a_scan_that_is_made_later_looks_at_the_windows_of_the_one_in_time() {
    let options = TickOptions::default();
    let coverage = covered(-5 * MINUTE - 30 * SECOND);
    let in_steps: Vec<_> = (-5..0).map(|minute| (minute * 60 - 30, minute * 60 + 30, Why::New)).collect();
    assert_eq!(steps(&plan(&coverage, NOW, 0, &options)), in_steps);
    assert_eq!(steps(&plan(&coverage, NOW.plus(42 * SECOND), 0, &options)), in_steps);
    let grid = |every: i64| TickOptions::default().with_interval(every * SECOND).grid / SECOND;
    assert_eq!([1, 7, 30, 60, 90, 300, 3_600].map(grid), [1, 1, 30, 60, 30, 60, 60]);
}

#[test]
fn a_clock_that_was_ahead_is_noticed() {
    let mut coverage = covered(HOUR);
    let plan_ = plan(&coverage, NOW, 0, &TickOptions::default());
    assert_eq!((plan_.ahead, plan_.steps.len()), (Some(NOW.plus(-30 * SECOND)), 0));
    coverage.forget_from(NOW.plus(-30 * SECOND));
    let next = plan(&coverage, NOW.plus(MINUTE), 0, &TickOptions::default());
    assert_eq!((next.ahead, steps(&next)), (None, vec![(-30, 30, Why::New)]));
}

proptest! {
    /// Over any number of ticks that fail and succeed, with outages, late rows and kills in between: no step overlaps another or is too
    /// long, none reaches beyond the settling time, and when all goes well in the end, all time since the first tick was scanned.
    #[test]
    fn all_time_is_scanned(
        ticks in prop::collection::vec((1..200_i64, 0..4_usize, prop::option::weighted(0.3, 0..300_i64)), 1..60),
        step in 1..90_i64,
    ) {
        let options = TickOptions { step: step * MINUTE, catch_up: 1_000 * HOUR, ..TickOptions::default() };
        let (mut coverage, mut now, mut failures, mut first) = (Coverage::default(), NOW, 0, None);
        let count = ticks.len();
        for (number, (minutes, fails_at, late)) in ticks.into_iter().enumerate() {
            now = now.plus(minutes * MINUTE + 7 * SECOND);
            let last = number + 1 == count;
            first = first.or(Some(options.target(now).plus(-options.first)));
            if let Some(late) = late {
                let begins = Timestamp(now.plus(-late * MINUTE).0.div_euclid(MINUTE) * MINUTE);
                record(&mut coverage, Span { begins, ends: begins.plus(MINUTE) }, CoverageState::Late, now);
            }
            // What failed waits a while before it is tried again.
            for round in 0..if last { 3 } else { 1 } {
                let plan = plan(&coverage, now, failures, &options);
                prop_assert_eq!(plan.left_out, None);
                let mut spans: Vec<Span> = plan.steps.iter().map(|step| step.span).collect();
                spans.sort_unstable();
                prop_assert!(spans.windows(2).all(|pair| pair[0].ends <= pair[1].begins), "they overlap: {:?}", plan.steps);
                for (place, step) in plan.steps.iter().enumerate() {
                    prop_assert!(step.span.length() > 0 && step.span.length() <= options.step);
                    prop_assert!(step.span.ends <= now.plus(-options.settle));
                    if place == fails_at && !last {
                        record(&mut coverage, step.span, CoverageState::Failed, now);
                        failures += 1;
                        break;
                    }
                    record(&mut coverage, step.span, CoverageState::Scanned, now);
                    if place + 1 == plan.steps.len() {
                        failures = 0;
                    }
                }
                if last && round < 2 {
                    now = now.plus(HOUR);
                }
            }
        }
        let all = Span { begins: first.expect("a tick"), ends: options.target(now) };
        prop_assert_eq!(coverage.gaps(all, None), []);
        prop_assert_eq!(plan(&coverage, now, 0, &options).steps, []);
    }
}
