//! A rule that counts its scans in its state and raises an alert with the count. With the parameter `fails` it fails after it has counted.

use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Window, rule, state};

rule!(describe, evaluate);

fn describe() -> Description {
    Description::rule("counter", "1.0.0", "Counts scans")
        .alert_type("counted")
        .parameter(Parameter::boolean("fails", false, "Whether it fails after it has counted"))
        .keeps_state(1_024)
}

fn evaluate(_window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let failed = |error: state::StateError| Error::Failed(format!("{error:?}"));
    let before = state::get("scans").map_err(failed)?.map_or(0, |value| i64::from(value[0]));
    state::set("scans", &[before as u8 + 1]).map_err(failed)?;
    if arguments.boolean("fails")? {
        return Err(Error::Failed("after a change".to_owned()));
    }
    Ok(vec![Alert::new("counted", 10).evidence("scans", before + 1)])
}
