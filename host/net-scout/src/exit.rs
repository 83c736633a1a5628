//! What the program's exit status means, and which one an error gets.

use net_scout_detect::DetectError;
use net_scout_doctor::InjectError;
use net_scout_ingest::LogsError;
use net_scout_lab::evaluate::EvaluateError;
use net_scout_lab::replay::ReplayError;
use net_scout_model::Severity;
pub use net_scout_model::UsageError;
use net_scout_plugin_host::PluginsError;
use net_scout_report::ReportError;
use net_scout_serve::service::ServiceError;
use net_scout_web::accounts::AccountError;

/// All went well, whether or not there were alerts.
pub const SUCCESS: u8 = 0;
/// The command failed; standard error says why.
pub const FAILURE: u8 = 1;
/// The command line or the configuration is wrong; nothing was done.
pub const USAGE: u8 = 2;
/// The command did its work, but a plugin was refused or failed, or one of its alerts was refused. The alerts of the others stand.
pub const PLUGIN_FAILED: u8 = 3;
/// What `notify flush` says: a message did not reach its receiver, and is tried again.
pub const UNDELIVERED: u8 = 3;
/// What `status` says: the service is behind, or something of it fails.
pub const UNHEALTHY: u8 = 3;

/// `scan --fail-on`: a new alert is at least as severe as was said. It counts more than that a plugin failed.
pub const ALERTED: u8 = 4;

/// The status where the most severe of the new alerts is at least as severe as this.
#[must_use]
pub fn alerted(worst: Option<Severity>, fail_on: Option<Severity>) -> Option<u8> {
    (worst? >= fail_on?).then_some(ALERTED)
}

/// Whether an error is in what the operator wrote, so that it ends the program with [`USAGE`] instead of [`FAILURE`].
#[must_use]
pub fn is_usage(error: &anyhow::Error) -> bool {
    error.is::<UsageError>()
        || error.downcast_ref().is_some_and(PluginsError::is_usage)
        || error.downcast_ref().is_some_and(DetectError::is_usage)
        || error.downcast_ref().is_some_and(InjectError::is_usage)
        || error.downcast_ref().is_some_and(EvaluateError::is_usage)
        || error.downcast_ref().is_some_and(ReplayError::is_usage)
        || error.downcast_ref().is_some_and(LogsError::is_usage)
        || error.downcast_ref().is_some_and(ReportError::is_usage)
        || error.downcast_ref().is_some_and(ServiceError::is_usage)
        || error.downcast_ref().is_some_and(AccountError::is_usage)
}
