//! Enriches stored alerts, and looks up one observable on the spot.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use serde_json::{Map, Value};

use super::find::{Found, How, find};
use super::{EnrichOptions, EnricherSource, attach};
use crate::DetectError;
use net_scout_model::{LedgerEntry, Observable, Sink, Timestamp};
use net_scout_plugin_host::recording::Tape;
use net_scout_plugin_host::{Approved, EnricherSet};
use net_scout_store::{AlertToEnrich, Database, Lock, Turn, WhichAlerts};

/// Which alerts to enrich, and how.
#[derive(Clone)]
pub struct EnrichRequest {
    /// Which alerts.
    pub which: WhichAlerts,
    /// Ask again, whatever is kept.
    pub refresh: bool,
    /// Write nothing.
    pub dry_run: bool,
    /// Whether it is recorded.
    pub tape: Tape,
    /// How it waits for another enrichment of the same alerts to end.
    pub turn: Turn,
}

/// What an enrichment came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Enriched {
    /// How many alerts were enriched; none where there was no alert to be enriched.
    pub alerts: Option<usize>,
    /// Of how many of them every lookup failed for the network: they stay new, and are tried again.
    pub unreached: usize,
    /// How many lookups were made.
    pub lookups: usize,
    /// How many of them failed.
    pub failed: usize,
    /// How many answers came from the cache.
    pub cached: usize,
    /// Whether it was stopped. What was found is kept.
    pub interrupted: bool,
    /// Whether an enricher was refused.
    pub refused: bool,
    /// What the enrichers used.
    pub ledger: Vec<LedgerEntry>,
}

/// Enriches stored alerts, until all are or `stop` ends.
///
/// # Errors
/// When the database cannot be written, or an enricher is named that is not there. A lookup that fails is no error.
pub async fn enrich_alerts(
    options: &EnrichOptions,
    enrichers: EnricherSource<'_>,
    request: &EnrichRequest,
    now: Timestamp,
    stop: impl Future<Output = ()>,
    sink: &dyn Sink,
) -> Result<Enriched, DetectError> {
    let dry_run = request.dry_run;
    let mut database = if dry_run { options.database.open_read_only()? } else { options.database.open()? };
    if !dry_run {
        database.migrate(now)?;
    } else if database.pending()? > 0 {
        return Err(DetectError::NotMigrated(", and a dry run does not touch them"));
    }
    // Two at once would ask twice, and one would lose what the other found. Scans and imports do not mind.
    let turn = (!dry_run).then(|| request.turn.take(&mut database, Lock::Lookups, options.clock.as_ref(), sink)).transpose()?;
    let enriched = enrich(options, &mut database, enrichers, request, now, stop, sink).await;
    if let Some(turn) = turn {
        database.give_back(turn);
    }
    enriched
}

async fn enrich(
    options: &EnrichOptions,
    database: &mut Database,
    enrichers: EnricherSource<'_>,
    request: &EnrichRequest,
    now: Timestamp,
    stop: impl Future<Output = ()>,
    sink: &dyn Sink,
) -> Result<Enriched, DetectError> {
    let EnrichRequest { which, dry_run, .. } = *request;
    let (alerts, unreadable) = database.alerts_to_enrich(which)?;
    if let Some(text) = unreadable.warning(&options.database.alert_table) {
        sink.warn(&text);
    }
    if let (WhichAlerts::Id(id), true) = (which, alerts.is_empty() && unreadable.rows == 0) {
        return Err(DetectError::NoAlert(id));
    }
    if alerts.is_empty() {
        return Ok(Enriched::default());
    }
    let mut loaded = EnricherSet::default();
    let enrichers = enrichers.load(&mut loaded, sink).await?;
    let observables: BTreeSet<Observable> = alerts
        .iter()
        .flat_map(|alert| [&alert.src_ip, &alert.dst_ip])
        .flatten()
        .filter_map(|text| Observable::parse(text))
        .collect();
    let how = How { refresh: request.refresh, dry_run, tape: request.tape.clone(), now };
    let found = find(options, database, enrichers, &observables, &how, stop, sink).await?;

    // After an interruption some alerts miss answers: they are enriched the next time, and what was found is in the cache.
    let Found { answers, wanted, outside, asked, failed, cached, interrupted, ledger, .. } = found;
    let enriched = alerts.into_iter().filter_map(|alert| attach(alert, &answers, &wanted, &outside));
    let enriched: Vec<AlertToEnrich> = enriched.collect();
    let unreached = enriched.iter().filter(|alert| alert.is_unreached).count();
    if !dry_run {
        database.keep_enrichment(&enriched, now)?;
        let what = "the ledger is not";
        database.keep_ledger(&ledger, now).map_err(|source| DetectError::PartlyKept { what, source })?;
    }
    let alerts = Some(enriched.len());
    Ok(Enriched { alerts, unreached, lookups: asked, failed, cached, interrupted, refused: enrichers.refused, ledger })
}

/// What to look up on the spot.
#[derive(Clone, Debug)]
pub struct LookUpRequest {
    /// An address or a domain name.
    pub observable: Observable,
    /// Ask again, whatever is kept.
    pub refresh: bool,
    /// Also with enrichers that send packets to it.
    pub probes: bool,
}

/// What was found of one observable.
#[derive(Clone, Debug, PartialEq)]
pub struct LookedUp {
    /// The answers, by enricher.
    pub answers: Map<String, Value>,
    /// Which of them came from the cache, and when they were found.
    pub kept: BTreeMap<String, Timestamp>,
    /// The enrichers that are not asked about private addresses, where it is one.
    pub private: Vec<String>,
    /// The enrichers that send packets to what they look up, and were not asked for.
    pub probing: Vec<String>,
    /// Whether an enricher was refused.
    pub refused: bool,
}

impl LookedUp {
    /// Whether there is nothing but failures. That there is nothing to be found is an answer.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.answers.values().all(|answer| answer["error"]["kind"].as_str().is_some_and(|kind| kind != "not-found"))
    }
}

/// Looks up one observable, until every enricher has answered or `stop` ends. Without a database there is no cache, and it works all the
/// same.
///
/// # Errors
/// When nothing can look it up, or the database cannot be written.
pub async fn look_up(
    options: &EnrichOptions,
    enrichers: EnricherSource<'_>,
    request: &LookUpRequest,
    now: Timestamp,
    stop: impl Future<Output = ()>,
    sink: &dyn Sink,
) -> Result<LookedUp, DetectError> {
    let LookUpRequest { observable, refresh, probes } = request;
    let mut loaded = EnricherSet::default();
    let all = enrichers.load(&mut loaded, sink).await?;
    let is_asked = |approved: &&Approved| *probes || !approved.enricher.description.probes();
    let enrichers = EnricherSet { enrichers: all.enrichers.iter().filter(is_asked).cloned().collect(), refused: all.refused };
    let is_left = |approved: &&Approved| !is_asked(approved) && approved.enricher.takes(observable.kind);
    let probing = all.enrichers.iter().filter(is_left).map(|approved| approved.enricher.description.name.clone()).collect();
    let mut database = if options.database.path.exists() {
        options.database.open()?
    } else {
        Database::in_memory(&options.database.alert_table)?
    };
    database.migrate(now)?;
    let observables = BTreeSet::from([observable.clone()]);
    let how = How { refresh: *refresh, dry_run: false, tape: Tape::Off, now };
    let found = find(options, &mut database, &enrichers, &observables, &how, stop, sink).await?;
    database.keep_ledger(&found.ledger, now)?;
    let answers: Map<String, Value> = found.answers.into_iter().map(|((kind, _), result)| (kind, result)).collect();
    let private: Vec<String> = found.private.into_iter().collect();
    if answers.is_empty() && !private.is_empty() {
        return Err(DetectError::Private { address: observable.to_string(), enrichers: private.join(", ") });
    }
    if answers.is_empty() {
        return Err(DetectError::NothingLooksUp(observable.to_string()));
    }
    let kept = found.kept.into_iter().map(|((kind, _), at)| (kind, at)).collect();
    Ok(LookedUp { answers, kept, private, probing, refused: enrichers.refused })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use net_scout_model::clock::FixedClock;
    use net_scout_model::{Message, Messages};
    use net_scout_plugin_host::schedule::Rate;
    use net_scout_store::DatabaseOptions;

    use super::*;
    use crate::test_support::{NOW, alert, options};

    fn enrichment(database: DatabaseOptions) -> EnrichOptions {
        EnrichOptions {
            database,
            dns_servers: Vec::new(),
            directories: std::collections::BTreeMap::new(),
            secrets: net_scout_model::Secrets::default(),
            rate: Rate { interval: Duration::ZERO, burst: 1 },
            parallel: 1,
            timeout: Duration::from_secs(1),
            clock: Arc::new(FixedClock(NOW)),
        }
    }

    fn request(which: WhichAlerts, dry_run: bool) -> EnrichRequest {
        let turn = Turn { what: "net-scout enrich", patience: Duration::ZERO };
        EnrichRequest { which, refresh: false, dry_run, tape: Tape::Off, turn }
    }

    async fn run(options: &EnrichOptions, request: &EnrichRequest, sink: &Messages) -> Result<Enriched, DetectError> {
        let nobody = EnricherSet { enrichers: Vec::new(), refused: true };
        let never = std::future::pending();
        enrich_alerts(options, EnricherSource::Loaded(&nobody), request, NOW, never, sink).await
    }

    #[tokio::test]
    async fn alerts_that_nobody_looks_up_count_as_enriched() {
        let ((_folder, scan), sink) = (options(), Messages::default());
        let options = enrichment(scan.database);
        let newest = request(WhichAlerts::Newest(10), false);
        assert_eq!(run(&options, &newest, &sink).await.expect("none"), Enriched::default());
        let mut database = options.database.open().expect("open");
        let id = database.keep_scan(&[alert("192.0.2.7")], &[], &[], NOW, None).expect("recorded")[0].alert.id;
        let dry = run(&options, &request(WhichAlerts::Id(id), true), &sink).await.expect("a dry run");
        assert_eq!((dry.alerts, database.enrichment_of(id).expect("read")), (Some(1), Value::Null));
        let enriched = run(&options, &newest, &sink).await.expect("enriched");
        assert_eq!((enriched.alerts, enriched.lookups, enriched.refused, enriched.interrupted), (Some(1), 0, true, false));
        assert_eq!(database.enrichment_of(id).expect("read"), serde_json::json!({ "src": {} }));
        let error = run(&options, &request(WhichAlerts::Id(99), false), &sink).await.expect_err("not there");
        assert_eq!(error.to_string(), "there is no alert 99");
        assert_eq!(sink.take(), [] as [Message; 0]);
    }

    #[tokio::test]
    async fn one_at_a_time() {
        let ((_folder, scan), sink) = (options(), Messages::default());
        let options = enrichment(scan.database);
        let mut other = options.database.open().expect("open");
        let turn = Turn { what: "net-scout serve", patience: Duration::ZERO };
        let lease = turn.take(&mut other, Lock::Lookups, &FixedClock(NOW), &sink).expect("free");
        let newest = request(WhichAlerts::Newest(10), false);
        let error = run(&options, &newest, &sink).await.expect_err("held").to_string();
        assert!(error.contains(" is in use by net-scout serve (process "), "{error}");
        run(&options, &request(WhichAlerts::Newest(10), true), &sink).await.expect("a dry run writes nothing");
        other.unlock(lease).expect("write");
        run(&options, &newest, &sink).await.expect("free");
        run(&options, &newest, &sink).await.expect("given back");
    }

    #[tokio::test]
    async fn a_dry_run_makes_no_tables() {
        let ((folder, scan), sink) = (options(), Messages::default());
        let mut options = enrichment(scan.database);
        options.database.path = folder.path().join("other.db");
        Database::make(&options.database.path, &[]).expect("a database");
        let error = run(&options, &request(WhichAlerts::Newest(1), true), &sink).await.expect_err("no tables").to_string();
        let expected =
            "the tables of net-scout are not up to date, and a dry run does not touch them; run `net-scout migrate` first";
        assert_eq!(error, expected);
    }

    #[tokio::test]
    async fn what_nobody_looks_up_is_an_error() {
        let ((folder, scan), sink) = (options(), Messages::default());
        let mut options = enrichment(scan.database);
        options.database.path = folder.path().join("missing.db");
        let observable = Observable::parse("example.com").expect("a name");
        let (nobody, request) = (EnricherSet::default(), LookUpRequest { observable, refresh: false, probes: false });
        let never = std::future::pending();
        let error = look_up(&options, EnricherSource::Loaded(&nobody), &request, NOW, never, &sink).await.expect_err("nobody");
        assert_eq!(error.to_string(), "no enricher that is granted looks up example.com");
        assert!(!options.database.path.exists(), "no database is made for it");
    }
}
