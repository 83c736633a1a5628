//! Which stored alert an alert continues. One incident is one alert until nothing of it is seen for a while; midnight does not end it.
//!
//! What many sources of one network did together may be seen late, when some of them have alerts of their own: these become part of it.

use std::net::IpAddr;

use serde_json::Value;

use super::super::stored::{COLUMNS, stored};
use super::place::{OPEN, Place, untold};
use net_scout_model::time::parse_timestamp;
use net_scout_model::{Alert, Network, StoredAlert, Timestamp};

/// A day, by which the texts of one instant may differ with their offsets.
const DAY: i64 = 86_400_000_000;
/// What stories of a source begin with.
const FROM: &str = "from ";
/// A wider network than this is nobody's: alerts about its addresses stay by themselves.
const WIDEST: u8 = 16;
/// The most alerts that a network takes over at once, and the most networks that are looked at.
const MOST: usize = 1_000;
/// When an alert was raised last, and first. The first comparison is of texts, and for speed; the others of instants.
const AROUND: &str =
    "coalesce(updated_at, created_at) >= ?1 AND julianday(coalesce(updated_at, created_at)) >= julianday(?2) - 1e-9
             AND coalesce(julianday(created_at), 0) <= julianday(?3) + 1e-9";

/// When an alert must have been raised to be the same incident. Since an instant so long before the first event that the alert is about,
/// and in any case on the same UTC day: as a text that no earlier instant is behind, and as it is. And not first raised so long after it,
/// which only is where the past is scanned.
struct Around(String, String, String);

impl Around {
    fn of(alert: &Alert, at: Timestamp, quiet: i64) -> Self {
        let first = |value: &Value| value.as_str().and_then(parse_timestamp);
        let events = alert.evidence.get("events").map(|events| &events["first"]);
        let first = events.and_then(first).or_else(|| alert.evidence.get("first").and_then(first));
        let midnight = Timestamp(at.0.div_euclid(DAY) * DAY);
        let since = first.unwrap_or(at).min(at).plus(-quiet).min(midnight);
        let until = at.plus(quiet).max(midnight.plus(DAY));
        Self(since.plus(-DAY).date(), since.seconds(), until.stored())
    }
}

impl Place<'_> {
    /// The alert of an incident that is not over which this one continues.
    pub(super) fn continued(&self, alert: &Alert, at: Timestamp) -> rusqlite::Result<Option<StoredAlert>> {
        let since = Around::of(alert, at, self.quiet);
        if let Some(story) = &alert.story {
            let told = self.of_story(story, &since)?;
            let told = if told.is_none() { self.around(story, alert, &since)? } else { told };
            if told.is_some() {
                return Ok(told);
            }
        }
        let untold = untold(alert);
        let sql = format!(
            "SELECT {COLUMNS} FROM {} WHERE {AROUND} AND alert_type = ?4 AND src_ip IS ?5 AND dst_ip IS ?6 {untold}
             AND status IS NOT 'duplicate' ORDER BY {OPEN} DESC, id DESC LIMIT 1",
            self.table
        );
        let values = (&since.0, &since.1, &since.2, &alert.alert_type, &alert.src_ip, &alert.dst_ip);
        self.one(&sql, values)
    }

    /// The newest alert of a story, an open one first. One that became part of another is not it.
    fn of_story(&self, story: &str, since: &Around) -> rusqlite::Result<Option<StoredAlert>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {} WHERE {AROUND} AND story = ?4 AND status IS NOT 'duplicate'
             ORDER BY {OPEN} DESC, id DESC LIMIT 1",
            self.table
        );
        self.one(&sql, (&since.0, &since.1, &since.2, story))
    }

    /// The open alert about the network of a single source, unless the source did worse than all of it.
    fn around(&self, story: &str, alert: &Alert, since: &Around) -> rusqlite::Result<Option<StoredAlert>> {
        let Some(source) = story.strip_prefix(FROM).and_then(|text| text.parse::<IpAddr>().ok()) else { return Ok(None) };
        for (network, story) in self.networks.iter().filter(|(network, _)| network.contains(source)) {
            debug_assert!(network.bits() >= WIDEST);
            if let Some(known) = self.of_story(story, since)?
                && known.is_open()
                && known.severity() >= alert.severity
            {
                return Ok(Some(known));
            }
        }
        Ok(None)
    }

    /// The networks that open alerts are about, the newest first.
    pub(super) fn networks(connection: &rusqlite::Connection, table: &str) -> rusqlite::Result<Vec<(Network, String)>> {
        let sql = format!(
            "SELECT story FROM {table} WHERE story >= '{FROM}' AND story < 'from!' AND story LIKE '%/%' AND {OPEN}
             GROUP BY story ORDER BY max(id) DESC LIMIT {MOST}"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let stories = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        Ok(stories.into_iter().filter_map(|story| Some((network(&story)?, story))).collect())
    }

    /// The network of an alert that was recorded is known to those that follow: a scan says at once what the same scan would say again.
    pub(super) fn learn(&mut self, alert: &Alert) {
        if let Some(story) = &alert.story
            && let Some(network) = network(story)
            && self.networks.iter().all(|(_, known)| known != story)
        {
            self.networks.insert(0, (network, story.clone()));
        }
    }

    /// The open alerts about sources of the network that an alert is about, the strongest first: it takes them over, unless they are
    /// worse, or it does not name its events.
    pub(super) fn members(&self, alert: &Alert, at: Timestamp) -> rusqlite::Result<Vec<StoredAlert>> {
        let names_its_events = alert.evidence.get("events").is_some_and(|events| events.get("error").is_none());
        let Some(network) = alert.story.as_deref().and_then(network).filter(|_| names_its_events) else { return Ok(Vec::new()) };
        // IPv6 addresses are told by their network in any case.
        let IpAddr::V4(first) = network.first() else { return Ok(Vec::new()) };
        let [one, two, ..] = first.octets();
        let sql = format!(
            "SELECT {COLUMNS}, story FROM {} WHERE {AROUND} AND story >= ?4 AND story < ?5 AND story NOT LIKE '%/%' AND {OPEN}
             ORDER BY score DESC, id LIMIT {MOST}",
            self.table
        );
        let since = Around::of(alert, at, self.quiet);
        let (from, to) = (format!("{FROM}{one}.{two}."), format!("{FROM}{one}.{two}/"));
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement
            .query_map((since.0, since.1, since.2, from, to), |row| Ok((row.get::<_, String>("story")?, stored(row)?.0)))?;
        let mut members = Vec::new();
        for row in rows {
            let (story, known) = row?;
            let source = story.strip_prefix(FROM).and_then(|text| text.parse::<IpAddr>().ok());
            if source.is_some_and(|source| network.contains(source)) && known.severity() <= alert.severity {
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
