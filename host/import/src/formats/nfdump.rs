//! Flows that nfdump prints: as CSV under its header, and as the text of its formats `line` and `long`. They have no verdict.
//!
//! `2026-03-11 10:00:00,2026-03-11 10:00:00,0.000,192.0.2.9,198.51.100.1,40000,22,TCP,......S.,0,0,1,52`
//! `2026-03-11 10:00:00.459     0.000 UDP     192.0.2.1:24920   ->  198.51.100.1:22126        1       46     1`
//!
//! <https://github.com/phaag/nfdump/blob/master/man/nfdump.1>

use crate::carrier::date;
use crate::carrier::entry::Entry;
use crate::direction;
use crate::event::{self, Line, ParsedEvent, Values};
use crate::options::ImportOptions;
use crate::reason::Reason;

/// The columns that are looked at, in the names of version 1.6 and of 1.7.
const COLUMNS: [[&str; 2]; 7] = [
    ["ts", "firstSeen"],
    ["sa", "srcAddr"],
    ["sp", "srcPort"],
    ["da", "dstAddr"],
    ["dp", "dstPort"],
    ["pr", "proto"],
    ["flg", "flags"],
];

/// Where each column stands.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    places: [Option<usize>; COLUMNS.len()],
    /// The rows have ended, and sums follow.
    has_ended: bool,
}

impl Header {
    /// The header that a line is.
    pub(crate) fn read(line: &str) -> Option<Self> {
        if !line.starts_with("ts,") && !line.starts_with("firstSeen,") {
            return None;
        }
        let names: Vec<&str> = line.split(',').map(str::trim).collect();
        let places = COLUMNS.map(|spellings| names.iter().position(|name| spellings.contains(name)));
        places[..6].iter().all(Option::is_some).then_some(Self { places, has_ended: false })
    }

    /// Reads a row.
    ///
    /// # Errors
    /// When values are missing or make no sense.
    pub(crate) fn row<'a>(&mut self, line: &'a str, options: &ImportOptions) -> Result<Line<'a>, Reason> {
        self.has_ended |= line.starts_with("Summary");
        if self.has_ended || line.starts_with("No matching flows") {
            return Ok(Line::Other("summary".into()));
        }
        let values: Vec<&str> = line.split(',').map(str::trim).collect();
        let get = |column: usize| self.places[column].and_then(|place| values.get(place)).copied().unwrap_or_default();
        let [time, source, source_port, destination, destination_port, proto, flags] = [0, 1, 2, 3, 4, 5, 6].map(get);
        flow(time, Values { source, source_port, destination, destination_port, proto, ..Values::default() }, flags, options)
            .map(Line::Event)
    }
}

/// Reads a line of text; none where it is of anything else.
pub(crate) fn read<'a>(entry: &Entry<'a>, line: &'a str, options: &ImportOptions) -> Option<Result<Line<'a>, Reason>> {
    if line.starts_with("Date first seen") {
        return Some(Ok(Line::Other("header".into())));
    }
    if ["Summary: total flows", "Time window: ", "Total flows processed: ", "Sys: "].iter().any(|begin| line.starts_with(begin)) {
        return Some(Ok(Line::Other("summary".into())));
    }
    // A date, a duration, a protocol, two ends with an arrow between them, and numbers.
    if entry.time.is_err() || !entry.body.starts_with(|first: char| first.is_ascii_digit()) || !entry.body.contains(" -> ") {
        return None;
    }
    let (left, right) = entry.body.split_once(" -> ")?;
    let mut words = left.split_ascii_whitespace();
    let (duration, proto, source) = (words.next()?, words.next()?, words.next()?);
    if duration.parse::<f64>().is_err() || words.next().is_some() {
        return None;
    }
    let mut rest = right.split_ascii_whitespace();
    let destination = rest.next()?;
    let flags = rest.next().filter(|word| event::flag_places(word).is_some()).unwrap_or_default();
    let side = |text: &'a str| match text.rsplit_once(':') {
        // The port of IPv6 stands behind a dot, and that of ICMP holds one more, between type and code.
        Some((before, last)) if before.contains(':') => match last.find('.') {
            Some(dot) => (&text[..before.len() + 1 + dot], &last[dot + 1..]),
            None => (text, ""),
        },
        Some(split) => split,
        None => (text, ""),
    };
    let ((source, source_port), (destination, destination_port)) = (side(source), side(destination));
    let values = Values { source, source_port, destination, destination_port, proto, ..Values::default() };
    let time = entry.time();
    Some(time.and_then(|time| with_flags(values.event(time, NAMES)?, flags, options)).map(Line::Event))
}

const NAMES: [&str; 5] = ["source", "source port", "destination", "destination port", "protocol"];

fn flow<'a>(time: &str, values: Values<'a>, flags: &str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    // The port of ICMP is its type and code, with a dot between.
    with_flags(values.event(date::any_unit("time", time, options)?, NAMES)?, flags, options)
}

fn with_flags<'a>(event: ParsedEvent<'a>, flags: &str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    let way = direction::by_addresses(event.source, event.destination, options);
    let tcp_flags = Some(flags).filter(|flags| event.proto == "TCP" && !flags.is_empty()).and_then(event::flag_places);
    Ok(ParsedEvent { way, tcp_flags, verdict: options.default_verdict.of_named(), ..event })
}
