//! `net-scout allow`: what the operator knows and does not want to hear of, and the stored alerts that this closes.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::terminal_width;
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{Cell, Format, Table};
use crate::{exit, output};
use net_scout_detect::scan::all_roles;
use net_scout_model::time::{parse_duration, parse_timestamp};
use net_scout_model::{
    Allow, AllowError, AllowSubject, Allowlist, Direction, Network, Networks, Origin, RULES_THAT_COUNT, Side, StoredAlert,
    Timestamp, counted, parse_address, parse_ports,
};
use net_scout_store::{AlertFilter, Database, DatabaseError, ListedAlerts};

/// How many numbers of alerts are shown.
const SHOWN: usize = 20;
/// Where the system names its resolvers.
const RESOLVERS: &str = "/etc/resolv.conf";

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

/// Everything that is allowed: what is built in, configured, and kept in the database.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn allowlist(config: &Config, database: &Database) -> Result<Allowlist, DatabaseError> {
    let resolvers: Vec<IpAddr> = match config.dns_servers.as_slice() {
        [] => system_resolvers(&std::fs::read_to_string(RESOLVERS).unwrap_or_default()),
        servers => servers.iter().map(std::net::SocketAddr::ip).collect(),
    };
    let mut list = Allowlist::built_in(&resolvers);
    list.add_configured(&config.allow);
    let (stored, unreadable) = database.allowlist()?;
    for id in unreadable {
        output::warning(&format_args!(
            "entry {id} of the allowlist cannot be read and allows nothing; remove it with `net-scout allow remove {id}`"
        ));
    }
    list.0.extend(stored);
    Ok(list)
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
    let side = if destination { Side::Destination } else { Side::Source };
    let allow = Allow { network, side, rules, ports, direction, reason, until };
    if dry_run {
        let database = Database::open_read_only(&config.db_path, &config.alert_table, config.busy_timeout)?;
        would_close(&fitting(config, &database, |subject, local| allow.fits(subject, local, now))?, "nothing written (dry run)");
        return Ok(exit::SUCCESS);
    }
    let mut database = Database::open(&config.db_path, &config.alert_table, config.busy_timeout)?;
    database.migrate(now)?;
    let id = database.allow(&allow, now)?;
    output::note(&format_args!("entry {id} allows {}", sentence(&allow)));
    let alerts = fitting(config, &database, |subject, local| allow.fits(subject, local, now))?;
    finish(&mut database, &alerts, close)
}

/// Closes the stored alerts that entries fit; or only says which.
///
/// # Errors
/// When the database cannot be read or written.
pub fn apply(config: &Config, dry_run: bool, now: Timestamp) -> anyhow::Result<u8> {
    let open = if dry_run { Database::open_read_only } else { Database::open };
    let mut database = open(&config.db_path, &config.alert_table, config.busy_timeout)?;
    let list = allowlist(config, &database)?;
    let alerts = fitting(config, &database, |subject, local| list.find(subject, local, now).is_some())?;
    if dry_run {
        would_close(&alerts, "nothing written (dry run)");
        return Ok(exit::SUCCESS);
    }
    finish(&mut database, &alerts, true)
}

/// Removes entries of the database.
///
/// # Errors
/// When one is not there: then none is removed.
pub fn remove(config: &Config, ids: &[i64]) -> anyhow::Result<u8> {
    let mut database = Database::open(&config.db_path, &config.alert_table, config.busy_timeout)?;
    let (entries, unreadable) = database.allowlist()?;
    let there = |id: &i64| unreadable.contains(id) || entries.iter().any(|(origin, _)| origin.to_string() == id.to_string());
    if let Some(missing) = ids.iter().find(|id| !there(id)) {
        anyhow::bail!(
            "the allowlist has no entry {missing}; `net-scout allow list` shows them (configured ones are removed in the file)"
        );
    }
    for id in database.disallow(ids)? {
        output::note(&format_args!("entry {id} is removed"));
    }
    Ok(exit::SUCCESS)
}

/// Shows all entries.
///
/// # Errors
/// When the database cannot be read, or standard output cannot be written.
pub fn list(config: &Config, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    let database = Database::open_read_only(&config.db_path, &config.alert_table, config.busy_timeout)?;
    let list = allowlist(config, &database)?;
    let mut rows: Vec<Value> = list
        .0
        .iter()
        .map(|(origin, allow)| {
            json!({
                "id": origin.to_string(),
                "network": allow.network.to_string(),
                "side": allow.side.name(),
                "rules": allow.rules.join(","),
                "ports": allow.ports_text(),
                "direction": allow.direction.map(Direction::name),
                "until": allow.until.map(Timestamp::seconds),
                "status": if allow.until.is_some_and(|until| until <= now) { "expired" } else { "active" },
                "reason": allow.reason,
            })
        })
        .collect();
    let status = if config.builtin_roles { "active" } else { "off" };
    rows.extend(all_roles().map(|role| {
        json!({
            "id": Origin::BuiltIn.to_string(),
            "network": null,
            "side": Side::Source.name(),
            "rules": RULES_THAT_COUNT,
            "ports": "",
            "direction": null,
            "until": null,
            "status": status,
            "reason": role.reason,
        })
    }));
    let table = || {
        let columns = ["id", "network", "side", "rules", "ports", "direction", "until", "status", "reason"];
        let mut table = Table::new(&columns);
        for row in &rows {
            let cell = |column: &str| Cell::new(row[column].as_str().filter(|text| !text.is_empty()).unwrap_or("-"));
            table.row(columns.map(cell).to_vec());
        }
        table
    };
    output::write_objects(&mut output::stdout(), &rows, format, terminal_width(format), table)?;
    Ok(exit::SUCCESS)
}

/// The stored alerts that nobody has dealt with yet, for which `fits` holds: only they are closed.
fn fitting(
    config: &Config,
    database: &Database,
    fits: impl Fn(&AllowSubject<'_>, &Networks) -> bool,
) -> Result<Vec<StoredAlert>, DatabaseError> {
    let local = config.local_networks.clone().unwrap_or_else(Networks::private);
    let ListedAlerts { mut alerts, unreadable } = database.alerts(&AlertFilter::default())?;
    output::unreadable_alerts(&unreadable, &config.alert_table);
    alerts.retain(|alert| alert.is_open() && fits(&alert.into(), &local));
    Ok(alerts)
}

fn finish(database: &mut Database, alerts: &[StoredAlert], close: bool) -> anyhow::Result<u8> {
    if close {
        database.close_allowed(&alerts.iter().map(|alert| alert.id).collect::<Vec<_>>())?;
        output::note(&format_args!("closed {}{}", counted(alerts.len(), "alert"), numbers(alerts)));
    } else if !alerts.is_empty() {
        would_close(alerts, "`net-scout allow apply` closes them");
    }
    Ok(exit::SUCCESS)
}

fn would_close(alerts: &[StoredAlert], hint: &str) {
    output::note(&format_args!("would close {}{}; {hint}", counted(alerts.len(), "alert"), numbers(alerts)));
}

/// `: 3, 4, 9`
fn numbers(alerts: &[StoredAlert]) -> String {
    let shown: Vec<String> = alerts.iter().take(SHOWN).map(|alert| alert.id.to_string()).collect();
    let more = if alerts.len() > SHOWN { ", ..." } else { "" };
    if shown.is_empty() { String::new() } else { format!(": {}{more}", shown.join(", ")) }
}

/// What an entry allows, in words.
pub(super) fn sentence(allow: &Allow) -> String {
    let mut text = match allow.side {
        Side::Source => format!("alerts from {}", allow.network),
        Side::Destination => format!("alerts to {}", allow.network),
    };
    if !allow.rules.is_empty() {
        text.push_str(&format!(" of {}", allow.rules.join(", ")));
    }
    if !allow.ports.is_empty() {
        text.push_str(&format!(" on port {}", allow.ports_text()));
    }
    if let Some(direction) = allow.direction {
        text.push_str(&format!(", {}", direction.name()));
    }
    if let Some(until) = allow.until {
        text.push_str(&format!(", until {}", until.seconds()));
    }
    text
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

/// The resolvers that resolv.conf(5) names.
fn system_resolvers(text: &str) -> Vec<IpAddr> {
    let server = |line: &str| parse_address(line.strip_prefix("nameserver")?.split_whitespace().next()?);
    text.lines().filter_map(|line| server(line.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolvers_of_the_system() {
        let text = "# nameserver 192.0.2.1\nnameserver 192.0.2.53\n nameserver\tfe80::1%eth0 \nnameservers 1\noptions edns0\nnameserver x";
        let servers: Vec<String> = system_resolvers(text).iter().map(IpAddr::to_string).collect();
        assert_eq!(servers, ["192.0.2.53", "fe80::1"]);
    }

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
