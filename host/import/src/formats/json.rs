//! JSON records: each format's by the names in it, so that one file may hold several.

use serde::Deserialize;
use serde_json::Value;

use super::{Format, azure, gcp, suricata, ulogd, zeek};
use crate::event::Line;
use crate::options::ImportOptions;
use crate::reason::{Reason, complaint};

/// The values that are looked at. What else a line has is skipped.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Record {
    // Suricata.
    pub(super) timestamp: Option<String>,
    pub(super) event_type: Option<String>,
    pub(super) flow_id: Option<u64>,
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
    pub(super) netflow: Option<suricata::NetFlow>,
    pub(super) drop: Option<suricata::Drop>,
    pub(super) verdict: Option<suricata::Verdict>,
    // Both: a name in the one, in the other too.
    pub(super) proto: Option<String>,
    // Zeek.
    #[serde(rename = "_path")]
    pub(super) path: Option<String>,
    pub(super) ts: Option<Value>,
    #[serde(rename = "id.orig_h", alias = "id_orig_h", alias = "id$orig_h")]
    pub(super) orig_h: Option<String>,
    #[serde(rename = "id.orig_p", alias = "id_orig_p", alias = "id$orig_p")]
    pub(super) orig_p: Option<u64>,
    #[serde(rename = "id.resp_h", alias = "id_resp_h", alias = "id$resp_h")]
    pub(super) resp_h: Option<String>,
    #[serde(rename = "id.resp_p", alias = "id_resp_p", alias = "id$resp_p")]
    pub(super) resp_p: Option<u64>,
    /// Where the four are in an object of their own.
    #[serde(default, deserialize_with = "object_or_none")]
    pub(super) id: Option<Ends>,
    pub(super) ip_proto: Option<u64>,
    pub(super) conn_state: Option<String>,
    pub(super) history: Option<String>,
    pub(super) orig_pkts: Option<u64>,
    pub(super) resp_pkts: Option<u64>,
    pub(super) local_orig: Option<bool>,
    pub(super) local_resp: Option<bool>,
}

/// The addresses and ports of a connection.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Ends {
    pub(super) orig_h: Option<String>,
    pub(super) orig_p: Option<u64>,
    pub(super) resp_h: Option<String>,
    pub(super) resp_p: Option<u64>,
}

/// An object of that kind; anything else that another program has there is none.
fn object_or_none<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Ends>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Ends(Ends),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Ends(ends) => Some(ends),
        Either::Other(_) => None,
    })
}

/// Reads a line, of that format or of whichever it is.
///
/// # Errors
/// When it is no JSON of a known format, or values that a packet or a flow must have are missing or make no sense.
pub(crate) fn read(
    line: &str,
    wanted: Option<Format>,
    halves: &mut suricata::Halves,
    options: &ImportOptions,
) -> Result<(Format, Line<'static>), Reason> {
    let may_be = |format| wanted.is_none_or(|wanted| wanted == format);
    let has = |name: &str| memchr::memmem::find(line.as_bytes(), name.as_bytes()).is_some();
    let value = || serde_json::from_str::<Value>(line).map_err(|error| complaint(&error, line));
    if may_be(Format::Gcp) && has("\"jsonPayload\"") {
        return Ok((Format::Gcp, gcp::read(&value()?, options)?));
    }
    if may_be(Format::Azure) && has("\"flowTuples\"") {
        return Ok((Format::Azure, azure::read(&value()?, options)?));
    }
    if may_be(Format::Ulogd) && (has("\"oob.") || has("\"raw.pktlen\"") || has("\"ip.protocol\"")) {
        return Ok((Format::Ulogd, ulogd::read(&value()?, options)?));
    }
    let record: Record = serde_json::from_str(line).map_err(|error| complaint(&error, line))?;
    // Old versions wrote alerts without saying that they are.
    let is_suricata = record.event_type.is_some() || record.alert.is_some() && record.timestamp.is_some();
    let has_ends = record.orig_h.is_some() || record.id.as_ref().is_some_and(|id| id.orig_h.is_some());
    let is_zeek = has_ends || record.path.is_some() && record.ts.is_some();
    if is_suricata && may_be(Format::Suricata) {
        suricata::read(record, halves, options).map(|line| (Format::Suricata, line))
    } else if is_zeek && may_be(Format::Zeek) {
        zeek::read_json(record, options).map(|line| (Format::Zeek, line))
    } else {
        Err(Reason::UnknownJson)
    }
}
