//! What a tick of the service costs with all rules, over a window that is kept: the service on simulated time, beside a producer.

use std::process::Command;

use super::{Bench, Database, NEWEST, rules};
use crate::command;
use net_scout_tests::places;

/// How many ticks are made, a minute apart.
const TICKS: u32 = 12;

/// Measures; the program that is run prints what it found.
pub(super) fn run(bench: &Bench, database: &Database) -> anyhow::Result<()> {
    let folder = rules::every(bench)?;
    command::run(
        &mut command::cargo(&["build", "--release", "--locked", "--package", "net-scout", "--package", "net-scout-soak"]),
        "see the errors of the compiler above",
    )?;
    println!("\nThe service with all rules, {} events over 7 days, {}:\n", database.events, database.network);
    let mut command = Command::new(places::target().join("release").join("net-scout-soak"));
    command.arg("ticks").arg(&database.path).arg(&folder).args([NEWEST.to_string(), TICKS.to_string()]);
    command::run(&mut command, "its error stands above")
}
