//! Compares a scan with what the original program does, on the same database and in turn, whole processes with everything they do.
//!
//! It reports and never judges: a time is no reason to fail.

mod all_rules;
mod database;
mod enrichment;
mod import;
mod parts;
mod rules;
mod startup;
mod tick;
mod windows;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::thread;

use anyhow::{Context as _, bail};
use net_scout_tests::places;
use net_scout_tests::sample::Scale;

use crate::arguments::Arguments;
use crate::measure::{self, Cost};
use crate::{command, guests};
use database::Database;

const SEED: u64 = 1;
const RUNS: usize = 5;

/// A baseline that takes longer than this many seconds runs once.
const PATIENCE: f64 = 10.0;

/// How many events the database of the larger network has.
const CAMPUS_EVENTS: u64 = 3_000_000;

/// The parts of the benchmark, each of which can run alone.
const PARTS: [&str; 8] = ["windows", "parts", "rules", "all-rules", "tick", "startup", "enrichment", "import"];

/// The instant at which every window ends. The newest event is a second older, so that neither side sees more than the other.
const UNTIL: &str = "2026-01-08T00:00:00Z";
const NEWEST: i64 = (1_767_830_400 - 1) * 1_000_000;
const DAYS: u32 = 7;

/// The windows: what they are called, and where they begin, in the form in which the database holds timestamps.
const WINDOWS: [Window; 2] =
    [Window { name: "1 hour", since: "2026-01-07T23:00:00Z" }, Window { name: "7 days", since: "2026-01-01T00:00:00Z" }];

#[derive(Clone, Copy)]
struct Window {
    name: &'static str,
    since: &'static str,
}

/// Numbers of events, separated by commas.
struct Sizes(Vec<u64>);

impl FromStr for Sizes {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

/// Runs the benchmark.
pub(crate) fn run(words: Vec<String>) -> anyhow::Result<()> {
    let mut arguments = Arguments::new(words);
    let sizes = arguments.take("--events", "numbers of events, separated by commas")?;
    let Sizes(sizes) = sizes.unwrap_or_else(|| Sizes(vec![300_000, 3_000_000, 10_000_000]));
    let seed = arguments.take("--seed", "a number")?.unwrap_or(SEED);
    let runs = arguments.take("--runs", "a number of runs")?.unwrap_or(RUNS).max(1);
    let only = arguments.take::<String>("--only", "one part of the benchmark")?;
    arguments.finish()?;
    if let Some(unknown) = only.as_deref().filter(|only| !PARTS.contains(only)) {
        bail!("`{unknown}` is not a part of the benchmark; its parts are {}", PARTS.join(", "));
    }
    let runs_part = |part: &str| only.as_deref().is_none_or(|only| only == part);
    let python = command::python()?;
    guests::build_all()?;

    let folder = places::target().join("bench");
    make_private(&folder.join("cache"))?;
    let bench = Bench { python, originals: rules::originals(&folder)?, folder, runs };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    println!("{processors} processors; whole processes, medians of {runs} runs in turn");
    let prepare = |events, scale| Database::prepare(&bench.folder, events, seed, scale);
    let databases = if ["windows", "parts", "rules", "all-rules", "tick"].into_iter().any(runs_part) {
        sizes.into_iter().map(|events| prepare(events, Scale::Home)).collect::<anyhow::Result<Vec<_>>>()?
    } else {
        Vec::new()
    };
    if runs_part("windows") {
        windows::run(&bench, &databases)?;
    }
    if runs_part("parts") {
        parts::run(&bench, &databases)?;
    }
    if runs_part("rules") {
        rules::run(&bench, &databases)?;
    }
    if runs_part("all-rules") {
        let campus = prepare(CAMPUS_EVENTS, Scale::Campus)?;
        all_rules::run(&bench, &databases.iter().chain([&campus]).collect::<Vec<_>>())?;
    }
    if let Some(largest) = databases.iter().max_by_key(|database| database.events).filter(|_| runs_part("tick")) {
        tick::run(&bench, largest)?;
    }
    if runs_part("startup") {
        startup::run(&bench)?;
    }
    if runs_part("enrichment") {
        enrichment::run(&bench)?;
    }
    if runs_part("import") {
        import::run(&bench)?;
    }
    Ok(())
}

/// Makes a folder that is the user's alone: net-scout takes compiled plugins from no other.
fn make_private(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    let permissions = fs::Permissions::from_mode(0o700);
    fs::set_permissions(folder, permissions).with_context(|| format!("failed to make {} private", folder.display()))
}

struct Bench {
    python: String,
    folder: PathBuf,
    /// A folder with the three original rules and nothing else.
    originals: PathBuf,
    runs: usize,
}

impl Bench {
    /// What the original program does.
    fn baseline(&self, database: &Database, window: Window) -> anyhow::Result<Cost> {
        let mut command = self.command(Path::new(&self.python));
        command.arg(places::baseline_script()).arg(&database.path).arg(window.since).stderr(Stdio::inherit());
        self.measure("baseline", &mut command)
    }

    /// The same with net-scout and the rules of a folder, without writing the alerts.
    fn scan(&self, plugins: &Path, database: &Database, window: Window) -> anyhow::Result<Cost> {
        let mut command = self.scan_command(plugins, &database.path, window);
        command.arg("--dry-run").stderr(File::create(self.folder.join("net-scout.err")).context("failed to create a file")?);
        self.measure("net-scout", &mut command)
    }

    fn scan_command(&self, plugins: &Path, database: &Path, window: Window) -> Command {
        let mut command = self.command(&places::binary());
        command.args(["scan", "--format", "json", "--since", window.since, "--until", UNTIL]);
        command.arg("--plugins").arg(plugins).arg("--db-path").arg(database);
        command.env("NET_SCOUT_CACHE_DIR", self.folder.join("cache"));
        command
    }

    /// A command that no configuration of this machine's user can change: a folder of its own and no environment.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env_clear();
        command
    }

    fn measure(&self, name: &str, command: &mut Command) -> anyhow::Result<Cost> {
        let cost = measure::run(command, &self.folder.join(format!("{name}.out")))?;
        eprintln!("  {name:<9} {:>8.3} s", cost.seconds);
        Ok(cost)
    }
}
