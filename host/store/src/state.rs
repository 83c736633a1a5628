//! What plugins keep between runs.

use rusqlite::Connection;

use super::error::DatabaseError;
use super::open::Database;
use super::schema::columns;
use net_scout_model::Timestamp;

/// A key of a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateEntry {
    /// Whose it is.
    pub plugin: String,
    /// The key.
    pub key: String,
    /// Its value; none where it is removed.
    pub value: Option<Vec<u8>>,
}

impl Database {
    /// What all plugins keep; nothing where there is no table for it yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn plugin_state(&self) -> Result<Vec<StateEntry>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<StateEntry>> {
            if columns(&self.connection, "scout_plugin_state")?.is_empty() {
                return Ok(Vec::new());
            }
            self.connection
                .prepare("SELECT plugin, key, value FROM scout_plugin_state")?
                .query_map([], |row| Ok(StateEntry { plugin: row.get(0)?, key: row.get(1)?, value: Some(row.get(2)?) }))?
                .collect()
        };
        read().map_err(self.error("read"))
    }

    /// Keeps and removes entries in one transaction.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep_plugin_state(&mut self, changes: &[StateEntry], now: Timestamp) -> Result<(), DatabaseError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.write("keep the state of plugins in", |connection| keep(connection, changes, now))
    }
}

pub(super) fn keep(connection: &Connection, changes: &[StateEntry], now: Timestamp) -> rusqlite::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut keep = connection
        .prepare("INSERT OR REPLACE INTO scout_plugin_state (plugin, key, value, updated_at) VALUES (?1, ?2, ?3, ?4)")?;
    let mut remove = connection.prepare("DELETE FROM scout_plugin_state WHERE plugin = ?1 AND key = ?2")?;
    for StateEntry { plugin, key, value } in changes {
        match value {
            Some(value) => keep.execute((plugin, key, value, now.seconds()))?,
            None => remove.execute((plugin, key))?,
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_is_kept_replaced_and_removed() {
        let mut database = Database::in_memory("scout_alerts").expect("open");
        assert_eq!(database.plugin_state().expect("no table"), []);
        database.migrate(Timestamp(0)).expect("migrate");
        let entry = |plugin: &str, key: &str, value: Option<&[u8]>| StateEntry {
            plugin: plugin.to_owned(),
            key: key.to_owned(),
            value: value.map(<[u8]>::to_vec),
        };
        database
            .keep_plugin_state(
                &[entry("a", "k", Some(b"1")), entry("a", "l", Some(b"")), entry("b", "k", Some(&[0]))],
                Timestamp(0),
            )
            .expect("keep");
        database
            .keep_plugin_state(&[entry("a", "k", Some(b"2")), entry("a", "l", None), entry("a", "m", None)], Timestamp(0))
            .expect("keep");
        let mut kept = database.plugin_state().expect("read");
        kept.sort_by(|a, b| a.plugin.cmp(&b.plugin));
        assert_eq!(kept, [entry("a", "k", Some(b"2")), entry("b", "k", Some(&[0]))]);
    }
}
