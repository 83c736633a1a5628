//! `net-scout plugin test` and `conform`: tries a plugin on scenarios, or checks it for conformance. No database, no network.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::runtime;
use crate::config::Config;
use crate::output::Terminal;
use crate::{exit, output};
use net_scout_lab::plugin_test;
use net_scout_lab::plugin_test::conformance::Check;
use net_scout_model::plain;

/// The most characters of what is wrong.
const LONGEST: usize = 2_000;

/// Tries a plugin on scenarios.
///
/// # Errors
/// When the plugin or a scenario cannot be read. A scenario that ends otherwise than it should is no error: the exit code says so.
pub fn test(config: &Config, plugin: &Path, scenarios: &[PathBuf]) -> anyhow::Result<u8> {
    let (options, scenarios, runtime) = (config.plugin_options(), plugin_test::read_scenarios(scenarios)?, runtime()?);
    let (mut out, mut failed) = (output::stdout(), 0);
    for scenario in &scenarios {
        let differences = runtime.block_on(plugin_test::try_scenario(&options, plugin, scenario, &Terminal))?;
        writeln!(out, "{} {}", if differences.is_empty() { "ok  " } else { "FAIL" }, scenario.0.display())?;
        for difference in &differences {
            writeln!(out, "     {}", plain(difference, LONGEST))?;
        }
        failed += usize::from(!differences.is_empty());
    }
    writeln!(out, "{} of {} scenarios passed", scenarios.len() - failed, scenarios.len())?;
    Ok(if failed == 0 { exit::SUCCESS } else { exit::FAILURE })
}

/// Checks a plugin for conformance, a rule also with so many events.
///
/// # Errors
/// When the plugin cannot be loaded or tried. A check that fails is no error: the exit code says so.
pub fn conform(config: &Config, plugin: &Path, events: u64) -> anyhow::Result<u8> {
    let checks = runtime()?.block_on(plugin_test::conform(&config.plugin_options(), plugin, events, &Terminal))?;
    let mut out = output::stdout();
    for Check { name, fault } in &checks {
        match fault {
            None => writeln!(out, "ok   {name}")?,
            Some(fault) => writeln!(out, "FAIL {name}: {}", plain(fault, LONGEST))?,
        }
    }
    let failed = checks.iter().filter(|check| check.fault.is_some()).count();
    writeln!(out, "{} of {} checks passed", checks.len() - failed, checks.len())?;
    Ok(if failed == 0 { exit::SUCCESS } else { exit::FAILURE })
}
