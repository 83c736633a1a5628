//! JSON lines of Suricata and Zeek: one record with the names of both, so that a line is read once and then known for what it is.

use serde::Deserialize;
use serde_json::Value;

use super::event::Line;
use super::format::Format;
use super::reason::{Reason, shorten};
use super::{suricata, zeek};

/// The longest text about JSON that cannot be read, in characters.
const MAXIMUM_COMPLAINT: usize = 120;

/// The values that are looked at. What else a line has is skipped.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Record {
    // Suricata.
    pub(super) timestamp: Option<String>,
    pub(super) event_type: Option<String>,
    pub(super) src_ip: Option<String>,
    pub(super) src_port: Option<u64>,
    pub(super) dest_ip: Option<String>,
    pub(super) dest_port: Option<u64>,
    pub(super) in_iface: Option<String>,
    /// That of an alert: whether the packet went to the server or to the client. Other events have other things there.
    pub(super) direction: Option<Value>,
    pub(super) alert: Option<suricata::Alert>,
    pub(super) flow: Option<suricata::Flow>,
    pub(super) tcp: Option<suricata::Tcp>,
    pub(super) drop: Option<suricata::Drop>,
    pub(super) verdict: Option<suricata::Verdict>,
    // Both: a name in the one, in the other too.
    pub(super) proto: Option<String>,
    // Zeek.
    #[serde(rename = "_path")]
    pub(super) path: Option<String>,
    pub(super) ts: Option<Value>,
    #[serde(rename = "id.orig_h")]
    pub(super) orig_h: Option<String>,
    #[serde(rename = "id.orig_p")]
    pub(super) orig_p: Option<u64>,
    #[serde(rename = "id.resp_h")]
    pub(super) resp_h: Option<String>,
    #[serde(rename = "id.resp_p")]
    pub(super) resp_p: Option<u64>,
    pub(super) conn_state: Option<String>,
    pub(super) history: Option<String>,
    pub(super) orig_pkts: Option<u64>,
    pub(super) resp_pkts: Option<u64>,
    pub(super) local_orig: Option<bool>,
    pub(super) local_resp: Option<bool>,
}

/// Reads a line, of that format or of whichever it is.
///
/// # Errors
/// When it is no JSON of either, or values that a packet or a flow must have are missing or make no sense.
pub(super) fn read(
    line: &str,
    wanted: Option<Format>,
    options: &super::ImportOptions,
) -> Result<(Format, Line<'static>), Reason> {
    let record: Record =
        serde_json::from_str(line).map_err(|error| Reason::BadJson { value: shorten(&error.to_string(), MAXIMUM_COMPLAINT) })?;
    let is_suricata = record.event_type.is_some() && wanted.is_none_or(|wanted| wanted == Format::Suricata);
    let is_zeek = record.orig_h.is_some() || record.path.is_some() && record.ts.is_some();
    if is_suricata {
        suricata::read(record, options).map(|line| (Format::Suricata, line))
    } else if is_zeek && wanted.is_none_or(|wanted| wanted == Format::Zeek) {
        zeek::read_json(record, options).map(|line| (Format::Zeek, line))
    } else {
        Err(Reason::UnknownJson)
    }
}
