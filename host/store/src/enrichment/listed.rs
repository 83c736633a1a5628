//! The cache of answers, a page at a time, and what it has about one value.

use rusqlite::Connection;

use super::answers::{CachedAnswer, cached};
use crate::error::DatabaseError;
use crate::open::Database;
use crate::schema::columns;

/// Answers and failures. Where a subject has both, both are listed.
const ALL: &str = "SELECT subject, kind, result_json, updated_at FROM scout_enrichment_cache
                   UNION ALL SELECT subject, kind, result_json, updated_at FROM scout_lookup_failures";

/// Which answers, and which page of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerFilter {
    /// Of this enricher.
    pub kind: Option<String>,
    /// With this text in their subject.
    pub text: Option<String>,
    /// So many are left out.
    pub skipped: u32,
    /// At most so many.
    pub limit: u32,
}

/// A page of answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnswerPage {
    /// Newest first.
    pub answers: Vec<CachedAnswer>,
    /// How many fit the filter.
    pub all: u64,
    /// How many each enricher has, whatever the filter says.
    pub kinds: Vec<(String, u64)>,
}

impl Database {
    /// What is kept about a value, of all enrichers.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn answers_about(&self, value: &str) -> Result<Vec<CachedAnswer>, DatabaseError> {
        let sql = format!(
            "SELECT * FROM ({ALL}) WHERE substr(subject, instr(subject, ':') + 1) = ?1 ORDER BY subject, updated_at DESC"
        );
        let read = || if has_tables(&self.connection)? { read(&self.connection, &sql, [value]) } else { Ok(Vec::new()) };
        read().map_err(self.error("read"))
    }

    /// A page of what is kept, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn answer_page(&self, filter: &AnswerFilter) -> Result<AnswerPage, DatabaseError> {
        let look = || -> rusqlite::Result<AnswerPage> {
            if !has_tables(&self.connection)? {
                return Ok(AnswerPage::default());
            }
            let AnswerFilter { kind, text, skipped, limit } = filter;
            let condition = "(?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR instr(lower(subject), lower(?2)) > 0)";
            let count = format!("SELECT count(*) FROM ({ALL}) WHERE {condition}");
            let all: i64 = self.connection.query_row(&count, (kind, text), |row| row.get(0))?;
            let page = format!("SELECT * FROM ({ALL}) WHERE {condition} ORDER BY updated_at DESC, subject LIMIT ?3 OFFSET ?4");
            let answers = read(&self.connection, &page, (kind, text, limit, skipped))?;
            let kinds =
                format!("SELECT CAST(kind AS TEXT), count(*) FROM ({ALL}) WHERE kind IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1");
            let mut statement = self.connection.prepare(&kinds)?;
            let kinds = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
            Ok(AnswerPage { answers, all: all.unsigned_abs(), kinds: kinds.collect::<rusqlite::Result<_>>()? })
        };
        look().map_err(self.error("read"))
    }
}

fn has_tables(connection: &Connection) -> rusqlite::Result<bool> {
    Ok(!columns(connection, "scout_enrichment_cache")?.is_empty() && !columns(connection, "scout_lookup_failures")?.is_empty())
}

fn read(connection: &Connection, sql: &str, values: impl rusqlite::Params) -> rusqlite::Result<Vec<CachedAnswer>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(cached(row)?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use net_scout_model::Timestamp;
    use serde_json::json;

    use super::*;

    #[test]
    fn pages_of_answers_and_what_is_known_of_one_value() {
        let now = Timestamp(1_773_261_311_000_000);
        let mut database = Database::in_memory("scout_alerts").expect("opened");
        assert_eq!(database.answer_page(&AnswerFilter::default()).expect("no tables"), AnswerPage::default());
        database.migrate(now).expect("migrated");
        let answer = |kind: &str, value: &str, second: i64, result| CachedAnswer {
            subject: format!("{kind}:{value}"),
            kind: kind.to_owned(),
            result,
            updated_at: now.plus(second * 1_000_000),
        };
        let failed = json!({"error": {"kind": "timed-out", "message": "x"}});
        let all = [
            answer("rdns", "192.0.2.1", 1, json!({"name": "a.example"})),
            answer("whois", "192.0.2.1", 2, failed),
            answer("rdns", "2001:db8::1", 3, json!({"name": "b.example"})),
        ];
        database.keep_answers(&all).expect("kept");
        let page = |kind: Option<&str>, text: Option<&str>, skipped| {
            let filter = AnswerFilter { kind: kind.map(str::to_owned), text: text.map(str::to_owned), skipped, limit: 2 };
            let page = database.answer_page(&filter).expect("read");
            (page.answers.into_iter().map(|answer| answer.subject).collect::<Vec<_>>(), page.all, page.kinds)
        };
        let kinds = vec![("rdns".to_owned(), 2), ("whois".to_owned(), 1)];
        assert_eq!(page(None, None, 0), (vec!["rdns:2001:db8::1".into(), "whois:192.0.2.1".into()], 3, kinds.clone()));
        assert_eq!(page(None, None, 2).0, ["rdns:192.0.2.1"]);
        assert_eq!(page(Some("rdns"), Some("DB8"), 0), (vec!["rdns:2001:db8::1".into()], 1, kinds));
        assert_eq!(database.answers_about("192.0.2.1").expect("read").len(), 2);
        assert_eq!(database.answers_about("2001:db8::1").expect("read").len(), 1, "a value may have colons in it");
    }
}
