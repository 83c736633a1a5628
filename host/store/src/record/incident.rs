//! What belongs to one incident. It is one alert until nothing of it is seen for a while; midnight does not end it.
//!
//! What many sources of one network did together may be seen late, when some of them have alerts of their own: these become part of it.

use std::net::IpAddr;

use serde_json::Value;

use super::super::stored::{COLUMNS, stored};
use super::place::{LAST, Place};
use super::reopen::severity;
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

impl Place<'_> {
    /// The time since which an alert must have been raised to be the same incident: the quiet time before the first event that this alert
    /// is about.
    pub(super) fn since(&self, alert: &Alert, at: Timestamp) -> String {
        if self.quiet == 0 {
            // Behind every instant: the day alone says what belongs together.
            return "~".to_owned();
        }
        let first = |value: &Value| value.as_str().and_then(parse_timestamp);
        let events = alert.evidence.get("events").map(|events| &events["first"]);
        let first = events.and_then(first).or_else(|| alert.evidence.get("first").and_then(first));
        first.unwrap_or(at).min(at).plus(-self.quiet).seconds()
    }

    /// The open alert about the network of a single source, unless the source did worse than all of it.
    pub(super) fn around(&self, story: &str, alert: &Alert, since: &str) -> rusqlite::Result<Option<StoredAlert>> {
        let Some(source) = story.strip_prefix(FROM).and_then(|text| text.parse::<IpAddr>().ok()) else { return Ok(None) };
        let sql = format!(
            "SELECT {COLUMNS}, story FROM {} WHERE story LIKE 'from %/%' AND {LAST} >= ?1
                 AND coalesce(status, 'new') IN ('new', 'enriched') ORDER BY id DESC",
            self.table
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([since], |row| Ok((row.get::<_, String>("story")?, stored(row)?.0)))?;
        for row in rows {
            let (story, known) = row?;
            if network(&story).is_some_and(|network| network.contains(source)) && severity(&known) >= alert.severity {
                return Ok(Some(known));
            }
        }
        Ok(None)
    }

    /// The open alerts about sources of the network that an alert is about, the strongest first: it takes them over, unless they are worse.
    pub(super) fn members(&self, alert: &Alert, at: Timestamp) -> rusqlite::Result<Vec<StoredAlert>> {
        let Some(network) = alert.story.as_deref().and_then(network) else { return Ok(Vec::new()) };
        // IPv6 addresses are told by their network in any case.
        let IpAddr::V4(first) = network.first() else { return Ok(Vec::new()) };
        let [one, two, ..] = first.octets();
        let sql = format!(
            "SELECT {COLUMNS}, story FROM {} WHERE story LIKE ?2 AND story NOT LIKE '%/%' AND {LAST} >= ?1
                 AND coalesce(status, 'new') IN ('new', 'enriched') ORDER BY score DESC, id LIMIT {MOST}",
            self.table
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let values = (self.since(alert, at), format!("{FROM}{one}.{two}.%"));
        let rows = statement.query_map(values, |row| Ok((row.get::<_, String>("story")?, stored(row)?.0)))?;
        let mut members = Vec::new();
        for row in rows {
            let (story, known) = row?;
            let source = story.strip_prefix(FROM).and_then(|text| text.parse::<IpAddr>().ok());
            if source.is_some_and(|source| network.contains(source)) && severity(&known) <= alert.severity {
                members.push(known);
            }
        }
        Ok(members)
    }
}

/// The network that a story is about, where it is more than one address and not too wide.
fn network(story: &str) -> Option<Network> {
    let network: Network = story.strip_prefix(FROM).filter(|text| text.contains('/'))?.parse().ok()?;
    (network.bits() >= WIDEST).then_some(network)
}
