//! Tables of the operator's own, as CSV with a header and as JSON lines, with the meaning of their values from a [`Mapping`].
//!
//! A row of CSV is one line (RFC 4180 but for line breaks in quotes); comma, semicolon, tab or bar is what its header is separated by.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::carrier::date;
use crate::direction::{self, Seen};
use crate::event::{self, ParsedEvent};
use crate::mapping::{Mapping, TableColumn};
use crate::options::ImportOptions;
use crate::reason::{Reason, complaint, quoted, shorten};
use crate::verdict;
use net_scout_model::TcpFlags;

/// What a header may be separated by, the likeliest first.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];
/// How much of a header a message shows, in characters.
const MAXIMUM_HEADER: usize = 200;

/// The header of a CSV table.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    separator: char,
    /// How many names it has.
    width: usize,
    /// Where each column stands, in the order of [`TableColumn::ALL`].
    places: [Option<usize>; TableColumn::ALL.len()],
}

impl Header {
    /// Reads the first line.
    ///
    /// # Errors
    /// When a column is not there that was given a name, or that no event is without; or a quote is open.
    pub(crate) fn read(line: &str, mapping: &Mapping) -> Result<Self, Reason> {
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        let fit = |separator: char| {
            let names = split(line, separator).unwrap_or_default();
            let is_known = |column: &&TableColumn| names.iter().any(|name| name.trim() == mapping.name(**column));
            (TableColumn::ALL.iter().filter(is_known).count(), names.len())
        };
        // Of equals, the last: the commonest.
        let separator = SEPARATORS.into_iter().rev().max_by_key(|separator| fit(*separator)).unwrap_or(',');
        let names = split(line, separator)?;
        let places = TableColumn::ALL.map(|column| names.iter().position(|name| name.trim() == mapping.name(column)));
        for (column, place) in TableColumn::ALL.into_iter().zip(places) {
            if place.is_none() && (column.is_needed() || mapping.named(column).is_some()) {
                let header = names.iter().map(|name| name.trim()).collect::<Vec<_>>().join(", ");
                return Err(Reason::NoColumn {
                    column: column.name(),
                    name: quoted(mapping.name(column)),
                    header: shorten(&header, MAXIMUM_HEADER),
                });
            }
        }
        Ok(Self { separator, width: names.len(), places })
    }

    /// Reads a row.
    ///
    /// # Errors
    /// When it has more or fewer values than the header, or values make no sense.
    pub(crate) fn row<'a>(&self, line: &'a str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
        let mut values = split(line, self.separator)?;
        if values.len() != self.width {
            return Err(Reason::Ragged { found: values.len(), expected: self.width });
        }
        let values = self.places.map(|place| place.and_then(|place| values.get_mut(place)).map(std::mem::take));
        build(values, options)
    }
}

/// The values of a line. Quotes around a value are taken off, doubled ones inside become single.
pub(crate) fn split(line: &str, separator: char) -> Result<Vec<Cow<'_, str>>, Reason> {
    let mut values = Vec::new();
    let mut rest = line;
    loop {
        let Some(inside) = rest.strip_prefix('"') else {
            let Some((value, behind)) = rest.split_once(separator) else {
                values.push(Cow::Borrowed(rest));
                return Ok(values);
            };
            values.push(Cow::Borrowed(value));
            rest = behind;
            continue;
        };
        let mut end = 0;
        loop {
            end += inside[end..].find('"').ok_or(Reason::OpenQuote)?;
            if !inside[end + 1..].starts_with('"') {
                break;
            }
            end += 2;
        }
        let value = &inside[..end];
        values.push(if value.contains('"') { Cow::Owned(value.replace("\"\"", "\"")) } else { Cow::Borrowed(value) });
        let behind = &inside[end + 1..];
        match behind.split_once(separator) {
            Some((between, behind)) if between.trim().is_empty() => rest = behind,
            None if behind.trim().is_empty() => return Ok(values),
            _ => return Err(Reason::BadValue { field: "separator behind a quote", value: quoted(behind) }),
        }
    }
}

/// Reads a JSON line. A name is a key, or keys with dots between them that lead into objects.
///
/// # Errors
/// When it is no JSON object, or values are missing or make no sense.
pub(crate) fn record(line: &str, mapping: &Mapping, options: &ImportOptions) -> Result<ParsedEvent<'static>, Reason> {
    let object: Map<String, Value> = serde_json::from_str(line).map_err(|error| complaint(&error, line))?;
    let mut values: Values<'_> = Default::default();
    for (slot, column) in values.iter_mut().zip(TableColumn::ALL) {
        *slot = match find(&object, mapping.name(column)) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(Cow::Borrowed(text)),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Some(Cow::Owned(value.to_string())),
            Some(_) => return Err(Reason::BadValue { field: column.name(), value: "[...]".to_owned() }),
        };
    }
    build(values, options).map(ParsedEvent::into_owned)
}

fn find<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = object.get(name) {
        return Some(value);
    }
    name.match_indices('.').find_map(|(dot, _)| find(object.get(&name[..dot])?.as_object()?, &name[dot + 1..]))
}

/// A value for each of [`TableColumn::ALL`].
type Values<'a> = [Option<Cow<'a, str>>; TableColumn::ALL.len()];

fn build<'a>(values: Values<'a>, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    let values = values.map(|value| value.filter(|value| !event::is_none(value.trim())));
    let [time, source, source_port, destination, destination_port, proto, verdict, way, in_if, out_if, flags] = values;
    let text = |value: &Option<Cow<'a, str>>| value.as_deref().map(|value| value.trim().to_owned()).unwrap_or_default();
    let time = time.ok_or(Reason::Absent { field: TableColumn::Time.name() })?;
    let time = date::any_unit("time", &time, options)?;
    let [source, source_port, destination, destination_port, proto, in_name, out_name] =
        [&source, &source_port, &destination, &destination_port, &proto, &in_if, &out_if].map(text);
    let read = event::Values {
        source: &source,
        source_port: &source_port,
        destination: &destination,
        destination_port: &destination_port,
        proto: &proto,
        in_if: &in_name,
        out_if: &out_name,
    };
    let event = read.event(time, ["src_ip", "src_port", "dst_ip", "dst_port", "proto"])?.into_owned();
    let seen = Seen::Machine { has_in: event.in_if.is_some(), has_out: event.out_if.is_some() };
    let way = way.as_deref().and_then(|way| direction::said(way.trim()));
    let way = way.unwrap_or_else(|| direction::way(seen, event.source, event.destination, options));
    let tcp_flags = flags
        .filter(|_| event.proto == "TCP")
        .map(|text| flags_of(&text).ok_or_else(|| Reason::BadValue { field: "tcp_flags", value: quoted(&text) }))
        .transpose()?;
    let verdict = verdict::of_value(verdict.as_deref().unwrap_or_default(), options.default_verdict);
    Ok(ParsedEvent { verdict, way, tcp_flags, ..event })
}

/// Flags as a number in base 10 or 16, as words, or as letters.
fn flags_of(text: &str) -> Option<TcpFlags> {
    let text = text.trim();
    let number = text.strip_prefix("0x").map_or_else(|| text.parse::<u16>().ok(), |digits| u16::from_str_radix(digits, 16).ok());
    // What is behind the eight flags is the length of the header, or reserved.
    number
        .filter(|_| !text.starts_with('+'))
        .map(|number| TcpFlags::from_bits((number & 0xff) as u8))
        .or_else(|| event::flag_places(text))
        .or_else(|| event::flag_words(text))
        .or_else(|| event::flag_letters(text))
}
