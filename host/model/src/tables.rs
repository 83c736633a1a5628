//! The tables that rules see: their names and columns, whatever the database looks like.

/// No row counts more often than this, so that sums over millions of rows stay within 64 bits.
pub const MAXIMUM_HIT_COUNT: i64 = 1_000_000_000_000;

/// The columns of `events`, in the order in which `SELECT *` gives them.
pub const EVENT_COLUMNS: [&str; 24] = [
    "id",
    "time",
    "src_ip",
    "src_port",
    "dst_ip",
    "dst_port",
    "proto",
    "verdict",
    "direction",
    "in_if",
    "out_if",
    "hit_count",
    "src_rdns",
    "dst_rdns",
    "src_service",
    "dst_service",
    "country_code",
    "country",
    "state",
    "city",
    "latitude",
    "longitude",
    "trace_path",
    "tcp_flags",
];

/// The columns of `alerts`.
pub const ALERT_COLUMNS: [&str; 11] =
    ["id", "time", "updated", "alert_type", "src_ip", "dst_ip", "score", "severity", "rule", "status", "evidence"];

/// The columns of a table that a rule may ask for; none where there is no such table.
#[must_use]
pub fn columns_of(table: &str) -> Option<&'static [&'static str]> {
    match table {
        "events" => Some(&EVENT_COLUMNS),
        "alerts" => Some(&ALERT_COLUMNS),
        _ => None,
    }
}
