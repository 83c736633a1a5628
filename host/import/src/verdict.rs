//! What the log prefix says about a packet. The kernel logs no verdict: the prefix is what the firewall's author wrote into the rule,
//! such as `[UFW BLOCK]`, `IPTABLES-DROP:`, `Shorewall:net2fw:DROP:` or `filter_IN_public_REJECT:`. UniFi, EdgeOS and VyOS write a letter
//! there: `[WAN_LOCAL-D-2147483647]`, `[WAN_IN-10-A]`.

/// A packet that was not let through.
pub(super) const DROP: &str = "DROP";
/// A packet that was let through.
pub(super) const ACCEPT: &str = "ACCEPT";

const DROP_WORDS: [&str; 8] = ["DROP", "DROPPED", "BLOCK", "BLOCKED", "REJECT", "REJECTED", "DENY", "DENIED"];
const ACCEPT_WORDS: [&str; 4] = ["ACCEPT", "ACCEPTED", "ALLOW", "ALLOWED"];

/// What became of a packet whose log prefix does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DefaultVerdict {
    /// It was dropped: most firewalls log only what they drop.
    #[default]
    Drop,
    /// It was let through.
    Accept,
    /// It is not known.
    Unknown,
}

impl DefaultVerdict {
    /// As an event has it.
    fn verdict(self) -> Option<&'static str> {
        match self {
            Self::Drop => Some(DROP),
            Self::Accept => Some(ACCEPT),
            Self::Unknown => None,
        }
    }
}

/// The verdict of a prefix. Whole words count, so that `BLOCKLIST` is none; a word for a drop outweighs one for an accept, because a
/// prefix such as `ACCEPT-LIMIT-DROP` names the chain first and what was done last.
///
/// The letter of a rule in brackets decides before any word, and what describes that rule does not count.
pub(super) fn verdict(prefix: &str, default: DefaultVerdict) -> Option<&'static str> {
    if let Some(action) = bracketed(prefix).find_map(rule_action) {
        return Some(action);
    }
    let words = || prefix.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let says = |known: &[&str]| words().any(|word| known.iter().any(|known| word.eq_ignore_ascii_case(known)));
    if says(&DROP_WORDS) {
        Some(DROP)
    } else if says(&ACCEPT_WORDS) {
        Some(ACCEPT)
    } else if is_audit(words()) {
        None
    } else {
        default.verdict()
    }
}

/// What stands in brackets.
fn bracketed(prefix: &str) -> impl Iterator<Item = &str> {
    // The time since boot stands in brackets too, and before most prefixes.
    let prefix = if prefix.contains('-') { prefix } else { "" };
    prefix.split('[').skip(1).filter_map(|text| text.split_once(']')).map(|(inside, _)| inside)
}

/// What a rule such as `WAN_LOCAL-D-2147483647` or `WAN_IN-default-D` did: A for accept, D for drop, R for reject, as the last part of its name
/// or before a number.
pub(super) fn rule_action(rule: &str) -> Option<&'static str> {
    let (before, last) = rule.rsplit_once('-')?;
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let letter = if is_number { before.rsplit_once('-')?.1 } else { last };
    match letter {
        "A" => Some(ACCEPT),
        "D" | "R" => Some(DROP),
        _ => None,
    }
}

/// Whether UFW logs a packet in passing, before any rule decides: `[UFW AUDIT]` and `[UFW AUDIT INVALID]`.
fn is_audit<'a>(words: impl Iterator<Item = &'a str>) -> bool {
    let mut before = "";
    for word in words {
        if before.eq_ignore_ascii_case("UFW") && word.eq_ignore_ascii_case("AUDIT") {
            return true;
        }
        before = word;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prefixes: &[&str], expected: Option<&str>) {
        for default in [DefaultVerdict::Drop, DefaultVerdict::Accept, DefaultVerdict::Unknown] {
            for prefix in prefixes {
                assert_eq!(verdict(prefix, default), expected, "{prefix} {default:?}");
            }
        }
    }

    #[test]
    fn drops() {
        let prefixes = [
            "DROP",
            " [463490.251762] DROP ",
            "[UFW BLOCK] ",
            "[UFW LIMIT BLOCK]",
            "IPTABLES-DROP:",
            "IPTables-Dropped: ",
            "Shorewall:net2fw:DROP:",
            "filter_IN_public_REJECT: ",
            "FINAL_REJECT:",
            "rejected ",
            "deny",
            "Denied:",
            "[blocked]",
        ];
        check(&prefixes, Some("DROP"));
    }

    #[test]
    fn accepts() {
        check(&["[UFW ALLOW]", "ACCEPT ", "accepted:", "fw-allow-in", "[net_ALLOWED]"], Some("ACCEPT"));
    }

    #[test]
    fn a_drop_outweighs_an_accept() {
        check(&["ACCEPT-LIMIT-DROP", "DROP not ACCEPT"], Some("DROP"));
    }

    #[test]
    fn the_letter_of_a_rule() {
        check(&["[WAN_LOCAL-D-2147483647] DESCR=\"x\" ", " [12.5] [WAN_IN-default-D]", "[WAN_IN-R-4] ACCEPT "], Some("DROP"));
        check(
            &["[WAN_LOCAL-A-2] DESCR=\"[WAN_LOCAL]Block All Traffic\" ", "[LAN_IN-10-A]", "[ipv4-INP-filter-1-A]"],
            Some("ACCEPT"),
        );
        check(&["[WAN_LOCAL-RET-2] DROP ", "[D] BLOCK", "[-1] BLOCK", "[D-] DROP", "[x-d-1] DROP"], Some("DROP"));
    }

    #[test]
    fn an_audit_is_no_verdict() {
        check(&["[UFW AUDIT]", " [12.5] [UFW AUDIT INVALID] "], None);
    }

    #[test]
    fn anything_else_is_the_default() {
        for prefix in ["", " ", "[19955416.516358]", "BLOCKLIST", "DROPBEAR:", "dropßed", "ICMP", "UNBLOCK", "[AUDIT]", "[UFW]"]
        {
            assert_eq!(verdict(prefix, DefaultVerdict::default()), Some("DROP"), "{prefix}");
            assert_eq!(verdict(prefix, DefaultVerdict::Accept), Some("ACCEPT"), "{prefix}");
            assert_eq!(verdict(prefix, DefaultVerdict::Unknown), None, "{prefix}");
        }
    }
}
