//! `net-scout enrich`, `lookup` and `cache`: what is known outside about addresses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Context as _;
use serde_json::{Map, Value, json};
use tokio::signal::unix::{SignalKind, signal};

use super::plugins::{self, Approved};
use super::terminal_width;
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{Cell, Format, Progress, Table};
use crate::{exit, output};
use net_scout_detect::enrich;
use net_scout_detect::enrich::{Answer, LookupOptions, Subject, attach};
use net_scout_model::clock::{Clock as _, SystemClock};
use net_scout_model::{Kind, LedgerEntry, Observable, Timestamp};
use net_scout_plugin_host::capability::Shared;
use net_scout_plugin_host::capability::dns::Resolvers;
use net_scout_plugin_host::capability::files::Directories;
use net_scout_plugin_host::capability::http::HttpClient;
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::Tape;
use net_scout_plugin_host::schedule::RateLimiter;
use net_scout_store::{AlertToEnrich, CachedAnswer, Database, WhichAlerts};

/// How many answers are kept in one transaction.
const KEPT_AT_ONCE: usize = 50;
/// The most memory of all lookups together, in bytes.
const LOOKUP_MEMORY: usize = 1_536 << 20;
/// How often a lookup is tried.
const ATTEMPTS: u32 = 3;

/// Which alerts to enrich, and how.
#[derive(Clone, Default)]
pub struct EnrichRequest {
    /// At most so many alerts.
    pub limit: u32,
    /// Only this alert.
    pub alert_id: Option<i64>,
    /// Only with these enrichers; empty for all.
    pub only: Vec<String>,
    /// Ask again, whatever is kept.
    pub refresh: bool,
    /// Write nothing.
    pub dry_run: bool,
    /// Fail when the plugins are not what the lock says.
    pub locked: bool,
    /// Whether it is recorded.
    pub tape: Tape,
}

/// Enriches stored alerts.
///
/// # Errors
/// When the database cannot be written, or an enricher is named that is not there. A lookup that fails is no error.
pub fn run(config: &Config, request: &EnrichRequest, now: Timestamp) -> anyhow::Result<u8> {
    enrich(config, request, now).map(|(code, _)| code)
}

/// Enriches stored alerts, and says what the enrichers used.
pub(super) fn enrich(config: &Config, request: &EnrichRequest, now: Timestamp) -> anyhow::Result<(u8, Vec<LedgerEntry>)> {
    let mut database = if request.dry_run {
        Database::open_read_only(&config.db_path, &config.alert_table, config.busy_timeout)?
    } else {
        let mut database = Database::open(&config.db_path, &config.alert_table, config.busy_timeout)?;
        database.migrate(now)?;
        database
    };
    if request.dry_run && database.pending()? > 0 {
        anyhow::bail!(
            "the tables of net-scout are not up to date, and a dry run does not touch them; run `net-scout migrate` first"
        );
    }
    let limit = request.limit.min(config.max_enrich);
    let which = match request.alert_id {
        Some(id) => WhichAlerts::Id(id),
        None if request.refresh => WhichAlerts::NewestAgain(limit),
        None => WhichAlerts::Newest(limit),
    };
    let (mut alerts, unreadable) = database.alerts_to_enrich(which)?;
    output::unreadable_alerts(&unreadable, &config.alert_table);
    if let (Some(id), true) = (request.alert_id, alerts.is_empty() && unreadable.rows == 0) {
        anyhow::bail!("there is no alert {id}");
    }
    if alerts.is_empty() {
        output::note(&"no alert without enrichment");
        return Ok((exit::SUCCESS, Vec::new()));
    }
    let runtime = super::runtime()?;
    let (approved, failed) = runtime.block_on(plugins::approved(config, &request.only, request.locked))?;
    let observables: BTreeSet<Observable> = alerts
        .iter()
        .flat_map(|alert| [&alert.src_ip, &alert.dst_ip])
        .flatten()
        .filter_map(|text| Observable::parse(text))
        .collect();
    let Found { answers, wanted, asked, failed: missed, cached, interrupted, ledger } =
        runtime.block_on(find(config, &mut database, &approved, &observables, request, now))?;

    // After an interruption some alerts miss answers: they are enriched the next time, and what was found is in the cache.
    let enriched: Vec<AlertToEnrich> = alerts.drain(..).filter_map(|alert| attach(alert, &answers, &wanted)).collect();
    if !request.dry_run {
        database.keep_enrichment(&enriched)?;
        database.keep_ledger(&ledger, now).context("the answers are kept, the ledger is not")?;
    }
    output::note(&format_args!(
        "{} alerts enriched: {asked} lookups, {missed} failed, {cached} answers from the cache{}{}",
        enriched.len(),
        if request.dry_run { " (dry run: nothing written)" } else { "" },
        if interrupted { "; interrupted, what was found is kept" } else { "" },
    ));
    Ok((if failed { exit::PLUGIN_FAILED } else { exit::SUCCESS }, ledger))
}

/// Looks up one observable on the spot and shows what is found.
///
/// # Errors
/// When it is neither an address nor a domain name, or nothing can look it up.
pub fn lookup(config: &Config, text: &str, only: &[String], refresh: bool, now: Timestamp) -> anyhow::Result<u8> {
    let observable = Observable::parse(text).ok_or_else(|| {
        UsageError(format!("`{}` is neither an IP address nor a domain name", net_scout_model::plain(text, 100)))
    })?;
    let runtime = super::runtime()?;
    let (approved, failed) = runtime.block_on(plugins::approved(config, only, false))?;
    // Without a database there is no cache, and the lookup works all the same.
    let mut database = if config.db_path.exists() {
        let mut database = Database::open(&config.db_path, &config.alert_table, config.busy_timeout)?;
        database.migrate(now)?;
        database
    } else {
        let mut database = Database::in_memory(&config.alert_table)?;
        database.migrate(now)?;
        database
    };
    let observables = BTreeSet::from([observable.clone()]);
    let request = EnrichRequest { refresh, ..EnrichRequest::default() };
    let found = runtime.block_on(find(config, &mut database, &approved, &observables, &request, now))?;
    database.keep_ledger(&found.ledger, now)?;
    let object: Map<String, Value> = found.answers.into_iter().map(|((kind, _), result)| (kind, result)).collect();
    if object.is_empty() {
        anyhow::bail!("no enricher that is granted looks up {observable}");
    }
    let mut out = output::stdout();
    output::write_json(&mut out, &object)?;
    Ok(if failed { exit::PLUGIN_FAILED } else { exit::SUCCESS })
}

/// What `net-scout cache` does.
#[derive(Clone, Debug)]
pub enum CacheAction {
    /// Lists what is kept.
    List(Format),
    /// Removes what is older than its time.
    Expire,
    /// Removes everything.
    Clear,
}

/// Lists, expires or clears the kept answers.
///
/// # Errors
/// When the database cannot be read or written.
pub fn cache(config: &Config, kind: Option<&str>, action: &CacheAction, now: Timestamp) -> anyhow::Result<u8> {
    let mut database = match action {
        CacheAction::List(_) => Database::open_read_only(&config.db_path, &config.alert_table, config.busy_timeout)?,
        _ => Database::open(&config.db_path, &config.alert_table, config.busy_timeout)?,
    };
    if database.pending()? > 0 {
        anyhow::bail!("the tables of net-scout are not up to date; run `net-scout migrate` first");
    }
    let answers = database.cached_answers(kind)?;
    let removed = match action {
        CacheAction::List(format) => {
            list(&answers, *format)?;
            return Ok(exit::SUCCESS);
        }
        CacheAction::Clear => answers.iter().map(|answer| answer.subject.clone()).collect(),
        CacheAction::Expire => {
            let (plugins, _) = super::runtime()?.block_on(plugins::load(config, false))?;
            let stale =
                |answer: &&CachedAnswer| match plugins.enrichers.iter().find(|enricher| enricher.description.name == answer.kind)
                {
                    Some(enricher) => !is_fresh(answer, &enricher.description.kind, now),
                    // Nobody knows how long it holds, and nobody will ask again.
                    None => true,
                };
            answers.iter().filter(stale).map(|answer| answer.subject.clone()).collect::<Vec<_>>()
        }
    };
    let count = database.forget_answers(&removed)?;
    output::note(&format_args!("{count} answers removed, {} kept", answers.len() - count));
    Ok(exit::SUCCESS)
}

fn list(answers: &[CachedAnswer], format: Format) -> anyhow::Result<()> {
    let mut out = output::stdout();
    let object = |answer: &CachedAnswer| json!({"subject": answer.subject, "kind": answer.kind, "result": answer.result, "updated_at": answer.updated_at.seconds()});
    match format {
        Format::Table => {
            let mut table = Table::new(&["subject", "updated", "result"]);
            for answer in answers {
                table.row(vec![
                    Cell::new(&answer.subject),
                    Cell::new(answer.updated_at.seconds()),
                    Cell::new(answer.result.to_string()),
                ]);
            }
            table.write(&mut out, terminal_width(format))?;
        }
        Format::Json => {
            output::write_json(&mut out, &answers.iter().map(object).collect::<Vec<_>>())?;
        }
        Format::Ndjson => answers.iter().try_for_each(|answer| output::write_json_line(&mut out, &object(answer)))?,
        Format::Csv => {
            let mut writer = output::Csv::new(&mut out);
            writer.line(["subject", "kind", "updated_at", "result"])?;
            for answer in answers {
                writer.line([&answer.subject, &answer.kind, &answer.updated_at.seconds(), &output::json_text(&answer.result)])?;
            }
            writer.flush()?;
        }
    }
    Ok(())
}

/// What was found: by enricher and observable.
#[derive(Default)]
struct Found {
    answers: BTreeMap<(String, String), Value>,
    wanted: BTreeSet<(String, String)>,
    asked: usize,
    failed: usize,
    cached: usize,
    interrupted: bool,
    /// What the enrichers used, one entry each.
    ledger: Vec<LedgerEntry>,
}

/// Takes what is fresh from the cache and looks up the rest. Answers are kept as they come, so that an interruption loses none.
async fn find(
    config: &Config,
    database: &mut Database,
    approved: &[Approved],
    observables: &BTreeSet<Observable>,
    request: &EnrichRequest,
    now: Timestamp,
) -> anyhow::Result<Found> {
    let EnrichRequest { refresh, dry_run, tape, .. } = request;
    let (refresh, dry_run) = (*refresh, *dry_run);
    let mut found = Found::default();
    let mut subjects = Vec::new();
    for Approved { enricher, private } in approved {
        for observable in observables.iter().filter(|observable| enricher.takes(observable.kind)) {
            if enricher.description.reaches_outside() && !private && !observable.is_public() {
                continue;
            }
            let key = (enricher.description.name.clone(), observable.value.clone());
            let subject = Subject { enricher: Arc::clone(enricher), observable: observable.clone() };
            found.wanted.insert(key.clone());
            match database.cached(&subject.name())? {
                Some(answer) if !refresh && is_fresh(&answer, &enricher.description.kind, now) => {
                    found.cached += 1;
                    found.answers.insert(key, answer.into_result());
                }
                _ => subjects.push(subject),
            }
        }
    }
    if subjects.is_empty() {
        return Ok(found);
    }
    let rates = Arc::new(RateLimiter::new(config.enrichment_rate, database.rate_limits()?, SystemClock.now()));
    let shared = Shared {
        resolvers: Some(Resolvers::new(&config.dns_servers).map_err(anyhow::Error::msg)?),
        directories: Directories::open(&config.directories).without(&config.db_path),
        http: HttpClient::new(config.secrets.clone(), Arc::clone(&rates)),
        state: StateStore::new(database.plugin_state()?),
    };
    let options = LookupOptions {
        parallel: config.enrichment_parallel.min(memory_allows(approved)),
        attempts: ATTEMPTS,
        budget: config.enrichment_timeout,
        tape: tape.clone(),
        began: now,
    };
    let progress = Progress::new("looking up", "subjects", subjects.len() as u64);
    let mut waiting: BTreeMap<String, usize> = BTreeMap::new();
    for subject in &subjects {
        *waiting.entry(subject.enricher.description.name.clone()).or_default() += 1;
    }
    progress.advance(0, &waiting_for(&waiting));
    let mut answers = enrich::run(subjects, &shared, Arc::clone(&rates), options, || SystemClock.now());
    let mut kept = Vec::new();
    let mut interrupt = std::pin::pin!(interrupted());
    loop {
        let answer = tokio::select! {
            answer = answers.recv() => answer,
            _ = &mut interrupt => {
                found.interrupted = true;
                None
            }
        };
        let Some(Answer { subject, kind, result, failed, keep, used, .. }) = answer else { break };
        used.enter(&mut found.ledger);
        if let Some(left) = waiting.get_mut(&kind) {
            *left = left.saturating_sub(1);
        }
        progress.advance(1, &waiting_for(&waiting));
        found.asked += 1;
        found.failed += usize::from(failed);
        let value = subject.split_once(':').map_or("", |(_, value)| value).to_owned();
        found.answers.insert((kind.clone(), value), result.clone());
        if keep {
            kept.push(CachedAnswer { subject, kind, result, updated_at: now });
        }
        if kept.len() >= KEPT_AT_ONCE && !dry_run {
            database.keep_answers(&kept)?;
            kept.clear();
        }
    }
    if !dry_run {
        database.keep_answers(&kept)?;
        database
            .keep_plugin_state(&shared.state.changes(), now)
            .context("the answers are kept, the state of the enrichers is not")?;
        database.keep_rate_limits(&rates.state()).context("the answers are kept, the rate limits are not")?;
    }
    Ok(found)
}

/// Waits until the program is asked to end. Granted programs run apart from its terminal and would go on without it: they are ended when
/// the lookups that wait for them are dropped.
async fn interrupted() {
    let Ok(mut terminated) = signal(SignalKind::terminate()) else { return drop(tokio::signal::ctrl_c().await) };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}

/// How many lookups may run at once, for all of them to have the memory that they may ask for.
fn memory_allows(approved: &[Approved]) -> usize {
    let most = approved.iter().map(|approved| approved.enricher.limits.memory).max().unwrap_or(1);
    (LOOKUP_MEMORY / most.max(1)).max(1)
}

/// `waiting for whois (12), rdns (3)`.
fn waiting_for(waiting: &BTreeMap<String, usize>) -> String {
    let kinds: Vec<String> =
        waiting.iter().filter(|(_, left)| **left > 0).map(|(kind, left)| format!("{kind} ({left})")).collect();
    if kinds.is_empty() { String::new() } else { format!("waiting for {}", kinds.join(", ")) }
}

fn is_fresh(answer: &CachedAnswer, kind: &Kind, now: Timestamp) -> bool {
    let Kind::Enricher { fresh_seconds, failed_seconds, .. } = kind else { return false };
    let seconds = if answer.is_failure() { failed_seconds } else { fresh_seconds };
    now < answer.updated_at.plus(i64::from(*seconds) * 1_000_000)
}
