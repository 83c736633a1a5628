//! Alerts in the formats of other systems.

mod attack;
mod cef;
mod ecs;
mod facts;
mod ocsf;
#[cfg(test)]
mod tests;

use net_scout_model::StoredAlert;
use serde_json::Value;

pub use attack::{Tactic, Technique, technique};
use facts::Facts;

/// The format of another system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertFormat {
    /// Elastic Common Schema: an object a line.
    Ecs,
    /// Open Cybersecurity Schema Framework, class Detection Finding: an object a line.
    Ocsf,
    /// Common Event Format: a line of text.
    Cef,
}

/// An alert in the format of another system.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// An object.
    Object(Value),
    /// A line, without its end. Nothing in it moves the cursor of a terminal.
    Line(String),
}

/// Writes an alert in the format of another system.
#[must_use]
pub fn write_alert(alert: &StoredAlert, format: AlertFormat) -> Written {
    let facts = Facts::of(alert);
    match format {
        AlertFormat::Ecs => Written::Object(ecs::object(&facts)),
        AlertFormat::Ocsf => Written::Object(ocsf::object(&facts)),
        AlertFormat::Cef => Written::Line(cef::line(&facts)),
    }
}

/// The name that other systems know this program by.
const PRODUCT: &str = "net-scout";
/// Its version.
const VERSION: &str = env!("CARGO_PKG_VERSION");
