//! Shows the program at work: builds it, makes a sample database with attacks in it, and scans that.

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

    eprintln!(
        "This builds net-scout and its plugins, makes a database of {events} events of {DAYS} days in which attacks are planted, and scans the\n\
         last hour of it. The first build takes about ten minutes on two cores, a later one seconds; everything after it about ten seconds.\n"
    );
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
        command.args(words).args(["--plugins", "plugins/", "--db-path"]).arg(&path).current_dir(places::root());
        command
    };
    let advice = "its output above says why";
    command::run(&mut scan(&["scan", "--since", "1 hour"]), advice)?;
    println!("\nThe alerts are stored in {}: name it to other commands with --db-path.", path.display());
    if web {
        println!("\nThe web page, until you press Ctrl-C:");
        // Users of its own, so that the password is shown each time.
        let state = tempfile::tempdir().context("failed to make a folder")?;
        command::run(scan(&["serve", "--open"]).env("NET_SCOUT_STATE_DIR", state.path()), advice)?;
    }
    Ok(())
}

fn line(planted: &Planted, end: i64) -> String {
    let minutes = |time: i64| (end - time) / 60_000_000;
    let target = planted.dst_ip.as_ref().map_or_else(|| "many".to_owned(), Clone::clone);
    let (first, last) = (minutes(planted.first), minutes(planted.last));
    format!("{:<18}  {} -> {target}, {first} to {last} minutes ago", planted.kind, planted.src_ip)
}
