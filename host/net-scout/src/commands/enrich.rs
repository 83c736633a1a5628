//! `net-scout enrich`, `lookup` and `cache`: what is known outside about addresses.

use super::{interrupted, runtime, terminal_width};
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{Format, Terminal};
use crate::{exit, output};
use net_scout_detect::enrich::{self, EnrichRequest, EnricherSource, Forget, LookUpRequest};
use net_scout_model::{Observable, Timestamp, plain};
use net_scout_plugin_host::PluginOptions;

/// Enriches stored alerts, with the enrichers that are named or all.
///
/// # Errors
/// When the database cannot be written, or an enricher is named that is not there. A lookup that fails is no error.
pub fn run(config: &Config, only: &[String], locked: bool, request: &EnrichRequest, now: Timestamp) -> anyhow::Result<u8> {
    let (options, plugins) = (config.enrich_options(), PluginOptions { locked, ..config.plugin_options() });
    let enrichers = EnricherSource::Folder(&plugins, only);
    let enriching = enrich::enrich_alerts(&options, enrichers, request, now, interrupted(), &Terminal);
    let enriched = runtime()?.block_on(enriching)?;
    output::enriched(&enriched, request.dry_run);
    Ok(if enriched.refused { exit::PLUGIN_FAILED } else { exit::SUCCESS })
}

/// Looks up one observable on the spot and shows what is found; with enrichers that send packets to it only where that is asked for.
///
/// # Errors
/// When it is neither an address nor a domain name, or nothing can look it up.
pub fn lookup(config: &Config, text: &str, only: &[String], refresh: bool, probes: bool, now: Timestamp) -> anyhow::Result<u8> {
    let wrong = || UsageError(format!("`{}` is neither an IP address nor a domain name", plain(text, 100)));
    // Whoever names enrichers asks for them.
    let request =
        LookUpRequest { observable: Observable::parse(text).ok_or_else(wrong)?, refresh, probes: probes || !only.is_empty() };
    let (options, plugins) = (config.enrich_options(), config.plugin_options());
    let enrichers = EnricherSource::Folder(&plugins, only);
    let looking = enrich::look_up(&options, enrichers, &request, now, interrupted(), &Terminal);
    let found = runtime()?.block_on(looking)?;
    output::write_json(&mut output::stdout(), &found.answers)?;
    output::looked_up(&found, text);
    if found.is_failure() {
        return Ok(exit::FAILURE);
    }
    Ok(if found.refused { exit::PLUGIN_FAILED } else { exit::SUCCESS })
}

/// What `net-scout cache` does.
#[derive(Clone, Debug)]
pub enum CacheAction {
    /// Lists what is kept.
    List(Format),
    /// Removes what is older than its time.
    Expire,
    /// Removes everything.
    Clear,
}

/// Lists, expires or clears the kept answers.
///
/// # Errors
/// When the database cannot be read or written.
pub fn cache(config: &Config, kind: Option<&str>, action: &CacheAction, now: Timestamp) -> anyhow::Result<u8> {
    let (options, plugins) = (config.database_options(), config.plugin_options());
    let what = match action {
        CacheAction::List(format) => {
            let answers = enrich::answers(&options, kind)?;
            output::write_answers(&mut output::stdout(), &answers, *format, terminal_width(*format))?;
            return Ok(exit::SUCCESS);
        }
        CacheAction::Clear => Forget::All,
        CacheAction::Expire => Forget::Stale(&plugins),
    };
    let (removed, left) = runtime()?.block_on(enrich::forget(&options, kind, what, now, &Terminal))?;
    output::note(&format_args!("{removed} answers removed, {left} kept"));
    Ok(exit::SUCCESS)
}
