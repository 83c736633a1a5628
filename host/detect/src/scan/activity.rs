//! What the events say of one address. It reads the same state of the database as the rules, through the same authorizer.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::Value as Json;

use super::evidence::counted;
use super::rows::{each_row, places};
use net_scout_model::{ColumnType, QueryError, QueryLimits, Timestamp, Value, parse_address};
use net_scout_plugin_host::capability::query::QuerySource;
use net_scout_store::{ReadGrant, Snapshot};

/// The columns that are read.
pub(super) const ACTIVITY_COLUMNS: [&str; 7] = ["id", "time", "src_ip", "dst_ip", "dst_port", "verdict", "direction"];
/// The most ways to write one address that are looked for.
const SPELLINGS: usize = 100;

/// The events of an address.
#[derive(Clone, Debug)]
pub struct Activity {
    /// Where it is their source.
    pub source: Part,
    /// Where it is their destination.
    pub destination: Part,
}

/// Some of the events.
#[derive(Clone, Debug)]
pub struct Part {
    /// How many there are.
    pub count: u64,
    /// How many of these are in the window, and not only in the history before it.
    pub in_window: u64,
    /// First, last, ports, targets and sources, as in the evidence of alerts.
    pub events: Json,
    /// How many have which direction and verdict, most first.
    pub verdicts: Vec<(Option<String>, Option<String>, u64)>,
}

/// Reads the events of an address. `since` is where the window begins.
///
/// # Errors
/// When they cannot be read.
pub(super) async fn activity(
    address: IpAddr,
    since: Timestamp,
    snapshot: &Arc<Snapshot>,
    limits: QueryLimits,
) -> Result<Activity, QueryError> {
    let mut grant = ReadGrant::default();
    grant.allow("events", ACTIVITY_COLUMNS);
    let source = QuerySource { snapshot: Arc::clone(snapshot), grant: Arc::new(grant), limits, explain: None };
    let spellings: Vec<Value> = spellings(address, &source).await?.into_iter().map(Value::Text).collect();
    Ok(Activity {
        source: part("src_ip", &spellings, since, &source).await?,
        destination: part("dst_ip", &spellings, since, &source).await?,
    })
}

/// How the events write the address: IPv6 addresses may be written in several ways, and IPv4 addresses as such.
async fn spellings(address: IpAddr, source: &QuerySource) -> Result<BTreeSet<String>, QueryError> {
    let mut found = BTreeSet::from([address.to_string()]);
    for column in ["src_ip", "dst_ip"] {
        let sql = format!("SELECT {column} FROM events WHERE {column} LIKE '%:%' GROUP BY {column}");
        each_row(source, sql, Vec::new(), &[ColumnType::Text], |row| {
            let text = row.text(0).filter(|text| parse_address(text).is_some_and(|other| other.to_canonical() == address));
            found.extend(text.filter(|_| found.len() < SPELLINGS).map(str::to_owned));
        })
        .await?;
    }
    Ok(found)
}

/// The events that have the address in a column.
async fn part(column: &str, spellings: &[Value], since: Timestamp, source: &QuerySource) -> Result<Part, QueryError> {
    let condition = format!("{column} IN ({})", places(1, spellings.len()));
    let events = counted(source, &condition, spellings.to_vec()).await?;
    let mut part = Part { count: 0, in_window: 0, events, verdicts: Vec::new() };
    let sql = format!(
        "SELECT direction, verdict, COUNT(*), COUNT(*) FILTER (WHERE time >= ?{}) FROM events WHERE {condition}
         GROUP BY direction, verdict ORDER BY COUNT(*) DESC, direction, verdict",
        spellings.len() + 1
    );
    let parameters = [spellings, &[Value::Integer(since.0)]].concat();
    let types = [ColumnType::Text, ColumnType::Text, ColumnType::Integer, ColumnType::Integer];
    each_row(source, sql, parameters, &types, |row| {
        let (count, in_window) = (row.count(2), row.count(3));
        part.count += count;
        part.in_window += in_window;
        part.verdicts.push((row.text(0).map(str::to_owned), row.text(1).map(str::to_owned), count));
    })
    .await?;
    Ok(part)
}
