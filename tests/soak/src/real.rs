//! The program itself in real time: what it computes while nothing happens, and how long an alert takes from the commit of its rows.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use net_scout_tests::harness::Scene;
use net_scout_tests::sample::Layout;
use net_scout_tests::service::{Service, alerts, attack};

use crate::process::processor_time;

/// The share of a core that an idle service may take.
const IDLE: f64 = 0.005;
/// What an alert may take beyond the interval and the settling time.
const BEYOND: Duration = Duration::from_secs(2);

/// The program as a service, with a settling time of so many seconds.
fn started(scene: &Scene, words: &[&str], settle: u64) -> anyhow::Result<Service> {
    let mut command = scene.command(&[&["serve"], words].concat());
    command.env_remove("NET_SCOUT_NOW").env("NET_SCOUT_SETTLE", settle.to_string());
    Ok(Service { child: command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()? })
}

/// The share of a core that the service takes while nothing happens, with the schedules as they are by default.
///
/// # Errors
/// When it is too much, or the service cannot be started.
pub fn idle(span: Duration) -> anyhow::Result<f64> {
    let scene = Scene::with_events(Layout::V2, |_| ());
    let mut service = started(&scene, &[], 30)?;
    // What it does once, at its start, is not idle.
    std::thread::sleep(Duration::from_secs(5));
    let (begun, before) = (Instant::now(), processor_time(service.child.id()));
    std::thread::sleep(span);
    let (took, after) = (begun.elapsed(), processor_time(service.child.id()));
    service.child.kill()?;
    service.child.wait()?;
    let share = (after? - before.context("the service ended")?).as_secs_f64() / took.as_secs_f64();
    if share > IDLE {
        bail!("an idle service takes {:.2} % of a core", share * 100.0);
    }
    Ok(share)
}

/// From the commit of rows to their stored alert, several times; with an interval and a settling time of so many seconds.
///
/// # Errors
/// When one takes longer than both and two seconds, or does not come.
pub fn lag(every: u64, settle: u64, times: usize) -> anyhow::Result<Vec<Duration>> {
    let scene = Scene::with_events(Layout::V2, |_| ());
    let service = started(&scene, &["--every", &format!("{every} seconds")], settle)?;
    std::thread::sleep(Duration::from_secs(5));
    let most = Duration::from_secs(every + settle) + BEYOND;
    let mut lags = Vec::new();
    for number in 0..times {
        let source = format!("192.0.2.{}", number + 1);
        attack(&scene, &source);
        let committed = Instant::now();
        while alerts(&scene, &source) == 0 {
            if committed.elapsed() > 2 * most {
                bail!("no alert after {:?}", committed.elapsed());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        lags.push(committed.elapsed());
        // At another moment of the interval.
        std::thread::sleep(Duration::from_millis(370));
    }
    service.end();
    match lags.iter().max() {
        Some(longest) if *longest > most => bail!("an alert took {longest:?}, more than {most:?}"),
        _ => Ok(lags),
    }
}
