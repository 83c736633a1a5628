//! `geoip`: where an address is and whose it is, from MaxMind DB files that the operator has, such as GeoLite2 or DB-IP.
//!
//! Off until the directory `geoip` is configured. Nothing leaves the machine.

mod reader;

use std::net::IpAddr;

use net_scout_sdk::files::{self, FilesError};
use net_scout_sdk::{Arguments, Description, EnrichError, Observable, ObservableKind, Parameter, enricher};
use serde_json::{Map, Value, json};

use reader::{Found, ReadError, Reader};

enricher!(describe, enrich);

/// The name of the directory in the configuration.
const DIRECTORY: &str = "geoip";

fn describe() -> Description {
    let summary = "Where an address is and whose it is, from MaxMind DB files";
    let databases = "The files in the directory geoip, separated by commas; those that are there are used";
    let default = "GeoLite2-City.mmdb,GeoLite2-Country.mmdb,GeoLite2-ASN.mmdb";
    Description::enricher("geoip", env!("CARGO_PKG_VERSION"), summary, &[ObservableKind::Ip])
        .kept(86_400, 3_600)
        .stays_inside()
        .parameter(Parameter::line("databases", default, 1_000, databases))
        .reads_files(DIRECTORY)
}

fn enrich(observable: Observable, arguments: &Arguments) -> Result<String, EnrichError> {
    let address: IpAddr =
        observable.value.parse().map_err(|_| EnrichError::Invalid(format!("`{}` is no address", observable.value)))?;
    let names = arguments.text("databases")?;
    let (mut answer, mut network, mut used) = (Map::new(), None, Vec::new());
    let (mut missing, mut failed) = (None, Vec::new());
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let file = match files::open(DIRECTORY, name) {
            Ok(file) => file,
            Err(FilesError::NotFound(text)) => {
                missing = Some(text);
                continue;
            }
            // One file that fails says nothing of the others.
            Err(error) => {
                failed.push((name, ReadError::Files(error)));
                continue;
            }
        };
        used.push(name);
        match Reader::new(file).and_then(|mut reader| reader.look_up(address)) {
            Ok(None) => {}
            Ok(Some(Found { record, prefix })) => {
                collect(&record, &mut answer);
                network = network.max(Some(prefix));
            }
            Err(error) => failed.push((name, error)),
        }
    }
    if let Some(prefix) = network {
        answer.insert("network".to_owned(), json!(cidr(address, prefix)));
        answer.insert("databases".to_owned(), json!(used));
        if !failed.is_empty() {
            let failed: Vec<Value> =
                failed.iter().map(|(name, error)| json!({ "database": name, "error": error.to_string() })).collect();
            answer.insert("failed".to_owned(), json!(failed));
        }
        return Ok(Value::Object(answer).to_string());
    }
    match (failed.into_iter().next(), missing) {
        (Some((_, ReadError::Files(error))), _) => Err(error.into()),
        (Some((name, error)), _) => Err(EnrichError::Invalid(format!("{name}: {error}"))),
        (None, Some(text)) if used.is_empty() => Err(EnrichError::Unavailable(format!("none of {names} is there: {text}"))),
        (None, None) if used.is_empty() => Err(EnrichError::Invalid("the parameter databases names no file".to_owned())),
        (None, _) => Err(EnrichError::NotFound(format!("{} does not have {address}", used.join(", ")))),
    }
}

/// Takes what a record has and what no earlier one had.
fn collect(record: &Value, answer: &mut Map<String, Value>) {
    let named = |place: &Value| {
        let mut object = Map::new();
        for (name, value) in [("iso_code", place.get("iso_code")), ("name", place.pointer("/names/en"))] {
            object.extend(value.map(|value| (name.to_owned(), value.clone())));
        }
        (!object.is_empty()).then_some(Value::Object(object))
    };
    let subdivisions = record.get("subdivisions").and_then(Value::as_array);
    let location = record.get("location").and_then(Value::as_object).map(|location| {
        let wanted = ["latitude", "longitude", "accuracy_radius", "time_zone"];
        wanted.into_iter().filter_map(|name| Some((name.to_owned(), location.get(name)?.clone()))).collect::<Map<_, _>>()
    });
    let found = [
        ("country", record.get("country").and_then(named)),
        ("city", record.pointer("/city/names/en").cloned()),
        ("subdivisions", subdivisions.map(|list| Value::Array(list.iter().filter_map(named).collect()))),
        ("location", location.filter(|location| !location.is_empty()).map(Value::Object)),
        ("asn", record.get("autonomous_system_number").cloned()),
        ("organisation", record.get("autonomous_system_organization").cloned()),
    ];
    for (name, value) in found {
        if let Some(value) = value
            && !answer.contains_key(name)
        {
            answer.insert(name.to_owned(), value);
        }
    }
}

/// The network of an address with a prefix of so many bits.
fn cidr(address: IpAddr, prefix: u32) -> String {
    let network = match address {
        IpAddr::V4(address) => {
            IpAddr::from((address.to_bits() & u32::MAX.checked_shl(32 - prefix.min(32)).unwrap_or(0)).to_be_bytes())
        }
        IpAddr::V6(address) => {
            IpAddr::from((address.to_bits() & u128::MAX.checked_shl(128 - prefix.min(128)).unwrap_or(0)).to_be_bytes())
        }
    };
    format!("{network}/{prefix}")
}
