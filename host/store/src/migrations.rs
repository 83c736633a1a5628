//! Migrations: append-only SQL files, each run once and remembered with its checksum.
//!
//! They are counted in a table of our own, by alert table, because the file belongs to net-sentinel and so does its `user_version`.

use rusqlite::{Connection, OptionalExtension as _};
use sha2::{Digest as _, Sha256};

use super::error::DatabaseError;
use super::open::Database;
use super::schema::{columns, quote};
use net_scout_model::{Timestamp, hex};

struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal),+ $(,)?) => {
        [$(Migration {
            version: $version,
            name: $name,
            sql: include_str!(concat!("migrations/", $name, ".sql")),
        }),+]
    };
}

/// Every migration, oldest first. Never change one that was released: add another.
static MIGRATIONS: [Migration; 20] = migrations![
    1 "0001_original_tables",
    2 "0002_alert_details",
    3 "0003_alert_lookup",
    4 "0004_rate_limits",
    5 "0005_plugin_state",
    6 "0006_ledger",
    7 "0007_ledger_host_time",
    8 "0008_alert_story",
    9 "0009_allowlist",
    10 "0010_lookup_failures",
    11 "0011_imports",
    12 "0012_import_digests",
    13 "0013_service",
    14 "0014_rule_failures",
    15 "0015_alert_life",
    16 "0016_outbox",
    17 "0017_ledger_egress",
    18 "0018_left_out",
    19 "0019_reports",
    20 "0020_history_guard",
];

/// The columns that an alert table must have to be one.
const ALERT_COLUMNS: [&str; 9] =
    ["id", "alert_type", "src_ip", "dst_ip", "score", "evidence_json", "enrichment_json", "status", "created_at"];

/// A migration that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub name: &'static str,
}

impl Migration {
    fn checksum(&self) -> String {
        hex(&Sha256::digest(self.sql))
    }

    fn sql(&self, alert_table: &str) -> String {
        let index = |name: &str| quote(&format!("{alert_table}_{name}"));
        let sql = ["lookup", "story", "snoozed", "removed"]
            .into_iter()
            .fold(self.sql.to_owned(), |sql, name| sql.replace(&format!("{{alerts_{name}}}"), &index(name)));
        let text = format!("'{}'", alert_table.replace('\'', "''"));
        sql.replace("{alerts}", &quote(alert_table)).replace("{alerts_text}", &text)
    }
}

impl Database {
    /// Brings the tables of net-scout to this version. What is there already is adopted with its rows; a second call does nothing.
    ///
    /// # Errors
    /// When the database is of a later version, locked, or read-only, or the alert table is something else.
    pub fn migrate(&mut self, now: Timestamp) -> Result<Vec<Migrated>, DatabaseError> {
        let applied = self.applied()?;
        self.check(&applied)?;
        let is_pending = |migration: &&Migration| !applied.iter().any(|(version, _)| *version == migration.version);
        let pending: Vec<&Migration> = MIGRATIONS.iter().filter(is_pending).collect();
        if pending.is_empty() {
            return Ok(Vec::new());
        }
        let alert_table = self.alert_table.clone();
        // All in one transaction: to wait for the disk once keeps the producer waiting for less time.
        let migrated = self.write("migrate", |connection| {
            let mut migrated = Vec::new();
            for migration in pending {
                let ran = run(connection, migration, &alert_table, now)?;
                migrated.extend(ran.then_some(Migrated { version: migration.version, name: migration.name }));
            }
            Ok(migrated)
        })?;
        self.check_alert_table()?;
        Ok(migrated)
    }

    /// The migrations that have not run yet, without running them.
    ///
    /// # Errors
    /// As [`Self::migrate`].
    pub fn pending(&self) -> Result<usize, DatabaseError> {
        let applied = self.applied()?;
        self.check(&applied)?;
        Ok(MIGRATIONS.len() - applied.len())
    }

    /// Whether no migration ever ran.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn is_fresh(&self) -> Result<bool, DatabaseError> {
        Ok(self.applied()?.is_empty())
    }

    fn applied(&self) -> Result<Vec<(i64, String)>, DatabaseError> {
        if columns(&self.connection, "scout_migrations").map_err(self.error("read"))?.is_empty() {
            return Ok(Vec::new());
        }
        self.connection
            .prepare("SELECT version, checksum FROM scout_migrations WHERE alert_table = ?1 ORDER BY version")
            .and_then(|mut statement| {
                statement.query_map([&self.alert_table], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()
            })
            .map_err(self.error("read"))
    }

    fn check(&self, applied: &[(i64, String)]) -> Result<(), DatabaseError> {
        let known = MIGRATIONS.len() as i64;
        for (version, checksum) in applied {
            let Some(migration) = MIGRATIONS.iter().find(|migration| migration.version == *version) else {
                return Err(DatabaseError::Newer { path: self.path.clone(), found: *version, known });
            };
            if *checksum != migration.checksum() {
                return Err(DatabaseError::MigrationChanged {
                    path: self.path.clone(),
                    version: *version,
                    name: migration.name.to_owned(),
                });
            }
        }
        self.check_alert_table()
    }

    /// Makes sure that the alert table, where it is there, is one.
    ///
    /// # Errors
    /// When it lacks a column of one.
    pub fn check_alert_table(&self) -> Result<(), DatabaseError> {
        let have = columns(&self.connection, &self.alert_table).map_err(self.error("read"))?;
        let missing = ALERT_COLUMNS.into_iter().find(|&column| !have.is_empty() && !have.iter().any(|have| have == column));
        match missing {
            Some(column) => {
                Err(DatabaseError::NotAnAlertTable { path: self.path.clone(), table: self.alert_table.clone(), column })
            }
            None => Ok(()),
        }
    }
}

/// Runs one migration inside a transaction, unless another process was faster.
fn run(connection: &Connection, migration: &Migration, alert_table: &str, now: Timestamp) -> rusqlite::Result<bool> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS scout_migrations (
             alert_table TEXT NOT NULL,
             version INTEGER NOT NULL,
             name TEXT NOT NULL,
             checksum TEXT NOT NULL,
             applied_at TEXT NOT NULL,
             PRIMARY KEY (alert_table, version)
         )",
    )?;
    let key = (alert_table, migration.version);
    let done = connection
        .query_row("SELECT 1 FROM scout_migrations WHERE alert_table = ?1 AND version = ?2", key, |_| Ok(()))
        .optional()?;
    if done.is_some() {
        return Ok(false);
    }
    for statement in statements(&migration.sql(alert_table)) {
        if !is_there(connection, &statement, alert_table)? {
            connection.execute_batch(&statement)?;
        }
    }
    connection.execute(
        "INSERT INTO scout_migrations (alert_table, version, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        (alert_table, migration.version, migration.name, migration.checksum(), now.seconds()),
    )?;
    Ok(true)
}

/// The statements of a migration. Only a trigger has others inside.
fn statements(sql: &str) -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    for part in sql.split_inclusive(';') {
        match statements.last_mut().filter(|last| last.contains("CREATE TRIGGER") && !last.trim_end().ends_with("END;")) {
            Some(trigger) => trigger.push_str(part),
            None => statements.push(part.to_owned()),
        }
    }
    statements
}

/// Whether the column that a statement adds is there: SQLite has no ADD COLUMN IF NOT EXISTS, a table that was adopted may have the
/// column, and so has a table that several alert tables share when it is the turn of the second.
fn is_there(connection: &Connection, statement: &str, alert_table: &str) -> rusqlite::Result<bool> {
    let Some((table, column)) = statement.split_once(" ADD COLUMN ") else { return Ok(false) };
    let table = table.rsplit("ALTER TABLE ").next().unwrap_or_default();
    let table = if table == quote(alert_table) { alert_table } else { table };
    let column = column.split_whitespace().next().unwrap_or_default();
    Ok(columns(connection, table)?.iter().any(|have| have == column))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);

    fn database(path: &std::path::Path) -> Database {
        Database::open_or_create(path, "scout_alerts", Duration::from_secs(1)).expect("open")
    }

    #[test]
    fn versions_are_consecutive() {
        for (index, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(migration.version, index as i64 + 1);
            assert!(migration.name.starts_with(&format!("{:04}_", migration.version)));
        }
    }

    #[test]
    fn a_second_run_does_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let mut database = database(&folder.path().join("a.db"));
        assert_eq!(database.migrate(NOW).expect("first").len(), MIGRATIONS.len());
        assert_eq!(database.migrate(NOW).expect("second"), []);
        assert_eq!(database.pending().expect("pending"), 0);
    }

    #[test]
    fn the_tables_of_the_python_program_are_adopted_with_their_rows() {
        let folder = tempfile::tempdir().expect("folder");
        let mut database = database(&folder.path().join("a.db"));
        database
            .connection
            .execute_batch(
                "CREATE TABLE scout_alerts (id INTEGER PRIMARY KEY AUTOINCREMENT, alert_type TEXT NOT NULL, src_ip TEXT, dst_ip TEXT,
                     score INTEGER DEFAULT 0, evidence_json TEXT, enrichment_json TEXT, status TEXT DEFAULT 'new', created_at TEXT NOT NULL,
                     severity TEXT);
                 INSERT INTO scout_alerts (alert_type, created_at, severity) VALUES ('old', '2026-01-01T00:00:00Z', 'low');",
            )
            .expect("original");
        database.migrate(NOW).expect("migrate");
        let row: (String, String, Option<String>) = database
            .connection
            .query_row("SELECT alert_type, severity, updated_at FROM scout_alerts", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .expect("row");
        assert_eq!(row, ("old".to_owned(), "low".to_owned(), None));
    }

    #[test]
    fn later_changed_and_foreign_tables_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let mut database = database(&folder.path().join("a.db"));
        database.migrate(NOW).expect("migrate");
        database.connection.execute_batch("UPDATE scout_migrations SET checksum = 'x' WHERE version = 2").expect("tamper");
        assert!(matches!(database.migrate(NOW), Err(DatabaseError::MigrationChanged { version: 2, .. })));
        database
            .connection
            .execute_batch(
                "DELETE FROM scout_migrations WHERE version = 2;
                 INSERT INTO scout_migrations VALUES ('scout_alerts', 99, 'future', '', '');",
            )
            .expect("tamper");
        let error = database.migrate(NOW).expect_err("newer").to_string();
        assert!(error.contains("was migrated by a later net-scout to version 99, this one knows 20"), "{error}");
        database.connection.execute_batch("CREATE TABLE notes (id, text)").expect("table");
        database.alert_table = "notes".to_owned();
        assert!(matches!(database.migrate(NOW), Err(DatabaseError::NotAnAlertTable { column: "alert_type", .. })));
    }
}
