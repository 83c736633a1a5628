//! Which format a line is in: as the operator says, or by the look of each line, because one syslog file may hold what several firewalls and
//! many other programs wrote. Each format is a file of its own.

use super::carrier::entry::Entry;
use super::carrier::journal::{self, Export, JournalEntry, Taken};
use super::carrier::repeated::{last_repeated, repeated};
use super::event::{Line, ParsedEvent};
use super::mapping::Mapping;
use super::options::{ImportOptions, MAXIMUM_LINE};
use super::reason::{Reason, complaint, looks_like};

mod aws;
mod azure;
mod cef;
mod cisco;
mod conntrack;
mod firepower;
mod fortigate;
mod gcp;
mod json;
mod juniper;
mod list;
mod mikrotik;
mod netfilter;
mod nfdump;
mod paloalto;
mod pf;
mod pflog;
mod proxmox;
mod sonicwall;
mod sophos;
mod suricata;
mod table;
mod ulogd;
mod watchguard;
mod windows;
mod zeek;

pub use list::Format;

/// What the lines of an input are read as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReadAs {
    /// Whatever each line looks like, except tables.
    #[default]
    Detected,
    /// A format that is not a table.
    Format(Format),
    /// CSV.
    Csv(Mapping),
    /// JSON lines with names of the operator's.
    Ndjson(Mapping),
    /// CSV or JSON lines, whichever the first line is.
    Table(Mapping),
}

/// The header of the table that the lines are rows of.
enum Header {
    Zeek(zeek::Header),
    Windows(windows::Header),
    Aws(aws::Header),
    Nfdump(nfdump::Header),
}

/// A line with its format.
pub(super) type Read<'a> = Result<(Format, Line<'a>), Reason>;

/// Reads the lines of one input, and remembers what spans them: headers, entries of the journal, halves of flows.
pub(super) struct Reader<'o> {
    options: &'o ImportOptions,
    from: ReadAs,
    header: Option<Header>,
    table: Option<table::Header>,
    export: Export,
    halves: suricata::Halves,
}

impl<'o> Reader<'o> {
    pub(super) fn new(from: &ReadAs, options: &'o ImportOptions) -> Self {
        Self {
            options,
            from: from.clone(),
            header: None,
            table: None,
            export: Export::default(),
            halves: suricata::Halves::default(),
        }
    }

    /// Reads a line that is not blank.
    ///
    /// # Errors
    /// When it is of no known format, or not sound.
    pub(super) fn read<'a>(&mut self, line: &'a str) -> Read<'a> {
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        if let ReadAs::Table(mapping) = &self.from {
            let mapping = mapping.clone();
            self.from = if line.trim_start().starts_with('{') { ReadAs::Ndjson(mapping) } else { ReadAs::Csv(mapping) };
        }
        let is_json = line.starts_with('{') || line.trim_start().starts_with('{');
        let has_records = is_json
            || match &self.from {
                ReadAs::Format(format) => format.has_records(),
                ReadAs::Detected => self.header.is_some(),
                ReadAs::Csv(_) | ReadAs::Ndjson(_) | ReadAs::Table(_) => true,
            };
        if line.len() > MAXIMUM_LINE && !has_records && line.trim_end_matches(['\r', '\n']).len() > MAXIMUM_LINE {
            return Err(looks_like(line).unwrap_or(Reason::TooLong));
        }
        match &self.from {
            ReadAs::Detected => self.detect(line, is_json, None),
            ReadAs::Format(format) => self.detect(line, is_json, Some(*format)),
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

    /// What ends at a blank line, or at the end of the input.
    pub(super) fn end_record(&mut self, is_last: bool) -> Option<Read<'static>> {
        if let Some(entry) = self.export.end() {
            return Some(self.journal(&entry));
        }
        let flow = if is_last { self.halves.end() } else { None };
        flow.map(|event| Ok((Format::Suricata, Line::Event(event))))
    }

    /// Whether a record has begun and not ended.
    pub(super) fn is_inside(&self) -> bool {
        self.export.has_begun()
    }

    /// The number of the half of a flow that waits for the other, if one does.
    pub(super) fn half(&self) -> Option<u64> {
        self.halves.waiting()
    }

    fn wanted(&self) -> Option<Format> {
        if let ReadAs::Format(format) = &self.from { Some(*format) } else { None }
    }

    fn detect<'a>(&mut self, line: &'a str, is_json: bool, wanted: Option<Format>) -> Read<'a> {
        if is_json {
            return self.json(line, wanted);
        }
        match self.export.take(line, self.options) {
            Taken::Not => {}
            Taken::Part => return Ok((wanted.unwrap_or(Format::Netfilter), Line::Part)),
            Taken::Ended(entry) => return self.journal(&entry),
        }
        match self.table(trim_end(line), wanted) {
            Some(read) => read,
            None => self.syslog(line, wanted).map_err(|reason| looks_like(line).unwrap_or(reason)),
        }
    }

    fn json(&mut self, line: &str, wanted: Option<Format>) -> Read<'static> {
        if line.contains("\"__REALTIME_TIMESTAMP\"") {
            let entry = journal::from_json(line).map_err(|error| complaint(&error, line))?;
            return self.journal(&entry);
        }
        json::read(line, wanted, &mut self.halves, self.options)
    }

    /// An entry of the journal holds what a line of syslog would, and nothing else tells who wrote it.
    fn journal(&mut self, entry: &JournalEntry) -> Read<'static> {
        let (Some(message), wanted) = (entry.message.as_deref(), self.wanted()) else {
            return Ok((Format::Netfilter, Line::Other("journal entry without a message".into())));
        };
        let entry = Entry::of_record(entry.time(self.options)?, entry.program.as_deref(), message);
        if let Some(message) = entry.of_program("suricata").filter(|message| message.starts_with('{')) {
            return json::read(message, wanted.or(Some(Format::Suricata)), &mut self.halves, self.options);
        }
        self.entry(&entry, message, wanted).map(|(format, line)| (format, owned(line)))
    }

    /// A line of a table with a header of its own, or the header.
    fn table<'a>(&mut self, line: &'a str, wanted: Option<Format>) -> Option<Read<'a>> {
        let may_be = |format| wanted.is_none_or(|wanted| wanted == format);
        let is_header = |format| Some(Ok((format, Line::Other("header".into()))));
        let first = line.as_bytes().first()?;
        if *first == b'#' {
            if may_be(Format::Windows) && windows::Header::begins(line) {
                if !matches!(self.header, Some(Header::Windows(_))) {
                    self.header = Some(Header::Windows(windows::Header::usual()));
                }
                if let Some(Header::Windows(header)) = &mut self.header {
                    header.read(line);
                }
                return is_header(Format::Windows);
            }
            if may_be(Format::Zeek)
                && (zeek::Header::begins(line) || matches!(self.header, Some(Header::Zeek(_))) || wanted.is_some())
            {
                if !matches!(self.header, Some(Header::Zeek(_))) {
                    self.header = Some(Header::Zeek(zeek::Header::default()));
                }
                if let Some(Header::Zeek(header)) = &mut self.header {
                    header.read(line);
                }
                return is_header(Format::Zeek);
            }
        }
        if may_be(Format::Aws)
            && let Some(header) = aws::Header::read(line)
        {
            self.header = Some(Header::Aws(header));
            return is_header(Format::Aws);
        }
        if may_be(Format::Nfdump)
            && let Some(header) = nfdump::Header::read(line)
        {
            self.header = Some(Header::Nfdump(header));
            return is_header(Format::Nfdump);
        }
        if self.header.is_none() {
            if may_be(Format::Aws) && aws::Header::fits(line) {
                self.header = Some(Header::Aws(aws::Header::usual()));
            } else if may_be(Format::Windows) && windows::Header::fits(line) {
                self.header = Some(Header::Windows(windows::Header::usual()));
            } else if wanted == Some(Format::Zeek) {
                return Some(Err(Reason::NoHeader));
            }
        }
        let (format, read) = match self.header.as_mut()? {
            Header::Zeek(header) => (Format::Zeek, header.row(line, self.options)),
            Header::Windows(header) => (Format::Windows, header.row(line, self.options)),
            Header::Aws(header) => (Format::Aws, header.row(line, self.options)),
            Header::Nfdump(header) => (Format::Nfdump, header.row(line, self.options)),
        };
        Some(read.map(|line| (format, line)))
    }

    /// A line of syslog, of the format that is wanted or of whichever it is.
    fn syslog<'a>(&mut self, line: &'a str, wanted: Option<Format>) -> Read<'a> {
        let entry = Entry::read(line, self.options);
        if let Some(message) = entry.of_program("suricata").filter(|message| message.starts_with('{'))
            && wanted.is_none_or(|wanted| wanted == Format::Suricata)
        {
            return json::read(message, Some(Format::Suricata), &mut self.halves, self.options);
        }
        if matches!(entry.program, Some("zeek" | "bro" | "ulogd" | "ulogd2")) && entry.message.starts_with('{') {
            return json::read(entry.message, wanted, &mut self.halves, self.options);
        }
        self.entry(&entry, line, wanted)
    }

    fn entry<'a>(&self, entry: &Entry<'a>, line: &'a str, wanted: Option<Format>) -> Read<'a> {
        let options = self.options;
        let may_be = |format| wanted.is_none_or(|wanted| wanted == format);
        let event = |format, event| Ok((format, Line::Event(event)));
        // A UniFi gateway writes some lines as the kernel does.
        let is_packet_filter = may_be(Format::Netfilter) || may_be(Format::Unifi);
        if is_packet_filter && let Some(message) = netfilter::message(entry) {
            let (repeats, message) = repeated(message).unwrap_or((1, message));
            match entry.time().and_then(|time| netfilter::packet(time, message, options)) {
                Ok(packet) => {
                    let hits = packet.hits.saturating_mul(repeats);
                    return event(wanted.unwrap_or(Format::Netfilter), ParsedEvent { hits, ..packet });
                }
                // What ulogd and others say that is no packet may be of another format.
                Err(Reason::NoInterface) if entry.program != Some("kernel") => {}
                Err(reason) => return Err(reason),
            }
        }
        if let Some(count) = last_repeated(entry.message).or_else(|| last_repeated(entry.unnamed)) {
            return Ok((wanted.unwrap_or(Format::Netfilter), Line::Repeat(entry.time()?, count)));
        }
        type Look = for<'a> fn(&Entry<'a>, &ImportOptions) -> Option<Result<Line<'a>, Reason>>;
        const LOOKS: [(Format, Look); 10] = [
            (Format::Pf, pf::read),
            (Format::Pf, pflog::read),
            (Format::Mikrotik, mikrotik::read),
            (Format::Fortigate, fortigate::read),
            (Format::Cisco, cisco::read),
            (Format::Sophos, sophos::read),
            (Format::Watchguard, watchguard::read),
            (Format::Sonicwall, sonicwall::read),
            (Format::Juniper, juniper::read),
            (Format::Paloalto, paloalto::read),
        ];
        for (format, look) in LOOKS {
            if may_be(format)
                && let Some(read) = look(entry, options)
            {
                return read.map(|line| (format, line));
            }
        }
        if let Some((format, read)) = cef::read(entry, options)
            && may_be(format)
        {
            return read.map(|line| (format, line));
        }
        if may_be(Format::Conntrack)
            && let Some(read) = conntrack::read(entry, line, options)
        {
            return read.map(|line| (Format::Conntrack, line));
        }
        if may_be(Format::Nfdump)
            && let Some(read) = nfdump::read(entry, line, options)
        {
            return read.map(|line| (Format::Nfdump, line));
        }
        if is_packet_filter {
            if let Some(read) = proxmox::read(line, options) {
                return read.map(|line| (wanted.unwrap_or(Format::Netfilter), line));
            }
            if let Some(message) = netfilter::unnamed(entry) {
                let format = if message.starts_with('[') { Format::Unifi } else { Format::Netfilter };
                let packet = entry.time().and_then(|time| netfilter::packet(time, message, options))?;
                return event(wanted.unwrap_or(format), packet);
            }
        }
        entry.time()?;
        Err(Reason::NotFirewall { expected: wanted.map_or("line of a known firewall", Format::expected) })
    }
}

fn owned(line: Line<'_>) -> Line<'static> {
    match line {
        Line::Event(event) => Line::Event(event.into_owned()),
        Line::Events(events) => Line::Events(events),
        Line::Repeat(time, count) => Line::Repeat(time, count),
        Line::Part => Line::Part,
        Line::Other(kind) => Line::Other(kind.into_owned().into()),
    }
}

fn trim_end(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}
