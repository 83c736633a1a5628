//! Our tables whose rows grow old, and which rows of each may go.

use rusqlite::types::{Value, ValueRef};

use super::{Candidate, Keep, Retention, leaving};
use crate::layout::Source;
use crate::open::Database;
use crate::schema::{columns, quote};
use crate::steps::Numbered;
use crate::window::rowid;
use net_scout_model::Timestamp;
use net_scout_model::time::parse_timestamp;
use serde::{Deserialize, Serialize};

/// The states of alerts that nobody works on any more.
const CLOSED: &str = "status IN ('closed', 'duplicate', 'false_positive', 'true_positive', 'benign')";
/// What a row takes besides its texts, in bytes, about.
const ROW: u64 = 64;

/// What is kept of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnTable {
    /// Alerts that were closed. Open ones stay.
    ClosedAlerts,
    /// Answers of enrichers.
    Cache,
    /// Lookups that failed.
    LookupFailures,
    /// What plugins used.
    Ledger,
    /// Which time was scanned; the last stretch stays.
    Coverage,
    /// How far logs were imported that were read to their ends.
    Imports,
    /// What plugins remember that are not in use any more.
    PluginState,
    /// What was told of alerts.
    Outbox,
    /// Messages that were sent, or given up.
    Messages,
}

impl OwnTable {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::ClosedAlerts,
        Self::Cache,
        Self::LookupFailures,
        Self::Ledger,
        Self::Coverage,
        Self::Imports,
        Self::PluginState,
        Self::Outbox,
        Self::Messages,
    ];

    /// What it holds, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ClosedAlerts => "closed alerts",
            Self::Cache => "answers of enrichers",
            Self::LookupFailures => "failed lookups",
            Self::Ledger => "entries of the ledger",
            Self::Coverage => "stretches of scanned time",
            Self::Imports => "places in imported logs",
            Self::PluginState => "states of plugins that are not in use",
            Self::Outbox => "alerts in sent messages",
            Self::Messages => "sent messages",
        }
    }

    /// The table's name.
    pub(super) fn table(self, alerts: &str) -> &str {
        match self {
            Self::ClosedAlerts => alerts,
            Self::Cache => "scout_enrichment_cache",
            Self::LookupFailures => "scout_lookup_failures",
            Self::Ledger => "scout_ledger",
            Self::Coverage => "scout_coverage",
            Self::Imports => "scout_imports",
            Self::PluginState => "scout_plugin_state",
            Self::Outbox => "scout_outbox",
            Self::Messages => "scout_messages",
        }
    }

    /// The column with the time of a row, and the texts that it holds.
    fn columns(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::ClosedAlerts => ("coalesce(updated_at, created_at)", &["evidence_json", "enrichment_json"]),
            Self::Cache | Self::LookupFailures => ("updated_at", &["subject", "result_json"]),
            Self::Ledger => ("at", &["plugin", "version", "sha256", "error", "functions_json"]),
            Self::Coverage => ("ends", &["digest", "message"]),
            Self::Imports => ("updated_at", &["head_digest", "path", "digest", "until_digest"]),
            Self::PluginState => ("updated_at", &["plugin", "key", "value"]),
            Self::Outbox => ("at", &["route", "receiver", "alert_json"]),
            Self::Messages => ("formed", &["key", "route", "receiver", "error", "body_json"]),
        }
    }

    /// Which of its rows may go at all.
    fn condition(self, retention: &Retention) -> String {
        match self {
            Self::ClosedAlerts => CLOSED.to_owned(),
            Self::Cache | Self::LookupFailures | Self::Ledger => "1".to_owned(),
            Self::Imports => "is_finished = 1".to_owned(),
            Self::Outbox => {
                "message IS NOT NULL AND NOT EXISTS (SELECT 1 FROM scout_messages WHERE scout_messages.id = scout_outbox.message
                 AND state IN ('due', 'sending'))"
                    .to_owned()
            }
            Self::Messages => "state NOT IN ('due', 'sending')".to_owned(),
            Self::Coverage => "EXISTS (SELECT 1 FROM scout_coverage AS later WHERE later.event_table = scout_coverage.event_table
                 AND later.alert_table = scout_coverage.alert_table AND later.ends > scout_coverage.ends)"
                .to_owned(),
            Self::PluginState => {
                let Some(plugins) = &retention.plugins else { return "0".to_owned() };
                let texts: Vec<String> = plugins.iter().map(|name| format!("'{}'", name.replace('\'', "''"))).collect();
                format!("plugin <> '{}' AND plugin NOT IN ({})", crate::pseudonym::HOST, texts.join(", "))
            }
        }
    }
}

/// How the rows of a table are reached.
pub(super) struct RowsOf {
    pub(super) numbered: Numbered,
    pub(super) time: &'static str,
    pub(super) condition: String,
    size: String,
}

impl Database {
    /// How the rows of a table are reached; none where there is no such table yet, or it is one of events.
    pub(super) fn rows_of(&self, table: OwnTable, retention: &Retention) -> rusqlite::Result<Option<RowsOf>> {
        let name = table.table(&self.alert_table);
        let have = columns(&self.connection, name)?;
        let (time, texts) = table.columns();
        let lacks = |column: &&str| !have.iter().any(|have| have == *column);
        if have.is_empty() || texts.iter().any(lacks) || Source::recognise(name, &have).is_ok() {
            return Ok(None);
        }
        let Some(rowid) = rowid(&self.connection, "main", name)? else { return Ok(None) };
        let size: Vec<String> = texts.iter().map(|column| format!("coalesce(length(CAST({column} AS BLOB)), 0)")).collect();
        let numbered = Numbered { table: quote(name), rowid };
        Ok(Some(RowsOf { numbered, time, condition: table.condition(retention), size: size.join(" + ") }))
    }

    /// The rows of a table that go, the oldest first.
    pub(super) fn leaving(&self, rows: &RowsOf, keep: &Keep, now: Timestamp) -> rusqlite::Result<Vec<Candidate>> {
        let RowsOf { numbered, time, condition, size } = rows;
        let all = numbered.all(&self.connection)?;
        let Numbered { table, rowid } = numbered;
        let within = numbered.condition(&all);
        let sql = format!("SELECT {rowid}, {time}, {size} FROM {table} NOT INDEXED WHERE {within} AND {condition}");
        let mut statement = self.connection.prepare(&sql)?;
        let mut candidates = Vec::new();
        numbered.each(&self.connection, &all, |first, last| {
            let mut rows = statement.query([first, last])?;
            while let Some(row) = rows.next()? {
                let bytes = ROW.saturating_add(row.get::<_, i64>(2)?.unsigned_abs());
                let candidate = |time| -> rusqlite::Result<_> {
                    Ok(Candidate { number: row.get(0)?, stored: row.get::<_, Value>(1)?, time, bytes })
                };
                // What has no time that can be read is not known to be old.
                candidates.extend(instant(row.get_ref(1)?).map(candidate).transpose()?);
            }
            Ok(())
        })?;
        Ok(leaving(candidates, keep, now))
    }
}

fn instant(value: ValueRef<'_>) -> Option<Timestamp> {
    match value {
        ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(parse_timestamp),
        ValueRef::Integer(micros) => Some(Timestamp(micros)),
        _ => None,
    }
}
