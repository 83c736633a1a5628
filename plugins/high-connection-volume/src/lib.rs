//! `high_connection_volume`: one source makes very many connections.

use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Window, format_timestamp, query, rule};

rule!(describe, evaluate);

fn describe() -> Description {
    Description::rule("high_connection_volume", env!("CARGO_PKG_VERSION"), "One source makes very many connections")
        .alert_type("high_connection_volume")
        .counts_everything()
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
        .reads("events", &["src_ip", "hit_count"])
}

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let hits = arguments.text("count")? == "hits";
    let connections = if hits { "SUM(hit_count)" } else { "COUNT(*)" };
    let sql = format!(
        "SELECT src_ip, {connections} AS connections FROM events
         WHERE src_ip IS NOT NULL GROUP BY src_ip HAVING connections > ?1"
    );
    let mut alerts = Vec::new();
    for row in query::<(String, i64)>(&sql, &[arguments.integer("conn_threshold")?.into()])? {
        let (source, connections) = row?;
        let alert = Alert::new("high_connection_volume", connections / 2)
            .from(source)
            .evidence("total_conns", connections)
            .evidence("since", format_timestamp(window.since));
        alerts.push(if hits { alert.evidence("counted", "hit_count") } else { alert });
    }
    Ok(alerts)
}
