//! Scans over a window that is kept raise what scans raise that read everything anew, byte for byte: with new rows, late ones, rows that are
//! updated in their place or removed, and a service that begins again with nothing.
//!
//! Both scans are the whole path, with the rules as they are built, on the same database: neither writes anything.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use net_scout::config::{Config, ConfigFile, Flags, Layers};
use net_scout_detect::scan::{Keep, RuleSource, ScanAlerts, ScanRequest, run_scan};
use net_scout_model::{Messages, Timestamp, Window};
use net_scout_plugin_host::{RuleSet, load_plugins};
use net_scout_serve::service::ServiceOptions;
use net_scout_store::KeptWindow;
use net_scout_tests::harness::{DATABASE, make_database};
use net_scout_tests::places;
use net_scout_tests::sample::{Layout, Random};
use rusqlite::{Connection, params};

use crate::traffic::{plant, rows};
use crate::{BEGINS, DAY, HOUR, MINUTE};

/// The rules that are evaluated: all that need no lists.
const RULES: [&str; 13] = [
    "beacon",
    "brute-force",
    "drop-then-accept",
    "fan-in",
    "first-seen",
    "high-connection-volume",
    "horizontal-scan",
    "port-scan",
    "port-sweep",
    "probe",
    "random-walk",
    "strobe",
    "vertical-scan",
];

/// What was compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Compared {
    /// How many pairs of scans.
    pub scans: u32,
    /// How many alerts they raised together.
    pub alerts: usize,
    /// How often the kept window was lost.
    pub restarts: u32,
    /// The most events that were kept.
    pub kept: u64,
}

/// Compares so many scans, some minutes apart.
///
/// # Errors
/// When two differ, or one fails.
pub async fn run(seed: u64, scans: u32) -> anyhow::Result<Compared> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(DATABASE);
    make_database(&path, Layout::V2, |_| ());
    let options = options(folder.path())?;
    let rules = load_plugins(&options.plugins, &Messages::default()).await?.rules(&options.plugins, &Messages::default())?;
    let mut random = Random::new(seed);
    let ends = BEGINS + DAY + i64::from(scans) * 6 * MINUTE;
    let planted = plant(BEGINS + HOUR, ends, HOUR, seed);
    let mut arrivals = rows(BEGINS, ends, 240, &planted, |number| [0, 20 * MINUTE, 3 * HOUR][number % 3], seed).peekable();
    let connection = Connection::open(&path)?;
    let (mut kept, mut compared, mut now) = (KeptWindow::default(), Compared::default(), BEGINS + DAY);
    for _ in 0..scans {
        now += (1 + random.below(5) as i64) * MINUTE;
        connection.execute_batch("BEGIN")?;
        while let Some(arrival) = arrivals.next_if(|arrival| arrival.at <= now) {
            let (source, destination) = (arrival.packet.source, arrival.packet.destination);
            insert(&connection, arrival.at - arrival.delay, (&source.0, source.1), (&destination.0, destination.1), false)?;
        }
        disturb(&connection, now, &mut random)?;
        connection.execute_batch("COMMIT")?;
        if random.chance(10) {
            (kept, compared.restarts) = (KeptWindow::default(), compared.restarts + 1);
        }
        let window = Window { since: Timestamp(now - HOUR), until: Some(Timestamp(now)), now: Timestamp(now) };
        let (one, count) = raised(&options, &rules, window, Some(&kept)).await?;
        let (other, _) = raised(&options, &rules, window, None).await?;
        if one != other {
            bail!("seed {seed}, at {}:\nkept:\n{one}\nanew:\n{other}", window.now.seconds());
        }
        compared.scans += 1;
        compared.alerts += count;
        compared.kept = compared.kept.max(kept.size().0);
    }
    Ok(compared)
}

/// The options of a service in a folder, with all rules.
fn options(folder: &Path) -> anyhow::Result<ServiceOptions> {
    let plugins = folder.join("plugins");
    fs::create_dir(&plugins)?;
    for rule in RULES {
        let built = places::plugins().join(format!("{rule}.wasm"));
        fs::copy(&built, plugins.join(format!("{rule}.wasm"))).with_context(|| format!("{} is not built", built.display()))?;
    }
    let file = folder.join("net-scout.toml");
    fs::write(&file, format!("db_path = {:?}\nplugins = {plugins:?}\n", folder.join(DATABASE)))?;
    let cache = places::target().join("test-code").display().to_string();
    let layers = Layers {
        flags: Flags::default(),
        environment: BTreeMap::from([("NET_SCOUT_CACHE_DIR".to_owned(), cache)]),
        file: ConfigFile::find(Some(&file))?,
    };
    Ok(Config::resolve(&layers)?.service_options())
}

/// What a scan raises, as text, and how many alerts that are.
async fn raised(
    options: &ServiceOptions,
    rules: &RuleSet,
    window: Window,
    kept: Option<&KeptWindow>,
) -> anyhow::Result<(String, usize)> {
    let request = ScanRequest {
        options: &options.scan,
        window,
        rules: RuleSource::Loaded(rules),
        keep: Keep::Nothing,
        kept,
        explain: false,
        record: None,
    };
    let report = run_scan(request, &Messages::default()).await?;
    if report.failed {
        bail!("a rule failed: {:?}", report.failures);
    }
    let ScanAlerts::Raised(alerts) = &report.alerts else { bail!("alerts were recorded") };
    Ok((format!("{alerts:#?}"), alerts.len()))
}

/// Own hosts are busy, rows come late, are updated or go.
fn disturb(connection: &Connection, now: i64, random: &mut Random) -> anyhow::Result<()> {
    for _ in 0..random.below(60) {
        let (host, server) = (format!("192.168.1.{}", 10 + random.below(9)), format!("45.7.{}.9", random.below(30)));
        let port = *random.pick(&[443, 53, 22, 3389, 8443, 445]);
        let late = if random.chance(20) { random.below(23 * HOUR.unsigned_abs()) } else { random.below(MINUTE.unsigned_abs()) };
        let from = 30_000 + random.below(30_000) as u16;
        insert(connection, now - late as i64, (&host, from), (&server, port), true)?;
    }
    let last: i64 = connection.query_row("SELECT coalesce(max(id), 1) FROM ip_events", [], |row| row.get(0))?;
    // The producer sees a packet again: its row has the time of the last one.
    for _ in 0..random.below(30) {
        let id = 1 + random.below(last.unsigned_abs()) as i64;
        let time = text(now - random.below(MINUTE.unsigned_abs()) as i64)?;
        connection.execute("UPDATE ip_events SET timestamp = ?1, hit_count = hit_count + 1 WHERE id = ?2", params![time, id])?;
    }
    if random.chance(30) {
        let (from, to) = (text(now - (10 + random.below(40) as i64) * MINUTE)?, text(now - 5 * MINUTE)?);
        let sql = "DELETE FROM ip_events WHERE timestamp BETWEEN ?1 AND ?2 AND id % 7 = ?3";
        connection.execute(sql, params![from, to, random.below(7) as i64])?;
    }
    Ok(())
}

fn text(micros: i64) -> anyhow::Result<String> {
    Ok(jiff::Timestamp::from_microsecond(micros)?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// A packet from one address and port to another: one that leaves and is let through, or one that comes in and is not.
fn insert(connection: &Connection, time: i64, from: (&str, u16), to: (&str, u16), leaves: bool) -> anyhow::Result<()> {
    let (interface, verdict, direction) = if leaves { ("eth1", "ACCEPT", "OUTBOUND") } else { ("eth0", "DROP", "INBOUND") };
    connection
        .prepare_cached(
            "INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, in_if, verdict, direction, timestamp, hit_count)
             VALUES (?1, ?2, ?3, ?4, 'TCP', ?5, ?6, ?7, ?8, 1)
             ON CONFLICT DO UPDATE SET hit_count = hit_count + 1, timestamp = excluded.timestamp",
        )?
        .execute(params![from.0, from.1, to.0, to.1, interface, verdict, direction, text(time)?])?;
    Ok(())
}
