//! `fan_in`: many sources share a scan, so that none of them does much. Sources of one network (an IPv4 /24, an IPv6 /64) are counted
//! together; a host that far more sources try at a sensitive port than try its neighbours; and sources that have nothing in common but
//! that they came in the same hour.

mod botnet;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use net_scout_algorithms::{densest, ports, probes, source_network};
use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Window, format_timestamp, query, rule};

rule!(describe, evaluate);

const DAY: i64 = 86_400_000_000;
/// What is left of the text of an IPv4 address without these at its end is its /24.
const DIGITS: &str = "0123456789";
/// So many sources, ports and hosts are named in the evidence.
const NAMED: usize = 20;
/// With fewer hosts there are no neighbours to compare with.
const NEIGHBOURS: usize = 3;

fn describe() -> Description {
    let threshold = |name, default, least, meaning| Parameter::integer(name, default, least..=1_000_000, meaning);
    Description::rule("fan_in", env!("CARGO_PKG_VERSION"), "Many sources of one network, or of many networks, share a scan")
        .alert_type("fan_in")
        .history(86_400)
        .parameter(threshold("sources_threshold", 4, 2, "So many sources of a network, or more, must take part"))
        .parameter(threshold(
            "ports_threshold",
            12,
            2,
            "Alert when together they try this many distinct ports, or more, within 24 hours",
        ))
        .parameter(threshold("targets_threshold", 12, 2, "Or this many distinct hosts; for sources of many networks also a fifth of the known hosts, but at least 5"))
        .parameter(threshold("one_door_threshold", 10, 2, "Or when this many sources, or more, try sensitive ports of few hosts"))
        .parameter(threshold(
            "crowd_threshold",
            100,
            2,
            "Alert when a sensitive port of a host is tried by this many sources of any network, or more, within 24 hours",
        ))
        .parameter(threshold("crowd_factor", 5, 1, "And by so many times more than its neighbours are, or than in other hours"))
        .parameter(threshold(
            "botnet_sources_threshold",
            20,
            3,
            "Alert when this many sources of any network, or more, each of which does little, together try many ports of a host, or one port of many hosts, within an hour",
        ))
        .parameter(threshold("botnet_ports_threshold", 30, 2, "So many ports of the host"))
        .reads("events", &["id", "time", "src_ip", "src_port", "dst_ip", "dst_port", "verdict", "direction", "tcp_flags", "proto"])
}

/// The times, sources, ports and hosts of a network, in the order of time.
type Found = (Vec<i64>, Vec<String>, Vec<i64>, Vec<String>);

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let mut alerts = networks(&window, arguments)?;
    alerts.extend(crowds(&window, arguments)?);
    alerts.extend(botnet::alerts(&window, arguments)?);
    Ok(alerts)
}

/// Networks whose sources share a scan.
fn networks(window: &Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let columns = "json_group_array(time ORDER BY time), json_group_array(src_ip ORDER BY time),
        json_group_array(dst_port ORDER BY time), json_group_array(coalesce(dst_ip, '') ORDER BY time)";
    let least = arguments.integer("sources_threshold")?;
    let sql = format!(
        "SELECT {columns} FROM events WHERE ({}) AND src_ip LIKE '%.%' GROUP BY rtrim(src_ip, '{DIGITS}')
         HAVING COUNT(*) >= ?1 AND COUNT(DISTINCT src_ip) >= ?1 AND {} AND MAX(time) >= ?2",
        probes::DROPPED,
        probes::CLOSE
    );
    let mut alerts = Vec::new();
    for row in query::<Found>(&sql, &[least.into(), window.since.into()])? {
        alerts.extend(network(window, arguments, &row?)?);
    }
    // The /64 of an IPv6 address is not in its text: sources come one by one, the busiest first.
    let sql = format!(
        "SELECT src_ip, json_group_array(time ORDER BY time), json_group_array(dst_port ORDER BY time),
             json_group_array(coalesce(dst_ip, '') ORDER BY time)
         FROM events WHERE ({}) AND src_ip LIKE '%:%' GROUP BY src_ip ORDER BY COUNT(*) DESC, src_ip LIMIT 50000",
        probes::DROPPED
    );
    let mut of_network: BTreeMap<String, Vec<(i64, String, i64, String)>> = BTreeMap::new();
    for row in query::<(String, Vec<i64>, Vec<i64>, Vec<String>)>(&sql, &[])? {
        let (source, times, ports, hosts) = row?;
        let Some(network) = source_network(&source) else { continue };
        let events = of_network.entry(network.to_string()).or_default();
        for ((time, port), host) in times.into_iter().zip(ports).zip(hosts) {
            events.push((time, source.clone(), port, host));
        }
    }
    for mut events in of_network.into_values() {
        events.sort();
        let mut found = Found::default();
        for (time, source, port, host) in events {
            found.0.push(time);
            found.1.push(source);
            found.2.push(port);
            found.3.push(host);
        }
        alerts.extend(network(window, arguments, &found)?);
    }
    Ok(alerts)
}

/// Judges one network.
fn network(window: &Window, arguments: &Arguments, (times, sources, ports, hosts): &Found) -> Result<Option<Alert>, Error> {
    let (Some(&first), Some(&last), Some(lead)) = (times.first(), times.last(), most_frequent(sources)) else { return Ok(None) };
    let distinct_sources: BTreeSet<&String> = sources.iter().collect();
    let count = distinct_sources.len() as i64;
    let least = arguments.integer("sources_threshold")?;
    // Where one source did nearly all, it stands for itself.
    let of_lead = sources.iter().filter(|&source| source == lead).count();
    if count < least || last < window.since || of_lead * 4 > sources.len() * 3 {
        return Ok(None);
    }
    let at = |place: usize| times[place];
    let in_day = |keys: Vec<u64>| {
        let events: Vec<(i64, u64)> = keys.into_iter().enumerate().map(|(place, key)| (at(place), key)).collect();
        densest(&events, DAY).distinct as i64
    };
    let tried_ports = in_day(ports.iter().map(|port| port.unsigned_abs()).collect());
    let tried_hosts = in_day(numbered(hosts));
    let sensitive = ports.iter().filter(|&&port| ports::is_sensitive(port)).count() * 2 > ports.len();
    let taking_part = in_day(numbered(sources));
    let (ports_threshold, targets_threshold) = (arguments.integer("ports_threshold")?, arguments.integer("targets_threshold")?);
    let door_threshold = arguments.integer("one_door_threshold")?;
    let class = match () {
        () if tried_ports >= ports_threshold => "distributed port scan",
        () if tried_hosts >= targets_threshold => "distributed address scan",
        () if sensitive && taking_part >= door_threshold => "distributed tries of one door",
        () => return Ok(None),
    };
    let Some(of) = source_network(lead) else { return Ok(None) };
    let named: Vec<String> = distinct_sources.into_iter().take(500).cloned().collect();
    let mut tried: Vec<i64> = ports.iter().copied().collect::<BTreeSet<i64>>().into_iter().collect();
    tried.truncate(NAMED);
    let targets: BTreeSet<&String> = hosts.iter().collect();
    let target = (targets.len() == 1).then(|| hosts[0].clone()).filter(|host| !host.is_empty());
    let prefix = lead.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_owned();
    let mut alert =
        Alert::new("fan_in", 50 + (tried_ports.max(tried_hosts) / 2).min(30) + count.min(15)).from(lead.clone()).to(target);
    if of.length() == 24 {
        alert = alert.events(&format!("({}) AND rtrim(src_ip, '{DIGITS}') = ?1", probes::DROPPED), &[prefix.into()]);
    }
    Ok(Some(
        alert
            .evidence("class", class)
            .evidence("network", of.to_string())
            .evidence("network_sources", count)
            .evidence("sources_threshold", least)
            .evidence("ports", tried_ports)
            .evidence("ports_threshold", ports_threshold)
            .evidence("targets", tried_hosts)
            .evidence("targets_threshold", targets_threshold)
            .evidence("packets", times.len() as i64)
            .evidence("first", format_timestamp(first))
            .evidence("last", format_timestamp(last))
            .evidence("top_ports", tried)
            .evidence("sources", named)
            .techniques(&["T1046", "T1595.001"]),
    ))
}

fn most_frequent(list: &[String]) -> Option<&String> {
    let mut counts: HashMap<&String, i64> = HashMap::new();
    for text in list {
        *counts.entry(text).or_default() += 1;
    }
    counts.into_iter().max_by(|(one, count), (other, than)| count.cmp(than).then_with(|| other.cmp(one))).map(|(text, _)| text)
}

/// Equal texts become equal numbers.
fn numbered(list: &[String]) -> Vec<u64> {
    let mut numbers: HashMap<&String, u64> = HashMap::new();
    let mut next = 0;
    let mut number = |text| {
        *numbers.entry(text).or_insert_with(|| {
            next += 1;
            next
        })
    };
    list.iter().map(&mut number).collect()
}

/// Hosts that far more sources try at a sensitive port than try their neighbours there.
fn crowds(window: &Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let (threshold, factor) = (arguments.integer("crowd_threshold")?, arguments.integer("crowd_factor")?);
    let end = window.until.unwrap_or(window.now);
    let mut list = [ports::SENSITIVE.as_slice(), &ports::ABUSED].concat();
    list.sort_unstable();
    list.dedup();
    let sql = format!(
        "SELECT dst_port, dst_ip, COUNT(DISTINCT src_ip), MIN(time), MAX(time) FROM events
         WHERE ({}) AND (dst_port IN ({}) AND dst_ip IS NOT NULL AND time >= ?1) GROUP BY dst_port, dst_ip",
        probes::DROPPED,
        ports::sql_list(&list)
    );
    let mut of_port: BTreeMap<i64, Vec<(i64, String, i64, i64)>> = BTreeMap::new();
    for row in query::<(i64, String, i64, i64, i64)>(&sql, &[(end - DAY).max(window.events_since).into()])? {
        let (port, host, sources, first, last) = row?;
        of_port.entry(port).or_default().push((sources, host, first, last));
    }
    let mut alerts = Vec::new();
    let mut told = HashSet::new();
    for (port, mut hosts) in of_port {
        hosts.sort();
        let usual = hosts[hosts.len() / 2].0;
        if hosts.len() < NEIGHBOURS {
            continue;
        }
        for (sources, host, first, last) in hosts {
            if sources < threshold || sources < usual.saturating_mul(factor) || last < window.since || !told.insert(host.clone())
            {
                continue;
            }
            alerts.push(
                Alert::new("fan_in", 45 + (sources / threshold * 5).min(35))
                    .events(
                        &format!("dst_ip = ?1 AND dst_port = ?2 AND ({})", probes::DROPPED),
                        &[host.as_str().into(), port.into()],
                    )
                    .to(host)
                    .evidence("class", "many sources at one door")
                    .evidence("port", port)
                    .evidence("source_count", sources)
                    .evidence("crowd_threshold", threshold)
                    .evidence("usual_source_count", usual)
                    .evidence("crowd_factor", factor)
                    .evidence("first", format_timestamp(first))
                    .evidence("last", format_timestamp(last))
                    .techniques(&["T1046", "T1110"]),
            );
        }
    }
    Ok(alerts)
}
