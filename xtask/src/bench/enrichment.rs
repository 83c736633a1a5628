//! Compares lookups at the same time with one after another: 1,000 alerts of 200 addresses, reverse DNS from a server on loopback that
//! takes 20 ms for an answer, no rate limit.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use net_scout_tests::places;
use net_scout_tests::sample;
use net_scout_tests::servers::dns::{DnsServer, DnsZone};

use super::Bench;
use super::database::options;
use crate::command;
use crate::measure::{Cost, median};

const ALERTS: u32 = 1_000;
const ADDRESSES: u32 = 200;
const DELAY: Duration = Duration::from_millis(20);

/// Measures, and prints a table.
pub(super) fn run(bench: &Bench) -> anyhow::Result<()> {
    eprintln!("enrichment of {ALERTS} alerts of {ADDRESSES} addresses");
    let base = bench.folder.join("enrichment.db");
    sample::make(&base, &options(1_000, 1))?;
    let mut migrate = bench.command(&places::binary());
    command::run(migrate.arg("migrate").arg("--db-path").arg(&base), "its output above says why")?;
    sample::add_alerts(&base, ALERTS, ADDRESSES)?;

    let zone = DnsZone::new().ptr_for_all(|address| Some(format!("host-{}.example", address.to_string().replace('.', "-"))));
    let server = DnsServer::start(zone.delay(DELAY))?;
    let mut pairs = Vec::new();
    let (mut asked, mut again) = (0, 0);
    for _ in 0..bench.runs {
        let one_by_one = enrich(bench, &server, &copy(bench, &base)?, "1")?;
        let database = copy(bench, &base)?;
        let before = server.questions().len();
        pairs.push((one_by_one, enrich(bench, &server, &database, "64")?));
        asked = server.questions().len() - before;
        enrich(bench, &server, &database, "64")?;
        again = server.questions().len() - before - asked;
    }
    let ratios = pairs.iter().map(|(slow, fast)| slow.seconds / fast.seconds);
    println!("\n| enrichment | one after another s | together s | ratio | questions | questions of a second run |");
    println!("|---|---|---|---|---|---|");
    println!(
        "| {ALERTS} alerts, {ADDRESSES} addresses | {:.3} | {:.3} | {:.1} | {asked} | {again} |",
        median(pairs.iter().map(|(slow, _)| slow.seconds)),
        median(pairs.iter().map(|(_, fast)| fast.seconds)),
        median(ratios),
    );
    Ok(())
}

fn copy(bench: &Bench, base: &Path) -> anyhow::Result<std::path::PathBuf> {
    let database = bench.folder.join("enrichment-run.db");
    sample::remove(&database)?;
    fs::copy(base, &database).with_context(|| format!("failed to copy {}", base.display()))?;
    Ok(database)
}

fn enrich(bench: &Bench, server: &DnsServer, database: &Path, parallel: &str) -> anyhow::Result<Cost> {
    let mut command = bench.command(&places::binary());
    command.args(["enrich", "--only", "rdns", "--limit", "1000"]);
    command.arg("--plugins").arg(places::plugins()).arg("--db-path").arg(database);
    command.env("NET_SCOUT_CACHE_DIR", bench.folder.join("cache")).env("NET_SCOUT_DNS_SERVERS", server.address().to_string());
    command.env("NET_SCOUT_ENRICHMENT_SLEEP", "0").env("NET_SCOUT_MAX_ENRICH_PER_RUN", "1000");
    command.env("NET_SCOUT_ENRICHMENT_PARALLEL", parallel);
    let silent = File::create(bench.folder.join("enrich.err")).context("failed to create a file for errors")?;
    bench.measure("enrich", command.stderr(silent))
}
