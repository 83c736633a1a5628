//! The log of the Windows firewall, `pfirewall.log`: a table under a header of `#` lines.
//!
//! `2022-08-13 07:26:52 DROP TCP 192.0.2.52 10.12.13.14 28126 3390 52 S 607837051 0 8192 - - - RECEIVE`
//!
//! <https://learn.microsoft.com/windows/security/operating-system-security/network-security/windows-firewall/configure-logging>

use std::borrow::Cow;

use crate::carrier::date;
use crate::direction::{self, Way};
use crate::event::{self, Line, ParsedEvent, Values};
use crate::options::ImportOptions;
use crate::reason::Reason;
use crate::verdict;

/// The fields of the version that all Windows since XP SP2 writes, for a log whose header was cut off.
const FIELDS: &str =
    "date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path";

/// What the header says of the rows.
#[derive(Clone, Debug)]
pub(crate) struct Header(Vec<String>);

impl Header {
    /// Whether a line is of such a header.
    pub(crate) fn begins(line: &str) -> bool {
        line.starts_with("#Fields:")
            || line.starts_with("#Version:")
            || line.starts_with("#Software:")
            || line.starts_with("#Time Format:")
    }

    /// Whether a line is a row of a log without its header.
    pub(crate) fn fits(line: &str) -> bool {
        if !line.starts_with(|first: char| first.is_ascii_digit()) {
            return false;
        }
        let mut words = line.split_ascii_whitespace().skip(2);
        let action = words.next().unwrap_or_default();
        let is_action = matches!(action, "ALLOW" | "DROP" | "OPEN" | "CLOSE" | "OPEN-INBOUND");
        is_action && words.count() >= 13
    }

    pub(crate) fn usual() -> Self {
        Self(FIELDS.split(' ').map(str::to_owned).collect())
    }

    /// Takes a `#` line; true when it names the fields.
    pub(crate) fn read(&mut self, line: &str) {
        if let Some(names) = line.strip_prefix("#Fields:") {
            self.0 = names.split_ascii_whitespace().map(str::to_owned).collect();
        }
    }

    /// Reads a row.
    ///
    /// # Errors
    /// When values are missing or make no sense.
    pub(crate) fn row<'a>(&self, line: &'a str, options: &ImportOptions) -> Result<Line<'a>, Reason> {
        let [mut day, mut time, mut action, mut path, mut flags] = [""; 5];
        let mut values = Values::default();
        if !self.0.iter().any(|name| name == "src-ip") {
            return Ok(Line::Other("row of another log of Windows".into()));
        }
        for (name, value) in self.0.iter().zip(line.split_ascii_whitespace()) {
            let slot = match name.as_str() {
                "date" => &mut day,
                "time" => &mut time,
                "action" => &mut action,
                "protocol" => &mut values.proto,
                "src-ip" => &mut values.source,
                "dst-ip" => &mut values.destination,
                "src-port" => &mut values.source_port,
                "dst-port" => &mut values.destination_port,
                "tcpflags" => &mut flags,
                "path" => &mut path,
                _ => continue,
            };
            *slot = value;
        }
        // The end of a connection whose beginning was logged too, and how many lines were lost.
        if action == "CLOSE" || action.starts_with("INFO") {
            return Ok(Line::Other(Cow::Owned(action.to_owned())));
        }
        let instant = date::whole("date", &format!("{day} {time}"), options)?;
        let event = values.event(instant, ["src-ip", "src-port", "dst-ip", "dst-port", "protocol"])?;
        let said = if action == "OPEN-INBOUND" { Some(Way::In) } else { direction::said(path) };
        let way = said.unwrap_or_else(|| direction::by_addresses(event.source, event.destination, options));
        let flags = Some(flags).filter(|flags| event.proto == "TCP" && !event::is_none(flags)).and_then(event::flag_letters);
        let verdict = verdict::of_value(action, options.default_verdict);
        Ok(Line::Event(ParsedEvent { verdict, way, tcp_flags: flags, ..event }))
    }
}
