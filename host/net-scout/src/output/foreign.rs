//! Alerts in the formats of other systems.

use std::io::{self, Write};

use super::{Format, write_json_line};
use net_scout_model::StoredAlert;
use net_scout_report::formats::{AlertFormat, Written, write_alert};

/// How alerts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertOutput {
    /// As all results are.
    Own(Format),
    /// As another system reads them.
    Foreign(AlertFormat),
}

/// Writes alerts as another system reads them, one a line.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_foreign(out: &mut dyn Write, alerts: &[StoredAlert], format: AlertFormat) -> io::Result<()> {
    for alert in alerts {
        match write_alert(alert, format) {
            Written::Object(object) => write_json_line(out, &object)?,
            Written::Line(line) => writeln!(out, "{line}")?,
        }
    }
    out.flush()
}
