//! `serve ZONE` is the process of the service; the rest are the long forms of the tests. `cargo xtask soak` runs them.

#![expect(clippy::print_stdout, reason = "a developer reads it")]

use std::time::Duration;

use anyhow::bail;
use net_scout_plugin_host::{COMPILE, compile_component};
use net_scout_soak::day::Day;
use net_scout_soak::kills::Kills;
use net_scout_soak::{DAY, HOUR, child, day, equal, kills, real, ticks};
use net_scout_tests::outbox_kills;

fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let program = std::env::current_exe()?;
    match words[..] {
        // The service compiles its plugins in a process of the same program.
        [COMPILE, memory, seconds] => std::process::exit(compile_component(memory.parse()?, seconds.parse()?).into()),
        ["serve", zone] => child::run(zone),
        ["kills", days, times] => {
            let kills = Kills { length: days.parse::<i64>()? * DAY, kills: times.parse()?, per_hour: 360, seed: 1 };
            let outcome = kills::run(&program, kills)?;
            println!(
                "{days} days, {times} kills, {} at work: {} attacks, {} alerts, equal to an uninterrupted run ({:.0} s)",
                outcome.at_work,
                outcome.attacks,
                outcome.alerts,
                outcome.took.as_secs_f64()
            );
            Ok(())
        }
        ["day", hours, per_second] => {
            let day = Day { length: hours.parse::<i64>()? * HOUR, per_second: per_second.parse()?, look: HOUR / 2, seed: 1 };
            println!("minutes  MiB  descriptors  CPU s  wall s");
            day::run(&program, day, |look| {
                let (cpu, took) = (look.cpu.as_secs_f64(), look.took.as_secs_f64());
                println!("{:>7} {:>4} {:>12} {cpu:>6.1} {took:>7.1}", look.minutes, look.mebibytes, look.descriptors);
            })?;
            Ok(())
        }
        ["idle", seconds] => {
            let share = real::idle(Duration::from_secs(seconds.parse()?))?;
            println!("an idle service takes {:.3} % of a core", share * 100.0);
            Ok(())
        }
        ["outbox", kills] => {
            let outcome = outbox_kills::run(kills.parse()?)?;
            println!(
                "{kills} kills, {} of them while a message was on its way: {} alerts, each told by 2 receivers under one key, {} messages and {} \
                 repeats that say so",
                outcome.sending, outcome.alerts, outcome.messages, outcome.repeats
            );
            Ok(())
        }
        ["lag", every, settle] => {
            let lags = real::lag(every.parse()?, settle.parse()?, 10)?;
            let longest = lags.iter().max().copied().unwrap_or_default();
            println!(
                "interval {every} s, settling {settle} s: {} alerts, the longest after {:.2} s",
                lags.len(),
                longest.as_secs_f64()
            );
            Ok(())
        }
        ["equal", seed, scans] => {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            let compared = runtime.block_on(equal::run(seed.parse()?, scans.parse()?))?;
            println!(
                "{} scans over a kept window equal to fresh ones: {} alerts, {} events kept at most, {} restarts",
                compared.scans, compared.alerts, compared.kept, compared.restarts
            );
            Ok(())
        }
        ["ticks", database, plugins, newest, count] => {
            println!("rows   CPU s  wall s  MiB  most MiB");
            ticks::run(&program, database.as_ref(), plugins.as_ref(), newest.parse()?, count.parse()?, |tick| {
                let (cpu, took) = (tick.cpu.as_secs_f64(), tick.took.as_secs_f64());
                println!("{:>5} {cpu:>6.2} {took:>7.2} {:>5} {:>9}", tick.rows, tick.memory >> 20, tick.peak >> 20);
            })
        }
        _ => bail!(
            "serve ZONE | equal SEED SCANS | ticks DATABASE PLUGINS NEWEST COUNT | kills DAYS TIMES | day HOURS EVENTS_PER_SECOND | outbox KILLS | idle SECONDS | lag EVERY SETTLE"
        ),
    }
}
