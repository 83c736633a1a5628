//! Runs a query that SQLite has compiled behind the gate: on the window in memory where it can, else in SQLite.

use std::sync::atomic::Ordering;
use std::time::Instant;

use rusqlite::{ErrorCode, Statement};

use super::Request;
use super::batch::BatchBuilder;
use crate::error::message;
use crate::query::Engine;
use crate::watch::Watch;
use crate::window::Kept;
use net_scout_engine::{EventWindow, Fallback, FastPlan, Outcome, Plan};
use net_scout_model::{BATCH_BYTES, BATCH_ROWS, Batch, QueryError, Timestamp};

/// Sends the batches of a statement until nobody listens.
pub(super) fn run(
    statement: &mut Statement<'_>,
    request: &Request,
    kept: &Kept,
    fill: &dyn Fn() -> Result<(), QueryError>,
    since: Timestamp,
    watch: &Watch,
    send: &mut impl FnMut(Result<Batch, QueryError>) -> bool,
) -> Result<(), QueryError> {
    let started = Instant::now();
    let explain = |engine| request.explain.iter().for_each(|explain| explain(&request.sql, &engine, started.elapsed()));
    let reason = match planned(request, kept, since) {
        Ok((plan, window)) => {
            let outcome = plan.run(window, &request.limits, &request.cancelled, |batch| send(Ok(batch)));
            match outcome {
                Ok(Outcome::Sqlite(Fallback(reason))) => reason.to_owned(),
                other => {
                    explain(Engine::Memory);
                    return other.map(drop);
                }
            }
        }
        Err(reason) => reason,
    };
    let streamed = fill().and_then(|()| stream(statement, request, send)).map_err(|error| match (error, watch.complaint()) {
        (QueryError::TooLarge(_), Some(reason)) => QueryError::TooLarge(reason),
        (error, _) => error,
    });
    explain(Engine::Sqlite(reason));
    streamed
}

/// The plan of a query on the window in memory, or why there is none.
fn planned<'a>(request: &Request, kept: &'a Kept, since: Timestamp) -> Result<(Box<FastPlan>, &'a EventWindow), String> {
    let window = kept.as_ref().map_err(Clone::clone)?;
    let granted = |column: &str| !request.grant.withholds("events", column);
    match Plan::new(window, &request.sql, &request.parameters, &request.columns, &granted, request.grant.begins_after(since)) {
        Plan::Fast(plan) => Ok((plan, window)),
        Plan::Sqlite(reason) => Err(reason),
    }
}

fn stream(
    statement: &mut Statement<'_>,
    request: &Request,
    send: &mut impl FnMut(Result<Batch, QueryError>) -> bool,
) -> Result<(), QueryError> {
    let started = Instant::now();
    let mut rows = statement.raw_query();
    let mut builder = BatchBuilder::new(&request.columns);
    let (mut row_count, mut byte_count) = (0, 0);
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(error) => return Err(step_error(&error, request, started)),
        };
        row_count += 1;
        request.limits.check_rows(row_count)?;
        builder.push(row)?;
        request.limits.check_bytes(byte_count + builder.bytes)?;
        if builder.rows == BATCH_ROWS || builder.bytes >= BATCH_BYTES {
            byte_count += builder.bytes;
            let full = std::mem::replace(&mut builder, BatchBuilder::new(&request.columns));
            if !send(Ok(full.finish())) {
                return Ok(());
            }
        }
    }
    if builder.rows > 0 {
        send(Ok(builder.finish()));
    }
    Ok(())
}

fn step_error(error: &rusqlite::Error, request: &Request, started: Instant) -> QueryError {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted)
            if started.elapsed() >= request.limits.time || !request.cancelled.load(Ordering::Relaxed) =>
        {
            request.limits.timed_out()
        }
        Some(ErrorCode::OperationInterrupted) => QueryError::Unavailable("the query was dropped".to_owned()),
        Some(ErrorCode::TooBig) => QueryError::TooLarge(message(error)),
        Some(ErrorCode::OutOfMemory) => QueryError::TooLarge("the query needs more memory than SQLite may use".to_owned()),
        Some(ErrorCode::DatabaseCorrupt) => QueryError::Unavailable(format!("the database is damaged: {}", message(error))),
        Some(ErrorCode::Unknown) => QueryError::Invalid(message(error)),
        _ => QueryError::Unavailable(message(error)),
    }
}
