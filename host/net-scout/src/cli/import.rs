//! `net-scout import`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, ValueEnum};

use crate::commands::import_logs;
use crate::config::Config;
use crate::exit::UsageError;
use net_scout_import::{DefaultVerdict, Format as LogFormat, LogZone, Mapping, ReadAs, TableColumn};
use net_scout_ingest::{Again, ImportRequest};
use net_scout_model::Timestamp;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
        net-scout import /var/log/ufw.log /var/log/ufw.log.2.gz\n  \
        journalctl -k -o short-iso | net-scout import --db-path home.db -\n  \
        net-scout import --from suricata /var/log/suricata/eve.json\n  \
        net-scout import --map time=@timestamp,src_ip=source.ip,dst_ip=destination.ip,proto=network.transport flows.ndjson\n\n\
        The columns of --map: time, src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, in_if, out_if, tcp_flags.")]
pub(super) struct ImportArgs {
    /// The logs, plain or packed with gzip, zstd, xz or bzip2; - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The format [default: detected line by line, or the table that --map describes]
    #[arg(long, value_name = "FORMAT", value_parser = LogFormatParser)]
    from: Option<LogFormat>,
    /// For CSV and NDJSON: the name of a column in the table [default: the column's own name]
    #[arg(long, value_name = "COLUMN=NAME,...", value_delimiter = ',', value_parser = Mapping::parse)]
    map: Vec<(TableColumn, String)>,
    /// The verdict of lines that have none [default: drop for lines of a packet filter without a rule's name, else none]
    #[arg(long, value_enum, value_name = "VERDICT")]
    default_verdict: Option<Verdict>,
    /// The time zone of dates without one: an offset from UTC such as +02:00, a name such as Europe/Berlin, or local
    #[arg(long, value_name = "ZONE", default_value = "+00:00", allow_hyphen_values = true, value_parser = LogZone::parse)]
    utc_offset: LogZone,
    /// Import only what was added to the files since their last import
    #[arg(long, conflicts_with = "whole")]
    new: bool,
    /// Import whole files, even where an earlier import of one stopped before its end
    #[arg(long)]
    whole: bool,
    /// Wait for more lines at the end of the file, also when it is rotated
    #[arg(long, conflicts_with_all = ["new", "whole"])]
    follow: bool,
}

/// The names of the formats, and others that people know them by.
#[derive(Clone)]
struct LogFormatParser;

impl TypedValueParser for LogFormatParser {
    type Value = LogFormat;

    fn parse_ref(&self, command: &clap::Command, argument: Option<&clap::Arg>, value: &OsStr) -> Result<LogFormat, clap::Error> {
        let names = PossibleValuesParser::new(possible());
        let name = names.parse_ref(command, argument, value)?;
        let known = |format: &&LogFormat| format.name() == name || aliases(**format).contains(&name.as_str());
        LogFormat::ALL.iter().find(known).copied().ok_or_else(|| clap::Error::new(clap::error::ErrorKind::InvalidValue))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(possible().into_iter()))
    }
}

fn possible() -> Vec<PossibleValue> {
    let value = |format: &LogFormat| PossibleValue::new(format.name()).help(format.about().trim()).aliases(aliases(*format));
    LogFormat::ALL.iter().map(value).collect()
}

fn aliases(format: LogFormat) -> &'static [&'static str] {
    match format {
        LogFormat::Netfilter => &["iptables", "nftables", "ufw", "firewalld", "openwrt", "proxmox"],
        LogFormat::Pf => &["pfsense", "opnsense", "filterlog", "pflog"],
        LogFormat::Mikrotik => &["routeros"],
        LogFormat::Suricata => &["eve"],
        LogFormat::Windows => &["pfirewall"],
        LogFormat::Fortigate => &["fortinet", "fortios"],
        LogFormat::Cisco => &["asa", "ftd"],
        LogFormat::Aws => &["vpc"],
        LogFormat::Paloalto => &["panos"],
        LogFormat::Juniper => &["srx"],
        LogFormat::Ndjson => &["jsonl"],
        _ => &[],
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Verdict {
    Drop,
    Accept,
    None,
}

impl ImportArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        import_logs::run(config, &self.request()?, now)
    }

    fn request(&self) -> Result<ImportRequest, UsageError> {
        let default_verdict = match self.default_verdict {
            None => DefaultVerdict::Usual,
            Some(Verdict::Drop) => DefaultVerdict::Drop,
            Some(Verdict::Accept) => DefaultVerdict::Accept,
            Some(Verdict::None) => DefaultVerdict::Unknown,
        };
        let again = match (self.new, self.whole) {
            (true, _) => Again::New,
            (_, true) => Again::Whole,
            _ => Again::Unfinished,
        };
        let request = ImportRequest {
            files: self.files.clone(),
            from: self.from()?,
            default_verdict,
            zone: self.utc_offset.clone(),
            again,
            follow: self.follow,
        };
        Ok(request)
    }

    /// What the files are read as.
    fn from(&self) -> Result<ReadAs, UsageError> {
        let twice = |column: TableColumn| UsageError(format!("--map: `{}` is named twice", column.name()));
        let mapping = Mapping::new(self.map.clone()).map_err(twice)?;
        let format = match self.from {
            None if self.map.is_empty() => return Ok(ReadAs::Detected),
            None => return Ok(ReadAs::Table(mapping)),
            Some(LogFormat::Csv) => return Ok(ReadAs::Csv(mapping)),
            Some(LogFormat::Ndjson) => return Ok(ReadAs::Ndjson(mapping)),
            Some(format) => format,
        };
        if self.map.is_empty() {
            Ok(ReadAs::Format(format))
        } else {
            Err(UsageError(format!("--map is for csv and ndjson; the values of {format} are known")))
        }
    }
}

/// How a file is imported with these arguments, as they stand in a `cases.json`: words without quotes.
pub(super) fn request(file: &Path, arguments: &str) -> anyhow::Result<ImportRequest> {
    #[derive(Parser)]
    struct Words {
        #[command(flatten)]
        import: ImportArgs,
    }
    let words = ["import".into()].into_iter().chain(arguments.split_whitespace().map(OsString::from));
    let words = Words::try_parse_from(words.chain([file.into()])).map_err(|error| UsageError(error.to_string()))?;
    Ok(words.import.request()?)
}
