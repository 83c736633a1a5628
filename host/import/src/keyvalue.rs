//! Lines of `key=value`, as many firewalls write them, with values in quotes where they hold spaces.

/// The pairs of a line, in their order. Of a key that stands twice, the first counts.
#[derive(Debug, Default)]
pub(super) struct Pairs<'a>(Vec<(&'a str, &'a str)>);

/// The most pairs that are kept of a line. FortiGate writes about 80.
const MAXIMUM_PAIRS: usize = 256;

impl<'a> Pairs<'a> {
    /// Reads pairs with spaces or commas between them.
    pub(super) fn read(text: &'a str) -> Self {
        Self::split(text, '=')
    }

    /// Reads pairs such as `src:"192.0.2.1"; `, as Check Point writes them.
    pub(super) fn with_colons(text: &'a str) -> Self {
        Self::split(text, ':')
    }

    fn split(text: &'a str, sign: char) -> Self {
        let mut pairs = Vec::new();
        let mut rest = text;
        while pairs.len() < MAXIMUM_PAIRS {
            rest = rest.trim_start_matches([' ', ',', ';', '\t']);
            let Some(place) = rest.find([sign, ' ', '\t', '"']) else { break };
            if !rest[place..].starts_with(sign) {
                // A word that is no pair.
                rest = &rest[place + 1..];
                continue;
            }
            let (key, value) = (&rest[..place], &rest[place + sign.len_utf8()..]);
            let (value, behind) = match value.strip_prefix('"') {
                Some(inside) => quoted(inside),
                None => {
                    let end = value.find([' ', '\t', ';']).unwrap_or(value.len());
                    // A comma ends a value where the next pair follows at once: `time=12:58:59,devname=FG`.
                    let end = value[..end]
                        .match_indices(',')
                        .map(|(comma, _)| comma)
                        .find(|comma| value[*comma..end].contains(sign))
                        .unwrap_or(end);
                    value.split_at(end)
                }
            };
            pairs.push((key, value));
            rest = behind;
        }
        Self(pairs)
    }

    /// Reads the extension of CEF: values go on until the next key, with spaces, and `\=` is no sign.
    pub(super) fn of_cef(text: &'a str) -> Self {
        let mut starts = Vec::new();
        for (sign, _) in text.match_indices('=') {
            let before = &text[..sign];
            let start = before.rfind([' ', '\t']).map_or(0, |place| place + 1);
            let key = &before[start..];
            let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']');
            let is_behind = starts.last().is_none_or(|(_, value)| start >= *value);
            if !key.is_empty() && key.bytes().all(is_key) && is_behind && starts.len() < MAXIMUM_PAIRS {
                starts.push((start, sign + 1));
            }
        }
        let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
        let pairs = starts.iter().zip(ends).map(|((start, value), end)| (&text[*start..value - 1], text[*value..end].trim()));
        Self(pairs.collect())
    }

    /// Reads pairs with that between them.
    pub(super) fn separated(text: &'a str, separator: char) -> Self {
        let pairs = text.split(separator).filter_map(|pair| pair.trim().split_once('=')).take(MAXIMUM_PAIRS);
        Self(pairs.map(|(key, value)| (key.trim(), value.trim())).collect())
    }

    /// The value of a key; the empty text where there is none.
    pub(super) fn get(&self, key: &str) -> &'a str {
        self.find(key).unwrap_or_default()
    }

    /// The value of the first of these keys that has one.
    pub(super) fn first(&self, keys: &[&str]) -> &'a str {
        keys.iter().map(|key| self.get(key)).find(|value| !value.is_empty()).unwrap_or_default()
    }

    /// The value of a key, if it is there.
    pub(super) fn find(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }
}

/// What stands before the closing quote, and what behind it. A value that is cut has all.
fn quoted(inside: &str) -> (&str, &str) {
    let mut escaped = false;
    for (place, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return (&inside[..place], &inside[place + 1..]),
            _ => {}
        }
    }
    (inside, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_every_form() {
        let pairs = Pairs::read(r#"date=2021-01-15 time=12:58:59,devname="F G" empty= msg="a \" b=c" word end=1"#);
        let seen = ["date", "time", "devname", "empty", "msg", "end", "b"].map(|key| pairs.get(key));
        assert_eq!(seen, ["2021-01-15", "12:58:59", "F G", "", r#"a \" b=c"#, "1", ""]);
        assert_eq!(Pairs::read("a=\"cut").get("a"), "cut");
        let colons = Pairs::with_colons(r#"action:"Accept"; src:"2001:db8::1"; proto:"6""#);
        assert_eq!(["action", "src", "proto"].map(|key| colons.get(key)), ["Accept", "2001:db8::1", "6"]);
        let cef = Pairs::of_cef(r"src=192.0.2.1 msg=a b\=c d cs1=x y dpt=80");
        assert_eq!(["src", "msg", "cs1", "dpt"].map(|key| cef.get(key)), ["192.0.2.1", r"a b\=c d", "x y", "80"]);
        assert_eq!(Pairs::separated("a=1\tb=2 3", '\t').get("b"), "2 3");
    }

    #[test]
    fn anything_does_no_harm() {
        for text in ["", "=", "==", "\"", "a=\"\\", "é=ß ,;", ",,,=,,"] {
            let _ = (Pairs::read(text), Pairs::of_cef(text), Pairs::with_colons(text));
        }
    }
}
