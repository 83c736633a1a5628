//! Writes events as rows, in either layout, the way net-sentinel does: an event that is there already is counted, not repeated.

use std::path::Path;

use anyhow::Context as _;
use rusqlite::{Connection, Statement, params};

use super::event::{self, Event};
use super::{Layout, Random, TimestampForm};

const V1: &str = "INSERT INTO {table} (ip, direction, port, service, timestamp, country_code, verdict, hit_count)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT DO UPDATE SET hit_count = hit_count + excluded.hit_count, timestamp = excluded.timestamp";

const V2: &str = "INSERT INTO {table} (src_ip, src_port, dst_ip, dst_port, dst_service, proto, in_if, out_if, verdict, direction,
        timestamp, hit_count, country_code)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
    ON CONFLICT DO UPDATE SET hit_count = hit_count + excluded.hit_count, timestamp = excluded.timestamp";

/// Writes events into one table.
#[derive(Debug)]
pub struct Writer<'connection> {
    statement: Statement<'connection>,
    layout: Layout,
    timestamps: TimestampForm,
    random: Random,
}

impl<'connection> Writer<'connection> {
    /// A writer into a table of that layout, which must be there. The random numbers choose among forms of timestamps.
    ///
    /// # Errors
    /// When there is no such table.
    pub fn new(
        connection: &'connection Connection,
        table: &str,
        layout: Layout,
        timestamps: TimestampForm,
        random: Random,
    ) -> anyhow::Result<Self> {
        let sql = match layout {
            Layout::V1 => V1,
            Layout::V2 => V2,
        };
        let statement = connection.prepare(&sql.replace("{table}", table))?;
        Ok(Self { statement, layout, timestamps, random })
    }

    /// Writes an event, or counts it where the table's unique key knows it.
    ///
    /// # Errors
    /// When SQLite refuses, or the event's time is beyond the year 9999.
    pub fn write(&mut self, event: &Event) -> anyhow::Result<()> {
        let timestamp = self.timestamps.text(event.time, &mut self.random)?;
        let service = event::service(event.destination_port);
        match self.layout {
            Layout::V1 => {
                let (address, direction, port, verdict) = match event.inbound {
                    true => (event.source, "RX", event.destination_port, "DROP"),
                    false => (event.destination, "TX", event.source_port, "ACCEPT"),
                };
                let (address, service) = (address.to_string(), service.filter(|_| event.inbound));
                self.statement.execute(params![
                    address,
                    direction,
                    port,
                    service,
                    timestamp,
                    event.country,
                    verdict,
                    event.hits
                ])?
            }
            Layout::V2 => {
                let verdict = if event.accepted { "ACCEPT" } else { "DROP" };
                let direction = if event.inbound { "INBOUND" } else { "OUTBOUND" };
                let (from, to) = if event.inbound { ("eth0", "eth1") } else { ("eth1", "eth0") };
                self.statement.execute(params![
                    event.source.to_string(),
                    event.source_port,
                    event.destination.to_string(),
                    event.destination_port,
                    service,
                    event.protocol.name(),
                    from,
                    to,
                    verdict,
                    direction,
                    timestamp,
                    event.hits,
                    event.country,
                ])?
            }
        };
        Ok(())
    }
}

/// Opens a new database for fast writing: what is written is lost if the program ends before [`close`].
pub(super) fn open(path: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open(path).with_context(|| format!("failed to create {}", path.display()))?;
    // The unique key takes rows in random order: half a gibibyte of cache keeps three million of them off the disk.
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -524288;")?;
    Ok(connection)
}

/// Closes it as a WAL database, like the ones in the field, with nothing left beside the file.
pub(super) fn close(connection: Connection) -> anyhow::Result<()> {
    connection.execute_batch("PRAGMA journal_mode = WAL;")?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}

pub(super) fn rows(connection: &Connection, table: &str) -> rusqlite::Result<u64> {
    connection.query_row(&format!("SELECT COUNT(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}
