//! The window that stays in memory from one scan to the next, in slices of time.
//!
//! A slice is what the index on the timestamp has between two texts, a minute apart. A scan reads the slices in which something may have
//! changed and the two ends of its window, in one state of the database; the rest it has. What is new has a number above the last one that
//! was known. A row that was updated in its place is met where it is now, and the slice that has it from before is read again, so that no
//! row is counted twice. What is seen in neither way is found by [`check`](mod@check): rows that were removed, or that moved back in time.
//! Whatever does not fit is read in full, as if nothing were kept.

mod check;
mod cuts;
mod moved;
mod slice;
mod state;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::read::{Kept, read_pieces, too_large};
use super::request::{Request, Way, unsuited};
use check::Table;
use cuts::ranges;
use moved::Moved;
use net_scout_engine::{EventWindow, RowCounts};
use net_scout_model::Span;
use slice::Slice;
pub(crate) use state::Key;
use state::State;

/// The events of a window, kept for the next one. It is for one database at a time, and is empty after an error.
#[derive(Debug, Default)]
pub struct KeptWindow {
    state: Mutex<Option<State>>,
    /// Whether all that is kept is checked each time.
    checks_all: bool,
}

/// What is read: the part of an index, and what else there is to know.
pub(crate) struct Wish<'a> {
    pub(crate) key: Key,
    /// The first text inside, and the first behind.
    pub(crate) texts: (&'a str, &'a str),
    /// What to read; its way does not matter.
    pub(crate) request: Request,
}

impl KeptWindow {
    /// Says that rows of these times may have been updated in their place: they are read again.
    pub fn forget(&self, spans: &[Span]) {
        if let Some(state) = &mut *self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            state.forget(spans);
        }
    }

    /// How many events are kept, and how many bytes they take without their distinct texts.
    #[must_use]
    pub fn size(&self) -> (u64, u64) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.as_ref().map_or((0, 0), State::size)
    }

    /// One that checks all that is kept each time.
    #[cfg(test)]
    pub(crate) fn checking_all() -> Self {
        Self { checks_all: true, ..Self::default() }
    }

    /// Makes the window of what is kept and what is read now; none where it is to be read in full.
    pub(crate) fn window(&self, connections: &mut [&mut Connection], wish: Wish<'_>) -> rusqlite::Result<Option<Kept>> {
        let before = self.state.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(first) = connections.first() else { return Ok(None) };
        let Some(number) = wish.request.number else { return Ok(None) };
        if unsuited(first, &wish.key.source.table)?.is_some() {
            return Ok(None);
        }
        let table = Table { connection: first, name: &wish.request.table, index: &wish.key.index, number };
        let Some(last) = table.last()? else { return Ok(None) };
        let state = before.filter(|state| state.key == wish.key && state.mark <= last);
        if state.is_none() {
            tracing::info!("the window is read in full, and kept");
        }
        let mut state = state.unwrap_or_else(|| State::new(wish.key.clone()));
        let ranges = ranges(&wish.request.window, wish.texts);
        state.keep_only(&ranges, &wish.request.window);
        let Some(tail) = state.find_changes(&table, wish.texts.1, self.checks_all)? else {
            tracing::info!("too much lies behind the window: it is read in full, and not kept");
            return Ok(None);
        };
        let kept = fill(&mut state, connections, &wish.request, &ranges, tail)?;
        if let Some(Ok(_)) = &kept {
            state.mark = last;
            *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Some(state).filter(|state| !state.is_swollen());
        }
        Ok(kept)
    }
}

/// Reads what is missing, and again what it shows to be wrong, and makes the window.
fn fill(
    state: &mut State,
    connections: &mut [&mut Connection],
    request: &Request,
    ranges: &[(String, String)],
    mut moved: Moved,
) -> rusqlite::Result<Option<Kept>> {
    let is_first = state.slices.is_empty();
    let ids = request.columns.iter().position(|column| column.name == "id");
    let mut ends: Vec<Option<Slice>> = ranges.iter().map(|_| None).collect();
    // What was read in this state of the database is right.
    let (mut read, limit) = (BTreeSet::new(), request.byte_limit);
    loop {
        state.slices.retain(|from, slice| read.contains(from) || !slice.holds(&moved));
        let missing: Vec<usize> =
            (0..ranges.len()).filter(|&place| ends[place].is_none() && !state.slices.contains_key(&ranges[place].0)).collect();
        if missing.is_empty() {
            break;
        }
        read.extend(missing.iter().map(|&place| ranges[place].0.clone()));
        let name = state.key.index.clone();
        let way = Way::Ranges { name, ranges: missing.iter().map(|&place| ranges[place].clone()).collect() };
        let request = Request { way, ..request.clone() };
        let connections = connections.iter_mut().map(|connection| &mut **connection).collect();
        let Some(pieces) = read_pieces(connections, request.clone())? else { return Ok(Some(Err(too_large(limit)))) };
        let mut renamed = Vec::new();
        for words in pieces.words {
            let Some(names) = state.words.absorb(words) else { return Ok(None) };
            renamed.push(names);
        }
        let mut slices: Vec<Slice> = missing.iter().map(|&place| Slice::empty(&ranges[place].1)).collect();
        moved = Moved::default();
        for (number, mut piece, log) in pieces.pieces {
            piece.rename(&request.columns, &renamed[piece.thread]);
            moved.extend(log.numbers.iter().copied().filter(|number| *number <= state.mark));
            slices[number].fill(piece, log, ids);
        }
        moved.sort();
        for (&place, slice) in missing.iter().zip(slices) {
            let is_inner = place > 0 && place + 1 < ranges.len();
            if is_inner && slice.is_whole() {
                state.slices.insert(ranges[place].0.clone(), slice);
            } else {
                ends[place] = Some(slice);
            }
        }
    }
    let parts = ranges.iter().zip(&ends).filter_map(|((from, _), end)| end.as_ref().or_else(|| state.slices.get(from)));
    let (mut pieces, mut counts) = (Vec::new(), RowCounts::default());
    for slice in parts {
        pieces.extend(slice.piece.as_ref());
        counts.add(slice.counts);
    }
    if pieces.iter().map(|piece| piece.bytes()).sum::<u64>() + state.words.bytes() > limit {
        return Ok(Some(Err(too_large(limit))));
    }
    let window = EventWindow::assemble_kept(&request.columns, &pieces, &state.words, connections.len(), counts);
    if is_first {
        state.distinct = state.words.distinct();
    }
    tracing::info!("{} of {} slices of the window were read, the others were kept", read.len(), ranges.len());
    Ok(window.map(Ok))
}

#[cfg(test)]
mod tests;
