//! What the figures are: precision by source, recall by attacker, time to detection, and how many alerts somebody has to read.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::matching::{Accusation, Accused, DataSet, Verdict};

/// Microseconds of a second.
const SECOND: f64 = 1e6;
/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// The figures of all rules together, of one rule, or of one kind of attack.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// `all`, `kind` or `rule`.
    pub of: &'static str,
    /// Which kind or rule.
    pub name: String,
    /// How many attackers there are.
    pub attackers: usize,
    /// How many of them were alerted of.
    pub found: usize,
    /// found / attackers; none where there is no attacker.
    pub recall: Option<f64>,
    /// The same for those alerted of within 24 hours of their first packet.
    pub recall_24h: Option<f64>,
    /// How many sources were accused rightly.
    pub right_sources: usize,
    /// How many sources were accused wrongly; none for a kind, which a wrong alert is of none.
    pub wrong_sources: Option<usize>,
    /// right / (right + wrong).
    pub precision: Option<f64>,
    /// From the first packet of an attack to the end of the first scan that alerted of it, in seconds: the middle one.
    pub median_seconds: Option<f64>,
    /// The longest.
    pub longest_seconds: Option<f64>,
    /// How many new alerts there were; repeats of the day are not new.
    pub alerts: usize,
    /// The same a day.
    pub alerts_per_day: f64,
    /// How many new alerts of one attacker there were on a day on which there was one: on average.
    pub alerts_per_attacker_day: Option<f64>,
    /// At most.
    pub most_per_attacker_day: usize,
    /// How many alerts accuse sources of which nothing is known.
    pub unknown: usize,
}

/// An alert, and what it turned out to be.
type Judged<'a> = (&'a Accusation, Verdict);

/// The figures over all data sets: of all together by what scans kept, of each kind by the same, of each rule by what it raised.
#[must_use]
pub fn figures(sets: &[DataSet], rules: &[&str]) -> Vec<Figures> {
    fn judged<'a>(set: &'a DataSet, accusations: &'a [Accusation]) -> Vec<Judged<'a>> {
        accusations.iter().map(|accusation| (accusation, set.verdict(accusation))).collect()
    }
    let kept: Vec<Vec<Judged>> = sets.iter().map(|set| judged(set, &set.kept)).collect();
    let raised: Vec<Vec<Judged>> = sets.iter().map(|set| judged(set, &set.raised)).collect();
    let mut all = vec![tally("all", "all", sets, &kept, |_| true, |_| true)];
    let kinds: BTreeSet<&str> = sets.iter().flat_map(|set| set.truth.kinds()).collect();
    all.extend(kinds.into_iter().map(|kind| Figures {
        wrong_sources: None,
        precision: None,
        unknown: 0,
        ..tally("kind", kind, sets, &kept, |of| of == kind, |_| true)
    }));
    all.extend(rules.iter().map(|rule| tally("rule", rule, sets, &raised, |_| true, |of| of == *rule)));
    all
}

/// Counts, of these alerts, those of some rules about some kinds of attacks.
fn tally(
    of: &'static str,
    name: &str,
    sets: &[DataSet],
    judged: &[Vec<Judged<'_>>],
    counts: impl Fn(&str) -> bool,
    by: impl Fn(&str) -> bool,
) -> Figures {
    let (mut attackers, mut delays, mut alerts, mut unknown, mut days) = (0, Vec::new(), 0, 0, 0.0);
    let (mut right_sources, mut wrong_sources) = (0, 0);
    let mut per_day: Vec<usize> = Vec::new();
    let whole = of != "kind";
    for (set, judged) in sets.iter().zip(judged) {
        days += set.days;
        let counted = |index: &usize| counts(&set.truth.attacks[*index].kind);
        attackers += set.truth.attacks.iter().filter(|attack| counts(&attack.kind)).count();
        let (mut right, mut wrong): (BTreeSet<Accused>, BTreeSet<Accused>) = Default::default();
        let mut first: BTreeMap<usize, i64> = BTreeMap::new();
        let mut daily: BTreeMap<(usize, i64), usize> = BTreeMap::new();
        for (accusation, verdict) in judged.iter().filter(|(accusation, _)| by(&accusation.rule)) {
            match verdict {
                Verdict::Right(attacks) => {
                    let attacks: Vec<usize> = attacks.iter().copied().filter(counted).collect();
                    if attacks.is_empty() {
                        continue;
                    }
                    right.insert(accusation.accused());
                    for attack in attacks {
                        let earliest = first.entry(attack).or_insert(accusation.at.0);
                        *earliest = accusation.at.0.min(*earliest);
                        if accusation.new {
                            *daily.entry((attack, accusation.at.0.div_euclid(DAY))).or_default() += 1;
                        }
                    }
                }
                Verdict::Wrong if whole => drop(wrong.insert(accusation.accused())),
                Verdict::Unknown if whole => unknown += 1,
                Verdict::Wrong | Verdict::Unknown => continue,
            }
            alerts += usize::from(accusation.new);
        }
        right_sources += right.len();
        wrong_sources += wrong.len();
        per_day.extend(daily.into_values());
        let since = |attack: usize| set.truth.attacks[attack].since.unwrap_or(set.first).0;
        delays.extend(first.into_iter().map(|(attack, at)| at - since(attack)));
    }
    delays.sort_unstable();
    let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
    let seconds = |delay: &i64| *delay as f64 / SECOND;
    Figures {
        of,
        name: name.to_owned(),
        attackers,
        found: delays.len(),
        recall: share(delays.len(), attackers),
        recall_24h: share(delays.iter().filter(|delay| **delay <= DAY).count(), attackers),
        right_sources,
        wrong_sources: Some(wrong_sources),
        precision: share(right_sources, right_sources + wrong_sources),
        median_seconds: delays.get(delays.len() / 2).map(seconds),
        longest_seconds: delays.last().map(seconds),
        alerts,
        alerts_per_day: if days > 0.0 { alerts as f64 / days } else { 0.0 },
        alerts_per_attacker_day: share(per_day.iter().sum(), per_day.len()),
        most_per_attacker_day: per_day.into_iter().max().unwrap_or(0),
        unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Truth;
    use net_scout_model::Timestamp;

    const HOUR: i64 = 3_600_000_000;

    fn accusation(hour: i64, rule: &str, source: &str, new: bool) -> Accusation {
        Accusation {
            severity: net_scout_model::Severity::Low,
            at: Timestamp(hour * HOUR),
            rule: rule.into(),
            alert_type: rule.into(),
            sources: vec![source.parse().expect(source)],
            destination: None,
            new,
            evidence: String::new(),
        }
    }

    /// Three attackers, two of them found, one of these after more than a day; one source accused wrongly.
    fn set() -> DataSet {
        let truth = Truth::from_toml(
            "[[attacks]]\nkind = 'sweep'\nsources = ['192.0.2.1']\nsince = '1970-01-01T01:30:00Z'\n\
             [[attacks]]\nkind = 'sweep'\nsources = ['198.51.100.0/24']\n\
             [[attacks]]\nkind = 'beacon'\nsources = ['10.0.0.9']\ntargets = ['203.0.113.1']\n\
             [[benign]]\nkind = 'ntp'\nsources = ['10.0.0.1']\n",
        );
        let to = |accusation: Accusation, address: &str| Accusation {
            destination: Some(address.parse().expect(address)),
            ..accusation
        };
        let kept = vec![
            accusation(1, "a", "192.0.2.1", true),                    // before its first packet: wrong
            accusation(2, "a", "192.0.2.1", false),                   // right after half an hour
            accusation(3, "b", "192.0.2.1", true),                    // right
            accusation(30, "a", "198.51.100.7", true),                // right after 30 hours
            accusation(31, "a", "198.51.100.0/24", true),             // right, the same attacker and day
            to(accusation(5, "a", "10.0.0.9", true), "203.0.113.99"), // an attacker and something else: wrong
            accusation(6, "b", "10.0.0.1", true),                     // wrong
            accusation(7, "b", "10.0.0.1", false),                    // the same source
        ];
        DataSet { name: "1".into(), truth: truth.expect("a truth"), first: Timestamp(0), days: 2.0, raised: kept.clone(), kept }
    }

    #[test]
    fn a_hand_made_example() {
        let all = figures(&[set()], &["a", "b"]);
        let names: Vec<(&str, &str)> = all.iter().map(|figures| (figures.of, figures.name.as_str())).collect();
        assert_eq!(names, [("all", "all"), ("kind", "beacon"), ("kind", "sweep"), ("rule", "a"), ("rule", "b")]);
        let one = &all[0];
        assert_eq!((one.attackers, one.found, one.recall, one.recall_24h), (3, 2, Some(2.0 / 3.0), Some(1.0 / 3.0)));
        assert_eq!((one.right_sources, one.wrong_sources, one.precision), (3, Some(3), Some(0.5)));
        assert_eq!((one.median_seconds, one.longest_seconds), (Some(108_000.0), Some(108_000.0)));
        assert_eq!((one.alerts, one.alerts_per_day), (6, 3.0));
        // On the first day one of the first attacker, on the second two of the second.
        assert_eq!((one.alerts_per_attacker_day, one.most_per_attacker_day), (Some(1.5), 2));
        let (beacon, sweep) = (&all[1], &all[2]);
        assert_eq!((beacon.attackers, beacon.found, beacon.recall, beacon.precision), (1, 0, Some(0.0), None));
        assert_eq!((sweep.attackers, sweep.found, sweep.alerts, sweep.wrong_sources), (2, 2, 3, None));
        let (a, b) = (&all[3], &all[4]);
        assert_eq!((a.found, a.right_sources, a.wrong_sources), (2, 3, Some(2)));
        assert_eq!((b.found, b.right_sources, b.wrong_sources, b.median_seconds), (1, 1, Some(1), Some(5_400.0)));
    }

    #[test]
    fn data_sets_are_counted_together() {
        let one = &figures(&[set()], &[])[0];
        let two = &figures(&[set(), set()], &[])[0];
        assert_eq!((two.attackers, two.found, two.recall), (6, 4, one.recall));
        assert_eq!((two.wrong_sources, two.precision, two.alerts_per_day), (Some(6), one.precision, 3.0));
    }

    #[test]
    fn sources_of_which_nothing_is_known() {
        let mut set = set();
        set.kept.push(accusation(8, "b", "203.0.113.50", true));
        assert_eq!((figures(&[set.clone()], &[])[0].wrong_sources, figures(&[set.clone()], &[])[0].unknown), (Some(4), 0));
        set.truth.others = crate::evaluate::Others::Unknown;
        assert_eq!((figures(&[set.clone()], &[])[0].wrong_sources, figures(&[set], &[])[0].unknown), (Some(3), 1));
    }

    #[test]
    fn nothing_at_all() {
        let set = DataSet { kept: Vec::new(), raised: Vec::new(), ..set() };
        let one = &figures(&[set], &[])[0];
        assert_eq!((one.recall, one.precision, one.median_seconds, one.alerts), (Some(0.0), None, None, 0));
    }
}
