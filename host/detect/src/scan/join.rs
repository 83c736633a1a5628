//! Several scans that were made one after the other, as one: steps over past time.

use std::collections::HashMap;

use super::run::{ScanAlerts, ScanReport};
use net_scout_model::Alert;
use net_scout_store::Recorded;

impl ScanReport {
    /// Adds what a later scan came to. What both say of one alert is one alert, as it is in the end; the strongest stays first.
    pub fn join(&mut self, later: Self) {
        self.alerts.join(later.alerts);
        for (origin, reason, count) in later.allowed {
            match self.allowed.iter_mut().find(|(known, why, _)| *known == origin && *why == reason) {
                Some((.., known)) => *known += count,
                None => self.allowed.push((origin, reason, count)),
            }
        }
        self.cut += later.cut;
        self.corrected_directions += later.corrected_directions;
        self.failed |= later.failed;
        self.covered = None;
        self.ledger.extend(later.ledger);
        self.phases.join(&later.phases);
    }
}

impl ScanAlerts {
    fn join(&mut self, later: Self) {
        match (self, later) {
            (Self::Recorded(all), Self::Recorded(more)) => {
                let again = |known: &mut Recorded, more: Recorded| known.alert = more.alert;
                merge(all, more, |recorded| recorded.alert.id, again);
                all.sort_by_key(|recorded| std::cmp::Reverse(recorded.alert.score));
            }
            (Self::Raised(all), Self::Raised(more)) => {
                let key = |alert: &Alert| (alert.alert_type.clone(), alert.src_ip.clone(), alert.dst_ip.clone());
                merge(all, more, key, |known, more| {
                    if more.score >= known.score {
                        *known = more;
                    }
                });
                all.sort_by_key(|alert| std::cmp::Reverse(alert.score));
            }
            // One run either writes or does not.
            (Self::Recorded(_), Self::Raised(_)) | (Self::Raised(_), Self::Recorded(_)) => {}
        }
    }
}

/// Adds more values to those that are there; `again` says what becomes of one whose key is known.
fn merge<T, K: std::hash::Hash + Eq>(all: &mut Vec<T>, more: Vec<T>, key: impl Fn(&T) -> K, again: impl Fn(&mut T, T)) {
    let mut places: HashMap<K, usize> = all.iter().enumerate().map(|(place, one)| (key(one), place)).collect();
    for one in more {
        match places.get(&key(&one)) {
            Some(&place) => again(&mut all[place], one),
            None => {
                places.insert(key(&one), all.len());
                all.push(one);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::alert;

    fn scores(alerts: &ScanAlerts) -> Vec<(String, i64)> {
        let ScanAlerts::Raised(alerts) = alerts else { panic!("raised") };
        alerts.iter().map(|alert| (alert.src_ip.clone().unwrap_or_default(), i64::from(alert.score))).collect()
    }

    #[test]
    fn one_alert_of_two_steps_is_one() {
        let with = |source: &str, score| Alert { score, ..alert(source) };
        let mut all = ScanAlerts::Raised(vec![with("192.0.2.1", 60), with("192.0.2.2", 50)]);
        all.join(ScanAlerts::Raised(vec![with("192.0.2.2", 70), with("192.0.2.1", 40), with("192.0.2.3", 65)]));
        let expected =
            [("192.0.2.2", 70), ("192.0.2.3", 65), ("192.0.2.1", 60)].map(|(source, score)| (source.to_owned(), score));
        assert_eq!(scores(&all), expected);
    }
}
