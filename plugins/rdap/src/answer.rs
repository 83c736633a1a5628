//! The members of an IP network object that matter: RFC 9083, section 5.4.

use serde_json::{Value, json};

/// The longest text that is kept, in characters.
const LONGEST: usize = 500;
/// How deep entities stand in each other, and how many there are, before they are left.
const DEPTH: usize = 4;
const ENTITIES: usize = 64;

/// What is known of a network.
pub(crate) fn network(network: &Value) -> Value {
    let entities = entities(network);
    let with = |role: &str| entities.iter().find(move |entity| has_role(entity, role));
    let abuse = entities.iter().filter(|entity| has_role(entity, "abuse")).find_map(|entity| vcard(entity, "email"));
    json!({
        "handle": text(&network["handle"]),
        "name": text(&network["name"]),
        "type": text(&network["type"]),
        "country": text(&network["country"]),
        "cidr": cidr(network),
        "start": text(&network["startAddress"]),
        "end": text(&network["endAddress"]),
        "organisation": with("registrant").and_then(|entity| vcard(entity, "fn")),
        "abuse": abuse,
        "registered": event(network, "registration"),
        "changed": event(network, "last changed"),
        "remarks": remark(network),
    })
}

/// The entities of an object and those in them, the outer ones first.
fn entities(object: &Value) -> Vec<&Value> {
    let mut found: Vec<&Value> = Vec::new();
    let mut level = vec![object];
    for _ in 0..DEPTH {
        level = level.into_iter().flat_map(|object| object["entities"].as_array().into_iter().flatten()).take(ENTITIES).collect();
        found.extend(&level);
    }
    found.truncate(ENTITIES);
    found
}

fn has_role(entity: &Value, role: &str) -> bool {
    entity["roles"].as_array().into_iter().flatten().any(|known| known == role)
}

/// A property of an entity's jCard (RFC 7095): `["vcard", [[NAME, PARAMETERS, TYPE, VALUE], ...]]`.
fn vcard(entity: &Value, property: &str) -> Option<String> {
    let properties = entity["vcardArray"][1].as_array()?;
    properties.iter().filter(|known| known[0] == property).find_map(|known| text(&known[3]))
}

/// The prefixes of the extension `cidr0`, separated by commas.
fn cidr(network: &Value) -> Option<String> {
    let prefixes = network["cidr0_cidrs"].as_array()?.iter().filter_map(|prefix| {
        let address = prefix["v4prefix"].as_str().or_else(|| prefix["v6prefix"].as_str())?;
        Some(format!("{address}/{}", prefix["length"].as_u64()?))
    });
    let prefixes = prefixes.collect::<Vec<_>>().join(", ");
    (!prefixes.is_empty()).then(|| shortened(&prefixes))
}

fn event(network: &Value, action: &str) -> Option<String> {
    network["events"].as_array()?.iter().find(|event| event["eventAction"] == action).and_then(|event| text(&event["eventDate"]))
}

fn remark(network: &Value) -> Option<String> {
    let remarks = network["remarks"].as_array()?;
    remarks.iter().flat_map(|remark| remark["description"].as_array().into_iter().flatten()).find_map(text)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(shortened)
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
