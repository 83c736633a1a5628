//! Tokens: what a program sends instead of a password. Each belongs to a user, and may do no more than that user.

use rusqlite::{OptionalExtension as _, Row};

use super::Accounts;
use crate::error::DatabaseError;
use net_scout_model::Timestamp;

/// How old the mark of the last use may get before it is written again, in microseconds.
const STALE: i64 = 60_000_000;

/// A token, without what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// Its number.
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// The name of its user.
    pub user: String,
    /// The role of that user.
    pub role: String,
    /// What it may do, names with commas between them.
    pub scopes: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it was used last, to the minute.
    pub used: Option<Timestamp>,
    /// When it ends; none where it does not.
    pub ends: Option<Timestamp>,
}

/// A token to keep.
#[derive(Clone, Copy, Debug)]
pub struct NewToken<'a> {
    /// What it is for.
    pub name: &'a str,
    /// The SHA-256 of the token.
    pub digest: &'a [u8],
    /// What it may do, names with commas between them.
    pub scopes: &'a str,
    /// When it ends.
    pub ends: Option<Timestamp>,
}

const SELECT: &str = "SELECT tokens.id, tokens.name, users.name, users.role, scopes, tokens.created_at, used_at, ends_at
                      FROM tokens JOIN users ON users.id = user";

fn token(row: &Row<'_>) -> rusqlite::Result<TokenRow> {
    Ok(TokenRow {
        id: row.get(0)?,
        name: row.get(1)?,
        user: row.get(2)?,
        role: row.get(3)?,
        scopes: row.get(4)?,
        created: Timestamp(row.get(5)?),
        used: row.get::<_, Option<i64>>(6)?.map(Timestamp),
        ends: row.get::<_, Option<i64>>(7)?.map(Timestamp),
    })
}

impl Accounts {
    /// Keeps a token of a user. Its number.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_token(&mut self, user: i64, token: &NewToken<'_>, now: Timestamp) -> Result<i64, DatabaseError> {
        let NewToken { name, digest, scopes, ends } = *token;
        let sql = "INSERT INTO tokens (digest, user, name, scopes, created_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let row = (digest, user, name, scopes, now.0, ends.map(|ends| ends.0));
        self.connection.execute(sql, row).map_err(self.error("write"))?;
        Ok(self.connection.last_insert_rowid())
    }

    /// All tokens, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn tokens(&self) -> Result<Vec<TokenRow>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<_>> {
            self.connection.prepare(&format!("{SELECT} ORDER BY tokens.id"))?.query_map([], token)?.collect()
        };
        read().map_err(self.error("read"))
    }

    /// The token with this digest, if its end is not past.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn token(&self, digest: &[u8], now: Timestamp) -> Result<Option<TokenRow>, DatabaseError> {
        let sql = format!("{SELECT} WHERE digest = ?1 AND (ends_at IS NULL OR ends_at > ?2)");
        let read = || {
            let found = self.connection.prepare_cached(&sql)?.query_row((digest, now.0), token).optional()?;
            if let Some(found) = &found
                && found.used.is_none_or(|used| now.0.saturating_sub(used.0) > STALE)
            {
                // Only for people who look at the list: the request goes on without it.
                let mark = "UPDATE tokens SET used_at = ?2 WHERE id = ?1";
                drop(self.connection.prepare_cached(mark)?.execute((found.id, now.0)));
            }
            Ok(found)
        };
        read().map_err(self.error("read"))
    }

    /// Removes a token. Whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn remove_token(&mut self, id: i64) -> Result<bool, DatabaseError> {
        let removed = self.connection.execute("DELETE FROM tokens WHERE id = ?1", [id]);
        removed.map(|rows| rows > 0).map_err(self.error("write"))
    }
}
