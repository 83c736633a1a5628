//! Which format a line is in: as the operator says, or by the look of each line, because one syslog file may hold what several firewalls and
//! many other programs wrote.

use std::fmt;

use super::event::Line;
use super::mapping::Mapping;
use super::reason::Reason;
use super::syslog::Entry;
use super::{ImportOptions, MAXIMUM_LINE, json, mikrotik, netfilter, pf, table, unifi, zeek};

/// A format of logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// The kernel's packet log: iptables, nftables, UFW.
    Netfilter,
    /// UniFi gateways.
    Unifi,
    /// `filterlog` of pfSense and OPNsense.
    Pf,
    /// RouterOS.
    Mikrotik,
    /// Suricata's `eve.json`.
    Suricata,
    /// Zeek's `conn.log`, tab-separated or JSON.
    Zeek,
    /// A table with a header.
    Csv,
    /// JSON lines.
    Ndjson,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Netfilter, Self::Unifi, Self::Pf, Self::Mikrotik, Self::Suricata, Self::Zeek, Self::Csv, Self::Ndjson];

    /// As the command line has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Netfilter => "netfilter",
            Self::Unifi => "unifi",
            Self::Pf => "pf",
            Self::Mikrotik => "mikrotik",
            Self::Suricata => "suricata",
            Self::Zeek => "zeek",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    /// Whether it needs to be told what its values are.
    #[must_use]
    pub fn is_table(self) -> bool {
        matches!(self, Self::Csv | Self::Ndjson)
    }

    /// Whether a line may be a long record, as JSON and tables have them.
    fn has_records(self) -> bool {
        matches!(self, Self::Suricata | Self::Zeek | Self::Csv | Self::Ndjson)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What the lines of an input are read as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReadAs {
    /// Whatever each line looks like, except tables.
    #[default]
    Detected,
    /// A format that is no table.
    Format(Format),
    /// CSV.
    Csv(Mapping),
    /// JSON lines with names of the operator's.
    Ndjson(Mapping),
    /// CSV or JSON lines, whichever the first line is.
    Table(Mapping),
}

/// Reads the lines of one input, and remembers the headers that it passes.
pub(super) struct Reader<'o> {
    options: &'o ImportOptions,
    from: ReadAs,
    zeek: Option<zeek::Header>,
    table: Option<table::Header>,
}

impl<'o> Reader<'o> {
    pub(super) fn new(from: &ReadAs, options: &'o ImportOptions) -> Self {
        Self { options, from: from.clone(), zeek: None, table: None }
    }

    /// Reads a line that is not blank.
    ///
    /// # Errors
    /// When it is of no known format, or not sound.
    pub(super) fn read<'a>(&mut self, line: &'a str) -> Result<(Format, Line<'a>), Reason> {
        if let ReadAs::Table(mapping) = &self.from {
            let mapping = mapping.clone();
            self.from = if line.trim_start().starts_with('{') { ReadAs::Ndjson(mapping) } else { ReadAs::Csv(mapping) };
        }
        let is_json = line.starts_with('{') || line.trim_start().starts_with('{');
        let has_records = is_json
            || match &self.from {
                ReadAs::Format(format) => format.has_records(),
                ReadAs::Detected => self.zeek.is_some(),
                ReadAs::Csv(_) | ReadAs::Ndjson(_) | ReadAs::Table(_) => true,
            };
        if line.len() > MAXIMUM_LINE && !has_records && line.trim_end_matches(['\r', '\n']).len() > MAXIMUM_LINE {
            return Err(Reason::TooLong);
        }
        match &self.from {
            ReadAs::Detected if is_json => json::read(line, None, self.options),
            ReadAs::Detected if self.zeek.is_some() || zeek::Header::begins(line) => self.zeek(line),
            ReadAs::Detected => self.syslog(line, None),
            ReadAs::Format(Format::Zeek) if is_json => json::read(line, Some(Format::Zeek), self.options),
            ReadAs::Format(Format::Zeek) => self.zeek(line),
            ReadAs::Format(Format::Suricata) if is_json => json::read(line, Some(Format::Suricata), self.options),
            ReadAs::Format(format) => self.syslog(line, Some(*format)),
            ReadAs::Csv(mapping) => match &self.table {
                None => {
                    self.table = Some(table::Header::read(trim_end(line), mapping)?);
                    Ok((Format::Csv, Line::Other("header".into())))
                }
                Some(header) => header.row(trim_end(line), self.options).map(|event| (Format::Csv, Line::Event(event))),
            },
            ReadAs::Ndjson(mapping) | ReadAs::Table(mapping) => {
                table::record(line, mapping, self.options).map(|event| (Format::Ndjson, Line::Event(event)))
            }
        }
    }

    fn zeek<'a>(&mut self, line: &'a str) -> Result<(Format, Line<'a>), Reason> {
        let line = trim_end(line);
        let read = if line.starts_with('#') {
            self.zeek.get_or_insert_default().read(line);
            Ok(Line::Other("header".into()))
        } else {
            self.zeek.as_ref().ok_or(Reason::NoHeader)?.row(line, self.options)
        };
        read.map(|line| (Format::Zeek, line))
    }

    /// A line of syslog, of the format that is wanted or of whichever it is.
    fn syslog<'a>(&self, line: &'a str, wanted: Option<Format>) -> Result<(Format, Line<'a>), Reason> {
        let entry = Entry::read(line, self.options)?;
        let may_be = |format| wanted.is_none_or(|wanted| wanted == format);
        let event = |format, event| Ok((format, Line::Event(event)));
        // A UniFi gateway writes some lines as the kernel does.
        if (may_be(Format::Netfilter) || may_be(Format::Unifi))
            && let Some(message) = entry.of_kernel()
        {
            return event(wanted.unwrap_or(Format::Netfilter), netfilter::packet(entry.time, message, self.options)?);
        }
        if may_be(Format::Pf)
            && let Some(message) = pf::message(&entry)
        {
            return event(Format::Pf, pf::packet(entry.time, message, self.options)?);
        }
        if may_be(Format::Mikrotik)
            && let Some(message) = mikrotik::message(&entry)
        {
            return event(Format::Mikrotik, mikrotik::packet(entry.time, message, self.options)?);
        }
        if may_be(Format::Unifi)
            && let Some(message) = unifi::message(&entry)
        {
            return event(Format::Unifi, netfilter::packet(entry.time, message, self.options)?);
        }
        if may_be(Format::Suricata)
            && let Some(message) = entry.of_program("suricata").filter(|message| message.starts_with('{'))
        {
            return json::read(message, Some(Format::Suricata), self.options);
        }
        Err(Reason::NotFirewall {
            expected: match wanted {
                Some(Format::Netfilter) => "`kernel:`",
                Some(Format::Unifi) => "rule such as [WAN_LOCAL-D-4000]",
                Some(Format::Pf) => "`filterlog`",
                Some(Format::Mikrotik) => "topic `firewall`",
                Some(Format::Suricata) => "`suricata`",
                _ => "`kernel:`, `filterlog`, topic `firewall` or UniFi rule",
            },
        })
    }
}

fn trim_end(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}
