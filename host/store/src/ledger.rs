//! The ledger of plugins, kept for some time.

use rusqlite::{Connection, params};

use super::error::DatabaseError;
use super::open::Database;
use super::schema::columns;
use net_scout_model::{LedgerEntry, Timestamp};

/// How long an entry is kept, in microseconds: 90 days.
const KEPT: i64 = 90 * 86_400 * 1_000_000;

impl Database {
    /// Keeps the entries of a run, and removes those that are older than 90 days.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn keep_ledger(&mut self, entries: &[LedgerEntry], now: Timestamp) -> Result<(), DatabaseError> {
        self.write("keep the ledger in", |connection| keep(connection, entries, now))
    }

    /// The entries of runs that began at this time or later, oldest first; nothing where there is no table for them yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn ledger(&self, since: Timestamp) -> Result<Vec<LedgerEntry>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<LedgerEntry>> {
            let have = columns(&self.connection, "scout_ledger")?;
            if have.is_empty() {
                return Ok(Vec::new());
            }
            let or = |column: &'static str, otherwise| if have.iter().any(|name| name == column) { column } else { otherwise };
            let (host, egress) = (or("host_us", "0"), or("egress_json", "'{}'"));
            let mut statement = self.connection.prepare(&format!(
                "SELECT at, plugin, version, sha256, kind, wasi, calls, failed, error, wall_us, cpu_us, memory, functions_json, rows,
                        bytes_in, bytes_out, denials, alerts, refused, {host}, {egress}
                 FROM scout_ledger WHERE at >= ?1 ORDER BY id"
            ))?;
            let entries = statement.query_map([since.seconds()], |row| {
                let number = |index| row.get::<_, i64>(index).map(|value| u64::try_from(value).unwrap_or(0));
                // Another program may have written anything.
                let functions: std::collections::BTreeMap<String, u64> =
                    serde_json::from_str(&row.get::<_, String>(12)?).unwrap_or_default();
                Ok(LedgerEntry {
                    at: row.get(0)?,
                    plugin: row.get(1)?,
                    version: row.get(2)?,
                    sha256: row.get(3)?,
                    kind: row.get(4)?,
                    wasi: row.get(5)?,
                    calls: number(6)?,
                    failed: number(7)?,
                    error: row.get(8)?,
                    wall_us: number(9)?,
                    cpu_us: number(10)?,
                    memory: number(11)?,
                    host_calls: functions.values().sum(),
                    functions,
                    rows: number(13)?,
                    bytes_in: number(14)?,
                    bytes_out: number(15)?,
                    denials: number(16)?,
                    alerts: number(17)?,
                    refused: number(18)?,
                    host_us: number(19)?,
                    egress: serde_json::from_str(&row.get::<_, String>(20)?).unwrap_or_default(),
                })
            })?;
            entries.collect()
        };
        read().map_err(self.error("read"))
    }
}

pub(super) fn keep(connection: &Connection, entries: &[LedgerEntry], now: Timestamp) -> rusqlite::Result<()> {
    let oldest = now.plus(-KEPT).seconds();
    let mut insert = connection.prepare(
        "INSERT INTO scout_ledger (at, plugin, version, sha256, kind, wasi, calls, failed, error, wall_us, cpu_us, memory,
                                   functions_json, rows, bytes_in, bytes_out, denials, alerts, refused, host_us, egress_json)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
    )?;
    for entry in entries {
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        insert.execute(params![
            entry.at,
            entry.plugin,
            entry.version,
            entry.sha256,
            entry.kind,
            entry.wasi,
            number(entry.calls),
            number(entry.failed),
            entry.error,
            number(entry.wall_us),
            number(entry.cpu_us),
            number(entry.memory),
            serde_json::json!(entry.functions).to_string(),
            number(entry.rows),
            number(entry.bytes_in),
            number(entry.bytes_out),
            number(entry.denials),
            number(entry.alerts),
            number(entry.refused),
            number(entry.host_us),
            serde_json::json!(entry.egress).to_string(),
        ])?;
    }
    connection.execute("DELETE FROM scout_ledger WHERE at < ?1", [&oldest])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_scout_model::Egress;

    #[test]
    fn entries_are_kept_for_a_while() {
        let mut database = Database::in_memory("scout_alerts").expect("open");
        let now = Timestamp(1_773_261_311_000_000);
        assert_eq!(database.ledger(Timestamp(0)).expect("no table"), []);
        database.migrate(now).expect("migrate");
        let entry = |at: Timestamp| LedgerEntry {
            at: at.seconds(),
            plugin: "a".into(),
            calls: 2,
            host_calls: 3,
            host_us: 7,
            functions: [("query.open".to_owned(), 1), ("query.next".to_owned(), 2)].into(),
            error: Some("late".into()),
            egress: [(
                "https://a.example".to_owned(),
                Egress { calls: 1, told: ["192.0.2.1".to_owned()].into(), ..Egress::default() },
            )]
            .into(),
            ..LedgerEntry::default()
        };
        database.keep_ledger(&[entry(now.plus(-KEPT - 1_000_000))], now.plus(-KEPT)).expect("kept");
        database.keep_ledger(&[entry(now)], now).expect("kept");
        assert_eq!(database.ledger(Timestamp(0)).expect("read"), [entry(now)]);
        assert_eq!(database.ledger(now.plus(1_000_000)).expect("read"), []);
    }
}
