//! Real lines of several firewalls, with the fields that CrowdSec's parsers must find in them, where that collection is at hand.

use std::net::IpAddr;

use super::*;
use crate::event::ParsedEvent;

/// What `parser.assert` says of a parser's lines: line number, field, value.
type Asserted = BTreeMap<usize, BTreeMap<String, String>>;

/// The lines of a log, and what is said of them; none where the collection is not at hand.
fn collection(name: &str, parser: &str) -> Option<(Vec<String>, Asserted)> {
    let folder: PathBuf = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/formats")).join(name);
    let lines = std::fs::read_to_string(folder.join(format!("{name}.log"))).ok()?.lines().map(str::to_owned).collect();
    let text = std::fs::read_to_string(folder.join("parser.assert")).expect("assertions");
    let start = format!("results[\"s01-parse\"][\"{parser}\"][");
    let mut asserted = Asserted::new();
    for line in text.lines().filter_map(|line| line.strip_prefix(&start)) {
        let (number, rest) = line.split_once(']').expect("an index");
        let fields = asserted.entry(number.parse().expect("an index")).or_default();
        if let Some((field, value)) = rest.split_once(" == ")
            && let Some(field) = field.strip_prefix(".Evt.Parsed[\"").or(field.strip_prefix(".Evt.Meta[\""))
        {
            fields.insert(field.trim_end_matches("\"]").to_owned(), value.trim_matches('"').to_owned());
        }
    }
    Some((lines, asserted))
}

fn check(event: &ParsedEvent<'_>, fields: &BTreeMap<String, String>) {
    let mut checked = 0;
    let mut same = |names: &[&str], found: Option<String>| {
        for name in names {
            if let Some(expected) = fields.get(*name) {
                assert_eq!(found.as_ref(), Some(expected), "{name} of {fields:?}");
                checked += 1;
            }
        }
    };
    let ip = |address: IpAddr| Some(address.to_string());
    same(&["src_ip", "source_ip"], ip(event.source));
    same(&["dst_ip"], ip(event.destination));
    same(&["src_port"], event.source_port.map(|port| port.to_string()));
    same(&["dst_port"], event.destination_port.map(|port| port.to_string()));
    same(&["proto"], Some(event.proto.to_string()));
    same(&["ip4_proto", "ip6_proto"], Some(event.proto.to_ascii_lowercase()));
    same(&["iface", "if_in", "int_eth"], event.in_if.as_ref().or(event.out_if.as_ref()).map(ToString::to_string));
    assert!(checked >= 5, "too little was compared: {fields:?}");
    let expected = match fields.get("action").map(String::as_str) {
        Some("block" | "drop" | "D") => Some("DROP"),
        Some("pass" | "accept" | "A") => Some("ACCEPT"),
        None => Some("DROP"),
        other => panic!("{other:?}"),
    };
    assert_eq!(event.verdict.verdict, expected, "{fields:?}");
}

/// Compares all lines of a collection: its events, and the lines that are none.
fn compare(name: &str, parser: &str, format: Format, none: &[usize]) {
    let Some((lines, asserted)) = collection(name, parser) else { return };
    for from in [ReadAs::Detected, ReadAs::Format(format)] {
        let mut reader = Reader::new(&from, &OPTIONS);
        for (number, line) in lines.iter().enumerate() {
            match reader.read(line) {
                Ok((found, Line::Event(event))) => {
                    assert_eq!(found, format, "{line}");
                    check(&event, &asserted[&number]);
                }
                other => assert!(none.contains(&number), "{line}: {other:?}"),
            }
        }
    }
}

#[test]
fn pf() {
    compare("pf-logs", "firewallservices/pf-logs", Format::Pf, &[]);
    let Some((lines, _)) = collection("pf-logs", "") else { return };
    let told = told(&ReadAs::Detected, &lines.join("\n"), &OPTIONS);
    assert_eq!(told[0], "TCP 10.0.2.2:53742 > 10.0.2.15:22 DROP INBOUND em0/- PSH,ACK");
    assert_eq!(told[2], "TCP 10.0.2.15:22 > 10.0.2.2:53742 DROP OUTBOUND -/em0 FIN,ACK");
}

#[test]
fn mikrotik() {
    compare("mikrotik-logs", "a1ad/mikrotik-logs", Format::Mikrotik, &[2]);
    let Some((lines, _)) = collection("mikrotik-logs", "") else { return };
    let told = told(&ReadAs::Detected, &lines.join("\n"), &OPTIONS);
    assert_eq!(told[1], "TCP 36.97.161.219:59388 > 81.82.202.145:23 DROP INBOUND ether1-WAN/- SYN");
    assert_eq!(told[4], "UDP [2001:db8:1234::1]:17850 > [2001:db8:1234::2]:51413 DROP INBOUND WAN/LAN ?");
}

#[test]
fn unifi() {
    compare("unifi-logs", "crowdsecurity/iptables-logs", Format::Unifi, &[3]);
}

#[test]
fn suricata() {
    let Some((lines, _)) = collection("suricata-eve-detect", "") else { return };
    let told = told(&ReadAs::Detected, &lines.join("\n"), &OPTIONS);
    assert_eq!(told[0], "TCP 1.2.3.4:33270 > 1.2.3.5:80 ACCEPT INBOUND eth0/- ?");
    assert_eq!(told[1..], ["TCP 2.2.3.4:5164 > 2.2.3.5:5060 - INBOUND eth0/- ?"; 3]);
    let (rows, report) = read(lines.join("\n").as_bytes(), &OPTIONS);
    // What `scenario.assert` says of the times.
    let times: Vec<_> = rows.iter().map(|row| (row.last.to_string(), row.hits)).collect();
    assert_eq!(times, [("2022-07-12T06:22:33.415742Z".to_owned(), 1), ("2022-07-12T11:26:36.407881Z".to_owned(), 3)]);
    assert_eq!(report.formats, BTreeMap::from([(Format::Suricata, 4)]));
}
