//! The list as firewalls read it. What comes from an alert stands in comments, and only letters, digits and a few signs of it: a comment
//! must never become a command.

use std::fmt::Write as _;

use net_scout_model::{Timestamp, counted};

use super::{Blocklist, Entry};

/// The most alerts that a comment names.
const NAMED: usize = 5;
/// The most characters of a comment: nftables takes 128 bytes.
const COMMENT: usize = 100;
/// The longest timeout that ipset takes, in seconds.
const LONGEST: i64 = 2_147_483;
/// The most entries of a set of ipset.
const MOST: usize = 1 << 20;

/// How the list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlocklistFormat {
    /// An address or a network a line, with a comment behind `#`.
    Plain,
    /// For `nft -f`: two sets of the table `inet net_scout`, replaced in one transaction.
    Nft,
    /// For `ipset restore`: two sets, filled aside and swapped.
    Ipset,
    /// For `pfctl -t net-scout -T replace -f`: the file of a table.
    Pf,
    /// For `/import` of RouterOS: the address lists `net-scout`.
    Mikrotik,
    /// For an alias of the type "URL Table (IPs)".
    Opnsense,
}

impl BlocklistFormat {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Plain, Self::Nft, Self::Ipset, Self::Pf, Self::Mikrotik, Self::Opnsense];

    /// As written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Nft => "nft",
            Self::Ipset => "ipset",
            Self::Pf => "pf",
            Self::Mikrotik => "mikrotik",
            Self::Opnsense => "opnsense",
        }
    }
}

impl Blocklist {
    /// The list in a format. It depends on the time only where the format has timeouts.
    #[must_use]
    pub fn write(&self, format: BlocklistFormat, now: Timestamp) -> String {
        let mut text = format!("# net-scout: {}\n", counted(self.entries.len(), "source"));
        match format {
            BlocklistFormat::Plain | BlocklistFormat::Pf | BlocklistFormat::Opnsense => {
                for entry in &self.entries {
                    let _ = writeln!(text, "{} # {}, until {}", entry.network, entry.comment(), entry.until.seconds());
                }
            }
            BlocklistFormat::Nft => self.nft(&mut text, now),
            BlocklistFormat::Ipset => self.ipset(&mut text, now),
            BlocklistFormat::Mikrotik => self.mikrotik(&mut text, now),
        }
        text
    }

    /// The entries of IPv4 and of IPv6.
    fn families(&self) -> [(char, Vec<&Entry>); 2] {
        let (old, new) = self.entries.iter().partition(|entry| entry.network.first().is_ipv4());
        [('4', old), ('6', new)]
    }

    fn nft(&self, text: &mut String, now: Timestamp) {
        text.push_str("add table inet net_scout\n");
        for (family, entries) in self.families() {
            let flags = if family == '4' { "timeout" } else { "interval, timeout" };
            let set = format!("inet net_scout blocked{family}");
            let _ = writeln!(text, "add set {set} {{ type ipv{family}_addr; flags {flags}; }}\nflush set {set}");
            for entry in entries {
                let (network, seconds, comment) = (entry.network, entry.seconds(now), entry.comment());
                let _ = writeln!(text, "add element {set} {{ {network} timeout {seconds}s comment \"{comment}\" }}");
            }
        }
    }

    fn ipset(&self, text: &mut String, now: Timestamp) {
        for (family, entries) in self.families() {
            let (kind, inet) = if family == '4' { ("hash:ip", "inet") } else { ("hash:net", "inet6") };
            let (set, aside) = (format!("net-scout{family}"), format!("net-scout{family}-new"));
            for name in [&set, &aside] {
                let _ = writeln!(text, "create {name} {kind} family {inet} maxelem {MOST} timeout 0 comment -exist");
            }
            let _ = writeln!(text, "flush {aside}");
            for entry in entries {
                let (network, seconds, comment) = (entry.network, entry.seconds(now).min(LONGEST), entry.comment());
                let _ = writeln!(text, "add {aside} {network} timeout {seconds} comment \"{comment}\"");
            }
            let _ = writeln!(text, "swap {aside} {set}\ndestroy {aside}");
        }
    }

    fn mikrotik(&self, text: &mut String, now: Timestamp) {
        for (family, entries) in self.families() {
            let menu = if family == '4' { "/ip" } else { "/ipv6" };
            let _ = writeln!(text, "{menu} firewall address-list\nremove [find list=net-scout]");
            for entry in entries {
                let (network, seconds, comment) = (entry.network, entry.seconds(now), entry.comment());
                let _ = writeln!(text, "add list=net-scout address={network} timeout={seconds}s comment=\"{comment}\"");
            }
        }
    }
}

impl Entry {
    /// For how many seconds it holds from now on, at least one: 0 would be for ever.
    fn seconds(&self, now: Timestamp) -> i64 {
        (self.until.0.saturating_sub(now.0) / 1_000_000).max(1)
    }

    /// Which alerts it is for.
    fn comment(&self) -> String {
        let named: Vec<String> = self.alerts.iter().take(NAMED).map(|(id, kind)| format!("{id} {kind}")).collect();
        let more = self.alerts.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let word = if self.alerts.len() == 1 { "alert" } else { "alerts" };
        let text = format!("{word} {}{more}", named.join(", "));
        let is_safe = |letter: char| letter.is_ascii_alphanumeric() || " _-.,:".contains(letter);
        text.chars().take(COMMENT).map(|letter| if is_safe(letter) { letter } else { '_' }).collect()
    }
}
