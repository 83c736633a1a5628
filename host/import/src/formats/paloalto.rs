//! Traffic and threat logs of Palo Alto Networks' firewalls as comma-separated values.
//!
//! `1,2026/03/11 20:35:11,001801000000,TRAFFIC,drop,2304,2026/03/11 20:35:10,192.0.2.1,198.51.100.1,...,tcp,deny,...`
//!
//! <https://docs.paloaltonetworks.com/pan-os/11-0/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions/traffic-log-fields>

use std::borrow::Cow;

use super::table;
use crate::carrier::date;
use crate::carrier::entry::Entry;
use crate::direction::{self, Way};
use crate::event::{Line, ParsedEvent, Values};
use crate::options::ImportOptions;
use crate::reason::Reason;
use crate::{verdict, zone};

/// How many values are looked at: the action is the 31st.
const FIELDS: usize = 31;

/// Reads a line; none where it is of anything else.
pub(crate) fn read<'a>(entry: &Entry<'a>, options: &ImportOptions) -> Option<Result<Line<'a>, Reason>> {
    if entry.is_process {
        return None;
    }
    let kind = |text: &'a str| text.split(',').nth(3);
    let is_theirs = |text: &str| {
        kind_of(text).is_some_and(|kind| {
            (3..=24).contains(&kind.len()) && kind.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_'))
        })
    };
    let text = [entry.message, entry.unnamed, entry.body].into_iter().find(|text| is_theirs(text))?;
    Some(match kind(text) {
        Some("TRAFFIC" | "THREAT") => packet(text, options).map(Line::Event),
        other => Ok(Line::Other(Cow::Borrowed(other.unwrap_or_default()))),
    })
}

/// The fourth value of a line that begins as theirs do: a number, a date, the number of the device.
fn kind_of(text: &str) -> Option<&str> {
    let mut values = text.split(',');
    let (_, date, serial, kind) = (values.next()?, values.next()?, values.next()?, values.next()?);
    let is_date = date.len() == "2026/03/11 20:35:11".len() && date.as_bytes()[4] == b'/';
    (is_date && serial.len() <= 32).then_some(kind)
}

fn packet<'a>(text: &'a str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    let values = table::split(text, ',')?;
    let get = |place: usize| values.get(place).map(|value| value.trim()).unwrap_or_default();
    if values.len() < FIELDS {
        return Err(Reason::Ragged { found: values.len(), expected: FIELDS });
    }
    let time = date::whole("time generated", get(6), options).or_else(|_| date::whole("receive time", get(1), options))?;
    let (from, to) = (get(16), get(17));
    let parsed = Values {
        source: get(7),
        source_port: get(24),
        destination: get(8),
        destination_port: get(25),
        proto: get(29),
        in_if: get(18),
        out_if: get(19),
    };
    let event = parsed.event(time, ["source", "source port", "destination", "destination port", "protocol"])?.into_owned();
    let way = match direction::by_addresses(event.source, event.destination, options) {
        Way::Open => zone::way(from, to).unwrap_or(Way::Open),
        way => way,
    };
    // How many sessions of the same sides and application were seen within five seconds.
    let hits = get(23).parse().ok().filter(|hits| *hits > 0).unwrap_or(1);
    Ok(ParsedEvent { verdict: verdict::of_value(get(30), options.default_verdict), way, hits, ..event })
}
