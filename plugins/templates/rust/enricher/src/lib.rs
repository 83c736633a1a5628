//! `plugin_name`: the names of an address, by reverse DNS.

use net_scout_sdk::{Arguments, Description, EnrichError, Observable, ObservableKind, dns, enricher};
use serde_json::json;

enricher!(describe, enrich);

fn describe() -> Description {
    let summary = "The names of an address, by reverse DNS";
    Description::enricher("plugin_name", env!("CARGO_PKG_VERSION"), summary, &[ObservableKind::Ip])
        .asks_dns(&["PTR"], "*.in-addr.arpa")
        .asks_dns(&["PTR"], "*.ip6.arpa")
}

fn enrich(observable: Observable, _arguments: &Arguments) -> Result<String, EnrichError> {
    let names = dns::reverse(&observable.value)?;
    Ok(json!({ "name": names.first(), "names": names }).to_string())
}
