//! Reads the window, on several connections at once. Each must be in a read transaction on the same state of the database.
//!
//! The rows come out in one order whatever the number of connections and however fast each is.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement, params_from_iter};

use super::super::open::{QUERY_CACHE, cache};
use super::request::{Piece, Request, Way};
use crate::events::window::{Collector, EventWindow, Found, PieceRead, Rule, Segment, TimestampReader, Words};

/// How many pieces there are for each connection: enough that none waits long for the last.
const PIECES: i64 = 24;
/// After how many rows a thread looks whether it shall stop.
const STRIDE: u32 = 4_096;

/// How much of the database a connection keeps in memory while it reads, in KiB. Every page is read once: a few that stay in the
/// processor's own cache are faster than many.
const CACHE: u32 = 256;

/// What came of reading.
#[derive(Debug)]
pub(in crate::database) enum Loaded {
    /// The window.
    Window(EventWindow),
    /// It takes more than the limit: every query goes to SQLite.
    TooLarge,
    /// The scan was cancelled.
    Cancelled,
}

struct Shared<'a> {
    request: &'a Request,
    pieces: Vec<Piece>,
    next: AtomicUsize,
    bytes: AtomicU64,
    too_large: AtomicBool,
    failed: AtomicBool,
    cancelled: &'a AtomicBool,
    unreadable: AtomicU64,
    done: Mutex<Vec<(usize, PieceRead)>>,
}

/// Reads the window.
///
/// # Errors
/// When SQLite fails.
pub(in crate::database) fn read(
    connections: Vec<&mut Connection>,
    request: &Request,
    cancelled: &AtomicBool,
) -> rusqlite::Result<Loaded> {
    let Some(first) = connections.first() else { return Ok(Loaded::TooLarge) };
    let threads = connections.len();
    let shared = Shared {
        request,
        pieces: pieces(first, request, threads)?,
        next: AtomicUsize::new(0),
        bytes: AtomicU64::new(0),
        too_large: AtomicBool::new(false),
        failed: AtomicBool::new(false),
        cancelled,
        unreadable: AtomicU64::new(0),
        done: Mutex::new(Vec::new()),
    };
    let words = std::thread::scope(|scope| {
        let workers: Vec<_> = connections
            .into_iter()
            .enumerate()
            .map(|(thread, connection)| {
                let shared = &shared;
                scope.spawn(move || shared.work(thread, connection).inspect_err(|_| shared.failed.store(true, Ordering::Relaxed)))
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or(Err(rusqlite::Error::InvalidQuery))).collect::<Vec<_>>()
    });
    let words = words.into_iter().collect::<rusqlite::Result<Vec<Words>>>()?;
    if cancelled.load(Ordering::Relaxed) {
        return Ok(Loaded::Cancelled);
    }
    if shared.too_large.load(Ordering::Relaxed) {
        return Ok(Loaded::TooLarge);
    }
    let mut done = shared.done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(piece, _)| *piece);
    let done = done.into_iter().map(|(_, read)| read).collect();
    let unreadable = shared.unreadable.load(Ordering::Relaxed);
    let window = EventWindow::assemble(&request.columns, done, words, threads, unreadable);
    Ok(window.map_or(Loaded::TooLarge, Loaded::Window))
}

/// How the work is divided.
fn pieces(connection: &Connection, request: &Request, threads: usize) -> rusqlite::Result<Vec<Piece>> {
    match &request.way {
        Way::Table { rowid: None } => Ok(vec![Piece::All]),
        Way::Table { rowid: Some(rowid) } => {
            // Two statements: SQLite seeks for each, and would read the whole table for both in one.
            let end = |function| {
                let sql = format!("SELECT {function}({rowid}) FROM {}", request.table);
                connection.query_row(&sql, [], |row| row.get::<_, Option<i64>>(0))
            };
            let (Some(first), Some(last)) = (end("min")?, end("max")?) else { return Ok(Vec::new()) };
            let count = i128::from(PIECES) * threads as i128;
            let span = i128::from(last) - i128::from(first) + 1;
            let cut = |piece: i128| i128::from(first) + span * piece / count;
            let piece = |piece| (cut(piece), cut(piece + 1) - 1);
            let within = |(from, to): (i128, i128)| Some(Piece::Numbers(i64::try_from(from).ok()?, i64::try_from(to).ok()?));
            Ok((0..count).map(piece).filter(|(from, to)| from <= to).filter_map(within).collect())
        }
        Way::Index { from, to, cuts, .. } => {
            let inside = |cut: &&String| *cut > from && to.as_ref().is_none_or(|to| *cut < to);
            let mut starts: Vec<String> = std::iter::once(from).chain(cuts.iter().filter(inside)).cloned().collect();
            starts.sort();
            starts.dedup();
            let ends: Vec<Option<String>> = starts.iter().skip(1).cloned().map(Some).chain([to.clone()]).collect();
            Ok(starts.into_iter().zip(ends).map(|(from, to)| Piece::Texts(from, to)).collect())
        }
    }
}

impl Shared<'_> {
    fn stopped(&self) -> bool {
        [self.cancelled, &self.too_large, &self.failed].iter().any(|flag| flag.load(Ordering::Relaxed))
    }

    fn work(&self, thread: usize, connection: &Connection) -> rusqlite::Result<Words> {
        cache(connection, CACHE)?;
        let words = self.pieces_of(thread, connection)?;
        cache(connection, QUERY_CACHE)?;
        Ok(words)
    }

    fn pieces_of(&self, thread: usize, connection: &Connection) -> rusqlite::Result<Words> {
        let mut words = Words::default();
        let mut statement: Option<(String, Statement<'_>)> = None;
        let mut word_bytes = 0;
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(piece) = self.pieces.get(number).filter(|_| !self.stopped()) else { return Ok(words) };
            let sql = self.request.sql(piece);
            let prepared = match statement.take() {
                Some((text, prepared)) if text == sql => prepared,
                _ => connection.prepare(&sql)?,
            };
            let (_, prepared) = statement.insert((sql, prepared));
            let read = self.piece(thread, piece, prepared, &mut words)?;
            let bytes: u64 = read.columns.iter().flatten().map(Segment::bytes).sum::<u64>() + words.bytes() - word_bytes;
            word_bytes = words.bytes();
            if self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > self.request.byte_limit {
                self.too_large.store(true, Ordering::Relaxed);
            }
            self.done.lock().unwrap_or_else(PoisonError::into_inner).push((number, read));
        }
    }

    fn piece(
        &self,
        thread: usize,
        piece: &Piece,
        statement: &mut Statement<'_>,
        words: &mut Words,
    ) -> rusqlite::Result<PieceRead> {
        let request = self.request;
        let window = (request.window.since.0, request.window.until.map_or(i64::MAX, |until| until.0.saturating_sub(1)));
        let mut collectors: Vec<Collector> = request.columns.iter().map(|column| Collector::new(column.rule, words)).collect();
        let (mut reader, mut rows, mut seen, mut unreadable) = (TimestampReader::default(), 0_u32, 0_u32, 0);
        let mut cursor = match piece {
            Piece::All => statement.query([])?,
            Piece::Numbers(from, to) => statement.query([from, to])?,
            Piece::Texts(from, to) => statement.query(params_from_iter(std::iter::once(from).chain(to)))?,
        };
        while let Some(row) = cursor.next()? {
            seen = seen.wrapping_add(1);
            if seen.is_multiple_of(STRIDE) && (self.stopped() || self.swells(words, rows)) {
                break;
            }
            let time = match row.get_ref(0)? {
                ValueRef::Text(text) => reader.read(text),
                _ => None,
            };
            let Some(time) = time else {
                unreadable += 1;
                continue;
            };
            if time < window.0 || time > window.1 {
                continue;
            }
            let mut index = 0;
            for (collector, column) in collectors.iter_mut().zip(&request.columns) {
                if column.rule == Rule::Time {
                    collector.integer(Some(time));
                } else {
                    index += 1;
                    collector.push(found(row.get_ref(index)?), words);
                }
            }
            rows += 1;
        }
        drop(cursor);
        self.unreadable.fetch_add(unreadable, Ordering::Relaxed);
        Ok(PieceRead { thread, rows, columns: collectors.iter_mut().map(|collector| collector.take(words)).collect() })
    }

    /// Whether what is not counted yet is more than the limit by itself: one piece can hold most of the rows.
    fn swells(&self, words: &Words, rows: u32) -> bool {
        let swells = words.bytes() + u64::from(rows) * 9 * self.request.columns.len() as u64 > self.request.byte_limit;
        if swells {
            self.too_large.store(true, Ordering::Relaxed);
        }
        swells
    }
}

fn found(value: ValueRef<'_>) -> Found<'_> {
    match value {
        ValueRef::Null => Found::Null,
        ValueRef::Integer(value) => Found::Integer(value),
        ValueRef::Real(value) => Found::Real(value),
        ValueRef::Text(text) => Found::Text(text),
        ValueRef::Blob(_) => Found::Blob,
    }
}
