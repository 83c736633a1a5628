//! `brute_force`: one source connects to one port that asks for a password, again and again: many times within ten minutes, or for a day.

use net_scout_algorithms::{densest, is_private, ports};
use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Window, format_timestamp, query, rule};

rule!(describe, evaluate);

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn describe() -> Description {
    let bounds = 2..=1_000_000_000;
    Description::rule(
        "brute_force",
        env!("CARGO_PKG_VERSION"),
        "One source connects to a port that asks for a password, again and again",
    )
    .alert_type("brute_force")
    .history(86_400)
    .parameter(Parameter::integer(
        "fast_tries_threshold",
        20,
        bounds.clone(),
        "Alert when a source connects to such a port this often, or more, within ten minutes",
    ))
    .parameter(Parameter::integer(
        "day_tries_threshold",
        80,
        bounds.clone(),
        "Alert when a source outside the local networks connects to such a port this often, or more, within 24 hours",
    ))
    .parameter(Parameter::integer(
        "private_tries_threshold",
        100,
        bounds,
        "As fast_tries_threshold, for sources in the local networks, among which monitoring and administration are",
    ))
    .parameter(Parameter::line(
        "ports",
        "",
        500,
        "The ports that ask for a password, separated by commas; without any, those of remote access, file sharing and databases",
    ))
    .reads("events", &["id", "time", "src_ip", "src_port", "dst_ip", "dst_port", "verdict", "direction"])
}

/// Source, host and port, how many were let through, and the times in order.
type Found = (String, Option<String>, i64, i64, Vec<i64>);

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let networks = window.local_networks();
    let local = |address: &str| networks.contains(address) || is_private(address);
    let fast = arguments.integer("fast_tries_threshold")?;
    let day = arguments.integer("day_tries_threshold")?;
    let private = arguments.integer("private_tries_threshold")?;
    let mut list = ports::parse(arguments.text("ports")?).map_err(Error::InvalidParameter)?;
    if list.is_empty() {
        list = ports::AUTHENTICATION.to_vec();
    }
    // What comes from a server's port to one that clients use, such as 3306, is an answer.
    let sql = format!(
        "SELECT src_ip, dst_ip, dst_port, COUNT(*) FILTER (WHERE verdict = 'ACCEPT'), json_group_array(time ORDER BY time) FROM events
         WHERE direction = 'INBOUND' AND dst_port IN ({}) AND src_ip IS NOT NULL AND coalesce(src_port, 65535) >= 1024
         GROUP BY src_ip, dst_ip, dst_port HAVING COUNT(*) >= ?1",
        ports::sql_list(&list)
    );
    let mut alerts: Vec<(i64, Alert)> = Vec::new();
    for row in query::<Found>(&sql, &[fast.min(day).min(private).into()])? {
        let (source, host, port, accepted, times) = row?;
        let numbered: Vec<(i64, usize)> = times.iter().copied().zip(0..).collect();
        let within = |span| densest(&numbered, span).distinct as i64;
        let (rate, span) = (within(10 * MINUTE), within(DAY));
        let (tries, threshold, span_name) = match local(&source) {
            true if rate >= private => (rate, private, "10 minutes"),
            true => continue,
            false if rate >= fast => (rate, fast, "10 minutes"),
            false if span >= day => (span, day, "24 hours"),
            false => continue,
        };
        let (Some(&first), Some(&last)) = (times.first(), times.last()) else { continue };
        if last < window.since {
            continue;
        }
        let total = times.len() as i64;
        let score = 50 + (tries * 10 / threshold.max(1)).min(30) + if accepted * 2 > total { 10 } else { 0 };
        let (mut condition, mut values) =
            ("src_ip = ?1 AND dst_port = ?2 AND dst_ip".to_owned(), vec![source.as_str().into(), port.into()]);
        match &host {
            Some(host) => {
                condition.push_str(" = ?3");
                values.push(host.as_str().into());
            }
            None => condition.push_str(" IS NULL"),
        }
        let alert = Alert::new("brute_force", score)
            .events(&condition, &values)
            .from(source)
            .to(host)
            .evidence("port", port)
            .evidence("tries", total)
            .evidence("tries_in_window", tries)
            .evidence("tries_threshold", threshold)
            .evidence("tries_window", span_name)
            .evidence("accepted", accepted)
            .evidence("dropped", total - accepted)
            .evidence("first", format_timestamp(first))
            .evidence("last", format_timestamp(last))
            .techniques(&["T1110"]);
        alerts.push((total, alert));
    }
    // Of several ports of one host the busiest speaks: a source and a host have one alert.
    alerts.sort_by_key(|(total, _)| *total);
    Ok(alerts.into_iter().map(|(_, alert)| alert).collect())
}
