//! Prefixes and values, and what they say.

use super::*;

const DEFAULTS: [DefaultVerdict; 4] =
    [DefaultVerdict::Usual, DefaultVerdict::Drop, DefaultVerdict::Accept, DefaultVerdict::Unknown];

fn check(prefixes: &[&str], expected: Option<&str>) {
    for default in DEFAULTS {
        for prefix in prefixes {
            assert_eq!(of_prefix(prefix, default), Judged { verdict: of(expected), is_assumed: false }, "{prefix} {default:?}");
        }
    }
}

fn of(verdict: Option<&str>) -> Option<&'static str> {
    verdict.map(|verdict| if verdict == "DROP" { DROP } else { ACCEPT })
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
        "SECTHEMALL logdrop ",
        "LOGDROP",
        "droplog:",
        "discard",
    ];
    check(&prefixes, Some("DROP"));
}

#[test]
fn accepts() {
    check(
        &[
            "[UFW ALLOW]",
            "ACCEPT ",
            "accepted:",
            "fw-allow-in",
            "[net_ALLOWED]",
            "PASS",
            "permit-out:",
            "PORTFORWARD: ",
            "logaccept",
        ],
        Some("ACCEPT"),
    );
}

#[test]
fn a_drop_outweighs_an_accept() {
    check(&["ACCEPT-LIMIT-DROP", "DROP not ACCEPT"], Some("DROP"));
}

#[test]
fn the_letter_of_a_rule() {
    check(&["[WAN_LOCAL-D-2147483647] DESCR=\"x\" ", " [12.5] [WAN_IN-default-D]", "[WAN_IN-R-4] ACCEPT "], Some("DROP"));
    check(&["[WAN_LOCAL-A-2] DESCR=\"[WAN_LOCAL]Block All Traffic\" ", "[LAN_IN-10-A]", "[ipv4-INP-filter-1-A]"], Some("ACCEPT"));
    check(&["[WAN_LOCAL-RET-2] DROP ", "[D] BLOCK", "[-1] BLOCK", "[D-] DROP", "[x-d-1] DROP"], Some("DROP"));
}

#[test]
fn an_audit_is_no_verdict() {
    check(&["[UFW AUDIT]", " [12.5] [UFW AUDIT INVALID] "], None);
}

#[test]
fn what_names_no_rule_is_what_is_usual() {
    for prefix in
        ["", " ", "[19955416.516358]", "ICMP", "[UFW]", "Firewall:", "calico-packet: ", "FW-monitor:", "[  307.7][    C0] "]
    {
        assert_eq!(of_prefix(prefix, DefaultVerdict::Usual), Judged { verdict: Some(DROP), is_assumed: true }, "{prefix}");
        assert_eq!(of_prefix(prefix, DefaultVerdict::Accept).verdict, Some(ACCEPT), "{prefix}");
        assert_eq!(of_prefix(prefix, DefaultVerdict::Unknown), Judged::UNKNOWN, "{prefix}");
    }
}

#[test]
fn names_and_translations_are_no_verdict_unless_told() {
    for prefix in [
        "Minecraft server: ",
        "New connection: ",
        "Shorewall:net_dnat:DNAT:",
        "[PREROUTING-DNAT-4] DESCR=\"Block\" ",
        "BLOCKLIST",
        "DROPBEAR:",
        "dropßed",
        "UNBLOCK",
        "'PREFIX-SSH-PORT '",
    ] {
        assert_eq!(of_prefix(prefix, DefaultVerdict::Usual), Judged::UNKNOWN, "{prefix}");
        assert_eq!(of_prefix(prefix, DefaultVerdict::Drop), Judged { verdict: Some(DROP), is_assumed: true }, "{prefix}");
    }
}

#[test]
fn values() {
    for (value, expected) in [
        ("close", Some(ACCEPT)),
        ("server-rst", Some(ACCEPT)),
        ("Client_RST", Some(ACCEPT)),
        ("reset both", Some(DROP)),
        ("ACCEPT", Some(ACCEPT)),
        ("Blocked by policy", Some(DROP)),
        ("nft-drop: ", Some(DROP)),
        ("NODATA", None),
        ("rdr", None),
        ("", None),
        ("-", None),
        ("whatever", None),
    ] {
        assert_eq!(of_value(value, DefaultVerdict::Usual), Judged::known(expected), "{value}");
    }
    assert_eq!(of_value("", DefaultVerdict::Drop), Judged { verdict: Some(DROP), is_assumed: true });
    assert_eq!(of_value("SKIPDATA", DefaultVerdict::Drop), Judged::UNKNOWN);
}
