//! Ping sweeps: one source outside pings many hosts, to see which are there. Whether the pings were let in does not matter.

use std::collections::HashSet;

use net_scout_algorithms::{densest, is_group};
use net_scout_sdk::{Alert, Error, Window, format_timestamp, query};

use super::NAMED;

/// Echo requests and what else ICMP has: the log does not say. Errors come from routers on the way, and to few hosts.
const ICMP: &str = "direction = 'INBOUND' AND proto IN ('ICMP', 'icmp', 'ICMPv6', 'icmpv6', 'ICMPV6', 'IPV6-ICMP', 'ipv6-icmp')";

/// What one source did.
pub(super) struct Pings {
    pub(super) source: String,
    hosts: HashSet<String>,
    in_window: i64,
    threshold: i64,
    window: &'static str,
    first: i64,
    last: i64,
}

pub(super) fn sweeps(
    seen: &Window,
    windows: &[(&'static str, i64, i64)],
    local: impl Fn(&str) -> bool,
) -> Result<Vec<Pings>, Error> {
    let gate = windows.iter().map(|(.., threshold)| *threshold).min().unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT src_ip, json_group_array(time ORDER BY time), json_group_array(coalesce(dst_ip, '') ORDER BY time) FROM events
         WHERE {ICMP} GROUP BY src_ip HAVING COUNT(DISTINCT dst_ip) >= ?1 AND MAX(time) >= ?2 AND src_ip IS NOT NULL"
    );
    let mut found = Vec::new();
    for row in query::<(String, Vec<i64>, Vec<String>)>(&sql, &[gate.into(), seen.since.into()])? {
        let (source, times, hosts) = row?;
        // Inside, hosts ask for their neighbours all the time, and monitoring asks whether all are there.
        if local(&source) {
            continue;
        }
        let pings: Vec<(i64, &str)> =
            times.iter().copied().zip(hosts.iter().map(String::as_str)).filter(|(_, host)| !is_group(host)).collect();
        let dense = windows.iter().find_map(|&(window, span, threshold)| {
            let densest = densest(&pings, span).distinct as i64;
            (densest >= threshold).then_some((window, threshold, densest))
        });
        let (Some((window, threshold, in_window)), Some(&(first, _)), Some(&(last, _))) = (dense, pings.first(), pings.last())
        else {
            continue;
        };
        let hosts = pings.iter().map(|(_, host)| (*host).to_owned()).collect();
        found.push(Pings { source, hosts, in_window, threshold, window, first, last });
    }
    Ok(found)
}

impl Pings {
    pub(super) fn alert(self) -> Alert {
        let Self { source, hosts, in_window, threshold, window, first, last } = self;
        let targets = hosts.len() as i64;
        let mut named: Vec<String> = hosts.into_iter().collect();
        named.sort();
        named.truncate(NAMED);
        Alert::new("port_sweep", 30 + (targets / 4).min(30))
            .events(&format!("src_ip = ?1 AND {ICMP}"), &[source.as_str().into()])
            .from(source)
            .evidence("class", "ping sweep")
            .evidence("targets", targets)
            .evidence("targets_in_window", in_window)
            .evidence("targets_threshold", threshold)
            .evidence("targets_window", window)
            .evidence("direction", "incoming")
            .evidence("first", format_timestamp(first))
            .evidence("last", format_timestamp(last))
            .evidence("top_targets", named)
            .techniques(&["T1018", "T1595.001"])
    }
}
