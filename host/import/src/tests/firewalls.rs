//! Lines of firewalls, in the forms that they have in the field.

use super::*;

fn check(lines: &[(&str, &str)]) {
    for (line, expected) in lines {
        assert_eq!(told(&ReadAs::Detected, line, &OPTIONS), [*expected], "{line}");
    }
}

#[test]
fn pf() {
    let lines = [
        (
            "53,,,1000,em0,match,block,in,4,0x0,,64,600,0,none,6,tcp,44,192.0.2.1,198.51.100.1,53792,22,0,S,31552001,,65535,,mss",
            "TCP 192.0.2.1:53792 > 198.51.100.1:22 DROP INBOUND em0/- SYN",
        ),
        (
            "53,,,1000,em0,match,reject,in,4,0x0,,64,600,0,none,6,tcp,44,192.0.2.1,198.51.100.1,1,22,0,SEW,1,,1,,mss",
            "TCP 192.0.2.1:1 > 198.51.100.1:22 DROP INBOUND em0/- SYN",
        ),
        (
            "53,,,1000,em0,match,block,in,4,0x0,,64,600,0,none,6,tcp,44,192.0.2.1,198.51.100.1,1,22,0,,1,,1,,",
            "TCP 192.0.2.1:1 > 198.51.100.1:22 DROP INBOUND em0/- none",
        ),
        // A packet of the local networks that comes in on its way out, and one that leaves on its way in.
        (
            "6,,,1000,em1,match,pass,in,4,0x0,,64,0,0,DF,17,udp,40,192.168.1.5,198.51.100.1,5353,53,20",
            "UDP 192.168.1.5:5353 > 198.51.100.1:53 ACCEPT OUTBOUND em1/- ?",
        ),
        (
            "6,,,1000,em1,match,pass,out,4,0x0,,64,0,0,DF,17,udp,40,198.51.100.1,192.168.1.5,53,5353,20",
            "UDP 198.51.100.1:53 > 192.168.1.5:5353 ACCEPT INBOUND -/em1 ?",
        ),
        (
            "6,,,1000,em1,match,pass,out,4,0x0,,64,0,0,DF,17,udp,40,198.51.100.2,192.0.2.5,53,5353,20",
            "UDP 198.51.100.2:53 > 192.0.2.5:5353 ACCEPT OUTBOUND -/em1 ?",
        ),
        (
            "9,,,1000,igb0,match,rdr,in,4,0x0,,64,0,0,none,1,icmp,84,192.0.2.1,198.51.100.1,request,1,1",
            "ICMP 192.0.2.1 > 198.51.100.1 - INBOUND igb0/- ?",
        ),
        (
            "9,,,1000,igb0,match,block,in,6,0x00,0x00000,255,ICMPv6,58,32,fe80::1,ff02::1,",
            "ICMPv6 fe80::1 > ff02::1 DROP INBOUND igb0/- ?",
        ),
        (
            "98,,,a-b,re0,match,block,in,6,0x00,0x0ea87,51,tcp,6,40,2001:0db8::1,2001:db8::2,6881,443,0,SA,1,2,3,,",
            "TCP [2001:db8::1]:6881 > [2001:db8::2]:443 DROP INBOUND re0/- SYN,ACK",
        ),
        // The second fragment of a packet has no ports.
        (
            "9,,,1000,igb0,match,block,in,4,0x0,,64,1,185,none,17,udp,84,192.0.2.1,198.51.100.1",
            "UDP 192.0.2.1 > 198.51.100.1 DROP INBOUND igb0/- ?",
        ),
        (
            "9,,,1000,igb0,match,block,in,4,0x0,,64,1,0,none,17,udp,84,192.0.2.1,198.51.100.1",
            "`` is not a valid port (source port)",
        ),
        ("9,,,1000,igb0,match,block,in,5,0x0", "`5` is not a valid IP version"),
        ("9,,,1000,igb0,match,block,up,4,0x0,,64,1,0,none,1,icmp,84,192.0.2.1,198.51.100.1", "`up` is not a valid direction"),
        (
            "9,,,1000,igb0,match,block,in,4,0x0,,64,1,0,none,6,tcp,84,192.0.2.1,198.51.100.1,1,2,0,SX",
            "`SX` is not a valid TCP flags",
        ),
        (
            "9,,,1000,igb0,match,block,in,4,0x0,,64,1,0,none,6,tcp,84,192.0.2.999,198.51.100.1,1,2,0,S",
            "`192.0.2.999` is not a valid IP address (source)",
        ),
        ("", "`` is not a valid IP version"),
    ];
    for (message, expected) in lines {
        for head in [
            "Mar 11 20:00:00 pfSense filterlog: ",
            "<134>Mar 11 20:00:00 filterlog[69805]: ",
            "2026-03-11T20:00:00+01:00 opnsense filterlog[1] ",
            r#"<134>1 2026-03-11T20:00:00+01:00 opnsense filterlog 69805 - [meta sequenceId="2"] "#,
        ] {
            assert_eq!(told(&ReadAs::Detected, &format!("{head}{message}"), &OPTIONS), [expected], "{head}{message}");
        }
    }
}

#[test]
fn mikrotik() {
    const HEAD: &str = "2026-03-11T20:35:05.734637+01:00 192.0.2.254 firewall,info ";
    for (message, expected) in [
        (
            "drop-in input: in:ether1-WAN out:(unknown 0), connection-state:new src-mac 00:11, proto UDP, 192.0.2.1:44355->198.51.100.1:53, len 65",
            "UDP 192.0.2.1:44355 > 198.51.100.1:53 DROP INBOUND ether1-WAN/- ?",
        ),
        (
            "input: in:WAN out:(unknown 0), connection-state:new proto TCP (SYN), [2001:db8::1]:40384->[2001:db8::2]:20461, len 24",
            "TCP [2001:db8::1]:40384 > [2001:db8::2]:20461 DROP INBOUND WAN/- SYN",
        ),
        (
            "FW accept forward: in:bridge out:ether1, connection-state:new,snat src-mac 00:11, proto TCP (ACK,PSH), 192.168.88.2:5000->198.51.100.1:443, NAT (192.168.88.2:5000->192.0.2.9:5000)->198.51.100.1:443, len 52",
            "TCP 192.168.88.2:5000 > 198.51.100.1:443 ACCEPT OUTBOUND bridge/ether1 PSH,ACK",
        ),
        (
            "output: in:(unknown 0) out:ether 1, proto ICMP (type 8, code 0), 192.0.2.1->198.51.100.1, len 60",
            "ICMP 192.0.2.1 > 198.51.100.1 DROP OUTBOUND -/ether 1 ?",
        ),
        (
            "input: in:ether1 out:(none), proto ICMPv6 (type 135, code 0), 2001:db8::1->ff02::1, len 60",
            "ICMPv6 2001:db8::1 > ff02::1 DROP INBOUND ether1/- ?",
        ),
        (
            "input: in:ether1 out:(none), proto 47, [2001:db8::1]->[2001:db8::2], len 60",
            "GRE 2001:db8::1 > 2001:db8::2 DROP INBOUND ether1/- ?",
        ),
        (
            "input: in:ether1 out:(none), proto TCP, 192.0.2.1:1->198.51.100.1:2",
            "TCP 192.0.2.1:1 > 198.51.100.1:2 DROP INBOUND ether1/- ?",
        ),
        ("rule added by admin", "no chain and in:"),
        ("input: in:ether1 out:(none), proto TCP (SYN", "no addresses"),
        ("input: in:ether1 out:(none), proto TCP (SYN), 192.0.2.1:1", "no addresses"),
        (
            "input: in:ether1 out:(none), proto TCP (SYN), 192.0.2.1:1->198.51.100.1:x, len 1",
            "`x` is not a valid port (destination port)",
        ),
        (
            "input: in:ether1 out:(none), proto TCP (SYN), 192.0.2.1:1->host:2, len 1",
            "`host` is not a valid IP address (destination)",
        ),
    ] {
        assert_eq!(told(&ReadAs::Detected, &format!("{HEAD}{message}"), &OPTIONS), [expected], "{message}");
        assert_eq!(
            told(&ReadAs::Format(Format::Mikrotik), &format!("Mar 11 20:00:00 firewall,info {message}"), &OPTIONS),
            [expected]
        );
    }
}

#[test]
fn unifi() {
    let fields = "IN=eth8 OUT= MAC=74:ac SRC=192.0.2.1 DST=198.51.100.1 LEN=60 PROTO=TCP SPT=1 DPT=2 WINDOW=1 RES=0x00 SYN URGP=0 MARK=1a0000";
    let packet = "TCP 192.0.2.1:1 > 198.51.100.1:2";
    for (head, expected) in [
        ("gate [WAN_LOCAL-D-2147483647] DESCR=\"[WAN_LOCAL]Block All Traffic\" ", format!("{packet} DROP INBOUND eth8/- SYN")),
        (
            "gate gate [WAN_LOCAL-A-2147483647] DESCR=\"[WAN_LOCAL]Block All Traffic\" ",
            format!("{packet} ACCEPT INBOUND eth8/- SYN"),
        ),
        ("gate [WAN_IN-R-4]", format!("{packet} DROP INBOUND eth8/- SYN")),
        ("gate kernel: [WAN_LOCAL-default-A]", format!("{packet} ACCEPT INBOUND eth8/- SYN")),
    ] {
        let line = format!("Jun 13 23:29:15 {head}{fields}");
        assert_eq!(told(&ReadAs::Detected, &line, &OPTIONS), [expected.as_str()], "{line}");
        assert_eq!(told(&ReadAs::Format(Format::Unifi), &line, &OPTIONS), [expected.as_str()], "{line}");
    }
    for head in ["gate gate sshd[4]: [WAN_LOCAL-D-1] ", "sshd: [WAN_LOCAL-D-1] "] {
        check(&[(&format!("Jun 13 23:29:15 {head}{fields}"), "no line of a known firewall after the date and the host")]);
    }
}

/// Addresses of the operator's own networks leave like private ones.
#[test]
fn local_networks() {
    let line = "Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT=eth1 SRC=198.51.100.1 DST=192.0.2.1 PROTO=TCP SPT=1 DPT=2";
    for (networks, way) in
        [("198.51.100.0/24", "OUTBOUND"), ("203.0.113.0/24", "INBOUND"), ("198.51.100.0/24,192.0.2.0/24", "INBOUND")]
    {
        let options = ImportOptions { local_networks: networks.parse().ok(), ..OPTIONS.clone() };
        assert_eq!(told(&ReadAs::Detected, line, &options), [format!("TCP 198.51.100.1:1 > 192.0.2.1:2 DROP {way} eth0/eth1 ?")]);
    }
}

/// What strangers may make another program log.
#[test]
fn other_programs_are_not_believed() {
    for message in [
        "kernel: IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP",
        "filterlog: 53,,,1000,em0,match,block,in,4,0x0,,64,600,0,none,6,tcp,44,192.0.2.1,198.51.100.1,53792,22,0,S,1",
        "firewall,info input: in:WAN out:(unknown 0), proto UDP, 192.0.2.1:1->198.51.100.1:2, len 48",
        "[WAN_LOCAL-D-1] IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP",
        r#"suricata: {"event_type":"drop","timestamp":"2026-03-11T20:00:00Z","src_ip":"192.0.2.1","dest_ip":"192.0.2.2","proto":"TCP"}"#,
    ] {
        for head in [
            "Mar 11 20:00:00 host sshd[1]: Invalid user ",
            "Mar 11 20:00:00 host sshd[1]: ",
            "<38>1 2026-03-11T20:00:00Z host sshd 1 - - ",
        ] {
            let line = format!("{head}{message}");
            let (rows, report) = read(line.as_bytes(), &OPTIONS);
            assert_eq!((rows.len(), report.unreadable), (0, 1), "{line}");
        }
    }
}

/// A log host that collects from several machines.
#[test]
fn a_mixed_log() {
    let text = "Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.1 DST=198.51.100.1 PROTO=TCP SPT=1 DPT=2\n\
                Mar 11 20:00:00 fw sshd[1]: Invalid user x\n\
                Mar 11 20:00:01 pf filterlog[3]: 5,,,1,em0,match,block,in,4,0x0,,64,6,0,none,17,udp,44,192.0.2.1,198.51.100.1,5,53,0\n\
                Mar 11 20:00:02 gw firewall,info input: in:WAN out:(unknown 0), proto UDP, 192.0.2.1:1->198.51.100.1:2, len 48\n\
                Mar 11 20:00:02 gw system,info,account user admin logged in\n\
                Mar 11 20:00:03 ids suricata[9]: {\"event_type\":\"drop\",\"timestamp\":\"2026-03-11T20:00:00Z\",\"src_ip\":\"192.0.2.1\",\"dest_ip\":\
                \"192.0.2.2\",\"proto\":\"ICMP\"}\n";
    let (rows, report) = read(text.as_bytes(), &OPTIONS);
    let formats = [(Format::Netfilter, 1), (Format::Pf, 1), (Format::Mikrotik, 1), (Format::Suricata, 1)];
    assert_eq!((rows.len(), report.formats, report.unreadable), (4, BTreeMap::from(formats), 2));
    let (rows, report) = read_as(&ReadAs::Format(Format::Pf), text.as_bytes(), &OPTIONS);
    assert_eq!((rows.len(), report.unreadable), (1, 5));
}
