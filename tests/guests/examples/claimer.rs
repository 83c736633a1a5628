//! Raises alerts that say more than they may: too many, about everybody, or with conditions that are not about events alone.

use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Severity, Window, rule};

rule!(describe, evaluate);

type Act = fn() -> Vec<Alert>;

/// Each is a test in `tests/it/hostile_claims.rs`.
const ACTS: [(&str, Act); 10] = [
    ("nothing", Vec::new),
    ("crowd_out", || (0..600).map(|number| about(number, 100)).collect()),
    ("everybody", || vec![Alert::new("claim", 0).evidence("network", "0.0.0.0/0")]),
    ("everybody_checked", || vec![claim("0.0.0.0/0").events("1", &[])]),
    ("network_checked", || vec![claim("192.0.2.0/24").events("1", &[])]),
    ("network_weak", || vec![Alert::new("claim", 0).evidence("network", "192.0.2.0/24").events("1", &[])]),
    ("slow_evidence", || (0..30).map(|number| about(number, 50).events(SLOW, &[])).collect()),
    ("forged_evidence", || vec![about(1, 50).events(FORGED, &[])]),
    ("statements", || STATEMENTS.iter().zip(0..).map(|(text, number)| about(number, 50).events(text, &[])).collect()),
    ("much_evidence", || (0..461).map(|number| about(number, 50).evidence("much", "x".repeat(60_000))).collect()),
];

/// A condition that takes longer than anybody waits.
const SLOW: &str = "(SELECT count(*) FROM events a, events b, events c, events d, events e) >= 0";
/// A condition that closes the bracket of the host.
const FORGED: &str = "1=0) UNION ALL SELECT 7, 1773260711000000, '203.0.113.1', '198.51.100.1', 22 FROM events WHERE (1=1";
/// What somebody who pastes a query into a database shell would run.
const STATEMENTS: [&str; 3] =
    ["writefile('/tmp/owned', src_ip)", "1=1); DELETE FROM ip_events; --", "load_extension('/tmp/evil.so')"];

fn describe() -> Description {
    let names: Vec<&str> = ACTS.iter().map(|(name, _)| *name).collect();
    Description::rule("claimer", env!("CARGO_PKG_VERSION"), "Says more than it may")
        .alert_type("claim")
        .parameter(Parameter::choice("act", &names, "What to say"))
        .reads("events", &["id", "time", "src_ip", "dst_ip", "dst_port"])
}

fn evaluate(_window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let name = arguments.text("act")?;
    Ok(ACTS.iter().find_map(|(act, run)| (*act == name).then_some(run)).map_or_else(Vec::new, |run| run()))
}

fn about(number: i64, score: i64) -> Alert {
    let [.., third, fourth] = number.to_be_bytes();
    Alert::new("claim", score).from(format!("10.7.{third}.{fourth}"))
}

fn claim(network: &str) -> Alert {
    Alert::new("claim", 100).severity(Severity::Critical).evidence("network", network)
}
