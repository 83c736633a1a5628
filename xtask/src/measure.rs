//! What a run of a program costs. Everything is read from Linux's `/proc`, so that nothing must be installed and nothing is unsafe.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::command;

/// Linux shows CPU time to programs in hundredths of a second, whatever it counts in itself.
const TICKS_PER_SECOND: f64 = 100.0;

/// How often the memory of a running program is looked at, and so how exact its running time is at worst.
const INTERVAL: Duration = Duration::from_millis(2);

/// What one run cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Wall time from start to end, in seconds.
    pub(crate) seconds: f64,
    /// CPU time of user and system, in seconds.
    pub(crate) cpu_seconds: f64,
    /// The most memory it held, in MiB.
    pub(crate) peak_mib: f64,
}

/// Runs a program to its end, with what it answers in a file. There must be no other child whose end is waited for at the same time.
pub(crate) fn run(command: &mut Command, output: &Path) -> anyhow::Result<Cost> {
    let file = File::create(output).with_context(|| format!("failed to create {}", output.display()))?;
    let cpu_before = cpu_of_children()?;
    let begun = Instant::now();
    let mut child = command.stdout(file).stdin(Stdio::null()).spawn().with_context(|| command::start_failed(command))?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    let status = loop {
        // A program that has just ended has no memory any more.
        peak_kib = fs::read_to_string(&status_file).map_or(0, |status| high_water(&status)).max(peak_kib);
        if let Some(status) = child.try_wait().context("failed to wait for a program")? {
            break status;
        }
        thread::sleep(INTERVAL);
    };
    let seconds = begun.elapsed().as_secs_f64();
    if !status.success() {
        command::show(command);
        bail!("the program failed ({status}): what it said is above, or beside its answer in {}", output.display());
    }
    Ok(Cost { seconds, cpu_seconds: cpu_of_children()? - cpu_before, peak_mib: peak_kib as f64 / 1_024.0 })
}

/// The line `VmHWM:     1234 kB`.
fn high_water(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// CPU time of this process itself so far, in seconds.
pub(crate) fn own_cpu() -> anyhow::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat").context("failed to read /proc/self/stat: the benchmark needs Linux")?;
    Ok(ticks(&stat, 11).context("failed to understand /proc/self/stat")? as f64 / TICKS_PER_SECOND)
}

fn cpu_of_children() -> anyhow::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat").context("failed to read /proc/self/stat: the benchmark needs Linux")?;
    Ok(ticks(&stat, 13).context("failed to understand /proc/self/stat")? as f64 / TICKS_PER_SECOND)
}

/// Two fields of proc(5) that follow each other, added: behind the name, `utime` and `stime` are the 11th and 12th from 0, and `cutime`
/// and `cstime` the 13th and 14th. The name, in parentheses, may hold anything.
fn ticks(stat: &str, first: usize) -> Option<u64> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut fields = behind_name.split_whitespace().skip(first);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

/// The middle value; the mean of the two in the middle where they are even in number. NaN where there is none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[count / 2],
        count => f64::midpoint(values[count / 2 - 1], values[count / 2]),
    }
}

/// The smallest and the largest value.
pub(crate) fn spread(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::MAX, f64::MIN), |(least, most), &value| (least.min(value), most.max(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_files() {
        let stat = "7 (a ) (b) S 1 7 7 0 -1 4194560 1 2 3 4 10 20 300 45 20 0 1 0 99 1000 1";
        assert_eq!((ticks(stat, 13), ticks(stat, 11)), (Some(345), Some(30)));
        assert_eq!(high_water("Name:\tx\nVmPeak:\t  99 kB\nVmHWM:\t    1234 kB\n"), 1_234);
        assert_eq!(high_water(""), 0);
    }

    #[test]
    fn medians() {
        assert_eq!(median([3.0, 1.0, 2.0]).to_bits(), 2.0_f64.to_bits());
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]).to_bits(), 2.5_f64.to_bits());
        assert!(median([]).is_nan());
    }
}
