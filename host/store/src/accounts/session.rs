//! Sessions: what a browser that logged in has a cookie of.

use rusqlite::OptionalExtension as _;

use super::Accounts;
use crate::error::DatabaseError;
use net_scout_model::Timestamp;

/// The most sessions of a user; the ones that were used last stay.
const MOST: i64 = 20;
/// How old the mark of the last use may get before it is written again, in microseconds.
const STALE: i64 = 60_000_000;

/// A session that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// The name of its user.
    pub user: String,
    /// The role of that user.
    pub role: String,
    /// What a form has to send back.
    pub csrf: String,
    /// When it ends at the latest.
    pub ends: Timestamp,
}

impl Accounts {
    /// Begins a session, and forgets those that are over.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin_session(
        &mut self,
        user: i64,
        digest: &[u8],
        csrf: &str,
        now: Timestamp,
        ends: Timestamp,
    ) -> Result<(), DatabaseError> {
        let error = self.error("write");
        let mut begin = || {
            let transaction = self.connection.transaction()?;
            transaction.execute("DELETE FROM sessions WHERE ends_at <= ?1", [now.0])?;
            let old = "DELETE FROM sessions WHERE digest IN
                           (SELECT digest FROM sessions WHERE user = ?1 ORDER BY used_at DESC LIMIT -1 OFFSET ?2)";
            transaction.execute(old, (user, MOST - 1))?;
            let sql = "INSERT INTO sessions (digest, user, csrf, created_at, used_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?4, ?5)";
            transaction.execute(sql, (digest, user, csrf, now.0, ends.0))?;
            transaction.commit()
        };
        begin().map_err(error)
    }

    /// The session that this digest opens, if it holds: it was used since `idle`, and its end is not past.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn session(&self, digest: &[u8], now: Timestamp, idle: Timestamp) -> Result<Option<SessionRow>, DatabaseError> {
        let sql = "SELECT users.name, users.role, csrf, ends_at, used_at FROM sessions JOIN users ON users.id = user
                   WHERE digest = ?1 AND ends_at > ?2 AND used_at > ?3";
        let read = || {
            let found = self.connection.prepare_cached(sql)?.query_row((digest, now.0, idle.0), |row| {
                let ends = Timestamp(row.get(3)?);
                Ok((SessionRow { user: row.get(0)?, role: row.get(1)?, csrf: row.get(2)?, ends }, row.get::<_, i64>(4)?))
            });
            let Some((session, used)) = found.optional()? else { return Ok(None) };
            if now.0.saturating_sub(used) > STALE {
                // A mark that is not written costs a login at worst; the request goes on.
                let mark = "UPDATE sessions SET used_at = ?2 WHERE digest = ?1";
                drop(self.connection.prepare_cached(mark)?.execute((digest, now.0)));
            }
            Ok(Some(session))
        };
        read().map_err(self.error("read"))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end_session(&mut self, digest: &[u8]) -> Result<(), DatabaseError> {
        self.connection.execute("DELETE FROM sessions WHERE digest = ?1", [digest]).map(drop).map_err(self.error("write"))
    }
}
