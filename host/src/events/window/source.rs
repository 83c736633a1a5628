//! How each column of `events` is read into memory, whatever layout the table has.

use crate::events::layout::{EVENT_COLUMNS, Layout, Source, v1_direction, v1_inbound, v1_outbound, v1_verdict};

/// What becomes of a value of the source. Every rule says the same as the SQL of the view `events` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// An integer or null, as it is: `id`.
    Integer,
    /// An integer; anything else is null: ports.
    IntegerOrNull,
    /// An integer from 1 up to a maximum; anything else is 1: `hit_count`.
    HitCount,
    /// The instant of the row's timestamp; the SQL of the source is not asked: `time`.
    Time,
    /// A double; integers and anything else make the column unfit, save where [`Rule::IntegerOrNull`] would say null: coordinates.
    RealOrNull,
    /// Text or null. Columns with the same number share their codes, so that they can be compared: addresses are 0. Directions have names of
    /// their own, and are called by these whatever their case.
    Text(u8),
}

/// The number of the texts of `direction`.
pub(super) const DIRECTIONS: u8 = u8::MAX;

/// A column of `events` that a rule requested.
#[derive(Clone, Debug)]
pub struct ColumnSource {
    /// Its name in `events`.
    pub name: &'static str,
    /// What gives it in the source, as SQL.
    pub sql: String,
    /// What becomes of that value.
    pub rule: Rule,
}

impl ColumnSource {
    /// What a column of `events` is in a table. [`Source::select_list`] says the same to SQLite.
    #[must_use]
    pub fn of(source: &Source, name: &'static str) -> Self {
        let rule = match name {
            "id" => Rule::Integer,
            "time" => Rule::Time,
            "src_port" | "dst_port" => Rule::IntegerOrNull,
            "hit_count" => Rule::HitCount,
            "latitude" | "longitude" => Rule::RealOrNull,
            "src_ip" | "dst_ip" => Rule::Text(0),
            "direction" => Rule::Text(DIRECTIONS),
            _ => Rule::Text(1 + EVENT_COLUMNS.iter().take_while(|column| **column != name).count() as u8),
        };
        let or_null = |column: &str| if source.has(column) { column.to_owned() } else { "NULL".to_owned() };
        let sql = match source.layout {
            Layout::V2 if name == "direction" => source.checked_direction(),
            Layout::V2 => or_null(name),
            Layout::V1 => old(name, or_null),
        };
        Self { name, sql, rule }
    }
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
