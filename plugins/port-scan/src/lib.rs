//! `port_scan`: one source tries many ports, of one host or of several, in an hour, a day or a week.
//!
//! Only what was dropped counts, and no answers: see `net_scout_algorithms::probes`.

use std::collections::{BTreeMap, HashMap, HashSet};

use net_scout_algorithms::probes::Sent;
use net_scout_algorithms::{ScanType, densest, ports, probes, scan_type, shape};
use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Window, format_timestamp, query, rule};

rule!(describe, evaluate);

const SECOND: i64 = 1_000_000;
/// What a number of a port is multiplied by: a second and a port are one integer.
const PORTS: i64 = 65_536;
/// The windows: their name, their length in seconds, and the parameter with the threshold.
const WINDOWS: [(&str, i64, &str); 3] = [
    ("1 hour", 3_600, "hour_ports_threshold"),
    ("24 hours", 86_400, "day_ports_threshold"),
    ("7 days", 604_800, "week_ports_threshold"),
];
/// So many of the ports are named in the evidence.
const NAMED: usize = 20;

fn describe() -> Description {
    let threshold = |name, default, window| {
        let meaning = format!("Alert when a source tries this many distinct ports, or more, within {window}");
        Parameter::integer(name, default, 2..=65_536, &meaning)
    };
    Description::rule("port_scan", env!("CARGO_PKG_VERSION"), "One source tries many ports of one host or of several")
        .alert_type("port_scan")
        .history(86_400)
        .parameter(threshold("hour_ports_threshold", 10, "an hour"))
        .parameter(threshold("day_ports_threshold", 12, "24 hours"))
        .parameter(threshold("week_ports_threshold", 40, "7 days"))
        .reads(
            "events",
            &["id", "time", "src_ip", "src_port", "dst_ip", "dst_port", "verdict", "direction", "tcp_flags", "proto"],
        )
}

/// What stands for TCP flags that are not known.
const UNKNOWN: &str = "-";

/// What the host says of a source: distinct source ports and the lowest, the lowest and highest protocol, the TCP flags, the times with
/// the ports, and the hosts, both in the order of time.
type Found = (String, i64, Option<i64>, Option<String>, Option<String>, Vec<String>, Vec<i64>, Vec<String>);

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let mut thresholds = Vec::new();
    for (name, seconds, parameter) in WINDOWS {
        thresholds.push((name, seconds, parameter, arguments.integer(parameter)?));
    }
    let gate = thresholds.iter().map(|(.., threshold)| *threshold).min().unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT src_ip, COUNT(DISTINCT src_port), MIN(src_port), MIN(proto), MAX(proto),
             json_group_array(DISTINCT coalesce(tcp_flags, '{UNKNOWN}')),
             json_group_array((time - ?1) / {SECOND} * {PORTS} + dst_port ORDER BY time),
             json_group_array(coalesce(dst_ip, '') ORDER BY time)
         FROM events WHERE {} GROUP BY src_ip HAVING COUNT(*) >= ?2 AND COUNT(DISTINCT dst_port) >= ?2",
        probes::DROPPED
    );
    let mut alerts = Vec::new();
    for row in query::<Found>(&sql, &[window.events_since.into(), gate.into()])? {
        alerts.extend(judge(&window, &thresholds, row?));
    }
    Ok(alerts)
}

fn judge(window: &Window, thresholds: &[(&str, i64, &str, i64)], found: Found) -> Option<Alert> {
    let (source, source_ports, source_port, proto, other_proto, flags, tried, hosts) = found;
    let tried: Vec<(i64, i64)> = tried.iter().map(|both| (both.div_euclid(PORTS), both.rem_euclid(PORTS))).collect();
    let at = |seconds: i64| window.events_since + seconds * SECOND;
    let (first, last) = (at(tried.first()?.0), at(tried.last()?.0));
    // What is older was told before. Times here are whole seconds.
    if last + SECOND <= window.since {
        return None;
    }
    let all: HashSet<i64> = tried.iter().map(|(_, port)| *port).collect();
    let sent = Sent {
        packets: tried.len() as i64,
        source_ports,
        lowest_source_port: source_port,
        ports: all.len() as i64,
        lowest_port: *all.iter().min()?,
        ephemeral: tried.iter().filter(|(_, port)| *port >= probes::FIRST_EPHEMERAL).count() as i64,
        beginnings: i64::from(flags.iter().any(|flags| flags == "SYN")),
    };
    if sent.are_answers() {
        return None;
    }
    let (name, parameter, threshold, densest) = thresholds.iter().find_map(|&(name, seconds, parameter, threshold)| {
        let densest = densest(&tried, seconds);
        (densest.distinct as i64 >= threshold).then_some((name, parameter, threshold, densest))
    })?;
    let mut of_host: BTreeMap<&str, HashSet<i64>> = BTreeMap::new();
    for ((_, port), host) in tried.iter().zip(&hosts) {
        of_host.entry(host).or_default().insert(*port);
    }
    let pairs = of_host.values().map(HashSet::len).sum();
    let shape = shape(of_host.len(), all.len(), pairs);
    let sensitive: Vec<i64> = sorted(all.iter().copied().filter(|&port| ports::is_sensitive(port)));
    // The one that was tried most, where it stands out.
    let target = of_host.iter().max_by_key(|(_, ports)| ports.len()).filter(|(_, ports)| ports.len() * 2 > pairs);
    let target = target.map(|(host, _)| (*host).to_owned()).filter(|host| !host.is_empty());
    let score = 40 + (all.len() as i64 / 4).min(40) + 2 * (sensitive.len() as i64).min(10);

    let mut alert = Alert::new("port_scan", score)
        .events(&format!("src_ip = ?1 AND {}", probes::DROPPED), &[source.as_str().into()])
        .from(source)
        .to(target)
        .evidence("class", shape.name())
        .evidence("ports", all.len() as i64)
        .evidence("ports_in_window", densest.distinct as i64)
        .evidence("ports_threshold", threshold)
        .evidence("ports_window", name)
        .evidence("threshold_parameter", parameter)
        .evidence("targets", of_host.len() as i64)
        .evidence("packets", tried.len() as i64)
        .evidence("first", format_timestamp(first))
        .evidence("last", format_timestamp(last))
        .evidence("top_ports", most_tried(&tried))
        .techniques(&["T1046", "T1595.001"]);
    if !sensitive.is_empty() {
        alert = alert.evidence("sensitive_ports", sensitive);
    }
    let scan_types = scan_types(proto.as_deref(), other_proto.as_deref(), &flags);
    if !scan_types.is_empty() {
        alert = alert.evidence("scan_types", scan_types);
    }
    match proto {
        Some(proto) if Some(&proto) == other_proto.as_ref() => Some(alert.evidence("protocol", proto)),
        _ => Some(alert),
    }
}

/// How the source scans, as far as the log says it.
fn scan_types(proto: Option<&str>, other_proto: Option<&str>, flags: &[String]) -> Vec<String> {
    let mut types: Vec<&str> = flags
        .iter()
        .filter(|flags| *flags != UNKNOWN)
        .filter_map(|flags| scan_type("TCP", Some(flags)))
        .chain([proto, other_proto].into_iter().flatten().filter_map(|proto| scan_type(proto, None)))
        .map(ScanType::name)
        .collect();
    types.sort_unstable();
    types.dedup();
    types.into_iter().map(str::to_owned).collect()
}

fn most_tried(tried: &[(i64, i64)]) -> Vec<i64> {
    let mut counts: HashMap<i64, i64> = HashMap::new();
    for (_, port) in tried {
        *counts.entry(*port).or_default() += 1;
    }
    let mut counts: Vec<(i64, i64)> = counts.into_iter().map(|(port, count)| (-count, port)).collect();
    counts.sort_unstable();
    counts.truncate(NAMED);
    counts.into_iter().map(|(_, port)| port).collect()
}

fn sorted(list: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut list: Vec<i64> = list.collect();
    list.sort_unstable();
    list
}
