//! Describes itself wrongly, or does in `describe` what is not allowed there.
//!
//! `describe` is given nothing, so it cannot be told what to do. A test therefore changes the digits of [`CASE`] in the built component.

use std::hint::black_box;

use net_scout_sdk::bindings::net_scout::plugin::description::{self as wit, ParameterType};
use net_scout_sdk::bindings::net_scout::plugin::query;
use net_scout_sdk::{Alert, Arguments, Description, Error, Level, Parameter, Window, log, rule};

rule!(describe, evaluate);

/// The last two bytes say which case it is.
static CASE: [u8; 16] = *b"described case00";

fn describe() -> wit::Description {
    let digits = black_box(&CASE);
    let case = usize::from(digits[14] - b'0') * 10 + usize::from(digits[15] - b'0');
    CASES[case]()
}

/// In the order of the names in `tests/it/plugins.rs`.
static CASES: [fn() -> wit::Description; 20] = [
    sound,
    || panic!("no description today"),
    || loop {
        black_box(());
    },
    || {
        log(Level::Error, "a message from describe");
        sound()
    },
    || {
        let _rows = query::open("SELECT 1", &[], &[]);
        sound()
    },
    || with(|description| description.name = "\u{1b}[2Jwiped\nnewline".into()),
    || with(|description| description.name = "x".repeat(5_000_000)),
    || with(|description| description.version = String::new()),
    || with(|description| description.summary = "Looks \u{202e}backwards".into()),
    || with(|description| description.kind = raises(&[])),
    || with(|description| description.kind = raises(&["a"; 65])),
    || with(|description| description.kind = raises(&["Upper"])),
    || with(|description| description.parameters[0] = Parameter::integer("number", 11, 0..=10, "Out of bounds")),
    || with(|description| description.parameters[0] = Parameter::real("number", 0.5, f64::NAN..=1.0, "Without a bound")),
    || with(|description| description.parameters[0].type_ = choice("red", &["green", "blue"])),
    || with(|description| description.parameters[0].type_ = choice("red", &[])),
    || with(|description| description.parameters = vec![Parameter::boolean("twice", true, "Occurs twice"); 2]),
    || with(|description| description.parameters[0].meaning = "two\nlines".into()),
    || with(|description| description.requests = requests("ip_events", "src_ip")),
    || with(|description| description.requests = requests("events", "password")),
];

/// A description without fault.
fn sound() -> wit::Description {
    Description::rule("described", "1.0.0", "Raises one alert")
        .alert_type("described")
        .parameter(Parameter::boolean("switch", true, "Changes nothing"))
        .reads("events", &["src_ip"])
        .into()
}

fn with(change: impl FnOnce(&mut wit::Description)) -> wit::Description {
    let mut description = sound();
    change(&mut description);
    description
}

fn raises(alert_types: &[&str]) -> wit::Kind {
    wit::Kind::Rule(wit::RuleDetails { alert_types: alert_types.iter().map(|&text| text.into()).collect(), history_seconds: 0 })
}

fn choice(default: &str, options: &[&str]) -> ParameterType {
    let options = options.iter().map(|&option| option.into()).collect();
    ParameterType::Choice(wit::Choice { default: default.into(), options })
}

fn requests(table: &str, column: &str) -> Vec<wit::Request> {
    vec![wit::Request::Table(wit::TableRequest { table: table.into(), columns: vec![column.into()] })]
}

fn evaluate(_window: Window, _arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    Ok(vec![Alert::new("described", 1)])
}
