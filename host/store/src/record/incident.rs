//! Which stored alert an alert continues. One incident is one alert until nothing of it is seen for a while; midnight does not end it.
//!
//! What many sources of one network did together may be seen late, when some of them have alerts of their own: these become part of it.

use std::net::IpAddr;

use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;

use super::{COLUMNS, severity, stored};
use net_scout_model::time::parse_timestamp;
use net_scout_model::{Alert, Network, StoredAlert, Timestamp};

/// How long an incident is quiet before what comes then is another one, where nothing is configured: a day, in microseconds.
pub(crate) const QUIET: i64 = 86_400_000_000;
/// What stories of a source begin with.
const FROM: &str = "from ";
/// A wider network than this is nobody's: alerts about its addresses stay by themselves.
const WIDEST: u8 = 16;
/// The most alerts that a network takes over at once.
const MOST: usize = 1_000;

/// The time since which an alert must have been raised to be the same incident: this long before the first event that the alert is about.
fn since(alert: &Alert, now: Timestamp, quiet: i64) -> String {
    let first = |value: &Value| value.as_str().and_then(parse_timestamp);
    let events = alert.evidence.get("events").map(|events| &events["first"]);
    let first = events.and_then(first).or_else(|| alert.evidence.get("first").and_then(first));
    first.unwrap_or(now).min(now).plus(-quiet).seconds()
}

/// The alert that this one continues.
pub(super) fn known(
    connection: &Connection,
    table: &str,
    alert: &Alert,
    now: Timestamp,
    quiet: i64,
) -> rusqlite::Result<Option<StoredAlert>> {
    let since = since(alert, now, quiet);
    let alike = "alert_type = ?1 AND src_ip IS ?2 AND dst_ip IS ?3 AND coalesce(updated_at, created_at) >= ?4";
    // Of those that name neither side, another story is another alert.
    let names_nobody = alert.src_ip.is_none() && alert.dst_ip.is_none();
    let untold = if alert.story.is_some() && names_nobody { " AND story IS NULL" } else { "" };
    let same = || {
        connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM {table} WHERE {alike}{untold} ORDER BY id DESC LIMIT 1"))?
            .query_row((&alert.alert_type, &alert.src_ip, &alert.dst_ip, &since), stored)
            .optional()
    };
    let Some(story) = &alert.story else { return same() };
    let mut told = of_story(connection, table, story, &since)?;
    if told.is_none() {
        told = around(connection, table, story, alert, &since)?;
    }
    let told = if told.is_none() { same()? } else { told };
    Ok(told.filter(|known| known.is_open() || Some(alert.severity) <= severity(known)))
}

fn of_story(connection: &Connection, table: &str, story: &str, since: &str) -> rusqlite::Result<Option<StoredAlert>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM {table} WHERE story = ?1 AND coalesce(updated_at, created_at) >= ?2 ORDER BY id DESC LIMIT 1"
        ))?
        .query_row((story, since), stored)
        .optional()
}

/// The open alert about the network of a single source, unless the source did worse than all of it.
fn around(
    connection: &Connection,
    table: &str,
    story: &str,
    alert: &Alert,
    since: &str,
) -> rusqlite::Result<Option<StoredAlert>> {
    let Some(source) = story.strip_prefix(FROM).and_then(|text| text.parse::<IpAddr>().ok()) else { return Ok(None) };
    let sql = format!(
        "SELECT story FROM {table} WHERE story LIKE 'from %/%' AND coalesce(updated_at, created_at) >= ?1 ORDER BY id DESC"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let stories = statement.query_map([since], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    for story in stories {
        let network = network(&story);
        if network.is_some_and(|network| network.contains(source))
            && let Some(known) = of_story(connection, table, &story, since)?
            && known.is_open()
            && severity(&known) >= Some(alert.severity)
        {
            return Ok(Some(known));
        }
    }
    Ok(None)
}

/// The open alerts about sources of the network that an alert is about, the strongest first: it takes them over, unless they are worse.
pub(super) fn members(
    connection: &Connection,
    table: &str,
    alert: &Alert,
    now: Timestamp,
    quiet: i64,
) -> rusqlite::Result<Vec<StoredAlert>> {
    let Some(network) = alert.story.as_deref().and_then(network) else { return Ok(Vec::new()) };
    // IPv6 addresses are told by their network in any case.
    let IpAddr::V4(first) = network.first() else { return Ok(Vec::new()) };
    let [one, two, ..] = first.octets();
    let sql = format!(
        "SELECT {COLUMNS}, story FROM {table}
         WHERE story LIKE ?2 AND story NOT LIKE '%/%' AND status IN ('new', 'enriched') AND coalesce(updated_at, created_at) >= ?1
         ORDER BY score DESC, id LIMIT {MOST}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let values = (since(alert, now, quiet), format!("{FROM}{one}.{two}.%"));
    let rows = statement.query_map(values, |row| Ok((row.get::<_, String>("story")?, stored(row)?)))?;
    let mut members = Vec::new();
    for row in rows {
        let (story, known) = row?;
        let source = story.strip_prefix(FROM).and_then(|text| text.parse::<IpAddr>().ok());
        if source.is_some_and(|source| network.contains(source)) && severity(&known) <= Some(alert.severity) {
            members.push(known);
        }
    }
    Ok(members)
}

/// The network that a story is about, where it is more than one address and not too wide.
fn network(story: &str) -> Option<Network> {
    let network: Network = story.strip_prefix(FROM).filter(|text| text.contains('/'))?.parse().ok()?;
    (network.bits() >= WIDEST).then_some(network)
}
