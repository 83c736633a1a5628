//! How answers are spelled in recordings and scenarios: as in the WIT (`not-found`, `timed-out`) rather than as in Rust, and bodies that
//! are text as text.

use serde_json::{Map, Value};

/// The member whose bytes are written as text where they are text.
const BODY: &str = "body";

/// From Rust's names to those of the WIT. An object with one member is a case of a variant, any other a record.
#[must_use]
pub fn spelled(value: Value) -> Value {
    match value {
        Value::Array(values) => Value::Array(values.into_iter().map(spelled).collect()),
        Value::Object(members) => {
            let spell = |(key, value): (String, Value)| match text_of(&key, &value) {
                Some(text) => (key, Value::String(text)),
                None => (kebab(&key), spelled(value)),
            };
            Value::Object(members.into_iter().map(spell).collect())
        }
        scalar => scalar,
    }
}

/// From the names of the WIT to Rust's.
#[must_use]
pub(super) fn understood(value: Value) -> Value {
    match value {
        Value::Array(values) => Value::Array(values.into_iter().map(understood).collect()),
        Value::Object(members) => {
            let name: fn(&str) -> String = if members.len() == 1 { pascal } else { |key| key.replace('-', "_") };
            let read = |(key, value): (String, Value)| match value {
                Value::String(text) if key == BODY => (key, text.into_bytes().into()),
                value => (name(&key), understood(value)),
            };
            Value::Object(members.into_iter().map(read).collect::<Map<_, _>>())
        }
        scalar => scalar,
    }
}

/// The text of a body.
fn text_of(key: &str, value: &Value) -> Option<String> {
    let values = value.as_array().filter(|_| key == BODY)?;
    let bytes: Option<Vec<u8>> = values.iter().map(|value| value.as_u64().and_then(|value| u8::try_from(value).ok())).collect();
    String::from_utf8(bytes?).ok()
}

fn kebab(name: &str) -> String {
    let mut out = String::new();
    for (index, letter) in name.char_indices() {
        match letter {
            '_' => out.push('-'),
            letter if letter.is_ascii_uppercase() => {
                if index > 0 {
                    out.push('-');
                }
                out.push(letter.to_ascii_lowercase());
            }
            letter => out.push(letter),
        }
    }
    out
}

fn pascal(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    name.split('-').map(capital).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn there_and_back() {
        let rust = json!({"Err": {"NotFound": "NXDomain Not_changed"}});
        let wit = json!({"err": {"not-found": "NXDomain Not_changed"}});
        assert_eq!((spelled(rust.clone()), understood(wit)), (json!({"err": {"not-found": "NXDomain Not_changed"}}), rust));
        let rust = json!({"status": 200, "timed_out": false, "body": [104, 105]});
        let wit = json!({"status": 200, "timed-out": false, "body": "hi"});
        assert_eq!((spelled(rust.clone()), understood(wit.clone())), (wit, rust));
        // What is no text stays what it is.
        let bytes = json!({"status": 200, "body": [255, 0]});
        assert_eq!((spelled(bytes.clone()), understood(bytes.clone())), (bytes.clone(), bytes));
    }
}
