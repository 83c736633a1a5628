//! SQLite is the oracle: the same queries on the same rows, in both engines.
//!
//! A difference is shown with its seed. `WINDOW_SEED=7 WINDOW_DATABASES=1` repeats that of seed 7; more databases take longer and find
//! more. `WINDOW_ORDER=1` shows the queries whose rows came in another order where none was asked for.

#![expect(clippy::print_stderr, reason = "a test says how many queries it compared")]

mod limits;
mod oracle;
mod queries;
mod rows;
mod soup;
mod text;

use net_scout_engine::Granularity;
use oracle::{Case, Verdict};
use queries::Query;
use rows::Random;

/// So that a few rows make many pieces, for several threads.
const SMALL: Granularity = Granularity { stride: 32, rows_per_thread: 20 };

/// The variable with the seed of the first database.
const SEED: &str = "WINDOW_SEED";
/// The variable that says how many databases there are.
const DATABASES: &str = "WINDOW_DATABASES";

/// Runs so many random databases with so many queries each.
fn compare(seed: u64, databases: u64, queries: u64, rows: u64, query: fn(&mut Random) -> Query) -> [u64; 3] {
    let (mut counts, mut reasons) = ([0; 3], std::collections::BTreeMap::<String, u32>::new());
    for number in 0..databases {
        let seed = seed + number;
        let mut random = Random::new(seed);
        let case = Case::new(&mut random, rows);
        for _ in 0..queries {
            let query = query(&mut random);
            match case.check(&query) {
                Ok(Verdict::Same) => counts[0] += 1,
                Ok(Verdict::OtherOrder) => {
                    counts[1] += 1;
                    if std::env::var_os("WINDOW_ORDER").is_some() {
                        eprintln!("in another order: {}", query.sql);
                    }
                }
                Ok(Verdict::Sqlite(reason)) => {
                    counts[2] += 1;
                    *reasons.entry(reason).or_default() += 1;
                }
                Err(difference) => panic!("seed {seed}: {}\n{:?}\n{difference}", query.sql, query.parameters),
            }
        }
    }
    eprintln!("from seed {seed}: same {}, in another order {}, left to SQLite {}: {reasons:#?}", counts[0], counts[1], counts[2]);
    counts
}

/// A number of the environment.
fn set(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn both_engines_agree_on_small_windows() {
    let counts = compare(set(SEED).unwrap_or(1), set(DATABASES).unwrap_or(150), 60, 120, queries::query);
    assert!(counts[0] > counts[2], "most queries are for the window: {counts:?}");
}

#[test]
fn both_engines_agree_on_larger_windows() {
    compare(set(SEED).unwrap_or(1_000_000), set(DATABASES).map_or(3, |count| count.div_ceil(20)), 60, 6_000, queries::query);
}

#[test]
fn operators_bind_as_in_sqlite() {
    let counts = compare(set(SEED).unwrap_or(3_000_000), set(DATABASES).unwrap_or(30), 200, 40, soup::soup);
    assert!(counts[0] > 0, "{counts:?}");
}
