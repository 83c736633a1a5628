//! `net-scout evaluate`.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments::{FormatArg, PluginArgs, whole};
use crate::commands::evaluate;
use crate::commands::evaluate::EvaluateFlags;
use crate::config::Config;
use net_scout_lab::evaluate::Data;
use net_scout_lab::evaluate::generate::{FEWEST_ADDRESSES, MOST_ADDRESSES, Options, Speed};

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout evaluate --generate --addresses 24 --days 7 --seed 1..10\n  \
    net-scout evaluate --generate --seed 3 --rules port_scan,probe --mistakes\n  \
    net-scout evaluate --generate --seed 3 --keep data\n  \
    net-scout scan --db-path data/seed-3/net_sentinel.db --since 2026-03-02\n  \
    net-scout evaluate --db-path net_sentinel.db --truth truth.toml --format json\n  \
    net-scout evaluate --data captures/")]
pub(super) struct EvaluateArgs {
    /// Who attacks in the database, and who must not alert: TOML, or JSON in a file *.json
    #[arg(long, value_name = "FILE", required_unless_present_any = ["generate", "data"],
        conflicts_with_all = ["generate", "data", "addresses", "days", "seed", "attacks", "speed", "traffic", "keep"])]
    truth: Option<PathBuf>,
    /// A folder of logs with known content: with a cases.json, or Zeek's conn.log with a column `label`
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["generate", "addresses", "days", "seed", "attacks", "speed", "traffic", "keep"])]
    data: Option<PathBuf>,
    /// Generate the events: the traffic of a network, mixed with attacks
    #[arg(long)]
    generate: bool,
    #[command(flatten)]
    generated: GenerateArgs,
    /// The time from one scan to the next
    #[arg(long, value_name = "DURATION", default_value = "1h")]
    every: String,
    /// How far each scan looks back [default: 1 hour]
    #[arg(long, value_name = "DURATION")]
    pub(super) since: Option<String>,
    /// Only these rules
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    rules: Vec<String>,
    /// Show each wrong alert and each attacker that was missed, instead of the figures
    #[arg(long)]
    mistakes: bool,
    /// The table to scan [default: ip_events]
    #[arg(long, value_name = "TABLE", conflicts_with = "generate")]
    pub(super) table: Option<String>,
    /// The most alerts of a scan; the strongest are kept [default: 500]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) max_alerts: Option<String>,
    #[command(flatten)]
    pub(super) plugins: PluginArgs,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args)]
#[command(next_help_heading = "With --generate")]
struct GenerateArgs {
    /// How many addresses the network has, from 16 to 60000
    #[arg(long, value_name = "N", default_value = "24", requires = "generate", value_parser = whole::<u32>(FEWEST_ADDRESSES.into()..=MOST_ADDRESSES.into()))]
    addresses: u32,
    /// How many days, from 1 to 31
    #[arg(long, value_name = "N", default_value = "7", requires = "generate", value_parser = whole::<u32>(1..=31))]
    days: u32,
    /// The seed of the data; several as 1..10
    #[arg(long, value_name = "N", default_value = "1", requires = "generate", value_parser = seeds)]
    seed: RangeInclusive<u64>,
    /// How many attacks of each kind, from 0 to 100
    #[arg(long, value_name = "N", default_value = "4", requires = "generate", value_parser = whole::<u32>(0..=100))]
    attacks: u32,
    /// How fast the attacks are: more than one probe a minute, less, or some of both
    #[arg(long, value_enum, value_name = "SPEED", default_value = "all", requires = "generate")]
    speed: SpeedName,
    /// How much other traffic there is, in percent of what is usual for a network of that size
    #[arg(long, value_name = "PERCENT", default_value = "100", requires = "generate", value_parser = whole::<u32>(0..=10_000))]
    traffic: u32,
    /// Keep the databases and their truth files in this folder
    #[arg(long, value_name = "FOLDER", requires = "generate")]
    keep: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum SpeedName {
    All,
    Fast,
    Slow,
}

impl EvaluateArgs {
    pub(super) fn run(&self, config: &Config) -> anyhow::Result<u8> {
        evaluate::run(config, self.flags())
    }

    fn flags(&self) -> EvaluateFlags {
        let GenerateArgs { addresses, days, seed, attacks, speed, traffic, keep } = &self.generated;
        let speed = match speed {
            SpeedName::All => Speed::All,
            SpeedName::Fast => Speed::Fast,
            SpeedName::Slow => Speed::Slow,
        };
        let data = match (&self.truth, &self.data) {
            (Some(truth), _) => Data::Given { truth: truth.clone() },
            (None, Some(path)) => Data::Folder { path: path.clone() },
            (None, None) => Data::Generated {
                options: Options {
                    addresses: *addresses,
                    days: *days,
                    seed: *seed.start(),
                    attacks: *attacks,
                    speed,
                    traffic: *traffic,
                },
                seeds: seed.clone(),
                keep: keep.clone(),
            },
        };
        EvaluateFlags {
            data,
            import: super::import::request,
            every: self.every.clone(),
            rules: self.rules.clone(),
            mistakes: self.mistakes,
            format: (&self.format).into(),
        }
    }
}

/// `7`, or `1..10` with both ends.
fn seeds(text: &str) -> Result<RangeInclusive<u64>, String> {
    let number = |text: &str| text.parse::<u64>().map_err(|_| "write a number, or several as 1..10".to_owned());
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    if first <= last && last - first < 1_000 {
        Ok(first..=last)
    } else {
        Err("write at most 1000 seeds, the lower first".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_seeds() {
        assert_eq!((seeds("7"), seeds("1..10")), (Ok(7..=7), Ok(1..=10)));
        for text in ["", "..", "10..1", "1..", "1..2000", "-1"] {
            assert!(seeds(text).is_err(), "{text}");
        }
    }
}
