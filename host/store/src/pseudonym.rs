//! The key of the pseudonyms under which notifiers are told of own addresses: made once, so that an address keeps its pseudonym.

use rusqlite::OptionalExtension as _;

use super::error::DatabaseError;
use super::open::Database;
use net_scout_model::Timestamp;

/// In the place of a plugin's name, for what the host itself keeps. No plugin can be called that.
pub(crate) const HOST: &str = "net-scout";
/// The name of the key.
const KEY: &str = "pseudonyms";

impl Database {
    /// The key, which is made where there is none. The tables must be of this version.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn pseudonym_key(&mut self, now: Timestamp) -> Result<[u8; 32], DatabaseError> {
        self.write("keep the key of pseudonyms in", |connection| {
            let read = "SELECT value FROM scout_plugin_state WHERE plugin = ?1 AND key = ?2";
            let kept: Option<Vec<u8>> = connection.query_row(read, (HOST, KEY), |row| row.get(0)).optional()?;
            if let Some(key) = kept.and_then(|kept| <[u8; 32]>::try_from(kept).ok()) {
                return Ok(key);
            }
            let mut key = [0; 32];
            getrandom::fill(&mut key).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.to_string().into()))?;
            let keep = "INSERT OR REPLACE INTO scout_plugin_state (plugin, key, value, updated_at) VALUES (?1, ?2, ?3, ?4)";
            connection.execute(keep, (HOST, KEY, key.as_slice(), now.seconds()))?;
            Ok(key)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_stays_and_is_nobody_elses() {
        let mut database = Database::in_memory("scout_alerts").expect("open");
        database.migrate(Timestamp(0)).expect("migrate");
        let key = database.pseudonym_key(Timestamp(0)).expect("a key");
        assert_eq!(database.pseudonym_key(Timestamp(1)).expect("a key"), key);
        let mut other = Database::in_memory("scout_alerts").expect("open");
        other.migrate(Timestamp(0)).expect("migrate");
        assert_ne!(other.pseudonym_key(Timestamp(0)).expect("a key"), key);
    }
}
