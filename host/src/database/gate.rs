//! The one gate between a rule's SQL and the database.
//!
//! SQLite asks it about every table, column and function while a statement is compiled. A rule names the views `events` and `alerts`;
//! each selects from a second view with an unguessable name, and only that one may touch a real table. (A view's own name is not
//! proof enough: SQLite reports a common table expression called `events` just like the view.)

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::hooks::{AuthAction, AuthContext};

/// The functions that a rule may call: free of side effects, of the clock and of chance.
const FUNCTIONS: [&str; 50] = [
    "->",
    "->>",
    "abs",
    "avg",
    "coalesce",
    "count",
    "cume_dist",
    "dense_rank",
    "first_value",
    "format",
    "glob",
    "group_concat",
    "hex",
    "ifnull",
    "iif",
    "instr",
    "json_array_length",
    "json_extract",
    "json_group_array",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "lower",
    "ltrim",
    "max",
    "min",
    "nth_value",
    "ntile",
    "nullif",
    "percent_rank",
    "printf",
    "quote",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "total",
    "trim",
    "typeof",
    "unhex",
    "unicode",
    "upper",
];

/// The columns of a table that may be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableGrant(BTreeSet<String>);

/// What a rule may read: tables and columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadGrant(BTreeMap<String, TableGrant>);

impl ReadGrant {
    /// Also allows these columns of a table.
    pub fn allow(&mut self, table: &str, columns: impl IntoIterator<Item = impl Into<String>>) {
        self.0.entry(table.to_owned()).or_default().0.extend(columns.into_iter().map(Into::into));
    }
}

/// The names of the inner views, which no rule knows.
#[derive(Clone, Debug)]
pub(super) struct InnerViews {
    pub(super) events: String,
    pub(super) alerts: String,
}

impl InnerViews {
    fn contains(&self, name: &str) -> bool {
        name == self.events || name == self.alerts
    }
}

/// Decides about one thing that a statement wants; the error says what was denied and what would allow it.
pub(super) fn decide(context: &AuthContext<'_>, grant: &ReadGrant, inner: &InnerViews) -> Result<(), String> {
    match context.action {
        AuthAction::Select => Ok(()),
        AuthAction::Read { table_name, column_name } => read(table_name, column_name, context.accessor, grant, inner),
        AuthAction::Function { function_name } => {
            // The time function stands in the inner view only, where its name is no secret and its use no harm.
            let known = FUNCTIONS.binary_search(&function_name.to_ascii_lowercase().as_str()).is_ok();
            if known || function_name == crate::events::layout::TIME_FUNCTION {
                Ok(())
            } else {
                Err(format!("function `{function_name}` is not among those that a rule may call"))
            }
        }
        AuthAction::Recursive => Err("a recursive common table expression is not allowed".to_owned()),
        _ => Err("only one SELECT is allowed".to_owned()),
    }
}

fn read(table: &str, column: &str, accessor: Option<&str>, grant: &ReadGrant, inner: &InnerViews) -> Result<(), String> {
    if accessor.is_some_and(|accessor| inner.contains(accessor)) || inner.contains(table) {
        return Ok(());
    }
    let Some(columns) = grant.0.get(table) else {
        return Err(match crate::events::layout::columns_of(table) {
            Some(_) => format!("table `{table}` was not requested; add it to the requests of the rule's description"),
            None => format!("there is no table `{table}` for rules; there are `events` and `alerts`"),
        });
    };
    // No column name: rows are counted, nothing of them is read.
    if column.is_empty() || columns.0.contains(column) {
        Ok(())
    } else {
        Err(format!("column `{column}` of `{table}` was not requested; add it to the requests of the rule's description"))
    }
}

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;

    #[test]
    fn functions_are_sorted_for_the_search() {
        assert!(FUNCTIONS.is_sorted());
    }
}
