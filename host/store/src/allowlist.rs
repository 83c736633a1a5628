//! The allowlist of the database, and the stored alerts that it closes.

use rusqlite::{Row, params};

use super::error::DatabaseError;
use super::history::{Said, Writer};
use super::open::Database;
use super::schema::{columns, quote};
use net_scout_model::time::parse_timestamp;
use net_scout_model::{Actor, Allow, Origin, Timestamp, parse_direction, parse_ports, parse_side};

/// The status of an alert that was closed because it is allowed.
const ALLOWED: &str = "allowed";

/// The entries with their numbers, and the numbers of those that cannot be read.
pub(crate) type StoredAllowlist = (Vec<(Origin, Allow)>, Vec<i64>);

impl Database {
    /// The entries, oldest first; none where there is no table for them yet. One that another program made unreadable allows nothing,
    /// and its number is given.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn allowlist(&self) -> Result<StoredAllowlist, DatabaseError> {
        let read = || -> rusqlite::Result<_> {
            let (mut entries, mut unreadable) = (Vec::new(), Vec::new());
            if columns(&self.connection, "scout_allowlist")?.is_empty() {
                return Ok((entries, unreadable));
            }
            let sql = "SELECT id, network, side, rules, ports, direction, reason, expires_at FROM scout_allowlist ORDER BY id";
            let mut statement = self.connection.prepare(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let id = row.get(0)?;
                match entry(row)? {
                    Some(entry) => entries.push((Origin::Stored(id), entry)),
                    None => unreadable.push(id),
                }
            }
            Ok((entries, unreadable))
        };
        read().map_err(self.error("read"))
    }

    /// Adds an entry. Gives its number.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn allow(&mut self, allow: &Allow, now: Timestamp) -> Result<i64, DatabaseError> {
        self.write("change the allowlist in", |connection| {
            connection.query_row(
                "INSERT INTO scout_allowlist (network, side, rules, ports, direction, reason, created_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id",
                params![
                    allow.network.to_string(),
                    allow.side.name(),
                    allow.rules.join(","),
                    allow.ports_text(),
                    allow.direction.map(|direction| direction.name()),
                    allow.reason,
                    now.seconds(),
                    allow.until.map(Timestamp::seconds),
                ],
                |row| row.get(0),
            )
        })
    }

    /// Removes entries. Gives the numbers of those that were there.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn disallow(&mut self, ids: &[i64]) -> Result<Vec<i64>, DatabaseError> {
        self.write("change the allowlist in", |connection| {
            let mut removed = Vec::new();
            for id in ids {
                if connection.execute("DELETE FROM scout_allowlist WHERE id = ?1", [id])? > 0 {
                    removed.push(*id);
                }
            }
            Ok(removed)
        })
    }

    /// Closes stored alerts because they are allowed, each for its reason.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn close_allowed(&mut self, alerts: &[(i64, String)], now: Timestamp) -> Result<(), DatabaseError> {
        let table = self.alert_table.clone();
        let sql = format!("UPDATE {} SET status = '{ALLOWED}', snoozed_until = NULL WHERE id = ?1", quote(&table));
        self.write("close alerts in", |connection| {
            let mut close = connection.prepare(&sql)?;
            let history = Writer::new(connection, &table, now)?;
            alerts.iter().try_for_each(|(id, reason)| {
                let said = Said::new(&Actor::Allowlist, "allow", Some(reason));
                history.change(*id, said, || close.execute([id]).map(drop))
            })
        })
    }
}

/// An entry; none where it makes no sense.
fn entry(row: &Row<'_>) -> rusqlite::Result<Option<Allow>> {
    let text = |index: &str| row.get::<_, String>(index);
    let (network, side, rules, ports) = (text("network")?, text("side")?, text("rules")?, text("ports")?);
    let (direction, until) = (row.get::<_, Option<String>>("direction")?, row.get::<_, Option<String>>("expires_at")?);
    let read = || {
        Some(Allow {
            network: network.parse().ok()?,
            side: parse_side(&side).ok()?,
            rules: rules.split(',').filter(|rule| !rule.is_empty()).map(str::to_owned).collect(),
            ports: parse_ports(&ports).ok()?,
            direction: match direction {
                Some(direction) => Some(parse_direction(&direction).ok()?),
                None => None,
            },
            reason: text("reason").ok()?,
            until: match until {
                Some(until) => Some(parse_timestamp(&until)?),
                None => None,
            },
        })
    };
    Ok(read())
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_scout_model::Side;

    #[test]
    fn entries_come_back_as_they_were() {
        let mut database = Database::in_memory("scout_alerts").expect("open");
        assert_eq!(database.allowlist().expect("no table"), (vec![], vec![]));
        let now = Timestamp(1_773_261_311_000_000);
        database.migrate(now).expect("migrate");
        let plain = Allow {
            network: "192.0.2.0/24".parse().expect("a network"),
            side: Side::Source,
            rules: Vec::new(),
            ports: Vec::new(),
            direction: None,
            reason: "the scanner of the office".to_owned(),
            until: None,
        };
        let whole = Allow {
            side: Side::Destination,
            rules: vec!["probe".to_owned(), "port_scan".to_owned()],
            ports: vec![(22, 22), (8_000, 8_100)],
            direction: Some(net_scout_model::Direction::Outbound),
            until: Some(now.plus(1_000_000)),
            ..plain.clone()
        };
        let (first, second) = (database.allow(&plain, now).expect("added"), database.allow(&whole, now).expect("added"));
        let all = vec![(Origin::Stored(first), plain), (Origin::Stored(second), whole.clone())];
        assert_eq!(database.allowlist().expect("read"), (all, vec![]));
        database.connection.execute("UPDATE scout_allowlist SET network = 'x' WHERE id = ?1", [first]).expect("tampered");
        assert_eq!(database.allowlist().expect("read"), (vec![(Origin::Stored(second), whole)], vec![first]));
        assert_eq!(database.disallow(&[first, 99]).expect("removed"), [first]);
    }
}
