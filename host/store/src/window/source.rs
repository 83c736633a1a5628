//! What each column of `events` is in the table that holds it, as SQL, for the rows that are read into memory. Directions are as they are
//! stored: whoever takes the rows checks them.

use net_scout_engine::{ColumnSource, Rule};

use crate::layout::{Layout, Source, v1_direction, v1_inbound, v1_outbound, v1_verdict};

/// What a column of `events` is in a table. [`Source::select_list`] says the same to SQLite.
#[must_use]
pub(crate) fn column_source(source: &Source, name: &'static str) -> ColumnSource {
    let or_null = |column: &str| if source.has(column) { column.to_owned() } else { "NULL".to_owned() };
    let sql = match source.layout {
        Layout::V2 => or_null(name),
        Layout::V1 => old(name, or_null),
    };
    ColumnSource { name, sql, rule: Rule::of(name) }
}

/// What a column is in the old layout, where a row has one address.
fn old(name: &str, or_null: impl Fn(&str) -> String) -> String {
    let inbound = |column: &str| v1_inbound(&or_null(column));
    let outbound = |column: &str| v1_outbound(&or_null(column));
    match name {
        "src_ip" => inbound("ip"),
        "dst_ip" => outbound("ip"),
        "src_port" => outbound("port"),
        "dst_port" => inbound("port"),
        "verdict" => v1_verdict(&or_null("verdict")),
        "direction" => v1_direction(),
        "src_rdns" => inbound("reverse_dns"),
        "dst_rdns" => outbound("reverse_dns"),
        "src_service" => outbound("service"),
        "dst_service" => inbound("service"),
        "proto" | "in_if" | "out_if" => "NULL".to_owned(),
        _ => or_null(name),
    }
}
