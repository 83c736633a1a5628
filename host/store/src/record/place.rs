//! Which row of the day an alert belongs to.

use rusqlite::{Connection, OptionalExtension as _};

use super::super::history::Writer;
use super::super::stored::{COLUMNS, stored};
use net_scout_model::{Alert, Network, StoredAlert, Timestamp};

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;
/// Whether nobody has dealt with an alert yet, as [`StoredAlert::is_open`] says it.
pub(super) const OPEN: &str = "coalesce(status, 'new') IN ('new', 'enriched')";
/// The rows of a day, which is `date(created_at)` as in the unique index of the Python program. The texts around it are for our index.
const OF_THE_DAY: &str = "created_at >= ?1 AND created_at < ?2 AND date(created_at) = ?3";

/// The alert table, quoted, inside the transaction that records.
pub(super) struct Place<'a> {
    pub(super) connection: &'a Connection,
    pub(super) table: &'a str,
    /// How long an incident is quiet before it is over, in microseconds.
    pub(super) quiet: i64,
    /// The networks that open alerts are about, with their stories.
    pub(super) networks: Vec<(Network, String)>,
    /// Where changes are written down.
    pub(super) history: Writer<'a>,
}

impl Place<'_> {
    /// The row that an alert belongs to: that of its incident, else one of the day that has its type, source and destination, for there
    /// are never two. Where there are several from before, one that is open.
    pub(super) fn find(&self, alert: &Alert, at: Timestamp) -> rusqlite::Result<Option<StoredAlert>> {
        let continued = self.continued(alert, at)?;
        if continued.is_some() {
            return Ok(continued);
        }
        let day = Day::of(at);
        let untold = untold(alert);
        let sql = format!(
            "SELECT {COLUMNS} FROM {} WHERE {OF_THE_DAY} AND alert_type = ?4 AND src_ip IS ?5 AND dst_ip IS ?6 {untold}
             ORDER BY {OPEN} DESC, id LIMIT 1",
            self.table
        );
        let values = (&day.before, &day.behind, &day.date, &alert.alert_type, &alert.src_ip, &alert.dst_ip);
        self.one(&sql, values)
    }

    /// The first alert that a query finds.
    pub(super) fn one(&self, sql: &str, values: impl rusqlite::Params) -> rusqlite::Result<Option<StoredAlert>> {
        self.connection.prepare_cached(sql)?.query_row(values, |row| stored(row).map(|(alert, _)| alert)).optional()
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

/// What narrows a search by type, source and destination: of alerts that name neither side, another story is another alert.
pub(super) fn untold(alert: &Alert) -> &'static str {
    let names_nobody = alert.src_ip.is_none() && alert.dst_ip.is_none();
    if alert.story.is_some() && names_nobody { "AND story IS NULL" } else { "" }
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
