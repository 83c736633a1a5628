//! `net-scout plugin approve`: shows what a plugin is and asks for, and grants it on consent.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::plugins;
use crate::config::Config;
use crate::exit::{self, UsageError};
use crate::model::Kind;
use crate::output;
use crate::plugin::{Plugins, read_lock};

/// Approves the plugins that are named, by name or by file, or all of the plugin folder, one after another.
///
/// # Errors
/// When one is not there, or consent is neither given nor can be asked for.
pub fn run(config: &Config, names: &[String], yes: bool) -> anyhow::Result<u8> {
    let Plugins { rules, enrichers, refused } = super::runtime()?.block_on(plugins::load(config))?;
    let named = |name: &str, file: &str| names.iter().any(|asked| asked == name || asked == file);
    for name in names {
        let known = rules.iter().map(|rule| (&rule.description.name, &rule.file));
        let mut known = known.chain(enrichers.iter().map(|enricher| (&enricher.description.name, &enricher.file)));
        if !known.any(|(known, file)| known == name || file == name) {
            let folder = config.plugins.display();
            return Err(UsageError(format!("there is no plugin `{name}` to approve in {folder}")).into());
        }
    }
    for rule in rules.iter().filter(|rule| named(&rule.description.name, &rule.file)) {
        output::note(&format_args!("{} is a rule, which needs no approval", rule.description.name));
    }
    let mut lock = read_lock(&config.plugins)?;
    for enricher in enrichers.iter().filter(|enricher| names.is_empty() || named(&enricher.description.name, &enricher.file)) {
        let description = &enricher.description;
        if enricher.missing(&lock.granted(&description.name, &enricher.hash)).is_empty() {
            output::note(&format_args!("{} is approved", description.name));
            continue;
        }
        let outside = matches!(description.kind, Kind::Enricher { outside: true, .. });
        output::note(&format_args!(
            "{} {} ({}, SHA-256 {})",
            description.name, description.version, enricher.file, enricher.hash
        ));
        output::note(&format_args!("  {}", description.summary));
        output::note(&format_args!("  it tells others what it looks up: {}", if outside { "yes" } else { "no" }));
        for request in &description.requests {
            output::note(&format_args!("  it asks to use {}: {request}", request.capability()));
        }
        if !yes && !consent()? {
            output::note(&format_args!("{} is not approved", description.name));
            continue;
        }
        lock.approve(enricher);
        lock.write(&config.plugins)?;
        output::note(&format_args!("{} is approved", description.name));
    }
    Ok(if names.is_empty() && !refused.is_empty() { exit::PLUGIN_FAILED } else { exit::SUCCESS })
}

fn consent() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(UsageError("nobody is there to ask; approve with --yes".to_owned()).into());
    }
    let mut err = anstream::stderr();
    write!(err, "Approve? [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
