//! The SQL functions of rules that SQLite does not have. What they compute is in `model`, for the query engine computes it too.

use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context};
use rusqlite::types::ValueRef;

use super::function::FLAGS;
use net_scout_model::sql_function::{HOUR, LN, MEDIAN, Pattern, REGEXP, SQRT, WEEKDAY, Zone, logarithm, median, square_root};
use net_scout_model::{IN_NETWORKS, Networks};

/// The most values of which a median is taken: 128 MiB of them.
const VALUES: usize = 16 << 20;

/// Teaches a connection all of them.
pub(super) fn rule_functions(connection: &Connection) -> rusqlite::Result<()> {
    networks_function(connection)?;
    connection.create_scalar_function(REGEXP, 2, FLAGS, |context| {
        let pattern = constant(context, REGEXP, 0, "its pattern is", Pattern::new)?;
        Ok(match context.get_raw(1) {
            ValueRef::Null => None,
            ValueRef::Text(text) => Some(std::str::from_utf8(text).is_ok_and(|text| pattern.matches(text))),
            _ => Some(false),
        })
    })?;
    connection.create_scalar_function(SQRT, 1, FLAGS, |context| Ok(number(context).and_then(square_root)))?;
    connection.create_scalar_function(LN, 1, FLAGS, |context| Ok(number(context).and_then(logarithm)))?;
    for (name, of) in [(HOUR, Zone::hour as fn(&Zone, i64) -> Option<i64>), (WEEKDAY, Zone::weekday)] {
        connection.create_scalar_function(name, 2, FLAGS, move |context| {
            let zone = constant(context, name, 1, "its time zone is", Zone::new)?;
            let ValueRef::Integer(time) = context.get_raw(0) else { return Ok(None) };
            Ok(of(&zone, time))
        })?;
    }
    connection.create_aggregate_function(MEDIAN, 1, FLAGS, Median)
}

/// Teaches a connection which addresses lie in some networks.
fn networks_function(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_scalar_function(IN_NETWORKS, 2, FLAGS, |context| {
        let parse = |text: &str| text.parse::<Networks>().map_err(|error| error.to_string());
        let networks = constant(context, IN_NETWORKS, 1, "its networks are", parse)?;
        Ok(match context.get_raw(0) {
            ValueRef::Null => None,
            ValueRef::Text(text) => Some(std::str::from_utf8(text).is_ok_and(|text| networks.contains_text(text))),
            _ => Some(false),
        })
    })
}

/// An argument that is read once for all rows; the error names the function.
fn constant<T: Send + Sync + 'static>(
    context: &Context<'_>,
    function: &'static str,
    index: i32,
    what: &'static str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> rusqlite::Result<std::sync::Arc<T>> {
    let failed = |reason: String| rusqlite::Error::UserFunctionError(format!("{function}: {reason}").into());
    context.get_or_create_aux(index, |value| {
        let text = value.as_str().map_err(|_| failed(format!("{what} not text")))?;
        read(text).map_err(failed)
    })
}

/// The first argument as a number; none where it is something else.
fn number(context: &Context<'_>) -> Option<f64> {
    match context.get_raw(0) {
        ValueRef::Integer(value) => Some(value as f64),
        ValueRef::Real(value) => Some(value),
        _ => None,
    }
}

struct Median;

impl Aggregate<Vec<f64>, Option<f64>> for Median {
    fn init(&self, _context: &mut Context<'_>) -> rusqlite::Result<Vec<f64>> {
        Ok(Vec::new())
    }

    fn step(&self, context: &mut Context<'_>, values: &mut Vec<f64>) -> rusqlite::Result<()> {
        if values.len() == VALUES {
            let reason = format!("{MEDIAN}: a group has more than {VALUES} values");
            return Err(rusqlite::Error::UserFunctionError(reason.into()));
        }
        values.extend(number(context));
        Ok(())
    }

    fn finalize(&self, _context: &mut Context<'_>, values: Option<Vec<f64>>) -> rusqlite::Result<Option<f64>> {
        Ok(values.and_then(|mut values| median(&mut values)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(sql: &str) -> Result<rusqlite::types::Value, String> {
        let connection = Connection::open_in_memory().expect("a database");
        rule_functions(&connection).expect("functions");
        let sql = format!("WITH rows(n, t) AS (VALUES (4, 'tcp'), (1, null), (2.5, 'TCP'), (null, '')) SELECT {sql} FROM rows");
        connection.query_row(&sql, [], |row| row.get(0)).map_err(|error| error.to_string())
    }

    #[test]
    fn what_they_say() {
        use rusqlite::types::Value::{Integer, Null, Real};
        for (sql, expected) in [
            ("median(n)", Real(2.5)),
            ("median(n) FILTER (WHERE n > 2)", Real(3.25)),
            ("median(n) FILTER (WHERE n > 9)", Null),
            ("median(t)", Null),
            ("sqrt(n)", Real(2.0)),
            ("sqrt(-1)", Null),
            ("sqrt('4')", Null),
            ("ln(1)", Real(0.0)),
            ("ln(0)", Null),
            ("t REGEXP '^T'", Integer(0)),
            ("t REGEXP '(?i)^T'", Integer(1)),
            ("regexp('c.$', t)", Integer(1)),
            ("null REGEXP 'x'", Null),
            ("4 REGEXP '4'", Integer(0)),
            ("hour(1773261311000000, 'UTC')", Integer(20)),
            ("hour(1773261311000000, 'Asia/Kathmandu')", Integer(2)),
            ("weekday(1773261311000000, 'UTC')", Integer(3)),
            ("weekday(1773261311000000, 'Asia/Kathmandu')", Integer(4)),
            ("hour(null, 'UTC')", Null),
            ("hour(1.5, 'UTC')", Null),
        ] {
            assert_eq!(ask(sql), Ok(expected), "{sql}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (sql, reason) in [
            ("t REGEXP '('", "regexp: `(` is not a regular expression: "),
            ("t REGEXP 4", "regexp: its pattern is not text"),
            (
                "hour(1, 'Mars')",
                "hour: `Mars` is not a time zone that this machine knows: write UTC, or a name such as Europe/Berlin",
            ),
            ("weekday(1, null)", "weekday: its time zone is not text"),
        ] {
            let said = ask(sql).expect_err(sql);
            assert!(said.contains(reason), "{sql}: {said}");
        }
    }
}
