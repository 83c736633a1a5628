//! The service over simulated hours and days: what happens to it, and what must be stored in the end. The long forms are run by
//! `cargo xtask soak`.

use std::path::Path;

use jiff::tz::TimeZone;
use net_scout_soak::day::{self, Day};
use net_scout_soak::found::{Covered, check, coverage, differences, keys};
use net_scout_soak::kills::{self, Kills};
use net_scout_soak::traffic::{Attack, Planted, plant, rows};
use net_scout_soak::world::{Stamps, World};
use net_scout_soak::{BEGINS, DAY, HOUR, MINUTE, SECOND};

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_net-scout-soak"))
}

/// Fewer scans make the tests shorter.
const FIVE_MINUTES: &str = "[schedule]\nscan = \"5 minutes\"\n";

/// A world with so many rows of noise in an hour.
fn world(zone: &str, begins: i64, ends: i64, planted: &[Planted], late: fn(usize) -> i64, stamps: Stamps) -> World {
    let world = World::new(program(), zone, begins, stamps, rows(begins, ends, 60, planted, late, 7)).expect("a world");
    world.configure(FIVE_MINUTES).expect("a configuration");
    world
}

/// Runs an undisturbed service to the end. Its alerts, and what it scanned.
fn undisturbed(mut world: World, ends: i64) -> (Vec<String>, Covered) {
    world.start().expect("started");
    world.run_until(ends).expect("it runs");
    finished(&mut world)
}

fn finished(world: &mut World) -> (Vec<String>, Covered) {
    world.stop().expect("it ends");
    let connection = world.connect().expect("a database");
    (keys(&connection).expect("alerts"), coverage(&connection).expect("coverage"))
}

#[track_caller]
fn same(expected: &[String], found: &[String]) {
    let wrong = differences(expected, found);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn killed_at_random_it_stores_what_an_uninterrupted_service_stores() {
    let outcome = kills::run(program(), Kills { length: 6 * HOUR, kills: 10, per_hour: 360, seed: 3 });
    let outcome = outcome.unwrap_or_else(|error| panic!("{error:#}"));
    assert!(outcome.attacks > 0 && outcome.alerts >= outcome.attacks, "{outcome:?}");
}

#[test]
fn rows_that_are_a_day_late_raise_what_they_would_have_raised_in_time() {
    let planted: Vec<Planted> = plant(BEGINS + HOUR, BEGINS + 7 * HOUR, HOUR, 5);
    assert!(planted.len() >= Attack::ALL.len(), "{planted:?}");
    let ends = BEGINS + 32 * HOUR;
    let world = |late| world("UTC", BEGINS, ends, &planted, late, Stamps::Utc);
    let (expected, _) = undisturbed(world(|_| 0), ends);
    assert!(expected.len() >= planted.len(), "{expected:?}");
    // The last is a row that is updated in its place again and again: that is seen where its new time lies in the window of an hour.
    let (found, covered) = undisturbed(world(|number| [DAY, 3 * HOUR, 20 * MINUTE, 7 * HOUR, 40 * SECOND][number % 5]), ends);
    same(&expected, &found);
    assert_eq!(covered.open, []);
}

#[test]
fn part_of_an_attack_that_comes_late_is_counted_with_the_rest() {
    // Half of a slow scan comes in time, the other half two hours later: neither is enough by itself.
    let slow = Attack::Slow.arrivals("192.0.2.9", BEGINS + 90 * MINUTE, 0);
    let halves = |delay: i64| {
        let late = |(number, mut arrival): (usize, net_scout_soak::traffic::Arrival)| {
            let delay = if number % 3 == 1 { delay } else { 0 };
            (arrival.at, arrival.delay) = (arrival.at + delay, delay);
            (number % 3 < 2).then_some(arrival)
        };
        let mut rows: Vec<_> = slow.clone().into_iter().enumerate().filter_map(late).collect();
        rows.sort_by_key(|arrival| arrival.at);
        rows
    };
    let ends = BEGINS + 6 * HOUR;
    let run =
        |delay| undisturbed(World::new(program(), "UTC", BEGINS, Stamps::Utc, halves(delay).into_iter()).expect("a world"), ends);
    let (expected, _) = run(0);
    assert!(!expected.is_empty());
    let (found, covered) = run(2 * HOUR);
    same(&expected, &found);
    assert_eq!(covered.open, []);
}

/// A clock that is set while the service runs, and the machine with it. Attacks are before, between and after.
#[test]
fn a_clock_that_is_set_leaves_no_gap_and_no_double() {
    let planted: Vec<Planted> = plant(BEGINS + HOUR, BEGINS + 11 * HOUR, 2 * HOUR, 5);
    let ends = BEGINS + 12 * HOUR;
    let world = || world("UTC", BEGINS, ends, &planted, |_| 0, Stamps::Utc);
    let (expected, _) = undisturbed(world(), ends);
    for changes in [[HOUR, 0], [-HOUR, 0], [HOUR, -HOUR], [-HOUR, HOUR]] {
        let mut world = world();
        world.start().expect("started");
        world.run_until(BEGINS + 4 * HOUR + 90 * SECOND).expect("it runs");
        world.ahead += changes[0];
        world.run_until(BEGINS + 8 * HOUR + 45 * SECOND).expect("it runs");
        world.ahead += changes[1];
        world.run_until(ends).expect("it runs");
        let clock = world.clock();
        let (found, covered) = finished(&mut world);
        same(&expected, &found);
        assert_eq!((covered.open, covered.ends), (vec![], clock - 30 * SECOND), "{changes:?}");
    }
}

#[test]
fn daylight_saving_is_no_gap_and_no_double() {
    // The nights of 2026-03-29 and 2026-10-25: at 01:00 UTC clocks in Berlin go from 02:00 to 03:00, and from 03:00 back to 02:00.
    for night in [1_774_738_800 * SECOND, 1_792_882_800 * SECOND] {
        let begins = night - HOUR;
        let planted: Vec<Planted> = (0..5)
            .map(|number| Planted {
                attack: Attack::ALL[number],
                source: format!("192.0.2.{}", number + 1),
                begins: night + [20, 85, 100, 130, 165][number] * MINUTE,
            })
            .collect();
        let ends = night + 5 * HOUR;
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        let (expected, _) = undisturbed(world("UTC", begins, ends, &planted, |_| 0, Stamps::Utc), ends);
        let mut local = world("Europe/Berlin", begins, ends, &planted, |_| 0, Stamps::Local(berlin));
        local.configure("[schedule]\nscan = \"5 minutes\"\nmaintain = \"daily 02:30\"\n").expect("a configuration");
        local.start().expect("started");
        local.run_until(ends).expect("it runs");
        let (found, covered) = finished(&mut local);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        same(&expected, &found);
        assert_eq!((covered.open, covered.ends), (vec![], ends - 30 * SECOND));
        // Half past two is skipped, or comes twice: the job runs once.
        let runs = "SELECT json_extract(state_json, '$.runs') FROM scout_service WHERE job = 'job maintain'";
        let runs: i64 = local.connect().expect("open").query_row(runs, [], |row| row.get(0)).expect("a job");
        assert_eq!(runs, 1);
    }
}

#[test]
fn a_machine_that_sleeps_for_hours_makes_up_for_them() {
    let planted: Vec<Planted> = plant(BEGINS + HOUR, BEGINS + 15 * HOUR, 2 * HOUR, 9);
    let ends = BEGINS + 17 * HOUR;
    let world = || world("UTC", BEGINS, ends, &planted, |_| 0, Stamps::Utc);
    let (expected, _) = undisturbed(world(), ends);
    let mut sleepy = world();
    sleepy.start().expect("started");
    sleepy.run_until(BEGINS + 3 * HOUR + 31 * MINUTE).expect("it runs");
    // The producer is on another machine.
    sleepy.pass(5 * HOUR + 11 * SECOND).expect("time passes");
    sleepy.run_until(BEGINS + 10 * HOUR).expect("it runs");
    sleepy.pass(40 * MINUTE).expect("time passes");
    sleepy.run_until(ends).expect("it runs");
    let (found, covered) = finished(&mut sleepy);
    same(&expected, &found);
    assert_eq!((covered.open, covered.ends), (vec![], ends - 30 * SECOND));
    check(&sleepy.connect().expect("open"), &planted, ends).expect("all is there");
}

#[test]
fn plugins_configuration_and_database_change_and_nothing_is_left_behind() {
    let day = Day { length: 90 * MINUTE, per_second: 5, look: 10 * MINUTE, seed: 11 };
    day::run(program(), day, |_| ()).unwrap_or_else(|error| panic!("{error:#}"));
}
