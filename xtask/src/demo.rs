//! Shows the program at work: a sample database, a scan, the alerts.

use std::path::PathBuf;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use net_scout_tests::places;
use net_scout_tests::sample::{self, Layout, Planted, SampleOptions, Scale, TimestampForm};

use crate::arguments::Arguments;
use crate::{command, guests};

const EVENTS: u64 = 300_000;
const DAYS: u32 = 7;

/// Runs the demo.
pub(crate) fn run(words: Vec<String>) -> anyhow::Result<()> {
    let mut arguments = Arguments::new(words);
    let events = arguments.take("--events", "a number of events")?.unwrap_or(EVENTS);
    let seed = arguments.take("--seed", "a number")?.unwrap_or(1);
    let kept: Option<PathBuf> = arguments.take("--keep", "the path of a file")?;
    let web = arguments.flag("--web");
    arguments.finish()?;
    let path = match kept {
        // Somebody's own net_sentinel.db must not be lost to a demo.
        Some(path) if path.exists() => bail!("--keep {}: the file is there already; name one that is not", path.display()),
        Some(path) => std::path::absolute(path).context("failed to find the current folder")?,
        None => places::target().join("demo").join("net_sentinel.db"),
    };

    guests::build_all()?;

    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    let end = i64::try_from(now.as_micros()).context("the clock is too far in the future")?;
    let options =
        SampleOptions { seed, events, end, days: DAYS, layout: Layout::V2, timestamps: TimestampForm::Zulu, scale: Scale::Home };
    let sample = sample::make(&path, &options)?;
    println!("\n{}: {} events over {DAYS} days, with these attacks planted:", path.display(), sample.rows);
    for planted in &sample.planted {
        println!("  {}", line(planted, end));
    }
    println!();

    let scan = |words: &[&str]| {
        let mut command = Command::new(places::binary());
        command.args(words).arg("--db-path").arg(&path).current_dir(places::root());
        command
    };
    let advice = "its output above says why";
    command::run(scan(&["scan", "--since", "1 hour"]).arg("--plugins").arg("plugins/"), advice)?;
    println!();
    command::run(&mut scan(&["alerts"]), advice)?;
    if web {
        println!("\nthe web page, until you press Ctrl-C:");
        // Users of its own and new ones each time, so that the password is shown.
        let state = places::target().join("demo").join("users");
        if state.exists() {
            std::fs::remove_dir_all(&state).with_context(|| format!("failed to remove {}", state.display()))?;
        }
        let mut serve = scan(&["serve", "--open", "--plugins", "plugins/"]);
        command::run(serve.env("NET_SCOUT_STATE_DIR", &state), advice)?;
    }
    Ok(())
}

fn line(planted: &Planted, end: i64) -> String {
    let minutes = |time: i64| (end - time) / 60_000_000;
    let target = planted.dst_ip.as_ref().map_or_else(|| "many".to_owned(), Clone::clone);
    let (first, last) = (minutes(planted.first), minutes(planted.last));
    format!("{:<18}  {} -> {target}, {first} to {last} minutes ago", planted.kind, planted.src_ip)
}
