//! `strobe`: one pair of hosts with very many connections, one a second all day, as RITA has it: a program out of control, a flood, or
//! a beacon that does not pause.

use net_scout_algorithms::{STROBE, is_private};
use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Window, format_timestamp, query, rule};

rule!(describe, evaluate);

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400;

fn describe() -> Description {
    Description::rule("strobe", env!("CARGO_PKG_VERSION"), "One pair of hosts has very many connections")
        .alert_type("strobe")
        .counts_connections()
        .history(86_400)
        .parameter(Parameter::integer(
            "connections_threshold",
            STROBE,
            1_000..=1_000_000_000_000,
            "Alert when a pair has this many connections a day, or more, counted by hit_count",
        ))
        .parameter(Parameter::integer(
            "rows_threshold",
            5_000,
            1..=1_000_000_000,
            "Pairs with fewer rows are left out: connections have ports of their own, and repeated packets have not",
        ))
        .reads("events", &["id", "time", "src_ip", "dst_ip", "dst_port", "hit_count"])
}

/// Source and host, connections, rows, the first and the last time, and how many of the rows are of DNS.
type Found = (String, String, i64, i64, i64, i64, i64);

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let threshold = arguments.integer("connections_threshold")?;
    let sql =
        "SELECT src_ip, dst_ip, SUM(hit_count), COUNT(*), MIN(time), MAX(time), COUNT(*) FILTER (WHERE dst_port IN (53, 853))
               FROM events GROUP BY src_ip, dst_ip HAVING COUNT(*) >= ?1 AND src_ip IS NOT NULL AND dst_ip IS NOT NULL";
    let networks = window.local_networks();
    let local = |address: &str| networks.contains(address) || is_private(address);
    let mut alerts = Vec::new();
    for row in query::<Found>(sql, &[arguments.integer("rows_threshold")?.into()])? {
        let (source, host, connections, rows, first, last, names) = row?;
        let seconds = ((last - first) / SECOND).max(DAY);
        let a_day = (i128::from(connections) * i128::from(DAY) / i128::from(seconds)) as i64;
        // A resolver asks its forwarder all day; and what two hosts inside have to say is theirs.
        if last < window.since || a_day < threshold || names * 2 > rows || (local(&source) && local(&host)) {
            continue;
        }
        let alert = Alert::new("strobe", 45 + (a_day * 5 / threshold).min(40))
            .events("src_ip = ?1 AND dst_ip = ?2", &[source.as_str().into(), host.as_str().into()])
            .from(source)
            .to(host)
            .evidence("connections", connections)
            .evidence("connections_a_day", a_day)
            .evidence("connections_threshold", threshold)
            .evidence("rows", rows)
            .evidence("first", format_timestamp(first))
            .evidence("last", format_timestamp(last))
            .techniques(&["T1071", "T1498"]);
        alerts.push(alert);
    }
    Ok(alerts)
}
