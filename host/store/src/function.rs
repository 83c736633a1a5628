//! The SQL functions behind the view `events`: when an event was, whether a row can be read at all, and which way a packet went.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::layout::{DIRECTION_FUNCTION, READABLE_FUNCTION, TIME_FUNCTION};
use net_scout_model::time::parse_timestamp;
use net_scout_model::{DirectionCheck, ForwardedDirection, INBOUND, OUTBOUND};

/// How a function may be used.
pub(super) const FLAGS: FunctionFlags =
    FunctionFlags::SQLITE_UTF8.union(FunctionFlags::SQLITE_DETERMINISTIC).union(FunctionFlags::SQLITE_INNOCUOUS);

/// Teaches a connection to read timestamps; the counter says how many it could not read.
pub(super) fn time_function(connection: &Connection) -> rusqlite::Result<Arc<AtomicU64>> {
    let unreadable = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&unreadable);
    connection.create_scalar_function(TIME_FUNCTION, 1, FLAGS, move |context| {
        let time = match context.get_raw(0) {
            ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(parse_timestamp),
            _ => None,
        };
        if time.is_none() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        Ok(time.map(|time| time.0))
    })?;
    Ok(unreadable)
}

/// Teaches a connection which rows can be read; the counter says how many could not.
pub(super) fn readable_function(connection: &Connection) -> rusqlite::Result<Arc<AtomicU64>> {
    let unreadable = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&unreadable);
    connection.create_scalar_function(READABLE_FUNCTION, -1, FLAGS, move |context| {
        let readable = (0..context.len()).all(|index| is_address(context.get_raw(index)));
        if !readable {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        Ok(readable)
    })?;
    Ok(unreadable)
}

/// Whether a value may stand where an address does: any text in UTF-8, or nothing.
pub(super) fn is_address(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Null => true,
        ValueRef::Text(text) => text.is_ascii() || std::str::from_utf8(text).is_ok(),
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => false,
    }
}

/// Teaches a connection which way forwarded packets went; the counter says how often that was not as it is stored.
pub(super) fn direction_function(connection: &Connection, check: &DirectionCheck) -> rusqlite::Result<Arc<AtomicU64>> {
    let corrected = Arc::new(AtomicU64::new(0));
    let (counter, check) = (Arc::clone(&corrected), check.clone());
    connection.create_scalar_function(DIRECTION_FUNCTION, 3, FLAGS, move |context| {
        let text = |index: usize| context.get_raw(index).as_str().ok();
        let direction = text(0).map_or(ForwardedDirection::Unknown, |stored| check.direction(stored, text(1), text(2)));
        Ok(match direction {
            ForwardedDirection::Inbound => name(INBOUND),
            ForwardedDirection::Outbound => name(OUTBOUND),
            ForwardedDirection::Corrected => {
                counter.fetch_add(1, Ordering::Relaxed);
                name(INBOUND)
            }
            ForwardedDirection::Unknown if text(0).is_none() => ToSqlOutput::Borrowed(ValueRef::Null),
            ForwardedDirection::Unknown => ToSqlOutput::Arg(0),
        })
    })?;
    Ok(corrected)
}

fn name(direction: &'static str) -> ToSqlOutput<'static> {
    ToSqlOutput::Borrowed(ValueRef::Text(direction.as_bytes()))
}
