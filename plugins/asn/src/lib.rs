//! `asn`: the network that announces an address, from Team Cymru's DNS service (<https://www.team-cymru.com/ip-asn-mapping>).
//!
//! A TXT record for the address says `AS | prefix | country | registry | date`; one for the AS number says
//! `AS | country | registry | date | name`.

use std::net::IpAddr;

use net_scout_sdk::dns::{RecordData, RecordType};
use net_scout_sdk::{Arguments, Description, EnrichError, Observable, ObservableKind, dns, enricher, reversed};
use serde_json::json;

enricher!(describe, enrich);

const WEEK: u32 = 7 * 86_400;

fn describe() -> Description {
    let summary = "The network that announces an address, by DNS from Team Cymru";
    Description::enricher("asn", env!("CARGO_PKG_VERSION"), summary, &[ObservableKind::Ip])
        .kept(WEEK, 3_600)
        .asks_dns(&["TXT"], "*.origin.asn.cymru.com")
        .asks_dns(&["TXT"], "*.origin6.asn.cymru.com")
        .asks_dns(&["TXT"], "*.asn.cymru.com")
}

fn enrich(observable: Observable, _arguments: &Arguments) -> Result<String, EnrichError> {
    let address: IpAddr =
        observable.value.parse().map_err(|_| EnrichError::Invalid(format!("`{}` is no address", observable.value)))?;
    let origins = texts(&origin_name(address))?;
    // An address may be announced by several prefixes: the longest is the one that is used.
    let best = origins.iter().map(|text| fields(text)).max_by_key(prefix_length);
    let Some([numbers, prefix, country, registry, allocated]) = best else {
        return Err(EnrichError::NotFound(format!("no network announces {address}")));
    };
    // A prefix may have several origins, separated by spaces.
    let numbers: Vec<u32> = numbers.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let Some(number) = numbers.first() else {
        return Err(EnrichError::Invalid(format!("`{}` names no AS number", origins.join("; "))));
    };
    // Without a name the number is still worth having.
    let name =
        texts(&format!("AS{number}.asn.cymru.com")).ok().and_then(|names| names.first().map(|text| fields(text)[4].to_owned()));
    Ok(json!({
        "asn": number,
        "asns": numbers,
        "name": name,
        "prefix": prefix,
        "country": country,
        "registry": registry,
        "allocated": allocated,
    })
    .to_string())
}

fn texts(name: &str) -> Result<Vec<String>, EnrichError> {
    let records = dns::resolve(name, RecordType::Txt)?;
    Ok(records
        .into_iter()
        .filter_map(|record| match record {
            RecordData::Text(text) => Some(text),
            _ => None,
        })
        .collect())
}

fn origin_name(address: IpAddr) -> String {
    let zone = if address.is_ipv4() { "origin" } else { "origin6" };
    format!("{}.{zone}.asn.cymru.com", reversed(address))
}

fn fields(text: &str) -> [&str; 5] {
    let mut fields = text.split('|').map(str::trim);
    std::array::from_fn(|_| fields.next().unwrap_or_default())
}

fn prefix_length(fields: &[&str; 5]) -> u8 {
    fields[1].split_once('/').and_then(|(_, length)| length.parse().ok()).unwrap_or(0)
}
