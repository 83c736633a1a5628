//! The tables as net-sentinel makes them, in both layouts. This must stay a copy and never include the host's: a mistake there would then be
//! a mistake here.

use rusqlite::Connection;

/// How a table of events is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// One address a row, received or sent.
    V1,
    /// Source and destination.
    #[default]
    V2,
}

const V1: &str = "CREATE TABLE {table} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ip TEXT NOT NULL,
    reverse_dns TEXT,
    direction TEXT CHECK(direction IN ('RX','TX')),
    port INTEGER,
    service TEXT,
    timestamp TEXT NOT NULL,
    city TEXT,
    state TEXT,
    country TEXT,
    country_code TEXT,
    latitude REAL,
    longitude REAL,
    trace_path TEXT,
    verdict TEXT,
    hit_count INTEGER DEFAULT 1,
    UNIQUE (ip, port, verdict, direction)
);";

const V1_INDEXES: &str = "CREATE INDEX {table}_timestamp ON {table} (timestamp);";

const V2: &str = "CREATE TABLE {table} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    src_ip TEXT NOT NULL,
    src_rdns TEXT,
    src_port INTEGER,
    src_service TEXT,
    dst_ip TEXT NOT NULL,
    dst_rdns TEXT,
    dst_port INTEGER,
    dst_service TEXT,
    proto TEXT,
    in_if TEXT,
    out_if TEXT,
    verdict TEXT CHECK(verdict IN ('DROP','ACCEPT')),
    direction TEXT CHECK(direction IN ('INBOUND','OUTBOUND')),
    timestamp TEXT NOT NULL,
    hit_count INTEGER DEFAULT 1,
    city TEXT,
    state TEXT,
    country TEXT,
    country_code TEXT,
    latitude REAL,
    longitude REAL,
    trace_path TEXT,
    UNIQUE (src_ip, dst_ip, src_port, dst_port, proto, verdict, direction)
);";

const V2_INDEXES: &str = "CREATE INDEX {table}_src_ip ON {table} (src_ip);
CREATE INDEX {table}_dst_ip ON {table} (dst_ip);
CREATE INDEX {table}_country_code ON {table} (country_code);
CREATE INDEX {table}_timestamp ON {table} (timestamp);
CREATE INDEX {table}_verdict_timestamp ON {table} (verdict, timestamp);
CREATE INDEX {table}_proto_timestamp ON {table} (proto, timestamp);
CREATE INDEX {table}_direction_timestamp ON {table} (direction, timestamp);";

/// Creates a table of events without its indexes. The name is put into the SQL as it is.
///
/// # Errors
/// When SQLite refuses.
pub fn create_table(connection: &Connection, table: &str, layout: Layout) -> rusqlite::Result<()> {
    let sql = match layout {
        Layout::V1 => V1,
        Layout::V2 => V2,
    };
    connection.execute_batch(&sql.replace("{table}", table))
}

/// Creates the indexes of a table of events. Rows are written several times as fast before they are there.
///
/// # Errors
/// When SQLite refuses.
pub fn create_indexes(connection: &Connection, table: &str, layout: Layout) -> rusqlite::Result<()> {
    let sql = match layout {
        Layout::V1 => V1_INDEXES,
        Layout::V2 => V2_INDEXES,
    };
    connection.execute_batch(&sql.replace("{table}", table))
}
