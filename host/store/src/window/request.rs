//! What to read from the event table, and how. Nothing here knows a layout: [`ColumnSource`] says what each column is there.

use rusqlite::{Connection, OptionalExtension as _};

use super::super::access::Access;
use super::super::schema::{columns_in, quote};
use super::super::steps::{Numbered, Rows};
use crate::layout::{FORWARDED, Source};
use net_scout_engine::{ColumnSource, Rule};
use net_scout_model::time::parse_timestamp;
use net_scout_model::{DirectionCheck, Window};

/// The function that takes the rows.
pub(super) const COLLECT: &str = "scout_collect";

/// The column of the table that says which way a packet went.
const DIRECTION: &str = "direction";

/// Into how many pieces the work is divided along an index.
const CUTS: i64 = 32;

/// Why a table cannot be read into memory, because its texts do not compare by their bytes in UTF-8; none where they do.
///
/// Integers and doubles compare alike whatever their declaration; so do texts in columns that are declared as text, or as nothing.
///
/// # Errors
/// When SQLite fails.
pub(crate) fn unsuited(connection: &Connection, table: &str) -> rusqlite::Result<Option<String>> {
    let encoding: String = connection.query_row("PRAGMA encoding", [], |row| row.get(0))?;
    if encoding != "UTF-8" {
        return Ok(Some(format!("the database is in {encoding}")));
    }
    let sql = "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
    let sql: Option<String> = connection.query_row(sql, [table], |row| row.get(0)).optional()?;
    let Some(sql) = sql else { return Ok(Some(format!("`{table}` is no table"))) };
    if sql.to_ascii_uppercase().contains("COLLATE") {
        return Ok(Some(format!("`{table}` has a collation of its own")));
    }
    let mut columns = connection.prepare("SELECT name, type FROM pragma_table_info(?1, 'main')")?;
    let mut columns = columns.query([table])?;
    while let Some(column) = columns.next()? {
        let (name, declared): (String, String) = (column.get(0)?, column.get(1)?);
        let (name, declared) = (name.to_ascii_lowercase(), declared.to_ascii_uppercase());
        let number =
            ["id", "src_port", "dst_port", "port", "hit_count", "latitude", "longitude", "timestamp"].contains(&name.as_str());
        // As SQLite says what a declaration means: https://www.sqlite.org/datatype3.html#determination_of_column_affinity.
        let is_text = !declared.contains("INT") && ["CHAR", "CLOB", "TEXT", "BLOB"].iter().any(|word| declared.contains(word));
        if !number && !declared.is_empty() && !is_text {
            return Ok(Some(format!("column `{name}` of `{table}` is declared as {declared}")));
        }
    }
    Ok(None)
}

/// The way to the rows.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// From end to end, by the number of the row. The name must be that of the row's number: `rowid`, unless a column is called that.
    Table {
        /// `rowid`, `_rowid_` or `oid`; none where the table has none, which is then read by one thread.
        rowid: Option<&'static str>,
    },
    /// Through the index of this name, between two texts: the first inside, the first behind.
    Index {
        /// The index.
        name: String,
        /// The smallest text inside.
        from: String,
        /// The smallest text behind; none where the window is open.
        to: Option<String>,
        /// Texts in between, ascending, at which the work is divided. Any texts give the same rows.
        cuts: Vec<String>,
    },
    /// Through the index of this name, these parts of it: from a text up to another, which is not inside.
    Ranges {
        /// The index.
        name: String,
        /// The parts, ascending.
        ranges: Vec<(String, String)>,
    },
    /// These rows of a table, step by step.
    Steps(Numbered, Rows),
}

/// What to read.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The table, quoted and with its schema.
    pub(crate) table: String,
    /// The SQL of the timestamp.
    pub(crate) timestamp: String,
    /// The columns, each once.
    pub(crate) columns: Vec<ColumnSource>,
    /// The span of time.
    pub(crate) window: Window,
    /// The way to the rows.
    pub(crate) way: Way,
    /// The columns of the table with addresses: rows that have something else there are left out.
    pub(crate) addresses: &'static [&'static str],
    /// What checks the directions, where the columns ask for it.
    pub(crate) directions: Option<DirectionCheck>,
    /// What the number of a row is called, where the numbers are asked for.
    pub(crate) number: Option<&'static str>,
    /// Reading stops above so many bytes.
    pub(crate) byte_limit: u64,
}

impl Way {
    /// The way to the rows of the window.
    pub(super) fn of(connection: &Connection, source: &Source, access: &Access, window: &Window) -> rusqlite::Result<Self> {
        let Access::Index { name, from, to } = access else {
            return Ok(Self::Table { rowid: rowid(connection, "main", &source.table)? });
        };
        let end = match window.until {
            Some(until) => Some(until),
            None => {
                let sql = format!("SELECT max(timestamp) FROM main.{} INDEXED BY {}", quote(&source.table), quote(name));
                let newest: Option<String> = connection.query_row(&sql, [], |row| row.get(0)).unwrap_or_default();
                newest.as_deref().and_then(parse_timestamp)
            }
        };
        let span = end.map_or(0, |end| end.0.saturating_sub(window.since.0)).max(0);
        let cut = |number: i64| window.since.plus(span / CUTS * number).seconds()[..19].to_owned();
        let cuts = if span < CUTS { Vec::new() } else { (1..CUTS).map(cut).collect() };
        Ok(Self::Index { name: name.clone(), from: from.clone(), to: to.clone(), cuts })
    }
}

/// What the number of a row is called; none where rows have none, or all its names are those of columns.
pub(crate) fn rowid(connection: &Connection, schema: &str, table: &str) -> rusqlite::Result<Option<&'static str>> {
    let columns = columns_in(connection, schema, table)?;
    let free = |name: &&str| !columns.iter().any(|column| column.eq_ignore_ascii_case(name));
    let name = ["rowid", "_rowid_", "oid"].into_iter().find(free);
    Ok(name.filter(|name| connection.prepare(&format!("SELECT {name} FROM {schema}.{}", quote(table))).is_ok()))
}

/// One piece of the work: a statement's two parameters.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// All rows.
    All,
    /// Row numbers, both ends inside.
    Numbers(i64, i64),
    /// Texts of the timestamp, without the second; none for an open end.
    Texts(String, Option<String>),
}

impl Request {
    /// What the function is given: the timestamp, the columns in order, those with addresses that are not among them, and whether the
    /// packet was forwarded and the number of the row where these are asked for.
    fn given(&self) -> Vec<&str> {
        let columns = self.columns.iter().filter(|column| column.rule != Rule::Time);
        let mut given: Vec<&str> =
            std::iter::once(self.timestamp.as_str()).chain(columns.map(|column| column.sql.as_str())).collect();
        for address in self.addresses {
            if !given.contains(address) {
                given.push(address);
            }
        }
        given.extend(self.directions.is_some().then_some(FORWARDED));
        given.extend(self.number);
        given
    }

    /// Which of the arguments is the number of the row.
    pub(super) fn number_argument(&self) -> Option<usize> {
        self.number.map(|_| self.given().len() - 1)
    }

    /// Which of the arguments are the direction and whether the packet was forwarded, where directions are checked.
    pub(super) fn direction_arguments(&self) -> Option<[usize; 2]> {
        let given = self.given();
        let place = |of: &str| given.iter().position(|one| *one == of);
        Some([place(DIRECTION)?, place(FORWARDED)?]).filter(|_| self.directions.is_some())
    }

    /// How many arguments the function has.
    pub(super) fn arguments(&self) -> i32 {
        self.given().len() as i32
    }

    /// Which of the arguments are addresses.
    pub(super) fn address_arguments(&self) -> Vec<usize> {
        let given = self.given();
        self.addresses.iter().filter_map(|address| given.iter().position(|one| one == address)).collect()
    }

    /// The SELECT of a piece: what is [given](Self::given) goes to the function that takes it.
    pub(super) fn sql(&self, piece: &Piece) -> String {
        let mut sql = format!("SELECT {COLLECT}({})", self.given().join(", "));
        let (table, timestamp) = (&self.table, &self.timestamp);
        let rest = match (&self.way, piece) {
            (Way::Steps(numbered, rows), _) => format!(" FROM {table} NOT INDEXED WHERE {}", numbered.condition(rows)),
            (Way::Table { rowid: Some(rowid) }, Piece::Numbers(..)) => {
                format!(" FROM {table} NOT INDEXED WHERE {rowid} BETWEEN ?1 AND ?2")
            }
            (Way::Index { name, .. } | Way::Ranges { name, .. }, Piece::Texts(_, to)) => {
                let name = quote(name);
                let upper = if to.is_some() { format!(" AND {timestamp} < ?2") } else { String::new() };
                format!(" FROM {table} INDEXED BY {name} WHERE {timestamp} >= ?1{upper}")
            }
            _ => format!(" FROM {table} NOT INDEXED"),
        };
        sql.push_str(&rest);
        sql
    }
}
