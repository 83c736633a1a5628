//! `rdap`: whose an address is, by the Registration Data Access Protocol (RFC 7480 to 7484, 9082 and 9083).
//!
//! IANA's bootstrap file (RFC 9224, which took the place of RFC 7484) says which registry to ask.

mod answer;
mod bootstrap;

use std::net::IpAddr;

use net_scout_sdk::http::{self, Header, Method};
use net_scout_sdk::{Arguments, Description, EnrichError, Observable, ObservableKind, Parameter, answered, enricher};
use serde_json::Value;

enricher!(describe, enrich);

/// Where the bootstrap files are.
const IANA: &str = "https://data.iana.org/rdap";

fn describe() -> Description {
    let summary = "Whose an address is, by RDAP";
    let bootstrap = "Where the files ipv4.json and ipv6.json are that say which registry to ask; empty for IANA's";
    Description::enricher("rdap", env!("CARGO_PKG_VERSION"), summary, &[ObservableKind::Ip])
        .kept(7 * 86_400, 3_600)
        .parameter(Parameter::line("bootstrap_url", "", 1_000, bootstrap))
        .talks_to(&["GET"], "https://data.iana.org", None)
        .talks_to(&["GET"], "{=bootstrap_url}", None)
        .talks_to(&["GET"], "https://rdap.arin.net", None)
        .talks_to(&["GET"], "https://rdap.db.ripe.net", None)
        .talks_to(&["GET"], "https://rdap.apnic.net", None)
        .talks_to(&["GET"], "https://rdap.lacnic.net", None)
        .talks_to(&["GET"], "https://rdap.afrinic.net", None)
}

fn enrich(observable: Observable, arguments: &Arguments) -> Result<String, EnrichError> {
    let address: IpAddr =
        observable.value.parse().map_err(|_| EnrichError::Invalid(format!("`{}` is no address", observable.value)))?;
    let file = if address.is_ipv4() { "ipv4.json" } else { "ipv6.json" };
    let set = arguments.text("bootstrap_url")?.trim().trim_end_matches('/');
    let services = get(&format!("{}/{file}", if set.is_empty() { IANA } else { set }))?;
    let server = bootstrap::server(&services, address)
        .ok_or_else(|| EnrichError::NotFound(format!("no registry is known to answer for {address}")))?;
    let network = get(&format!("{}/ip/{address}", server.trim_end_matches('/')))?;
    Ok(answer::network(&network).to_string())
}

fn get(url: &str) -> Result<Value, EnrichError> {
    let accept = Header { name: "accept".to_owned(), value: "application/rdap+json, application/json".to_owned() };
    let body = answered(http::send(Method::Get, url, &[accept], None)?)?;
    serde_json::from_slice(&body).map_err(|error| EnrichError::Invalid(format!("the answer is no JSON: {error}")))
}
