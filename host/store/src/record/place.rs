//! Which row an alert belongs to: of the same incident, and always of the same day.

use rusqlite::{Connection, OptionalExtension as _};

use super::super::stored::{COLUMNS, stored};
use net_scout_model::{Alert, StoredAlert, Timestamp};

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;
/// Whether nobody has dealt with an alert yet, as [`StoredAlert::is_open`] says it.
const OPEN: &str = "coalesce(status, 'new') IN ('new', 'enriched')";
/// When an alert was raised last.
pub(super) const LAST: &str = "coalesce(updated_at, created_at)";
/// The rows of a day, which is `date(created_at)` as in the unique index of the Python program. The texts around it are for our index.
const OF_THE_DAY: &str = "created_at >= ?1 AND created_at < ?2 AND date(created_at) = ?3";

/// The alert table, quoted, inside the transaction that records.
pub(super) struct Place<'a> {
    pub(super) connection: &'a Connection,
    pub(super) table: &'a str,
    /// How long an incident is quiet before what comes then is another one, in microseconds.
    pub(super) quiet: i64,
}

impl Place<'_> {
    /// The row that an alert belongs to: that of its story, or of the network around its source; else that of its type, source and
    /// destination. It is of the same day, or was raised last less than the quiet time before the first event that the alert is
    /// about. Where there are several, one that is open.
    pub(super) fn find(&self, alert: &Alert, at: Timestamp) -> rusqlite::Result<Option<StoredAlert>> {
        let (day, since) = (Day::of(at), self.since(alert, at));
        let same = format!("(({OF_THE_DAY}) OR {LAST} >= ?4)");
        if let Some(story) = &alert.story {
            let sql =
                format!("SELECT {COLUMNS} FROM {} WHERE {same} AND story = ?5 ORDER BY {OPEN} DESC, id DESC LIMIT 1", self.table);
            let told = self
                .connection
                .prepare_cached(&sql)?
                .query_row((&day.before, &day.behind, &day.date, &since, story), |row| stored(row).map(|(alert, _)| alert))
                .optional()?;
            if told.is_some() {
                return Ok(told);
            }
            let around = self.around(story, alert, &since)?;
            if around.is_some() {
                return Ok(around);
            }
        }
        // Of those that name neither side, another story is another alert.
        let names_nobody = alert.src_ip.is_none() && alert.dst_ip.is_none();
        let untold = if alert.story.is_some() && names_nobody { "AND story IS NULL" } else { "" };
        let sql = format!(
            "SELECT {COLUMNS} FROM {} WHERE {same} AND alert_type = ?5 AND src_ip IS ?6 AND dst_ip IS ?7 {untold}
             ORDER BY {OPEN} DESC, id DESC LIMIT 1",
            self.table
        );
        let values = (&day.before, &day.behind, &day.date, &since, &alert.alert_type, &alert.src_ip, &alert.dst_ip);
        self.connection.prepare_cached(&sql)?.query_row(values, |row| stored(row).map(|(alert, _)| alert)).optional()
    }

    /// Whether another row of the same day as this one has the type, the source and the destination of an alert.
    pub(super) fn is_taken(&self, alert: &Alert, id: i64) -> rusqlite::Result<bool> {
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM {table} WHERE alert_type = ?1 AND src_ip IS ?2 AND dst_ip IS ?3 AND id <> ?4
             AND date(created_at) = (SELECT date(created_at) FROM {table} WHERE id = ?4))",
            table = self.table
        );
        let values = (&alert.alert_type, &alert.src_ip, &alert.dst_ip, id);
        self.connection.prepare_cached(&sql)?.query_row(values, |row| row.get(0))
    }
}

/// A day, and texts before and behind all in which an instant of it may be written, whatever its offset.
struct Day {
    before: String,
    behind: String,
    date: String,
}

impl Day {
    fn of(at: Timestamp) -> Self {
        Self { before: at.plus(-DAY).date(), behind: format!("{}~", at.plus(DAY).date()), date: at.date() }
    }
}
