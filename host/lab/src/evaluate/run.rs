//! A whole evaluation: what `net-scout evaluate` does. It never writes to a database that it is given.

use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::{DataFile, FolderError, read_folder};
use super::generate::{Options, generate};
use super::matching::DataSet;
use super::simulate::{Plan, Simulated, SimulationError, simulate};
use super::truth::{Truth, TruthError};
use net_scout_detect::allow::allowlist;
use net_scout_detect::scan::ScanOptions;
use net_scout_model::time::Moment;
use net_scout_model::{Sink, UsageError, counted};
use net_scout_plugin_host::{PluginOptions, PluginsError, Rule, RuleSet, load_plugins};
use net_scout_store::{Database, DatabaseError, DatabaseOptions};

/// The database of a data set that is kept, where the other commands look for it.
const DATABASE: &str = "net_sentinel.db";
/// The truth file beside it.
const TRUTH: &str = "truth.toml";
/// The most scans of one data set.
const MOST_SCANS: usize = 100_000;

/// Imports a log, as its arguments say, into a new database at this path.
pub type ImportFile<'a> = &'a dyn Fn(&DataFile, &Path) -> Result<(), EvaluateError>;

/// What to evaluate on.
#[derive(Clone, Debug)]
pub enum Data {
    /// The database of the options, and what is true of it.
    Given {
        /// The truth file.
        truth: PathBuf,
    },
    /// A folder of logs of which something is known.
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// Data sets to be generated.
    Generated {
        /// What they are like; the seed is that of the first.
        options: Options,
        /// A data set for each.
        seeds: RangeInclusive<u64>,
        /// Where to keep them.
        keep: Option<PathBuf>,
    },
}

/// An evaluation that is asked for.
pub struct EvaluateRequest<'a> {
    /// What to evaluate on.
    pub data: Data,
    /// Imports the logs of a folder.
    pub import: ImportFile<'a>,
    /// What each scan is told.
    pub options: ScanOptions,
    /// The plugins.
    pub plugins: PluginOptions,
    /// Where the window of each scan begins, from its end: `1 hour`.
    pub since: Moment,
    /// From one scan to the next, in microseconds.
    pub every: i64,
    /// Only these rules; empty for all.
    pub rules: Vec<String>,
}

/// What an evaluation came to.
pub struct Evaluated {
    /// The data sets, with what scans said of them.
    pub sets: Sets,
    /// The names of the rules.
    pub rules: Vec<String>,
    /// Whether a plugin was refused, or a rule failed.
    pub failed: bool,
}

/// Data sets that were evaluated.
pub enum Sets {
    /// The files of a folder.
    Files(Vec<(DataFile, DataSet)>),
    /// Others.
    Others(Vec<DataSet>),
}

/// An evaluation that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// What the operator wrote makes no sense, and nothing was done.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The plugins cannot be used.
    #[error(transparent)]
    Plugins(#[from] PluginsError),
    /// A database cannot be read or made.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The scans could not be made.
    #[error(transparent)]
    Simulation(#[from] SimulationError),
    /// The folder of logs cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The truth file cannot be used.
    #[error("{path}", path = path.display())]
    Truth {
        /// The file.
        path: PathBuf,
        /// Why.
        source: TruthError,
    },
    /// A log cannot be imported.
    #[error("{path} cannot be imported", path = path.display())]
    Import {
        /// The log.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is no room for data.
    #[error("no temporary folder can be made")]
    Temporary(#[source] io::Error),
    /// The folder of a data set cannot be made.
    #[error("the folder {path} cannot be made", path = path.display())]
    Keep {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The truth file of a data set cannot be written.
    #[error("{path} cannot be written", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A data set is there already.
    #[error("{path} is there already; name another folder with --keep, or remove it", path = .0.display())]
    There(PathBuf),
    /// There is nothing to scan.
    #[error("table {0} has no event with a readable time")]
    NoEvents(String),
}

impl EvaluateError {
    /// Whether the operator wrote what makes no sense, and nothing was done.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Usage(_) => true,
            Self::Plugins(error) => error.is_usage(),
            _ => false,
        }
    }
}

/// Evaluates the rules on each data set.
///
/// # Errors
/// When the truth file makes no sense, or a database cannot be read. A failing rule is no error: [`Evaluated::failed`] says so.
pub async fn evaluate(request: &EvaluateRequest<'_>, sink: &dyn Sink) -> Result<Evaluated, EvaluateError> {
    let EvaluateRequest { data, options, plugins, .. } = request;
    // Before the work: what the operator wrote.
    let read = |path: &PathBuf| Truth::read(path).map_err(|source| EvaluateError::Truth { path: path.clone(), source });
    let (truth, files) = match data {
        Data::Given { truth } => (read(truth)?, Vec::new()),
        Data::Folder { path } => (Truth::default(), read_folder(path)?),
        Data::Generated { .. } => (Truth::default(), Vec::new()),
    };
    let loaded = load_plugins(plugins, sink).await?.rules(plugins, sink)?;
    let rules = loaded.only(&request.rules)?;
    let run = Run { request, rules: &rules, loaded: &loaded, sink };
    let mut failed = loaded.failed();
    let mut of = |(set, wrong): (DataSet, bool)| {
        failed |= wrong;
        set
    };
    let sets = match data {
        Data::Generated { options, seeds, keep } => {
            let mut sets = Vec::new();
            for seed in seeds.clone() {
                sets.push(of(run.generated(&Options { seed, ..*options }, keep.as_deref()).await?));
            }
            Sets::Others(sets)
        }
        Data::Folder { .. } => {
            let mut sets = Vec::new();
            for file in files {
                let set = of(run.imported(&file).await?);
                sets.push((file, set));
            }
            Sets::Files(sets)
        }
        Data::Given { .. } => Sets::Others(vec![of(run.given(&options.database.path, "given", truth).await?)]),
    };
    let names = rules.iter().map(|rule| rule.description.name.clone()).collect();
    Ok(Evaluated { sets, rules: names, failed })
}

/// What all data sets are evaluated with.
struct Run<'a> {
    request: &'a EvaluateRequest<'a>,
    rules: &'a [Arc<Rule>],
    loaded: &'a RuleSet,
    sink: &'a dyn Sink,
}

impl Run<'_> {
    /// Makes a data set and evaluates on it. Whether a rule failed comes with it.
    async fn generated(&self, options: &Options, keep: Option<&Path>) -> Result<(DataSet, bool), EvaluateError> {
        let data = generate(options);
        let name = format!("seed-{}", options.seed);
        let Some(folder) = keep else {
            let folder = tempfile::tempdir().map_err(EvaluateError::Temporary)?;
            let path = folder.path().join(DATABASE);
            Database::make(&path, &data.events)?;
            return self.on(&path, &name, data.truth).await;
        };
        let folder = folder.join(&name);
        let path = folder.join(DATABASE);
        if path.exists() {
            return Err(EvaluateError::There(path));
        }
        std::fs::create_dir_all(&folder).map_err(|source| EvaluateError::Keep { path: folder.clone(), source })?;
        Database::make(&path, &data.events)?;
        let truth = folder.join(TRUTH);
        std::fs::write(&truth, data.truth.to_toml()).map_err(|source| EvaluateError::Write { path: truth, source })?;
        self.given(&path, &name, data.truth).await
    }

    /// Imports a log and evaluates on it.
    async fn imported(&self, file: &DataFile) -> Result<(DataSet, bool), EvaluateError> {
        let folder = tempfile::tempdir().map_err(EvaluateError::Temporary)?;
        let path = folder.path().join(DATABASE);
        (self.request.import)(file, &path)?;
        self.on(&path, &file.name, file.truth.clone()).await
    }

    /// Evaluates on a copy of a database.
    async fn given(&self, path: &Path, name: &str, truth: Truth) -> Result<(DataSet, bool), EvaluateError> {
        let folder = tempfile::tempdir().map_err(EvaluateError::Temporary)?;
        let copy = folder.path().join(DATABASE);
        let options = &self.request.options;
        let DatabaseOptions { alert_table, busy_timeout, .. } = &options.database;
        Database::open_read_only(path, alert_table, *busy_timeout)?.check_events(&options.table)?;
        Database::copy_events(path, &copy, alert_table, *busy_timeout)?;
        self.on(&copy, name, truth).await
    }

    /// Evaluates on a database that may be written.
    async fn on(&self, path: &Path, name: &str, truth: Truth) -> Result<(DataSet, bool), EvaluateError> {
        let EvaluateRequest { since, every, options, .. } = self.request;
        let since = *since;
        let database = DatabaseOptions { path: path.to_owned(), ..options.database.clone() };
        let options = ScanOptions { database, ..options.clone() };
        let (span, allowlist) = {
            let database = options.database.open_read_only()?;
            (database.span(&options.table)?, allowlist(&options.allow, &database, self.sink)?)
        };
        let span = span.ok_or_else(|| EvaluateError::NoEvents(options.table.clone()))?;
        let set = &self.loaded.parameters;
        let plan = Plan { options: &options, since, rules: self.rules, set, allowlist: &allowlist, span, every: *every };
        let scans = plan.times().len();
        if scans > MOST_SCANS {
            let text =
                format!("--every: {scans} scans from {} to {} are too many, more than {MOST_SCANS}", span.first, span.last);
            return Err(UsageError(text).into());
        }
        let begun = std::time::Instant::now();
        let Simulated { raised, kept, failed } = simulate(&plan, name, self.sink).await?;
        self.sink.note(&format_args!(
            "{name}: {} from {} to {}, {}, {} in {:.1} s",
            counted(span.rows, "event"),
            span.first.seconds(),
            span.last.seconds(),
            counted(truth.attacks.len(), "attacker"),
            counted(scans, "scan"),
            begun.elapsed().as_secs_f64(),
        ));
        let days = (scans as i64 * every) as f64 / 86_400e6;
        Ok((DataSet { name: name.to_owned(), truth, first: span.first, days, raised, kept }, failed))
    }
}
