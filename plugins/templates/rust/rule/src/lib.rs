//! `plugin_name`: a source that tries Telnet again and again.

use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Window, query, rule};

rule!(describe, evaluate);

fn describe() -> Description {
    Description::rule("plugin_name", env!("CARGO_PKG_VERSION"), "A source that tries Telnet again and again")
        .alert_type("telnet")
        .parameter(Parameter::integer("tries_threshold", 3, 0..=1_000_000, "Alert when a source tries more often than this"))
        .reads("events", &["src_ip", "dst_port"])
}

fn evaluate(_window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let sql = "SELECT src_ip, COUNT(*) AS tries FROM events
               WHERE dst_port = 23 AND src_ip IS NOT NULL GROUP BY src_ip HAVING tries > ?1";
    query::<(String, i64)>(sql, &[arguments.integer("tries_threshold")?.into()])?
        .map(|row| row.map(|(source, tries)| Alert::new("telnet", tries).from(source).evidence("tries", tries)))
        .collect()
}
