//! Looks back a day: says what it sees of it through both engines, and raises an alert for each source, with the events it is about.

use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Window, format_timestamp, query, rule};

rule!(describe, evaluate);

/// What an alert can say of its events.
const CONDITIONS: [(&str, &str); 4] = [
    ("source", "src_ip = ?1"),
    ("either", "src_ip = ?1 OR src_ip = ?1"),
    ("wrong", "no_such_column = ?1"),
    ("ungranted", "src_ip = ?1 AND city = 'x'"),
];

fn describe() -> Description {
    let conditions: Vec<&str> = CONDITIONS.iter().map(|(name, _)| *name).collect();
    Description::rule("historian", env!("CARGO_PKG_VERSION"), "Looks back a day")
        .alert_type("history")
        .alert_type("source")
        .history(86_400)
        .parameter(Parameter::choice("condition", &conditions, "What the alerts say of their events"))
        .reads("events", &["id", "time", "src_ip", "dst_ip", "dst_port", "direction"])
}

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let mut alerts = vec![seen(&window)?];
    let chosen = arguments.text("condition")?;
    let condition = CONDITIONS.iter().find_map(|(name, condition)| (*name == chosen).then_some(*condition)).unwrap_or_default();
    let sql = "SELECT src_ip, COUNT(*) FROM events WHERE src_ip IS NOT NULL GROUP BY src_ip HAVING MAX(time) >= ?1";
    for row in query::<(String, i64)>(sql, &[window.since.into()])? {
        let (source, events) = row?;
        let alert = Alert::new("source", 10).evidence("rows", events).events(condition, &[source.as_str().into()]);
        alerts.push(alert.from(source).techniques(&["T1046"]));
    }
    Ok(alerts)
}

/// How many events there are and when the first was, in memory and by SQLite.
fn seen(window: &Window) -> Result<Alert, Error> {
    let mut alert = Alert::new("history", 20)
        .evidence("since", format_timestamp(window.since))
        .evidence("events_since", format_timestamp(window.events_since))
        .evidence("local_networks", window.local_networks.clone())
        .evidence("is_local", window.local_networks().contains("198.51.100.1"));
    for (engine, sql) in [
        ("memory", "SELECT COUNT(*), MIN(time) FROM events"),
        ("sqlite", "SELECT COUNT(*), MIN(time) FROM (SELECT time FROM events)"),
    ] {
        for row in query::<(i64, Option<i64>)>(sql, &[])? {
            let (count, first) = row?;
            alert = alert.evidence(&format!("{engine}_count"), count);
            alert = alert.evidence(&format!("{engine}_first"), first.map_or_else(String::new, format_timestamp));
        }
    }
    Ok(alert)
}
