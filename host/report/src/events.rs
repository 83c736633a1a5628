//! Events of a span, read in slices of a day at most: the live database is let go of after each, and no more than a day is in memory.
//! Queries are those of rules, behind the same gate, on the window in memory where it can answer them.

use std::sync::Arc;
use std::time::Instant;

use net_scout_detect::scan::ScanOptions;
use net_scout_model::{ColumnType, DirectionCheck, QueryError, QueryLimits, Row, Span, Timestamp, Value, Window};
use net_scout_store::{DatabaseError, ReadGrant, Snapshot, SnapshotOptions, Wanted};

/// The longest slice, in microseconds.
const SLICE: i64 = 86_400_000_000;

/// The events of a slice.
pub(crate) struct Events {
    pub(crate) snapshot: Arc<Snapshot>,
    grant: Arc<ReadGrant>,
    limits: QueryLimits,
}

/// The slices of a span, in their order. They end at midnight (UTC), so that the slices of a period are those of the days in it.
pub(crate) fn slices(span: Span) -> Vec<Span> {
    let mut slices = Vec::new();
    let mut begins = span.begins;
    while begins < span.ends {
        let midnight = Timestamp(begins.0.div_euclid(SLICE).saturating_add(1).saturating_mul(SLICE));
        let ends = midnight.min(span.ends);
        slices.push(Span { begins, ends });
        begins = ends;
    }
    slices
}

impl Events {
    /// Reads these columns of a slice.
    ///
    /// # Errors
    /// When the database cannot be read, or has no such table.
    pub(crate) fn read(scan: &ScanOptions, slice: Span, now: Timestamp, columns: &[&'static str]) -> Result<Self, DatabaseError> {
        let options = SnapshotOptions {
            path: scan.database.path.clone(),
            table: scan.table.clone(),
            alert_table: scan.database.alert_table.clone(),
            directions: scan.correct_directions.then(|| DirectionCheck::new(scan.local_networks.as_ref())),
            window: Window { since: slice.begins, until: Some(slice.ends), now },
            busy_timeout: scan.database.busy_timeout,
            readers: 1,
        };
        let wanted = Wanted {
            columns,
            alerts: false,
            threads: scan.parallel,
            window_bytes: scan.limits.window,
            kept: None,
            deadline: Instant::now() + scan.limits.scan,
        };
        let mut grant = ReadGrant::default();
        grant.allow("events", columns.iter().copied());
        Ok(Self { snapshot: Arc::new(Snapshot::take(&options, &wanted)?), grant: Arc::new(grant), limits: scan.limits.query })
    }

    /// Runs a query, and hands over its rows.
    ///
    /// # Errors
    /// As the query says.
    pub(crate) async fn rows(&self, sql: &str, types: &[ColumnType], each: impl FnMut(Row<'_>)) -> Result<(), QueryError> {
        self.rows_of(sql, Vec::new(), types, each).await
    }

    /// Runs a query with parameters, and hands over its rows.
    ///
    /// # Errors
    /// As the query says.
    pub(crate) async fn rows_of(
        &self,
        sql: &str,
        parameters: Vec<Value>,
        types: &[ColumnType],
        mut each: impl FnMut(Row<'_>),
    ) -> Result<(), QueryError> {
        let grant = Arc::clone(&self.grant);
        let mut rows = self.snapshot.query(sql.to_owned(), parameters, types.to_vec(), grant, self.limits, None).await?;
        while let Some(batch) = rows.next().await? {
            batch.rows().for_each(&mut each);
        }
        Ok(())
    }

    /// How many events were left out because something in them cannot be read.
    pub(crate) fn unreadable(&self) -> u64 {
        self.snapshot.unreadable_timestamps() + self.snapshot.unreadable_addresses()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_days_without_holes() {
        let span = |begins, ends| Span { begins: Timestamp(begins), ends: Timestamp(ends) };
        assert_eq!(slices(span(5, 5)), []);
        assert_eq!(slices(span(5, SLICE)), [span(5, SLICE)]);
        let days = slices(span(SLICE / 2, 3 * SLICE + 1));
        assert_eq!(days.len(), 4);
        assert_eq!((days[0], days[3]), (span(SLICE / 2, SLICE), span(3 * SLICE, 3 * SLICE + 1)));
        assert!(days.windows(2).all(|two| two[0].ends == two[1].begins));
    }
}
