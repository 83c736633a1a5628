//! Which alert is about which attack.

use std::net::IpAddr;

use super::truth::{Attack, Others, Truth};
use net_scout_model::{Alert, Network, Severity, Timestamp};

/// The word in the name of a piece of evidence that says who did it, where an alert accuses more than one address.
const SOURCE_WORDS: [&str; 2] = ["source", "network"];

/// An alert of a scan: who is accused of what, and when somebody could know.
#[derive(Clone, Debug, PartialEq)]
pub struct Accusation {
    /// When the scan was.
    pub at: Timestamp,
    /// The rule that raised it.
    pub rule: String,
    /// Its type.
    pub alert_type: String,
    /// Who is accused: an address, or the networks that the evidence names.
    pub sources: Vec<Network>,
    /// To whom it was done.
    pub destination: Option<IpAddr>,
    /// Whether it is a new alert; else it is a repeat of one.
    pub new: bool,
    /// How much it matters.
    pub severity: Severity,
    /// Its evidence on a line.
    pub evidence: String,
}

/// Who is accused, as one thing: what precision counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Accused {
    /// Addresses or networks.
    Sources(Vec<Network>),
    /// Nobody by name: those who did it to this address.
    At(Option<IpAddr>),
}

/// What an alert turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// About these attacks, by index.
    Right(Vec<usize>),
    /// About nobody who attacks, or about an attacker and something else.
    Wrong,
    /// Nothing is known of whom it accuses.
    Unknown,
}

/// One data set, and what scans said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSet {
    /// What tells it from others, such as its seed.
    pub name: String,
    /// What is true of it.
    pub truth: Truth,
    /// When its events begin: so do attacks of which that is not known.
    pub first: Timestamp,
    /// How many days its events are of.
    pub days: f64,
    /// The alerts that rules raised, each rule for itself.
    pub raised: Vec<Accusation>,
    /// The alerts that scans kept.
    pub kept: Vec<Accusation>,
}

impl Accusation {
    /// That of an alert.
    #[must_use]
    pub fn of(alert: &Alert, at: Timestamp, new: bool) -> Self {
        let address = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<IpAddr>().ok());
        let sources = match address(&alert.src_ip) {
            Some(source) => vec![Network::around(source, u8::MAX)],
            None => named(alert),
        };
        Self {
            at,
            rule: alert.rule.clone(),
            alert_type: alert.alert_type.clone(),
            sources,
            destination: address(&alert.dst_ip),
            new,
            severity: alert.severity,
            evidence: serde_json::Value::Object(alert.evidence.clone()).to_string(),
        }
    }

    /// Who is accused.
    pub(super) fn accused(&self) -> Accused {
        if self.sources.is_empty() { Accused::At(self.destination) } else { Accused::Sources(self.sources.clone()) }
    }

    /// Whether it is about an attack: it accuses a source of it, names none but its targets, and comes after its first packet. One
    /// that accuses nobody by name must name a target of it.
    fn is_about(&self, attack: &Attack, first: Timestamp) -> bool {
        let target = self.destination.is_none_or(|address| attack.targets.iter().any(|target| target.contains(address)));
        let who = if self.sources.is_empty() {
            self.destination.is_some() && target
        } else {
            let attacks = |source: &Network| attack.sources.iter().any(|network| overlap(network, source));
            self.sources.iter().any(attacks) && (target || attack.targets.is_empty())
        };
        who && self.at >= attack.since.unwrap_or(first)
    }
}

impl DataSet {
    /// What an alert turned out to be.
    pub(super) fn verdict(&self, accusation: &Accusation) -> Verdict {
        let attacks = self.truth.attacks.iter().enumerate();
        let about: Vec<usize> =
            attacks.filter(|(_, attack)| accusation.is_about(attack, self.first)).map(|(index, _)| index).collect();
        if !about.is_empty() {
            return Verdict::Right(about);
        }
        let known = |network: &Network| {
            let benign = self.truth.benign.iter().flat_map(|benign| &benign.sources);
            let attackers = self.truth.attacks.iter().flat_map(|attack| &attack.sources);
            benign.chain(attackers).any(|known| overlap(known, network))
        };
        match self.truth.others {
            Others::Benign => Verdict::Wrong,
            Others::Unknown if accusation.sources.iter().any(known) => Verdict::Wrong,
            Others::Unknown => Verdict::Unknown,
        }
    }
}

/// Whether two networks have an address in common.
fn overlap(one: &Network, other: &Network) -> bool {
    one.covers(other) || other.covers(one)
}

/// The networks that the evidence names as sources.
fn named(alert: &Alert) -> Vec<Network> {
    let says = |key: &str| SOURCE_WORDS.iter().any(|word| key.contains(word));
    let mut networks = Vec::new();
    for (_, value) in alert.evidence.iter().filter(|(key, _)| says(key)) {
        let texts: Vec<&str> = match value {
            serde_json::Value::String(text) => vec![text],
            serde_json::Value::Array(values) => values.iter().filter_map(|value| value.as_str()).collect(),
            _ => Vec::new(),
        };
        networks.extend(texts.into_iter().filter_map(|text| text.parse::<Network>().ok()));
    }
    networks.sort_unstable();
    networks.dedup();
    networks
}
