//! Lists the alerts that are stored.

mod count;
mod facets;
mod page;
mod search;

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, params_from_iter};

use super::error::DatabaseError;
use super::open::Database;
use super::schema::{columns, quote};
use super::stored::{COLUMNS, Unreadable, is_broken, json, stored};
pub use count::{AlertCount, CountBy};
pub use facets::AlertFacet;
use net_scout_model::search::AlertQuery;
use net_scout_model::{StoredAlert, Timestamp};
pub use page::{AlertCursor, AlertOrder};
use search::{Columns, Conditions};

/// Which alerts to list, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertFilter {
    /// Which.
    pub query: AlertQuery,
    /// From when durations count back, and which snoozes are over.
    pub now: Timestamp,
    /// In which order.
    pub order: AlertOrder,
    /// Only what is behind this place of the list.
    pub after: Option<AlertCursor>,
    /// At most so many.
    pub limit: Option<u32>,
}

impl AlertFilter {
    /// What a query finds.
    #[must_use]
    pub fn new(query: AlertQuery, now: Timestamp) -> Self {
        Self { query, now, order: AlertOrder::default(), after: None, limit: None }
    }
}

impl Default for AlertFilter {
    /// All of them, as they are stored: no snooze is over.
    fn default() -> Self {
        Self::new(AlertQuery::default(), Timestamp::MINIMUM)
    }
}

/// What alerts are told apart by, in names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertName {
    /// Their type.
    Type,
    /// The rule that raised them.
    Rule,
}

/// Stored alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListedAlerts {
    /// Those that can be read, newest first.
    pub alerts: Vec<StoredAlert>,
    /// Those among them whose evidence is not JSON: it is taken for none.
    pub broken_evidence: Vec<i64>,
    /// The rest.
    pub unreadable: Unreadable,
    /// Where the next page begins, where there is more than the limit.
    pub next: Option<AlertCursor>,
}

impl Database {
    /// Lists stored alerts, newest first; none where there is not an alert table yet. Rows that cannot be read are counted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn alerts(&self, filter: &AlertFilter) -> Result<ListedAlerts, DatabaseError> {
        list(&self.connection, &self.alert_table, filter).map_err(self.error("read"))
    }

    /// The names that stored alerts have.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn alert_names(&self, which: AlertName) -> Result<BTreeSet<String>, DatabaseError> {
        let column = match which {
            AlertName::Type => "alert_type",
            AlertName::Rule => "rule",
        };
        let read = || {
            if !columns(&self.connection, &self.alert_table)?.iter().any(|have| have == column) {
                return Ok(BTreeSet::new());
            }
            let sql = format!("SELECT DISTINCT {column} FROM {} WHERE typeof({column}) = 'text'", quote(&self.alert_table));
            let mut statement = self.connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            let mut names = BTreeSet::new();
            while let Some(row) = rows.next()? {
                // What is not UTF-8 has no name that could be written.
                names.extend(row.get_ref(0)?.as_str().ok().map(str::to_owned));
            }
            Ok(names)
        };
        read().map_err(self.error("read"))
    }
}

impl Database {
    /// What is known outside about the addresses of an alert; null where nothing is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn enrichment_of(&self, id: i64) -> Result<serde_json::Value, DatabaseError> {
        let sql = format!("SELECT enrichment_json FROM {} WHERE id = ?1", quote(&self.alert_table));
        let read = || self.connection.query_row(&sql, [id], |row| Ok(json(row.get_ref(0)?))).optional();
        Ok(read().map_err(self.error("read"))?.unwrap_or_default())
    }
}

fn list(connection: &Connection, table: &str, filter: &AlertFilter) -> rusqlite::Result<ListedAlerts> {
    let have = columns(connection, table)?;
    if have.is_empty() {
        return Ok(ListedAlerts::default());
    }
    let columns = Columns(&have);
    let mut conditions = Conditions::of(connection, &filter.query, &columns, filter.now)?;
    let keys = filter.order.keys(&columns);
    filter.after.iter().for_each(|cursor| cursor.narrow(&mut conditions, &keys));
    // One more says whether there is more.
    let limit = filter.limit.map_or(String::new(), |limit| format!("LIMIT {}", u64::from(limit) + 1));
    let names = COLUMNS.split(',').map(str::trim).map(|name| match columns.raw(name) {
        "NULL" => format!("NULL AS {name}"),
        name => name.to_owned(),
    });
    let sql = format!(
        "SELECT {}, {} AS first_key, {} AS second_key FROM {} WHERE {} ORDER BY first_key DESC, second_key DESC, id {limit}",
        names.collect::<Vec<_>>().join(", "),
        keys[0],
        keys[1],
        quote(table),
        conditions.sql()
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(conditions.values))?;
    let (mut listed, mut seen, mut last) = (ListedAlerts::default(), 0, None);
    while let Some(row) = rows.next()? {
        if filter.limit == Some(seen) {
            listed.next = last;
            break;
        }
        seen += 1;
        last =
            AlertCursor::behind(filter.order, [row.get_ref("first_key")?, row.get_ref("second_key")?], row.get("id")?).or(last);
        match stored(row)? {
            (mut alert, None) => {
                if is_broken(row.get_ref("evidence_json")?) {
                    listed.broken_evidence.push(alert.id);
                }
                alert.status = alert.status_at(filter.now).to_owned();
                listed.alerts.push(alert);
            }
            (alert, Some(reason)) => listed.unreadable.add(alert.id, &reason),
        }
    }
    Ok(listed)
}

#[cfg(test)]
mod tests;
