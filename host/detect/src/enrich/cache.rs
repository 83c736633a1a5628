//! The answers that are kept: listed, and forgotten.

use crate::DetectError;
use net_scout_model::{Kind, Sink, Timestamp};
use net_scout_plugin_host::{PluginOptions, load_plugins};
use net_scout_store::{CachedAnswer, Database, DatabaseOptions};

/// What to forget.
pub enum Forget<'a> {
    /// Everything.
    All,
    /// What is older than the enricher of this folder that found it says, and what no enricher there would ask for again.
    Stale(&'a PluginOptions),
}

/// The answers that are kept, of one enricher or of all.
///
/// # Errors
/// When the database cannot be read, or has not the tables for it.
pub fn answers(options: &DatabaseOptions, kind: Option<&str>) -> Result<Vec<CachedAnswer>, DetectError> {
    let database = migrated(options.open_read_only()?)?;
    Ok(database.cached_answers(kind)?)
}

/// Forgets answers, of one enricher or of all. How many were removed, and how many are left of these.
///
/// # Errors
/// When the database cannot be written, or has not the tables for it.
pub async fn forget(
    options: &DatabaseOptions,
    kind: Option<&str>,
    what: Forget<'_>,
    now: Timestamp,
    sink: &dyn Sink,
) -> Result<(usize, usize), DetectError> {
    let mut database = migrated(options.open()?)?;
    let answers = database.cached_answers(kind)?;
    let enrichers = match what {
        Forget::All => Vec::new(),
        Forget::Stale(folder) => load_plugins(folder, sink).await?.plugins.enrichers,
    };
    let is_stale = |answer: &&CachedAnswer| {
        let enricher = enrichers.iter().find(|enricher| enricher.description.name == answer.kind);
        // Where there is none, nobody knows how long it holds, and nobody will ask again.
        enricher.is_none_or(|enricher| !is_fresh(answer, &enricher.description.kind, now))
    };
    let removed: Vec<String> = answers.iter().filter(is_stale).map(|answer| answer.subject.clone()).collect();
    let count = database.forget_answers(&removed)?;
    Ok((count, answers.len() - count))
}

fn migrated(database: Database) -> Result<Database, DetectError> {
    if database.pending()? > 0 { Err(DetectError::NotMigrated("")) } else { Ok(database) }
}

/// Whether an answer holds still.
pub(super) fn is_fresh(answer: &CachedAnswer, kind: &Kind, now: Timestamp) -> bool {
    let Kind::Enricher { fresh_seconds, failed_seconds, .. } = kind else { return false };
    let seconds = if answer.is_failure() { failed_seconds } else { fresh_seconds };
    now < answer.updated_at.plus(i64::from(*seconds) * 1_000_000)
}

#[cfg(test)]
mod tests {
    use net_scout_model::{Message, Messages};
    use serde_json::json;

    use super::*;
    use crate::test_support::{NOW, options};

    #[tokio::test(flavor = "multi_thread")]
    async fn answers_are_listed_and_forgotten() {
        let (folder, options) = options();
        let options = options.database;
        let answer = |kind: &str| CachedAnswer {
            subject: format!("{kind}:192.0.2.1"),
            kind: kind.to_owned(),
            result: json!({"name": "a.example"}),
            updated_at: NOW,
        };
        let mut database = options.open().expect("open");
        database.keep_answers(&[answer("rdns"), answer("whois"), answer("asn")]).expect("kept");
        assert_eq!(answers(&options, None).expect("listed").len(), 3);
        assert_eq!(answers(&options, Some("whois")).expect("listed"), [answer("whois")]);
        let sink = Messages::default();
        assert_eq!(forget(&options, Some("asn"), Forget::All, NOW, &sink).await.expect("cleared"), (1, 0));
        std::fs::write(folder.path().join("a.wasm"), "not a plugin").expect("a file");
        let nobody = PluginOptions { folder: folder.path().to_owned(), is_named: true, ..PluginOptions::default() };
        let stale = forget(&options, None, Forget::Stale(&nobody), NOW, &sink).await;
        assert_eq!(stale.expect("expired"), (2, 0), "no enricher asks again");
        assert!(matches!(sink.take().as_slice(), [Message::Warning(text)] if text.starts_with("plugin a.wasm is not ")));
    }

    #[test]
    fn failures_hold_for_a_shorter_time() {
        let kind = Kind::Enricher { observables: Vec::new(), fresh_seconds: 100, failed_seconds: 10, outside: true };
        let answer = |result| CachedAnswer { subject: String::new(), kind: String::new(), result, updated_at: NOW };
        let (found, failed) = (answer(json!({})), answer(json!({"error": {"kind": "timed-out"}})));
        let after = |seconds: i64| NOW.plus(seconds * 1_000_000);
        assert!(is_fresh(&found, &kind, after(99)) && !is_fresh(&found, &kind, after(100)));
        assert!(is_fresh(&failed, &kind, after(9)) && !is_fresh(&failed, &kind, after(10)));
    }

    #[test]
    fn a_database_without_the_tables_is_left_alone() {
        let (folder, mut options) = options();
        options.database.path = folder.path().join("other.db");
        Database::make(&options.database.path, &[]).expect("made");
        let error = answers(&options.database, None).expect_err("no table").to_string();
        assert_eq!(error, "the tables of net-scout are not up to date; run `net-scout migrate` first");
    }
}
