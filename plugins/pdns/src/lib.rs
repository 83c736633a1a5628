//! `pdns`: what a passive DNS service knows of an address or a name.
//!
//! Off until the operator names the service and gives a key, which the host sends: the plugin never sees it.

use net_scout_sdk::http::{self, Header, Method};
use net_scout_sdk::{Arguments, Description, EnrichError, Observable, ObservableKind, Parameter, answered, enricher};
use serde_json::{Value, json};

/// The most that is kept of an answer, in bytes of JSON.
const LARGEST: usize = 200 << 10;

enricher!(describe, enrich);

fn describe() -> Description {
    let summary = "What a passive DNS service knows of an address or a name";
    let url = "The service, asked for URL/SUBJECT; empty for none";
    Description::enricher("pdns", env!("CARGO_PKG_VERSION"), summary, &[ObservableKind::Ip, ObservableKind::Domain])
        .kept(86_400, 3_600)
        .parameter(Parameter::line("url", "", 1_000, url))
        .talks_to(&["GET"], "{=url}", Some("PDNS_API_KEY"))
}

fn enrich(observable: Observable, arguments: &Arguments) -> Result<String, EnrichError> {
    let url = format!("{}/{}", arguments.text("url")?.trim().trim_end_matches('/'), observable.value);
    let accept = Header { name: "accept".to_owned(), value: "application/json".to_owned() };
    let body = answered(http::send(Method::Get, &url, &[accept], None)?)?;
    let records: Value =
        serde_json::from_slice(&body).map_err(|error| EnrichError::Invalid(format!("the answer is no JSON: {error}")))?;
    if records.to_string().len() <= LARGEST {
        return Ok(json!({ "records": records }).to_string());
    }
    let Value::Array(records) = records else {
        return Err(EnrichError::Invalid(format!("the answer has more than {LARGEST} bytes")));
    };
    Ok(json!({ "records": first(records), "truncated": true }).to_string())
}

/// As many of the first records as there is room for.
fn first(records: Vec<Value>) -> Vec<Value> {
    let mut room = LARGEST;
    let fits = |record: &Value| {
        let left = room.checked_sub(record.to_string().len() + 1);
        room = left.unwrap_or(0);
        left.is_some()
    };
    records.into_iter().take_while(fits).collect()
}
