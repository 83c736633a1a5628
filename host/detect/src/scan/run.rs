//! A whole scan, from the database to the alerts that are recorded: what `net-scout scan` and a service do.
//!
//! Whoever has plugins loaded, or the database open, gives them; else they are opened here. The wall clock is not asked: now is that of
//! the window.

use std::path::PathBuf;
use std::sync::Arc;

use super::by_hand::{ByHand, Covering};
use super::evaluate::RuleFailure;
use super::explain::Explanations;
use super::phases::Phases;
use super::pipeline::{Scan, Scanned};
use crate::allow::allowlist;
use crate::database::prepare;
use crate::error::DetectError;
use crate::options::ScanOptions;
use net_scout_model::{Alert, Allowlist, LedgerEntry, Origin, Secrets, Sink, Span, Timestamp, Window};
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::{Header, PluginSeen, Recorder, Tape};
use net_scout_plugin_host::{Parameters, PluginOptions, RuleSet, load_plugins};
use net_scout_store::{Database, DatabaseError, KeptWindow, Recorded, ScanTransaction, not_the_database};

/// A scan that is asked for.
pub struct ScanRequest<'a> {
    /// What it has in common with others.
    pub options: &'a ScanOptions,
    /// The window.
    pub window: Window,
    /// Which rules are evaluated.
    pub rules: RuleSource<'a>,
    /// Where its alerts go.
    pub keep: Keep<'a>,
    /// What a service keeps of the events from one scan to the next.
    pub kept: Option<&'a KeptWindow>,
    /// Says where each query ran.
    pub explain: bool,
    /// Keeps what passes between plugins and host.
    pub record: Option<RecordOptions>,
}

/// Where the rules come from.
pub enum RuleSource<'a> {
    /// They are loaded for this scan: those that are named, or all where none is.
    Folder(&'a PluginOptions, &'a [String]),
    /// They are loaded.
    Loaded(&'a RuleSet),
}

impl<'a> RuleSource<'a> {
    /// The rules, which are kept in `loaded` where they are loaded here.
    pub(crate) async fn load(self, loaded: &'a mut RuleSet, sink: &dyn Sink) -> Result<&'a RuleSet, DetectError> {
        match self {
            Self::Loaded(rules) => Ok(rules),
            Self::Folder(plugins, names) => {
                *loaded = load_plugins(plugins, sink).await?.rules(plugins, sink)?.narrowed(names)?;
                Ok(loaded)
            }
        }
    }
}

/// What becomes of the alerts.
pub enum Keep<'a> {
    /// Nothing at all is written.
    Nothing,
    /// They are recorded in the database of the options, which is somebody's by hand.
    ByHand(ByHand<'a>),
    /// They are recorded in this one, which is open, and with them that this span was scanned, if no rule failed.
    Covering(&'a mut Database, Span),
    /// They are recorded in this one, which is open. What the rules keep from scan to scan is here, and not that of the present.
    Past(&'a mut Database, StateStore),
    /// They are recorded in this one, which is open, and with them what else is written in the same transaction.
    With(&'a mut Database, Option<Cover<'a>>),
}

/// Writes what a scan covered in the transaction that records the last of its alerts. It is told which rules failed.
pub type Cover<'a> = &'a mut (dyn FnMut(&ScanTransaction<'_>, &[RuleFailure]) -> Result<(), DatabaseError> + Send);

/// A recording to be made.
#[derive(Clone, Debug)]
pub struct RecordOptions {
    /// Its file.
    pub path: PathBuf,
    /// What must not be in it.
    pub secrets: Secrets,
    /// What is set for the parameters of all plugins.
    pub parameters: Parameters,
}

/// What a scan came to.
pub struct ScanReport {
    /// Its alerts, strongest first.
    pub alerts: ScanAlerts,
    /// The entries of the allowlist that fitted, why they are there, and how many alerts each left out.
    pub allowed: Vec<(Origin, String, usize)>,
    /// How many weaker alerts were left out.
    pub cut: usize,
    /// How many events came in and are stored as leaving.
    pub corrected_directions: u64,
    /// Whether a plugin was refused or failed, or one of its alerts was refused.
    pub failed: bool,
    /// What is recorded as scanned, where it was to be.
    pub covered: Option<Span>,
    /// The rules that failed.
    pub failures: Vec<RuleFailure>,
    /// What each plugin used.
    pub ledger: Vec<LedgerEntry>,
    /// What the parts of the scan took.
    pub phases: Phases,
    /// Whether it is recorded. What follows may be recorded too, until [`Self::end_recording`].
    pub tape: Tape,
    record: Option<PathBuf>,
}

/// The alerts of a scan.
pub enum ScanAlerts {
    /// They would be recorded.
    Raised(Vec<Alert>),
    /// They were recorded.
    Recorded(Vec<Recorded>),
}

impl ScanAlerts {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Raised(alerts) => alerts.len(),
            Self::Recorded(alerts) => alerts.len(),
        }
    }
}

impl ScanReport {
    /// Ends the recording, where one is made. Its file, which is there now.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end_recording(&self) -> Result<Option<&PathBuf>, DetectError> {
        let (Tape::Record(recorder), Some(path)) = (&self.tape, &self.record) else { return Ok(None) };
        recorder.finish().map_err(|source| DetectError::Recording { path: path.clone(), source })?;
        Ok(Some(path))
    }
}

/// Scans: evaluates the rules over the window on one state of the database, and records what they raise.
///
/// # Errors
/// When there is nothing to scan or to scan with, or the alerts cannot be recorded, see [`Database::keep_scan`]. A failing plugin is not an
/// error: the sink hears of it, and [`ScanReport::failed`] says so.
pub async fn run_scan(request: ScanRequest<'_>, sink: &dyn Sink) -> Result<ScanReport, DetectError> {
    let mut report = scan(request, sink).await?;
    // The database is closed by now.
    report.phases.end("write alerts");
    Ok(report)
}

/// The newest event, where it is older than the window: then that has none.
///
/// # Errors
/// When the database cannot be read.
pub fn newest_before(options: &ScanOptions, window: Window) -> Result<Option<Timestamp>, DetectError> {
    let newest = options.database.open_read_only()?.newest(&options.table)?;
    Ok(newest.filter(|newest| *newest < window.since))
}

/// What is read of the database before the plugins are loaded.
pub(crate) struct Before {
    pub(crate) state: StateStore,
    pub(crate) allowlist: Allowlist,
}

impl Before {
    /// Reads it, where there are events.
    pub(crate) fn read(database: &Database, options: &ScanOptions, sink: &dyn Sink) -> Result<Self, DetectError> {
        database.check_events(&options.table)?;
        let state = StateStore::new(database.plugin_state()?);
        Ok(Self { state, allowlist: allowlist(&options.allow, database, sink)? })
    }
}

async fn scan(request: ScanRequest<'_>, sink: &dyn Sink) -> Result<ScanReport, DetectError> {
    let ScanRequest { options, window, rules, keep, kept, explain, record } = request;
    let mut phases = Phases::default();
    let mut opened;
    let (mut covering, mut cover, mut past) = (Covering::Nothing, None, None);
    let mut database = match keep {
        Keep::Nothing => None,
        Keep::ByHand(by_hand) => {
            covering = Covering::ByHand(by_hand);
            opened = options.database.open()?;
            Some(&mut opened)
        }
        Keep::Covering(database, span) => {
            covering = Covering::Span(span);
            Some(database)
        }
        Keep::Past(database, state) => {
            past = Some(state);
            Some(database)
        }
        Keep::With(database, with) => {
            cover = with;
            Some(database)
        }
    };
    let Before { mut state, allowlist } = match &database {
        Some(database) => Before::read(database, options, sink)?,
        None => Before::read(&options.database.open_read_only()?, options, sink)?,
    };
    phases.end(Phases::OPEN);
    let mut loaded = RuleSet::default();
    let rules = rules.load(&mut loaded, sink).await?;
    phases.end("load plugins");
    let tape = record.as_ref().map_or(Ok(Tape::Off), |record| record.begin(options, window, &rules.seen))?;
    // After all that can be wrong with what the operator wrote, and before the work: then a database that cannot be written is known.
    let mut lease = None;
    if let Some(database) = &mut database {
        database.set_quiet(options.quiet);
        database.set_outbound(options.outbound.clone());
        prepare(database, &options.table, window.now, sink)?;
        lease = covering.take_turn(database, sink)?;
        if lease.is_some() {
            // Whoever had the turn before may have kept something.
            state = StateStore::new(database.plugin_state()?);
        }
    }
    let explanations = explain.then(|| Arc::new(Explanations::default()));
    for (explanations, off) in explanations.iter().flat_map(|known| rules.off.iter().map(move |off| (known, off))) {
        explanations.note(&off.reason);
    }
    let scan = Scan {
        options,
        rules: &rules.rules,
        set: &rules.parameters,
        window,
        kept,
        state: past.clone().unwrap_or_else(|| state.clone()),
        allowlist: &allowlist,
        tape: tape.clone(),
        explanations: explanations.clone(),
    };
    phases.end(Phases::OPEN);
    let done = async {
        // The turn is given back in any case.
        let scanned = tokio::select! {
            scanned = scan.run(sink) => scanned?,
            () = covering.stopped() => return Err(DetectError::Stopped),
        };
        phases.join(&scanned.phases);
        for line in explanations.iter().flat_map(|explanations| explanations.lines()) {
            sink.note(&line);
        }
        let Some(database) = &mut database else { return Ok((scanned, None, None)) };
        let covered = covering.of(&scanned, options, window, rules, database)?;
        let mut with = |transaction: &ScanTransaction<'_>| {
            covered.iter().try_for_each(|covered| transaction.cover(covered))?;
            transaction.keep_left_out(&scanned.left_out, window.now)?;
            cover.as_mut().map_or(Ok(()), |cover| cover(transaction, &scanned.failures))
        };
        let recorded = scanned.keep(database, &state, window.now, Some(&mut with))?;
        Ok::<_, DetectError>((scanned, Some(recorded), covered))
    };
    let done = done.await;
    if let (Some(lease), Some(database)) = (lease, database) {
        database.give_back(lease);
    }
    let (scanned, recorded, covered) = done?;
    let Scanned { alerts, cut, allowed, ledger, failed, failures, corrected_directions, .. } = scanned;
    Ok(ScanReport {
        alerts: recorded.map_or(ScanAlerts::Raised(alerts), ScanAlerts::Recorded),
        allowed,
        cut,
        corrected_directions,
        failed: failed || rules.failed(),
        covered: covered.and_then(|covered| covered.stretches.first().map(|stretch| stretch.span)),
        failures,
        ledger,
        phases,
        tape,
        record: record.map(|record| record.path),
    })
}

impl RecordOptions {
    /// Begins the recording.
    fn begin(&self, options: &ScanOptions, window: Window, plugins: &[PluginSeen]) -> Result<Tape, DetectError> {
        not_the_database(&options.database.path, "--record", &self.path)?;
        let header = Header {
            parameters: self.parameters.clone(),
            plugins: plugins.to_vec(),
            ..Header::new(window, options.max_alerts, options.group)
        };
        let recorder = Recorder::create(&self.path, &header, self.secrets.clone());
        let recorder = recorder.map_err(|source| DetectError::Recording { path: self.path.clone(), source })?;
        Ok(Tape::Record(recorder))
    }
}
