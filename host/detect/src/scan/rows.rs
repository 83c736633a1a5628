//! The queries of the host itself, row by row. They go through the same authorizer as those of rules.

use net_scout_model::{ColumnType, QueryError, Row, Value};
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
        batch.rows().for_each(&mut each);
    }
    Ok(())
}

/// The names of so many parameters from a number on: `?1, ?2, ?3`.
pub(super) fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ")
}
