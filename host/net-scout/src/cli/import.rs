//! `net-scout import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::commands::import;
use crate::commands::import::ImportRequest;
use crate::config::Config;
use crate::exit::UsageError;
use net_scout_import::{DefaultVerdict, Format as LogFormat, Mapping, ReadAs, TableColumn};
use net_scout_model::Timestamp;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
        net-scout import /var/log/ufw.log /var/log/ufw.log.2.gz\n  \
        journalctl -k -o short-iso | net-scout import --db-path home.db -\n  \
        net-scout import --from suricata /var/log/suricata/eve.json\n  \
        net-scout import --map time=@timestamp,src_ip=source.ip,dst_ip=destination.ip,proto=network.transport flows.ndjson\n\n\
        The columns of --map: time, src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, in_if, out_if, tcp_flags.")]
pub(super) struct ImportArgs {
    /// The logs, plain or gzip; - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The format; without it each line is known by its look, or by --map
    #[arg(long, value_enum, value_name = "FORMAT")]
    from: Option<LogFormatName>,
    /// For CSV and NDJSON: the name that a column has there; one without a name is looked for by its own
    #[arg(long, value_name = "COLUMN=NAME,...", value_delimiter = ',', value_parser = Mapping::parse)]
    map: Vec<(TableColumn, String)>,
    /// The verdict of lines that name none, where the format has no rule for it
    #[arg(long, value_enum, value_name = "VERDICT", default_value = "drop")]
    default_verdict: Verdict,
    /// The offset from UTC of dates without a zone, such as +02:00
    #[arg(long, value_name = "OFFSET", default_value = "+00:00", allow_hyphen_values = true, value_parser = utc_offset)]
    utc_offset: i32,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormatName {
    /// The kernel's packet log
    #[value(aliases = ["iptables", "nftables", "ufw"])]
    Netfilter,
    /// UniFi gateways
    Unifi,
    /// filterlog of pfSense and OPNsense
    #[value(aliases = ["pfsense", "opnsense", "filterlog"])]
    Pf,
    /// RouterOS
    #[value(alias = "routeros")]
    Mikrotik,
    /// eve.json: alerts, drops and flows
    #[value(alias = "eve")]
    Suricata,
    /// conn.log, tab-separated or JSON
    Zeek,
    /// A table with a header
    Csv,
    /// JSON lines
    #[value(alias = "jsonl")]
    Ndjson,
}

#[derive(Clone, Copy, ValueEnum)]
enum Verdict {
    Drop,
    Accept,
    None,
}

impl ImportArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        let default_verdict = match self.default_verdict {
            Verdict::Drop => DefaultVerdict::Drop,
            Verdict::Accept => DefaultVerdict::Accept,
            Verdict::None => DefaultVerdict::Unknown,
        };
        let request =
            ImportRequest { files: self.files.clone(), from: self.from()?, default_verdict, utc_offset_seconds: self.utc_offset };
        import::run(config, &request, now)
    }

    /// What the files are read as.
    fn from(&self) -> Result<ReadAs, UsageError> {
        let twice = |column: TableColumn| UsageError(format!("--map: `{}` is named twice", column.name()));
        let mapping = Mapping::new(self.map.clone()).map_err(twice)?;
        let format = match self.from {
            None if self.map.is_empty() => return Ok(ReadAs::Detected),
            None => return Ok(ReadAs::Table(mapping)),
            Some(LogFormatName::Csv) => return Ok(ReadAs::Csv(mapping)),
            Some(LogFormatName::Ndjson) => return Ok(ReadAs::Ndjson(mapping)),
            Some(LogFormatName::Netfilter) => LogFormat::Netfilter,
            Some(LogFormatName::Unifi) => LogFormat::Unifi,
            Some(LogFormatName::Pf) => LogFormat::Pf,
            Some(LogFormatName::Mikrotik) => LogFormat::Mikrotik,
            Some(LogFormatName::Suricata) => LogFormat::Suricata,
            Some(LogFormatName::Zeek) => LogFormat::Zeek,
        };
        if self.map.is_empty() {
            Ok(ReadAs::Format(format))
        } else {
            Err(UsageError(format!("--map is for csv and ndjson; the values of {format} are known")))
        }
    }
}

/// Seconds east of UTC.
fn utc_offset(text: &str) -> Result<i32, String> {
    let error = || "write an offset such as +02:00 or -05:30, at most 15 hours".to_owned();
    let (sign, clock) = match text.split_at_checked(1).ok_or_else(error)? {
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return Err(error()),
    };
    let (hours, minutes) = clock.split_once(':').ok_or_else(error)?;
    let number =
        |text: &str, most: i32| text.parse().ok().filter(|value| text.len() == 2 && (0..=most).contains(value)).ok_or_else(error);
    Ok(sign * (number(hours, 15)? * 3_600 + number(minutes, 59)? * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets() {
        assert_eq!(utc_offset("+02:00"), Ok(7_200));
        assert_eq!(utc_offset("-05:30"), Ok(-19_800));
        for text in ["", "02:00", "+2:00", "+16:00", "+02:60", "+02", "é"] {
            assert!(utc_offset(text).is_err(), "{text}");
        }
    }
}
