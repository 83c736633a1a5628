//! Runs the program beside a writer that works as net-sentinel's live parser does, and measures how long the writer waits for it. A
//! shorter form is among the tests.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use net_scout_tests::beside::{LiveWriter, Pace, has_alert, make};
use net_scout_tests::places;

use crate::arguments::Arguments;

/// The most that a batch may take longer than the longest without the program.
const MOST: Duration = Duration::from_millis(100);
/// How long the writer is alone, to know how long its batches take then.
const ALONE: Duration = Duration::from_secs(5);

/// Runs it.
pub(crate) fn run(words: Vec<String>) -> anyhow::Result<()> {
    let mut arguments = Arguments::new(words);
    let events = arguments.take("--events", "a number of events")?.unwrap_or(200_000);
    let seconds = arguments.take("--seconds", "a number of seconds")?.unwrap_or(120);
    let rate: u64 = arguments.take("--rate", "rows in a second")?.unwrap_or(1_000);
    // A folder in memory tells the waits for locks from those for a slow disk.
    let folder = arguments.take("--folder", "a folder")?.unwrap_or_else(places::target);
    let only: Option<String> = arguments.take("--only", "the name of a command")?;
    arguments.finish()?;
    let pace = Pace { rows: (rate / 10).max(1), interval: Duration::from_millis(100) };
    let commands: [(&str, &[&str]); 5] = [
        ("scan", &["scan", "--since", "1 day"]),
        ("enrich", &["enrich", "--limit", "5", "--refresh", "--only", "asn"]),
        ("migrate --event-hash", &["migrate", "--event-hash"]),
        ("import", &["import", "kern.log"]),
        ("allow apply", &["allow", "apply"]),
    ];
    if let Some(only) = only.as_ref().filter(|only| !commands.iter().any(|(name, _)| name == only)) {
        bail!("`--only {only}`: the commands are {}", commands.map(|(name, _)| name).join(", "));
    }
    let mut wrong = Vec::new();
    for journal in ["WAL", "DELETE"] {
        for (name, command) in commands.into_iter().filter(|(name, _)| only.as_ref().is_none_or(|only| only == name)) {
            // One that changes the database is not run again for so long.
            let span = Duration::from_secs(if name == "scan" { seconds } else { seconds.div_ceil(6) });
            let found = beside(&folder, journal, command, events, pace, span).with_context(|| format!("{journal}, {name}"))?;
            println!("{journal:<6}  {name:<20}  {}", found.0);
            wrong.extend(found.1.into_iter().map(|text| format!("{journal}, {name}: {text}")));
        }
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
}

/// Repeats a command beside the writer. What was measured, and what is wrong.
fn beside(
    folder: &Path,
    journal: &str,
    words: &[&str],
    events: u64,
    pace: Pace,
    span: Duration,
) -> anyhow::Result<(String, Vec<String>)> {
    let folder = folder.join("beside-writer");
    let _gone = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).with_context(|| format!("failed to create {}", folder.display()))?;
    let path = folder.join("net_sentinel.db");
    make(&path, journal, events, 1)?;
    fs::write(folder.join("kern.log"), log(50_000))?;
    // Alerts for the commands that work on them.
    program(&folder, &["scan", "--since", "1 day"])?;

    let writer = LiveWriter::start(&path, pace, 1);
    std::thread::sleep(ALONE);
    let (alone, _) = writer.longest();
    let (begun, mut runs, mut wrong) = (Instant::now(), 0, Vec::new());
    while begun.elapsed() < span {
        if let Err(error) = program(&folder, words) {
            wrong.push(format!("{error:#}"));
        }
        runs += 1;
    }
    let (longest, batches) = writer.longest();
    wrong.extend(writer.end());
    if longest > alone + MOST {
        wrong.push(format!("a batch took {} ms, {} ms before", longest.as_millis(), alone.as_millis()));
    }
    if !has_alert(&path)? {
        wrong.push("the alert about the planted scan is missing".to_owned());
    }
    let (longest, alone) = (longest.as_millis(), alone.as_millis());
    Ok((format!("{runs} runs, {batches} batches, the longest {longest} ms, {alone} ms before"), wrong))
}

fn program(folder: &Path, words: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new(places::binary());
    command.args(words).arg("--plugins").arg(places::plugins()).current_dir(folder);
    if words[0] != "scan" && words[0] != "enrich" {
        command = Command::new(places::binary());
        command.args(words).current_dir(folder);
    }
    let output = command.output().context("the program cannot be started")?;
    if !output.status.success() {
        bail!("{words:?} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// A firewall's log of so many different packets.
fn log(lines: u32) -> String {
    let line = |number: u32| {
        let [_, b, c, d] = number.to_be_bytes();
        format!("Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=10.{b}.{c}.{d} DST=198.51.100.1 PROTO=TCP SPT=40000 DPT=22\n")
    };
    (0..lines).map(line).collect()
}
