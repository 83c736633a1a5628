//! Takes the rows of a piece, as an aggregate function of SQL: SQLite goes through the rows by itself and hands over each one's values,
//! which is faster than to step from row to row and to ask for one value after another.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Result;
use rusqlite::functions::{Aggregate, Context};
use rusqlite::types::ValueRef;

use super::super::function::is_address;
use super::read::Shared;
use net_scout_engine::{Collector, Found, RowCounts, Rule, Segment, TimestampReader, Words};
use net_scout_model::{ForwardedDirection, INBOUND};

/// After how many rows a thread looks whether it shall stop.
const STRIDE: u32 = 4_096;

/// What passes between a thread and its function.
#[derive(Default)]
pub(super) struct Desk {
    /// The words of all pieces that the thread has read.
    pub(super) words: Words,
    /// The last piece; none where it had no rows.
    pub(super) collected: Option<Collected>,
}

/// The rows of a piece.
pub(super) struct Collected {
    pub(super) rows: u32,
    pub(super) columns: Vec<std::result::Result<Segment, String>>,
    /// What there is to know besides.
    pub(super) log: Log,
}

/// What is known of the rows of a piece besides their values.
#[derive(Debug)]
pub(super) struct Log {
    /// Which rows were left out, or corrected.
    pub(super) counts: RowCounts,
    /// The numbers of all rows, also of those that were left out, where they were asked for.
    pub(super) numbers: Vec<i64>,
    /// The first instant of a row, and the last.
    pub(super) times: (i64, i64),
    /// Whether rows lie outside the window.
    pub(super) is_cut: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { counts: RowCounts::default(), numbers: Vec::new(), times: (i64::MAX, i64::MIN), is_cut: false }
    }
}

/// The function.
pub(super) struct Collect {
    shared: Arc<Shared>,
    desk: Arc<Mutex<Desk>>,
    /// The first instant of the window and the last.
    window: (i64, i64),
    /// Which arguments are addresses.
    addresses: Vec<usize>,
    /// Which is the number of the row.
    number: Option<usize>,
    /// Which are the direction and whether the packet was forwarded, where directions are checked.
    direction: Option<[usize; 2]>,
}

/// What was taken so far.
pub(super) struct Collecting {
    collectors: Vec<Collector>,
    words: Words,
    reader: TimestampReader,
    rows: u32,
    seen: u32,
    log: Log,
}

impl Collect {
    pub(super) fn new(shared: &Arc<Shared>, desk: &Arc<Mutex<Desk>>) -> Self {
        let window = shared.request.window;
        let last = window.until.map_or(i64::MAX, |until| until.0.saturating_sub(1));
        let (addresses, number) = (shared.request.address_arguments(), shared.request.number_argument());
        let (window, direction) = ((window.since.0, last), shared.request.direction_arguments());
        Self { shared: Arc::clone(shared), desk: Arc::clone(desk), window, addresses, number, direction }
    }

    fn desk(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a packet came in that is stored as one that left. To ask here is faster than to let SQLite call a function for each row.
    fn is_corrected(&self, row: &Context<'_>) -> bool {
        let (Some([direction, forwarded]), Some(check)) = (self.direction, &self.shared.request.directions) else { return false };
        let [source, destination] = self.addresses[..] else { return false };
        let text = |index: usize| row.get_raw(index).as_str().ok();
        matches!(row.get_raw(forwarded), ValueRef::Integer(forwarded) if forwarded != 0)
            && text(direction)
                .is_some_and(|stored| check.direction(stored, text(source), text(destination)) == ForwardedDirection::Corrected)
    }

    /// Whether what is not counted yet is more than the limit by itself: one piece can hold most of the rows.
    fn swells(&self, so_far: &Collecting) -> bool {
        let request = &self.shared.request;
        let swells = so_far.words.bytes() + u64::from(so_far.rows) * 9 * request.columns.len() as u64 > request.byte_limit;
        if swells {
            self.shared.too_large.store(true, Ordering::Relaxed);
        }
        swells
    }
}

impl Aggregate<Collecting, i64> for Collect {
    fn init(&self, _: &mut Context<'_>) -> Result<Collecting> {
        let mut words = std::mem::take(&mut self.desk().words);
        let collectors = self.shared.request.columns.iter().map(|column| Collector::new(column.rule, &mut words)).collect();
        Ok(Collecting { collectors, words, reader: TimestampReader::default(), rows: 0, seen: 0, log: Log::default() })
    }

    fn step(&self, row: &mut Context<'_>, so_far: &mut Collecting) -> Result<()> {
        so_far.seen = so_far.seen.wrapping_add(1);
        if so_far.seen.is_multiple_of(STRIDE) && (self.shared.stopped() || self.swells(so_far)) {
            return Err(rusqlite::Error::UserFunctionError("reading has stopped".into()));
        }
        if let Some(number) = self.number
            && let ValueRef::Integer(number) = row.get_raw(number)
        {
            so_far.log.numbers.push(number);
        }
        let time = match row.get_raw(0) {
            ValueRef::Text(text) => so_far.reader.read(text),
            _ => None,
        };
        let Some(time) = time else {
            so_far.log.counts.unreadable_timestamps += 1;
            return Ok(());
        };
        let (first, last) = &mut so_far.log.times;
        (*first, *last) = (time.min(*first), time.max(*last));
        if time < self.window.0 || time > self.window.1 {
            so_far.log.is_cut = true;
            return Ok(());
        }
        if !self.addresses.iter().all(|index| is_address(row.get_raw(*index))) {
            so_far.log.counts.unreadable_addresses += 1;
            return Ok(());
        }
        let corrected = self.direction.filter(|_| self.is_corrected(row)).map(|[direction, _]| direction);
        so_far.log.counts.corrected_directions += u64::from(corrected.is_some());
        let mut index = 0;
        for collector in &mut so_far.collectors {
            if collector.rule() == Rule::Time {
                collector.integer(time);
            } else {
                index += 1;
                let value = if corrected == Some(index) { Found::Text(INBOUND.as_bytes()) } else { found(row.get_raw(index)) };
                collector.push(value, &mut so_far.words);
            }
        }
        so_far.rows += 1;
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, so_far: Option<Collecting>) -> Result<i64> {
        let Some(mut so_far) = so_far else { return Ok(0) };
        let columns = so_far.collectors.iter_mut().map(|collector| collector.take(&mut so_far.words)).collect();
        let mut desk = self.desk();
        desk.words = so_far.words;
        desk.collected = Some(Collected { rows: so_far.rows, columns, log: so_far.log });
        Ok(0)
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
