//! `kill -9` at random moments of a service that works beside a writer: what is stored in the end is what an uninterrupted service stores.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use net_scout_tests::sample::Random;

use crate::found::{Covered, alerts, check, coverage, differences};
use crate::traffic::{Planted, plant, rows};
use crate::world::{Stamps, World};
use crate::{BEGINS, HOUR, MINUTE, SECOND};

/// What is tried.
#[derive(Clone, Copy, Debug)]
pub struct Kills {
    /// How long it lasts, in simulated microseconds.
    pub length: i64,
    /// How often the service is killed.
    pub kills: u32,
    /// Rows of noise in an hour.
    pub per_hour: u64,
    /// Where the random numbers begin.
    pub seed: u64,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How many attacks were planted.
    pub attacks: usize,
    /// How many alerts were stored.
    pub alerts: usize,
    /// How many of the kills met the service at work; the others met it waiting.
    pub at_work: u32,
    /// How long both runs took.
    pub took: Duration,
}

/// Runs a service that nobody disturbs, then one that is killed, over the same rows.
///
/// # Errors
/// When what they stored differs, or anything is unsound on the way.
pub fn run(program: &Path, kills: Kills) -> anyhow::Result<Outcome> {
    let begun = Instant::now();
    let planted = plant(BEGINS + HOUR, BEGINS + kills.length, 2 * HOUR, kills.seed);
    let (expected, covered, pace) = undisturbed(program, kills, &planted)?;
    let mut world = world(program, kills, &planted)?;
    let mut random = Random::new(kills.seed + 1);
    let mut moments: Vec<i64> =
        (0..kills.kills).map(|_| BEGINS + random.below((kills.length - HOUR).unsigned_abs()) as i64).collect();
    moments.sort_unstable();
    let ends = BEGINS + kills.length;
    let (mut at_work, mut last) = (0, BEGINS);
    world.start()?;
    for (number, moment) in moments.into_iter().enumerate() {
        // Most kills meet a tick, which begins with the minute; the others meet any wait.
        let moment = if random.chance(80) { moment - moment.rem_euclid(MINUTE) + MINUTE } else { moment };
        let moment = moment.max(last);
        while world.now < moment {
            world.step(moment)?;
        }
        std::thread::sleep(Duration::from_micros(random.below(2 * pace.as_micros() as u64)));
        at_work += u32::from(world.is_at_work()?);
        world.kill()?;
        check(&world.connect()?, &planted, world.clock()).with_context(|| format!("after kill {}", number + 1))?;
        // A service manager starts it again at once, or somebody does after a while.
        if random.chance(30) {
            world.pass(random.below(5 * 60) as i64 * SECOND)?;
        }
        last = world.now;
        world.start()?;
    }
    world.run_until(ends)?;
    world.stop()?;
    let connection = world.connect()?;
    check(&connection, &planted, world.clock())?;
    let wrong = differences(&expected, &alerts(&connection)?);
    if !wrong.is_empty() {
        bail!("{} alerts differ from those of an uninterrupted run:\n{}", wrong.len(), wrong.join("\n"));
    }
    let killed = coverage(&connection)?;
    if killed.begins > BEGINS || (killed.ends, &killed.open) != (covered.ends, &covered.open) {
        bail!("{killed:?} was scanned, without kills {covered:?}");
    }
    Ok(Outcome { attacks: planted.len(), alerts: expected.len(), at_work, took: begun.elapsed() })
}

fn world(program: &Path, kills: Kills, planted: &[Planted]) -> anyhow::Result<World> {
    let rows = rows(BEGINS, BEGINS + kills.length, kills.per_hour, planted, |_| 0, kills.seed);
    World::new(program, "UTC", BEGINS, Stamps::Utc, rows)
}

/// What an uninterrupted run stores, and about how long the service works at a tick.
fn undisturbed(program: &Path, kills: Kills, planted: &[Planted]) -> anyhow::Result<(Vec<String>, Covered, Duration)> {
    let mut world = world(program, kills, planted)?;
    world.start()?;
    let begun = Instant::now();
    world.run_until(BEGINS + kills.length)?;
    let ticks = u32::try_from(kills.length / MINUTE)?.max(1);
    let pace = begun.elapsed() / ticks;
    world.stop()?;
    let connection = world.connect()?;
    check(&connection, planted, world.clock())?;
    let (alerts, covered) = (alerts(&connection)?, coverage(&connection)?);
    if alerts.len() < planted.len() || !covered.open.is_empty() {
        bail!("{} alerts of {} attacks, and {:?} is open", alerts.len(), planted.len(), covered.open);
    }
    Ok((alerts, covered, pace))
}
