//! `random_walk`: threshold random walk. A source whose first contacts with hosts fail one after another is a scanner, whatever ports
//! it tries and however few they are.

use std::collections::{BTreeSet, HashMap, HashSet};

use net_scout_algorithms::probes::Sent;
use net_scout_algorithms::{Contact, Judgement, probes, walk};
use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Value, Window, format_timestamp, places, query, rule};

rule!(describe, evaluate);

const SECOND: i64 = 1_000_000;
/// At most so many sources are asked about at once: a longer query does not run in memory.
const CHUNK: usize = 200;
/// Of more visitors than these it is asked first of whom anything was dropped before.
const MANY: usize = 1_000;

fn describe() -> Description {
    Description::rule("random_walk", env!("CARGO_PKG_VERSION"), "The first contacts of one source fail one after another")
        .alert_type("random_walk")
        .history(86_400)
        .parameter(Parameter::integer(
            "failures_threshold",
            5,
            4..=1_000_000,
            "Alert when this many first contacts of a source failed, or more; 4 are what the walk alone asks for",
        ))
        .parameter(Parameter::integer("expiry_seconds", 1_800, 60..=86_400, "After a pause longer than this a walk begins anew"))
        .reads(
            "events",
            &["id", "time", "src_ip", "src_port", "dst_ip", "dst_port", "verdict", "direction", "tcp_flags", "proto"],
        )
}

/// First contacts of one source: hosts, each with the time, and whether it was let through.
type Contacts = HashMap<String, (i64, bool)>;

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let expiry = arguments.integer("expiry_seconds")? * SECOND;
    let least = arguments.integer("failures_threshold")?;
    let mut sources = failed(window.since, least, expiry)?;
    let mut names: Vec<String> = sources.keys().cloned().collect();
    names.sort();
    for chunk in names.chunks(CHUNK) {
        succeeded(chunk, &mut sources)?;
        exempt(chunk, &mut sources)?;
    }
    let mut alerts = Vec::new();
    for name in names {
        let Some(contacts) = sources.remove(&name) else { continue };
        let Some((walk, since)) = judged(&contacts, expiry) else { continue };
        let failures = contacts.values().filter(|(_, success)| !success).count() as i64;
        let successes = contacts.len() as i64 - failures;
        let first = contacts.values().map(|(time, _)| *time).min().unwrap_or(since);
        let last = contacts.values().map(|(time, _)| *time).max().unwrap_or(since);
        // The last first contact may be old where only the ports are new.
        if failures < least || last < window.since {
            continue;
        }
        let mut hosts: Vec<String> = contacts.keys().cloned().collect();
        hosts.sort();
        hosts.truncate(20);
        alerts.push(
            Alert::new("random_walk", 30 + (failures / 2).min(25))
                .events("src_ip = ?1 AND direction = 'INBOUND'", &[name.as_str().into()])
                .from(name)
                .evidence("failed_targets", failures)
                .evidence("failures_threshold", least)
                .evidence("reached_targets", successes)
                .evidence("likelihood_ratio", (walk * 100.0).round() / 100.0)
                .evidence("likelihood_threshold", 99_i64)
                .evidence("judged", format_timestamp(since))
                .evidence("first", format_timestamp(first))
                .evidence("last", format_timestamp(last))
                .evidence("top_targets", hosts)
                .techniques(&["T1046", "T1595.001"]),
        );
    }
    Ok(alerts)
}

/// The likelihood ratio, and the instant of the judgement, of a scanner.
fn judged(contacts: &Contacts, expiry: i64) -> Option<(f64, i64)> {
    let mut walked: Vec<Contact> = contacts.values().map(|&(time, success)| Contact { time, success }).collect();
    walked.sort_unstable_by_key(|contact| (contact.time, contact.success));
    let walk = walk(&walked, expiry);
    match walk.judgement {
        Judgement::Scanner(since) => Some((walk.likelihood, since)),
        _ => None,
    }
}

/// A source, the parts of [`Sent`], and the times and hosts in the order of time.
type Failed = (String, i64, i64, Option<i64>, Option<i64>, i64, i64, i64, i64, Vec<i64>, Vec<String>);

/// The hosts that dropped what a source sent first, for sources that would be scanners if nobody else let them through, and that did
/// something in the window.
fn failed(since: i64, least: i64, expiry: i64) -> Result<HashMap<String, Contacts>, Error> {
    let mut sources = HashMap::new();
    add_failed(&mut sources, "", "MAX(time) >= ?2", &[least.into(), since.into()], expiry)?;
    // All that was dropped may be old where the last first contact was let through.
    let sql = "SELECT src_ip FROM events WHERE direction = 'INBOUND' AND verdict = 'ACCEPT' AND time >= ?1
        GROUP BY src_ip HAVING src_ip IS NOT NULL";
    let mut visitors = names(sql, &[since.into()])?;
    if visitors.len() > MANY {
        let sql = format!(
            "SELECT src_ip FROM events WHERE {} GROUP BY src_ip HAVING COUNT(*) >= ?1 AND MAX(time) < ?2 AND src_ip IS NOT NULL",
            probes::DROPPED
        );
        let quiet = names(&sql, &[least.into(), since.into()])?;
        visitors.retain(|visitor| quiet.contains(visitor));
    }
    let visitors: Vec<&String> = visitors.iter().filter(|visitor| !sources.contains_key(*visitor)).collect();
    for chunk in visitors.chunks(CHUNK) {
        let among = format!(" AND src_ip IN ({})", places(2, chunk.len()));
        let values: Vec<Value> =
            [least.into()].into_iter().chain(chunk.iter().map(|source| Value::from(source.as_str()))).collect();
        add_failed(&mut sources, &among, "COUNT(*) >= 1", &values, expiry)?;
    }
    Ok(sources)
}

/// The addresses that a query gives.
fn names(sql: &str, values: &[Value]) -> Result<BTreeSet<String>, Error> {
    query::<(String,)>(sql, values)?.map(|row| row.map(|(name,)| name)).collect()
}

/// Adds those of some sources of which a condition is true; `?1` is how many hosts at least dropped something.
fn add_failed(
    sources: &mut HashMap<String, Contacts>,
    among: &str,
    having: &str,
    values: &[Value],
    expiry: i64,
) -> Result<(), Error> {
    let sql = format!(
        "SELECT src_ip, COUNT(*), COUNT(DISTINCT src_port), MIN(src_port), MAX(src_port), COUNT(DISTINCT dst_port), MIN(dst_port),
             COUNT(*) FILTER (WHERE dst_port >= {}), COUNT(*) FILTER (WHERE tcp_flags = 'SYN'),
             json_group_array(time ORDER BY time), json_group_array(coalesce(dst_ip, '') ORDER BY time)
         FROM events WHERE ({}){among} GROUP BY src_ip
         HAVING COUNT(*) >= ?1 AND {having} AND {} AND COUNT(DISTINCT dst_ip) >= ?1",
        probes::FIRST_EPHEMERAL,
        probes::DROPPED,
        probes::CLOSE
    );
    for row in query::<Failed>(&sql, values)? {
        let (
            source,
            packets,
            source_ports,
            lowest_source_port,
            highest_source_port,
            ports,
            lowest_port,
            ephemeral,
            beginnings,
            times,
            hosts,
        ) = row?;
        let sent =
            Sent { packets, source_ports, lowest_source_port, highest_source_port, ports, lowest_port, ephemeral, beginnings };
        if sent.are_answers() {
            continue;
        }
        let mut contacts = Contacts::new();
        for (time, host) in times.into_iter().zip(hosts) {
            let known = contacts.entry(host).or_insert((time, false));
            known.0 = known.0.min(time);
        }
        // Nearly all are not, and would take all the memory.
        if judged(&contacts, expiry).is_some() {
            sources.insert(source, contacts);
        }
    }
    Ok(())
}

fn parameters(sources: &[String]) -> (String, Vec<Value>) {
    (places(1, sources.len()), sources.iter().map(|source| Value::from(source.as_str())).collect())
}

/// Adds the hosts that let a source through before they dropped anything of it.
fn succeeded(names: &[String], sources: &mut HashMap<String, Contacts>) -> Result<(), Error> {
    let (places, values) = parameters(names);
    let sql = format!(
        "SELECT src_ip, dst_ip, MIN(time) FROM events
         WHERE direction = 'INBOUND' AND verdict = 'ACCEPT' AND dst_ip IS NOT NULL AND src_ip IN ({places}) GROUP BY src_ip, dst_ip"
    );
    for row in query::<(String, String, i64)>(&sql, &values)? {
        let (source, host, time) = row?;
        let Some(contacts) = sources.get_mut(&source) else { continue };
        let known = contacts.entry(host).or_insert((time, true));
        if time <= known.0 {
            *known = (time, true);
        }
    }
    Ok(())
}

/// Leaves out sources that a local host contacted first: what they send may be an answer.
fn exempt(names: &[String], sources: &mut HashMap<String, Contacts>) -> Result<(), Error> {
    let (places, values) = parameters(names);
    let sql =
        format!("SELECT dst_ip, MIN(time) FROM events WHERE direction = 'OUTBOUND' AND dst_ip IN ({places}) GROUP BY dst_ip");
    let mut contacted = HashSet::new();
    for row in query::<(String, i64)>(&sql, &values)? {
        let (source, time) = row?;
        let first = sources.get(&source).and_then(|contacts| contacts.values().map(|(time, _)| *time).min());
        if first.is_some_and(|first| time <= first) {
            contacted.insert(source);
        }
    }
    sources.retain(|source, _| !contacted.contains(source));
    Ok(())
}
