//! How many alerts there are, by what they have in common.

use std::net::IpAddr;

use rusqlite::{Connection, params_from_iter};

use super::AlertFilter;
use super::search::{Columns, Conditions};
use crate::error::DatabaseError;
use crate::function::FLAGS;
use crate::open::Database;
use crate::schema::{columns, quote};
use net_scout_model::{Network, Severity, parse_address};

/// The function that gives the network of an address.
const NETWORK: &str = "net_scout_network";

/// What alerts are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountBy {
    /// Their rule.
    Rule,
    /// Their type.
    Type,
    /// Their source.
    Source,
    /// The network of their source: a /24, or a /64 of IPv6.
    Network,
    /// Their target.
    Target,
    /// The UTC day on which they were last raised.
    Day,
    /// Their severity.
    Severity,
    /// Their status.
    Status,
}

impl CountBy {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Rule, Self::Type, Self::Source, Self::Network, Self::Target, Self::Day, Self::Severity, Self::Status];

    /// As written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Type => "type",
            Self::Source => "source",
            Self::Network => "network",
            Self::Target => "target",
            Self::Day => "day",
            Self::Severity => "severity",
            Self::Status => "status",
        }
    }
}

/// Alerts that have something in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertCount {
    /// What they have in common; none for those without.
    pub value: Option<String>,
    /// How many.
    pub alerts: u64,
    /// How many of them are open.
    pub open: u64,
    /// The highest severity.
    pub severity: Severity,
    /// When the last of them was raised, as stored.
    pub last: String,
}

impl Database {
    /// Counts the alerts that a filter finds, the most first; days and severities in their order, from the last. Its order and page do
    /// not matter, its limit does.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn count_alerts(&self, filter: &AlertFilter, by: CountBy) -> Result<Vec<AlertCount>, DatabaseError> {
        count(&self.connection, &self.alert_table, filter, by).map_err(self.error("read"))
    }
}

fn count(connection: &Connection, table: &str, filter: &AlertFilter, by: CountBy) -> rusqlite::Result<Vec<AlertCount>> {
    let have = columns(connection, table)?;
    if have.is_empty() {
        return Ok(Vec::new());
    }
    let columns = Columns(&have);
    connection.create_scalar_function(NETWORK, 1, FLAGS, |context| {
        Ok(context.get_raw(0).as_str().ok().and_then(parse_address).map(|address| network(address).to_string()))
    })?;
    let mut conditions = Conditions::of(connection, &filter.query, &columns, filter.now)?;
    let now = conditions.bind(filter.now.0);
    let status = columns.status(&now);
    let value = match by {
        CountBy::Rule => columns.raw("rule").to_owned(),
        CountBy::Type => "alert_type".to_owned(),
        CountBy::Source => "src_ip".to_owned(),
        CountBy::Network => format!("{NETWORK}(src_ip)"),
        CountBy::Target => "dst_ip".to_owned(),
        CountBy::Day => format!("date({})", columns.raised()),
        CountBy::Severity => columns.severity(),
        CountBy::Status => status.clone(),
    };
    let order = match by {
        CountBy::Day | CountBy::Severity => "1 DESC",
        _ => "2 DESC, 1",
    };
    let open = net_scout_model::OPEN_STATUSES.map(|status| format!("'{status}'")).join(", ");
    let sql = format!(
        "SELECT CAST({value} AS TEXT), count(*), sum(({status}) IN ({open})), max({severity}), max(CAST({raised} AS TEXT))
         FROM {table} WHERE {condition} GROUP BY 1 ORDER BY {order} {limit}",
        severity = columns.severity(),
        raised = columns.raised(),
        table = quote(table),
        condition = conditions.sql(),
        limit = filter.limit.map_or(String::new(), |limit| format!("LIMIT {limit}")),
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(conditions.values))?;
    let mut counts = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |index: usize| -> rusqlite::Result<Option<String>> {
            Ok(row.get_ref(index)?.as_bytes_or_null().ok().flatten().map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
        };
        let severity_of = |rank: i64| Severity::ALL.get(usize::try_from(rank).unwrap_or_default()).copied();
        let value = match by {
            CountBy::Severity => {
                text(0)?.and_then(|rank| severity_of(rank.parse().ok()?)).map(|severity| severity.name().to_owned())
            }
            _ => text(0)?.filter(|value| !value.is_empty()),
        };
        counts.push(AlertCount {
            value,
            alerts: row.get::<_, i64>(1)?.unsigned_abs(),
            open: row.get::<_, i64>(2)?.unsigned_abs(),
            severity: severity_of(row.get(3)?).unwrap_or(Severity::Informational),
            last: text(4)?.unwrap_or_default(),
        });
    }
    Ok(counts)
}

/// The network that an address is counted with.
fn network(address: IpAddr) -> Network {
    let address = address.to_canonical();
    Network::around(address, if address.is_ipv4() { 24 } else { 64 })
}
