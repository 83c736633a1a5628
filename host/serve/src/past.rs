//! Past time, scanned by hand in the steps of a tick: what the service left out or could not scan, or all of a span with rules that are new.
//!
//! The turn is given back after each step, so that a service goes on beside it.

use net_scout_detect::scan::{Keep, RuleSource, ScanOptions, ScanReport, ScanRequest, run_scan};
use net_scout_detect::{DetectError, prepare};
use net_scout_model::clock::Clock;
use net_scout_model::time::Moment;
use net_scout_model::{CoverageState, Once, Sink, Span, Stretch, Timestamp, UsageError};
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::{PluginOptions, RuleSet, load_plugins};
use net_scout_store::{Covered, Database, DatabaseError, Lock, Turn};

use crate::tick::{Step, TickOptions, fill, fillable, steps_of, window_of};

/// What a run over past time is told.
pub struct PastOptions<'a> {
    /// Its scans.
    pub scan: &'a ScanOptions,
    /// The plugins.
    pub plugins: &'a PluginOptions,
    /// The rules that are evaluated; all where none is named.
    pub only: &'a [String],
    /// How far a scan looks back: where its window begins.
    pub since: Moment,
    /// The plan of the ticks.
    pub tick: TickOptions,
    /// Write nothing.
    pub dry_run: bool,
    /// How it waits for its turn.
    pub turn: Turn,
    /// The clock of locks.
    pub clock: &'a (dyn Clock + Send + Sync),
    /// When it is.
    pub now: Timestamp,
}

/// Which past time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past {
    /// What is not scanned between the first good scan and the last, or between these times. It counts as scanned then.
    Fill {
        /// The beginning, where it is named.
        since: Option<Timestamp>,
        /// The end, where it is named.
        until: Option<Timestamp>,
    },
    /// All of this span, whatever was scanned of it. Alerts get the times of their steps, and nothing counts as scanned.
    Backfill(Span),
}

/// What a run over past time came to.
#[derive(Default)]
pub struct PastReport {
    /// The steps, as one scan; none where there was nothing to do, or no step ended well.
    pub report: Option<ScanReport>,
    /// From the first step to the last.
    pub span: Option<Span>,
    /// How many steps there were.
    pub steps: usize,
    /// How many of them could not be scanned.
    pub failed: usize,
    /// How many of them do not count as scanned because a rule failed.
    pub open: usize,
}

/// Scans past time, step by step. The sink hears of a step that could not be scanned, and the others are scanned all the same.
///
/// # Errors
/// When the database or the plugins cannot be used, the times make no sense, or another process has the turn for too long.
pub async fn scan_past(options: &PastOptions<'_>, past: Past, sink: &dyn Sink) -> Result<PastReport, DetectError> {
    let PastOptions { scan, plugins, now, .. } = *options;
    let database = &scan.database;
    let mut database = if options.dry_run { database.open_read_only()? } else { database.open()? };
    database.check_events(&scan.table)?;
    let steps = options.plan(past, &database)?;
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return Ok(PastReport::default()) };
    let span = Span { begins: first.span.begins, ends: last.span.ends };
    let rules = load_plugins(plugins, sink).await?.rules(plugins, sink)?.narrowed(options.only)?;
    if !options.dry_run {
        prepare(&mut database, &scan.table, now, sink)?;
    }
    let mut done = PastReport { span: Some(span), steps: steps.len(), ..PastReport::default() };
    let (state, once) = (StateStore::new([]), Once::new(sink));
    let progress = sink.progress("scanning", "steps", steps.len() as u64);
    for step in steps {
        match options.step(past, step, &rules, &state, &mut database, &once).await {
            Ok(None) => {}
            Ok(Some(report)) => done.add(report, options.counts(past)),
            Err(error @ DetectError::Database(DatabaseError::Held { .. } | DatabaseError::NotFound { .. })) => return Err(error),
            Err(error) => {
                let Span { begins, ends } = step.span;
                sink.warn(&format_args!("{} to {} could not be scanned: {error}", begins.seconds(), ends.seconds()));
                done.failed += 1;
                options.record_failure(past, step, &rules, &error, &mut database)?;
            }
        }
        progress.advance(1, &format!("until {}", step.span.ends.seconds()));
    }
    Ok(done)
}

impl PastOptions<'_> {
    fn plan(&self, past: Past, database: &Database) -> Result<Vec<Step>, DetectError> {
        let target = self.now.plus(-self.tick.settle);
        let named = match past {
            Past::Backfill(span) => Some(("--backfill", span.begins)),
            Past::Fill { since, .. } => since.map(|since| ("--since", since)),
        };
        if let Some((flag, time)) = named.filter(|(_, time)| *time >= self.now) {
            let time = time.seconds();
            let text = format!("{flag}: {time} is not in the past; name an earlier time, or a duration such as '7 days'");
            return Err(UsageError(text).into());
        }
        let (since, until) = match past {
            Past::Backfill(span) => return Ok(steps_of(span, &self.tick)),
            Past::Fill { since, until } => (since, until),
        };
        let coverage = database.coverage(&self.scan.table)?;
        let first = coverage.stretches().first().map(|first| first.span.begins);
        if since.is_none() && first.is_none() {
            let text = "--fill: nothing was scanned by `net-scout serve` yet, so there is no gap; name the time with --since";
            return Err(UsageError(text.to_owned()).into());
        }
        if let (Some(until), Some(first)) = (until, first)
            && until < first
        {
            // A hole would be left that the service closes by itself.
            return Err(UsageError(format!(
                "--fill: {} lies before what was scanned, which begins at {}; leave --until out, or use --backfill",
                until.seconds(),
                first.seconds()
            ))
            .into());
        }
        let within = fillable(&coverage, since, until, target);
        Ok(within.map(|within| fill(&coverage, within, &self.tick)).unwrap_or_default())
    }

    /// Whether what is scanned counts as scanned.
    fn counts(&self, past: Past) -> bool {
        !self.dry_run && matches!(past, Past::Fill { .. })
    }

    /// Makes one step; none where it was scanned meanwhile.
    async fn step(
        &self,
        past: Past,
        step: Step,
        rules: &RuleSet,
        state: &StateStore,
        database: &mut Database,
        sink: &dyn Sink,
    ) -> Result<Option<ScanReport>, DetectError> {
        if self.dry_run {
            return self.scan(past, step, rules, Keep::Nothing, sink).await.map(Some);
        }
        let turn = tokio::task::block_in_place(|| self.turn.take(database, Lock::Turn, self.clock, sink))?;
        let scanned = if self.is_open(past, step, database)? {
            let keep = match past {
                Past::Fill { .. } => Keep::Covering(database, step.span),
                Past::Backfill(_) => Keep::Past(database, state.clone()),
            };
            self.scan(past, step, rules, keep, sink).await.map(Some)
        } else {
            Ok(None)
        };
        let ended = database.unlock(turn);
        let scanned = scanned?;
        ended?;
        Ok(scanned)
    }

    /// Whether a step is still to be scanned: a service may have done it.
    fn is_open(&self, past: Past, step: Step, database: &Database) -> Result<bool, DatabaseError> {
        if let Past::Backfill(_) = past {
            return Ok(true);
        }
        let coverage = database.coverage_around(&self.scan.table, step.span)?;
        // What looked at late rows was scanned, and is scanned again.
        Ok(step.why == crate::tick::Why::Late || !coverage.gaps(step.span, None).is_empty())
    }

    async fn scan<'a>(
        &'a self,
        past: Past,
        step: Step,
        rules: &'a RuleSet,
        keep: Keep<'a>,
        sink: &dyn Sink,
    ) -> Result<ScanReport, DetectError> {
        let now = if let Past::Backfill(_) = past { step.span.ends } else { self.now };
        let window = window_of(step.span, self.since, now);
        let request = ScanRequest {
            options: self.scan,
            window,
            rules: RuleSource::Loaded(rules),
            keep,
            kept: None,
            explain: false,
            record: None,
        };
        run_scan(request, sink).await
    }

    fn record_failure(
        &self,
        past: Past,
        step: Step,
        rules: &RuleSet,
        error: &DetectError,
        database: &mut Database,
    ) -> Result<(), DatabaseError> {
        if !self.counts(past) {
            return Ok(());
        }
        let (digest, message) = (rules.digest(), Some(error.to_string()));
        let stretch = Stretch { span: step.span, state: CoverageState::Failed, digest, at: self.now, message };
        database.cover(&Covered { table: self.scan.table.clone(), stretches: vec![stretch] })
    }
}

impl PastReport {
    fn add(&mut self, report: ScanReport, counts: bool) {
        self.open += usize::from(counts && report.covered.is_none());
        match &mut self.report {
            Some(all) => all.join(report),
            None => self.report = Some(report),
        }
    }
}
