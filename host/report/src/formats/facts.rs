//! What every format says of an alert, read once from what is stored.

use std::net::IpAddr;

use net_scout_model::time::parse_timestamp;
use net_scout_model::{Severity, StoredAlert, Timestamp, parse_address, plain};

use super::attack::{Technique, technique};
use crate::life::Stage;

/// The most characters of a title.
const TITLE: usize = 300;

/// An alert as other systems want to know it.
pub(super) struct Facts<'a> {
    pub(super) alert: &'a StoredAlert,
    pub(super) severity: Severity,
    pub(super) stage: Stage,
    pub(super) verdict: Option<&'a str>,
    /// When it was first raised.
    pub(super) raised: Timestamp,
    /// When it was last raised.
    pub(super) again: Timestamp,
    /// Its first and its last event.
    pub(super) events: Option<(Timestamp, Timestamp)>,
    /// How many events there are.
    pub(super) count: Option<u64>,
    pub(super) source: Option<IpAddr>,
    pub(super) target: Option<IpAddr>,
    /// The port, where it is one.
    pub(super) port: Option<u16>,
    /// The techniques of MITRE ATT&CK that its rule names.
    pub(super) techniques: Vec<Technique<'a>>,
    /// The version of its rule.
    pub(super) version: Option<&'a str>,
    /// In a few words.
    pub(super) title: String,
}

impl<'a> Facts<'a> {
    pub(super) fn of(alert: &'a StoredAlert) -> Self {
        let evidence = &alert.evidence;
        let instant = |text: Option<&str>| text.and_then(parse_timestamp);
        // What another program wrote may be no time: then it is the beginning of all.
        let raised = instant(Some(&alert.created_at)).unwrap_or(Timestamp(0));
        let (first, last) = (instant(evidence["events"]["first"].as_str()), instant(evidence["events"]["last"].as_str()));
        let address = |text: &Option<String>| text.as_deref().and_then(parse_address).map(|address| address.to_canonical());
        let named = evidence["techniques"].as_array().map(Vec::as_slice).unwrap_or_default();
        Self {
            severity: alert.severity(),
            stage: Stage::of(alert),
            verdict: alert.verdict(),
            raised,
            again: instant(alert.updated_at.as_deref()).unwrap_or(raised).max(raised),
            events: first.zip(last).filter(|(first, last)| first <= last),
            count: evidence["events"]["count"].as_u64(),
            source: address(&alert.src_ip),
            target: address(&alert.dst_ip),
            port: port(evidence),
            techniques: named.iter().filter_map(|id| technique(id.as_str()?)).collect(),
            version: evidence["plugin"]["version"].as_str(),
            title: title(alert),
            alert,
        }
    }

    /// The rule, or where none is known the type of the alert.
    pub(super) fn rule(&self) -> &'a str {
        self.alert.rule.as_deref().unwrap_or(&self.alert.alert_type)
    }

    /// What tells the alert from all others, of other databases too, through its whole life.
    pub(super) fn uid(&self) -> String {
        format!("{}@{}", self.alert.id, self.raised.stored())
    }

    /// Whether it is the first that is said of it.
    pub(super) fn is_first(&self) -> bool {
        self.raised == self.again
    }
}

/// The one port of an alert: that of its evidence, or of its events.
fn port(evidence: &serde_json::Value) -> Option<u16> {
    let port = |number: u64| u16::try_from(number).ok();
    if let Some(named) = evidence["port"].as_u64() {
        return port(named);
    }
    let mut ports = evidence["events"]["ports"].as_object()?.keys();
    let one = ports.next()?.parse().ok();
    if ports.next().is_none() { one } else { None }
}

fn title(alert: &StoredAlert) -> String {
    let mut title = alert.alert_type.replace('_', " ");
    if let Some(source) = &alert.src_ip {
        title.push_str(&format!(" from {source}"));
    }
    if let Some(target) = &alert.dst_ip {
        title.push_str(&format!(" to {target}"));
    }
    plain(&title, TITLE)
}
