//! `net-scout allow`: what the operator knows and does not want to see again, and the stored alerts that this closes.

use super::{runtime, terminal_width};
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{Format, Terminal};
use crate::{exit, output};
use net_scout_detect::allow;
use net_scout_detect::known::check_rules;
use net_scout_model::time::{parse_duration, parse_timestamp};
use net_scout_model::{Allow, AllowError, Direction, Network, Side, Timestamp, parse_ports};

/// A new entry, as written.
#[derive(Clone, Debug)]
pub struct AddRequest {
    /// An address or a network.
    pub network: Network,
    /// Whether it is about the destination.
    pub destination: bool,
    /// Only alerts of these rules.
    pub rules: Vec<String>,
    /// Only alerts on these ports.
    pub ports: Option<String>,
    /// Only in this direction.
    pub direction: Option<Direction>,
    /// Why.
    pub reason: String,
    /// Until when: an instant, or a duration from now.
    pub until: Option<String>,
    /// Close the stored alerts that fit.
    pub close: bool,
    /// Only show what it would do.
    pub dry_run: bool,
}

/// Adds an entry.
///
/// # Errors
/// When it makes no sense, or the database cannot be written.
pub fn add(config: &Config, request: AddRequest, now: Timestamp) -> anyhow::Result<u8> {
    let AddRequest { network, destination, rules, ports, direction, reason, until, close, dry_run } = request;
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(UsageError(format!("--reason: {}", AllowError::Reason)).into());
    }
    let ports = parse_ports(ports.as_deref().unwrap_or("")).map_err(|error| UsageError(format!("--port: {error}")))?;
    let until = until.map(|text| parse_until(&text, now)).transpose()?;
    if !rules.is_empty() {
        runtime()?.block_on(check_rules(&config.database_options(), &config.plugin_options(), &rules, &Terminal))?;
    }
    let side = if destination { Side::Destination } else { Side::Source };
    let (options, entry) = (config.scan_options(), Allow { network, side, rules, ports, direction, reason, until });
    if dry_run {
        output::would_close(&allow::preview(&options, &entry, now, &Terminal)?, output::NOTHING_WRITTEN);
        return Ok(exit::SUCCESS);
    }
    let alerts = allow::add(&options, &entry, close, now, &Terminal)?;
    if close {
        output::closed(&alerts);
    } else if !alerts.is_empty() {
        output::would_close(&alerts, "`net-scout allow apply` closes them");
    }
    Ok(exit::SUCCESS)
}

/// Closes the stored alerts that entries fit; or only says which.
///
/// # Errors
/// When the database cannot be read or written.
pub fn apply(config: &Config, dry_run: bool, now: Timestamp) -> anyhow::Result<u8> {
    let alerts = allow::apply(&config.scan_options(), dry_run, now, &Terminal)?;
    if dry_run {
        output::would_close(&alerts, output::NOTHING_WRITTEN)
    } else {
        output::closed(&alerts)
    }
    Ok(exit::SUCCESS)
}

/// Removes entries of the database.
///
/// # Errors
/// When one is not there: then none is removed.
pub fn remove(config: &Config, ids: &[i64]) -> anyhow::Result<u8> {
    for id in allow::remove(&config.scan_options(), ids)? {
        output::note(&format_args!("entry {id} is removed"));
    }
    Ok(exit::SUCCESS)
}

/// Shows all entries.
///
/// # Errors
/// When the database cannot be read, or standard output cannot be written.
pub fn list(config: &Config, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    let list = allow::list(&config.scan_options(), &Terminal)?;
    output::write_allowlist(&mut output::stdout(), &list, config.builtin_roles, now, format, terminal_width(format))?;
    Ok(exit::SUCCESS)
}

/// An instant, or a duration from now.
fn parse_until(text: &str, now: Timestamp) -> Result<Timestamp, UsageError> {
    let wrong = || {
        UsageError(format!("--until: `{text}` is neither an instant such as 2026-12-31 nor a duration from now such as 30 days"))
    };
    let until = parse_timestamp(text).or_else(|| Some(now.plus(parse_duration(text).ok()?)));
    let until = until.ok_or_else(wrong)?;
    if until <= now {
        return Err(UsageError(format!("--until: {} is past", until.seconds())));
    }
    Ok(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_entries() {
        let now = Timestamp(1_773_261_311_000_000);
        assert_eq!(parse_until("2 hours", now).expect("a duration"), now.plus(7_200_000_000));
        assert_eq!(parse_until("2026-12-31", now).expect("a date").seconds(), "2026-12-31T00:00:00Z");
        for text in ["2026-01-01", "soon", ""] {
            assert!(parse_until(text, now).is_err(), "{text}");
        }
    }
}
