//! `horizontal_scan`: one source contacts many destinations, or makes very many connections.

use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Window, format_timestamp, query, rule};

rule!(describe, evaluate);

fn describe() -> Description {
    Description::rule("horizontal_scan", env!("CARGO_PKG_VERSION"), "One source contacts many destinations")
        .alert_type("horizontal_scan")
        .counts_everything()
        .parameter(Parameter::integer(
            "dst_ip_threshold",
            50,
            0..=1_000_000_000,
            "Alert when a source contacts more distinct destinations than this",
        ))
        .parameter(Parameter::integer(
            "conn_threshold",
            200,
            0..=1_000_000_000_000,
            "Alert when a source has more connections than this",
        ))
        .parameter(Parameter::choice(
            "count",
            &["rows", "hits"],
            "Count a connection once a row, or as often as its hit_count says",
        ))
        .reads("events", &["src_ip", "dst_ip", "hit_count"])
}

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let hits = arguments.text("count")? == "hits";
    let connections = if hits { "SUM(hit_count)" } else { "COUNT(*)" };
    let sql = format!(
        "SELECT src_ip, COUNT(DISTINCT dst_ip) AS destinations, {connections} AS connections FROM events
         WHERE src_ip IS NOT NULL GROUP BY src_ip HAVING destinations > ?1 OR connections > ?2"
    );
    let thresholds = [arguments.integer("dst_ip_threshold")?.into(), arguments.integer("conn_threshold")?.into()];
    let mut alerts = Vec::new();
    for row in query::<(String, i64, i64)>(&sql, &thresholds)? {
        let (source, destinations, connections) = row?;
        let alert = Alert::new("horizontal_scan", destinations.saturating_add(connections / 10))
            .from(source)
            .evidence("dst_count", destinations)
            .evidence("conn_count", connections)
            .evidence("since", format_timestamp(window.since));
        alerts.push(if hits { alert.evidence("counted", "hit_count") } else { alert });
    }
    Ok(alerts)
}
