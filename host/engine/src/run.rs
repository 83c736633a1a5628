//! Runs a plan over the window: filter, group, fold, order, send. Before the first batch is sent it may still turn out that only SQLite
//! can say what the result is; behind it, never.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use super::EventWindow;
use super::batch::{Send, emit};
use super::evaluate::evaluate;
use super::expression::{Expression, Node};
use super::group::strides;
use super::known::Selection;
use super::mask::{Mask, kept};
use super::packed::Rows;
use super::plan::FastPlan;
use super::sort::{Direction, SortKey};
use super::vector::Vector;
use net_scout_model::{QueryError, QueryLimits};

/// Fewer rows than this are not worth a thread.
pub(super) const ROWS_A_THREAD: usize = if cfg!(test) { 20 } else { 50_000 };

/// The most memory that the values of one query may take before they are sent, in bytes.
const MEMORY: u64 = 512 << 20;

/// How a run ended without an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All batches were sent.
    Done,
    /// Nobody listened any more.
    Unheard,
    /// Nothing was sent: the query must run in SQLite.
    Sqlite(Fallback),
}

/// Why a planned query goes to SQLite after all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback(pub &'static str);

/// Why a run stops early.
#[derive(Debug)]
pub(super) enum Stopped {
    Error(QueryError),
    Fallback(&'static str),
}

impl From<QueryError> for Stopped {
    fn from(error: QueryError) -> Self {
        Self::Error(error)
    }
}

/// The clock and the flag that end a run.
pub(super) struct Stop<'a> {
    started: Instant,
    limits: &'a QueryLimits,
    cancelled: &'a AtomicBool,
    taken: AtomicU64,
}

impl Stop<'_> {
    /// Takes memory for so many values. Where there is too little left, SQLite has to find a way, or an error.
    pub(super) fn take(&self, values: usize) -> Result<(), Stopped> {
        let bytes = values as u64 * size_of::<i64>() as u64;
        let before = self.taken.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > MEMORY { Err(Stopped::Fallback("it takes too much memory")) } else { Ok(()) }
    }

    /// Fails when the run shall end.
    pub(super) fn check(&self) -> Result<(), Stopped> {
        if self.started.elapsed() >= self.limits.time {
            return Err(self.limits.timed_out().into());
        }
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(QueryError::Unavailable("the query was dropped".to_owned()).into());
        }
        Ok(())
    }
}

impl FastPlan {
    /// Runs the plan on the window that it was made for, and hands over its batches until `send` says that nobody listens.
    ///
    /// # Errors
    /// As SQLite's rows would give for the same limits.
    pub fn run(
        &self,
        window: &EventWindow,
        limits: &QueryLimits,
        cancelled: &AtomicBool,
        mut send: impl FnMut(net_scout_model::Batch) -> bool,
    ) -> Result<Outcome, QueryError> {
        let stop = Stop { started: Instant::now(), limits, cancelled, taken: AtomicU64::new(0) };
        match self.stream(window, &stop, &mut send) {
            Ok(true) => Ok(Outcome::Done),
            Ok(false) => Ok(Outcome::Unheard),
            Err(Stopped::Fallback(reason)) => Ok(Outcome::Sqlite(Fallback(reason))),
            Err(Stopped::Error(error)) => Err(error),
        }
    }

    fn stream(&self, window: &EventWindow, stop: &Stop<'_>, send: Send<'_>) -> Result<bool, Stopped> {
        stop.check()?;
        let filter = self.filter.as_ref().filter(|filter| !always(filter));
        let selected = match filter {
            Some(filter) => select(filter, window, stop)?,
            None => None,
        };
        // A WHERE that keeps all rows makes the groups of none.
        let filter = filter.filter(|_| selected.is_some());
        let rows = match &selected {
            Some(list) => Rows::List(list),
            None => Rows::Range(0, window.rows),
        };
        let Some(grouping) = &self.grouping else {
            if self.order.is_empty() {
                return emit(window, &self.outputs, rows, stop.limits, stop, send);
            }
            stop.take(rows.len().saturating_mul(self.order.len()))?;
            let keys = self
                .order
                .iter()
                .map(|(term, descends)| sort_key(&in_strides(term, window, rows), *descends))
                .collect::<Vec<_>>();
            let places = self.page(SortKey::order(&keys, rows.len(), self.reach()));
            let ordered: Vec<u32> = match rows {
                Rows::Range(start, _) => places.iter().map(|place| start + place).collect(),
                Rows::List(list) => places.iter().map(|&place| list[place as usize]).collect(),
            };
            return emit(window, &self.outputs, Rows::List(&ordered), stop.limits, stop, send);
        };
        let (slots, firsts) = grouping.slots(window, filter, rows, stop)?;
        let count = firsts.len();
        let frame = slots.as_slice();
        let all = Rows::Range(0, count as u32);
        let mut keys: Vec<SortKey> =
            self.order.iter().map(|(term, descends)| sort_key(&evaluate(term, frame, all), *descends)).collect();
        if grouping.distinct {
            keys.push(sort_key(&Vector::integers(firsts.iter().map(|&row| i64::from(row)).collect(), None), false));
        } else {
            keys.extend(slots[..grouping.keys.len()].iter().map(|slot| sort_key(slot, false)));
        }
        let places = self.page(SortKey::order(&keys, count, self.reach()));
        emit(frame, &self.outputs, Rows::List(&places), stop.limits, stop, send)
    }

    /// How many rows of the ordered result are of interest.
    fn reach(&self) -> usize {
        self.limit.map_or(usize::MAX, |limit| usize::try_from(limit.saturating_add(self.offset)).unwrap_or(usize::MAX))
    }

    /// What LIMIT and OFFSET leave.
    fn page(&self, mut places: Vec<u32>) -> Vec<u32> {
        places.drain(..usize::try_from(self.offset).unwrap_or(usize::MAX).min(places.len()));
        places
    }
}

/// The rows that a WHERE keeps.
fn select(filter: &Expression, window: &EventWindow, stop: &Stop<'_>) -> Result<Selection, Stopped> {
    let conditions = conjuncts(filter);
    // What an index finds is found as quickly again.
    if let Some(among) = conditions.iter().find_map(|condition| window.indexes.rows(condition, window)) {
        return scan(&conditions, Some(among), window, stop);
    }
    window.known.select(filter, || {
        // What comes before one of the ANDs may be another rule's WHERE, whose rows are known: only these are looked at then.
        let (mut first, mut rest) = (filter, Vec::new());
        while let Node::And(before, last) = &first.node {
            rest.splice(0..0, conjuncts(last));
            if let Some(rows) = window.known.selection(before) {
                return scan(&rest, rows, window, stop);
            }
            first = before;
        }
        scan(&conditions, None, window, stop)
    })
}

/// Those of some rows, or of all, of which all conditions are true.
fn scan(conditions: &[&Expression], among: Selection, window: &EventWindow, stop: &Stop<'_>) -> Result<Selection, Stopped> {
    let all = match &among {
        Some(list) => Rows::List(list),
        None => Rows::Range(0, window.rows),
    };
    let masks: Vec<Mask<'_>> = conditions.iter().map(|condition| Mask::new(condition, window, all.len())).collect();
    let selected = masked(&masks, window, all, stop)?;
    Ok((selected.len() < window.rows as usize).then(|| Arc::new(selected)))
}

/// Those of some rows of which all masks are true.
pub(super) fn masked(masks: &[Mask<'_>], window: &EventWindow, rows: Rows<'_>, stop: &Stop<'_>) -> Result<Vec<u32>, Stopped> {
    let part = |rows: Rows<'_>| {
        let (mut selected, mut mask) = (Vec::new(), Vec::new());
        for (from, to) in strides(rows.len()) {
            selected.extend(kept(masks, window, rows.part(from, to), &mut mask));
            stop.check()?;
        }
        Ok(selected)
    };
    Ok(by_parts(rows, window, usize::MAX, part)?.concat())
}

/// The conditions of which all must be true, in their order.
pub(super) fn conjuncts(condition: &Expression) -> Vec<&Expression> {
    let (mut open, mut found) = (vec![condition], Vec::new());
    while let Some(condition) = open.pop() {
        match &condition.node {
            Node::And(left, right) => open.extend([&**right, &**left]),
            _ => found.push(condition),
        }
    }
    found
}

/// Whether a condition is true of every row, whatever is in it.
fn always(condition: &Expression) -> bool {
    match &condition.node {
        Node::Integer(value) => *value != 0,
        Node::And(left, right) => always(left) && always(right),
        _ => false,
    }
}

fn sort_key(vector: &Vector, descends: bool) -> SortKey {
    SortKey::new(vector.clone(), if descends { Direction::Down } else { Direction::Up })
}

/// The values for many rows, without temporaries of that size.
fn in_strides(expression: &Expression, window: &EventWindow, rows: Rows<'_>) -> Vector {
    let mut all = evaluate(expression, window, Rows::List(&[]));
    for (from, to) in strides(rows.len()) {
        all.append(evaluate(expression, window, rows.part(from, to)));
    }
    all
}

/// Does parts of some rows at once, as many as are worth their threads and `most`, and gives what came of them in their order.
pub(super) fn by_parts<T: std::marker::Send>(
    rows: Rows<'_>,
    window: &EventWindow,
    most: usize,
    part: impl Fn(Rows<'_>) -> Result<T, Stopped> + Sync,
) -> Result<Vec<T>, Stopped> {
    let (count, parts) = (rows.len(), window.threads.min(rows.len() / ROWS_A_THREAD).min(most).max(1));
    in_parallel(parts, |number| part(rows.part(count * number / parts, count * (number + 1) / parts)))
}

/// Does so many parts at once, and gives what came of them in their order.
pub(super) fn in_parallel<T: std::marker::Send>(
    parts: usize,
    part: impl Fn(usize) -> Result<T, Stopped> + Sync,
) -> Result<Vec<T>, Stopped> {
    if parts == 1 {
        return Ok(vec![part(0)?]);
    }
    std::thread::scope(|scope| {
        let part = &part;
        let workers: Vec<_> = (0..parts).map(|number| scope.spawn(move || part(number))).collect();
        let lost = || Stopped::Error(QueryError::Unavailable("a part of the query was lost".to_owned()));
        workers.into_iter().map(|worker| worker.join().map_err(|_| lost()).and_then(|done| done)).collect()
    })
}
