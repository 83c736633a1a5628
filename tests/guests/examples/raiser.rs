//! Raises the alerts that a test orders, sound ones and others.

use net_scout_sdk::bindings::net_scout::plugin::detection::{Alert as Raw, EvidenceEntry, EvidenceValue};
use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Value, Window, rule};

rule!(describe, evaluate);

type Spoil = fn(&mut Raw);

/// What is wrong with every second alert.
const FAULTS: [(&str, Spoil); 16] = [
    ("none", |_| ()),
    ("type", |alert| alert.alert_type = "\u{1b}[31mother".into()),
    ("address", |alert| alert.src_ip = Some("999.1.2.3".into())),
    ("empty_address", |alert| alert.dst_ip = Some(String::new())),
    ("hostile_address", |alert| alert.src_ip = Some("192.0.2.1'; DROP TABLE ip_events; --\n\u{1b}[2J".into())),
    ("long_address", |alert| alert.dst_ip = Some("1".repeat(1_000_000))),
    ("zone", |alert| alert.src_ip = Some("fe80::1%\u{1b}[31m".into())),
    ("score", |alert| alert.score = 101),
    ("huge_score", |alert| alert.score = u32::MAX),
    ("key", |alert| push(alert, "two\nlines", Value::Null)),
    ("empty_key", |alert| push(alert, "", Value::Null)),
    ("long_key", |alert| push(alert, &"k".repeat(65), Value::Null)),
    ("repeated_key", |alert| push(alert, "number", Value::Null)),
    ("many_keys", |alert| (0..64).for_each(|index| push(alert, &format!("key{index}"), Value::Null))),
    ("large", |alert| push(alert, "large", Value::Text("x".repeat(64 << 10)))),
    ("escaped", |alert| push(alert, "escaped", Value::Text("\u{1b}".repeat(16 << 10)))),
];

fn push(alert: &mut Raw, key: &str, value: Value) {
    alert.evidence.push(EvidenceEntry { key: key.into(), value: EvidenceValue::Scalar(value) });
}

fn describe() -> Description {
    let faults: Vec<&str> = FAULTS.iter().map(|(name, _)| *name).collect();
    Description::rule("raiser", env!("CARGO_PKG_VERSION"), "Raises the alerts that were ordered")
        .alert_type("raised")
        .alert_type("strange")
        .parameter(Parameter::integer("count", 1, 0..=2_000_000, "How many alerts"))
        .parameter(Parameter::integer("score", 50, 0..=100, "The score of the first; each further one has one less"))
        .parameter(Parameter::integer("number", 0, i64::MIN..=i64::MAX, "What stands in the evidence"))
        .parameter(Parameter::boolean("source", true, "Whether the alerts have a source"))
        .parameter(Parameter::boolean("destination", false, "Whether the alerts have a destination"))
        .parameter(Parameter::choice("fault", &faults, "What is wrong with every second alert"))
        .parameter(Parameter::boolean("strange", false, "Whether to raise one more, sound alert with strange text and numbers"))
}

fn evaluate(_window: Window, arguments: &Arguments) -> Result<Vec<Raw>, Error> {
    let fault = arguments.text("fault")?;
    let spoil = FAULTS.iter().find_map(|(name, spoil)| (*name == fault).then_some(*spoil)).unwrap_or(|_| ());
    let (score, number) = (arguments.integer("score")?, arguments.integer("number")?);
    let (source, destination) = (arguments.boolean("source")?, arguments.boolean("destination")?);
    let mut alerts: Vec<Raw> = (0..arguments.integer("count")?)
        .map(|index| {
            let [.., second, third, fourth] = index.to_be_bytes();
            let address = |net: u8| format!("{net}.{second}.{third}.{fourth}");
            let mut alert: Raw = Alert::new("raised", (score - index).max(0))
                .from(source.then(|| address(10)))
                .to(destination.then(|| address(11)))
                .evidence("number", number)
                .into();
            if index % 2 == 1 {
                spoil(&mut alert);
            }
            alert
        })
        .collect();
    if arguments.boolean("strange")? {
        alerts.push(strange().into());
    }
    Ok(alerts)
}

/// Sound, but hard to write down.
fn strange() -> Alert {
    Alert::new("strange", 100)
        .from("fe80::1%eth0".to_owned())
        .to("2001:db8::1".to_owned())
        .evidence("text", "a,\"b\"\n\u{1b}[31m;=1+1\u{202e} \u{e4}")
        .evidence("not a number", f64::NAN)
        .evidence("infinity", f64::INFINITY)
        .evidence("largest", i64::MAX)
        .evidence("real", 0.1)
        .evidence("whole", 2.0)
        .evidence("yes", true)
        .evidence("ports", vec![1, 22, 65_535])
        .evidence("names", vec!["b".to_owned(), "a".to_owned()])
        .evidence("none", Vec::<i64>::new())
}
