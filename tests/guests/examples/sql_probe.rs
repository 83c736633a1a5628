//! Runs the statements of `tests/guests/sql/*.txt` and raises an alert for each, whose evidence says what came of it.
//!
//! In these files a line that is not indented is a statement. Indented lines below it say what must come of it: the test reads them, the
//! guest does not. `#` begins a comment. Before a statement may stand its parameters in parentheses and the types of its columns in
//! brackets, if they are anything but one integer. `{{TEXT x N}}` is the text N times.

use net_scout_sdk::bindings::net_scout::plugin::query::{self, Batch, Column, ColumnType, ColumnValues, QueryError, TextColumn};
use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Value, Window, rule};

rule!(describe, evaluate);

const GROUPS: [(&str, &str); 3] = [
    ("gate", include_str!("../sql/gate.txt")),
    ("values", include_str!("../sql/values.txt")),
    ("limits", include_str!("../sql/limits.txt")),
];

/// How many rows of a result stand in the evidence.
const SHOWN: usize = 8;
/// How much of a row stands there, in characters.
const LONGEST: usize = 120;

fn describe() -> Description {
    let names: Vec<&str> = GROUPS.iter().map(|(name, _)| *name).collect();
    Description::rule("sql_probe", env!("CARGO_PKG_VERSION"), "Says what comes of statements")
        .alert_type("statement")
        .parameter(Parameter::choice("group", &names, "Which statements"))
        .reads(
            "events",
            &["id", "time", "src_ip", "src_port", "dst_ip", "dst_port", "proto", "verdict", "direction", "hit_count"],
        )
        .reads("events", &["in_if", "out_if", "latitude", "longitude", "city"])
        .reads("alerts", &["id", "time", "updated", "alert_type", "src_ip", "score", "severity", "rule", "status", "evidence"])
}

fn evaluate(_window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let group = arguments.text("group")?;
    let text = GROUPS.iter().find_map(|(name, text)| (*name == group).then_some(*text)).unwrap_or_default();
    let statements = text.lines().filter(|line| !line.is_empty() && !line.starts_with([' ', '#']));
    Ok(statements
        .map(|statement| {
            let (rows, outcome) = match run(statement) {
                Ok((rows, shown)) => (rows, shown),
                Err(error) => (-1, vec![name(&error)]),
            };
            Alert::new("statement", 50).evidence("statement", statement).evidence("rows", rows).evidence("outcome", outcome)
        })
        .collect())
}

fn name(error: &QueryError) -> String {
    match error {
        QueryError::AccessDenied(text) => format!("access-denied: {text}"),
        QueryError::Invalid(text) => format!("invalid: {text}"),
        QueryError::TypeMismatch(text) => format!("type-mismatch: {text}"),
        QueryError::TimedOut(text) => format!("timed-out: {text}"),
        QueryError::TooLarge(text) => format!("too-large: {text}"),
        QueryError::Unavailable(text) => format!("unavailable: {text}"),
    }
}

fn run(statement: &str) -> Result<(i64, Vec<String>), QueryError> {
    let (parameters, rest) = prefix(statement, '(', ')');
    let (types, sql) = prefix(rest, '[', ']');
    let parameters: Vec<Value> = parameters.map_or(Vec::new(), |list| list.split(", ").map(parameter).collect());
    let types: Vec<ColumnType> = types.unwrap_or("integer").split(", ").filter_map(column_type).collect();
    let rows = query::open(&expand(sql), &parameters, &types)?;
    let (mut count, mut shown) = (0, Vec::new());
    while let Some(batch) = rows.next()? {
        count += i64::from(batch.row_count);
        for row in 0..batch.row_count as usize {
            if shown.len() < SHOWN {
                shown.push(show(&batch, row).chars().take(LONGEST).collect());
            }
        }
    }
    Ok((count, shown))
}

fn prefix(text: &str, open: char, close: char) -> (Option<&str>, &str) {
    match text.strip_prefix(open).and_then(|text| text.split_once(close)) {
        Some((inside, rest)) => (Some(inside), rest.trim_start()),
        None => (None, text),
    }
}

fn parameter(text: &str) -> Value {
    match (text, text.parse(), text.parse()) {
        ("null", ..) => Value::Null,
        ("true", ..) => Value::Boolean(true),
        ("false", ..) => Value::Boolean(false),
        (_, Ok(integer), _) => Value::Integer(integer),
        (_, _, Ok(real)) => Value::Real(real),
        _ => Value::Text(text.trim_matches('\'').into()),
    }
}

fn column_type(name: &str) -> Option<ColumnType> {
    Some(match name {
        "boolean" => ColumnType::Boolean,
        "integer" => ColumnType::Integer,
        "real" => ColumnType::Real,
        "text" => ColumnType::Text,
        "boolean-list" => ColumnType::BooleanList,
        "integer-list" => ColumnType::IntegerList,
        "real-list" => ColumnType::RealList,
        "text-list" => ColumnType::TextList,
        _ => return None,
    })
}

fn expand(sql: &str) -> String {
    let mut expanded = String::new();
    let mut rest = sql;
    while let Some((before, (inside, after))) =
        rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
    {
        let (text, times) = inside.rsplit_once(" x ").unwrap_or((inside, "1"));
        expanded += before;
        expanded += &text.repeat(times.parse().unwrap_or(1));
        rest = after;
    }
    expanded + rest
}

fn show(batch: &Batch, row: usize) -> String {
    batch.columns.iter().map(|column| show_value(column, row)).collect::<Vec<_>>().join(", ")
}

fn show_value(column: &Column, row: usize) -> String {
    if column.nulls.binary_search(&(row as u32)).is_ok() {
        return "null".into();
    }
    let span = |ends: &[u32]| if row == 0 { 0 } else { ends[row - 1] as usize }..ends[row] as usize;
    let word = |column: &TextColumn, at: usize| column.dictionary[column.codes[at] as usize].clone();
    match &column.values {
        ColumnValues::Booleans(values) => values[row].to_string(),
        ColumnValues::Integers(values) => values[row].to_string(),
        ColumnValues::Reals(values) => format!("{:?}", values[row]),
        ColumnValues::Texts(values) => format!("{:?}", word(values, row)),
        ColumnValues::BooleanLists(lists) => format!("{:?}", &lists.values[span(&lists.ends)]),
        ColumnValues::IntegerLists(lists) => format!("{:?}", &lists.values[span(&lists.ends)]),
        ColumnValues::RealLists(lists) => format!("{:?}", &lists.values[span(&lists.ends)]),
        ColumnValues::TextLists(lists) => {
            format!("{:?}", span(&lists.ends).map(|at| word(&lists.values, at)).collect::<Vec<_>>())
        }
    }
}
