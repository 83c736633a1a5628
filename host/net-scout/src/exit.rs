//! What the program's exit status means.

/// All went well, whether or not there were alerts.
pub const SUCCESS: u8 = 0;
/// The command failed; standard error says why. Nothing was half written.
pub const FAILURE: u8 = 1;
/// The command line or the configuration is wrong; nothing was done.
pub const USAGE: u8 = 2;
/// The command did its work, but a plugin was refused or failed, or an alert of its was refused. The alerts of the others stand.
pub const PLUGIN_FAILED: u8 = 3;

/// An error in what the operator wrote, which ends the program with [`USAGE`] instead of [`FAILURE`].
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);
