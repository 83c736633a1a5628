//! The coverage against the simplest thing that says the same: a list of minutes.

use proptest::prelude::*;

use super::*;

/// How many minutes the list has.
const MINUTES: usize = 40;
const MINUTE: i64 = 60_000_000;

/// What is known of each minute.
type Minutes = [Option<(CoverageState, u8)>; MINUTES];

/// A stretch to record: where it begins, how long it is, its state and its digest.
type Record = (usize, usize, usize, u8);

fn stretch(&(begins, length, state, digest): &Record, at: usize) -> Stretch {
    let time = |minute: usize| Timestamp(minute as i64 * MINUTE);
    Stretch {
        span: Span { begins: time(begins), ends: time((begins + length).min(MINUTES)) },
        state: CoverageState::ALL[state],
        digest: digest.to_string(),
        at: Timestamp(at as i64),
        message: None,
    }
}

fn record(minutes: &mut Minutes, &(begins, length, state, digest): &Record) {
    let state = CoverageState::ALL[state];
    for minute in &mut minutes[begins..(begins + length).min(MINUTES)] {
        let good = minute.is_some_and(|(old, _)| old.is_good());
        match state {
            CoverageState::Scanned => *minute = Some((state, digest)),
            CoverageState::Late => {
                if let Some((old @ CoverageState::Scanned, _)) = minute {
                    *old = CoverageState::Late;
                }
            }
            CoverageState::Failed | CoverageState::Gap if !good => *minute = Some((state, digest)),
            CoverageState::Failed | CoverageState::Gap => {}
        }
    }
}

fn listed(coverage: &Coverage) -> Minutes {
    std::array::from_fn(|minute| {
        let stretch = coverage.at(Timestamp(minute as i64 * MINUTE))?;
        Some((stretch.state, stretch.digest.parse().expect("a digest")))
    })
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    prop::collection::vec((0..MINUTES, 0..MINUTES, 0..4_usize, 0..2_u8), 0..24)
}

proptest! {
    #[test]
    fn it_says_what_a_list_of_minutes_says(records in records(), from in 0..MINUTES, length in 1..MINUTES, cut in 0..MINUTES) {
        let (mut coverage, mut minutes) = (Coverage::default(), [None; MINUTES]);
        for (at, one) in records.iter().enumerate() {
            coverage.record(stretch(one, at));
            record(&mut minutes, one);
            prop_assert_eq!(listed(&coverage), minutes);
            for pair in coverage.stretches().windows(2) {
                prop_assert!(pair[0].span.ends <= pair[1].span.begins, "they overlap: {:?}", pair);
                prop_assert!(!pair[1].continues(&pair[0]), "they say the same: {:?}", pair);
            }
        }
        let good = minutes.iter().rposition(|minute| minute.is_some_and(|(state, _)| state.is_good()));
        prop_assert_eq!(coverage.good_until(), good.map(|minute| Timestamp((minute as i64 + 1) * MINUTE)));

        let time = |minute: usize| Timestamp(minute as i64 * MINUTE);
        let until = (from + length).min(MINUTES);
        let within = Span { begins: time(from), ends: time(until) };
        for digest in [None, Some(0), Some(1)] {
            let mut expected = Vec::new();
            for (minute, known) in minutes.iter().enumerate().take(until).skip(from) {
                let done = matches!(known, Some((CoverageState::Scanned, of)) if digest.is_none_or(|digest| digest == *of));
                if !done {
                    Span { begins: time(minute), ends: time(minute + 1) }.append(&mut expected);
                }
            }
            let digest = digest.map(|digest: u8| digest.to_string());
            prop_assert_eq!(coverage.gaps(within, digest.as_deref()), expected);
        }
        let parts = coverage.parts(within);
        prop_assert_eq!(parts.iter().map(|(span, _)| span.length()).sum::<i64>(), within.length());

        coverage.forget_from(time(cut));
        minutes[cut..].fill(None);
        prop_assert_eq!(listed(&coverage), minutes);
        // What is stored is read as it was.
        prop_assert_eq!(coverage.stretches().iter().rev().cloned().collect::<Coverage>(), coverage);
    }
}

#[test]
fn the_later_word_stands_where_neighbours_become_one() {
    let mut coverage = Coverage::default();
    let failed = |begins, message: &str, at| Stretch {
        message: Some(message.to_owned()),
        state: CoverageState::Failed,
        ..stretch(&(begins, 5, 0, 0), at)
    };
    coverage.record(failed(5, "later", 2));
    coverage.record(failed(0, "earlier", 1));
    let [one] = coverage.stretches() else { panic!("{coverage:?}") };
    assert_eq!((one.span.length(), one.message.as_deref(), one.at), (10 * MINUTE, Some("later"), Timestamp(2)));
}
