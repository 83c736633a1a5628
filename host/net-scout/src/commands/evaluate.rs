//! `net-scout evaluate`: how well the rules do on events of which the truth is known. It never writes to a database that it is given.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use super::allow::allowlist;
use super::import::{self, ImportRequest};
use super::plugins::Off;
use super::{parallel, plugins, runtime, scan, terminal_width};
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{Format, Progress};
use crate::{exit, output};
use net_scout_lab::evaluate::generate::Options;
use net_scout_lab::evaluate::{
    DataFile, DataSet, Plan, Simulated, Truth, figures, folder_figures, generate, mistakes, read_folder, simulate,
};
use net_scout_model::time::parse_duration;
use net_scout_model::{Timestamp, counted};
use net_scout_plugin_host::{Plugins, Rule};
use net_scout_store::Database;

/// The database of a data set that is kept, where the other commands look for it.
const DATABASE: &str = "net_sentinel.db";
/// The truth file beside it.
const TRUTH: &str = "truth.toml";
/// The most scans of one data set.
const MOST_SCANS: usize = 100_000;

/// What to evaluate on.
#[derive(Clone, Debug)]
pub enum Data {
    /// The configured database, and what is true of it.
    Given {
        /// The truth file.
        truth: PathBuf,
    },
    /// A folder of logs of which something is known.
    Folder {
        /// The folder.
        path: PathBuf,
        /// Reads how a file is imported, as on the command line.
        import: fn(&Path, &str) -> anyhow::Result<ImportRequest>,
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

/// What the command line says beyond the configuration.
#[derive(Clone, Debug)]
pub struct EvaluateRequest {
    /// What to evaluate on.
    pub data: Data,
    /// From one scan to the next, as written.
    pub every: String,
    /// Only these rules; empty for all.
    pub rules: Vec<String>,
    /// Show what went wrong, one by one, instead of the figures.
    pub mistakes: bool,
    /// How results are written.
    pub format: Format,
}

/// Evaluates.
///
/// # Errors
/// When the truth file makes no sense, or the database cannot be read. A failing rule is no error: the exit code says so.
pub fn run(config: &Config, request: &EvaluateRequest) -> anyhow::Result<u8> {
    let every = every(&request.every)?;
    // Before the work: what the operator wrote.
    let truth = match &request.data {
        Data::Given { truth } => Some(Truth::read(truth).with_context(|| truth.display().to_string())?),
        Data::Generated { .. } | Data::Folder { .. } => None,
    };
    let files = match &request.data {
        Data::Folder { path, .. } => read_folder(path)?,
        _ => Vec::new(),
    };
    let runtime = runtime()?;
    let (mut plugins, lock) = runtime.block_on(plugins::load(config, false))?;
    let off = plugins::grant_rules(config, &mut plugins, &lock);
    let set = scan::parameters(config, &plugins, &off)?;
    let Plugins { rules, refused, .. } = plugins;
    let rules = chosen(rules, &request.rules, &off)?;
    let evaluation = Evaluation { config, rules: &rules, set: &set, every, runtime: &runtime };
    let mut failed = !refused.is_empty() || off.iter().any(|off| off.refused);
    let mut sets = Vec::new();
    match (&request.data, truth) {
        (Data::Generated { options, seeds, keep }, _) => {
            for seed in seeds.clone() {
                let options = Options { seed, ..*options };
                let (set, wrong) = evaluation.generated(&options, keep.as_deref())?;
                sets.push(set);
                failed |= wrong;
            }
        }
        (Data::Folder { import, .. }, _) => {
            let mut scored = Vec::new();
            for file in files {
                let (set, wrong) = evaluation.imported(&file, *import)?;
                scored.push((file, set));
                failed |= wrong;
            }
            if !request.mistakes {
                runtime.shutdown_background();
                let (mut out, width) = (output::stdout(), terminal_width(request.format));
                output::write_folder_figures(&mut out, &folder_figures(&scored), request.format, width)?;
                return Ok(if failed { exit::PLUGIN_FAILED } else { exit::SUCCESS });
            }
            sets.extend(scored.into_iter().map(|(_, set)| set));
        }
        (Data::Given { .. }, truth) => {
            let (set, wrong) = evaluation.given(&config.db_path, "given", truth.unwrap_or_default())?;
            sets.push(set);
            failed |= wrong;
        }
    }
    runtime.shutdown_background();
    let names: Vec<&str> = rules.iter().map(|rule| rule.description.name.as_str()).collect();
    let (mut out, width) = (output::stdout(), terminal_width(request.format));
    if request.mistakes {
        output::write_mistakes(&mut out, &mistakes(&sets), request.format, width)?;
    } else {
        output::write_figures(&mut out, &figures(&sets, &names), request.format, width)?;
    }
    Ok(if failed { exit::PLUGIN_FAILED } else { exit::SUCCESS })
}

/// What all data sets are evaluated with.
struct Evaluation<'a> {
    config: &'a Config,
    rules: &'a [Arc<Rule>],
    set: &'a net_scout_detect::scan::Parameters,
    every: i64,
    runtime: &'a tokio::runtime::Runtime,
}

impl Evaluation<'_> {
    /// Makes a data set and evaluates on it. Whether a rule failed comes with it.
    fn generated(&self, options: &Options, keep: Option<&Path>) -> anyhow::Result<(DataSet, bool)> {
        let data = generate::generate(options);
        let name = format!("seed-{}", options.seed);
        let Some(folder) = keep else {
            let folder = tempfile::tempdir().context("no temporary folder can be made")?;
            let path = folder.path().join(DATABASE);
            Database::make(&path, &data.events)?;
            return self.on(&path, &name, data.truth);
        };
        let folder = folder.join(&name);
        let path = folder.join(DATABASE);
        if path.exists() {
            anyhow::bail!("{} is there already; name another folder with --keep, or remove it", path.display());
        }
        std::fs::create_dir_all(&folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        Database::make(&path, &data.events)?;
        let truth = folder.join(TRUTH);
        std::fs::write(&truth, data.truth.to_toml()).with_context(|| format!("{} cannot be written", truth.display()))?;
        self.given(&path, &name, data.truth)
    }

    /// Imports a log and evaluates on it.
    fn imported(
        &self,
        file: &DataFile,
        import: fn(&Path, &str) -> anyhow::Result<ImportRequest>,
    ) -> anyhow::Result<(DataSet, bool)> {
        let folder = tempfile::tempdir().context("no temporary folder can be made")?;
        let path = folder.path().join(DATABASE);
        let mut config = self.config.clone();
        config.values.db_path.clone_from(&path);
        let now = file.now.or(self.config.now).unwrap_or(Timestamp::MAXIMUM);
        import::run(&config, &import(&file.path, &file.arguments)?, now)
            .with_context(|| format!("{} cannot be imported", file.path.display()))?;
        self.on(&path, &file.name, file.truth.clone())
    }

    /// Evaluates on a copy of a database.
    fn given(&self, path: &Path, name: &str, truth: Truth) -> anyhow::Result<(DataSet, bool)> {
        let folder = tempfile::tempdir().context("no temporary folder can be made")?;
        let copy = folder.path().join(DATABASE);
        Database::open_read_only(path, &self.config.alert_table, self.config.busy_timeout)?.check_events(&self.config.table)?;
        Database::copy_events(path, &copy, &self.config.alert_table, self.config.busy_timeout)?;
        self.on(&copy, name, truth)
    }

    /// Evaluates on a database that may be written.
    fn on(&self, path: &Path, name: &str, truth: Truth) -> anyhow::Result<(DataSet, bool)> {
        let mut config = self.config.clone();
        config.values.db_path = path.to_owned();
        let database = Database::open_read_only(path, &config.alert_table, config.busy_timeout)?;
        let span = database.span(&config.table)?;
        let allowlist = allowlist(&config, &database)?;
        drop(database);
        let span = span.with_context(|| format!("table {} has no event with a readable time", config.table))?;
        let options = config.scan_options();
        let plan = Plan {
            options: &options,
            since: config.since,
            rules: self.rules,
            set: self.set,
            allowlist: &allowlist,
            span,
            every: self.every,
            parallel: parallel(),
        };
        let scans = plan.times().len();
        if scans > MOST_SCANS {
            let text =
                format!("--every: {scans} scans from {} to {} are too many, more than {MOST_SCANS}", span.first, span.last);
            return Err(UsageError(text).into());
        }
        let begun = std::time::Instant::now();
        let progress = Progress::new("evaluating", "scans", scans as u64);
        let simulation = simulate(&plan, || progress.advance(1, name), |text| output::warning(&text));
        let Simulated { raised, kept, failed } = self.runtime.block_on(simulation)?;
        drop(progress);
        output::note(&format_args!(
            "{name}: {} from {} to {}, {}, {} in {:.1} s",
            counted(usize::try_from(span.rows).unwrap_or(usize::MAX), "event"),
            span.first.seconds(),
            span.last.seconds(),
            counted(truth.attacks.len(), "attacker"),
            counted(scans, "scan"),
            begun.elapsed().as_secs_f64(),
        ));
        let days = (scans as i64 * self.every) as f64 / 86_400e6;
        Ok((DataSet { name: name.to_owned(), truth, first: span.first, days, raised, kept }, failed))
    }
}

/// The step from scan to scan, in microseconds.
fn every(text: &str) -> Result<i64, UsageError> {
    let wrong = || UsageError(format!("--every: `{text}` is no duration from 1 minute to 7 days, such as 1h or 30 minutes"));
    let step = parse_duration(text).map_err(|_| wrong())?;
    if (60_000_000..=7 * 86_400_000_000).contains(&step) { Ok(step) } else { Err(wrong()) }
}

/// The rules that were named, or all.
pub(super) fn chosen(rules: Vec<Rule>, names: &[String], off: &[Off]) -> Result<Vec<Arc<Rule>>, UsageError> {
    if let Some(off) = off.iter().find(|off| names.contains(&off.name)) {
        return Err(UsageError(off.reason.clone()));
    }
    let there: Vec<&str> = rules.iter().map(|rule| rule.description.name.as_str()).collect();
    if let Some(name) = names.iter().find(|name| !there.contains(&name.as_str())) {
        return Err(UsageError(format!("there is no rule `{name}`; there are {}", there.join(", "))));
    }
    let chosen = |rule: &Rule| names.is_empty() || names.contains(&rule.description.name);
    Ok(rules.into_iter().filter(chosen).map(Arc::new).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps() {
        assert_eq!(every("1h").expect("an hour"), 3_600_000_000);
        assert_eq!(every("90 minutes").expect("a duration"), 5_400_000_000);
        for text in ["", "2026-03-02", "10s", "8 days", "0h", "often"] {
            assert!(every(text).expect_err(text).0.contains("is no duration from 1 minute to 7 days"), "{text}");
        }
    }
}
