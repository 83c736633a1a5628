//! `beacon`: a local host connects to a rare outside host as a clock does: malware that calls home. The score is RITA's, from times.

mod common;
mod judged;

use std::collections::BTreeMap;

use net_scout_algorithms::{is_group, is_private, ports, probes};
use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Value, Window, format_timestamp, places, query, rule};

use common::Common;
use judged::{Judged, Limits};

rule!(describe, evaluate);

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// At most so many destinations are asked about at once: a longer query does not run in memory.
const CHUNK: usize = 200;
/// A pair with more connections than this is a strobe, and no beacon.
const MOST: i64 = 86_400;
/// A command server has few ports that a host turns to one after the other.
const FEW_PORTS: usize = 5;
/// With fewer hosts inside than this, how many contact a destination says nothing.
const FEW_HOSTS: i64 = 5;

fn describe() -> Description {
    Description::rule("beacon", env!("CARGO_PKG_VERSION"), "A local host connects to a rare outside host as regularly as a clock")
        .alert_type("beacon")
        .history(86_400)
        .parameter(Parameter::real("score_threshold", 0.75, 0.0..=1.0, "Alert when the score of a pair is this, or more"))
        .parameter(Parameter::real(
            "hour_score_threshold",
            0.85,
            0.0..=1.0,
            "As score_threshold, for a single hour, in which programs that wait for something look regular, too",
        ))
        .parameter(Parameter::real(
            "spread_limit",
            5.0,
            1.0..=1_000_000.0,
            "But not where long intervals are more than this many times longer than short ones; in a single hour, half as many times",
        ))
        .parameter(Parameter::integer(
            "connections_threshold",
            20,
            4..=86_400,
            "Pairs with fewer connections in a day, or in the whole of a longer window, are left out",
        ))
        .parameter(Parameter::integer(
            "hour_connections_threshold",
            30,
            4..=86_400,
            "An hour with fewer connections of a pair is not looked at by itself",
        ))
        .parameter(Parameter::integer(
            "refused_connections_threshold",
            60,
            4..=1_000_000,
            "Alert also when so many connections of a pair are refused or never answered within an hour, however regular they are: a program calls a server that is gone or blocked",
        ))
        .parameter(Parameter::integer(
            "prevalence_percent",
            25,
            1..=100,
            "A destination that more than this part of the local hosts contact on a day is common, and left out for 30 days; two hosts are always few, and with fewer than five hosts none is left out",
        ))
        .parameter(Parameter::integer(
            "prevalence_hosts",
            50,
            2..=1_000_000,
            "And so is one that more than this many hosts contact, however many hosts there are",
        ))
        .parameter(Parameter::line(
            "ports",
            "",
            500,
            "Ports that are left out besides those of DNS, NTP, mail and the like, separated by commas",
        ))
        .reads("events", &["id", "time", "src_ip", "src_port", "dst_ip", "dst_port", "proto", "verdict", "direction", "tcp_flags"])
        .keeps_state(common::BYTES)
}

/// Source, host, and the times with, in one number each, port and verdict, both in the order of time.
type Found = (String, String, Vec<i64>, Vec<i64>);

/// The connections of a pair: one port of the host, or all.
struct Calls {
    port: Option<i64>,
    times: Vec<i64>,
    refused: Vec<i64>,
}

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let limits = Limits {
        day: arguments.integer("connections_threshold")?,
        hour: arguments.integer("hour_connections_threshold")?,
        score: arguments.real("score_threshold")?,
        hour_score: arguments.real("hour_score_threshold")?,
        spread: arguments.real("spread_limit")?,
        refused: arguments.integer("refused_connections_threshold")?,
    };
    let more = ports::parse(arguments.text("ports")?).map_err(Error::InvalidParameter)?;
    let list = [ports::PERIODIC.as_slice(), &more].concat();
    // Names are asked for over UDP (RFC 7766): who connects to port 53 again and again hides behind it.
    let over_tcp = if more.contains(&53) { "" } else { " OR (dst_port = 53 AND proto IN ('TCP', 'tcp'))" };
    let networks = window.local_networks();
    let local = |address: &str| networks.contains(address) || is_private(address) || is_group(address);
    let end = window.until.unwrap_or(window.now);
    let Destinations { rare, common, hosts } =
        destinations(limits.day, arguments.integer("prevalence_percent")?, arguments.integer("prevalence_hosts")?)?;
    let common = Common::with(common.into_iter().filter(|host| !local(host)).collect(), end);
    let rare: Vec<(String, i64)> = rare.into_iter().filter(|(host, _)| !local(host) && !common.contains(host)).collect();
    let mut alerts = Vec::new();
    for chunk in rare.chunks(CHUNK) {
        let sql = format!(
            "SELECT src_ip, dst_ip, json_group_array(time ORDER BY time),
                 json_group_array(dst_port * 2 + CASE WHEN verdict = 'DROP' OR (verdict IS NULL AND tcp_flags = 'SYN') THEN 1 ELSE 0 END ORDER BY time) FROM events
             WHERE ({}) AND (dst_ip IN ({}) AND (dst_port NOT IN ({}){over_tcp}) AND dst_port >= 1 AND src_ip IS NOT NULL
                 AND coalesce(tcp_flags, '') NOT LIKE '%ACK%' AND coalesce(tcp_flags, '') NOT LIKE '%RST%'
                 AND (tcp_flags = 'SYN' OR coalesce(src_port, 65535) >= 1024))
             GROUP BY src_ip, dst_ip HAVING COUNT(*) >= ?1 AND MAX(time) >= ?2",
            probes::OUTGOING,
            places(3, chunk.len()),
            ports::sql_list(&list)
        );
        let values: Vec<Value> = [limits.day.into(), window.since.into()]
            .into_iter()
            .chain(chunk.iter().map(|(host, _)| Value::from(host.as_str())))
            .collect();
        for row in query::<Found>(&sql, &values)? {
            let (source, host, times, packed) = row?;
            let callers = chunk.iter().find(|(known, _)| *known == host).map_or(1, |(_, callers)| *callers);
            let prevalent = hosts < FEW_HOSTS && hosts > 1 && callers * 2 > hosts;
            let span = (window.events_since, end);
            let judged = calls(&times, &packed)
                .into_iter()
                .filter(|calls| calls.times.last().is_some_and(|last| *last >= window.since))
                .find_map(|calls| limits.judged(&calls, span).map(|judged| (calls, judged)));
            if let Some((calls, judged)) = judged {
                alerts.push(alert(source, host, &calls, &judged, &limits, prevalent));
            }
        }
    }
    Ok(alerts)
}

/// The connections to each port, the busiest first; and all together where there are a few ports.
fn calls(times: &[i64], packed: &[i64]) -> Vec<Calls> {
    let mut of_port: BTreeMap<i64, Calls> = BTreeMap::new();
    let mut all = Calls { port: None, times: times.to_vec(), refused: Vec::new() };
    for (&time, packed) in times.iter().zip(packed) {
        let (port, refused) = (packed.div_euclid(2), packed.rem_euclid(2) == 1);
        let calls = of_port.entry(port).or_insert_with(|| Calls { port: Some(port), times: Vec::new(), refused: Vec::new() });
        calls.times.push(time);
        if refused {
            calls.refused.push(time);
            all.refused.push(time);
        }
    }
    let mut list: Vec<Calls> = of_port.into_values().collect();
    list.sort_by_key(|calls| std::cmp::Reverse(calls.times.len()));
    // On many ports it is calls or transfers, each with ports of its own.
    if (2..=FEW_PORTS).contains(&list.len()) {
        list.push(all);
    }
    list
}

fn alert(source: String, host: String, calls: &Calls, judged: &Judged, limits: &Limits, prevalent: bool) -> Alert {
    let (mut condition, mut values): (String, Vec<Value>) =
        ("src_ip = ?1 AND dst_ip = ?2".to_owned(), vec![source.as_str().into(), host.as_str().into()]);
    if let Some(port) = calls.port {
        condition.push_str(" AND dst_port = ?3");
        values.push(port.into());
    }
    let (first, last) = (calls.times.first().copied().unwrap_or_default(), calls.times.last().copied().unwrap_or_default());
    let mut alert = Alert::new("beacon", judged.points(limits) - if prevalent { 25 } else { 0 })
        .events(&condition, &values)
        .from(source)
        .to(host)
        .evidence("connections", calls.times.len() as i64)
        .evidence("refused", calls.refused.len() as i64)
        .evidence("first", format_timestamp(first))
        .evidence("last", format_timestamp(last))
        .techniques(&["T1071", "T1571"]);
    if let Some(port) = calls.port {
        alert = alert.evidence("port", port);
    }
    if prevalent {
        alert = alert.evidence("prevalence", "most of the few local hosts contact it");
    }
    judged.told(alert, limits)
}

/// The hosts that are contacted often enough: those that few local hosts contact, with how many do, those that many do, and how many local
/// hosts there are.
struct Destinations {
    rare: Vec<(String, i64)>,
    common: Vec<String>,
    hosts: i64,
}

fn destinations(least: i64, percent: i64, cap: i64) -> Result<Destinations, Error> {
    let sources = format!("SELECT COUNT(DISTINCT src_ip) FROM events WHERE {}", probes::OUTGOING);
    let hosts = query::<(i64,)>(&sources, &[])?.last().transpose()?.map_or(0, |(sources,)| sources);
    let most = (hosts * percent / 100).max(2).min(cap);
    let sql = format!(
        "SELECT dst_ip, COUNT(DISTINCT src_ip) FROM events WHERE {} GROUP BY dst_ip HAVING COUNT(*) >= ?1 AND dst_ip IS NOT NULL",
        probes::OUTGOING
    );
    let (mut rare, mut common) = (Vec::new(), Vec::new());
    for row in query::<(String, i64)>(&sql, &[least.into()])? {
        let (host, callers) = row?;
        if callers > most && hosts >= FEW_HOSTS {
            common.push(host);
        } else {
            rare.push((host, callers));
        }
    }
    rare.sort();
    common.sort();
    Ok(Destinations { rare, common, hosts })
}
