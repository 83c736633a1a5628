//! The operator's secrets. They are attached by the host alone; no text that leaves it may hold one.

use std::collections::BTreeMap;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What the names of secrets begin with: no other variable of the environment can be sent anywhere.
const PREFIXES: [&str; 2] = ["PDNS_", "NET_SCOUT_SECRET_"];
/// What stands where a secret was.
const REPLACEMENT: &str = "[secret]";

/// What is not written as it is in a URL (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Secrets by the name of their environment variable.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<String, String>);

impl Secrets {
    /// Those of the environment. Blanks around a value are no part of it, and an empty one is not set.
    #[must_use]
    pub fn from_environment(environment: &BTreeMap<String, String>) -> Self {
        let secrets = environment.iter().filter(|(name, value)| Self::may_be(name) && !value.trim().is_empty());
        Self(secrets.map(|(name, value)| (name.clone(), value.trim().to_owned())).collect())
    }

    /// Whether a variable of this name can be a secret.
    #[must_use]
    pub fn may_be(name: &str) -> bool {
        PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    }

    /// The value of a secret.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The text without any of these in it.
    #[must_use]
    pub fn hide_all(&self, text: &str) -> String {
        self.0.values().fold(text.to_owned(), |text, value| Self::hide(value, &text))
    }

    /// The text without a secret in it, whatever the case of its letters.
    #[must_use]
    pub fn hide(value: &str, text: &str) -> String {
        String::from_utf8_lossy(&Self::hide_in(value, text.as_bytes().to_vec())).into_owned()
    }

    /// The bytes without a secret in them, as it is or as a JSON string or a URL spells it. Another form of it, such as its letters
    /// backwards, is not known here: a server that is sent a secret can always tell it.
    #[must_use]
    pub fn hide_in(value: &str, mut bytes: Vec<u8>) -> Vec<u8> {
        for spelling in spellings(value) {
            bytes = replace(bytes, spelling.as_bytes());
        }
        bytes
    }
}

/// Never the values.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The ways in which a value is commonly written.
fn spellings(value: &str) -> Vec<String> {
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    let percent = utf8_percent_encode(value, RESERVED).to_string();
    let mut spellings = vec![value.to_owned(), escaped.replace('/', "\\/"), escaped, percent];
    spellings.retain(|spelling| !spelling.is_empty());
    spellings.sort();
    spellings.dedup();
    // The longest first: a shorter one may be a part of it.
    spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
    spellings
}

fn replace(bytes: Vec<u8>, secret: &[u8]) -> Vec<u8> {
    let found = |rest: &[u8]| rest.len() >= secret.len() && rest[..secret.len()].eq_ignore_ascii_case(secret);
    if !(0..bytes.len()).any(|start| found(&bytes[start..])) {
        return bytes;
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while let Some((first, behind)) = rest.split_first() {
        if found(rest) {
            out.extend_from_slice(REPLACEMENT.as_bytes());
            rest = &rest[secret.len()..];
        } else {
            out.push(*first);
            rest = behind;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(pairs: &[(&str, &str)]) -> Secrets {
        Secrets::from_environment(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn only_variables_that_are_meant_for_it_are_secrets() {
        let secrets = secrets(&[("PDNS_API_KEY", " k3y\n"), ("NET_SCOUT_SECRET_X", "x"), ("HOME", "/root"), ("PDNS_EMPTY", " ")]);
        assert_eq!(secrets.get("PDNS_API_KEY"), Some("k3y"));
        assert_eq!(secrets.get("NET_SCOUT_SECRET_X"), Some("x"));
        assert_eq!((secrets.get("HOME"), secrets.get("PDNS_EMPTY")), (None, None));
    }

    #[test]
    fn it_does_not_show() {
        let shown = format!("{:?}", secrets(&[("PDNS_API_KEY", "k3y")]));
        assert_eq!(shown, "{\"PDNS_API_KEY\"}");
    }

    #[test]
    fn every_common_spelling_is_hidden() {
        for text in ["a/b\"c", r#"a/b\"c"#, r#"a\/b\"c"#, "a%2Fb%22c", "a%2fb%22C"] {
            assert_eq!(Secrets::hide("a/b\"c", &format!("<{text}{text}>")), "<[secret][secret]>", "{text}");
        }
        assert_eq!(Secrets::hide("key", "KEYkey ke y"), "[secret][secret] ke y");
        assert_eq!(Secrets::hide_in("key", vec![0xff, b'k', b'e', b'y', 0]), b"\xff[secret]\0");
    }
}
