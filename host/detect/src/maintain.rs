//! Removes what net-scout has kept for long enough: its own rows, never an event.

use net_scout_model::{Sink, Timestamp};
use net_scout_store::{DatabaseError, DatabaseOptions, Removal, Retention};

/// Removes what is kept for long enough, in short transactions; as a dry run it only says what that is. A line for each table that is named.
///
/// # Errors
/// When the database cannot be read or written, or the tables of net-scout are missing. What was removed before stays so.
pub fn maintain(
    options: &DatabaseOptions,
    retention: &Retention,
    dry_run: bool,
    now: Timestamp,
    sink: &dyn Sink,
) -> Result<Vec<Removal>, DatabaseError> {
    if dry_run {
        return options.open_read_only()?.removable(retention, now);
    }
    let mut database = options.open()?;
    database.migrate(now)?;
    let total = database.removable(retention, now)?.iter().map(|removal| removal.rows).sum();
    let progress = sink.progress("removing", "rows", total);
    database.retain(retention, now, |removed| {
        progress.advance(removed.rows, removed.table.words());
        true
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::test_support::{NOW, options};
    use net_scout_model::Messages;
    use net_scout_store::{CachedAnswer, Keep, OwnTable};

    #[test]
    fn a_dry_run_says_what_is_removed_then() {
        let (_folder, options) = options();
        let mut database = options.database.open().expect("open");
        let answer = |number: i64| CachedAnswer {
            subject: format!("rdns:192.0.2.{number}"),
            kind: "rdns".to_owned(),
            result: serde_json::json!({ "name": "a.example" }),
            updated_at: NOW.plus(-number * 86_400_000_000),
        };
        database.keep_answers(&[answer(1), answer(89), answer(91), answer(200)]).expect("kept");
        drop(database);
        let keep = Keep { age: Some(90 * 86_400_000_000), bytes: None };
        let retention = Retention { tables: BTreeMap::from([(OwnTable::Cache, keep), (OwnTable::Ledger, keep)]), plugins: None };
        let sink = Messages::default();
        let run = |dry_run| maintain(&options.database, &retention, dry_run, NOW, &sink).expect("maintained");
        let said = run(true);
        let rows = |removals: &[Removal]| -> Vec<u64> { removals.iter().map(|removal| removal.rows).collect() };
        assert_eq!(rows(&said), [2, 0]);
        assert_eq!(run(true), said, "a dry run removes nothing");
        assert_eq!(run(false), said);
        assert_eq!(rows(&run(false)), [0; 2]);
    }
}
