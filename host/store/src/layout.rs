//! The two layouts of net-sentinel's event tables, and the canonical columns that rules see in both.
//!
//! An RX row of the old layout is a packet that `ip` sent to the local port `port`; a TX row is one that the local port `port` sent to
//! `ip`. The address of the local side is not known there: it is null.

use std::fmt::Write as _;

use net_scout_model::{EVENT_COLUMNS, INBOUND, MAXIMUM_HIT_COUNT, OUTBOUND, WRITTEN_DIRECTIONS};

/// The SQL function that reads a timestamp: text in, microseconds since 1970 UTC out, null where it is no timestamp.
pub const TIME_FUNCTION: &str = "net_scout_time";

/// The SQL function that says whether a row can be read, of its addresses: each of them is a text in UTF-8, or null.
pub const READABLE_FUNCTION: &str = "net_scout_readable";

/// The SQL function that says which way a forwarded packet went: of the direction that is stored, the source and the destination.
pub const DIRECTION_FUNCTION: &str = "net_scout_direction";

/// How a source table is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One address a row, RX or TX.
    V1,
    /// Source and destination.
    V2,
}

const V1_REQUIRED: [&str; 5] = ["id", "ip", "direction", "port", "timestamp"];
const V2_REQUIRED: [&str; 9] = ["id", "src_ip", "src_port", "dst_ip", "dst_port", "proto", "verdict", "direction", "timestamp"];

/// A table that is in neither layout.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LayoutError {
    /// Columns that no event table is without.
    #[error("table `{table}` is no net-sentinel event table: it has no column {}", missing.join(", "))]
    Missing {
        /// The table.
        table: String,
        /// The columns.
        missing: Vec<&'static str>,
    },
    /// The old layout, which holds one address a row, where the new one is needed.
    #[error("table `{table}` is in the old layout, which cannot hold a source and a destination: import into another database")]
    Old {
        /// The table.
        table: String,
    },
}

/// A source table: its name, its layout and the columns that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The table's name.
    pub table: String,
    /// How it is laid out.
    pub layout: Layout,
    columns: Vec<String>,
    checks_directions: bool,
}

/// What holds of a forwarded packet.
pub(crate) const FORWARDED: &str = "out_if <> '' AND in_if <> ''";

impl Source {
    /// Recognises the layout by the columns.
    ///
    /// # Errors
    /// When columns that a rule cannot do without are missing.
    pub fn recognise(table: &str, columns: &[String]) -> Result<Self, LayoutError> {
        let columns: Vec<String> = columns.iter().map(|column| column.to_ascii_lowercase()).collect();
        let missing = |required: &[&'static str]| -> Vec<&'static str> {
            required.iter().copied().filter(|&name| !columns.iter().any(|column| column == name)).collect()
        };
        let (v1, v2) = (missing(&V1_REQUIRED), missing(&V2_REQUIRED));
        let layout = match (v1.is_empty(), v2.is_empty()) {
            (_, true) => Layout::V2,
            (true, false) => Layout::V1,
            (false, false) => {
                let missing = if columns.iter().any(|column| column == "ip") { v1 } else { v2 };
                return Err(LayoutError::Missing { table: table.to_owned(), missing });
            }
        };
        Ok(Self { table: table.to_owned(), layout, columns, checks_directions: false })
    }

    /// The same source, with the directions of forwarded packets checked, where it says through which interfaces packets went.
    #[must_use]
    pub fn checking_directions(mut self) -> Self {
        self.checks_directions = self.layout == Layout::V2 && self.has("in_if") && self.has("out_if");
        self
    }

    /// Whether the directions of forwarded packets are checked, by [`DIRECTION_FUNCTION`].
    #[must_use]
    pub fn checks_directions(&self) -> bool {
        self.checks_directions
    }

    /// The condition on rows whose direction is corrected.
    #[must_use]
    pub fn corrected(&self) -> String {
        format!(
            "{FORWARDED} AND direction <> 'INBOUND' COLLATE NOCASE AND direction <> 'RX' COLLATE NOCASE
             AND {DIRECTION_FUNCTION}(direction, src_ip, dst_ip) = 'INBOUND'"
        )
    }

    /// The columns with addresses. A row that has something else there is left out.
    #[must_use]
    pub fn addresses(&self) -> &'static [&'static str] {
        match self.layout {
            Layout::V1 => &["ip"],
            Layout::V2 => &["src_ip", "dst_ip"],
        }
    }

    /// Whether the table has a column.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|have| have == column)
    }

    /// The canonical columns that rules find empty, because this table does not have them.
    #[must_use]
    pub fn absent(&self) -> Vec<&'static str> {
        let is_absent = |column: &&'static str| match *column {
            "hit_count" => !self.has("hit_count"),
            column if self.layout == Layout::V1 => self.v1(column).contains("NULL") && !self.v1(column).contains("direction"),
            column => self.v2(column) == "NULL",
        };
        EVENT_COLUMNS.into_iter().filter(is_absent).collect()
    }

    /// The expression that gives a canonical column of a source row.
    pub(crate) fn expression(&self, column: &str) -> String {
        match self.layout {
            Layout::V1 => self.v1(column),
            Layout::V2 => self.v2(column),
        }
    }

    /// The SELECT list that turns a source row into a row of `events`.
    #[must_use]
    pub fn select_list(&self) -> String {
        let mut list = String::new();
        for column in EVENT_COLUMNS {
            let expression = self.expression(column);
            let separator = if list.is_empty() { "" } else { ", " };
            let _ = write!(list, "{separator}{expression} AS {column}");
        }
        list
    }

    fn v2(&self, column: &str) -> String {
        match column {
            "time" => format!("{TIME_FUNCTION}(timestamp)"),
            "hit_count" => self.hit_count(),
            "src_port" | "dst_port" => integer(column),
            "direction" if self.checks_directions => {
                format!(
                    "CASE WHEN {FORWARDED} THEN {DIRECTION_FUNCTION}(direction, src_ip, dst_ip) {} END",
                    canonical_sql("direction")
                )
            }
            "direction" => format!("CASE {} END", canonical_sql("direction")),
            _ => self.optional(column, column),
        }
    }

    fn v1(&self, column: &str) -> String {
        let (inbound, outbound) = (v1_inbound, v1_outbound);
        let named = |source: &str| self.optional(source, source);
        match column {
            "id" => "id".to_owned(),
            "time" => format!("{TIME_FUNCTION}(timestamp)"),
            "src_ip" => inbound("ip"),
            "dst_ip" => outbound("ip"),
            "src_port" => outbound(&integer("port")),
            "dst_port" => inbound(&integer("port")),
            "verdict" => v1_verdict(&named("verdict")),
            "direction" => v1_direction(),
            "hit_count" => self.hit_count(),
            "src_rdns" => inbound(&named("reverse_dns")),
            "dst_rdns" => outbound(&named("reverse_dns")),
            "src_service" => outbound(&named("service")),
            "dst_service" => inbound(&named("service")),
            "proto" | "in_if" | "out_if" => "NULL".to_owned(),
            _ => self.optional(column, column),
        }
    }

    fn hit_count(&self) -> String {
        if self.has("hit_count") {
            format!(
                "CASE WHEN typeof(hit_count) = 'integer' AND hit_count > 1 THEN min(hit_count, {MAXIMUM_HIT_COUNT}) ELSE 1 END"
            )
        } else {
            "1".to_owned()
        }
    }

    /// The column of the source, or null where this source has none.
    fn optional(&self, column: &str, expression: &str) -> String {
        match column {
            _ if !self.has(column) => "NULL".to_owned(),
            "latitude" | "longitude" => format!("CASE WHEN typeof({expression}) IN ('real', 'integer') THEN {expression} END"),
            // Rows are left out where these are no text.
            "id" | "src_ip" | "dst_ip" => expression.to_owned(),
            _ => text(expression),
        }
    }
}

/// Text, or nothing: SQLite would keep anything in the column.
fn text(expression: &str) -> String {
    format!("CASE WHEN typeof({expression}) = 'text' THEN {expression} END")
}

/// What a column of the old layout holds where the packet came in.
pub(crate) fn v1_inbound(column: &str) -> String {
    format!(
        "CASE direction WHEN 'RX' THEN {column} WHEN 'TX' THEN NULL
         ELSE CASE upper(direction) WHEN 'RX' THEN {column} WHEN 'INBOUND' THEN {column} END END"
    )
}

/// What a column of the old layout holds where the packet left.
pub(crate) fn v1_outbound(column: &str) -> String {
    format!(
        "CASE direction WHEN 'TX' THEN {column} WHEN 'RX' THEN NULL
         ELSE CASE upper(direction) WHEN 'TX' THEN {column} WHEN 'OUTBOUND' THEN {column} END END"
    )
}

/// The verdict of the old layout: what came in was dropped, what left was accepted.
pub(crate) fn v1_verdict(column: &str) -> String {
    format!("coalesce({column}, {}, {})", v1_inbound("'DROP'"), v1_outbound("'ACCEPT'"))
}

/// The direction of the old layout.
pub(crate) fn v1_direction() -> String {
    format!("coalesce({}, {})", v1_inbound("'INBOUND'"), v1_outbound("'OUTBOUND'"))
}

/// The branches of a CASE that give a direction its name, whatever its case. Without COLLATE: it would also hold for what a rule compares the
/// result with.
fn canonical_sql(column: &str) -> String {
    let cases = WRITTEN_DIRECTIONS.map(|(written, name)| format!("WHEN '{written}' THEN '{name}'"));
    format!(
        "WHEN {column} IN ('{INBOUND}', '{OUTBOUND}') THEN {column} ELSE CASE upper({column}) {} ELSE {} END",
        cases.join(" "),
        text(column)
    )
}

/// A port that is no integer is no port: SQLite would keep any text in the column.
fn integer(column: &str) -> String {
    format!("CASE WHEN typeof({column}) = 'integer' THEN {column} END")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &str) -> Vec<String> {
        list.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn layouts_are_told_apart_by_their_columns() {
        let v2 = names("id src_ip src_port dst_ip dst_port proto verdict direction TIMESTAMP hit_count");
        assert_eq!(Source::recognise("ip_events", &v2).map(|source| source.layout), Ok(Layout::V2));
        let v1 = names("id ip direction port timestamp verdict");
        assert_eq!(Source::recognise("ip_events", &v1).map(|source| source.layout), Ok(Layout::V1));
    }

    #[test]
    fn missing_columns_are_named() {
        let error = Source::recognise("ip_events", &names("id src_ip dst_ip timestamp")).expect_err("incomplete").to_string();
        assert_eq!(
            error,
            "table `ip_events` is no net-sentinel event table: it has no column src_port, dst_port, proto, verdict, direction"
        );
        let error = Source::recognise("old", &names("id ip direction")).expect_err("incomplete").to_string();
        assert_eq!(error, "table `old` is no net-sentinel event table: it has no column port, timestamp");
    }

    #[test]
    fn absent_optional_columns_are_null() {
        let source = Source::recognise("t", &names("id ip direction port timestamp")).expect("v1");
        let list = source.select_list();
        assert!(list.contains("NULL AS city") && list.contains("1 AS hit_count"), "{list}");
        let absent = source.absent();
        assert!(["city", "hit_count", "proto", "in_if", "tcp_flags"].iter().all(|column| absent.contains(column)), "{absent:?}");
        assert!(["id", "time", "src_ip", "dst_ip", "verdict"].iter().all(|column| !absent.contains(column)), "{absent:?}");
    }
}
