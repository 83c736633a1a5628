//! Records the alerts of a scan: as new ones, or in the alert of the incident that they belong to.
//!
//! Never two rows of one type, source, target and day: the Python program puts a unique index there and dies on the second one. So an
//! alert that was closed and gets worse is reopened in its row.

mod grow;
mod incident;
mod place;
mod reopen;

use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, params};
use serde_json::{Map, Value};

use super::coverage::Covered;
use super::error::{DatabaseError, failed};
use super::history::{Said, Writer, wake};
use super::left_out::LeftOut;
use super::open::Database;
use super::outbox;
use super::schema::quote;
use super::state::StateEntry;
use super::stored::{COLUMNS, stored};
use grow::grown;
use net_scout_model::{Actor, Alert, LedgerEntry, News, Severity, StoredAlert, Timestamp};
use place::Place;
use reopen::{keep_reopenings, reopens, with_reopening};

/// About how long a transaction records alerts before others have their turn.
const TURN: Duration = Duration::from_millis(10);

/// What became of an alert that was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The alert as it is stored now.
    pub alert: StoredAlert,
    /// Whether it is new; else it is a repeat of the day.
    pub new: bool,
    /// How much it mattered before, where it was stored already.
    pub before: Option<Severity>,
    /// What is new about it.
    pub news: News,
}

impl Recorded {
    /// How much it mattered before, where it matters more now.
    #[must_use]
    pub fn raised_from(&self) -> Option<Severity> {
        self.before.filter(|before| *before < self.alert.severity())
    }
}

/// Writes something that belongs to a scan in the transaction that records the last of its alerts: with all of them, or not at all.
pub type Alongside<'a> = &'a mut (dyn FnMut(&ScanTransaction<'_>) -> Result<(), DatabaseError> + Send);

/// The transaction that records the last alerts of a scan.
pub struct ScanTransaction<'a> {
    /// What became of all its alerts.
    pub recorded: &'a [Recorded],
    connection: &'a Connection,
    alert_table: &'a str,
    error: &'a dyn Fn(rusqlite::Error) -> DatabaseError,
}

impl ScanTransaction<'_> {
    /// Keeps what plugins keep from run to run.
    ///
    /// # Errors
    /// When the database is full.
    pub fn keep_state(&self, state: &[StateEntry], now: Timestamp) -> Result<(), DatabaseError> {
        super::state::keep(self.connection, state, now).map_err(self.error)
    }

    /// Keeps what plugins used.
    ///
    /// # Errors
    /// When the database is full.
    pub fn keep_ledger(&self, ledger: &[LedgerEntry], now: Timestamp) -> Result<(), DatabaseError> {
        super::ledger::keep(self.connection, ledger, now).map_err(self.error)
    }

    /// Keeps which alerts were left out, and why.
    ///
    /// # Errors
    /// When the database is full.
    pub fn keep_left_out(&self, left_out: &[LeftOut], now: Timestamp) -> Result<(), DatabaseError> {
        super::left_out::keep(self.connection, self.alert_table, left_out, now).map_err(self.error)
    }

    /// Keeps which time was scanned.
    ///
    /// # Errors
    /// When the database is full.
    pub fn cover(&self, covered: &Covered) -> Result<(), DatabaseError> {
        super::coverage::keep(self.connection, self.alert_table, covered).map_err(self.error)
    }
}

impl Database {
    /// Records alerts in one transaction.
    #[cfg(test)]
    pub(crate) fn record(&mut self, alerts: &[Alert], now: Timestamp) -> Result<Vec<Recorded>, DatabaseError> {
        self.keep_in_turns(alerts, Duration::MAX, now, |_| Ok(()))
    }

    /// Keeps all that a scan leaves: its alerts, strongest first, and with the last of them what its plugins keep, what they used,
    /// and what is written `alongside`.
    ///
    /// An alert of the same type, source and destination is the same alert until it was quiet for as long as [`Self::set_quiet`] says, and
    /// in any case on one UTC day: its score rises to the higher one, its evidence becomes the new one, and its status stays as it is, so
    /// that what a person closed stays closed.
    ///
    /// One with a story is the same as any of that story: what both say is kept, the one that says most leads. What is more severe than an
    /// alert that a person closed, or comes from a rule that had no part in it, reopens it, and the evidence says what it was. One about a
    /// network takes over the open alerts about its addresses.
    ///
    /// Alerts whose snooze is over wake first, and are told as those that are open again.
    ///
    /// Many alerts are recorded in several transactions, so that another writer never waits for all of them. Where a scan is killed in
    /// between, the next one records the same alerts in the same rows, and the others.
    ///
    /// # Errors
    /// When the database is locked, read-only or full, is not the one any more that others read, or `alongside` fails. Then the scan is not
    /// kept, but some of its alerts may be.
    pub fn keep_scan(
        &mut self,
        alerts: &[Alert],
        state: &[StateEntry],
        ledger: &[LedgerEntry],
        now: Timestamp,
        alongside: Option<Alongside<'_>>,
    ) -> Result<Vec<Recorded>, DatabaseError> {
        let mut alongside = alongside;
        self.keep_in_turns(alerts, TURN, now, |transaction| {
            transaction.keep_state(state, now)?;
            transaction.keep_ledger(ledger, now)?;
            alongside.as_mut().map_or(Ok(()), |alongside| alongside(transaction))
        })
    }

    /// Records the alerts in transactions of about `turn`, and does what comes with the last.
    fn keep_in_turns(
        &mut self,
        alerts: &[Alert],
        turn: Duration,
        now: Timestamp,
        mut last: impl FnMut(&ScanTransaction<'_>) -> Result<(), DatabaseError>,
    ) -> Result<Vec<Recorded>, DatabaseError> {
        const ACTION: &str = "record alerts in";
        let (alert_table, quiet) = (self.alert_table.clone(), self.quiet);
        let (path, seconds, outbound) = (self.path.clone(), self.busy_seconds, self.outbound.clone());
        let error = |source| failed(&path, seconds, ACTION)(source);
        let mut recorded = Vec::with_capacity(alerts.len());
        loop {
            let left = &alerts[recorded.len()..];
            let whole = self.write_all(ACTION, |connection| {
                let woken = wake(connection, &alert_table, now).map_err(error)?;
                let part = record_for(connection, &alert_table, quiet, left, turn, now).map_err(error)?;
                if let Some(outbound) = &outbound {
                    outbox::tell_woken(connection, &alert_table, outbound.as_ref(), &woken, now).map_err(error)?;
                    part.iter()
                        .try_for_each(|part| {
                            outbox::tell(connection, &alert_table, outbound.as_ref(), &part.alert, part.news, now)
                        })
                        .map_err(error)?;
                }
                let whole = part.len() == left.len();
                recorded.extend(part);
                if whole {
                    last(&ScanTransaction { recorded: &recorded, connection, alert_table: &alert_table, error: &error })?;
                }
                Ok(whole)
            })?;
            if whole {
                return Ok(recorded);
            }
        }
    }

    /// Sets how long an incident is quiet before what comes then is another one, in microseconds.
    pub fn set_quiet(&mut self, quiet: i64) {
        self.quiet = quiet.max(0);
    }
}

/// Records alerts, strongest first, until all are or a turn is over: at least one.
fn record_for(
    connection: &Connection,
    alerts_in: &str,
    quiet: i64,
    alerts: &[Alert],
    turn: Duration,
    now: Timestamp,
) -> rusqlite::Result<Vec<Recorded>> {
    let begun = Instant::now();
    let table = &quote(alerts_in);
    let networks = Place::networks(connection, table)?;
    let mut place = Place { connection, table, quiet, networks, history: Writer::new(connection, alerts_in, now)? };
    let mut recorded = Vec::new();
    for (place_of, alert) in alerts.iter().enumerate() {
        if place_of > 0 && begun.elapsed() >= turn {
            break;
        }
        recorded.push(record(&place, alert, instant(now, alerts.len() - 1 - place_of))?);
        place.learn(alert);
    }
    Ok(recorded)
}

/// When the alert is raised that so many weaker ones follow: a microsecond later than each of them, so that the newest are the strongest;
/// but never on the next day.
fn instant(now: Timestamp, weaker: usize) -> Timestamp {
    const DAY: i64 = 86_400_000_000;
    let midnight = now.0.div_euclid(DAY).saturating_add(1).saturating_mul(DAY);
    Timestamp(now.0.saturating_add(weaker as i64).min(midnight - 1))
}

fn record(place: &Place<'_>, alert: &Alert, at: Timestamp) -> rusqlite::Result<Recorded> {
    let mut members = place.members(alert, at)?.into_iter();
    let known = match place.find(alert, at)? {
        None => members.next(),
        known => known,
    };
    let inserted = if known.is_none() { insert(place, alert, at)? } else { None };
    let recorded = match (inserted, known) {
        (Some(stored), _) => {
            place.raised(&stored, alert)?;
            Recorded { alert: stored, new: true, before: None, news: News::New }
        }
        (None, known) => {
            // A unique index that another program made takes it for one, perhaps of another day.
            let known = known.map_or_else(|| in_the_way(place, alert, at), Ok)?;
            let alert = changed(place, &known, alert, at)?;
            let (before, news) = (Some(known.severity()), News::between(Some(&known), &alert));
            Recorded { alert, new: false, before, news }
        }
    };
    members.try_for_each(|member| take_over(place, &member, recorded.alert.id, at))?;
    Ok(recorded)
}

/// Marks an alert as part of another, which says all of it.
fn take_over(place: &Place<'_>, member: &StoredAlert, of: i64, at: Timestamp) -> rusqlite::Result<()> {
    if member.id == of {
        return Ok(());
    }
    let mut evidence = member.evidence.as_object().cloned().unwrap_or_default();
    evidence.insert("part_of_alert".to_owned(), of.into());
    let sql = format!("UPDATE {} SET status = 'duplicate', evidence_json = ?1, updated_at = ?2 WHERE id = ?3", place.table);
    let comment = format!("part of alert {of}");
    place.history.change(member.id, Said::new(&Actor::Program, "merge", Some(&comment)), || {
        place.connection.prepare_cached(&sql)?.execute((text(&evidence), at.stored(), member.id)).map(drop)
    })
}

/// Records an alert in the row that it belongs to, and what that changes in the history.
fn changed(place: &Place<'_>, known: &StoredAlert, alert: &Alert, at: Timestamp) -> rusqlite::Result<StoredAlert> {
    let (action, comment) = place.what_happens(known, alert)?;
    let actor = Actor::Rule(alert.rule.clone());
    place.history.change(known.id, Said::new(&actor, action, comment.as_deref()), || again(place, known, alert, at))
}

/// Records an alert in the row that it belongs to.
fn again(place: &Place<'_>, known: &StoredAlert, alert: &Alert, at: Timestamp) -> rusqlite::Result<StoredAlert> {
    if alert.story.is_none() {
        return repeated(place, known, alert, at);
    }
    let mut grown = grown(known, alert);
    let status = if reopens(known, alert) {
        let closed = place.history.last_status(known.id)?;
        grown.evidence = with_reopening(grown.evidence, known, closed.as_ref(), at);
        "new"
    } else {
        known.status.as_str()
    };
    // The row keeps its own key where another one has the key of what leads it now.
    let own_key = |grown: Alert| {
        let StoredAlert { alert_type, src_ip, dst_ip, .. } = known.clone();
        Alert { alert_type, src_ip, dst_ip, ..grown }
    };
    if place.is_taken(&grown, known.id)? {
        grown = own_key(grown);
    }
    match update(place, known.id, &grown, status, at) {
        Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::ConstraintViolation => {
            update(place, known.id, &own_key(grown), status, at)
        }
        updated => updated,
    }
}

fn update(place: &Place<'_>, id: i64, alert: &Alert, status: &str, at: Timestamp) -> rusqlite::Result<StoredAlert> {
    let sql = format!(
        "UPDATE {} SET alert_type = ?1, src_ip = ?2, dst_ip = ?3, score = ?4, severity = ?5, rule = nullif(?6, ''),
                       evidence_json = ?7, updated_at = CASE WHEN julianday(updated_at) > julianday(?8) THEN updated_at ELSE ?8 END, story = ?9,
                       snoozed_until = CASE WHEN status IS ?10 THEN snoozed_until END, verdict = CASE WHEN status IS ?10 THEN verdict END,
                       reason = CASE WHEN status IS ?10 THEN reason END, status = ?10
         WHERE id = ?11 RETURNING {COLUMNS}",
        place.table
    );
    let values = params![
        alert.alert_type,
        alert.src_ip,
        alert.dst_ip,
        alert.score,
        alert.severity.name(),
        alert.rule,
        text(&alert.evidence),
        at.stored(),
        alert.story,
        status,
        id
    ];
    place.connection.prepare_cached(&sql)?.query_row(values, |row| stored(row).map(|(alert, _)| alert))
}

/// The same alert again.
fn repeated(place: &Place<'_>, known: &StoredAlert, alert: &Alert, at: Timestamp) -> rusqlite::Result<StoredAlert> {
    let score = "CASE WHEN typeof(score) IN ('integer', 'real') THEN score ELSE 0 END";
    let sql = format!(
        "UPDATE {} SET severity = CASE WHEN ?1 >= {score} THEN ?2 ELSE severity END, score = max({score}, ?1), rule = ?3,
                       evidence_json = ?4, updated_at = CASE WHEN julianday(updated_at) > julianday(?5) THEN updated_at ELSE ?5 END
         WHERE id = ?6 RETURNING {COLUMNS}",
        place.table
    );
    let evidence = keep_reopenings(alert.evidence.clone(), known);
    let values = params![alert.score, alert.severity.name(), alert.rule, text(&evidence), at.stored(), known.id];
    place.connection.prepare_cached(&sql)?.query_row(values, |row| stored(row).map(|(alert, _)| alert))
}

/// A new row; none where a unique index has one already.
fn insert(place: &Place<'_>, alert: &Alert, at: Timestamp) -> rusqlite::Result<Option<StoredAlert>> {
    inserting(place, alert, at, "NOTHING")
}

/// The row that a unique index takes an alert for. Nothing is changed.
fn in_the_way(place: &Place<'_>, alert: &Alert, at: Timestamp) -> rusqlite::Result<StoredAlert> {
    inserting(place, alert, at, "UPDATE SET alert_type = alert_type")?.ok_or(rusqlite::Error::QueryReturnedNoRows)
}

fn inserting(place: &Place<'_>, alert: &Alert, at: Timestamp, conflict: &str) -> rusqlite::Result<Option<StoredAlert>> {
    let sql = format!(
        "INSERT INTO {} (score, severity, rule, evidence_json, updated_at, created_at, status, alert_type, src_ip, dst_ip, story)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, 'new', ?6, ?7, ?8, ?9) ON CONFLICT DO {conflict} RETURNING {COLUMNS}",
        place.table
    );
    let values = params![
        alert.score,
        alert.severity.name(),
        alert.rule,
        text(&alert.evidence),
        at.stored(),
        alert.alert_type,
        alert.src_ip,
        alert.dst_ip,
        alert.story
    ];
    place.connection.prepare_cached(&sql)?.query_row(values, |row| stored(row).map(|(alert, _)| alert)).optional()
}

fn text(evidence: &Map<String, Value>) -> String {
    serde_json::json!(evidence).to_string()
}

#[cfg(test)]
pub(super) mod tests;
