//! Users. A name is one name in whatever case it is written.

use rusqlite::{OptionalExtension as _, Row};

use super::Accounts;
use crate::error::DatabaseError;
use net_scout_model::Timestamp;

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Its number, which no other user ever gets while it is there.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The name of its role.
    pub role: String,
    /// The hash of its password, which says how it was made.
    pub password: String,
    /// When it was made.
    pub created: Timestamp,
}

const COLUMNS: &str = "id, name, role, password, created_at";

fn user(row: &Row<'_>) -> rusqlite::Result<UserRow> {
    let created = Timestamp(row.get(4)?);
    Ok(UserRow { id: row.get(0)?, name: row.get(1)?, role: row.get(2)?, password: row.get(3)?, created })
}

impl Accounts {
    /// All users, by name.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn users(&self) -> Result<Vec<UserRow>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<_>> {
            let mut statement = self.connection.prepare(&format!("SELECT {COLUMNS} FROM users ORDER BY name"))?;
            statement.query_map([], user)?.collect()
        };
        read().map_err(self.error("read"))
    }

    /// The user of this name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn user(&self, name: &str) -> Result<Option<UserRow>, DatabaseError> {
        let sql = format!("SELECT {COLUMNS} FROM users WHERE name = ?1");
        let read = || self.connection.prepare_cached(&sql)?.query_row([name], user).optional();
        read().map_err(self.error("read"))
    }

    /// Adds a user. Whether there was none of this name; else nothing is changed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_user(&mut self, name: &str, role: &str, password: &str, now: Timestamp) -> Result<bool, DatabaseError> {
        let sql = "INSERT INTO users (name, role, password, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        let added = self.connection.execute(sql, (name, role, password, now.0));
        added.map(|rows| rows > 0).map_err(self.error("write"))
    }

    /// Adds a user where there is none at all. Whether there was none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_first_user(&mut self, name: &str, role: &str, password: &str, now: Timestamp) -> Result<bool, DatabaseError> {
        let sql = "INSERT INTO users (name, role, password, created_at)
                   SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM users)";
        let added = self.connection.execute(sql, (name, role, password, now.0));
        added.map(|rows| rows > 0).map_err(self.error("write"))
    }

    /// Sets a password, and ends all sessions of its user. Whether there is such a user.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_password(&mut self, name: &str, password: &str) -> Result<bool, DatabaseError> {
        let error = self.error("write");
        let mut set = || {
            let transaction = self.connection.transaction()?;
            let rows = transaction.execute("UPDATE users SET password = ?2 WHERE name = ?1", (name, password))?;
            transaction.execute("DELETE FROM sessions WHERE user IN (SELECT id FROM users WHERE name = ?1)", [name])?;
            transaction.commit()?;
            Ok(rows > 0)
        };
        set().map_err(error)
    }

    /// Removes a user with its sessions and tokens. Whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn remove_user(&mut self, name: &str) -> Result<bool, DatabaseError> {
        let removed = self.connection.execute("DELETE FROM users WHERE name = ?1", [name]);
        removed.map(|rows| rows > 0).map_err(self.error("write"))
    }
}
