//! A list of sources for firewalls to fetch. Nothing here touches a firewall.
//!
//! What must never be blocked is not in it, whatever the alerts say: own networks, resolvers, what the allowlist has, addresses that are
//! nobody's in the Internet, and whoever own hosts connected to. An error gives no list at all: an empty one would lift every block.

mod bogons;
mod contacts;
mod guard;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use net_scout_detect::allow::allowlist;
use net_scout_detect::scan::ScanOptions;
use net_scout_model::search::AlertQuery;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{Network, RELATED, Sink, Span, StoredAlert, Timestamp, parse_address};
use net_scout_store::AlertFilter;

use crate::ReportError;
use crate::life::{Stage, raised_since};
use contacts::Contacts;
use guard::Guard;
pub use write::BlocklistFormat;

/// How far back events are looked at for connections of own hosts, at least: a week, in microseconds.
const HISTORY: i64 = 7 * 86_400_000_000;
/// How many bits the addresses of a subscriber of IPv6 share at least (RFC 6177, RFC 7421).
const SUBSCRIBER: u8 = 64;

/// Which sources.
#[derive(Clone, Debug, PartialEq)]
pub struct BlocklistOptions {
    /// Those of these alerts.
    pub query: AlertQuery,
    /// How long after it was last seen a source is on the list, in microseconds.
    pub lasts: i64,
}

/// A source to block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// An IPv4 address, or the /64 of an IPv6 address.
    pub network: Network,
    /// When it ends.
    pub until: Timestamp,
    /// The alerts that it stands for: number and type, in ascending order.
    pub alerts: Vec<(i64, String)>,
}

/// The sources to block, in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocklist {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Why how many sources were left out.
    pub left_out: BTreeMap<&'static str, usize>,
}

/// Makes the list.
///
/// # Errors
/// When anything that says who must not be on it cannot be read.
pub async fn blocklist(
    scan: &ScanOptions,
    options: &BlocklistOptions,
    now: Timestamp,
    sink: &dyn Sink,
) -> Result<Blocklist, ReportError> {
    let database = scan.database.open_read_only()?;
    database.check_events(&scan.table)?;
    let recent = raised_since(now.plus(-options.lasts), now);
    let listed = database.alerts(&AlertFilter { query: recent.query.and(options.query.clone()), ..recent })?;
    if let Some(text) = listed.unreadable.warning(&scan.database.alert_table) {
        sink.warn(&text);
    }
    let allowlist = allowlist(&scan.allow, &database, sink)?;
    drop(database);

    let mut list = Blocklist::default();
    let mut found = BTreeMap::new();
    let open: BTreeSet<i64> = listed.alerts.iter().filter(|alert| !closed(alert)).map(|alert| alert.id).collect();
    for alert in &listed.alerts {
        if !counts(alert, &open) {
            *list.left_out.entry("the alert is closed").or_default() += 1;
        } else if let Err(reason) = options.add(alert, now, &mut found) {
            *list.left_out.entry(reason).or_default() += 1;
        }
    }
    if found.is_empty() {
        return Ok(list);
    }
    let history = Span { begins: now.plus(-options.lasts.max(HISTORY)), ends: now.plus(1) };
    let contacts = Contacts::read(scan, history, now, found.keys()).await?;
    let guard =
        Guard { own: contacts.own_networks(scan.local_networks.as_ref()), allowlist: &allowlist, now, contacts: &contacts };
    for (network, (until, alerts)) in found {
        match guard.objection(network, &alerts) {
            Some(reason) => *list.left_out.entry(reason).or_default() += 1,
            None => {
                let mut alerts: Vec<_> = alerts.iter().map(|alert| (alert.id, alert.alert_type.clone())).collect();
                alerts.sort();
                list.entries.push(Entry { network, until, alerts });
            }
        }
    }
    Ok(list)
}

/// Networks with their ends and their alerts.
type Found<'a> = BTreeMap<Network, (Timestamp, Vec<&'a StoredAlert>)>;

impl BlocklistOptions {
    /// Adds the sources of an alert, also of those that belong to it; or says why it is left out.
    fn add<'a>(&self, alert: &'a StoredAlert, now: Timestamp, found: &mut Found<'a>) -> Result<(), &'static str> {
        if Stage::of(alert) == Stage::Allowed {
            return Err("on the allowlist");
        }
        let sources = sources(alert);
        if sources.is_empty() {
            return Err("the alert names no source");
        }
        let until = last_seen(alert).plus(self.lasts);
        if until <= now {
            return Err("not seen for long enough");
        }
        for source in sources {
            let entry = found.entry(source).or_insert((until, Vec::new()));
            entry.0 = entry.0.max(until);
            entry.1.push(alert);
        }
        Ok(())
    }
}

/// Whether somebody closed an alert, for another reason than that an attacker was stopped.
fn closed(alert: &StoredAlert) -> bool {
    Stage::of(alert) == Stage::Closed && alert.verdict() != Some("true_positive")
}

/// Whether an alert counts. What became part of another one is as open as that one.
fn counts(alert: &StoredAlert, open: &BTreeSet<i64>) -> bool {
    !closed(alert) || alert.evidence["part_of_alert"].as_i64().is_some_and(|whole| open.contains(&whole))
}

/// What is blocked for an alert: its source, and those of the alerts that belong to it, as where a whole network scans.
fn sources(alert: &StoredAlert) -> BTreeSet<Network> {
    let related = alert.evidence[RELATED].as_array().into_iter().flatten();
    let related = related.filter_map(|alert| alert["src_ip"].as_str());
    alert.src_ip.as_deref().into_iter().chain(related).filter_map(parse_address).map(network).collect()
}

/// What is blocked for an address.
fn network(address: IpAddr) -> Network {
    let address = address.to_canonical();
    Network::around(address, if address.is_ipv4() { 32 } else { SUBSCRIBER })
}

/// When the source of an alert was last seen: its last event; where that is not known, when the alert was last raised.
fn last_seen(alert: &StoredAlert) -> Timestamp {
    let event = alert.evidence["events"]["last"].as_str();
    let texts = [event, alert.updated_at.as_deref(), Some(alert.created_at.as_str())];
    texts.into_iter().flatten().find_map(parse_timestamp).unwrap_or(Timestamp(0))
}

#[cfg(test)]
mod tests;
