//! One story, one alert: what several rules say of one source in one scan becomes one alert, with the others as its evidence.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;

use net_scout_model::{Alert, Network, Rank, Related, Severity, add_related};

/// How much of an IPv6 address tells one network from another (RFC 6177): within it, a host chooses its addresses as it likes.
const SITE_BITS: u8 = 64;
/// The widest network that an alert takes the alerts of other rules into: IPv4, IPv6. What is wider is nobody's.
const WIDEST: (u8, u8) = (16, 48);
/// The member of the evidence that names the network behind a distributed scan.
pub(super) const NETWORK: &str = "network";
/// The member that names the port that many sources try at many hosts.
const PORT: &str = "port";

/// Groups alerts by their stories, which the result has as [`Alert::story`]. The one that says most leads; its score and severity become
/// the highest of all, so that no group looks weaker than any of its alerts.
pub(super) fn group(alerts: Vec<Alert>) -> Vec<Alert> {
    let claims: Vec<Claim> = alerts.iter().filter_map(Claim::of).collect();
    let mut stories: Vec<(String, Vec<Alert>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for alert in alerts {
        let story = story(&alert, &claims);
        let place = *places.entry(story.clone()).or_insert_with(|| {
            stories.push((story, Vec::new()));
            stories.len() - 1
        });
        stories[place].1.push(alert);
    }
    stories.into_iter().filter_map(|(story, alerts)| told(story, alerts)).collect()
}

/// One alert of several.
fn told(story: String, mut alerts: Vec<Alert>) -> Option<Alert> {
    // Whatever the order in which the rules were through, the group is the same.
    alerts.sort_by(|a, b| Reverse(rank(a)).cmp(&Reverse(rank(b))).then_with(|| key(a).cmp(&key(b))));
    let mut alerts = alerts.into_iter();
    let mut lead = alerts.next()?;
    let related: Vec<Related> = alerts.map(Related::from).collect();
    for other in &related {
        lead.score = lead.score.max(u8::try_from(other.score).unwrap_or(u8::MAX));
        lead.severity = lead.severity.max(other.severity);
    }
    add_related(&mut lead.evidence, related);
    lead.story = Some(story);
    Some(lead)
}

fn rank(alert: &Alert) -> Rank {
    Rank {
        is_of_network: network(alert).is_some(),
        names_its_events: alert.events.is_some(),
        names_both_sides: alert.src_ip.is_some() && alert.dst_ip.is_some(),
        severity: alert.severity,
        score: alert.score.into(),
    }
}

fn key(alert: &Alert) -> (&str, &str, &Option<String>, &Option<String>) {
    (&alert.rule, &alert.alert_type, &alert.src_ip, &alert.dst_ip)
}

/// Whom an alert is about: the network that it names or whose scan it is part of; else its source, an IPv6 address with its whole /64;
/// else its target; else its type, with the port that it names.
fn story(alert: &Alert, claims: &[Claim]) -> String {
    if let Some(network) = network(alert) {
        return format!("from {network}");
    }
    match (&alert.src_ip, &alert.dst_ip) {
        (Some(source), _) => match source.parse::<IpAddr>() {
            Ok(address) => match claims.iter().find(|claim| claim.takes(alert, address)) {
                Some(claim) => format!("from {}", claim.network),
                None => format!("from {}", Network::around(address, if address.is_ipv4() { 32 } else { SITE_BITS })),
            },
            Err(_) => format!("from {source}"),
        },
        (None, Some(target)) => format!("to {target}"),
        (None, None) => match alert.evidence.get(PORT).and_then(serde_json::Value::as_i64) {
            Some(port) => format!("type {} at port {port}", alert.alert_type),
            None => format!("type {}", alert.alert_type),
        },
    }
}

/// A network that an alert says is one source, and how far it is believed.
struct Claim {
    network: Network,
    rule: String,
    names_its_events: bool,
    weight: (Severity, u8),
}

impl Claim {
    fn of(alert: &Alert) -> Option<Self> {
        let network = network(alert)?;
        let names_its_events = alert.events.is_some();
        Some(Self { network, rule: alert.rule.clone(), names_its_events, weight: (alert.severity, alert.score) })
    }

    /// Whether it takes in an alert about this source. One of another rule only where a person can check the claim, where it is as narrow
    /// as a network of somebody's, and where nothing looks weaker for it.
    fn takes(&self, alert: &Alert, source: IpAddr) -> bool {
        let widest = if self.network.first().is_ipv4() { WIDEST.0 } else { WIDEST.1 };
        let believed = self.names_its_events && self.network.bits() >= widest && self.weight >= (alert.severity, alert.score);
        self.network.contains(source) && (self.rule == alert.rule || believed)
    }
}

/// The network that an alert names as its source. A single source beside it must lie in it.
fn network(alert: &Alert) -> Option<Network> {
    let network: Network = alert.evidence.get(NETWORK).and_then(serde_json::Value::as_str)?.parse().ok()?;
    let source = alert.src_ip.as_deref().map(str::parse::<IpAddr>);
    source.is_none_or(|source| source.is_ok_and(|address| network.contains(address))).then_some(network)
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_scout_model::Selection;

    fn alert(rule: &str, from: Option<&str>, to: Option<&str>, score: u8) -> Alert {
        Alert {
            alert_type: rule.to_owned(),
            src_ip: from.map(str::to_owned),
            dst_ip: to.map(str::to_owned),
            score,
            severity: if score >= 70 { Severity::High } else { Severity::Low },
            rule: rule.to_owned(),
            evidence: serde_json::Map::new(),
            events: None,
            story: None,
            counting: net_scout_model::Counting::Nothing,
        }
    }

    fn stories(alerts: Vec<Alert>) -> Vec<(String, String, u8, Vec<String>)> {
        let rules = |alert: &Alert| {
            let related = alert.evidence.get("related").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
            related.iter().map(|related| related["rule"].as_str().unwrap_or("").to_owned()).collect()
        };
        let told = |alert: Alert| (alert.story.clone().unwrap_or_default(), alert.rule.clone(), alert.score, rules(&alert));
        group(alerts).into_iter().map(told).collect()
    }

    #[test]
    fn the_alert_that_says_most_leads_and_none_is_lost() {
        let named = |alert: Alert| Alert { events: Some(Selection { condition: "1".into(), parameters: vec![] }), ..alert };
        let alerts = vec![
            alert("volume", Some("192.0.2.1"), None, 90),
            alert("vertical", Some("192.0.2.1"), Some("10.0.0.1"), 100),
            named(alert("port_scan", Some("192.0.2.1"), Some("10.0.0.1"), 40)),
            alert("volume", Some("192.0.2.2"), None, 20),
        ];
        let expected = [
            ("from 192.0.2.1".to_owned(), "port_scan".to_owned(), 100, vec!["vertical".to_owned(), "volume".to_owned()]),
            ("from 192.0.2.2".to_owned(), "volume".to_owned(), 20, vec![]),
        ];
        assert_eq!(stories(alerts.clone()), expected);
        let group = &group(alerts)[0];
        assert_eq!(group.severity, Severity::High);
        assert_eq!(group.evidence["related"][0]["dst_ip"], "10.0.0.1");
    }

    #[test]
    fn networks_are_one_source() {
        let site = vec![alert("a", Some("2001:db8::1"), None, 10), alert("b", Some("2001:db8::ffff:1"), None, 20)];
        assert_eq!(stories(site), [("from 2001:db8::/64".to_owned(), "b".to_owned(), 20, vec!["a".to_owned()])]);
        let checked = || Some(Selection { condition: "1".into(), parameters: vec![] });
        let mut distributed = Alert { events: checked(), ..alert("fan_in", None, Some("10.0.0.1"), 50) };
        distributed.evidence.insert("network".to_owned(), "198.51.100.0/24".into());
        let alerts = vec![
            alert("probe", Some("198.51.100.7"), None, 10),
            distributed,
            alert("probe", Some("198.51.101.7"), None, 10),
            alert("probe", Some("::ffff:198.51.100.9"), None, 10),
        ];
        let told = stories(alerts);
        assert_eq!(told.len(), 2);
        assert_eq!(told[0].3, ["probe", "probe"]);
        // It leads its parts, though one of them names both sides.
        let named = |alert: Alert| Alert { events: checked(), ..alert };
        let part = named(alert("port_scan", Some("198.51.100.7"), Some("10.0.0.1"), 40));
        let mut whole = named(alert("fan_in", None, None, 50));
        whole.evidence.insert("network".to_owned(), "198.51.100.0/24".into());
        assert_eq!(stories(vec![part, whole])[0].1, "fan_in");
        assert_eq!(told[1].0, "from 198.51.101.7");
        // The busiest of a network may stand for it; of another one it cannot.
        for (source, story) in [("198.51.100.7", "from 198.51.100.0/24"), ("192.0.2.1", "from 192.0.2.1")] {
            let mut named = alert("fan_in", Some(source), None, 50);
            named.evidence.insert("network".to_owned(), "198.51.100.0/24".into());
            assert_eq!(stories(vec![named])[0].0, story);
        }
    }

    /// One alert takes in those of other rules only where a person can check it, where it is no weaker, and where its network is somebody's.
    #[test]
    fn claims_that_are_not_believed() {
        let claim = |network: &str, score, checked: bool| {
            let events = checked.then(|| Selection { condition: "1".into(), parameters: vec![] });
            let mut claim = Alert { events, ..alert("claim", None, None, score) };
            claim.evidence.insert("network".to_owned(), network.into());
            claim
        };
        let apart = |claim: Alert, source: &str| stories(vec![claim, alert("probe", Some(source), None, 40)]).len() == 2;
        for (network, source) in [("198.51.0.0/16", "198.51.100.7"), ("2001:db8:1::/48", "2001:db8:1::7")] {
            assert!(!apart(claim(network, 40, true), source), "{network}");
            assert!(apart(claim(network, 40, false), source), "{network}: it names no events");
            assert!(apart(claim(network, 39, true), source), "{network}: it is weaker");
        }
        for (network, source) in
            [("0.0.0.0/0", "198.51.100.7"), ("198.50.0.0/15", "198.51.100.7"), ("2001:db8::/47", "2001:db8:1::7")]
        {
            assert!(apart(claim(network, 100, true), source), "{network}: it is nobody's");
        }
        // What a rule says itself it may put together as it likes.
        let own = Alert { rule: "claim".into(), ..alert("claim", Some("198.51.100.7"), None, 90) };
        assert_eq!(stories(vec![claim("0.0.0.0/0", 0, false), own]).len(), 1);
    }

    #[test]
    fn alerts_without_a_source() {
        let at_port = |port: u16| {
            let mut alert = alert("c", None, None, 1);
            alert.evidence.insert("port".to_owned(), port.into());
            alert
        };
        let mut alerts =
            vec![alert("a", None, Some("10.0.0.1"), 1), alert("b", None, Some("10.0.0.1"), 2), alert("c", None, None, 1)];
        alerts.extend([at_port(23), at_port(5900), at_port(23)]);
        let told: Vec<String> = stories(alerts).into_iter().map(|story| story.0).collect();
        assert_eq!(told, ["to 10.0.0.1", "type c", "type c at port 23", "type c at port 5900"]);
    }
}
