//! How a scan reaches the rows of its window: through the timestamp index, or by reading the table from end to end.
//!
//! The planner would rather group along the index on `src_ip` and read the whole table in random order, so the view says which way.
//! The texts of timestamps sort by time within one form. The forms of UTC differ in the separator, in the fraction and in the suffix,
//! so the bounds on the text are wide enough for all of them, and the exact comparison is made on the instant.

use std::fmt;

use rusqlite::{Connection, OptionalExtension as _};

use super::schema::quote;
use crate::layout::{READABLE_FUNCTION, Source, TIME_FUNCTION};
use net_scout_model::time::{has_offset, parse_timestamp};
use net_scout_model::{Timestamp, Window};

/// How many rows are looked at to learn how much of the table the window is.
const SAMPLE: i64 = 200;
/// Above this share of the table, reading it from end to end is faster than through the index.
const FULL_SHARE: f64 = 0.3;
/// The most that a local time differs from UTC.
const WIDEST_OFFSET: i64 = 15 * 3_600 * 1_000_000;
const MINUTE: i64 = 60_000_000;

/// The way to the rows of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Through the index of this name, between two texts: the first inside, the first behind.
    Index {
        /// The index.
        name: String,
        /// The smallest text inside.
        from: String,
        /// The smallest text behind; none where the window is open.
        to: Option<String>,
    },
    /// From end to end, because the window is most of the table.
    Table,
    /// From end to end, because no index starts with the timestamp.
    NoIndex,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index { name, from, to: Some(to) } => write!(f, "index {name} from {from} to {to}"),
            Self::Index { name, from, to: None } => write!(f, "index {name} from {from}"),
            Self::Table => f.write_str("the whole table, because the window is most of it"),
            Self::NoIndex => f.write_str("the whole table, because it has no index on timestamp"),
        }
    }
}

impl Access {
    /// Chooses the way.
    pub(super) fn choose(connection: &Connection, source: &Source, window: &Window) -> rusqlite::Result<Self> {
        let sample = sample(connection, &source.table)?;
        let inside = |text: &String| {
            parse_timestamp(text).is_some_and(|time| time >= window.since && window.until.is_none_or(|until| time < until))
        };
        let share = sample.iter().filter(|text| inside(text)).count() as f64 / sample.len().max(1) as f64;
        match Self::of_index(connection, source, window, &sample)? {
            Self::Index { .. } if share > FULL_SHARE => Ok(Self::Table),
            access => Ok(access),
        }
    }

    /// The way through the index, where there is one, however much of the table the window is.
    pub(super) fn through_index(connection: &Connection, source: &Source, window: &Window) -> rusqlite::Result<Self> {
        Self::of_index(connection, source, window, &sample(connection, &source.table)?)
    }

    fn of_index(connection: &Connection, source: &Source, window: &Window, sample: &[String]) -> rusqlite::Result<Self> {
        let Some(name) = timestamp_index(connection, &source.table)? else { return Ok(Self::NoIndex) };
        let margin = if sample.iter().any(|text| has_offset(text)) { WIDEST_OFFSET } else { 0 };
        let since = window.since.plus(-margin);
        // The minute behind the end: text without seconds sorts behind all that has them in its minute.
        let to = window.until.map(|until| until.plus(margin + MINUTE - 1).seconds()[..16].to_owned());
        // On the first day of the window, a space as separator sorts before every `T`.
        let from = if spaced_rows(connection, &source.table, &name, since)? {
            format!("{} {}", since.date(), clock(since))
        } else {
            format!("{}T{}", since.date(), clock(since))
        };
        Ok(Self::Index { name, from, to })
    }

    /// The FROM and WHERE that give the rows of the window, in one of the databases of a connection.
    pub(super) fn rows(&self, schema: &str, source: &Source, window: &Window) -> String {
        let mut conditions = Vec::new();
        let hint = match self {
            Self::Index { name, from, to } => {
                conditions.push(format!("timestamp >= '{from}'"));
                conditions.extend(to.as_ref().map(|to| format!("timestamp < '{to}'")));
                format!("INDEXED BY {}", quote(name))
            }
            Self::Table | Self::NoIndex => "NOT INDEXED".to_owned(),
        };
        conditions.push(inside(source, window));
        format!("{schema}.{} {hint} WHERE {}", quote(&source.table), conditions.join(" AND "))
    }
}

/// The condition on the rows of a window: their timestamp, and that they can be read.
pub(super) fn inside(source: &Source, window: &Window) -> String {
    let last = window.until.map_or(i64::MAX, |until| until.0.saturating_sub(1));
    format!(
        "{TIME_FUNCTION}(timestamp) BETWEEN {} AND {last} AND {READABLE_FUNCTION}({})",
        window.since.0,
        source.addresses().join(", ")
    )
}

/// `20:35:11`, to the second below. A lower bound must also admit text without seconds: it ends at the minute when the seconds are 0.
fn clock(time: Timestamp) -> String {
    let text = time.seconds();
    let clock = &text[11..19];
    clock.strip_suffix(":00").unwrap_or(clock).to_owned()
}

/// The index whose first column is the timestamp; one on nothing else if there is one.
pub(super) fn timestamp_index(connection: &Connection, table: &str) -> rusqlite::Result<Option<String>> {
    connection
        .query_row(
            "SELECT list.name FROM pragma_index_list(?1, 'main') AS list
             WHERE list.partial = 0
               AND (SELECT lower(name) FROM pragma_index_info(list.name, 'main') WHERE seqno = 0) = 'timestamp'
             ORDER BY (SELECT COUNT(*) FROM pragma_index_info(list.name, 'main')), list.name LIMIT 1",
            [table],
            |row| row.get(0),
        )
        .optional()
}

/// The timestamps of rows spread evenly over the table.
fn sample(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let table = quote(table);
    let ends: (Option<i64>, Option<i64>) = connection.query_row(
        &format!("SELECT (SELECT min(id) FROM main.{table}), (SELECT max(id) FROM main.{table})"),
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let (Some(first), Some(last)) = ends else { return Ok(Vec::new()) };
    let mut statement = connection.prepare(&format!("SELECT timestamp FROM main.{table} WHERE id >= ?1 ORDER BY id LIMIT 1"))?;
    let mut texts = Vec::new();
    for step in 0..SAMPLE {
        let id = first as i128 + (last as i128 - first as i128) * i128::from(step) / i128::from(SAMPLE - 1);
        // What is no text, or not UTF-8, is no timestamp.
        let text =
            statement.query_row([id as i64], |row| Ok(row.get_ref(0)?.as_str().unwrap_or_default().to_owned())).optional()?;
        texts.extend(text);
    }
    Ok(texts)
}

/// Whether rows of the window's first day write a space between date and time.
fn spaced_rows(connection: &Connection, table: &str, index: &str, since: Timestamp) -> rusqlite::Result<bool> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM main.{} INDEXED BY {} WHERE timestamp >= ?1 AND timestamp < ?2)",
        quote(table),
        quote(index)
    );
    let day = since.date();
    connection.query_row(&sql, [format!("{day} {}", clock(since)), format!("{day}!")], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        parse_timestamp(text).expect("a timestamp")
    }

    fn connection(timestamps: &[&str]) -> (Connection, Source) {
        let connection = Connection::open_in_memory().expect("open");
        connection
            .execute_batch(
                "CREATE TABLE ip_events (id INTEGER PRIMARY KEY, src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp TEXT);
                 CREATE INDEX by_verdict ON ip_events (verdict, timestamp);
                 CREATE INDEX by_time ON ip_events (timestamp);",
            )
            .expect("schema");
        connection
            .execute("INSERT INTO ip_events (timestamp) VALUES (CAST(x'32303236ff' AS TEXT)), (x'ff'), (NULL)", [])
            .expect("odd");
        for text in timestamps {
            connection.execute("INSERT INTO ip_events (timestamp) VALUES (?1)", [text]).expect("insert");
        }
        let columns = super::super::schema::columns(&connection, "ip_events").expect("columns");
        let source = Source::recognise("ip_events", &columns).expect("v2");
        (connection, source)
    }

    fn window(since: &str, until: Option<&str>) -> Window {
        Window { since: at(since), until: until.map(at), now: at("2026-03-20T00:00:00Z") }
    }

    #[test]
    fn a_small_window_goes_through_the_index() {
        let mut rows = vec!["2026-03-01T00:00:00Z"; 100];
        rows.extend(["2026-03-11T20:00:00Z", "2026-03-11T20:30:00.5+00:00"]);
        let (connection, source) = connection(&rows);
        let access = Access::choose(&connection, &source, &window("2026-03-11T20:00:00Z", Some("2026-03-11T20:30:00.5Z")))
            .expect("choose");
        assert_eq!(
            access,
            Access::Index { name: "by_time".into(), from: "2026-03-11T20:00".into(), to: Some("2026-03-11T20:31".into()) }
        );
    }

    #[test]
    fn most_of_the_table_is_read_from_end_to_end() {
        let (connection, source) = connection(&["2026-03-11T20:00:00Z"; 10]);
        assert_eq!(Access::choose(&connection, &source, &window("2026-03-11", None)).expect("choose"), Access::Table);
        connection.execute_batch("DROP INDEX by_time").expect("drop");
        assert_eq!(Access::choose(&connection, &source, &window("2026-03-11", None)).expect("choose"), Access::NoIndex);
    }

    #[test]
    fn spaces_and_offsets_widen_the_bounds() {
        let mut rows = vec!["2026-03-01 00:00:00"; 100];
        rows.push("2026-03-11 20:30:00");
        let (connection, source) = connection(&rows);
        let Access::Index { from, .. } =
            Access::choose(&connection, &source, &window("2026-03-11T20:15:07Z", None)).expect("choose")
        else {
            panic!("index")
        };
        assert_eq!(from, "2026-03-11 20:15:07");
        connection.execute("INSERT INTO ip_events (timestamp) VALUES ('2026-03-11T22:30:00+02:00')", []).expect("insert");
        let Access::Index { from, .. } =
            Access::choose(&connection, &source, &window("2026-03-11T20:15:07Z", None)).expect("choose")
        else {
            panic!("index")
        };
        assert_eq!(from, "2026-03-11 05:15:07");
    }
}
