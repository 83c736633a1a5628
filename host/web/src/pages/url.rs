//! Addresses of pages. Every state of a page is in its address, and nothing of it is taken over unescaped.

use std::fmt::Write as _;

/// Makes addresses below the prefix that a proxy in front may have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Url {
    prefix: String,
}

impl Url {
    /// Below this prefix, which begins with a slash and does not end with one; empty for none.
    pub(crate) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    /// A path.
    pub(crate) fn to(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// A path with parameters; those that are empty are left out.
    pub(crate) fn with(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        let mut url = self.to(path);
        let mut between = '?';
        for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
            url.push(between);
            url.push_str(name);
            url.push('=');
            url.push_str(&escaped(value));
            between = '&';
        }
        url
    }

    /// Where a form leads back to: a path of this place, or else the inbox. Another origin is none.
    pub(crate) fn back(&self, path: &str) -> String {
        let is_path =
            path.starts_with('/') && !path.starts_with("//") && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        if is_path && path.starts_with(&self.prefix) { path.to_owned() } else { self.to("/") }
    }
}

/// A text as a part of an address.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' | b'/' | b',' => out.push(byte.into()),
            b' ' => out.push('+'),
            // Writing to a text does not fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_escaped_and_empty_ones_left_out() {
        let url = Url::new("/scout");
        assert_eq!(
            url.with("/", &[("q", "src:1.2.3.0/24 \"a&b\""), ("view", ""), ("n", "ä")]),
            "/scout/?q=src:1.2.3.0/24+%22a%26b%22&n=%C3%A4"
        );
        assert_eq!(url.to("/events"), "/scout/events");
    }

    #[test]
    fn a_way_back_never_leaves() {
        let url = Url::default();
        for outside in
            ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "", "javascript:alert(1)", "/\t/evil.example"]
        {
            assert_eq!(url.back(outside), "/", "{outside:?}");
        }
        assert_eq!(url.back("/alerts/7?done=3"), "/alerts/7?done=3");
        assert_eq!(Url::new("/scout").back("/other"), "/scout/");
    }
}
