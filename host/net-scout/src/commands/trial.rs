//! `net-scout plugin test` and `conform`: tries a plugin on scenarios, or checks it for conformance. No database, no network.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::plugins::load_one;
use super::runtime;
use crate::config::Config;
use crate::{exit, output};
use net_scout_lab::plugin_test::conformance;
use net_scout_lab::plugin_test::conformance::Check;
use net_scout_lab::plugin_test::scenario::Scenario;
use net_scout_plugin_host::Plugins;

/// Tries a plugin on scenarios.
///
/// # Errors
/// When the plugin or a scenario cannot be read. A scenario that ends otherwise than it should is no error: the exit code says so.
pub fn test(config: &Config, plugin: &Path, scenarios: &[PathBuf]) -> anyhow::Result<u8> {
    let read = |path: &PathBuf| -> anyhow::Result<Scenario> {
        let text = std::fs::read_to_string(path).with_context(|| format!("the scenario {} cannot be read", path.display()))?;
        Scenario::parse(&text).with_context(|| format!("the scenario {}", path.display()))
    };
    // All are read before the first is tried.
    let read: Vec<Scenario> = scenarios.iter().map(read).collect::<anyhow::Result<_>>()?;
    let runtime = runtime()?;
    let (mut out, mut failed) = (output::stdout(), 0);
    for (scenario, path) in read.iter().zip(scenarios) {
        let shown = path.display();
        let differences = runtime
            .block_on(async {
                let Plugins { mut rules, mut enrichers, .. } = load_one(config, plugin).await?;
                anyhow::Ok(match (rules.pop(), enrichers.pop()) {
                    (Some(rule), _) => scenario.rule(&rule.grant_requests()).await?,
                    (None, Some(enricher)) => scenario.enricher(enricher).await?,
                    (None, None) => Vec::new(),
                })
            })
            .with_context(|| format!("the scenario {shown}"))?;
        writeln!(out, "{} {shown}", if differences.is_empty() { "ok  " } else { "FAIL" })?;
        for difference in &differences {
            writeln!(out, "     {}", net_scout_model::plain(difference, 2_000))?;
        }
        failed += usize::from(!differences.is_empty());
    }
    writeln!(out, "{} of {} scenarios passed", read.len() - failed, read.len())?;
    Ok(if failed == 0 { exit::SUCCESS } else { exit::FAILURE })
}

/// Checks a plugin for conformance, a rule also with so many events.
///
/// # Errors
/// When the plugin cannot be loaded or tried. A check that fails is no error: the exit code says so.
pub fn conform(config: &Config, plugin: &Path, events: u64) -> anyhow::Result<u8> {
    let runtime = runtime()?;
    let checks: Vec<Check> = runtime.block_on(async {
        let Plugins { mut rules, mut enrichers, .. } = load_one(config, plugin).await?;
        let again = load_one(config, plugin).await?;
        let second = again.each().next().map(|(_, description)| description.clone());
        anyhow::Ok(match (rules.pop(), enrichers.pop(), second) {
            (Some(rule), _, Some(second)) => {
                let mut rule = rule.grant_requests();
                let mut checks = vec![conformance::same_description(&rule.description, &second)];
                checks.extend(conformance::rule(&mut rule, events).await?);
                checks
            }
            (None, Some(enricher), Some(second)) => {
                let mut checks = vec![conformance::same_description(&enricher.description, &second)];
                checks.extend(conformance::enricher(enricher).await?);
                checks
            }
            _ => Vec::new(),
        })
    })?;
    let mut out = output::stdout();
    for Check { name, fault } in &checks {
        match fault {
            None => writeln!(out, "ok   {name}")?,
            Some(fault) => writeln!(out, "FAIL {name}: {}", net_scout_model::plain(fault, 2_000))?,
        }
    }
    let failed = checks.iter().filter(|check| check.fault.is_some()).count();
    writeln!(out, "{} of {} checks passed", checks.len() - failed, checks.len())?;
    Ok(if failed == 0 { exit::SUCCESS } else { exit::FAILURE })
}
