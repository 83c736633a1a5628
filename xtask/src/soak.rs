//! The long forms of the tests of the service: a week with kills, a day with many events, messages of a service that is killed, and what it
//! costs while nothing happens.

use std::process::Command;

use anyhow::bail;
use net_scout_tests::places;

use crate::{USAGE, command};

/// What is run, each with its words, where nothing else is asked for.
const ALL: [&[&str]; 6] = [
    &["idle", "180"],
    &["lag", "1", "1"],
    &["outbox", "50"],
    &["equal", "1", "300"],
    &["kills", "7", "200"],
    &["day", "24", "100"],
];

/// Runs what the words say, or all.
pub(crate) fn run(words: &[String]) -> anyhow::Result<()> {
    command::run(
        &mut command::cargo(&["build", "--release", "--locked", "--package", "net-scout", "--package", "net-scout-soak"]),
        "see the errors of the compiler above",
    )?;
    let program = places::target().join("release").join("net-scout-soak");
    let soak = |words: &[&str]| command::run(Command::new(&program).args(words), "its error stands above");
    match words {
        [] => ALL.into_iter().try_for_each(soak),
        [first, ..] if ["kills", "day", "outbox", "idle", "lag", "equal"].contains(&first.as_str()) => {
            soak(&words.iter().map(String::as_str).collect::<Vec<_>>())
        }
        [unknown, ..] => bail!("`{unknown}` is not understood here\n\n{USAGE}"),
    }
}
