//! What enrichers found about addresses so far, in a word or two: a name and a country. It asks nobody.

use std::collections::BTreeMap;

use serde_json::Value;

use net_scout_store::{DatabaseError, DatabaseOptions};

/// The most addresses that are looked for.
const MOST: usize = 1_000;

/// What is known of an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownAddress {
    /// Its name, as its owner says.
    pub name: Option<String>,
    /// Its country, two letters.
    pub country: Option<String>,
}

/// What is known of these addresses, of the first thousand.
///
/// # Errors
/// When the database cannot be read.
pub fn known_addresses<'a>(
    options: &DatabaseOptions,
    addresses: impl IntoIterator<Item = &'a str>,
) -> Result<BTreeMap<String, KnownAddress>, DatabaseError> {
    let database = options.open_read_only()?;
    if database.pending()? > 0 {
        return Ok(BTreeMap::new());
    }
    let mut known = BTreeMap::new();
    for address in addresses.into_iter().take(MOST) {
        let answer = |kind: &str| -> Result<Value, DatabaseError> {
            let cached = database.cached(&format!("{kind}:{address}"))?.filter(|cached| !cached.is_failure());
            Ok(cached.map_or(Value::Null, |cached| cached.into_result()))
        };
        let (name, place) = (answer("rdns")?, answer("geoip")?);
        let country = match country(&place["country"]["iso_code"]) {
            None => country(&answer("asn")?["country"]),
            country => country,
        };
        let name = name.as_str().or(name["name"].as_str()).map(|name| name.trim_end_matches('.').to_owned());
        let found = KnownAddress { name: name.filter(|name| !name.is_empty()), country };
        if found != KnownAddress::default() {
            known.insert(address.to_owned(), found);
        }
    }
    Ok(known)
}

fn country(code: &Value) -> Option<String> {
    code.as_str()
        .filter(|code| code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_alphabetic()))
        .map(str::to_ascii_uppercase)
}
