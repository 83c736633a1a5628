//! Flow logs of Amazon's VPC: a table with spaces, under a header that names the fields, or of the default fields without one.
//!
//! `2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK`
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>

use crate::carrier::date;
use crate::direction;
use crate::event::{Line, ParsedEvent, Values};
use crate::options::ImportOptions;
use crate::reason::Reason;
use crate::verdict;
use net_scout_model::TcpFlags;

/// The fields of the default format.
const DEFAULT: &str =
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

/// What the header says of the rows.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    fields: Vec<String>,
}

impl Header {
    /// The header that a line is, with spaces, commas or tabs between the names, or as Athena and Parquet write them, with underscores.
    pub(crate) fn read(line: &str) -> Option<Self> {
        if !line.contains("srcaddr") {
            return None;
        }
        let fields: Vec<String> = line
            .split([' ', ',', '\t'])
            .filter(|name| !name.is_empty())
            .map(|name| name.trim_matches('"').replace('_', "-"))
            .collect();
        let has = |name: &str| fields.iter().any(|field| field == name);
        (has("srcaddr") && has("dstaddr") && (has("start") || has("end"))).then_some(Self { fields })
    }

    /// Whether a line is a row of the default format, which CloudWatch shows without a header, some with a date in front.
    pub(crate) fn fits(line: &str) -> bool {
        if !line.ends_with("OK") && !line.ends_with("DATA") {
            return false;
        }
        let mut words = line.split_ascii_whitespace().rev();
        let is_status = words.next().is_some_and(|word| matches!(word, "OK" | "NODATA" | "SKIPDATA"));
        is_status && matches!(line.split_ascii_whitespace().rev().nth(11), Some(word) if word.starts_with("eni-"))
    }

    pub(crate) fn usual() -> Self {
        Self { fields: DEFAULT.split(' ').map(str::to_owned).collect() }
    }

    /// Reads a row.
    ///
    /// # Errors
    /// When values are missing or make no sense.
    pub(crate) fn row<'a>(&self, line: &'a str, options: &ImportOptions) -> Result<Line<'a>, Reason> {
        let words: Vec<&str> =
            line.split([' ', ',', '\t', '\r']).map(|word| word.trim_matches('"')).filter(|word| !word.is_empty()).collect();
        let Some(skipped) = words.len().checked_sub(self.fields.len()) else {
            return Err(Reason::Ragged { found: words.len(), expected: self.fields.len() });
        };
        // CloudWatch puts when it got the record in front.
        let words = words
            .get(skipped..)
            .filter(|_| skipped <= 1)
            .ok_or(Reason::Ragged { found: words.len(), expected: self.fields.len() })?;
        let get = |name: &str| {
            self.fields.iter().position(|field| field == name).and_then(|place| words.get(place)).copied().unwrap_or("-")
        };
        match get("log-status") {
            "NODATA" => return Ok(Line::Other("NODATA".into())),
            "SKIPDATA" => return Ok(Line::Other("SKIPDATA".into())),
            _ => {}
        }
        let values = Values {
            source: get("srcaddr"),
            source_port: get("srcport"),
            destination: get("dstaddr"),
            destination_port: get("dstport"),
            proto: get("protocol"),
            ..Values::default()
        };
        let start = Some(get("start")).filter(|start| *start != "-").unwrap_or(get("end"));
        let event =
            values.event(date::any_unit("start", start, options)?, ["srcaddr", "srcport", "dstaddr", "dstport", "protocol"])?;
        // That of a transit gateway is the way into the gateway or out of it, whatever is behind.
        let is_gateway = self.fields.iter().any(|field| field == "tgw-id");
        let said = if is_gateway { None } else { direction::said(get("flow-direction")) };
        let way = said.unwrap_or_else(|| direction::by_addresses(event.source, event.destination, options));
        // All flags of the time that a record is of, of SYN, FIN and RST; an ACK counts only beside a SYN.
        let flags =
            get("tcp-flags").parse::<u8>().ok().filter(|flags| event.proto == "TCP" && *flags != 0).map(TcpFlags::from_bits);
        let tcp_flags = flags.map(|flags| match (flags.has(TcpFlags::SYN), flags.has(TcpFlags::ACK)) {
            (true, true) => TcpFlags::SYN.with(TcpFlags::ACK),
            (true, false) => TcpFlags::SYN,
            _ => flags,
        });
        Ok(Line::Event(ParsedEvent {
            verdict: verdict::of_value(get("action"), options.default_verdict),
            way,
            tcp_flags,
            ..event
        }))
    }
}
