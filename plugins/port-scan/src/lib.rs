//! `port_scan`: one source tries many ports, of one host or of several, in an hour, a day or a week.
//!
//! From outside only what was refused counts, and no answers: see `net_scout_algorithms::probes`. `other` has scans by local hosts and
//! those that were let through, `protocols` scans of protocols without ports.

mod other;
mod protocols;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use net_scout_algorithms::probes::Sent;
use net_scout_algorithms::{ScanType, densest, is_group, ports, probes, scan_type, shape};
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
/// A row of UDP with more packets than this is a stream, such as the voice of a call that has ended: scanners send one packet, or a few.
const STREAM: i64 = 10;

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
        .parameter(Parameter::integer(
            "stateless_ports_threshold",
            60,
            2..=65_536,
            "Alert when a source sends packets with ACK and without SYN to this many distinct ports, or more, within an hour: fewer are late packets of connections whose state was lost",
        ))
        .parameter(Parameter::integer(
            "accepted_ports_threshold",
            15,
            2..=1_023,
            "Alert when a source connects to this many well-known ports of one host, or more, within an hour, and is let through",
        ))
        .parameter(Parameter::integer(
            "protocols_threshold",
            10,
            2..=256,
            "Alert when a source tries this many IP protocols of one host, or more",
        ))
        .reads(
            "events",
            &["id", "time", "src_ip", "src_port", "dst_ip", "dst_port", "verdict", "direction", "tcp_flags", "proto", "hit_count"],
        )
}

/// What stands for TCP flags that are not known.
const UNKNOWN: &str = "-";

/// What the host says of a source: distinct source ports, the lowest and the highest, how many rows are streams of UDP, the protocols, the
/// TCP flags, the times with the ports, and the hosts, both in the order of time.
type Found = (String, i64, Option<i64>, Option<i64>, i64, Vec<String>, Vec<String>, Vec<i64>, Vec<String>);

/// A window with the threshold that holds in it.
type Threshold<'a> = (&'a str, i64, &'a str, i64);

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let mut thresholds = Vec::new();
    for (name, seconds, parameter) in WINDOWS {
        thresholds.push((name, seconds, parameter, arguments.integer(parameter)?));
    }
    let late = ("1 hour", 3_600, "stateless_ports_threshold", arguments.integer("stateless_ports_threshold")?);
    let mut alerts = Alerts::default();
    for found in sources(&window, probes::DROPPED, &thresholds)? {
        alerts.add(judge(&window, probes::DROPPED, &thresholds, found)?);
    }
    for found in sources(&window, probes::STATELESS, &[late])? {
        alerts.add(judge(&window, probes::STATELESS, &[late], found)?);
    }
    for alert in other::refused_outside(&window, &thresholds)? {
        alerts.add(Some(alert));
    }
    for alert in other::let_through(&window, arguments.integer("accepted_ports_threshold")?)? {
        alerts.add(Some(alert));
    }
    for alert in protocols::alerts(&window, arguments.integer("protocols_threshold")?)? {
        alerts.add(Some(alert));
    }
    Ok(alerts.list)
}

/// The alerts, one for each source and host: the first says it.
#[derive(Default)]
struct Alerts {
    known: BTreeSet<(String, String)>,
    list: Vec<Alert>,
}

/// A source, the host that it scans where it is one, and the alert.
type Accused = (String, Option<String>, Alert);

impl Alerts {
    fn add(&mut self, accused: Option<Accused>) {
        if let Some((source, host, alert)) = accused
            && self.known.insert((source, host.unwrap_or_default()))
        {
            self.list.push(alert);
        }
    }
}

/// The sources that tried enough ports.
fn sources(window: &Window, condition: &str, thresholds: &[Threshold]) -> Result<Vec<Found>, Error> {
    let gate = thresholds.iter().map(|(.., threshold)| *threshold).min().unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT src_ip, COUNT(DISTINCT src_port), MIN(src_port), MAX(src_port),
             COUNT(*) FILTER (WHERE hit_count > {STREAM} AND proto IN ('UDP', 'udp') AND dst_port >= 1024),
             json_group_array(DISTINCT coalesce(proto, '{UNKNOWN}')),
             json_group_array(DISTINCT coalesce(tcp_flags, '{UNKNOWN}')),
             json_group_array((time - ?1) / {SECOND} * {PORTS} + dst_port ORDER BY time),
             json_group_array(coalesce(dst_ip, '') ORDER BY time)
         FROM events WHERE {condition} GROUP BY src_ip
         HAVING COUNT(*) >= ?2 AND MAX(time) > ?3 AND COUNT(DISTINCT dst_port) >= ?2 AND src_ip IS NOT NULL"
    );
    // Times are compared in whole seconds later.
    query::<Found>(&sql, &[window.events_since.into(), gate.into(), window.since.saturating_sub(SECOND).into()])?.collect()
}

fn judge(window: &Window, condition: &str, thresholds: &[Threshold], found: Found) -> Result<Option<Accused>, Error> {
    let (source, source_ports, lowest_source_port, highest_source_port, streams, protos, flags, tried, hosts) = found;
    // What goes to a group of hosts tries nothing.
    let groups: HashSet<&String> = hosts.iter().collect::<HashSet<_>>().into_iter().filter(|host| is_group(host)).collect();
    let (tried, hosts): (Vec<(i64, i64)>, Vec<&String>) = tried
        .iter()
        .zip(&hosts)
        .filter(|(_, host)| !groups.contains(host))
        .map(|(both, host)| ((both.div_euclid(PORTS), both.rem_euclid(PORTS)), host))
        .unzip();
    let at = |seconds: i64| window.events_since + seconds * SECOND;
    let (Some(&(first, _)), Some(&(last, _))) = (tried.first(), tried.last()) else { return Ok(None) };
    let (first, last) = (at(first), at(last));
    // What is older was told before. Times here are whole seconds.
    if last + SECOND <= window.since {
        return Ok(None);
    }
    let all: HashSet<i64> = tried.iter().map(|(_, port)| *port).collect();
    let lowest_port = all.iter().min().copied().unwrap_or_default();
    let packets = tried.len() as i64;
    let sent = Sent {
        packets,
        source_ports,
        lowest_source_port,
        highest_source_port,
        ports: all.len() as i64,
        lowest_port,
        ephemeral: tried.iter().filter(|(_, port)| *port >= probes::FIRST_EPHEMERAL).count() as i64,
        beginnings: i64::from(flags.iter().any(|flags| flags == "SYN")),
    };
    if sent.are_answers() || streams * 3 >= packets {
        return Ok(None);
    }
    let dense = thresholds.iter().find_map(|&(name, seconds, parameter, threshold)| {
        let densest = densest(&tried, seconds);
        (densest.distinct as i64 >= threshold).then_some((name, parameter, threshold, densest))
    });
    let Some((name, parameter, threshold, densest)) = dense else { return Ok(None) };
    // UDP to high ports of somebody whom a local host spoke to first is the rest of what they spoke of.
    let udp = protos.iter().all(|proto| proto.eq_ignore_ascii_case("udp"));
    if udp && lowest_port >= 1024 && was_spoken_to(&source, last)? {
        return Ok(None);
    }
    let mut of_host: BTreeMap<&str, HashSet<i64>> = BTreeMap::new();
    for ((_, port), host) in tried.iter().zip(hosts) {
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
        .events(&format!("src_ip = ?1 AND {condition}"), &[source.as_str().into()])
        .from(source.clone())
        .to(target.clone())
        .evidence("class", shape.name())
        .evidence("ports", all.len() as i64)
        .evidence("ports_in_window", densest.distinct as i64)
        .evidence("ports_threshold", threshold)
        .evidence("ports_window", name)
        .evidence("threshold_parameter", parameter)
        .evidence("targets", of_host.len() as i64)
        .evidence("packets", packets)
        .evidence("first", format_timestamp(first))
        .evidence("last", format_timestamp(last))
        .evidence("top_ports", most_tried(&tried))
        .techniques(&["T1046", "T1595.001"]);
    if !sensitive.is_empty() {
        alert = alert.evidence("sensitive_ports", sensitive);
    }
    let scan_types = scan_types(&protos, &flags);
    if !scan_types.is_empty() {
        alert = alert.evidence("scan_types", scan_types);
    }
    if let [proto] = protos.as_slice()
        && proto != UNKNOWN
    {
        alert = alert.evidence("protocol", proto.as_str());
    }
    Ok(Some((source, target, alert)))
}

/// Whether a local host sent something to this address before.
fn was_spoken_to(address: &str, before: i64) -> Result<bool, Error> {
    let sql = "SELECT COUNT(*) FROM events WHERE direction = 'OUTBOUND' AND dst_ip = ?1 AND time < ?2";
    let spoken = query::<(i64,)>(sql, &[address.into(), before.into()])?.last().transpose()?;
    Ok(spoken.is_some_and(|(count,)| count > 0))
}

/// How the source scans, as far as the log says it.
fn scan_types(protos: &[String], flags: &[String]) -> Vec<String> {
    let mut types: Vec<&str> = flags
        .iter()
        .filter(|flags| *flags != UNKNOWN)
        .filter_map(|flags| scan_type("TCP", Some(flags)))
        .chain(protos.iter().filter_map(|proto| scan_type(proto, None)))
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
