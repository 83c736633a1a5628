use net_scout_model::search::KnownNames;
use net_scout_model::{Allow, Messages, Severity};

use serde_json::json;

use super::*;
use crate::test_support::{MINUTE, NOW, alert, event, record, scene, stored};

const DAY: i64 = 24 * 60 * MINUTE;

fn options() -> BlocklistOptions {
    BlocklistOptions { query: AlertQuery::default(), lasts: 7 * DAY }
}

fn networks(list: &Blocklist) -> Vec<String> {
    list.entries.iter().map(|entry| entry.network.to_string()).collect()
}

#[tokio::test]
async fn sources_are_listed_in_order_with_their_ends_and_alerts() {
    let (_folder, scan) = scene(&[]);
    let high = |source: &str, last| (alert(source, 80, Severity::High, last), NOW.plus(-MINUTE));
    record(
        &scan,
        &[
            high("91.2.3.4", NOW.plus(-DAY)),
            high("2a02:1:2:3:ffff::1", NOW.plus(-2 * DAY)),
            high("2a02:1:2:3::9", NOW.plus(-DAY)),
            high("45.6.7.8", NOW),
            high("45.6.7.9", NOW.plus(-8 * DAY)),
        ],
    );
    let list = blocklist(&scan, &options(), NOW, &Messages::default()).await.expect("a list");
    assert_eq!(networks(&list), ["45.6.7.8", "91.2.3.4", "2a02:1:2:3::/64"]);
    let six = &list.entries[2];
    assert_eq!((six.until, six.alerts.len()), (NOW.plus(6 * DAY), 2));
    assert_eq!(list.left_out, [("not seen for long enough", 1)].into());
    assert_eq!(
        list.write(BlocklistFormat::Plain, NOW),
        "# net-scout: 3 sources\n45.6.7.8 # alert 4 port_scan, until 2026-03-18T20:35:11Z\n\
         91.2.3.4 # alert 1 port_scan, until 2026-03-17T20:35:11Z\n\
         2a02:1:2:3::/64 # alerts 2 port_scan, 3 port_scan, until 2026-03-17T20:35:11Z\n"
    );
    let nft = list.write(BlocklistFormat::Nft, NOW);
    assert!(
        nft.contains("add element inet net_scout blocked4 { 45.6.7.8 timeout 604800s comment \"alert 4 port_scan\" }\n"),
        "{nft}"
    );
    assert!(nft.contains("blocked6 { 2a02:1:2:3::/64 timeout 518400s"), "{nft}");
    let ipset = list.write(BlocklistFormat::Ipset, NOW);
    assert!(ipset.contains("add net-scout6-new 2a02:1:2:3::/64 timeout 518400 comment "), "{ipset}");
    let mikrotik = list.write(BlocklistFormat::Mikrotik, NOW);
    assert!(
        mikrotik.contains("add list=net-scout address=91.2.3.4 timeout=518400s comment=\"alert 1 port_scan\"\n"),
        "{mikrotik}"
    );
    for query in ["severity:critical", "rule:beacon", "-src:0.0.0.0/0,::/0"] {
        let query = AlertQuery::parse(query, &KnownNames::default()).expect("a query");
        let only = BlocklistOptions { query, ..options() };
        assert_eq!(blocklist(&scan, &only, NOW, &Messages::default()).await.expect("a list").entries, []);
    }
}

#[tokio::test]
async fn what_must_never_be_blocked_is_never_listed() {
    let events = [
        // An own host asked it as a client, long after it had come.
        event(50, "91.2.3.4", "85.1.1.5", 22, "DROP", "INBOUND"),
        event(10, "85.1.1.5", "91.2.3.4", 443, "ACCEPT", "OUTBOUND"),
        // An own host sent to it first, whatever the port.
        event(50, "85.1.1.5", "91.2.3.5", 40_001, "ACCEPT", "OUTBOUND"),
        event(10, "91.2.3.5", "85.1.1.5", 22, "DROP", "INBOUND"),
        // An own host answered it.
        event(50, "91.2.3.6", "85.1.1.5", 22, "ACCEPT", "INBOUND"),
        event(10, "85.1.1.5", "91.2.3.6", 40_000, "ACCEPT", "OUTBOUND"),
        // It was refused on the way out.
        event(10, "85.1.1.5", "91.2.3.7", 443, "DROP", "OUTBOUND"),
    ];
    let (_folder, mut scan) = scene(&events);
    let configured = |network: &str, ports: Vec<(u16, u16)>| Allow {
        network: network.parse().expect("a network"),
        side: net_scout_model::Side::Source,
        rules: Vec::new(),
        ports,
        direction: None,
        reason: "a test".to_owned(),
        until: None,
    };
    // One names a host inside a listed /64, one is about ports alone and protects nobody.
    scan.allow.configured = vec![configured("2a02:1:2:3::7", Vec::new()), configured("0.0.0.0/0", vec![(443, 443)])];
    let sources = [
        "91.2.3.4",
        "91.2.3.5",
        "91.2.3.6",
        "91.2.3.7",
        "85.1.1.77",
        "9.9.9.9",
        "192.0.2.1",
        "10.1.1.1",
        "2a02:1:2:3::9",
        "fe80::1%eth0",
    ];
    let alerts: Vec<_> = sources.iter().map(|source| (alert(source, 80, Severity::High, NOW), NOW)).collect();
    record(&scan, &alerts);
    let list = blocklist(&scan, &options(), NOW, &Messages::default()).await.expect("a list");
    assert_eq!(networks(&list), ["91.2.3.6", "91.2.3.7"]);
    let left_out = [
        ("an own host connected to it", 2),
        ("an own network", 1),
        ("not an address of the Internet (RFC 6890)", 3),
        ("on the allowlist", 2),
    ];
    assert_eq!(list.left_out, left_out.into());
    scan.local_networks = Some("91.2.0.0/16".parse().expect("networks"));
    let list = blocklist(&scan, &options(), NOW, &Messages::default()).await.expect("a list");
    assert_eq!(networks(&list), ["85.1.1.77"]);
}

#[tokio::test]
async fn an_error_gives_no_list() {
    let (_folder, mut scan) = scene(&[]);
    record(&scan, &[(alert("91.2.3.4", 80, Severity::High, NOW), NOW)]);
    scan.table = "elsewhere".to_owned();
    let error = blocklist(&scan, &options(), NOW, &Messages::default()).await.expect_err("no table").to_string();
    assert!(error.contains("elsewhere"), "{error}");
}

#[test]
fn a_comment_never_becomes_a_command() {
    let alerts = (0..9).map(|id| (id, "x\" }; flush ruleset; #\n/system reset\\".to_owned())).collect();
    let entry = Entry { network: "91.2.3.4".parse().expect("a network"), until: NOW, alerts };
    let list = Blocklist { entries: vec![entry], left_out: BTreeMap::new() };
    for format in [BlocklistFormat::Plain, BlocklistFormat::Nft, BlocklistFormat::Ipset, BlocklistFormat::Mikrotik] {
        let text = list.write(format, NOW);
        assert!(!text.contains("};") && !text.contains("; #") && !text.contains("/system") && !text.contains('\\'), "{text}");
        assert_eq!(text.lines().filter(|line| line.contains("91.2.3.4")).count(), 1, "{text}");
    }
    assert_eq!(list.write(BlocklistFormat::Nft, NOW).matches("timeout 1s").count(), 1);
}

#[test]
fn sources_of_related_alerts_and_of_parts_are_listed() {
    let related = json!({"related": [{"src_ip": "91.2.3.5"}, {"src_ip": "91.2.3.4"}, {"src_ip": null}]});
    let whole = stored(1, "port_scan", Some("91.2.3.4"), related);
    let found: Vec<String> = sources(&whole).iter().map(ToString::to_string).collect();
    assert_eq!(found, ["91.2.3.4", "91.2.3.5"]);

    let mut part = stored(2, "port_scan", Some("91.2.3.6"), json!({"part_of_alert": 1}));
    part.status = "duplicate".to_owned();
    assert!(counts(&part, &[1].into()) && !counts(&part, &[3].into()));
    let mut closed = stored(3, "port_scan", Some("91.2.3.7"), json!({}));
    closed.status = "closed".to_owned();
    assert!(!counts(&closed, &[1].into()) && counts(&whole, &[1].into()));
}
