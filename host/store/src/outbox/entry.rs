//! Entries: an alert that is to be told to a receiver.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::error::DatabaseError;
use crate::open::Database;
use crate::outbound::{Outbound, Tell};
use crate::schema::{columns, quote};
use crate::stored::{COLUMNS, stored};
use net_scout_model::{News, Severity, StoredAlert, Timestamp, ToldAlert};

/// An entry that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its number.
    pub id: i64,
    /// The alert's number.
    pub alert_id: i64,
    /// The route that says so.
    pub route: String,
    /// Who is told.
    pub receiver: String,
    /// How much the alert matters.
    pub severity: Severity,
    /// Since when it waits.
    pub at: Timestamp,
    /// Until when others are waited for that go with it.
    pub due: Timestamp,
}

/// Writes down who is told of an alert.
pub(in crate::outbox) fn queue(
    connection: &Connection,
    table: &str,
    tell: &Tell,
    alert: &StoredAlert,
    news: News,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let last = "SELECT id, message, at, news FROM scout_outbox WHERE receiver = ?1 AND alert_id = ?2 AND alert_table = ?3
                ORDER BY id DESC LIMIT 1";
    let last: Option<(i64, Option<i64>, i64, String)> = connection
        .prepare_cached(last)?
        .query_row((&tell.receiver, alert.id, table), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let told = |news| serde_json::to_string(&ToldAlert::of(alert, news)).unwrap_or_default();
    let severity = ToldAlert::of(alert, news).severity.name();
    match last {
        // It waits already: what it says is what holds now, and the most that is new about it.
        Some((id, None, _, before)) => {
            let news = News::of_name(&before).map_or(news, |before| before.max(news));
            let sql = "UPDATE scout_outbox SET news = ?2, severity = ?3, alert_json = ?4 WHERE id = ?1";
            connection.prepare_cached(sql)?.execute((id, news.name(), severity, told(news))).map(drop)
        }
        Some((_, Some(_), at, _)) if news == News::Grown && !repeats(tell, at, now) => Ok(()),
        _ => {
            let sql = "INSERT INTO scout_outbox (alert_table, alert_id, route, receiver, news, severity, alert_json, at, due)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            let due = now.plus(tell.wait);
            let values = params![table, alert.id, tell.route, tell.receiver, news.name(), severity, told(news), now.0, due.0];
            connection.prepare_cached(sql)?.execute(values).map(drop)
        }
    }
}

/// Whether an incident that goes on, and was told then, is told again now.
fn repeats(tell: &Tell, at: i64, now: Timestamp) -> bool {
    tell.repeat.is_some_and(|repeat| now.0.saturating_sub(at) >= repeat)
}

/// Writes down whom those who decide want to be told of an alert.
pub(crate) fn tell(
    connection: &Connection,
    table: &str,
    outbound: &dyn Outbound,
    alert: &StoredAlert,
    news: News,
    now: Timestamp,
) -> rusqlite::Result<()> {
    outbound.tell(alert, news, now).iter().try_for_each(|tell| queue(connection, table, tell, alert, news, now))
}

/// Writes down whom those who decide want to be told of alerts whose snooze is over: they are open again, as they stand now.
pub(crate) fn tell_woken(
    connection: &Connection,
    table: &str,
    outbound: &dyn Outbound,
    ids: &[i64],
    now: Timestamp,
) -> rusqlite::Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM {} WHERE id = ?1", quote(table));
    for id in ids {
        let (alert, _) = connection.prepare_cached(&sql)?.query_row([id], stored)?;
        // Another alert may have taken it in meanwhile.
        if alert.is_open() {
            tell(connection, table, outbound, &alert, News::Reopened, now)?;
        }
    }
    Ok(())
}

impl Database {
    /// Writes down that alerts are to be told, beside a scan. How many entries there are now for that.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn queue(&mut self, alerts: &[(StoredAlert, News, Vec<Tell>)], now: Timestamp) -> Result<usize, DatabaseError> {
        let table = self.alert_table.clone();
        self.write("write to the outbox of", |connection| {
            let mut entries = 0;
            for (alert, news, tells) in alerts {
                for tell in tells {
                    queue(connection, &table, tell, alert, *news, now)?;
                    entries += 1;
                }
            }
            Ok(entries)
        })
    }

    /// The entries that wait, oldest first; none where there is no outbox yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn waiting_entries(&self) -> Result<Vec<OutboxEntry>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<OutboxEntry>> {
            if columns(&self.connection, "scout_outbox")?.is_empty() {
                return Ok(Vec::new());
            }
            let sql = "SELECT id, alert_id, route, receiver, severity, at, due FROM scout_outbox
                       WHERE message IS NULL AND alert_table = ?1 ORDER BY id";
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map([&self.alert_table], |row| {
                Ok(OutboxEntry {
                    id: row.get(0)?,
                    alert_id: row.get(1)?,
                    route: row.get(2)?,
                    receiver: row.get(3)?,
                    severity: Severity::of_name(&row.get::<_, String>(4)?).unwrap_or(Severity::Informational),
                    at: Timestamp(row.get(5)?),
                    due: Timestamp(row.get(6)?),
                })
            })?;
            rows.collect()
        };
        read().map_err(self.error("read"))
    }

    /// What a message tells: its alerts, the most important first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn told_alerts(&self, message: i64) -> Result<Vec<ToldAlert>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<ToldAlert>> {
            let mut statement = self.connection.prepare_cached("SELECT alert_json FROM scout_outbox WHERE message = ?1")?;
            let rows = statement.query_map([message], |row| row.get::<_, String>(0))?;
            let texts = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            let mut told: Vec<ToldAlert> = texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
            told.sort_by_key(|alert| (std::cmp::Reverse((alert.severity, alert.score)), alert.id));
            Ok(told)
        };
        read().map_err(self.error("read"))
    }
}
