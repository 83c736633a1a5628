//! What an alert rests on, in one clause: `120 hosts on port 445 in 2 minutes`. It knows what the standard rules call their numbers; of
//! another rule it says the first numbers as they are called there.

use serde_json::Value;

use crate::evidence::{numbers, one};
use net_scout_model::counted;
use net_scout_model::time::parse_timestamp;

/// The clause; empty where the evidence says nothing.
#[must_use]
pub fn clause(evidence: &Value) -> String {
    let number = |key: &str| evidence[key].as_i64().filter(|number| *number > 0);
    let many = |key: &str, noun: &str| number(key).map(|count| counted(grouped(count), noun));
    let what = calls(evidence)
        .or_else(|| tries(evidence))
        .or_else(|| {
            let door = number("port").filter(|_| evidence["let_through"].is_string())?;
            let before = many("refused_doors", "refusal").map_or_else(String::new, |refusals| format!(" after {refusals}"));
            Some(format!("let in at port {door}{before}"))
        })
        .or_else(|| {
            let list = evidence["list"].as_str()?;
            let hosts = many("targets", "host").map_or_else(String::new, |hosts| format!(", {hosts}"));
            Some(format!("on the list {}{hosts}", one(&list.into())))
        })
        .or_else(|| {
            let sources = ["source_count", "taking_part", "network_sources"].into_iter().find_map(|key| many(key, "source"))?;
            Some(format!("{sources}{}", at(evidence)))
        })
        .or_else(|| {
            let peers = many("peers", "new peer")?;
            let class = evidence["class"].as_str().map_or_else(String::new, |class| format!("{}: ", one(&class.into())));
            Some(format!("{class}{peers}"))
        })
        .or_else(|| many("failed_targets", "host").map(|hosts| format!("{hosts} did not answer")))
        .or_else(|| reached(evidence))
        .or_else(|| ["connections", "total_conns", "conn_count"].into_iter().find_map(|key| many(key, "connection")))
        .or_else(|| many("packets", "packet"));
    match what {
        Some(what) => {
            let time = tries_before(evidence).map(|(_, window)| one(&window.into())).or_else(|| span(evidence));
            format!("{what}{}", time.map_or_else(String::new, |time| format!(" in {time}")))
        }
        None => numbers(evidence, false),
    }
}

/// One who calls a server again and again.
fn calls(evidence: &Value) -> Option<String> {
    if let Some(refused) = evidence["refused_connections"].as_i64() {
        return Some(counted(grouped(refused), "refused call"));
    }
    let interval = evidence["median_interval_seconds"].as_f64()?;
    Some(format!("a call{} every {}", port(evidence).map_or_else(String::new, |port| format!(" to {port}")), length(interval)))
}

/// How often one tried in the time that the rule looks back over, and how long that is, where it is more often than in the scan's window.
fn tries_before(evidence: &Value) -> Option<(i64, &str)> {
    let tries = evidence["tries_in_window"].as_i64()?;
    let window = evidence["tries_window"].as_str()?;
    (tries > evidence["tries"].as_i64()?).then_some((tries, window))
}

/// One who guesses.
fn tries(evidence: &Value) -> Option<String> {
    let tries = tries_before(evidence).map_or_else(|| evidence["tries"].as_i64(), |(tries, _)| Some(tries))?;
    let service = evidence["service"].as_str().map_or_else(String::new, |service| format!(" at {}", one(&service.into())));
    let sources = evidence["source_count"].as_i64().map_or_else(String::new, |count| format!(" by {}", counted(count, "source")));
    let hosts =
        evidence["targets"].as_i64().filter(|hosts| *hosts > 1).map_or_else(String::new, |hosts| format!(" of {hosts} hosts"));
    let accepted = evidence["accepted"].as_i64().filter(|count| *count > 0);
    let accepted = accepted.map_or_else(String::new, |count| format!(", {} let in", grouped(count)));
    let word = if tries == 1 { "try" } else { "tries" };
    Some(format!("{} {word}{service}{sources}{hosts}{accepted}", grouped(tries)))
}

/// Hosts and ports.
fn reached(evidence: &Value) -> Option<String> {
    let count = |keys: &[&str]| keys.iter().find_map(|key| evidence[*key].as_i64()).filter(|count| *count > 0);
    let ports = count(&["ports", "distinct_ports"]);
    // One host is the target, which is named.
    let hosts = count(&["targets", "dst_count"]).filter(|hosts| *hosts > 1 || ports.is_none_or(|ports| ports == 1));
    let hosts = hosts.map(|hosts| counted(grouped(hosts), "host"));
    match (hosts, port(evidence), ports) {
        (Some(hosts), Some(port), None | Some(1)) => Some(format!("{hosts} on {port}")),
        (Some(hosts), _, Some(ports)) if ports > 1 => Some(format!("{} on {hosts}", counted(grouped(ports), "port"))),
        (Some(hosts), ..) => Some(hosts),
        (None, _, Some(ports)) => Some(counted(grouped(ports), "port")),
        (None, Some(port), None) => Some(port),
        (None, None, None) => None,
    }
}

/// ` at port 22`, or how many ports.
fn at(evidence: &Value) -> String {
    match (port(evidence), evidence["ports"].as_i64().filter(|ports| *ports > 1)) {
        (_, Some(ports)) => format!(" at {}", counted(grouped(ports), "port")),
        (Some(port), None) => format!(" at {port}"),
        (None, None) => String::new(),
    }
}

/// The port, where there is one: the rule names it, or all events that the host counted have it.
fn port(evidence: &Value) -> Option<String> {
    let named = evidence["port"].as_i64().map(|port| port.to_string());
    let seen = || {
        let ports = evidence["events"]["ports"].as_object().filter(|ports| ports.len() == 1)?;
        ports.keys().next().filter(|port| port.bytes().all(|digit| digit.is_ascii_digit())).cloned()
    };
    Some(format!("port {}", named.or_else(seen)?))
}

/// How long it took from the first event to the last.
fn span(evidence: &Value) -> Option<String> {
    let of = |place: &Value| {
        let instant = |key: &str| parse_timestamp(place[key].as_str()?);
        Some(instant("last")?.0.saturating_sub(instant("first")?.0))
    };
    let microseconds = of(evidence).or_else(|| of(&evidence["events"]))?;
    (microseconds > 0).then(|| length(microseconds as f64 / 1e6))
}

/// `21 s`, `2 minutes`, `3 hours`, `6 days`.
#[must_use]
pub fn length(seconds: f64) -> String {
    let whole = |count: f64| count.round() as i64;
    match seconds {
        ..1.0 => "1 s".to_owned(),
        ..90.0 => format!("{} s", whole(seconds)),
        ..5_400.0 => counted(whole(seconds / 60.0), "minute"),
        ..172_800.0 => counted(whole(seconds / 3_600.0), "hour"),
        _ => counted(whole(seconds / 86_400.0), "day"),
    }
}

/// `12,345`; below ten thousand as it is.
fn grouped(count: i64) -> String {
    let digits = count.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let parts: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|part| std::str::from_utf8(part).ok()).collect();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_standard_rules_say() {
        let (first, last) = ("2026-03-11T20:00:00Z", "2026-03-11T20:02:00Z");
        for (evidence, expected) in [
            (
                json!({"port": 445, "targets": 120, "ports": 1, "first": first, "last": last}),
                "120 hosts on port 445 in 2 minutes",
            ),
            (
                json!({"ports": 488, "targets": 3, "packets": 600, "first": first, "last": "2026-03-11T20:00:21Z"}),
                "488 ports on 3 hosts in 21 s",
            ),
            (json!({"ports": 200, "targets": 1}), "200 ports"),
            (json!({"dst_count": 60, "conn_count": 60, "since": first}), "60 hosts"),
            (
                json!({"ports": 95, "since": first, "events": {"first": first, "last": last, "ports": {"1": 1, "2": 1}}}),
                "95 ports in 2 minutes",
            ),
            (json!({"total_conns": 123_456}), "123,456 connections"),
            (
                json!({"service": "SSH", "port": 22, "tries": 41, "targets": 2, "accepted": 3}),
                "41 tries at SSH of 2 hosts, 3 let in",
            ),
            (
                json!({"service": "Telnet", "port": 23, "tries": 1, "tries_in_window": 41, "tries_window": "24 hours", "first": last, "last": last}),
                "41 tries at Telnet in 24 hours",
            ),
            (
                json!({"class": "beacon", "median_interval_seconds": 60.0, "port": 443, "connections": 60}),
                "a call to port 443 every 60 s",
            ),
            (json!({"port": 22, "refused_doors": 7, "let_through": last}), "let in at port 22 after 7 refusals"),
            (json!({"source_count": 80, "port": 23}), "80 sources at port 23"),
            (json!({"class": "new service", "peers": 1, "ports": [8080]}), "new service: 1 new peer"),
            (json!({"failed_targets": 9, "first": first, "last": last}), "9 hosts did not answer in 2 minutes"),
            (json!({"strangeness": 7, "note": "x"}), "strangeness 7"),
            (Value::Null, ""),
        ] {
            assert_eq!(clause(&evidence), expected, "{evidence}");
        }
        assert_eq!([0.2, 89.0, 90.0, 7_200.0, 600_000.0].map(length), ["1 s", "89 s", "2 minutes", "2 hours", "7 days"]);
    }
}
