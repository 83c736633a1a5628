//! Scans that are not refused at the edge of the network: those by local hosts, and those that are let through, as in flow logs.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use net_scout_algorithms::{densest, is_private, ports, probes};
use net_scout_sdk::{Alert, Error, Value, Window, format_timestamp, places, query};

use super::{Accused, NAMED, SECOND, Threshold};

/// At most so many sources are asked about at once: a longer query does not run in memory.
const CHUNK: usize = 200;
/// Who comes back so often to the ports of a host of the same network knows them, as monitoring does.
const KNOWN: usize = 3;

/// A source, a host, and the times and ports in the order of time.
type Pair = (String, String, Vec<i64>, Vec<i64>);

/// Local hosts that are refused at many ports of one host. Where an ordinary host is refused, it is at one port, or two.
pub(super) fn refused_outside(window: &Window, thresholds: &[Threshold]) -> Result<Vec<Accused>, Error> {
    let gate = thresholds.iter().map(|(.., threshold)| *threshold).min().unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT src_ip, dst_ip, json_group_array(time ORDER BY time), json_group_array(dst_port ORDER BY time) FROM events
         WHERE {} GROUP BY src_ip, dst_ip
         HAVING COUNT(*) >= ?1 AND COUNT(DISTINCT dst_port) >= ?1 AND MAX(time) >= ?2 AND src_ip IS NOT NULL AND dst_ip IS NOT NULL",
        probes::REFUSED_OUTSIDE
    );
    let mut accused = Vec::new();
    for row in query::<Pair>(&sql, &[gate.into(), window.since.into()])? {
        let (source, host, times, tried) = row?;
        let events: Vec<(i64, i64)> = times.iter().copied().zip(tried.iter().copied()).collect();
        let dense = thresholds.iter().find_map(|&(name, seconds, parameter, threshold)| {
            let densest = densest(&events, seconds * SECOND).distinct as i64;
            (densest >= threshold).then_some((name, parameter, threshold, densest))
        });
        let Some((name, parameter, threshold, in_window)) = dense else { continue };
        let pair = Described { source, host, events, outcome: "refused", condition: probes::REFUSED_OUTSIDE };
        accused.push(pair.accused(65, name, parameter, threshold, in_window));
    }
    Ok(accused)
}

/// Sources that are let through at very many well-known ports of one host. High ports are those of file transfers, calls and peers.
pub(super) fn let_through(window: &Window, threshold: i64) -> Result<Vec<Accused>, Error> {
    let sql = format!(
        "SELECT src_ip FROM events WHERE {} GROUP BY src_ip HAVING COUNT(DISTINCT dst_port) >= ?1 AND src_ip IS NOT NULL",
        probes::LET_THROUGH
    );
    let sources: Vec<String> =
        query::<(String,)>(&sql, &[threshold.into()])?.map(|row| row.map(|(source,)| source)).collect::<Result<_, _>>()?;
    let networks = window.local_networks();
    let local = |address: &str| networks.contains(address) || is_private(address);
    let mut accused = Vec::new();
    for chunk in sources.chunks(CHUNK) {
        let sql = format!(
            "SELECT src_ip, dst_ip, json_group_array(time ORDER BY time), json_group_array(dst_port ORDER BY time) FROM events
             WHERE ({}) AND src_ip IN ({}) GROUP BY src_ip, dst_ip
             HAVING COUNT(DISTINCT dst_port) >= ?1 AND MAX(time) >= ?2 AND dst_ip IS NOT NULL",
            probes::LET_THROUGH,
            places(3, chunk.len())
        );
        let mut values: Vec<Value> = vec![threshold.into(), window.since.into()];
        values.extend(chunk.iter().map(|source| Value::from(source.as_str())));
        for row in query::<Pair>(&sql, &values)? {
            let (source, host, times, tried) = row?;
            let events: Vec<(i64, i64)> = times.iter().copied().zip(tried.iter().copied()).collect();
            let in_window = densest(&events, 3_600 * SECOND).distinct as i64;
            let different: HashSet<i64> = tried.iter().copied().collect();
            let comes_back = tried.len() >= different.len() * KNOWN;
            if in_window < threshold || (comes_back && local(&source) && local(&host)) {
                continue;
            }
            let pair = Described { source, host, events, outcome: "let through", condition: probes::LET_THROUGH };
            accused.push(pair.accused(50, "1 hour", "accepted_ports_threshold", threshold, in_window));
        }
    }
    Ok(accused)
}

/// What a source did with a host.
struct Described {
    source: String,
    host: String,
    events: Vec<(i64, i64)>,
    outcome: &'static str,
    condition: &'static str,
}

impl Described {
    fn accused(self, base: i64, window: &str, parameter: &str, threshold: i64, in_window: i64) -> Accused {
        let Self { source, host, events, outcome, condition } = self;
        let tried: BTreeSet<i64> = events.iter().map(|(_, port)| *port).collect();
        let sensitive: Vec<i64> = tried.iter().copied().filter(|&port| ports::is_sensitive(port)).collect();
        let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
        events.iter().for_each(|(_, port)| *counts.entry(*port).or_default() += 1);
        let mut top: Vec<(i64, i64)> = counts.into_iter().map(|(port, count)| (-count, port)).collect();
        top.sort_unstable();
        let (first, last) = (events.first().map_or(0, |(time, _)| *time), events.last().map_or(0, |(time, _)| *time));
        let score = base + (tried.len() as i64 / 4).min(20) + (sensitive.len() as i64).min(10);
        let mut alert = Alert::new("port_scan", score)
            .events(&format!("src_ip = ?1 AND dst_ip = ?2 AND {condition}"), &[source.as_str().into(), host.as_str().into()])
            .from(source.clone())
            .to(host.clone())
            .evidence("class", "port scan")
            .evidence("outcome", outcome)
            .evidence("ports", tried.len() as i64)
            .evidence("ports_in_window", in_window)
            .evidence("ports_threshold", threshold)
            .evidence("ports_window", window)
            .evidence("threshold_parameter", parameter)
            .evidence("targets", 1_i64)
            .evidence("packets", events.len() as i64)
            .evidence("first", format_timestamp(first))
            .evidence("last", format_timestamp(last))
            .evidence("top_ports", top.into_iter().take(NAMED).map(|(_, port)| port).collect::<Vec<_>>())
            .techniques(&["T1046"]);
        if !sensitive.is_empty() {
            alert = alert.evidence("sensitive_ports", sensitive);
        }
        (source, Some(host), alert)
    }
}
