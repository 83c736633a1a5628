//! `beacon`: a local host connects to a rare outside host as a clock does: malware that calls home. The score is RITA's, from times.

mod common;

use net_scout_algorithms::{BeaconScore, beacon_score, is_private, ports, probes};
use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Value, Window, format_timestamp, places, query, rule};

use common::Common;

rule!(describe, evaluate);

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400;
/// At most so many destinations are asked about at once: a longer query does not run in memory.
const CHUNK: usize = 200;
/// A pair with more connections than this is a strobe, and no beacon.
const MOST: i64 = 86_400;

fn describe() -> Description {
    Description::rule("beacon", env!("CARGO_PKG_VERSION"), "A local host connects to a rare outside host as regularly as a clock")
        .alert_type("beacon")
        .history(86_400)
        .parameter(Parameter::real("score_threshold", 0.75, 0.0..=1.0, "Alert when the score of a pair is this, or more"))
        .parameter(Parameter::real(
            "spread_limit",
            5.0,
            1.0..=1_000_000.0,
            "But not where long intervals are more than this many times longer than short ones",
        ))
        .parameter(Parameter::integer(
            "connections_threshold",
            20,
            4..=86_400,
            "Pairs with fewer connections in a day are left out",
        ))
        .parameter(Parameter::integer(
            "prevalence_percent",
            25,
            1..=100,
            "A destination that more than this part of the local hosts contact on a day is common, and left out for 30 days; two hosts are always few",
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
        .reads("events", &["id", "time", "src_ip", "dst_ip", "dst_port", "proto", "verdict", "direction"])
        .keeps_state(common::BYTES)
}

/// Source, host, port, and the times in order.
type Found = (String, String, i64, Vec<i64>);

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let least = arguments.integer("connections_threshold")?;
    let more = ports::parse(arguments.text("ports")?).map_err(Error::InvalidParameter)?;
    let list = [ports::PERIODIC.as_slice(), &more].concat();
    // Names are asked for over UDP (RFC 7766): who connects to port 53 again and again hides behind it.
    let over_tcp = if more.contains(&53) { "" } else { " OR (dst_port = 53 AND proto IN ('TCP', 'tcp'))" };
    let networks = window.local_networks();
    let local = |address: &str| networks.contains(address) || is_private(address);
    let end = window.until.unwrap_or(window.now);
    let (mut rare, common) =
        destinations(least, arguments.integer("prevalence_percent")?, arguments.integer("prevalence_hosts")?)?;
    let common = Common::with(common.into_iter().filter(|host| !local(host)).collect(), end);
    rare.retain(|host| !local(host) && !common.contains(host));
    let (threshold, limit) = (arguments.real("score_threshold")?, arguments.real("spread_limit")?);
    let mut alerts = Vec::new();
    for chunk in rare.chunks(CHUNK) {
        let sql = format!(
            "SELECT src_ip, dst_ip, dst_port, json_group_array(time ORDER BY time) FROM events
             WHERE ({}) AND (dst_ip IN ({}) AND (dst_port NOT IN ({}){over_tcp}) AND src_ip IS NOT NULL)
             GROUP BY src_ip, dst_ip, dst_port HAVING COUNT(*) >= ?1",
            probes::OUTGOING,
            places(2, chunk.len()),
            ports::sql_list(&list)
        );
        let values: Vec<Value> = [least.into()].into_iter().chain(chunk.iter().map(|host| Value::from(host.as_str()))).collect();
        for row in query::<Found>(&sql, &values)? {
            let (source, host, port, times) = row?;
            if times.last().is_none_or(|last| *last < window.since) {
                continue;
            }
            let Some((score, count)) = best(&times, window.events_since, end, least) else { continue };
            let (Some(&first), Some(&last)) = (times.first(), times.last()) else { continue };
            if score.score < threshold || score.spread > limit {
                continue;
            }
            let alert = Alert::new("beacon", (score.score * 100.0) as i64 - 10)
                .events(
                    "src_ip = ?1 AND dst_ip = ?2 AND dst_port = ?3",
                    &[source.as_str().into(), host.as_str().into(), port.into()],
                )
                .from(source)
                .to(host)
                .evidence("port", port)
                .evidence("score", score.score)
                .evidence("score_threshold", threshold)
                .evidence("intervals_score", score.intervals)
                .evidence("histogram_score", score.histogram)
                .evidence("duration_score", score.duration)
                .evidence("median_interval_seconds", score.median)
                .evidence("interval_spread", score.spread)
                .evidence("spread_limit", limit)
                .evidence("connections", times.len() as i64)
                .evidence("connections_in_day", count)
                .evidence("first", format_timestamp(first))
                .evidence("last", format_timestamp(last))
                .techniques(&["T1071", "T1571"]);
            alerts.push(alert);
        }
    }
    Ok(alerts)
}

/// The hosts that are contacted often enough: those that few local hosts contact, and those that many do.
fn destinations(least: i64, percent: i64, cap: i64) -> Result<(Vec<String>, Vec<String>), Error> {
    let sources = format!("SELECT COUNT(DISTINCT src_ip) FROM events WHERE {}", probes::OUTGOING);
    let sources = query::<(i64,)>(&sources, &[])?.last().transpose()?.map_or(0, |(sources,)| sources);
    let most = (sources * percent / 100).max(2).min(cap);
    let contacted = |by: &str| -> Result<Vec<String>, Error> {
        let sql = format!(
            "SELECT dst_ip FROM events WHERE {} GROUP BY dst_ip
             HAVING COUNT(*) >= ?1 AND dst_ip IS NOT NULL AND COUNT(DISTINCT src_ip) {by} ?2",
            probes::OUTGOING
        );
        let mut hosts = Vec::new();
        for row in query::<(String,)>(&sql, &[least.into(), most.into()])? {
            let (host,) = row?;
            hosts.push(host);
        }
        hosts.sort();
        Ok(hosts)
    };
    Ok((contacted("<=")?, contacted(">")?))
}

/// The best score of a day, and how many connections that day had. Days are counted back from the end, and begin every twelve hours.
fn best(times: &[i64], since: i64, end: i64, least: i64) -> Option<(BeaconScore, i64)> {
    let times: Vec<i64> = times.iter().map(|time| time.div_euclid(SECOND)).collect();
    let (since, end) = (since.div_euclid(SECOND), end.div_euclid(SECOND));
    let mut best: Option<(BeaconScore, i64)> = None;
    let mut last = end;
    while last > since && times.first().is_some_and(|first| *first <= last) {
        let first = (last - DAY).max(since);
        let day = &times[times.partition_point(|time| *time < first)..times.partition_point(|time| *time <= last)];
        let count = day.len() as i64;
        if (least..=MOST).contains(&count)
            && let Some(score) = beacon_score(day, first, last)
            && best.is_none_or(|(known, _)| score.score > known.score)
        {
            best = Some((score, count));
        }
        last -= DAY / 2;
    }
    best
}
