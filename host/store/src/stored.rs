//! A row of the alert table, which other programs write too: it may hold anything.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use net_scout_model::time::parse_timestamp;
use net_scout_model::{StoredAlert, Triage, counted, plain};

/// The columns of a stored alert.
pub(super) const COLUMNS: &str =
    "id, alert_type, src_ip, dst_ip, score, severity, rule, status, created_at, updated_at, evidence_json,
             snoozed_until, verdict, reason, assignee, labels, note";

/// Rows that were left out because something in them cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unreadable {
    /// How many.
    pub rows: usize,
    /// The first, and what is wrong with it: `alert 7: its score is a blob`.
    pub first: Option<String>,
}

impl Unreadable {
    /// What to say of them, in this table; none where there are none.
    #[must_use]
    pub fn warning(&self, table: &str) -> Option<String> {
        let (first, rows) = (self.first.as_ref()?, counted(self.rows, "row"));
        Some(format!("{rows} of table `{table}` cannot be read and left out; the first is {}", plain(first, 200)))
    }

    /// Counts a row.
    pub(super) fn add(&mut self, id: i64, reason: &str) {
        self.rows += 1;
        self.first.get_or_insert_with(|| format!("alert {id}: {reason}"));
    }
}

/// Reads a row as well as it can be read, with the first thing in it that cannot. What is missing or of another type is taken for
/// nothing, a real score for the nearest integer, and what is not UTF-8 is replaced.
///
/// # Errors
/// When the row lacks a column.
pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<(StoredAlert, Option<String>)> {
    let mut fields = Fields { row, wrong: None };
    let alert = StoredAlert {
        id: row.get("id")?,
        alert_type: fields.needed("alert_type")?,
        src_ip: fields.text("src_ip")?,
        dst_ip: fields.text("dst_ip")?,
        score: fields.number("score")?,
        severity: fields.text("severity")?,
        rule: fields.text("rule")?,
        status: fields.text("status")?.unwrap_or_else(|| "new".to_owned()),
        created_at: fields.needed("created_at")?,
        updated_at: fields.text("updated_at")?,
        evidence: json(row.get_ref("evidence_json")?),
        triage: triage(row)?,
    };
    Ok((alert, fields.wrong))
}

/// What people wrote down; what is anything but text is nothing.
fn triage(row: &Row<'_>) -> rusqlite::Result<Triage> {
    let text = |column: &str| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str_or_null().ok().flatten().map(str::to_owned));
    let labels = text("labels")?.unwrap_or_default();
    Ok(Triage {
        snoozed_until: text("snoozed_until")?.as_deref().and_then(parse_timestamp),
        verdict: text("verdict")?,
        reason: text("reason")?,
        assignee: text("assignee")?,
        labels: labels.split(',').filter(|label| !label.is_empty()).map(str::to_owned).collect(),
        note: text("note")?,
    })
}

/// Whether a column holds something that is not JSON.
pub(super) fn is_broken(value: ValueRef<'_>) -> bool {
    match value {
        ValueRef::Null => false,
        ValueRef::Text(text) => serde_json::from_slice::<serde::de::IgnoredAny>(text).is_err(),
        _ => true,
    }
}

/// What a column with JSON holds; null where it is none.
pub(super) fn json(value: ValueRef<'_>) -> serde_json::Value {
    match value {
        ValueRef::Text(text) => serde_json::from_slice(text).unwrap_or_default(),
        _ => serde_json::Value::Null,
    }
}

/// The fields of a row, and the first that cannot be read.
struct Fields<'a> {
    row: &'a Row<'a>,
    wrong: Option<String>,
}

impl Fields<'_> {
    fn text(&mut self, column: &str) -> rusqlite::Result<Option<String>> {
        let found = match self.row.get_ref(column)? {
            ValueRef::Null => return Ok(None),
            ValueRef::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => return Ok(Some(text.to_owned())),
                Err(_) => {
                    self.wrong(column, "is not UTF-8");
                    return Ok(Some(String::from_utf8_lossy(text).into_owned()));
                }
            },
            ValueRef::Blob(_) => "is a blob",
            ValueRef::Integer(_) | ValueRef::Real(_) => "is a number",
        };
        self.wrong(column, found);
        Ok(None)
    }

    fn needed(&mut self, column: &str) -> rusqlite::Result<String> {
        let text = self.text(column)?;
        if text.is_none() {
            self.wrong(column, "is missing");
        }
        Ok(text.unwrap_or_default())
    }

    fn number(&mut self, column: &str) -> rusqlite::Result<i64> {
        let wrong = match self.row.get_ref(column)? {
            ValueRef::Null => return Ok(0),
            ValueRef::Integer(value) => return Ok(value),
            // What is no number becomes 0, what is too large the largest integer.
            ValueRef::Real(value) => return Ok(value.round() as i64),
            ValueRef::Text(_) => "is a text that is not a number",
            ValueRef::Blob(_) => "is a blob",
        };
        self.wrong(column, wrong);
        Ok(0)
    }

    fn wrong(&mut self, column: &str, what: &str) {
        self.wrong.get_or_insert_with(|| format!("its {column} {what}"));
    }
}
