//! Events that fit a filter: a page of them, newest first, and what all of them have in common. Nothing is written.
//!
//! It reads what rules read: the same columns, behind the same gate, on the window in memory where that can answer.

mod conditions;

use net_scout_detect::scan::ScanOptions;
use net_scout_model::{ColumnType, Networks, QueryError, Row, Selection, Span, Timestamp, Value};

use crate::ReportError;
use crate::events::Events;
use crate::figures::{Bins, Count};
use conditions::Conditions;

/// The columns that are read.
const COLUMNS: [&str; 15] = [
    "id",
    "time",
    "src_ip",
    "src_port",
    "dst_ip",
    "dst_port",
    "proto",
    "verdict",
    "direction",
    "hit_count",
    "dst_service",
    "country_code",
    "in_if",
    "out_if",
    "tcp_flags",
];
/// How many of each ranking are told.
const TOP: usize = 8;

/// Which events. What is not given does not matter.
#[derive(Clone, Debug)]
pub struct EventFilter {
    /// When.
    pub span: Span,
    /// Their source or their target.
    pub address: Option<Networks>,
    /// Their source.
    pub source: Option<Networks>,
    /// Their target.
    pub target: Option<Networks>,
    /// The target's port.
    pub port: Option<u16>,
    /// TCP, UDP, ICMP, ...
    pub proto: Option<String>,
    /// DROP or ACCEPT.
    pub verdict: Option<String>,
    /// INBOUND or OUTBOUND.
    pub direction: Option<String>,
    /// A country, two letters.
    pub country: Option<String>,
    /// The service of the target's port.
    pub service: Option<String>,
    /// Those of an alert.
    pub selection: Option<Selection>,
}

/// Which page of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventPage {
    /// Only those behind this one: its time in microseconds, and its number.
    pub after: Option<(i64, i64)>,
    /// At most so many.
    pub limit: usize,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FoundEvent {
    /// Its number.
    pub id: i64,
    /// When it last happened.
    pub time: Timestamp,
    /// From where.
    pub src_ip: String,
    /// From which port.
    pub src_port: Option<i64>,
    /// To where.
    pub dst_ip: String,
    /// To which port.
    pub dst_port: Option<i64>,
    /// Its protocol.
    pub proto: Option<String>,
    /// DROP or ACCEPT.
    pub verdict: Option<String>,
    /// INBOUND or OUTBOUND.
    pub direction: Option<String>,
    /// How often it happened.
    pub hits: u64,
    /// The service of the target's port.
    pub service: Option<String>,
    /// The country, two letters.
    pub country: Option<String>,
}

/// The most frequent of something.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct TopList {
    /// How many there are at all.
    pub distinct: u64,
    /// The most frequent, with how many events each has.
    pub top: Vec<(String, u64)>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FoundEvents {
    /// How many fit.
    pub all: Count,
    /// A page of them.
    pub events: Vec<FoundEvent>,
    /// Where the next page begins, where there is more.
    pub next: Option<(i64, i64)>,
    /// The pieces of time of the next.
    pub bins: Bins,
    /// Events by time: refused, accepted, and where nothing says.
    pub by_time: Vec<[u64; 3]>,
    /// Their sources.
    pub sources: TopList,
    /// Their targets.
    pub targets: TopList,
    /// Their ports.
    pub ports: TopList,
    /// Their countries.
    pub countries: TopList,
    /// How many were left out because something in them cannot be read.
    pub unreadable: u64,
}

impl EventFilter {
    /// All of a span.
    #[must_use]
    pub fn over(span: Span) -> Self {
        Self {
            span,
            address: None,
            source: None,
            target: None,
            port: None,
            proto: None,
            verdict: None,
            direction: None,
            country: None,
            service: None,
            selection: None,
        }
    }
}

/// Finds events.
///
/// # Errors
/// When they cannot be read, or are too many to be read at once.
pub async fn browse(
    scan: &ScanOptions,
    filter: &EventFilter,
    page: EventPage,
    now: Timestamp,
) -> Result<FoundEvents, ReportError> {
    let (options, span) = (scan.clone(), filter.span);
    // Reading the window blocks.
    let read = tokio::task::spawn_blocking(move || Events::read(&options, span, now, &COLUMNS)).await;
    let events = read.map_err(|error| QueryError::Unavailable(format!("reading them ended early: {error}")))??;
    let conditions = Conditions::of(filter);
    let bins = Bins::over(filter.span);
    let mut found = FoundEvents {
        all: Count::default(),
        events: Vec::new(),
        next: None,
        bins,
        by_time: vec![[0; 3]; bins.count],
        sources: top(&events, &conditions, "src_ip").await?,
        targets: top(&events, &conditions, "dst_ip").await?,
        ports: top(&events, &conditions, "dst_port").await?,
        countries: top(&events, &conditions, "country_code").await?,
        unreadable: 0,
    };
    let sql = format!(
        "SELECT time / {width}, verdict, COUNT(*), SUM(hit_count) FROM events WHERE {conditions} GROUP BY time / {width}, verdict",
        width = bins.width
    );
    let types = [ColumnType::Integer, ColumnType::Text, ColumnType::Integer, ColumnType::Integer];
    events
        .rows_of(&sql, conditions.values(), &types, |row| {
            let verdict = ["DROP", "ACCEPT"].iter().position(|name| row.text(1) == Some(name)).unwrap_or(2);
            found.all.events += row.count(2);
            found.all.packets += row.count(3);
            found.all.refused += if verdict == 0 { row.count(2) } else { 0 };
            if let Some(place) = row.integer(0).and_then(|piece| bins.number(piece)) {
                found.by_time[place][verdict] += row.count(2);
            }
        })
        .await?;
    (found.events, found.next) = listed(&events, conditions, page).await?;
    found.unreadable = events.unreadable();
    Ok(found)
}

/// The most frequent values of a column.
async fn top(events: &Events, conditions: &Conditions, column: &str) -> Result<TopList, ReportError> {
    let is_number = column == "dst_port";
    let mut list = TopList::default();
    let sql = format!("SELECT COUNT(DISTINCT {column}) FROM events WHERE {conditions}");
    events.rows_of(&sql, conditions.values(), &[ColumnType::Integer], |row| list.distinct = row.count(0)).await?;
    let sql = format!(
        "SELECT {column}, COUNT(*) FROM events WHERE {conditions} AND {column} IS NOT NULL
         GROUP BY {column} ORDER BY COUNT(*) DESC, {column} LIMIT {TOP}"
    );
    let types = [if is_number { ColumnType::Integer } else { ColumnType::Text }, ColumnType::Integer];
    events
        .rows_of(&sql, conditions.values(), &types, |row| {
            let name = if is_number { row.integer(0).map(|port| port.to_string()) } else { row.text(0).map(str::to_owned) };
            list.top.extend(name.filter(|name| !name.is_empty()).map(|name| (name, row.count(1))));
        })
        .await?;
    Ok(list)
}

/// A page, and where the next one begins.
async fn listed(
    events: &Events,
    mut conditions: Conditions,
    page: EventPage,
) -> Result<(Vec<FoundEvent>, Option<(i64, i64)>), ReportError> {
    if let Some((time, id)) = page.after {
        let (time, id) = (conditions.bind(Value::Integer(time)), conditions.bind(Value::Integer(id)));
        conditions.add(format!("(time < {time} OR (time = {time} AND id < {id}))"));
    }
    let sql = format!(
        "SELECT id, time, src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, hit_count, dst_service, country_code
         FROM events WHERE {conditions} ORDER BY time DESC, id DESC LIMIT {}",
        page.limit + 1
    );
    use ColumnType::{Integer, Text};
    let types = [Integer, Integer, Text, Integer, Text, Integer, Text, Text, Text, Integer, Text, Text];
    let mut found = Vec::new();
    events.rows_of(&sql, conditions.values(), &types, |row| found.push(event(row))).await?;
    let more = found.len() > page.limit;
    found.truncate(page.limit);
    let next = found.last().filter(|_| more).map(|last| (last.time.0, last.id));
    Ok((found, next))
}

fn event(row: Row<'_>) -> FoundEvent {
    let text = |place: usize| row.text(place).filter(|text| !text.is_empty()).map(str::to_owned);
    FoundEvent {
        id: row.integer(0).unwrap_or_default(),
        time: Timestamp(row.integer(1).unwrap_or_default()),
        src_ip: text(2).unwrap_or_default(),
        src_port: row.integer(3),
        dst_ip: text(4).unwrap_or_default(),
        dst_port: row.integer(5),
        proto: text(6),
        verdict: text(7),
        direction: text(8),
        hits: row.count(9),
        service: text(10),
        country: text(11),
    }
}

#[cfg(test)]
mod tests;
