//! `port_sweep`: one source tries one port of many hosts: so many, or so large a part of the addresses that this network is known to
//! have. A fixed number alone never fires on a small network.
//!
//! From outside what was refused counts at any port, and no answers; what was let through counts at sensitive ports. Of local hosts what
//! they send to ports that worms spread through counts. `pings` has sweeps by ICMP.

mod known;
mod pings;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use net_scout_algorithms::probes::Sent;
use net_scout_algorithms::{Densest, densest, is_group, is_private, ports, probes};
use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Window, format_timestamp, query, rule};

rule!(describe, evaluate);

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// So many of the hosts are named in the evidence.
const NAMED: usize = 20;

fn describe() -> Description {
    let bounds = 2..=1_000_000;
    Description::rule("port_sweep", env!("CARGO_PKG_VERSION"), "One source tries one port of many hosts")
        .alert_type("port_sweep")
        .history(86_400)
        .parameter(Parameter::integer(
            "hour_targets_threshold",
            10,
            bounds.clone(),
            "Alert when a source tries a port of this many hosts, or more, within an hour",
        ))
        .parameter(Parameter::integer(
            "day_targets_threshold",
            15,
            bounds.clone(),
            "Alert when a source tries a port of this many hosts, or more, within 24 hours",
        ))
        .parameter(Parameter::integer(
            "coverage_percent",
            20,
            1..=100,
            "Alert when a source tries a port of this part of all known local addresses, or more, within an hour, or of twice this part within 24 hours",
        ))
        .parameter(Parameter::integer(
            "coverage_least",
            5,
            bounds.clone(),
            "But never, by that part, for fewer hosts than this",
        ))
        .parameter(Parameter::integer(
            "outgoing_targets_threshold",
            32,
            bounds,
            "Alert when a local host goes to a port that worms use on this many hosts, or more, within an hour",
        ))
        .reads("events", &["id", "time", "src_ip", "src_port", "dst_ip", "dst_port", "verdict", "direction", "tcp_flags", "proto"])
}

/// What one source did with one port.
struct Sweep {
    port: i64,
    hosts: HashSet<String>,
    densest: Densest,
    threshold: i64,
    window: &'static str,
    first: i64,
    last: i64,
}

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let networks = window.local_networks();
    let local = |address: &str| networks.contains(address) || is_private(address);
    // Where no network is known, whatever packets come in to is inside.
    let known = known::hosts(|address| networks.is_empty() || local(address))?;
    let (percent, least) = (arguments.integer("coverage_percent")?, arguments.integer("coverage_least")?);
    let part = |percent: i64| (known.saturating_mul(percent.min(100)) / 100).max(least);
    let hour = arguments.integer("hour_targets_threshold")?.min(part(percent));
    let day = arguments.integer("day_targets_threshold")?.min(part(percent * 2));
    let mut alerts = Vec::new();
    let windows = [("1 hour", HOUR, hour), ("24 hours", DAY, day)];
    let mut told = BTreeSet::new();
    for (source, sweeps) in sweeps(&window, probes::DROPPED, &windows)? {
        told.insert(source.clone());
        alerts.extend(alert(source, &sweeps, &REFUSED).map(|alert| alert.evidence("known_targets", known)));
    }
    for (source, sweeps) in sweeps(&window, &let_in(), &windows)? {
        // Who is let in from a network of the own does what it is for: monitoring, backups.
        if !local(&source) && told.insert(source.clone()) {
            alerts.extend(alert(source, &sweeps, &LET_IN).map(|alert| alert.evidence("known_targets", known)));
        }
    }
    let outgoing = arguments.integer("outgoing_targets_threshold")?;
    let condition = format!("direction = 'OUTBOUND' AND dst_port IN ({})", ports::sql_list(&ports::ABUSED));
    for (source, sweeps) in sweeps(&window, &condition, &[("1 hour", HOUR, outgoing)])? {
        told.insert(source.clone());
        alerts.extend(alert(source, &sweeps, &OUTGOING));
    }
    for found in pings::sweeps(&window, &windows, local)? {
        if told.insert(found.source.clone()) {
            alerts.push(found.alert().evidence("known_targets", known));
        }
    }
    Ok(alerts)
}

/// What a sweep is about.
struct Kind {
    base: i64,
    direction: &'static str,
    outcome: Option<&'static str>,
    techniques: [&'static str; 2],
    condition: fn() -> String,
}

const REFUSED: Kind = Kind {
    base: 40,
    direction: "incoming",
    outcome: None,
    techniques: ["T1046", "T1595.001"],
    condition: || probes::DROPPED.to_owned(),
};
const LET_IN: Kind = Kind { base: 35, outcome: Some("let in"), condition: let_in, ..REFUSED };
const OUTGOING: Kind = Kind {
    base: 70,
    direction: "outgoing",
    outcome: None,
    techniques: ["T1046", "T1210"],
    condition: || "direction = 'OUTBOUND'".to_owned(),
};

/// Connections from outside to sensitive ports that were let in.
fn let_in() -> String {
    let mut list = [ports::SENSITIVE.as_slice(), &ports::ABUSED].concat();
    list.sort_unstable();
    list.dedup();
    format!(
        "direction = 'INBOUND' AND verdict = 'ACCEPT' AND dst_port IN ({}) AND (tcp_flags = 'SYN' OR coalesce(src_port, 65535) >= 1024) \
         AND coalesce(tcp_flags, '') NOT LIKE '%ACK%' AND coalesce(tcp_flags, '') NOT LIKE '%RST%'",
        ports::sql_list(&list)
    )
}

/// A source, distinct source ports, the lowest and the highest, how many packets begin connections, and the times, ports and hosts in the order of time.
type Found = (String, i64, Option<i64>, Option<i64>, i64, Vec<i64>, Vec<i64>, Vec<String>);

/// The sweeps of each source.
fn sweeps(seen: &Window, condition: &str, windows: &[(&'static str, i64, i64)]) -> Result<BTreeMap<String, Vec<Sweep>>, Error> {
    let gate = windows.iter().map(|(.., threshold)| *threshold).min().unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT src_ip, COUNT(DISTINCT src_port), MIN(src_port), MAX(src_port), COUNT(*) FILTER (WHERE tcp_flags = 'SYN'), json_group_array(time ORDER BY time),
             json_group_array(dst_port ORDER BY time), json_group_array(coalesce(dst_ip, '') ORDER BY time)
         FROM events WHERE {condition} GROUP BY src_ip
         HAVING COUNT(*) >= ?1 AND {} AND MAX(time) >= ?2 AND COUNT(DISTINCT dst_ip) >= ?1 AND src_ip IS NOT NULL",
        probes::CLOSE
    );
    let mut all: BTreeMap<String, Vec<Sweep>> = BTreeMap::new();
    for row in query::<Found>(&sql, &[gate.into(), seen.since.into()])? {
        let (source, source_ports, lowest_source_port, highest_source_port, beginnings, times, ports, hosts) = row?;
        let distinct: HashSet<i64> = ports.iter().copied().collect();
        let altogether = Sent {
            packets: ports.len() as i64,
            source_ports,
            lowest_source_port,
            highest_source_port,
            ports: distinct.len() as i64,
            lowest_port: distinct.iter().min().copied().unwrap_or_default(),
            ephemeral: ports.iter().filter(|port| **port >= probes::FIRST_EPHEMERAL).count() as i64,
            beginnings,
        };
        if altogether.are_answers() {
            continue;
        }
        let mut of_port: BTreeMap<i64, Vec<(i64, &str)>> = BTreeMap::new();
        for ((time, port), host) in times.into_iter().zip(ports).zip(&hosts) {
            if !is_group(host) {
                of_port.entry(port).or_default().push((time, host));
            }
        }
        for (port, tried) in of_port {
            let (Some(&(first, _)), Some(&(last, _))) = (tried.first(), tried.last()) else { continue };
            let packets = tried.len() as i64;
            let sent = Sent {
                packets,
                source_ports,
                lowest_source_port,
                highest_source_port,
                ports: 1,
                lowest_port: port,
                ephemeral: if port >= probes::FIRST_EPHEMERAL { packets } else { 0 },
                beginnings,
            };
            if last < seen.since || sent.are_answers() {
                continue;
            }
            let found = windows.iter().find_map(|&(window, span, threshold)| {
                let densest = densest(&tried, span);
                (densest.distinct as i64 >= threshold).then_some((window, threshold, densest))
            });
            let Some((window, threshold, densest)) = found else { continue };
            let hosts = tried.iter().map(|(_, host)| (*host).to_owned()).collect();
            all.entry(source.clone()).or_default().push(Sweep { port, hosts, densest, threshold, window, first, last });
        }
    }
    Ok(all)
}

fn alert(source: String, sweeps: &[Sweep], kind: &Kind) -> Option<Alert> {
    let strongest = sweeps.iter().max_by_key(|sweep| (sweep.densest.distinct, -sweep.port))?;
    let hosts: HashSet<&String> = sweeps.iter().flat_map(|sweep| &sweep.hosts).collect();
    let mut named: Vec<String> = hosts.iter().take(1_000).map(|&host| host.clone()).collect();
    named.sort();
    named.truncate(NAMED);
    let mut ports: Vec<i64> = sweeps.iter().map(|sweep| sweep.port).collect();
    ports.sort_unstable();
    ports.truncate(NAMED);
    let sensitive = sweeps.iter().any(|sweep| ports::is_sensitive(sweep.port));
    let score = kind.base + (hosts.len() as i64 / 4).min(40) + if sensitive { 15 } else { 0 };
    let condition = (kind.condition)();
    let events = format!("src_ip = ?1 AND ({condition}) AND dst_port IN ({})", ports::sql_list(&ports));
    let first = sweeps.iter().map(|sweep| sweep.first).min()?;
    let last = sweeps.iter().map(|sweep| sweep.last).max()?;
    let alert = Alert::new("port_sweep", score)
        .events(&events, &[source.as_str().into()])
        .from(source)
        .evidence("class", "address scan")
        .evidence("port", strongest.port)
        .evidence("ports", ports)
        .evidence("targets", hosts.len() as i64)
        .evidence("targets_in_window", strongest.densest.distinct as i64)
        .evidence("targets_threshold", strongest.threshold)
        .evidence("targets_window", strongest.window)
        .evidence("direction", kind.direction)
        .evidence("first", format_timestamp(first))
        .evidence("last", format_timestamp(last))
        .evidence("top_targets", named)
        .techniques(&kind.techniques);
    Some(match kind.outcome {
        Some(outcome) => alert.evidence("outcome", outcome),
        None => alert,
    })
}
