//! Every kind of line that a kernel writes, and lines that only look like one.

use std::net::IpAddr;

use net_scout_model::time::parse_timestamp;

use super::*;
use crate::LogZone;
use crate::event::Line;
use crate::formats::{Format, ReadAs, Reader};

static OPTIONS: ImportOptions = ImportOptions {
    now: Timestamp(1_773_261_400_000_000),
    zone: LogZone::UTC,
    default_verdict: DefaultVerdict::Unknown,
    local_networks: None,
};

/// Reads a whole line.
fn parse<'a>(line: &'a str, options: &ImportOptions) -> Result<ParsedEvent<'a>, Reason> {
    match Reader::new(&ReadAs::Format(Format::Netfilter), options).read(line)? {
        (Format::Netfilter, Line::Event(event)) => Ok(event),
        other => panic!("{line}: {other:?}"),
    }
}

/// A line of 2026-03-11T20:35:11Z with this behind `kernel:`.
fn line(message: &str) -> String {
    format!("Mar 11 20:35:11 host kernel: {message}")
}

fn refused(line: &str) -> String {
    parse(line, &OPTIONS).expect_err(line).to_string()
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect(text)
}

#[test]
fn a_whole_line() {
    let text = line(
        "[463490.251762] DROP IN=eth1 OUT= MAC=23:87:fc:c6:24:58:00:21:3f:98:99:78:09:00 SRC=192.168.10.55 DST=192.168.10.1 LEN=44 \
         TOS=0x00 PREC=0x00 TTL=53 ID=15270 PROTO=TCP SPT=56247 DPT=1025 WINDOW=3072 RES=0x00 SYN URGP=0 OPT (020405B4) ",
    );
    let expected = ParsedEvent {
        time: parse_timestamp("2026-03-11T20:35:11Z").expect("a time"),
        source: ip("192.168.10.55"),
        destination: ip("192.168.10.1"),
        source_port: Some(56_247),
        destination_port: Some(1_025),
        proto: "TCP".into(),
        in_if: Some("eth1".into()),
        out_if: None,
        verdict: Judged::DROP,
        way: Way::In,
        tcp_flags: Some(TcpFlags::SYN),
        hits: 1,
        is_first_hop: false,
    };
    assert_eq!(parse(&text, &OPTIONS), Ok(expected.clone()));
    let iso = text.replace("Mar 11 20:35:11", "2026-03-11T21:35:11.000000+01:00");
    assert_eq!(parse(&iso, &OPTIONS), Ok(expected));
}

#[test]
fn the_prefix_decides() {
    let fields = "IN=eth1 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=UDP SPT=1 DPT=2";
    for (prefix, verdict) in [
        ("", None),
        ("[ 1203.842973] ", None),
        ("[19955416.516358] ", None),
        ("[UFW AUDIT] ", None),
        ("[12.5] [UFW BLOCK] ", Some("DROP")),
        ("[12.5] [UFW ALLOW] ", Some("ACCEPT")),
        ("IPTABLES-DROP: ", Some("DROP")),
        ("Shorewall:net2fw:DROP:", Some("DROP")),
        ("DROP", Some("DROP")),
        ("[UFW ALLOW]", Some("ACCEPT")),
        ("LOGIN=x REJECT ", Some("DROP")),
    ] {
        let text = line(&format!("{prefix}{fields}"));
        let event = parse(&text, &OPTIONS).expect(prefix);
        assert_eq!((event.verdict.verdict, event.in_if.as_deref()), (verdict, Some("eth1")), "{prefix}");
    }
    // The words of the fields are no prefix.
    let text = line("IN=drop OUT=accept PHYSIN=block SRC=192.0.2.1 DST=192.0.2.2 PROTO=UDP");
    assert_eq!(parse(&text, &OPTIONS).expect("a packet").verdict.verdict, None);
}

#[test]
fn addresses_are_normalised() {
    let text = line("IN=eth0 OUT= SRC=2001:0db8:0000:f101:0000:0000:0000:0002 DST=FF02::0001 PROTO=ICMPv6 TYPE=135 CODE=0 ");
    let event = parse(&text, &OPTIONS).expect("a packet");
    assert_eq!((event.source.to_string(), event.destination.to_string()), ("2001:db8:0:f101::2".into(), "ff02::1".into()));
    assert_eq!((&*event.proto, event.source_port, event.destination_port), ("ICMPv6", None, None));
}

#[test]
fn protocols_without_ports() {
    for (text, proto) in
        [("PROTO=ICMP TYPE=8 CODE=0 ID=2158 SEQ=512", "ICMP"), ("PROTO=2", "IGMP"), ("FRAG:185 PROTO=UDP", "UDP")]
    {
        let text = line(&format!("IN=eth0 OUT= SRC=192.0.2.1 DST=224.0.0.1 {text}"));
        let event = parse(&text, &OPTIONS).expect("a packet");
        assert_eq!((&*event.proto, event.source_port, event.destination_port), (proto, None, None));
    }
}

#[test]
fn the_packet_that_an_icmp_error_quotes_does_not_count() {
    for text in [
        "IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=ICMP TYPE=3 CODE=3 [SRC=10.0.0.1 DST=10.0.0.2 PROTO=UDP SPT=1 DPT=2 LEN=8 ] ",
        "IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=ICMP TYPE=3 [SRC=10.0.0.1 PROTO=UDP INCOMPLETE [4 bytes] SPT=1 ] MTU=1500",
        "IN=eth0 OUT= [SRC=10.0.0.1 DST=10.0.0.2 PROTO=UDP SPT=1 DPT=2] SRC=192.0.2.1 DST=192.0.2.2 PROTO=ICMP TYPE=3 CODE=3",
        "IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=ICMP TYPE=3 CODE=3 [SRC=10.0.0.1 DST=10.0.0.2 SPT=1 DPT=",
    ] {
        let text = line(text);
        let event = parse(&text, &OPTIONS).expect("a packet");
        assert_eq!((event.source, event.destination, &*event.proto), (ip("192.0.2.1"), ip("192.0.2.2"), "ICMP"), "{text}");
        assert_eq!((event.source_port, event.destination_port), (None, None), "{text}");
    }
}

#[test]
fn flags() {
    for (text, expected) in [
        ("PROTO=TCP SPT=1 DPT=2 WINDOW=1024 RES=0x00 SYN URGP=0", Some("SYN")),
        (
            "PROTO=TCP SPT=1 DPT=2 SEQ=1 ACK=2 WINDOW=1024 RES=0x00 ECE URG ACK PSH RST SYN FIN URGP=0",
            Some("FIN,SYN,RST,PSH,ACK,URG"),
        ),
        ("PROTO=TCP SPT=1 DPT=2 WINDOW=1024 RES=0x00 URG PSH FIN URGP=0 OPT (0204) ", Some("FIN,PSH,URG")),
        ("PROTO=TCP SPT=1 DPT=2 WINDOW=1024 RES=0x00 URGP=0", Some("")),
        ("PROTO=TCP SPT=1 DPT=2 SYN", Some("SYN")),
        ("PROTO=TCP SPT=1 DPT=2", None),
        ("DF FRAG:185 PROTO=TCP", None),
        ("PROTO=UDP SPT=1 DPT=2 LEN=8 SYN", None),
        ("PROTO=ICMP TYPE=3 CODE=3 [SRC=10.0.0.1 DST=10.0.0.2 PROTO=TCP SPT=1 DPT=2 RES=0x00 SYN ]", None),
    ] {
        let text = line(&format!("SYN IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 {text}"));
        let event = parse(&text, &OPTIONS).expect("a packet");
        assert_eq!(event.tcp_flags.map(|flags| flags.to_string()).as_deref(), expected, "{text}");
    }
}

/// What nftables writes beyond iptables: the bridge and netdev families name the MAC addresses one by one, `log flags all` adds numbers.
#[test]
fn nftables() {
    for (message, flags, verdict) in [
        (
            "nft drop: IN=br0 OUT=br0 PHYSIN=eth1 PHYSOUT=eth2 MACSRC=00:11:22:33:44:55 MACDST=66:77:88:99:aa:bb MACPROTO=86dd SRC=2001:db8::1 \
             DST=2001:db8::2 LEN=60 TC=0 HOPLIMIT=64 FLOWLBL=12345 PROTO=TCP SPT=1 DPT=2 SEQ=7 ACK=0 WINDOW=64800 RES=0x00 SYN URGP=0 \
             OPT (020405A00402080A) UID=0 GID=0 MARK=0x1 ",
            Some(TcpFlags::SYN),
            Some("DROP"),
        ),
        (
            "[12.5] inet accept IN=eth0 OUT= MAC=00:11 SRC=2001:db8::1 DST=2001:db8::2 LEN=60 TC=0 HOPLIMIT=64 FLOWLBL=1 PROTO=UDP SPT=1 \
             DPT=2 LEN=20",
            None,
            Some("ACCEPT"),
        ),
    ] {
        let text = line(message);
        let event = parse(&text, &OPTIONS).expect("a packet");
        assert_eq!((event.tcp_flags, event.verdict.verdict), (flags, verdict), "{text}");
        assert_eq!(
            (event.source_port, event.destination_port, event.destination),
            (Some(1), Some(2), ip("2001:db8::2")),
            "{text}"
        );
    }
    // An ARP packet has no IP addresses.
    let arp = "IN=eth0 OUT= ARP HTYPE=1 PTYPE=0x0800 OPCODE=1 MACSRC=00:11 IPSRC=192.0.2.1 MACDST=00:00 IPDST=192.0.2.2";
    assert_eq!(refused(&line(arp)), "no SRC=");
}

#[test]
fn directions() {
    let lan = [
        "10.1.2.3",
        "192.168.1.1",
        "172.16.0.1",
        "127.0.0.1",
        "169.254.1.1",
        "100.64.0.1",
        "fd00::1",
        "fe80::1",
        "::1",
        "::ffff:10.0.0.1",
    ];
    let wan = ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2001:db8::1", "::ffff:8.8.8.8"];
    let check = |interfaces: &str, source: &str, destination: &str, expected: Way| {
        let text = line(&format!("{interfaces} SRC={source} DST={destination} PROTO=TCP SPT=1 DPT=2"));
        assert_eq!(parse(&text, &OPTIONS).expect("a packet").way, expected, "{text}");
    };
    for near in lan {
        for far in wan {
            check("IN=eth0 OUT=", near, far, Way::In);
            check("IN= OUT=eth0", far, near, Way::Out);
            check("IN= OUT=", near, far, Way::Out);
            check("IN=eth0 OUT=eth1", near, far, Way::Out);
            check("IN=eth0 OUT=eth1", far, near, Way::In);
        }
    }
    check("IN=eth0 OUT=eth1", "10.0.0.1", "10.0.0.2", Way::In);
    check("IN=eth0 OUT=eth1", "8.8.8.8", "9.9.9.9", Way::Open);
}

/// What the names of interfaces, the chain of Proxmox VE and a first hop tell where addresses do not.
#[test]
fn directions_of_public_addresses() {
    for (message, way, is_first_hop) in [
        ("IN=br-lan OUT=pppoe-wan SRC=8.8.8.8 DST=9.9.9.9 TTL=63 PROTO=TCP", Way::Out, true),
        ("IN=wan OUT=lan1 SRC=8.8.8.8 DST=9.9.9.9 TTL=50 PROTO=TCP", Way::In, false),
        (
            "101 6 tap101i0-IN 02/Mar/2021:19:40:07 +0100 ACCEPT: IN=fwbr1 OUT=fwbr1 SRC=8.8.8.8 DST=9.9.9.9 PROTO=TCP",
            Way::In,
            false,
        ),
        ("IN=eth0 OUT=eth1 SRC=2001:db8::1 DST=2001:db8:1::1 HOPLIMIT=127 PROTO=TCP", Way::Open, true),
        ("IN=eth0 OUT= SRC=2001:db8::1 DST=2001:db8:1::1 HOPLIMIT=127 PROTO=TCP", Way::In, false),
    ] {
        let text = line(message);
        let event = parse(&text, &OPTIONS).expect("a packet");
        assert_eq!((event.way, event.is_first_hop), (way, is_first_hop), "{message}");
    }
}

/// net-sentinel's own logs hold one line for many packets.
#[test]
fn grouped_lines() {
    let fields = "IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=2 SYN";
    for (more, hits, last) in [
        ("HITCOUNT=17 LASTTS=2026-03-11T20:40:00Z", 17, "2026-03-11T20:40:00Z"),
        ("HITCOUNT=17 LASTTS=1773261600.5", 17, "2026-03-11T20:40:00.5Z"),
        ("HITCOUNT=3", 3, "2026-03-11T20:35:11Z"),
        ("HITCOUNT=0 LASTTS=x", 1, "2026-03-11T20:35:11Z"),
        ("HITCOUNT=-1", 1, "2026-03-11T20:35:11Z"),
        ("HITCOUNT=99999999999999999999", 1, "2026-03-11T20:35:11Z"),
    ] {
        let text = line(&format!("{fields} {more}"));
        let event = parse(&text, &OPTIONS).expect("a packet");
        assert_eq!((event.hits, event.time.to_string().as_str()), (hits, last), "{more}");
    }
}

/// Without the name of a program a line must hold nothing else.
#[test]
fn lines_without_a_program() {
    let packet =
        "IN=eth0 OUT= MAC= SRC=192.0.2.1 DST=192.0.2.2 LEN=88 PROTO=ICMP TYPE=3 CODE=3 [SRC=10.0.0.1 DST=10.0.0.2 PROTO=UDP ]";
    for (head, verdict) in
        [("DENY: ", Some("DROP")), ("fw DROP ", Some("DROP")), ("DROP ", Some("DROP")), ("", None), ("fw ", None)]
    {
        let text = format!("Mar 11 20:35:11 {head}{packet}");
        assert_eq!(parse(&text, &OPTIONS).map(|event| event.verdict.verdict), Ok(verdict), "{text}");
    }
    for text in [
        format!("Mar 11 20:35:11 fw sshd[1]: DROP {packet}"),
        format!("Mar 11 20:35:11 fw sshd: DROP {packet}"),
        format!("Mar 11 20:35:11 fw DROP {packet} from 192.0.2.9 port 22"),
        "Mar 11 20:35:11 fw login failed for user IN=eth0".to_owned(),
    ] {
        assert!(parse(&text, &OPTIONS).is_err(), "{text}");
    }
}

#[test]
fn one_interface_key_is_enough() {
    for (text, in_if, out_if) in [
        ("XX=enp1s0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP", None, None),
        ("IN=eth0 SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP", Some("eth0"), None),
        ("OUT=eth0 SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP", None, Some("eth0")),
        ("IN=br0 OUT=eth1.2 PHYSIN=veth0 SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP", Some("br0"), Some("eth1.2")),
    ] {
        let text = line(text);
        let event = parse(&text, &OPTIONS).expect("a packet");
        assert_eq!((event.in_if.as_deref(), event.out_if.as_deref()), (in_if, out_if), "{text}");
    }
}

#[test]
fn only_the_kernel_is_believed() {
    let packet = "IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=2";
    for start in ["host kernel: ", "kernel: ", "host kernel:[12.5] ", "host  kernel:  "] {
        let text = format!("Mar 11 20:35:11 {start}{packet}");
        assert!(parse(&text, &OPTIONS).is_ok(), "{text}");
    }
    for start in ["host sshd[1]: Invalid user kernel: ", "host sshd[1]: ", "sshd[1]: kernel: ", "host kernelx: "] {
        assert_eq!(refused(&format!("Mar 11 20:35:11 {start}{packet}")), "no `kernel:` after the date and the host", "{start}");
    }
    assert_eq!(refused(&format!("host kernel: {packet}")), "no date at the start");
}

#[test]
fn reasons_name_the_value() {
    for (message, reason) in [
        ("usb 1-1: new high-speed USB device", "neither IN= nor OUT=, so it is not a packet"),
        ("", "neither IN= nor OUT=, so it is not a packet"),
        ("PHYSIN=eth0 SRC=192.0.2.1 DST=192.0.2.2", "neither IN= nor OUT=, so it is not a packet"),
        ("IN=eth0 OUT= DST=192.0.2.2 PROTO=TCP", "no SRC="),
        ("IN=eth0 OUT= SRC=192.0.2.1 PROTO=TCP", "no DST="),
        ("IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2", "no PROTO="),
        ("IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=", "no PROTO="),
        ("IN=eth0 OUT= SRC=999.1.2.3 DST=192.0.2.2 PROTO=TCP", "`999.1.2.3` is not a valid IP address (SRC)"),
        ("IN=eth0 OUT= SRC=192.0.2.1 DST= PROTO=TCP", "`` is not a valid IP address (DST)"),
        ("IN=eth0 OUT= SRC=\u{1b}[2J DST=192.0.2.2 PROTO=TCP", "`\\u{1b}[2J` is not a valid IP address (SRC)"),
        ("IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=65536 DPT=1", "`65536` is not a valid port (SPT)"),
        ("IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=-1", "`-1` is not a valid port (DPT)"),
        ("IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=+1", "`+1` is not a valid port (DPT)"),
        ("IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=", "`` is not a valid port (DPT)"),
    ] {
        assert_eq!(refused(&line(message)), reason, "{message}");
    }
    let long = "x".repeat(65);
    for (field, message) in [("IN", format!("IN={long} OUT= PROTO=TCP")), ("PROTO", format!("IN= OUT= PROTO={long}"))] {
        let text = line(&format!("{message} SRC=192.0.2.1 DST=192.0.2.2"));
        assert_eq!(refused(&text), format!("`{}…` is too long ({field})", "x".repeat(47)));
    }
    let text = line("IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=0 DPT=65535");
    let event = parse(&text, &OPTIONS).expect("a packet");
    assert_eq!((event.source_port, event.destination_port), (Some(0), Some(65_535)));
}
