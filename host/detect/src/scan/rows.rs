//! The queries of the host itself, row by row. They go through the same authorizer as those of rules.

use net_scout_model::{Batch, Column, ColumnType, ColumnValues, QueryError, Value};
use net_scout_plugin_host::capability::query::QuerySource;

/// Runs a query, and hands over its rows.
pub(super) async fn each_row(
    source: &QuerySource,
    sql: String,
    parameters: Vec<Value>,
    types: &[ColumnType],
    mut each: impl FnMut(Row<'_>),
) -> Result<(), QueryError> {
    let QuerySource { snapshot, grant, limits, .. } = source.clone();
    let mut rows = snapshot.query(sql, parameters, types.to_vec(), grant, limits, None).await?;
    while let Some(batch) = rows.next().await? {
        (0..batch.row_count).for_each(|number| each(Row { batch: &batch, number }));
    }
    Ok(())
}

/// A row of a result.
pub(super) struct Row<'a> {
    batch: &'a Batch,
    number: u32,
}

impl<'a> Row<'a> {
    fn column(&self, place: usize) -> Option<&'a Column> {
        self.batch.columns.get(place).filter(|column| column.nulls.binary_search(&self.number).is_err())
    }

    /// The text in a column; none where it is null.
    pub(super) fn text(&self, place: usize) -> Option<&'a str> {
        match &self.column(place)?.values {
            ColumnValues::Texts(texts) => {
                let code = *texts.codes.get(self.number as usize)?;
                texts.dictionary.get(code as usize).map(String::as_str)
            }
            _ => None,
        }
    }

    /// The integer in a column; none where it is null.
    pub(super) fn integer(&self, place: usize) -> Option<i64> {
        match &self.column(place)?.values {
            ColumnValues::Integers(values) => values.get(self.number as usize).copied(),
            _ => None,
        }
    }

    /// How many a column counts.
    pub(super) fn count(&self, place: usize) -> u64 {
        self.integer(place).and_then(|count| u64::try_from(count).ok()).unwrap_or(0)
    }
}

/// The names of so many parameters from a number on: `?1, ?2, ?3`.
pub(super) fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ")
}
