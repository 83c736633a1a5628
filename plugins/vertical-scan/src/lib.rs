//! `vertical_scan`: one source tries many ports of one destination.

use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Window, format_timestamp, query, rule};

rule!(describe, evaluate);

fn describe() -> Description {
    Description::rule("vertical_scan", env!("CARGO_PKG_VERSION"), "One source tries many ports of one destination")
        .alert_type("vertical_scan")
        .counts_everything()
        .parameter(Parameter::integer(
            "ports_threshold",
            50,
            0..=65_536,
            "Alert when a source tries more distinct ports of a destination than this",
        ))
        .reads("events", &["src_ip", "dst_ip", "dst_port"])
}

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let sql = "SELECT src_ip, dst_ip, COUNT(DISTINCT dst_port) AS ports FROM events
               WHERE src_ip IS NOT NULL GROUP BY src_ip, dst_ip HAVING ports > ?1";
    let mut alerts = Vec::new();
    for row in query::<(String, Option<String>, i64)>(sql, &[arguments.integer("ports_threshold")?.into()])? {
        let (source, destination, ports) = row?;
        alerts.push(
            Alert::new("vertical_scan", ports)
                .from(source)
                .to(destination)
                .evidence("ports", ports)
                .evidence("since", format_timestamp(window.since)),
        );
    }
    Ok(alerts)
}
