//! The functions of a rule's SQL whose work is more than one pass over a short input, or whose result is much longer than their
//! arguments. SQLite looks at the clock only between two steps of its machine, and a call is one step: here each call is bounded, and
//! none begins after the query's time is up.
//!
//! What SQLite does well is left to it: a call with bounded arguments is passed on to its own function, on a connection that has no
//! database. The results are therefore those of SQLite.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::functions::{Context, FunctionFlags, SubType};
use rusqlite::limits::Limit;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, ffi};

use super::watch::Watch;
use net_scout_engine::{Style, is_plain, matches};

/// The most bytes that the arguments of a call take together, and its result.
pub(super) const VALUE_BYTES: usize = 4 << 20;
/// The most comparisons of a call.
const WORK: usize = 1 << 26;
/// The longest pattern of LIKE and GLOB, in bytes.
pub(super) const PATTERN: i32 = 1_000;
/// The most arguments of a call.
pub(super) const ARGUMENTS: i32 = 100;
/// What a subtype says of JSON.
const FLAGS: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS)
    .union(FunctionFlags::SQLITE_RESULT_SUBTYPE);

/// How much work a call may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cost {
    /// One pass over the arguments and the result.
    Linear,
    /// Each byte of the first argument may be compared with each of the second.
    Product,
    /// Each level of nested JSON may move all that is in it.
    Nested,
}

/// A function, how many arguments it takes (-1 for any number), and what it costs. All others that the gate lets through take one pass
/// over their arguments, and give no more than these.
const BOUNDED: [(&str, i32, Cost); 19] = [
    ("->", 2, Cost::Nested),
    ("->>", 2, Cost::Nested),
    ("format", -1, Cost::Linear),
    ("glob", 2, Cost::Product),
    ("hex", 1, Cost::Linear),
    ("instr", 2, Cost::Product),
    ("json_array_length", 1, Cost::Nested),
    ("json_array_length", 2, Cost::Nested),
    ("json_extract", -1, Cost::Nested),
    ("like", 2, Cost::Product),
    ("like", 3, Cost::Product),
    ("ltrim", 2, Cost::Product),
    ("printf", -1, Cost::Linear),
    ("quote", 1, Cost::Linear),
    ("replace", 3, Cost::Product),
    ("rtrim", 2, Cost::Product),
    ("trim", 2, Cost::Product),
    ("unhex", 1, Cost::Linear),
    ("unhex", 2, Cost::Product),
];

/// Puts the bounded functions in the place of SQLite's own.
pub(super) fn bound(connection: &Connection, watch: &Arc<Watch>) -> rusqlite::Result<()> {
    let scratch = Connection::open_in_memory()?;
    scratch.set_limit(Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES as i32)?;
    scratch.set_limit(Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN)?;
    let scratch = Arc::new(Mutex::new(scratch));
    for (name, arguments, cost) in BOUNDED {
        let (watch, scratch) = (Arc::clone(watch), Arc::clone(&scratch));
        connection.create_scalar_function(name, arguments, FLAGS, move |context| {
            check(name, cost, context, &watch)?;
            if let Some(value) = quickly(name, context) {
                return Ok((value, None));
            }
            let scratch = scratch.lock().unwrap_or_else(PoisonError::into_inner);
            passed_on(name, cost, context, &scratch)
        })?;
    }
    Ok(())
}

/// Fails when a call comes too late, or would be too much work.
fn check(name: &str, cost: Cost, context: &Context<'_>, watch: &Watch) -> rusqlite::Result<()> {
    if watch.is_over() {
        return Err(failure(ffi::SQLITE_INTERRUPT));
    }
    let length = |place: usize| length(context.get_raw(place));
    let bytes = (0..context.len()).map(length).sum::<usize>();
    let too_much = |reason: String| {
        watch.complain(format!("`{name}`: {reason}"));
        failure(ffi::SQLITE_TOOBIG)
    };
    if bytes > VALUE_BYTES {
        return Err(too_much(format!("its arguments take more than {} MiB", VALUE_BYTES >> 20)));
    }
    let work = match cost {
        Cost::Linear => 0,
        Cost::Product => length(0).saturating_mul(length(1)),
        Cost::Nested => match context.get_raw(0) {
            ValueRef::Text(text) => text.len().saturating_mul(depth(text)),
            ValueRef::Blob(_) => return Err(too_much("it takes JSON as text, and this is a blob".to_owned())),
            _ => 0,
        },
    };
    if work > WORK { Err(too_much("its arguments are too long for one another".to_owned())) } else { Ok(()) }
}

fn length(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => 8,
    }
}

fn failure(code: std::ffi::c_int) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
}

/// How deeply JSON is nested, at most. SQLite also reads single quotes and comments; where there are any, each bracket counts.
fn depth(text: &[u8]) -> usize {
    let (mut now, mut most, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for &byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => {
                now += 1;
                most = most.max(now);
            }
            b']' | b'}' => now = now.saturating_sub(1),
            b'\'' | b'/' => return 1 + text.iter().filter(|byte| matches!(byte, b'[' | b'{')).count(),
            _ => {}
        }
    }
    1 + most
}

/// The calls that rules make of each row, without another statement. They need plain texts.
fn quickly(name: &str, context: &Context<'_>) -> Option<Answer> {
    let text = |place: usize| match context.get_raw(place) {
        ValueRef::Text(bytes) if !bytes.contains(&0) => std::str::from_utf8(bytes).ok(),
        _ => None,
    };
    let like = |style: Style| {
        let (pattern, text) = (text(0)?, text(1)?);
        is_plain(style, pattern).then(|| Answer::Integer(matches(style, pattern, text).into()))
    };
    match (name, context.len()) {
        ("like", 2) => like(Style::Like),
        ("glob", 2) => like(Style::Glob),
        ("instr", 2) => {
            let (text, part) = (text(0)?, text(1)?);
            Some(Answer::Integer(text.find(part).map_or(0, |place| text[..place].chars().count() as i64 + 1)))
        }
        _ => None,
    }
}

/// What a call gives. A text may be no UTF-8, as anywhere in SQLite.
enum Answer {
    Null,
    Integer(i64),
    Real(f64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

impl From<ValueRef<'_>> for Answer {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(value) => Self::Integer(value),
            ValueRef::Real(value) => Self::Real(value),
            ValueRef::Text(bytes) => Self::Text(bytes.to_owned()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_owned()),
        }
    }
}

impl ToSql for Answer {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(bytes) => ValueRef::Text(bytes),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The same call on another connection.
fn passed_on(name: &str, cost: Cost, context: &Context<'_>, scratch: &Connection) -> rusqlite::Result<(Answer, SubType)> {
    let places = (1..=context.len()).map(|place| format!("?{place}")).collect::<Vec<_>>();
    let call = if name.starts_with('-') { places.join(name) } else { format!("{name}({})", places.join(", ")) };
    let subtype = if cost == Cost::Nested { format!("subtype({call})") } else { "0".to_owned() };
    let mut statement = scratch.prepare_cached(&format!("SELECT {call}, {subtype}"))?;
    for place in 0..context.len() {
        statement.raw_bind_parameter(place + 1, ToSqlOutput::Borrowed(context.get_raw(place)))?;
    }
    let mut rows = statement.raw_query();
    let row = rows.next().map_err(own)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let subtype: u32 = row.get(1)?;
    Ok((row.get_ref(0)?.into(), (subtype != 0).then_some(subtype)))
}

/// An error whose code says more than its words keeps the code alone.
fn own(error: rusqlite::Error) -> rusqlite::Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::TooBig) => failure(ffi::SQLITE_TOOBIG),
        Some(ErrorCode::OutOfMemory) => failure(ffi::SQLITE_NOMEM),
        _ => error,
    }
}

#[cfg(test)]
mod tests;
