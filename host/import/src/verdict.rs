//! What became of a packet: the one table of what firewalls call it, and what the log prefix of a rule says.
//!
//! The kernel logs no verdict: the prefix is what the firewall's author wrote into the rule, such as `[UFW BLOCK]`, `IPTABLES-DROP:`,
//! `Shorewall:net2fw:DROP:` or `filter_IN_public_REJECT: `. UniFi, EdgeOS and VyOS write a letter there: `[WAN_LOCAL-D-2147483647]`,
//! `[WAN_IN-10-A]`. No verdict is made up: where nothing says it there is none, but for lines that nothing distinguishes, of which most
//! firewalls log only what they drop; these are counted as assumed.

/// A packet that was not let through, as the column `verdict` has it.
pub(super) const DROP: &str = "DROP";
/// A packet that was let through.
pub(super) const ACCEPT: &str = "ACCEPT";

/// Words for a packet that was not let through, in prefixes and as values.
const DROP_WORDS: [&str; 12] =
    ["DROP", "DROPPED", "BLOCK", "BLOCKED", "REJECT", "REJECTED", "DENY", "DENIED", "DISCARD", "DISCARDED", "DROPS", "BLACKHOLE"];
/// Words for one that was let through.
const ACCEPT_WORDS: [&str; 11] =
    ["ACCEPT", "ACCEPTED", "ALLOW", "ALLOWED", "PASS", "PASSED", "PERMIT", "PERMITTED", "PORTFORWARD", "FORWARDFW", "BUILT"];
/// What a packet was only translated or steered by, which says nothing of what became of it.
const NAT_WORDS: [&str; 8] = ["DNAT", "SNAT", "NAT", "MASQUERADE", "REDIRECT", "RDR", "PREROUTING", "POSTROUTING"];
/// Words that name no rule: a prefix of only these, of numbers, or of nothing distinguishes no lines.
const GENERIC_WORDS: [&str; 35] = [
    "FIREWALL",
    "FW",
    "IPTABLES",
    "IP6TABLES",
    "IPT",
    "NETFILTER",
    "NFT",
    "NFTABLES",
    "UFW",
    "CALICO",
    "KERNEL",
    "PACKET",
    "PACKETS",
    "LOG",
    "LOGGED",
    "LOGGING",
    "MONITOR",
    "INPUT",
    "OUTPUT",
    "FORWARD",
    "FORWARDED",
    "NEW",
    "IN",
    "OUT",
    "INBOUND",
    "OUTBOUND",
    "INET",
    "INET6",
    "IPV4",
    "IPV6",
    "FILTER",
    "TCP",
    "UDP",
    "ICMP",
    "ICMPV6",
];

/// What values of a column or field `action` mean beyond the words of prefixes. Upper case; `_` and spaces are dashes here.
const VALUES: [(&str, Option<&str>); 53] = [
    // FortiGate: how a session ended that was let through.
    ("CLOSE", Some(ACCEPT)),
    ("TIMEOUT", Some(ACCEPT)),
    ("SERVER-RST", Some(ACCEPT)),
    ("CLIENT-RST", Some(ACCEPT)),
    ("START", Some(ACCEPT)),
    ("IP-CONN", Some(ACCEPT)),
    ("DNS", Some(ACCEPT)),
    ("VIOLATION", Some(DROP)),
    ("PASSTHROUGH", Some(ACCEPT)),
    ("PASS-SESSION", Some(ACCEPT)),
    ("CLEAR-SESSION", Some(DROP)),
    // Windows, Juniper, Cisco, Check Point, SonicWall, Palo Alto, Sophos, Zscaler, cloud providers.
    ("OPEN", Some(ACCEPT)),
    ("OPENED", Some(ACCEPT)),
    ("OPEN-INBOUND", Some(ACCEPT)),
    ("CREATE", Some(ACCEPT)),
    ("CREATED", Some(ACCEPT)),
    ("ENCRYPT", Some(ACCEPT)),
    ("DECRYPT", Some(ACCEPT)),
    ("BYPASS", Some(ACCEPT)),
    ("FORWARD", Some(ACCEPT)),
    ("FORWARDED", Some(ACCEPT)),
    ("OK", Some(ACCEPT)),
    ("SUCCESS", Some(ACCEPT)),
    ("GRANTED", Some(ACCEPT)),
    ("TRUST", Some(ACCEPT)),
    ("A", Some(ACCEPT)),
    ("RESET", Some(DROP)),
    ("RESET-CLIENT", Some(DROP)),
    ("RESET-SERVER", Some(DROP)),
    ("RESET-BOTH", Some(DROP)),
    ("TCP-RESET", Some(DROP)),
    ("DROP-ICMP", Some(DROP)),
    ("DROP-PACKET", Some(DROP)),
    ("DROP-SESSION", Some(DROP)),
    ("PREVENT", Some(DROP)),
    ("PREVENTED", Some(DROP)),
    ("QUARANTINE", Some(DROP)),
    ("KILL", Some(DROP)),
    ("SHUN", Some(DROP)),
    ("SILENT-DROP", Some(DROP)),
    ("REFUSED", Some(DROP)),
    ("FAIL", Some(DROP)),
    ("FAILED", Some(DROP)),
    ("D", Some(DROP)),
    ("B", Some(DROP)),
    // Nothing was decided, or nothing is known.
    ("NODATA", None),
    ("SKIPDATA", None),
    ("LOG", None),
    ("ALERT", None),
    ("MONITOR", None),
    ("DETECT", None),
    ("NONE", None),
    ("UNKNOWN", None),
];

/// A verdict, and whether the log says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) verdict: Option<&'static str>,
    /// It is what the operator said, or what is usual, because the log does not say it.
    pub(super) is_assumed: bool,
}

impl Judged {
    /// None that is known.
    pub(super) const UNKNOWN: Self = Self { verdict: None, is_assumed: false };
    /// The log says that it was dropped.
    pub(super) const DROP: Self = Self { verdict: Some(DROP), is_assumed: false };
    /// The log says that it was let through.
    pub(super) const ACCEPT: Self = Self { verdict: Some(ACCEPT), is_assumed: false };

    /// As a sensor concludes it.
    pub(super) fn known(verdict: Option<&'static str>) -> Self {
        Self { verdict, is_assumed: false }
    }
}

/// What became of a packet of which the log does not say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DefaultVerdict {
    /// Of a packet filter's line whose prefix names no rule: it was dropped, because most firewalls log only what they drop. Of any other
    /// it is not known.
    #[default]
    Usual,
    /// It was dropped.
    Drop,
    /// It was let through.
    Accept,
    /// It is not known.
    Unknown,
}

impl DefaultVerdict {
    /// Of a line that nothing distinguishes.
    fn of_unnamed(self) -> Judged {
        if self == Self::Usual { Judged { verdict: Some(DROP), is_assumed: true } } else { self.of_named() }
    }

    /// Of a line whose rule has a name, a translation, or a table that does not say it.
    pub(super) fn of_named(self) -> Judged {
        let verdict = match self {
            Self::Drop => Some(DROP),
            Self::Accept => Some(ACCEPT),
            Self::Usual | Self::Unknown => None,
        };
        Judged { verdict, is_assumed: verdict.is_some() }
    }
}

/// The verdict of a prefix. Whole words count, so that `BLOCKLIST` is none; a word for a drop outweighs one for an accept, because a
/// prefix such as `ACCEPT-LIMIT-DROP` names the chain first and what was done last.
///
/// The letter of a rule in brackets decides before any word, and what describes that rule does not count.
pub(super) fn of_prefix(prefix: &str, default: DefaultVerdict) -> Judged {
    if let Some(action) = bracketed(prefix).find_map(rule_action) {
        return Judged::known(Some(action));
    }
    let (prefix, _) = prefix.split_once("DESCR=\"").unwrap_or((prefix, ""));
    let words = || prefix.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let is = |word: &str, known: &[&str]| known.iter().any(|known| word.eq_ignore_ascii_case(known));
    let (mut accepts, mut translates, mut is_named, mut before) = (false, false, false, "");
    for word in words() {
        let plain = unlogged(word);
        if is(plain, &DROP_WORDS) {
            return Judged::DROP;
        }
        accepts |= is(plain, &ACCEPT_WORDS);
        translates |= is(word, &NAT_WORDS);
        // UFW logs in passing, before any rule decides: `[UFW AUDIT]` and `[UFW AUDIT INVALID]`.
        if word.eq_ignore_ascii_case("AUDIT") && before.eq_ignore_ascii_case("UFW") {
            return Judged::UNKNOWN;
        }
        is_named |= !is(word, &GENERIC_WORDS) && !is_number(word);
        before = word;
    }
    match () {
        () if accepts => Judged::ACCEPT,
        () if translates || is_named => default.of_named(),
        () => default.of_unnamed(),
    }
}

/// The verdict of a value that is one: a column, a field `action`.
pub(super) fn of_value(value: &str, default: DefaultVerdict) -> Judged {
    let value = value.trim();
    let is_listed = |known: &str| {
        known.len() == value.len()
            && known.bytes().zip(value.bytes()).all(|(known, byte)| match byte {
                b'_' | b' ' => known == b'-',
                byte => known == byte.to_ascii_uppercase(),
            })
    };
    if value.is_empty() || value == "-" {
        return default.of_named();
    }
    match VALUES.iter().find(|(known, _)| is_listed(known)) {
        Some((_, Some(verdict))) => Judged::known(Some(*verdict)),
        Some((_, None)) => Judged::UNKNOWN,
        None => match of_prefix(value, DefaultVerdict::Unknown) {
            Judged { verdict: None, .. } => default.of_named(),
            judged => judged,
        },
    }
}

/// A word without `LOG` before or behind it, which those who make a chain that logs and drops glue to what it does: `logdrop`.
fn unlogged(word: &str) -> &str {
    let cut = |start: usize, end: usize| word.get(start..end).filter(|rest| !rest.is_empty());
    let is_log = |part: Option<&str>| part.is_some_and(|part| part.eq_ignore_ascii_case("log"));
    if is_log(word.get(..3)) {
        cut(3, word.len()).unwrap_or(word)
    } else if word.len() > 3 && is_log(word.get(word.len() - 3..)) {
        cut(0, word.len() - 3).unwrap_or(word)
    } else {
        word
    }
}

/// A number, or the context that the kernel prints beside the time: `C0`, `T123`.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix(['C', 'T']).unwrap_or(word);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// What stands in brackets.
fn bracketed(prefix: &str) -> impl Iterator<Item = &str> {
    // The time since boot stands in brackets too, and before most prefixes.
    let prefix = if prefix.contains('-') { prefix } else { "" };
    prefix.split('[').skip(1).filter_map(|text| text.split_once(']')).map(|(inside, _)| inside)
}

/// What a rule such as `WAN_LOCAL-D-2147483647` or `WAN_IN-default-D` did: A for accept, D for drop, R for reject, as the last part of its name
/// or before a number.
fn rule_action(rule: &str) -> Option<&'static str> {
    let (before, last) = rule.rsplit_once('-')?;
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let letter = if is_number { before.rsplit_once('-')?.1 } else { last };
    match letter {
        "A" => Some(ACCEPT),
        "D" | "R" => Some(DROP),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
