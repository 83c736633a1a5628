//! Does the parts of a query in parallel.

use super::budget::Stopped;
use crate::storage::Rows;
use net_scout_model::QueryError;

/// The threads that a query may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Workers {
    pub(super) threads: usize,
    /// Fewer rows than this are not worth a thread.
    pub(super) rows_per_thread: usize,
}

impl Workers {
    /// How many threads so many rows are worth.
    pub(super) fn count(self, rows: usize) -> usize {
        self.threads.min(rows / self.rows_per_thread).max(1)
    }

    /// Does parts of some rows in parallel, as many as are worth their threads but `most` at most, and gives the results in their order.
    pub(super) fn by_parts<T: Send>(
        self,
        rows: Rows<'_>,
        most: usize,
        part: impl Fn(Rows<'_>) -> Result<T, Stopped> + Sync,
    ) -> Result<Vec<T>, Stopped> {
        let (count, parts) = (rows.len(), self.count(rows.len()).min(most).max(1));
        in_parallel(parts, |number| part(rows.part(count * number / parts, count * (number + 1) / parts)))
    }
}

/// Does so many parts in parallel, and gives the results in their order.
pub(super) fn in_parallel<T: Send>(parts: usize, part: impl Fn(usize) -> Result<T, Stopped> + Sync) -> Result<Vec<T>, Stopped> {
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
