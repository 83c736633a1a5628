//! Flow logs of Azure's network security groups and virtual networks: JSON records that hold many flows each, as comma-separated tuples.
//!
//! `"1542110377,10.0.0.4,13.67.143.118,44931,443,T,O,A,B,,,,"`
//!
//! <https://learn.microsoft.com/azure/network-watcher/nsg-flow-logs-overview>,
//! <https://learn.microsoft.com/azure/network-watcher/vnet-flow-logs-overview>

use serde_json::Value;

use crate::carrier::date;
use crate::direction;
use crate::event::{Line, ParsedEvent, Values};
use crate::options::ImportOptions;
use crate::reason::{Reason, quoted};
use crate::verdict::Judged;

/// The most objects that are looked at on the way to the tuples of a record.
const MAXIMUM_DEPTH: usize = 8;

/// Reads a record, or what lies in one.
///
/// # Errors
/// When a tuple makes no sense.
pub(crate) fn read(record: &Value, options: &ImportOptions) -> Result<Line<'static>, Reason> {
    let mut events = Vec::new();
    collect(record, MAXIMUM_DEPTH, options, &mut events)?;
    Ok(Line::Events(events))
}

fn collect(value: &Value, depth: usize, options: &ImportOptions, events: &mut Vec<ParsedEvent<'static>>) -> Result<(), Reason> {
    let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
    match value {
        Value::Array(values) => values.iter().try_for_each(|value| collect(value, depth + 1, options, events)),
        Value::Object(object) => object.iter().try_for_each(|(name, value)| match value {
            Value::Array(tuples) if name == "flowTuples" => {
                for tuple in tuples.iter().filter_map(Value::as_str) {
                    events.extend(flow(tuple, options)?);
                }
                Ok(())
            }
            Value::Array(_) | Value::Object(_) => collect(value, depth, options, events),
            _ => Ok(()),
        }),
        _ => Ok(()),
    }
}

/// A flow; none for the later records of one that has begun before.
fn flow(tuple: &str, options: &ImportOptions) -> Result<Option<ParsedEvent<'static>>, Reason> {
    let mut fields = [""; 9];
    let mut found = 0;
    for (slot, value) in fields.iter_mut().zip(tuple.split(',')) {
        *slot = value;
        found += 1;
    }
    let [time, source, destination, source_port, destination_port, proto, way, decision, state] = fields;
    if found < 8 {
        return Err(Reason::BadValue { field: "flow tuple", value: quoted(tuple) });
    }
    let proto = match proto {
        "T" => "TCP",
        "U" => "UDP",
        other => other,
    };
    let values = Values { source, source_port, destination, destination_port, proto, ..Values::default() };
    let time = date::any_unit("time", time, options)?;
    let event = values.event(time, ["source", "source port", "destination", "destination port", "protocol"])?;
    // A network security group writes A or D and then the state; a virtual network writes the state, with D for what was denied.
    let verdict = match (decision, state) {
        ("A", "C" | "E") | ("C" | "E", _) => return Ok(None),
        ("A" | "B", _) => Judged::ACCEPT,
        ("D", _) => Judged::DROP,
        _ => return Err(Reason::BadValue { field: "decision", value: quoted(decision) }),
    };
    let way = direction::said(way).unwrap_or_else(|| direction::by_addresses(event.source, event.destination, options));
    Ok(Some(ParsedEvent { verdict, way, ..event.into_owned() }))
}
