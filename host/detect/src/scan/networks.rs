//! The networks that are the operator's own, as the rules of a scan are told of them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::json;

use super::rows::each_row;
use net_scout_model::{ColumnType, Network, Networks, QueryError, QueryLimits, parse_address};
use net_scout_plugin_host::capability::query::QuerySource;
use net_scout_plugin_host::recording::{HOST, Tape};
use net_scout_store::{ReadGrant, Snapshot};

/// What tells the host's step in a recording.
const CALL: &str = "local networks";
/// The step.
const FUNCTION: &str = "host.local-networks";

/// The networks: written down where the scan is recorded, as they were then where it is repeated. Without any where it is repeated and
/// they are not in the recording.
pub async fn local_networks(tape: &Tape, now: impl Future<Output = Networks>) -> Networks {
    let session = tape.begin(HOST, CALL);
    let found = session.take(FUNCTION, || json!({}), async { Ok::<_, String>(now.await.texts()) }).await;
    let texts = found.ok().and_then(Result::ok).unwrap_or_default();
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

/// The columns that networks are learned from. They are learned where a rule requested them all.
pub const LEARNED_FROM: [&str; 3] = ["direction", "src_ip", "dst_ip"];
/// The ranges that are nobody's in the Internet (RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291): one that occurs is the operator's own.
const PRIVATE: [&str; 7] =
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10"];
/// How wide a network is taken around a public address: IPv4, IPv6.
const WIDENED: (u8, u8) = (24, 64);
/// The most public networks; those with the most events are kept.
const MOST: usize = 1_000;

/// The networks that the events show: private ranges that occur, and what lies around the public addresses on the near side of packets
/// that came in or went out.
///
/// # Errors
/// When the events cannot be read.
pub async fn learned(snapshot: &Arc<Snapshot>, limits: QueryLimits) -> Result<Networks, QueryError> {
    let mut grant = ReadGrant::default();
    grant.allow("events", LEARNED_FROM);
    let source = QuerySource { snapshot: Arc::clone(snapshot), grant: Arc::new(grant), limits, explain: None };
    let private: Networks = PRIVATE.iter().filter_map(|text| text.parse::<Network>().ok()).collect();
    let (mut found, mut public) = (BTreeSet::new(), HashMap::<Network, i64>::new());
    for (column, direction) in [("dst_ip", "INBOUND"), ("src_ip", "OUTBOUND")] {
        let near = format!(
            "SELECT {column}, COUNT(*) FROM events WHERE direction = '{direction}' AND {column} IS NOT NULL GROUP BY {column}"
        );
        let patterns =
            ["10.%", "172.%", "192.168.%", "100.%", "169.254.%", "f%"].map(|pattern| format!("{column} LIKE '{pattern}'"));
        let other = format!("SELECT {column}, COUNT(*) FROM events WHERE {} GROUP BY {column}", patterns.join(" OR "));
        for (sql, is_near) in [(near, true), (other, false)] {
            each_row(&source, sql, Vec::new(), &[ColumnType::Text, ColumnType::Integer], |row| {
                // What is no address is left out.
                let Some(address) = row.text(0).and_then(parse_address).map(|address| address.to_canonical()) else { return };
                match private.iter().find(|range| range.contains(address)) {
                    Some(range) => {
                        found.insert(*range);
                    }
                    None if is_near && is_unicast(address) => {
                        *public.entry(around(address)).or_default() += row.integer(1).unwrap_or_default();
                    }
                    None => {}
                }
            })
            .await?;
        }
    }
    let mut public: Vec<(Network, i64)> = public.into_iter().collect();
    public.sort_by_key(|(network, events)| (Reverse(*events), *network));
    public.truncate(MOST);
    Ok(found.into_iter().chain(public.into_iter().map(|(network, _)| network)).collect())
}

/// Whether it is the address of one machine that others can reach.
fn is_unicast(address: IpAddr) -> bool {
    let broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    !broadcast && !address.is_multicast() && !address.is_loopback() && !address.is_unspecified()
}

fn around(address: IpAddr) -> Network {
    Network::around(address, if address.is_ipv4() { WIDENED.0 } else { WIDENED.1 })
}
