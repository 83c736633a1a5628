//! What scans left out of the alerts, kept once a day, so that reports can say it: what nobody sees must at least be counted.

use rusqlite::Connection;

use super::error::DatabaseError;
use super::open::Database;
use super::schema::columns;
use net_scout_model::{Alert, Origin, Span, Timestamp, plain};

/// How long it is kept, in microseconds: 90 days.
const KEPT: i64 = 90 * 86_400 * 1_000_000;
/// The most that are kept of one scan: where a rule raises more, the first say enough.
const MOST: usize = 500;
/// The longest text that is kept, in characters.
const LONGEST: usize = 200;

/// An alert that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The rule that raised it.
    pub rule: String,
    /// Who did it.
    pub src_ip: Option<String>,
    /// To whom.
    pub dst_ip: Option<String>,
    /// The entry of the allowlist.
    pub origin: Origin,
    /// Why.
    pub reason: String,
}

/// How many different alerts were left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOutCount {
    /// The entry of the allowlist, as it is shown.
    pub origin: String,
    /// Why.
    pub reason: String,
    /// How many: of one rule, source and target once.
    pub alerts: u64,
}

impl LeftOut {
    /// An alert that was left out for an entry.
    #[must_use]
    pub fn new(alert: &Alert, origin: &Origin, reason: &str) -> Self {
        let Alert { rule, src_ip, dst_ip, .. } = alert.clone();
        Self { rule, src_ip, dst_ip, origin: origin.clone(), reason: reason.to_owned() }
    }
}

impl Database {
    /// How many alerts scans left out in a span, by reason, the most frequent first; nothing where there is no table for it yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn left_out(&self, span: Span) -> Result<Vec<LeftOutCount>, DatabaseError> {
        let read = || -> rusqlite::Result<Vec<LeftOutCount>> {
            if columns(&self.connection, "scout_left_out")?.is_empty() {
                return Ok(Vec::new());
            }
            let sql = "SELECT origin, reason, COUNT(DISTINCT rule || char(31) || src_ip || char(31) || dst_ip) AS alerts FROM scout_left_out
                       WHERE alert_table = ?1 AND at >= ?2 AND at < ?3 GROUP BY origin, reason ORDER BY alerts DESC, origin, reason LIMIT 100";
            let mut statement = self.connection.prepare(sql)?;
            let rows = statement.query_map((&self.alert_table, span.begins.seconds(), span.ends.seconds()), |row| {
                let alerts: i64 = row.get(2)?;
                Ok(LeftOutCount { origin: row.get(0)?, reason: row.get(1)?, alerts: alerts.unsigned_abs() })
            })?;
            rows.collect()
        };
        read().map_err(self.error("read"))
    }
}

/// Keeps what a scan left out, where it is not kept of that day, and removes what is old.
pub(super) fn keep(connection: &Connection, alert_table: &str, left_out: &[LeftOut], now: Timestamp) -> rusqlite::Result<()> {
    let (at, day) = (now.seconds(), now.date());
    let mut insert = connection.prepare_cached(
        "INSERT OR IGNORE INTO scout_left_out (alert_table, day, at, rule, src_ip, dst_ip, origin, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for one in left_out.iter().take(MOST) {
        let address = |text: &Option<String>| plain(text.as_deref().unwrap_or_default(), LONGEST);
        let (source, target) = (address(&one.src_ip), address(&one.dst_ip));
        let (origin, reason) = (one.origin.to_string(), plain(&one.reason, LONGEST));
        insert.execute((alert_table, &day, &at, &one.rule, source, target, origin, reason))?;
    }
    let oldest = now.plus(-KEPT).seconds();
    connection.prepare_cached("DELETE FROM scout_left_out WHERE at < ?1")?.execute([oldest]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept_once_a_day_and_counted_by_reason() {
        const DAY: i64 = 86_400_000_000;
        let mut database = Database::in_memory("scout_alerts").expect("open");
        let now = Timestamp(1_773_261_311_000_000);
        let week = Span { begins: now.plus(-7 * DAY), ends: now.plus(1_000_000) };
        assert_eq!(database.left_out(week).expect("no table"), []);
        database.migrate(now).expect("migrate");
        let one = |source: &str, origin, reason: &str| LeftOut {
            rule: "port_scan".to_owned(),
            src_ip: Some(source.to_owned()),
            dst_ip: None,
            origin,
            reason: reason.to_owned(),
        };
        let all = [
            one("192.0.2.1", Origin::BuiltIn, "resolver"),
            one("192.0.2.2", Origin::BuiltIn, "resolver"),
            one("192.0.2.3", Origin::Stored(7), "our scanner"),
        ];
        for at in [now.plus(-100 * DAY), now.plus(-DAY), now, now] {
            database.write("keep", |connection| keep(connection, "scout_alerts", &all, at)).expect("kept");
        }
        let found = database.left_out(week).expect("read");
        let found: Vec<_> = found.iter().map(|one| (one.origin.as_str(), one.reason.as_str(), one.alerts)).collect();
        assert_eq!(found, [("built in", "resolver", 2), ("7", "our scanner", 1)]);
        let rows: i64 = database.connection.query_row("SELECT COUNT(*) FROM scout_left_out", [], |row| row.get(0)).expect("rows");
        assert_eq!(rows, 6);
    }
}
