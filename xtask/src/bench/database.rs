//! The databases: made once for each number of events and seed, and used again.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use net_scout_tests::sample::{self, Layout, SampleOptions, Scale, TimestampForm};

/// A database of so many events over the days of the benchmark.
pub(super) struct Database {
    pub(super) path: PathBuf,
    pub(super) events: u64,
    /// What is said of it: how large its network is.
    pub(super) network: &'static str,
}

impl Database {
    /// Makes it unless it is there.
    pub(super) fn prepare(folder: &Path, events: u64, seed: u64, scale: Scale) -> anyhow::Result<Self> {
        let (name, network) = match scale {
            Scale::Home => ("events", "40 hosts"),
            Scale::Campus => ("campus", "1,000 hosts, 200,000 servers"),
        };
        let path = folder.join(format!("{name}-{events}-{seed}.db"));
        if !path.exists() {
            eprintln!("making {}, which later runs use again", path.display());
            let begun = Instant::now();
            let sample = sample::make(&path, &SampleOptions { scale, ..options(events, seed) })?;
            eprintln!("made {} rows in {:.1} s", sample.rows, begun.elapsed().as_secs_f64());
        }
        Ok(Self { path, events, network })
    }

    /// Reads the file once, so that the first run does not wait for the disk.
    pub(super) fn warm(&self) -> anyhow::Result<()> {
        let failed = || format!("failed to read {}", self.path.display());
        let mut file = File::open(&self.path).with_context(failed)?;
        io::copy(&mut file, &mut io::sink()).with_context(failed)?;
        Ok(())
    }
}

/// What a database holds.
pub(super) fn options(events: u64, seed: u64) -> SampleOptions {
    SampleOptions {
        seed,
        events,
        end: super::NEWEST,
        days: super::DAYS,
        layout: Layout::V2,
        timestamps: TimestampForm::Zulu,
        scale: Scale::Home,
    }
}
