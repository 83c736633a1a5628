//! `dnsbl`: the blocklists that list an address, by DNS (RFC 5782).
//!
//! Off until the operator names zones: the terms of most lists want users to choose, and to use a resolver of their own.

use std::net::IpAddr;

use net_scout_sdk::dns::{DnsError, RecordData, RecordType};
use net_scout_sdk::{Arguments, Description, EnrichError, Observable, ObservableKind, Parameter, dns, enricher, reversed};
use serde_json::{Value, json};

enricher!(describe, enrich);

fn describe() -> Description {
    let summary = "The blocklists that list an address, by DNS";
    let zones = "The zones to ask, separated by commas, such as zen.spamhaus.org; empty for none";
    Description::enricher("dnsbl", env!("CARGO_PKG_VERSION"), summary, &[ObservableKind::Ip])
        .kept(6 * 3_600, 900)
        .parameter(Parameter::line("zones", "", 1_000, zones))
        .asks_dns(&["A", "TXT"], "*.{=zones}")
}

fn enrich(observable: Observable, arguments: &Arguments) -> Result<String, EnrichError> {
    let address: IpAddr =
        observable.value.parse().map_err(|_| EnrichError::Invalid(format!("`{}` is no address", observable.value)))?;
    let zones: Vec<&str> = arguments.text("zones")?.split(',').map(str::trim).filter(|zone| !zone.is_empty()).collect();
    let (mut listed, mut unknown) = (Vec::new(), Vec::new());
    for zone in &zones {
        let name = format!("{}.{zone}", reversed(address));
        match dns::resolve(&name, RecordType::A) {
            Ok(records) => listed.push(listing(zone, &name, &records)),
            // Not listed.
            Err(DnsError::NotFound(_)) => {}
            // One list that fails says nothing of the others.
            Err(error) => unknown.push((zone, EnrichError::from(error))),
        }
    }
    if unknown.len() == zones.len()
        && let Some((_, error)) = unknown.pop()
    {
        return Err(error);
    }
    let unknown: Vec<Value> =
        unknown.iter().map(|(zone, error)| json!({ "zone": zone, "error": format!("{error:?}") })).collect();
    Ok(json!({ "listed": listed, "asked": zones, "unknown": unknown }).to_string())
}

/// The return codes of a list and its reason, where it gives one.
fn listing(zone: &str, name: &str, records: &[RecordData]) -> Value {
    let codes: Vec<&str> = records
        .iter()
        .filter_map(|record| match record {
            RecordData::Address(code) => Some(code.as_str()),
            _ => None,
        })
        .collect();
    let reason = dns::resolve(name, RecordType::Txt).ok().and_then(|texts| {
        texts.into_iter().find_map(|record| match record {
            RecordData::Text(text) => Some(text),
            _ => None,
        })
    });
    json!({ "zone": zone, "codes": codes, "reason": reason })
}
