//! A long day with many events: plugins are swapped, the configuration is read again and the database is replaced in between, and memory and
//! descriptors stay what they were.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::found::{check, coverage};
use crate::process::{descriptors, memory, processor_time};
use crate::traffic::{plant, rows};
use crate::world::{Stamps, World};
use crate::{BEGINS, HOUR, MINUTE};

/// A custom section, by which a component is another file and does the same.
const SECTION: [u8; 5] = [0, 3, 1, b'x', b'y'];
/// By how much memory may differ from hour to hour.
const MEBIBYTES: u64 = 24;

/// What is tried.
#[derive(Clone, Copy, Debug)]
pub struct Day {
    /// How long it lasts, in simulated microseconds.
    pub length: i64,
    /// Events in a second.
    pub per_second: u64,
    /// From one look at the process to the next, in simulated microseconds.
    pub look: i64,
    /// Where the random numbers begin.
    pub seed: u64,
}

/// What the process had at a look.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// How long after the beginning, in simulated minutes.
    pub minutes: i64,
    /// Its memory, in MiB.
    pub mebibytes: u64,
    /// Its descriptors.
    pub descriptors: usize,
    /// What it computed since the last look.
    pub cpu: Duration,
    /// How long that took, with the producer.
    pub took: Duration,
}

/// Runs it. What was seen.
///
/// # Errors
/// When memory grows after the first third, descriptors are left open, an alert is missing, or time was not scanned.
pub fn run(program: &Path, day: Day, mut seen: impl FnMut(&Look)) -> anyhow::Result<Vec<Look>> {
    let ends = BEGINS + day.length;
    let planted = plant(BEGINS + HOUR, ends, 2 * HOUR, day.seed);
    let rows = rows(BEGINS, ends, day.per_second * 3_600, &planted, |_| 0, day.seed);
    let mut world = World::new(program, "UTC", BEGINS, Stamps::Utc, rows)?;
    world.start()?;
    let (mut looks, mut cpu) = (Vec::new(), Duration::ZERO);
    for number in 1..=day.length / day.look {
        let begun = Instant::now();
        disturb(&mut world, number)?;
        world.run_until(BEGINS + number * day.look)?;
        let pid = world.pid().context("no service runs")?;
        let now = processor_time(pid)?;
        let look = Look {
            minutes: number * day.look / MINUTE,
            mebibytes: memory(pid)? >> 20,
            descriptors: descriptors(pid)?,
            cpu: now.saturating_sub(cpu),
            took: begun.elapsed(),
        };
        cpu = now;
        seen(&look);
        looks.push(look);
    }
    world.stop()?;
    check(&world.connect()?, &planted, world.clock())?;
    let covered = coverage(&world.connect()?)?;
    if !covered.open.is_empty() {
        bail!("{:?} was not scanned", covered.open);
    }
    judge(&looks)?;
    Ok(looks)
}

/// What happens in a stretch: something else in each.
fn disturb(world: &mut World, number: i64) -> anyhow::Result<()> {
    match number % 4 {
        1 => world.add_rule("port-sweep", &SECTION.repeat(usize::try_from(number)?)),
        2 => {
            world.configure(&format!("[schedule]\nmaintain = \"daily 03:{:02}\"\n", number % 60))?;
            world.reload();
            Ok(())
        }
        // A copy of a whole day would take longer than the rest.
        3 if number < 8 => world.replace_database(),
        3 => world.remove_rule("port-scan"),
        _ => world.add_rule("port-scan", &[]),
    }
}

/// Fails where the last half has more than the stretches before it, of which the first third is left out.
fn judge(looks: &[Look]) -> anyhow::Result<()> {
    let (before, after) = looks[looks.len() / 3..].split_at(looks.len() / 3);
    let most = |looks: &[Look]| {
        looks
            .iter()
            .map(|look| (look.mebibytes, look.descriptors))
            .fold((0, 0), |most, look| (most.0.max(look.0), most.1.max(look.1)))
    };
    let (before, after) = (most(before), most(after));
    if after.0 > before.0 + MEBIBYTES + before.0 / 10 {
        bail!("memory grew from {} MiB to {} MiB", before.0, after.0);
    }
    if after.1 > before.1 + 2 {
        bail!("descriptors grew from {} to {}", before.1, after.1);
    }
    Ok(())
}
