//! The allowlist: what the operator knows and does not want to hear of.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::{Alert, Counting, Network, Networks, StoredAlert, Timestamp, parse_address};

/// The members of the evidence in which an alert names its ports: one, or all of them.
const PORTS: [&str; 2] = ["port", "ports"];
/// Stands for all rules that say that they count, in the entries that are built in. No rule can be called that.
pub const RULES_THAT_COUNT: &str = "(rules that count)";

/// Which side of an alert an entry is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// Who did it.
    #[default]
    Source,
    /// To whom.
    Destination,
}

impl Side {
    /// As stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Destination => "destination",
        }
    }
}

/// From where to where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From a source that is not one of the operator's own.
    Inbound,
    /// From one of the operator's own.
    Outbound,
}

impl Direction {
    /// As stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// What is allowed. Every part that is given must fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// Of which addresses.
    pub network: Network,
    /// On which side of the alert.
    pub side: Side,
    /// Only alerts of these rules, of which [`RULES_THAT_COUNT`] stands for many; empty for all.
    pub rules: Vec<String>,
    /// Only alerts that name their ports, all of them in these ranges, both ends inside; empty for all.
    pub ports: Vec<(u16, u16)>,
    /// Only in this direction.
    pub direction: Option<Direction>,
    /// Why.
    pub reason: String,
    /// It ends at this instant.
    pub until: Option<Timestamp>,
}

/// Where an entry comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// From the program: what every network has.
    BuiltIn,
    /// From the configuration file, the entry of this number, from 1.
    Configured(usize),
    /// From the database, with its number there.
    Stored(i64),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built in"),
            Self::Configured(number) => write!(f, "configuration {number}"),
            Self::Stored(id) => write!(f, "{id}"),
        }
    }
}

/// What an entry is held against: an alert, fresh or stored.
#[derive(Clone, Copy, Debug)]
pub struct AllowSubject<'a> {
    /// Who did it.
    pub src_ip: Option<&'a str>,
    /// To whom.
    pub dst_ip: Option<&'a str>,
    /// The rule that raised it.
    pub rule: &'a str,
    /// What this rule counts; of a stored alert it is not known.
    pub counting: Counting,
    /// What a person can check.
    pub evidence: &'a Map<String, Value>,
}

impl<'a> From<&'a Alert> for AllowSubject<'a> {
    fn from(alert: &'a Alert) -> Self {
        Self {
            src_ip: alert.src_ip.as_deref(),
            dst_ip: alert.dst_ip.as_deref(),
            rule: &alert.rule,
            counting: alert.counting,
            evidence: &alert.evidence,
        }
    }
}

impl<'a> From<&'a StoredAlert> for AllowSubject<'a> {
    fn from(alert: &'a StoredAlert) -> Self {
        static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        Self {
            src_ip: alert.src_ip.as_deref(),
            dst_ip: alert.dst_ip.as_deref(),
            rule: alert.rule.as_deref().unwrap_or(&alert.alert_type),
            counting: Counting::Nothing,
            evidence: alert.evidence.as_object().unwrap_or(&NOTHING),
        }
    }
}

/// A text that is no entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AllowError {
    /// Ports.
    #[error("`{0}` are not ports: write one such as 22, or a range such as 8000-8100")]
    Ports(String),
    /// A side.
    #[error("`{0}` is neither source nor destination")]
    Side(String),
    /// A direction.
    #[error("`{0}` is not a direction: write inbound or outbound")]
    Direction(String),
    /// No reason.
    #[error("a reason is missing: whoever reads the allowlist later must know why")]
    Reason,
}

impl Allow {
    /// Whether an alert is allowed by this entry. `local` are the operator's own networks.
    #[must_use]
    pub fn fits(&self, subject: &AllowSubject<'_>, local: &Networks, now: Timestamp) -> bool {
        let side = match self.side {
            Side::Source => subject.src_ip,
            Side::Destination => subject.dst_ip,
        };
        let from = match subject.src_ip {
            Some(source) if local.contains_text(source) => Direction::Outbound,
            _ => Direction::Inbound,
        };
        self.until.is_none_or(|until| now < until)
            && side.and_then(parse_address).is_some_and(|address| self.network.contains(address))
            && (self.rules.is_empty() || self.rules.iter().any(|rule| is_of(rule, subject)))
            && self.direction.is_none_or(|direction| direction == from)
            && (self.ports.is_empty()
                || ports(subject.evidence).is_some_and(|ports| ports.iter().all(|port| self.has_port(*port))))
    }

    fn has_port(&self, port: u16) -> bool {
        self.ports.iter().any(|(first, last)| (*first..=*last).contains(&port))
    }

    /// The ports as they are written.
    #[must_use]
    pub fn ports_text(&self) -> String {
        let range = |(first, last): &(u16, u16)| if first == last { first.to_string() } else { format!("{first}-{last}") };
        self.ports.iter().map(range).collect::<Vec<_>>().join(",")
    }
}

/// Whether an alert is of what stands for one rule or many.
fn is_of(rule: &str, subject: &AllowSubject<'_>) -> bool {
    rule == subject.rule || (rule == RULES_THAT_COUNT && subject.counting != Counting::Nothing)
}

/// Ports and ranges of ports, separated by commas; an empty text is none.
///
/// # Errors
/// When a part is neither.
pub fn parse_ports(text: &str) -> Result<Vec<(u16, u16)>, AllowError> {
    let part = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let range = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        (range.0 <= range.1).then_some(range)
    };
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(|text| part(text).ok_or_else(|| AllowError::Ports(super::plain(text, 100)))).collect()
}

/// A side.
///
/// # Errors
/// When it is none.
pub fn parse_side(text: &str) -> Result<Side, AllowError> {
    let all = [Side::Source, Side::Destination];
    all.into_iter().find(|one| one.name() == text).ok_or_else(|| AllowError::Side(super::plain(text, 100)))
}

/// A direction.
///
/// # Errors
/// When it is none.
pub fn parse_direction(text: &str) -> Result<Direction, AllowError> {
    let all = [Direction::Inbound, Direction::Outbound];
    all.into_iter().find(|one| one.name() == text).ok_or_else(|| AllowError::Direction(super::plain(text, 100)))
}

/// The ports that an alert names. A count of ports names none.
fn ports(evidence: &Map<String, Value>) -> Option<BTreeSet<u16>> {
    let number = |value: &Value| value.as_u64().and_then(|port| u16::try_from(port).ok());
    let named: BTreeSet<u16> = match (evidence.get(PORTS[0]), evidence.get(PORTS[1])) {
        (_, Some(Value::Array(list))) => list.iter().map(number).collect::<Option<_>>()?,
        (Some(port), _) => std::iter::once(number(port)?).collect(),
        _ => return None,
    };
    Some(named).filter(|named| !named.is_empty())
}

/// All entries that hold, in the order in which they are asked.
#[derive(Clone, Debug, Default)]
pub struct Allowlist(pub Vec<(Origin, Allow)>);

impl Allowlist {
    /// What every network has: this host itself, and addresses that are many hosts'.
    #[must_use]
    pub fn built_in(resolvers: &[IpAddr]) -> Self {
        let entry = |network: Network, side, rules: &[&str], reason: &str| {
            let rules = rules.iter().map(|&rule| rule.to_owned()).collect();
            let allow =
                Allow { network, side, rules, ports: Vec::new(), direction: None, reason: reason.to_owned(), until: None };
            (Origin::BuiltIn, allow)
        };
        let network = |text: &str| text.parse::<Network>().ok();
        let fixed = [
            ("127.0.0.1", Side::Source, "this host itself"),
            ("::1", Side::Source, "this host itself"),
            ("224.0.0.0/4", Side::Destination, "multicast"),
            ("ff00::/8", Side::Destination, "multicast"),
            ("255.255.255.255", Side::Destination, "broadcast"),
        ];
        let fixed = fixed.into_iter().filter_map(|(text, side, reason)| Some(entry(network(text)?, side, &[], reason)));
        // Answers of a resolver look like many connections to many ports. What else it does is not allowed.
        let resolvers = resolvers
            .iter()
            .map(|address| entry(Network::around(*address, 128), Side::Source, &[RULES_THAT_COUNT], "a resolver of this host"));
        Self(fixed.chain(resolvers).collect())
    }

    /// Adds the entries of the configuration file.
    pub fn add_configured(&mut self, entries: &[Allow]) {
        self.0.extend(entries.iter().enumerate().map(|(index, allow)| (Origin::Configured(index + 1), allow.clone())));
    }

    /// The entry that allows an alert.
    #[must_use]
    pub fn find(&self, subject: &AllowSubject<'_>, local: &Networks, now: Timestamp) -> Option<&(Origin, Allow)> {
        self.0.iter().find(|(_, allow)| allow.fits(subject, local, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);

    fn allow(network: &str) -> Allow {
        Allow {
            network: network.parse().expect(network),
            side: Side::Source,
            rules: Vec::new(),
            ports: Vec::new(),
            direction: None,
            reason: "known".to_owned(),
            until: None,
        }
    }

    fn fits(allow: &Allow, from: Option<&str>, to: Option<&str>, evidence: &Value) -> bool {
        let evidence = evidence.as_object().cloned().unwrap_or_default();
        let local: Networks = "10.0.0.0/8".parse().expect("networks");
        allow.fits(
            &AllowSubject { src_ip: from, dst_ip: to, rule: "probe", counting: Counting::Nothing, evidence: &evidence },
            &local,
            NOW,
        )
    }

    #[test]
    fn every_part_must_fit() {
        let none = Value::Null;
        let source = Some("192.0.2.7");
        assert!(fits(&allow("192.0.2.0/24"), source, None, &none) && !fits(&allow("192.0.3.0/24"), source, None, &none));
        assert!(fits(&allow("2001:db8::/64"), Some("2001:0db8:0:0:1::7"), None, &none));
        assert!(!fits(&allow("192.0.2.7"), Some("10.0.0.1"), source, &none));
        let destination = Allow { side: Side::Destination, ..allow("192.0.2.7") };
        assert!(fits(&destination, Some("10.0.0.1"), source, &none) && !fits(&destination, source, None, &none));
        let rule = |rule: &str| Allow { rules: vec![rule.to_owned()], ..allow("192.0.2.7") };
        assert!(fits(&rule("probe"), source, None, &none) && !fits(&rule("beacon"), source, None, &none));
        let direction = |direction| Allow { direction: Some(direction), ..allow("0.0.0.0/0") };
        assert!(fits(&direction(Direction::Inbound), source, None, &none));
        assert!(fits(&direction(Direction::Outbound), Some("10.1.1.1"), None, &none));
        assert!(!fits(&direction(Direction::Outbound), source, None, &none));
        let until = |after| Allow { until: Some(NOW.plus(after)), ..allow("192.0.2.7") };
        assert!(fits(&until(1), source, None, &none) && !fits(&until(0), source, None, &none));
    }

    #[test]
    fn ports_are_those_that_the_alert_names() {
        let allow = Allow { ports: parse_ports("22, 8000-8100").expect("ports"), ..allow("192.0.2.7") };
        assert_eq!(allow.ports_text(), "22,8000-8100");
        let fits = |evidence: Value| fits(&allow, Some("192.0.2.7"), None, &evidence);
        for inside in [serde_json::json!({"port": 22}), serde_json::json!({"ports": [22, 8050], "port": 1})] {
            assert!(fits(inside.clone()), "{inside}");
        }
        for outside in [
            serde_json::json!({}),
            serde_json::json!({"port": 23}),
            serde_json::json!({"ports": [22, 23]}),
            serde_json::json!({"ports": 22}),
            serde_json::json!({"ports": []}),
            serde_json::json!({"ports": ["22"]}),
        ] {
            assert!(!fits(outside.clone()), "{outside}");
        }
        for text in ["x", "1-", "70000", "9-8", "1-2-3"] {
            assert!(parse_ports(text).is_err(), "{text}");
        }
        assert!(parse_direction("sideways").is_err());
    }

    #[test]
    fn what_is_built_in() {
        let list = Allowlist::built_in(&["192.0.2.53".parse().expect("an address")]);
        let counted = |from: &str, to: &str, rule: &str, counting| {
            let subject = AllowSubject { src_ip: Some(from), dst_ip: Some(to), rule, counting, evidence: &Map::new() };
            list.find(&subject, &Networks::default(), NOW).map(|(_, allow)| allow.reason.clone())
        };
        let find = |from: &str, to: &str, rule: &str| counted(from, to, rule, Counting::Nothing);
        assert_eq!(find("127.0.0.1", "10.0.0.1", "probe").as_deref(), Some("this host itself"));
        assert_eq!(find("127.0.0.2", "10.0.0.1", "probe"), None);
        assert_eq!(find("10.0.0.1", "239.255.255.250", "strobe").as_deref(), Some("multicast"));
        for counting in [Counting::Connections, Counting::Everything] {
            assert_eq!(counted("192.0.2.53", "10.0.0.1", "any", counting).as_deref(), Some("a resolver of this host"));
        }
        assert_eq!(find("192.0.2.53", "10.0.0.1", "brute_force"), None);
    }
}
