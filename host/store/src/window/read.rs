//! Reads the window, on several connections at once. Each must be in a read transaction on the same state of the database.
//!
//! The rows come out in one order whatever the number of connections and however fast each is.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, Statement, params_from_iter};

use super::super::file::{QUERY_CACHE, cache};
use super::collect::{Collect, Desk, Log};
use super::request::{COLLECT, Piece, Request, Way};
use net_scout_engine::{EventWindow, PieceRead, RowCounts, Segment, Words};

/// How many pieces there are for each connection: enough that none waits long for the last.
const PIECES: i64 = 24;
/// How much of the database a connection keeps in memory while it reads, in KiB. Every page is read once: a few that stay in the
/// processor's own cache are faster than many.
const CACHE: u32 = 256;

/// The window in memory, or why it is not kept.
pub(crate) type Kept = Result<EventWindow, String>;

/// Why a window is not kept that takes more than so many bytes.
pub(super) fn too_large(limit: u64) -> String {
    format!("the events of the window take more than {} MiB (limits.window_mib)", limit >> 20)
}

/// What the threads share.
pub(super) struct Shared {
    pub(super) request: Request,
    pieces: Vec<Piece>,
    next: AtomicUsize,
    bytes: AtomicU64,
    pub(super) too_large: AtomicBool,
    failed: AtomicBool,
    done: Mutex<Vec<(usize, PieceRead, Log)>>,
}

/// What was read: pieces in the order of the rows, each with its number, and the words of each thread.
pub(super) struct Pieces {
    pub(super) pieces: Vec<(usize, PieceRead, Log)>,
    pub(super) words: Vec<Words>,
}

/// Reads the window; none where it takes more than the limit.
///
/// # Errors
/// When SQLite fails.
pub(crate) fn read(connections: Vec<&mut Connection>, request: Request) -> rusqlite::Result<Option<EventWindow>> {
    let threads = connections.len();
    let columns = request.columns.clone();
    let Some(read) = read_pieces(connections, request)? else { return Ok(None) };
    let mut counts = RowCounts::default();
    read.pieces.iter().for_each(|(_, _, log)| counts.add(log.counts));
    let pieces = read.pieces.into_iter().map(|(_, piece, _)| piece).collect();
    Ok(EventWindow::assemble(&columns, pieces, read.words, threads, counts))
}

/// Reads the pieces of the window; none where they take more than the limit.
pub(super) fn read_pieces(connections: Vec<&mut Connection>, request: Request) -> rusqlite::Result<Option<Pieces>> {
    let Some(first) = connections.first() else { return Ok(None) };
    let threads = connections.len();
    let pieces = pieces(first, &request, threads)?;
    let connections: Vec<_> = match request.way {
        Way::Steps(..) => connections.into_iter().take(1).collect(),
        _ => connections,
    };
    let shared = Arc::new(Shared {
        pieces,
        request,
        next: AtomicUsize::new(0),
        bytes: AtomicU64::new(0),
        too_large: AtomicBool::new(false),
        failed: AtomicBool::new(false),
        done: Mutex::new(Vec::new()),
    });
    let words = std::thread::scope(|scope| {
        let workers: Vec<_> = connections
            .into_iter()
            .enumerate()
            .map(|(thread, connection)| {
                let shared = &shared;
                scope.spawn(move || {
                    Shared::work(shared, thread, connection).inspect_err(|_| shared.failed.store(true, Ordering::Relaxed))
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or(Err(rusqlite::Error::InvalidQuery))).collect::<Vec<_>>()
    });
    let words = words.into_iter().collect::<rusqlite::Result<Vec<Words>>>()?;
    if shared.too_large.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let mut pieces = std::mem::take(&mut *shared.done.lock().unwrap_or_else(PoisonError::into_inner));
    pieces.sort_by_key(|(piece, ..)| *piece);
    Ok(Some(Pieces { pieces, words }))
}

/// How the work is divided.
fn pieces(connection: &Connection, request: &Request, threads: usize) -> rusqlite::Result<Vec<Piece>> {
    match &request.way {
        Way::Table { rowid: None } => Ok(vec![Piece::All]),
        Way::Steps(..) => Ok(Vec::new()),
        Way::Ranges { ranges, .. } => Ok(ranges.iter().cloned().map(|(from, to)| Piece::Texts(from, Some(to))).collect()),
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

impl Shared {
    pub(super) fn stopped(&self) -> bool {
        [&self.too_large, &self.failed].iter().any(|flag| flag.load(Ordering::Relaxed))
    }

    fn work(shared: &Arc<Self>, thread: usize, connection: &Connection) -> rusqlite::Result<Words> {
        let desk = Arc::new(Mutex::new(Desk::default()));
        let arguments = shared.request.arguments();
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
        connection.create_aggregate_function(COLLECT, arguments, flags, Collect::new(shared, &desk))?;
        cache(connection, CACHE)?;
        let read = shared.pieces_of(thread, connection, &desk);
        cache(connection, QUERY_CACHE)?;
        connection.remove_function(COLLECT, arguments)?;
        match read {
            Err(_) if shared.stopped() => Ok(Words::default()),
            read => read,
        }
    }

    fn pieces_of(&self, thread: usize, connection: &Connection, desk: &Mutex<Desk>) -> rusqlite::Result<Words> {
        let mut reader = PieceReader { shared: self, thread, connection, desk, statement: None, word_bytes: 0 };
        if let Way::Steps(table, rows) = &self.request.way {
            let mut number = 0;
            table.each(connection, rows, |from, to| {
                if self.stopped() {
                    return Err(rusqlite::Error::UserFunctionError("reading has stopped".into()));
                }
                number += 1;
                reader.read(number, &Piece::Numbers(from, to))
            })?;
        }
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(piece) = self.pieces.get(number).filter(|_| !self.stopped()) else {
                return Ok(std::mem::take(&mut reader.desk().words));
            };
            reader.read(number, piece)?;
        }
    }
}

/// Reads pieces on one connection.
struct PieceReader<'a> {
    shared: &'a Shared,
    thread: usize,
    connection: &'a Connection,
    desk: &'a Mutex<Desk>,
    /// The statement of the last piece, which is mostly that of the next.
    statement: Option<(String, Statement<'a>)>,
    /// What the words took so far.
    word_bytes: u64,
}

impl<'a> PieceReader<'a> {
    fn desk(&self) -> std::sync::MutexGuard<'a, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&mut self, number: usize, piece: &Piece) -> rusqlite::Result<()> {
        let sql = self.shared.request.sql(piece);
        let prepared = match self.statement.take() {
            Some((text, prepared)) if text == sql => prepared,
            _ => self.connection.prepare(&sql)?,
        };
        let (_, prepared) = self.statement.insert((sql, prepared));
        // What the row holds means nothing: what was collected lies on the desk.
        match piece {
            Piece::All => prepared.query_row([], |_| Ok(()))?,
            Piece::Numbers(from, to) => prepared.query_row([from, to], |_| Ok(()))?,
            Piece::Texts(from, to) => prepared.query_row(params_from_iter(std::iter::once(from).chain(to)), |_| Ok(()))?,
        }
        let mut desk = self.desk();
        let Some(collected) = desk.collected.take() else { return Ok(()) };
        let read = PieceRead { thread: self.thread, rows: collected.rows, columns: collected.columns };
        let shared = self.shared;
        let bytes: u64 = read.columns.iter().flatten().map(Segment::bytes).sum::<u64>() + desk.words.bytes() - self.word_bytes;
        self.word_bytes = desk.words.bytes();
        if shared.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > shared.request.byte_limit {
            shared.too_large.store(true, Ordering::Relaxed);
        }
        shared.done.lock().unwrap_or_else(PoisonError::into_inner).push((number, read, collected.log));
        Ok(())
    }
}
