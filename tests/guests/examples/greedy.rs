//! Requests the column `src_ip` of `events` and nothing else, then reads more than that.

use net_scout_sdk::bindings::net_scout::plugin::query::{self, ColumnType};
use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Window, rule};

rule!(describe, evaluate);

/// What to read, and the query that does it.
const READS: [(&str, &str); 16] = [
    ("requested", "SELECT count(src_ip) FROM events"),
    ("other_table", "SELECT count(*) FROM alerts"),
    ("select", "SELECT dst_port FROM events"),
    ("star", "SELECT * FROM events"),
    ("condition", "SELECT count(*) FROM events WHERE dst_port = 22"),
    ("order", "SELECT count(*) OVER (ORDER BY dst_port) FROM events"),
    ("group", "SELECT count(*) FROM events GROUP BY dst_port"),
    ("having", "SELECT count(*) FROM events GROUP BY src_ip HAVING max(dst_port) > 1"),
    ("aggregate", "SELECT max(dst_port) FROM events"),
    ("subquery", "SELECT count(*) FROM (SELECT dst_port FROM events)"),
    ("correlated", "SELECT (SELECT max(inside.id) FROM events inside WHERE inside.src_ip = events.src_ip) FROM events"),
    ("common_table", "WITH hidden AS (SELECT dst_port FROM events) SELECT count(*) FROM hidden"),
    ("compound", "SELECT 1 UNION ALL SELECT dst_port FROM events"),
    ("alias", "SELECT e.dst_port FROM events AS e"),
    ("join_using", "SELECT count(*) FROM events JOIN (SELECT 22 AS dst_port) USING (dst_port)"),
    ("natural_join", "SELECT count(*) FROM events NATURAL JOIN (SELECT 22 AS dst_port)"),
];

fn describe() -> Description {
    let names: Vec<&str> = READS.iter().map(|(name, _)| *name).collect();
    Description::rule("greedy", env!("CARGO_PKG_VERSION"), "Reads what it did not request")
        .alert_type("greedy")
        .parameter(Parameter::choice("read", &names, "What to read"))
        .reads("events", &["src_ip"])
}

fn evaluate(_window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let name = arguments.text("read")?;
    let sql = READS.iter().find_map(|(read, sql)| (*read == name).then_some(*sql)).unwrap_or_default();
    let columns = if name == "star" { 23 } else { 1 };
    let rows = query::open(sql, &[], &vec![ColumnType::Integer; columns])?;
    let (mut count, mut first) = (0, None);
    while let Some(batch) = rows.next()? {
        count += i64::from(batch.row_count);
        if let (None, query::ColumnValues::Integers(values)) = (first, &batch.columns[0].values) {
            first = Some(values[0]);
        }
    }
    Ok(vec![Alert::new("greedy", 50).evidence("rows", count).evidence("first", first.unwrap_or(-1))])
}
