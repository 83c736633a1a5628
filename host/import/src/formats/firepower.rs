//! Events of Cisco's Threat Defense about connections and intrusions, messages 430001 to 430003: `Name: value` with commas between them.
//!
//! `%FTD-1-430003: AccessControlRuleAction: Block, SrcIP: 192.0.2.1, DstIP: 198.51.100.1, SrcPort: 40000, DstPort: 22, Protocol: tcp, ...`
//!
//! <https://www.cisco.com/c/en/us/td/docs/security/firepower/Syslogs/b_fptd_syslog_guide/security-event-syslog-messages.html>

use std::borrow::Cow;

use crate::carrier::date;
use crate::carrier::entry::Entry;
use crate::direction::{self, Way};
use crate::event::{Line, ParsedEvent, Values};
use crate::options::ImportOptions;
use crate::reason::Reason;
use crate::{verdict, zone};

/// Reads what stands behind the number of the message.
///
/// # Errors
/// When values are missing, or one makes no sense.
pub(super) fn read<'a>(entry: &Entry<'a>, said: &'a str, options: &ImportOptions) -> Result<Line<'a>, Reason> {
    // A value may hold commas, but none is followed by a name that is looked for: names of rules come behind these.
    let get = |name: &str| {
        let mut rest = said;
        loop {
            let (pair, behind) = rest.split_once(", ").unwrap_or((rest, ""));
            match pair.split_once(": ") {
                Some((known, value)) if known == name => return value.trim(),
                _ if behind.is_empty() => return "",
                _ => rest = behind,
            }
        }
    };
    let values = Values {
        source: get("SrcIP"),
        source_port: get("SrcPort"),
        destination: get("DstIP"),
        destination_port: get("DstPort"),
        proto: get("Protocol"),
        in_if: get("IngressInterface"),
        out_if: get("EgressInterface"),
    };
    if values.source.is_empty() || values.destination.is_empty() {
        return Ok(Line::Other(Cow::Borrowed("event without addresses")));
    }
    let time = match get("FirstPacketSecond") {
        "" => entry.time()?,
        first => date::any_unit("FirstPacketSecond", first, options).or_else(|_| entry.time())?,
    };
    let event = values.event(time, ["SrcIP", "SrcPort", "DstIP", "DstPort", "Protocol"])?;
    let way = match direction::by_addresses(event.source, event.destination, options) {
        Way::Open => zone::way(get("IngressZone"), get("EgressZone"))
            .or_else(|| zone::way(values.in_if, values.out_if))
            .unwrap_or(Way::Open),
        way => way,
    };
    let action = [get("AccessControlRuleAction"), get("InlineResult")].into_iter().find(|action| !action.is_empty());
    // "Would have dropped": it did not.
    let action = action.filter(|action| !action.starts_with("Would")).unwrap_or_default();
    let verdict = verdict::of_value(action, options.default_verdict);
    Ok(Line::Event(ParsedEvent { verdict, way, ..event }))
}
