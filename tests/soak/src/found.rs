//! What the service left in the database: its alerts, and which time it says that it has scanned.

use std::collections::BTreeSet;

use anyhow::bail;
use rusqlite::Connection;

use crate::traffic::Planted;
use crate::{MINUTE, SECOND};

/// How long after the end of an attack its alert is stored, at the latest, where its time was scanned.
const SETTLED: i64 = 2 * MINUTE;

/// All that alerts say but their numbers and when they were stored.
///
/// # Errors
/// When there are none to read.
pub fn alerts(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT json_array(alert_type, src_ip, dst_ip, score, severity, rule, status, story, evidence_json)
               FROM scout_alerts ORDER BY 1";
    texts(connection, sql)
}

/// Who did what, and how bad it is: what alerts say, but for the evidence, which is that of the last window that was looked at.
///
/// # Errors
/// When there are none to read.
pub fn keys(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT json_array(src_ip, alert_type, dst_ip, score, severity, rule, status) FROM scout_alerts ORDER BY 1";
    texts(connection, sql)
}

/// The sources of which there are alerts.
///
/// # Errors
/// When there are none to read.
pub fn sources(connection: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    Ok(texts(connection, "SELECT DISTINCT src_ip FROM scout_alerts WHERE src_ip IS NOT NULL")?.into_iter().collect())
}

fn texts(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// What is in the one and not in the other, a line each: nothing, where they are the same.
#[must_use]
pub fn differences(one: &[String], other: &[String]) -> Vec<String> {
    let (left, right): (BTreeSet<&String>, BTreeSet<&String>) = (one.iter().collect(), other.iter().collect());
    let missing = left.difference(&right).map(|text| format!("missing: {text}"));
    let more = right.difference(&left).map(|text| format!("more: {text}"));
    let count = (one.len() != other.len()).then(|| format!("{} alerts and {}", one.len(), other.len()));
    missing.chain(more).chain(count).collect()
}

/// The stretches that were scanned, and what else is said, from one instant to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// The first instant.
    pub begins: i64,
    /// The end.
    pub ends: i64,
    /// Time within that was not scanned well.
    pub open: Vec<(i64, i64, String)>,
}

/// Reads the coverage.
///
/// # Errors
/// When stretches overlap, or none is there.
pub fn coverage(connection: &Connection) -> anyhow::Result<Covered> {
    let mut statement = connection.prepare("SELECT begins, ends, state FROM scout_coverage ORDER BY begins, ends")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let rows: Vec<(i64, i64, String)> = rows.collect::<rusqlite::Result<_>>()?;
    let Some((first, last)) = rows.first().zip(rows.last()) else { bail!("nothing was scanned") };
    let mut covered = Covered { begins: first.0, ends: last.1, open: Vec::new() };
    let mut free = first.0;
    for (begins, ends, state) in rows.iter().cloned() {
        if begins < free {
            bail!("stretches overlap at {begins}: {rows:?}");
        }
        if begins > free {
            covered.open.push((free, begins, "nothing".to_owned()));
        }
        if state != "scanned" {
            covered.open.push((begins, ends, state));
        }
        free = ends;
    }
    Ok(covered)
}

/// Fails where the database is not sound, where coverage is claimed beyond what can have been scanned at `clock`, or where an attack lies in
/// time that is said to be scanned and there is no alert of it.
///
/// # Errors
/// As it says.
pub fn check(connection: &Connection, planted: &[Planted], clock: i64) -> anyhow::Result<()> {
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if sound != "ok" {
        bail!("the database is damaged: {sound}");
    }
    let sql = "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'scout_coverage'";
    if connection.query_row(sql, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(());
    }
    if connection.query_row("SELECT COUNT(*) FROM scout_coverage", [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(());
    }
    let covered = coverage(connection)?;
    if covered.ends > clock - 30 * SECOND {
        bail!("coverage is claimed until {}, and it is {clock}", covered.ends);
    }
    let open = |planted: &Planted| {
        let (begins, ends) = (planted.begins, planted.ends() + SETTLED);
        covered.open.iter().any(|open| open.0 < ends && open.1 > begins)
    };
    let there = sources(connection)?;
    let seen = planted.iter().filter(|planted| planted.begins >= covered.begins && planted.ends() + SETTLED <= covered.ends);
    for planted in seen.filter(|planted| !open(planted)) {
        if !there.contains(&planted.source) {
            bail!("{planted:?} was scanned, and there is no alert of it; scanned until {}", covered.ends);
        }
    }
    Ok(())
}
