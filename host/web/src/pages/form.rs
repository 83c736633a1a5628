//! Forms with several fields of the same name: pairs, as a browser sends them.

/// The fields in their order.
pub(super) type Pairs = Vec<(String, String)>;

/// The first value of a field; empty where there is none.
pub(super) fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
}
