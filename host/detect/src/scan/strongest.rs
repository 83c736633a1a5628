//! Which alerts a scan keeps: the strongest, and of each rule its share.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use serde_json::Value;

use super::group::group;
use net_scout_model::{Alert, Network, RELATED};

/// What counts as one network: IPv4, IPv6.
const NETWORK: (u8, u8) = (24, 48);

/// What a scan keeps of the alerts that rules raised: those of one story as one, if they are to be grouped; the strongest first, at most
/// so many; and how many were cut.
#[must_use]
pub fn settled(alerts: Vec<Alert>, grouped: bool, most: usize) -> (Vec<Alert>, usize) {
    strongest(if grouped { group(alerts) } else { alerts }, most)
}

/// The strongest alerts first, at most so many, and how many were cut.
///
/// Of equal ones first what more rules say; then what is rarer: few alerts of its rule come from its network. A name decides nothing: it
/// would always be the same ones that are cut. Where all is equal, the addresses give an order that does not depend on the run.
fn strongest(mut alerts: Vec<Alert>, most: usize) -> (Vec<Alert>, usize) {
    let ties = Ties::of(&alerts);
    alerts.sort_by_cached_key(|alert| {
        let rank = (Reverse((alert.severity, alert.score)), Reverse(ties.corroboration(alert)), ties.frequency(alert));
        (rank, alert.src_ip.clone(), alert.dst_ip.clone(), alert.rule.clone(), alert.alert_type.clone())
    });
    let mut kept = kept(&alerts, most).into_iter();
    let before = alerts.len();
    alerts.retain(|_| kept.next().unwrap_or(false));
    let cut = before - alerts.len();
    (alerts, cut)
}

/// What tells equal alerts apart.
struct Ties {
    /// By source the rules that say something of it.
    rules: HashMap<String, BTreeSet<String>>,
    /// How many alerts each rule has about a network.
    networks: HashMap<(String, Option<Network>), usize>,
    /// How many alerts each rule has.
    all: HashMap<String, usize>,
}

impl Ties {
    fn of(alerts: &[Alert]) -> Self {
        let mut ties = Self { rules: HashMap::new(), networks: HashMap::new(), all: HashMap::new() };
        for alert in alerts {
            if let Some(source) = &alert.src_ip {
                ties.rules.entry(source.clone()).or_default().extend(rules(alert));
            }
            *ties.networks.entry((alert.rule.clone(), network(alert))).or_default() += 1;
            *ties.all.entry(alert.rule.clone()).or_default() += 1;
        }
        ties
    }

    /// How many rules say something of the same source.
    fn corroboration(&self, alert: &Alert) -> usize {
        let of_source = alert.src_ip.as_ref().and_then(|source| self.rules.get(source)).map_or(0, BTreeSet::len);
        of_source.max(rules(alert).count())
    }

    /// How many alerts of its rule come from its network, and how many it has at all.
    fn frequency(&self, alert: &Alert) -> (usize, usize) {
        let of_network = self.networks.get(&(alert.rule.clone(), network(alert))).copied();
        (of_network.unwrap_or(0), self.all.get(&alert.rule).copied().unwrap_or(0))
    }
}

/// The rules that have a part in an alert.
fn rules(alert: &Alert) -> impl Iterator<Item = String> {
    let related = alert.evidence.get(RELATED).and_then(Value::as_array).into_iter().flatten();
    let all: BTreeSet<String> =
        related.filter_map(|one| Some(one["rule"].as_str()?.to_owned())).chain([alert.rule.clone()]).collect();
    all.into_iter()
}

/// The network of the source, or of the target where no source is named.
fn network(alert: &Alert) -> Option<Network> {
    let address: IpAddr = alert.src_ip.as_ref().or(alert.dst_ip.as_ref())?.parse().ok()?;
    Some(Network::around(address, if address.is_ipv4() { NETWORK.0 } else { NETWORK.1 }))
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

    /// Hosts of one network that all look alike, two sources from elsewhere, and one of the network that a second rule accuses: whatever is
    /// cut, it is none of the three.
    #[test]
    fn ties_go_to_what_is_corroborated_and_rare() {
        let alert = |source: String, rule: &str| Alert {
            alert_type: rule.into(),
            src_ip: Some(source),
            dst_ip: None,
            score: 100,
            severity: Severity::Medium,
            rule: rule.into(),
            evidence: serde_json::Map::new(),
            events: None,
            story: None,
            counting: Counting::Nothing,
        };
        let mut alerts: Vec<Alert> = (1..200).map(|host| alert(format!("10.0.0.{host}"), "volume")).collect();
        alerts.push(alert("203.0.113.9".to_owned(), "volume"));
        alerts.push(alert("2001:db8::9".to_owned(), "volume"));
        alerts.push(alert("10.0.0.77".to_owned(), "scan"));
        let (kept, cut) = settled(alerts, true, 4);
        let sources: Vec<&str> = kept.iter().filter_map(|alert| alert.src_ip.as_deref()).collect();
        assert_eq!((&sources[..3], cut), (&["10.0.0.77", "2001:db8::9", "203.0.113.9"][..], 197));
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
