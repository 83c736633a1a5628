//! Records the alerts of a scan: as new ones, or in the alert of the day that they belong to.

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, params};
use serde_json::{Map, Value};

use super::alerts::stored;
use super::open::quote;
use super::state::StateEntry;
use super::{Database, DatabaseError};
use net_scout_model::{Alert, LedgerEntry, Rank, Related, Severity, StoredAlert, Timestamp, add_related, take_related};

/// What became of an alert that was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The alert as it is stored now.
    pub alert: StoredAlert,
    /// Whether it is new; else it is a repeat of the day.
    pub new: bool,
}

/// The columns of a stored alert.
const COLUMNS: &str = "id, alert_type, src_ip, dst_ip, score, severity, rule, status, created_at, updated_at, evidence_json";

impl Database {
    /// Records the alerts of a scan in one transaction: all of them or none.
    ///
    /// An alert of the same type, source, destination and UTC day is the same alert: its score rises to the higher one, its evidence
    /// becomes the new one, and its status stays as it is, so that what a person closed stays closed.
    ///
    /// One with a story is the same as any of that story and day: what both say is kept, the one that says most leads. Only what is
    /// more severe than an alert that a person closed opens another one.
    ///
    /// # Errors
    /// When the database is locked, read-only or full.
    pub fn record(&mut self, alerts: &[Alert], now: Timestamp) -> Result<Vec<Recorded>, DatabaseError> {
        let table = quote(&self.alert_table);
        self.write("record alerts in", |connection| {
            alerts.iter().map(|alert| record(connection, &table, alert, now)).collect::<rusqlite::Result<Vec<_>>>()
        })
    }
}

impl Database {
    /// Keeps all that a scan leaves, in one transaction: its alerts, as [`Self::record`] does, what its plugins keep, and what they used.
    ///
    /// # Errors
    /// When the database is locked, read-only or full, or is not the one any more that others read. Then nothing was kept.
    pub fn keep_scan(
        &mut self,
        alerts: &[Alert],
        state: &[StateEntry],
        ledger: &[LedgerEntry],
        now: Timestamp,
    ) -> Result<Vec<Recorded>, DatabaseError> {
        let table = quote(&self.alert_table);
        self.write("record alerts in", |connection| {
            let recorded = alerts.iter().map(|alert| record(connection, &table, alert, now)).collect::<rusqlite::Result<_>>()?;
            super::state::keep(connection, state)?;
            super::ledger::keep(connection, ledger, now)?;
            Ok(recorded)
        })
    }
}

fn record(connection: &Connection, table: &str, alert: &Alert, now: Timestamp) -> rusqlite::Result<Recorded> {
    match known(connection, table, alert, now)? {
        Some(known) if alert.story.is_some() => {
            let grown = grown(&known, alert);
            match update(connection, table, known.id, &grown, now) {
                // The unique index of the Python program has an alert of this type already: it keeps the type that it had.
                Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::ConstraintViolation => {
                    let (alert_type, src_ip, dst_ip) = (known.alert_type, known.src_ip, known.dst_ip);
                    update(connection, table, known.id, &Alert { alert_type, src_ip, dst_ip, ..grown }, now)
                }
                updated => updated,
            }
        }
        Some(known) => repeated(connection, table, known.id, alert, now),
        None => insert(connection, table, alert, now),
    }
}

/// The alert of this day that an alert belongs to.
fn known(connection: &Connection, table: &str, alert: &Alert, now: Timestamp) -> rusqlite::Result<Option<StoredAlert>> {
    let day = now.date();
    let (from, to) = (day.clone(), format!("{day}~"));
    let alike = "alert_type = ?1 AND src_ip IS ?2 AND dst_ip IS ?3 AND created_at >= ?4 AND created_at < ?5";
    // Of those that name neither side, another story is another alert.
    let names_nobody = alert.src_ip.is_none() && alert.dst_ip.is_none();
    let untold = if alert.story.is_some() && names_nobody { " AND story IS NULL" } else { "" };
    let same = || {
        connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM {table} WHERE {alike}{untold} ORDER BY id LIMIT 1"))?
            .query_row((&alert.alert_type, &alert.src_ip, &alert.dst_ip, &from, &to), stored)
            .optional()
    };
    let Some(story) = &alert.story else { return same() };
    let told = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM {table} WHERE story = ?1 AND created_at >= ?2 AND created_at < ?3 ORDER BY id DESC LIMIT 1"
        ))?
        .query_row((story, &from, &to), stored)
        .optional()?;
    let told = if told.is_none() { same()? } else { told };
    Ok(told.filter(|known| known.is_open() || Some(alert.severity) <= severity(known)))
}

/// What an alert becomes when more is said of the same story.
fn grown(known: &StoredAlert, alert: &Alert) -> Alert {
    let mut old_evidence = known.evidence.as_object().cloned().unwrap_or_default();
    let old_related = take_related(&mut old_evidence);
    let old = Related {
        rule: known.rule.clone().unwrap_or_default(),
        alert_type: known.alert_type.clone(),
        src_ip: known.src_ip.clone(),
        dst_ip: known.dst_ip.clone(),
        score: known.score,
        severity: severity(known).unwrap_or(Severity::Informational),
        evidence: old_evidence,
    };
    let mut new_evidence = alert.evidence.clone();
    let new_related = take_related(&mut new_evidence);
    let new = Related { evidence: new_evidence, ..Related::from(alert.clone()) };

    // What is said again is said as it is now.
    let (lead, other) = if new.is(&old) || rank(&new) >= rank(&old) { (new, old) } else { (old, new) };
    let mut related: Vec<Related> = Vec::new();
    for one in new_related.into_iter().chain([other]).chain(old_related) {
        if !one.is(&lead) && !related.iter().any(|there| there.is(&one)) {
            related.push(one);
        }
    }
    related.sort_by_key(|one| std::cmp::Reverse(rank(one)));
    let score = related.iter().map(|one| one.score).chain([lead.score, known.score]).max().unwrap_or_default();
    let severity = related.iter().map(|one| one.severity).chain([lead.severity]).chain(severity(known)).max();
    let Related { rule, alert_type, src_ip, dst_ip, mut evidence, .. } = lead;
    add_related(&mut evidence, related);
    Alert {
        alert_type,
        src_ip,
        dst_ip,
        score: u8::try_from(score.clamp(0, 100)).unwrap_or(100),
        severity: severity.unwrap_or(alert.severity),
        rule,
        evidence,
        events: None,
        story: alert.story.clone(),
    }
}

fn rank(alert: &Related) -> Rank {
    Rank {
        names_its_events: alert.evidence.contains_key("events"),
        names_both_sides: alert.src_ip.is_some() && alert.dst_ip.is_some(),
        severity: alert.severity,
        score: alert.score,
    }
}

fn severity(alert: &StoredAlert) -> Option<Severity> {
    let name = alert.severity.clone()?;
    serde_json::from_value(Value::String(name)).ok()
}

fn update(connection: &Connection, table: &str, id: i64, alert: &Alert, now: Timestamp) -> rusqlite::Result<Recorded> {
    let sql = format!(
        "UPDATE {table} SET alert_type = ?1, src_ip = ?2, dst_ip = ?3, score = ?4, severity = ?5, rule = nullif(?6, ''),
                            evidence_json = ?7, updated_at = ?8, story = ?9
         WHERE id = ?10 RETURNING {COLUMNS}"
    );
    let values = params![
        alert.alert_type,
        alert.src_ip,
        alert.dst_ip,
        alert.score,
        alert.severity.name(),
        alert.rule,
        text(&alert.evidence),
        now.seconds(),
        alert.story,
        id
    ];
    let alert = connection.prepare_cached(&sql)?.query_row(values, stored)?;
    Ok(Recorded { alert, new: false })
}

/// The same alert again.
const REPEAT: &str =
    "SET severity = CASE WHEN ?1 >= coalesce(score, 0) THEN ?2 ELSE severity END, score = max(coalesce(score, 0), ?1),
                          rule = ?3, evidence_json = ?4, updated_at = ?5";

fn repeated(connection: &Connection, table: &str, id: i64, alert: &Alert, now: Timestamp) -> rusqlite::Result<Recorded> {
    let sql = format!("UPDATE {table} {REPEAT} WHERE id = ?6 RETURNING {COLUMNS}");
    let values = params![alert.score, alert.severity.name(), alert.rule, text(&alert.evidence), now.seconds(), id];
    let alert = connection.prepare_cached(&sql)?.query_row(values, stored)?;
    Ok(Recorded { alert, new: false })
}

fn insert(connection: &Connection, table: &str, alert: &Alert, now: Timestamp) -> rusqlite::Result<Recorded> {
    // The Python program's unique index may still take the alert for one that is there.
    let sql = format!(
        "INSERT INTO {table} (score, severity, rule, evidence_json, updated_at, created_at, status, alert_type, src_ip, dst_ip, story)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, 'new', ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE {REPEAT} RETURNING {COLUMNS}"
    );
    let time = now.seconds();
    let values = params![
        alert.score,
        alert.severity.name(),
        alert.rule,
        text(&alert.evidence),
        time,
        alert.alert_type,
        alert.src_ip,
        alert.dst_ip,
        alert.story
    ];
    let new = connection.prepare_cached(&sql)?.query_row(values, stored)?;
    Ok(Recorded { new: new.created_at == time, alert: new })
}

fn text(evidence: &Map<String, Value>) -> String {
    serde_json::json!(evidence).to_string()
}

#[cfg(test)]
pub(super) mod tests;
