//! Which alerts a scan keeps: the strongest, and of each rule its share.

use std::collections::BTreeMap;

use super::group::group;
use net_scout_model::Alert;

/// What a scan keeps of the alerts that rules raised: those of one story as one, if they are to be grouped; the strongest first, at most
/// so many; and how many were cut.
#[must_use]
pub fn settled(alerts: Vec<Alert>, grouped: bool, most: usize) -> (Vec<Alert>, usize) {
    strongest(if grouped { group(alerts) } else { alerts }, most)
}

/// The strongest alerts first, at most so many, and how many were cut. Equal ones come in an order that does not depend on the run.
fn strongest(mut alerts: Vec<Alert>, most: usize) -> (Vec<Alert>, usize) {
    let rank = |alert: &Alert| (std::cmp::Reverse((alert.severity, alert.score)), alert.alert_type.clone());
    alerts.sort_by(|a, b| {
        rank(a).cmp(&rank(b)).then_with(|| (&a.src_ip, &a.dst_ip, &a.rule).cmp(&(&b.src_ip, &b.dst_ip, &b.rule)))
    });
    let mut kept = kept(&alerts, most).into_iter();
    let before = alerts.len();
    alerts.retain(|_| kept.next().unwrap_or(false));
    let cut = before - alerts.len();
    (alerts, cut)
}

/// Which of these alerts, strongest first, are kept where there is room for so many. Rules take turns, each with the strongest that it has
/// left, so that none crowds out the others.
pub(super) fn kept(alerts: &[Alert], most: usize) -> Vec<bool> {
    let mut of_rule: BTreeMap<&str, usize> = BTreeMap::new();
    let mut turns: Vec<(usize, usize)> = Vec::new();
    for (place, alert) in alerts.iter().enumerate() {
        let turn = of_rule.entry(&alert.rule).or_default();
        turns.push((*turn, place));
        *turn += 1;
    }
    turns.sort_unstable();
    let mut kept = vec![false; alerts.len()];
    turns.into_iter().take(most).for_each(|(_, place)| kept[place] = true);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_scout_model::{Counting, Severity};

    #[test]
    fn the_strongest_are_kept() {
        let alert = |score, source: &str| Alert {
            alert_type: "scan".into(),
            src_ip: Some(source.into()),
            dst_ip: None,
            score,
            severity: Severity::Low,
            rule: "rule".into(),
            evidence: serde_json::Map::new(),
            events: None,
            story: None,
            counting: Counting::Nothing,
        };
        let (kept, cut) = strongest(vec![alert(10, "c"), alert(90, "b"), alert(90, "a"), alert(20, "d")], 3);
        let order: Vec<_> = kept.iter().map(|alert| alert.src_ip.as_deref().unwrap_or("")).collect();
        assert_eq!((order, cut), (vec!["a", "b", "d"], 1));
    }

    /// One rule raises many alerts of the highest score; another has its share all the same, and a third all of its few.
    #[test]
    fn no_rule_crowds_out_the_others() {
        let of = |rule: &str, score, count: usize| -> Vec<Alert> {
            let alert = |number: usize| Alert {
                alert_type: rule.into(),
                src_ip: Some(format!("192.0.2.{number}")),
                dst_ip: None,
                score,
                severity: Severity::Low,
                rule: rule.into(),
                evidence: serde_json::Map::new(),
                events: None,
                story: None,
                counting: Counting::Nothing,
            };
            (0..count).map(alert).collect()
        };
        let (kept, cut) = strongest([of("loud", 100, 600), of("other", 50, 73), of("quiet", 1, 3)].concat(), 100);
        let count = |rule: &str| kept.iter().filter(|alert| alert.rule == rule).count();
        assert_eq!((count("loud"), count("other"), count("quiet"), cut), (49, 48, 3, 576));
        assert!(kept.is_sorted_by_key(|alert| std::cmp::Reverse(alert.score)));
    }
}
