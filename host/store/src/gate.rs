//! The one gate between a rule's SQL and the database.
//!
//! SQLite asks it about every table, column and function while a statement is compiled. A rule names the views `events` and `alerts`;
//! each selects from a second view with an unguessable name, and only that one may touch a real table. (A view's own name is not
//! proof enough: SQLite reports a common table expression called `events` just like the view.)

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::hooks::{AuthAction, AuthContext};

use net_scout_model::Timestamp;

/// The functions that a rule may call: free of side effects, of the clock and of chance.
const FUNCTIONS: [&str; 57] = [
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
    "hour",
    "ifnull",
    "iif",
    "in_networks",
    "instr",
    "json_array_length",
    "json_extract",
    "json_group_array",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "ln",
    "lower",
    "ltrim",
    "max",
    "median",
    "min",
    "nth_value",
    "ntile",
    "nullif",
    "percent_rank",
    "printf",
    "quote",
    "rank",
    "regexp",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "sqrt",
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
    "weekday",
];

/// The columns of a table that may be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableGrant(BTreeSet<String>);

/// What a rule may read: tables and columns, and events from an instant on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadGrant {
    tables: BTreeMap<String, TableGrant>,
    since: Option<Timestamp>,
}

impl ReadGrant {
    /// Whether a column is one of those that were not requested of a table that was.
    pub(super) fn withholds(&self, table: &str, column: &str) -> bool {
        self.tables.get(table).is_some_and(|columns| !columns.0.contains(column))
    }

    /// Also allows these columns of a table.
    pub fn allow(&mut self, table: &str, columns: impl IntoIterator<Item = impl Into<String>>) {
        self.tables.entry(table.to_owned()).or_default().0.extend(columns.into_iter().map(Into::into));
    }

    /// The same for events from this instant on, and none before.
    #[must_use]
    pub fn since(&self, since: Timestamp) -> Self {
        Self { since: Some(since), ..self.clone() }
    }

    /// The first instant of the events that may be read, where that is later than the first that there are.
    pub(super) fn begins_after(&self, first: Timestamp) -> Option<Timestamp> {
        self.since.filter(|since| *since > first)
    }
}

/// The names of the inner views, which no rule knows.
#[derive(Clone, Debug)]
pub(super) struct InnerViews {
    pub(super) events: String,
    pub(super) alerts: String,
}

impl InnerViews {
    /// The table that a rule knows in place of an inner view.
    fn outer(&self, name: &str) -> Option<&'static str> {
        match name {
            _ if name == self.events => Some("events"),
            _ if name == self.alerts => Some("alerts"),
            _ => None,
        }
    }
}

/// Decides about one thing that a statement wants; the error says what was denied and what would allow it.
pub(super) fn decide(context: &AuthContext<'_>, grant: &ReadGrant, inner: &InnerViews) -> Result<(), String> {
    // What an inner view does is the host's own doing.
    let inside = context.accessor.is_some_and(|accessor| inner.outer(accessor).is_some());
    match context.action {
        AuthAction::Select => Ok(()),
        AuthAction::Read { .. } | AuthAction::Function { .. } if inside => Ok(()),
        AuthAction::Read { table_name, column_name } => read(table_name, column_name, context.database_name, grant, inner),
        AuthAction::Function { function_name } => {
            if FUNCTIONS.binary_search(&function_name.to_ascii_lowercase().as_str()).is_ok() {
                Ok(())
            } else {
                Err(format!("function `{function_name}` is not among those that a rule may call"))
            }
        }
        AuthAction::Recursive => Err("a recursive common table expression is not allowed".to_owned()),
        _ => Err("only one SELECT is allowed".to_owned()),
    }
}

fn read(table: &str, column: &str, database: Option<&str>, grant: &ReadGrant, inner: &InnerViews) -> Result<(), String> {
    // A rule that names `events` makes SQLite read the inner view, sometimes nothing but that.
    let (table, through) = inner.outer(table).map_or((table, false), |outer| (outer, true));
    // The views are temporary: a table of the same name in the database is not for rules.
    let foreign = database.filter(|database| *database != "temp");
    let Some(columns) = grant.tables.get(table).filter(|_| foreign.is_none()) else {
        return Err(match (net_scout_model::columns_of(table), foreign) {
            (Some(_), None) => format!("table `{table}` was not requested; add it to the requests of the rule's description"),
            (Some(_), Some(database)) => {
                format!("there is no table `{database}.{table}` for rules; there are `events` and `alerts`")
            }
            (None, _) => format!("there is no table `{table}` for rules; there are `events` and `alerts`"),
        });
    };
    // No column name: rows are counted, nothing of them is read.
    if through || column.is_empty() || columns.0.contains(column) {
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
