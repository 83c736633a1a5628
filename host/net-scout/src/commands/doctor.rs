//! `net-scout doctor`: what is wrong with an installation, and what mends it.

use super::{runtime, terminal_width};
use crate::config::Config;
use crate::exit;
use crate::output::{self, Format, Terminal};
use net_scout_doctor::{State, examine, inject};
use net_scout_model::Timestamp;

/// Makes all checks and shows them. `wrong` is what is wrong with the configuration, of which this is what can be used.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(config: &Config, wrong: Option<&anyhow::Error>, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    let installation = config.installation(wrong);
    let runtime = runtime()?;
    let checks = runtime.block_on(examine(&installation, now));
    // Not waiting for a compiler that was given up.
    runtime.shutdown_background();
    output::write_checks(&mut output::stdout(), &checks, format, terminal_width(format))?;
    let is_wrong = checks.iter().any(|check| check.state == State::Wrong);
    Ok(if is_wrong { exit::UNHEALTHY } else { exit::SUCCESS })
}

/// Puts a made-up scan into a copy of the database, and shows what comes of it.
///
/// # Errors
/// When the scan cannot be made, or there is no such receiver.
pub fn prove(config: &Config, to: Option<&str>, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    let runtime = runtime()?;
    let injected = runtime.block_on(inject(&config.installation(None), to, now, &Terminal))?;
    runtime.shutdown_background();
    output::write_injected(&mut output::stdout(), &injected, format, terminal_width(format))?;
    Ok(if injected.arrived() { exit::SUCCESS } else { exit::UNHEALTHY })
}
