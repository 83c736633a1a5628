//! `drop_then_accept`: a source that was refused at several doors, and then got through one that it had not used before.

use std::collections::{BTreeMap, HashSet};

use net_scout_algorithms::{ports, probes};
use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Value, Window, format_timestamp, places, query, rule};

rule!(describe, evaluate);

const SECOND: i64 = 1_000_000;
const PORTS: i64 = 65_536;
const DAY: i64 = 86_400 * SECOND;
/// A door that so many sources got through is open to everybody.
const VISITORS: i64 = 10;
/// At most so many sources are asked about at once: a longer query does not run in memory.
const CHUNK: usize = 200;

fn describe() -> Description {
    Description::rule("drop_then_accept", env!("CARGO_PKG_VERSION"), "A source was refused at several doors and then got through another")
        .alert_type("drop_then_accept")
        .history(86_400)
        .parameter(Parameter::integer(
            "refusals_threshold",
            5,
            2..=1_000_000,
            "Alert when a source was refused at this many distinct hosts and ports, or more, within the 24 hours before it got through",
        ))
        .reads("events", &["id", "time", "src_ip", "src_port", "dst_ip", "dst_port", "verdict", "direction", "tcp_flags", "proto"])
}

/// Where and when a source was refused or let through.
struct Door {
    time: i64,
    host: String,
    port: i64,
}

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let least = arguments.integer("refusals_threshold")?;
    // Sources with both verdicts are few, and only what was let through in the window counts.
    let sql = format!(
        "SELECT src_ip, COUNT(*) FILTER (WHERE {}), COUNT(*) FILTER (WHERE direction = 'INBOUND' AND verdict = 'ACCEPT') FROM events
         WHERE src_ip IS NOT NULL GROUP BY src_ip HAVING MAX(time) >= ?1 AND COUNT(DISTINCT verdict) = 2",
        probes::DROPPED
    );
    let mut sources = Vec::new();
    for row in query::<(String, i64, i64)>(&sql, &[window.since.into()])? {
        let (source, dropped, accepted) = row?;
        if dropped >= least && accepted > 0 {
            sources.push(source);
        }
    }
    sources.sort();
    // Doors that are known to be public, or not.
    let mut known: BTreeMap<(String, i64), bool> = BTreeMap::new();
    let mut alerts = Vec::new();
    for chunk in sources.chunks(CHUNK) {
        let mut refused = refused(window.events_since, chunk)?;
        let let_through = let_through(chunk)?;
        for (source, doors) in let_through {
            let refused = refused.remove(&source).unwrap_or_default();
            while let Some((door, alert)) = judge(window.since, &source, &refused, &doors, least, &known) {
                let public = match known.get(&door) {
                    Some(public) => *public,
                    None => *known.entry(door.clone()).or_insert(is_public(&door)?),
                };
                if !public {
                    alerts.push(alert);
                    break;
                }
            }
        }
    }
    Ok(alerts)
}

/// A host and a port, and the alert about it.
type Accused = ((String, i64), Alert);

/// Looks for a door, not known to be public, that a source got through first after it was refused at enough others.
fn judge(
    since: i64,
    source: &str,
    refused: &[Door],
    doors: &[Door],
    least: i64,
    known: &BTreeMap<(String, i64), bool>,
) -> Option<Accused> {
    let is_public = |door: &Door| known.get(&(door.host.clone(), door.port)).copied().unwrap_or(false);
    let mut doors: Vec<&Door> = doors.iter().filter(|door| door.time >= since && !is_public(door)).collect();
    doors.sort_by_key(|door| (!ports::is_sensitive(door.port), door.time));
    let (door, before) = doors.into_iter().find_map(|door| {
        let before = |other: &&Door| other.time <= door.time && door.time - other.time < DAY;
        let before: Vec<&Door> = refused.iter().filter(before).collect();
        let others: HashSet<(&str, i64)> = before.iter().map(|other| (other.host.as_str(), other.port)).collect();
        let others = others.iter().filter(|other| **other != (door.host.as_str(), door.port)).count() as i64;
        (others >= least).then_some((door, (others, before)))
    })?;
    let (others, before) = before;
    let same = before.iter().filter(|other| other.host == door.host && other.port == door.port).count() as i64;
    let sensitive = ports::is_sensitive(door.port);
    let score = 45 + others.min(25) + if sensitive { 25 } else { 0 };
    let mut tried: Vec<i64> = before.iter().map(|other| other.port).collect::<HashSet<_>>().into_iter().collect();
    tried.sort_unstable();
    tried.truncate(20);
    Some((
        (door.host.clone(), door.port),
        Alert::new("drop_then_accept", score)
            .events("src_ip = ?1 AND direction = 'INBOUND'", &[source.into()])
            .from(source.to_owned())
            .to(Some(door.host.clone()).filter(|host| !host.is_empty()))
            .evidence("port", door.port)
            .evidence("sensitive", sensitive)
            .evidence("refused_doors", others)
            .evidence("refusals_threshold", least)
            .evidence("refused_at_this_door", same)
            .evidence("refused_ports", tried)
            .evidence("first_refused", format_timestamp(before.first().map_or(door.time, |door| door.time)))
            .evidence("let_through", format_timestamp(door.time))
            .techniques(&["T1190", "T1046"]),
    ))
}

/// Whether everybody may use a door: so many sources got in, and most of those that came. Who is let in there broke nothing.
fn is_public(door: &(String, i64)) -> Result<bool, Error> {
    let sql = "SELECT COUNT(DISTINCT src_ip), COUNT(DISTINCT src_ip) FILTER (WHERE verdict = 'ACCEPT') FROM events
         WHERE direction = 'INBOUND' AND dst_ip = ?1 AND dst_port = ?2";
    let counts = query::<(i64, i64)>(sql, &[door.0.as_str().into(), door.1.into()])?.last().transpose()?;
    Ok(counts.is_some_and(|(came, got_in)| got_in >= VISITORS && got_in * 2 > came))
}

fn parameters(first: usize, sources: &[String]) -> (String, Vec<Value>) {
    (places(first, sources.len()), sources.iter().map(|source| Value::from(source.as_str())).collect())
}

/// The doors at which sources were refused, in the order of time.
fn refused(since: i64, sources: &[String]) -> Result<BTreeMap<String, Vec<Door>>, Error> {
    let (places, mut values) = parameters(2, sources);
    values.insert(0, since.into());
    let sql = format!(
        "SELECT src_ip, json_group_array((time - ?1) / {SECOND} * {PORTS} + dst_port ORDER BY time),
             json_group_array(coalesce(dst_ip, '') ORDER BY time)
         FROM events WHERE ({}) AND src_ip IN ({places}) GROUP BY src_ip",
        probes::DROPPED
    );
    let mut refused = BTreeMap::new();
    for row in query::<(String, Vec<i64>, Vec<String>)>(&sql, &values)? {
        let (source, tried, hosts) = row?;
        let doors = tried.into_iter().zip(hosts).map(|(both, host)| {
            let (seconds, port) = (both.div_euclid(PORTS), both.rem_euclid(PORTS));
            Door { time: since + seconds * SECOND, host, port }
        });
        refused.insert(source, doors.collect());
    }
    Ok(refused)
}

/// The doors that sources got through, each when it was first.
fn let_through(sources: &[String]) -> Result<BTreeMap<String, Vec<Door>>, Error> {
    let (places, values) = parameters(1, sources);
    let sql = format!(
        "SELECT src_ip, coalesce(dst_ip, ''), dst_port, MIN(time) FROM events
         WHERE direction = 'INBOUND' AND verdict = 'ACCEPT' AND dst_port IS NOT NULL AND src_ip IN ({places})
         GROUP BY src_ip, coalesce(dst_ip, ''), dst_port"
    );
    let mut doors: BTreeMap<String, Vec<Door>> = BTreeMap::new();
    for row in query::<(String, String, i64, i64)>(&sql, &values)? {
        let (source, host, port, time) = row?;
        doors.entry(source).or_default().push(Door { time, host, port });
    }
    Ok(doors)
}
