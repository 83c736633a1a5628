//! Compares a scan with what the original program does, on the same database and in turn, whole processes with everything they do.
//!
//! It reports and never judges: a time is no reason to fail.

mod enrichment;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::Context as _;
use net_scout_tests::places;
use net_scout_tests::sample::{self, Layout, SampleOptions, TimestampForm};

use crate::arguments::Arguments;
use crate::measure::{self, Cost, median};
use crate::{command, guests};

const EVENTS: u64 = 3_000_000;
const SEED: u64 = 1;
const RUNS: usize = 5;
const DAYS: u32 = 7;

/// The instant at which every window ends. The newest event is a second older, so that neither side sees more than the other.
const UNTIL: &str = "2026-01-08T00:00:00Z";
const NEWEST: i64 = (1_767_830_400 - 1) * 1_000_000;

/// The windows: what they are called, and where they begin, in the form in which the database holds timestamps.
const WINDOWS: [(&str, &str); 2] = [("1 hour", "2026-01-07T23:00:00Z"), ("7 days", "2026-01-01T00:00:00Z")];

/// A baseline that takes longer than this many seconds runs once.
const PATIENCE: f64 = 10.0;

/// Runs the benchmark.
pub(crate) fn run(words: Vec<String>) -> anyhow::Result<()> {
    let mut arguments = Arguments::new(words);
    let events = arguments.take("--events", "a number of events")?.unwrap_or(EVENTS);
    let seed = arguments.take("--seed", "a number")?.unwrap_or(SEED);
    let runs = arguments.take("--runs", "a number of runs")?.unwrap_or(RUNS).max(1);
    arguments.finish()?;
    let python = command::python()?;
    guests::build_all()?;

    let folder = places::target().join("bench");
    let database = folder.join(format!("events-{events}-{seed}.db"));
    prepare(&database, events, seed)?;
    make_private(&folder.join("cache"))?;
    let bench = Bench { python, folder, database, runs };
    let rows = WINDOWS.iter().map(|(name, since)| bench.window(name, since)).collect::<anyhow::Result<Vec<_>>>()?;
    let processors = thread::available_parallelism().map_or(1, usize::from);
    println!("\n{events} events over {DAYS} days, {processors} processors; whole processes, medians of {runs} runs in turn\n");
    println!("| window | baseline s | net-scout s | ratio (min-max) | baseline CPU s | net-scout CPU s | net-scout peak MiB |");
    println!("|---|---|---|---|---|---|---|");
    for row in rows {
        println!("{row}");
    }
    let begun = Instant::now();
    let read = sample::read_bare(&bench.database)?;
    println!(
        "\nSQLite alone reads the columns of the rules in {read} rows, on one thread, in {:.3} s",
        begun.elapsed().as_secs_f64()
    );
    enrichment::run(&bench)
}

/// Makes the database unless it is there, and reads it once so that the first run does not wait for the disk.
fn prepare(database: &Path, events: u64, seed: u64) -> anyhow::Result<()> {
    if !database.exists() {
        eprintln!("making {}, which later runs use again", database.display());
        let options =
            SampleOptions { seed, events, end: NEWEST, days: DAYS, layout: Layout::V2, timestamps: TimestampForm::Zulu };
        let begun = Instant::now();
        let sample = sample::make(database, &options)?;
        eprintln!("made {} rows in {:.1} s", sample.rows, begun.elapsed().as_secs_f64());
    }
    let mut file = File::open(database).with_context(|| format!("failed to open {}", database.display()))?;
    io::copy(&mut file, &mut io::sink()).with_context(|| format!("failed to read {}", database.display()))?;
    Ok(())
}

/// Makes a folder that is the user's alone: net-scout takes compiled plugins from no other.
fn make_private(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    let permissions = fs::Permissions::from_mode(0o700);
    fs::set_permissions(folder, permissions).with_context(|| format!("failed to make {} private", folder.display()))
}

struct Bench {
    python: String,
    folder: PathBuf,
    database: PathBuf,
    runs: usize,
}

impl Bench {
    /// Measures one window. Returns its row of the table.
    fn window(&self, name: &str, since: &str) -> anyhow::Result<String> {
        eprintln!("window of {name}");
        self.scan(since, Stdio::inherit())?;
        let first = self.baseline(since)?;
        let slow = first.seconds > PATIENCE;
        let mut pairs: Vec<(Cost, Cost)> = Vec::new();
        for _ in 0..self.runs {
            let baseline = if slow { first } else { self.baseline(since)? };
            let silent = File::create(self.folder.join("net-scout.err")).context("failed to create a file for errors")?;
            pairs.push((baseline, self.scan(since, silent.into())?));
        }
        let ratios: Vec<f64> = pairs.iter().map(|(baseline, scan)| baseline.seconds / scan.seconds).collect();
        let (least, most) = ratios.iter().fold((f64::MAX, 0.0_f64), |(least, most), &ratio| (least.min(ratio), most.max(ratio)));
        let baseline = |value: fn(&Cost) -> f64| median(pairs.iter().map(|(cost, _)| value(cost)));
        let scan = |value: fn(&Cost) -> f64| median(pairs.iter().map(|(_, cost)| value(cost)));
        let once = if slow { " (one run)" } else { "" };
        Ok(format!(
            "| {name} | {:.3}{once} | {:.3} | {:.1} ({least:.1}-{most:.1}) | {:.2} | {:.2} | {:.0} |",
            baseline(|cost| cost.seconds),
            scan(|cost| cost.seconds),
            median(ratios),
            baseline(|cost| cost.cpu_seconds),
            scan(|cost| cost.cpu_seconds),
            scan(|cost| cost.peak_mib),
        ))
    }

    /// What the original program does.
    fn baseline(&self, since: &str) -> anyhow::Result<Cost> {
        let mut command = self.command(Path::new(&self.python));
        command.arg(places::baseline_script()).arg(&self.database).arg(since);
        self.measure("baseline", &mut command)
    }

    /// The same with net-scout, without writing the alerts. What it says beside its answer need be read once only.
    fn scan(&self, since: &str, said: Stdio) -> anyhow::Result<Cost> {
        let mut command = self.command(&places::binary());
        command.args(["scan", "--dry-run", "--format", "json", "--since", since, "--until", UNTIL]);
        command.arg("--plugins").arg(places::plugins()).arg("--db-path").arg(&self.database);
        command.env("NET_SCOUT_CACHE_DIR", self.folder.join("cache")).stderr(said);
        self.measure("net-scout", &mut command)
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
