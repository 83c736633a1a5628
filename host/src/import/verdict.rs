//! What the log prefix says about a packet. The kernel logs no verdict: the prefix is what the firewall's author wrote into the rule,
//! such as `[UFW BLOCK]`, `IPTABLES-DROP:`, `Shorewall:net2fw:DROP:` or `filter_IN_public_REJECT:`.

/// A packet that was not let through.
const DROP: &str = "DROP";
/// A packet that was let through.
const ACCEPT: &str = "ACCEPT";

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
pub(super) fn verdict(prefix: &str, default: DefaultVerdict) -> Option<&'static str> {
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
