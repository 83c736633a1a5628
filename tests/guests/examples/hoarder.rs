//! A rule that asks for a larger store than a rule is given.

use net_scout_sdk::{Alert, Arguments, Description, Error, Window, rule};

rule!(describe, evaluate);

fn describe() -> Description {
    Description::rule("hoarder", "1.0.0", "Keeps much").alert_type("kept").keeps_state((256 << 10) + 1)
}

fn evaluate(_window: Window, _arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    Ok(Vec::new())
}
