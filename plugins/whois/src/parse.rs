//! What the answers of registries have in common. Each registry has a form of its own; all are lines of `key: value` in blocks.

/// A fact's name in the result, and the keys that registries have for it, in lower case, the better first.
type Fact = (&'static str, &'static [&'static str]);

/// About the network: taken from one block, the most specific.
const NETWORK: [Fact; 4] = [
    ("netname", &["netname"]),
    ("range", &["netrange", "inetnum", "inet6num"]),
    ("cidr", &["cidr", "route", "route6"]),
    ("country", &["country"]),
];
/// About the holder and the domain: the first in the whole answer.
const HOLDER: [Fact; 8] = [
    ("netname", &["netname"]),
    (
        "organisation",
        &["orgname", "org-name", "organization", "custname", "owner", "registrant organization", "descr", "registrant"],
    ),
    ("abuse", &["orgabuseemail", "abuse-mailbox", "abuse-email", "registrar abuse contact email"]),
    ("registrar", &["registrar", "sponsoring registrar"]),
    ("created", &["creation date", "created", "regdate", "registered on"]),
    ("expires", &["registry expiry date", "registrar registration expiration date", "expiry date", "paid-till"]),
    ("country", &["registrant country", "country"]),
    ("cidr", &["cidr", "route", "route6"]),
];

type Line<'a> = (String, &'a str);

/// The facts of an answer, each at most once.
pub(crate) fn facts(text: &str) -> Vec<(&'static str, String)> {
    let blocks = blocks(text);
    let has = |block: &&Vec<Line<'_>>, keys: &[&str]| block.iter().any(|(key, _)| keys.contains(&key.as_str()));
    // ARIN gives the larger network first and the one that was reassigned from it last; the others give one.
    let network = blocks
        .iter()
        .rfind(|block| has(block, &["netrange"]))
        .or_else(|| blocks.iter().find(|block| has(block, &["inetnum", "inet6num"])));
    let all: Vec<Line<'_>> = blocks.iter().flatten().cloned().collect();
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    let mut add = |name: &'static str, value: Option<String>| {
        if let Some(value) = value
            && facts.iter().all(|(known, _)| *known != name)
        {
            facts.push((name, value));
        }
    };
    if let Some(network) = network {
        for (name, keys) in NETWORK {
            add(name, first(network, keys));
        }
        add("organisation", first(network, &["organization", "custname", "org-name"]));
    }
    add("abuse", abuse_comment(text));
    for (name, keys) in HOLDER {
        add(name, first(&all, keys));
    }
    facts
}

fn first(lines: &[Line<'_>], keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|wanted| lines.iter().find(|(key, _)| key == wanted)).map(|(_, value)| (*value).to_owned())
}

fn blocks(text: &str) -> Vec<Vec<Line<'_>>> {
    let mut blocks = vec![Vec::new()];
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            blocks.push(Vec::new());
        } else if !line.starts_with(['%', '#', '>'])
            && let Some((key, value)) = line.split_once(':')
            && !value.trim().is_empty()
            && let Some(block) = blocks.last_mut()
        {
            block.push((key.trim().to_lowercase(), value.trim()));
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// RIPE says it in a comment: `% Abuse contact for '192.0.2.0 - 192.0.2.255' is 'abuse@example.net'`.
fn abuse_comment(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with("% Abuse contact for "))?;
    let (_, address) = line.rsplit_once(" is '")?;
    address.trim_end().strip_suffix('\'').map(str::to_owned)
}

/// Whether the registry found nothing: it says so in a short answer without facts.
pub(crate) fn says_nothing_found(text: &str) -> bool {
    let words = ["no match", "not found", "no entries found", "no data found", "no object found", "nothing found"];
    let lower = text.to_lowercase();
    words.iter().any(|words| lower.contains(words)) && facts(text).is_empty()
}

/// Whether the registry asks to slow down.
pub(crate) fn says_slow_down(text: &str) -> bool {
    let words = ["%error:201", "access denied", "limit exceeded", "quota exceeded", "too many requests", "try again later"];
    let lower = text.to_lowercase();
    words.iter().any(|words| lower.contains(words)) && facts(text).is_empty()
}
