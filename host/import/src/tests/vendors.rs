//! Lines of each vendor, after the examples of their manuals, with made-up names and addresses of documentation.

use super::*;

pub(super) fn check(lines: &[(&str, &str)]) {
    for (line, expected) in lines {
        assert_eq!(told(&ReadAs::Detected, line, &OPTIONS), [*expected], "{line}");
    }
}

pub(super) fn check_all(text: &str, expected: &[&str]) {
    assert_eq!(told(&ReadAs::Detected, text, &OPTIONS), expected, "{text}");
}

#[test]
fn windows() {
    check_all(
        "#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Time Format: Local\n\
         #Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path pid\n\n\
         2026-03-11 20:00:00 DROP TCP 192.0.2.1 10.0.0.5 40000 3389 52 S 1 0 8192 - - - RECEIVE 4\n\
         2026-03-11 20:00:01 ALLOW UDP 10.0.0.5 192.0.2.53 50000 53 0 - - - - - - - SEND 4\n\
         2026-03-11 20:00:02 OPEN TCP 10.0.0.5 192.0.2.80 50001 443 - - - - - - - - -\n\
         2026-03-11 20:00:03 CLOSE TCP 10.0.0.5 192.0.2.80 50001 443 - - - - - - - - -\n\
         2026-03-11 20:00:04 ALLOW ICMP fe80::1 ff02::1 - - 0 - - - - 134 0 - RECEIVE 4\n\
         2026-03-11 20:00:05 INFO-EVENTS-LOST - - - - - - - - - - - - 7 - -\n",
        &[
            "(header)",
            "(header)",
            "(header)",
            "(header)",
            "TCP 192.0.2.1:40000 > 10.0.0.5:3389 DROP INBOUND -/- SYN",
            "UDP 10.0.0.5:50000 > 192.0.2.53:53 ACCEPT OUTBOUND -/- ?",
            "TCP 10.0.0.5:50001 > 192.0.2.80:443 ACCEPT OUTBOUND -/- ?",
            "(CLOSE)",
            "ICMPv6 fe80::1 > ff02::1 ACCEPT INBOUND -/- ?",
            "(INFO-EVENTS-LOST)",
        ],
    );
    // A log whose header was cut off.
    check(&[(
        "2026-03-11 20:00:00 DROP TCP 192.0.2.1 10.0.0.5 40000 3389 52 S 1 0 8192 - - - RECEIVE",
        "TCP 192.0.2.1:40000 > 10.0.0.5:3389 DROP INBOUND -/- SYN",
    )]);
}

#[test]
fn fortigate() {
    let head = r#"date=2026-03-11 time=20:00:00 devname="FG" devid="FG100" logid="0000000013" type="traffic" subtype="forward""#;
    let ends = "srcip=192.0.2.1 srcport=40000 dstip=198.51.100.1 dstport=443 proto=6";
    for (more, expected) in [
        (r#"srcintf="wan1" srcintfrole="wan" dstintf="dmz" dstintfrole="dmz" action="close""#, "ACCEPT INBOUND wan1/dmz ?"),
        (
            r#"srcintf="port1" srcintfrole="lan" dstintf="port2" dstintfrole="wan" action="server-rst""#,
            "ACCEPT OUTBOUND port1/port2 ?",
        ),
        (r#"srcintf="port1" dstintf="unknown-0" action="timeout""#, "ACCEPT INBOUND port1/- ?"),
        (r#"srcintf="port1" dstintf="port2" action="deny""#, "DROP INBOUND port1/port2 ?"),
        (r#"srcintf="port1" dstintf="port2" action="start""#, "ACCEPT INBOUND port1/port2 ?"),
        (r#"srcintf="port1" dstintf="port2""#, "- INBOUND port1/port2 ?"),
    ] {
        let expected = format!("TCP 192.0.2.1:40000 > 198.51.100.1:443 {expected}");
        for before in ["", "<189>", "Mar 11 20:00:00 fg ", "<189>1 2026-03-11T20:00:00Z fg - - - - "] {
            check(&[(&format!("{before}{head} {ends} {more}"), &expected)]);
        }
        check(&[(&format!("{head} {ends} {more}").replace(' ', ","), &expected)]);
    }
    check(&[(
        r#"date=2026-03-11 time=20:00:00 devid="FG100" logid="0100032001" type="event" subtype="system" msg="login" srcip=192.0.2.1"#,
        "(event system)",
    )]);
    let (rows, _) = read(format!("{head} {ends} tz=\"+0100\" action=deny").as_bytes(), &OPTIONS);
    assert_eq!(rows[0].last.to_string(), "2026-03-11T19:00:00Z");
}

#[test]
fn cisco() {
    let (from, to) = ("192.0.2.1:40000", "198.51.100.1:22");
    let tcp = |rest: &str| format!("TCP {from} > {to} {rest}");
    for (message, expected) in [
        (
            "106001: Inbound TCP connection denied from 192.0.2.1/40000 to 198.51.100.1/22 flags SYN  on interface outside",
            tcp("DROP INBOUND outside/- SYN"),
        ),
        (
            "106006: Deny inbound UDP from 192.0.2.1/40000 to 198.51.100.1/53 on interface outside",
            "UDP 192.0.2.1:40000 > 198.51.100.1:53 DROP INBOUND outside/- ?".into(),
        ),
        (
            "106007: Deny inbound UDP from 192.0.2.1/40000 to 198.51.100.1/53 due to DNS Query",
            "UDP 192.0.2.1:40000 > 198.51.100.1:53 DROP INBOUND -/- ?".into(),
        ),
        (
            "106014: Deny inbound icmp src outside:192.0.2.1 dst inside:198.51.100.1 (type 8, code 0)",
            "ICMP 192.0.2.1 > 198.51.100.1 DROP INBOUND outside/inside ?".into(),
        ),
        (
            "106015: Deny TCP (no connection) from 192.0.2.1/40000 to 198.51.100.1/22 flags RST ACK  on interface outside",
            tcp("DROP INBOUND outside/- RST,ACK"),
        ),
        (
            r#"106023: Deny tcp src outside:192.0.2.1/40000 dst inside:198.51.100.1/22 by access-group "outside_in" [0x0, 0x0]"#,
            tcp("DROP INBOUND outside/inside ?"),
        ),
        (
            r#"106023: Deny tcp src outside:192.0.2.1/40000 dst inside:198.51.100.1/ssh by access-group "outside_in""#,
            tcp("DROP INBOUND outside/inside ?"),
        ),
        (
            r#"106023: Deny tcp src outside:2001:db8::1/40000 dst inside:2001:db8:1::1/22 by access-group "x""#,
            "TCP [2001:db8::1]:40000 > [2001:db8:1::1]:22 DROP INBOUND outside/inside ?".into(),
        ),
        (
            r#"106023: Deny protocol 47 src outside:192.0.2.1 dst inside:198.51.100.1 by access-group "x""#,
            "GRE 192.0.2.1 > 198.51.100.1 DROP INBOUND outside/inside ?".into(),
        ),
        (
            "106100: access-list acl_in denied tcp outside/192.0.2.1(40000) -> inside/198.51.100.1(22) hit-cnt 5 300-second interval [0x1, 0x2]",
            tcp("DROP INBOUND outside/inside ? x5"),
        ),
        (
            "106100: access-list acl_in permitted tcp outside/192.0.2.1(40000) -> inside/198.51.100.1(22) hit-cnt 1 first hit [0x1, 0x2]",
            tcp("ACCEPT INBOUND outside/inside ?"),
        ),
        (
            "302013: Built inbound TCP connection 7 for outside:192.0.2.1/40000 (192.0.2.1/40000) to inside:198.51.100.1/22 (198.51.100.9/22)",
            tcp("ACCEPT INBOUND outside/inside ?"),
        ),
        (
            "302013: Built outbound TCP connection 7 for outside:203.0.113.5/443 (203.0.113.5/443) to inside:192.168.1.5/50000 (192.0.2.9/50000)",
            "TCP 192.168.1.5:50000 > 203.0.113.5:443 ACCEPT OUTBOUND inside/outside ?".into(),
        ),
        (
            "302015: Built outbound UDP connection 7 for outside:203.0.113.5/53 (203.0.113.5/53) to inside:192.168.1.5/50000 (192.0.2.9/50000)",
            "UDP 192.168.1.5:50000 > 203.0.113.5:53 ACCEPT OUTBOUND inside/outside ?".into(),
        ),
        (
            "302014: Teardown TCP connection 7 for outside:203.0.113.5/443 to inside:192.168.1.5/50000 duration 0:00:01 bytes 10 TCP FINs",
            "(message 302014)".into(),
        ),
        (
            "302020: Built inbound ICMP connection for faddr 192.0.2.1/0 gaddr 198.51.100.1/0 laddr 10.0.0.1/0",
            "ICMP 192.0.2.1 > 10.0.0.1 ACCEPT INBOUND -/- ?".into(),
        ),
        ("710003: TCP access denied by ACL from 192.0.2.1/40000 to outside:198.51.100.1/22", tcp("DROP INBOUND -/outside ?")),
        ("605005: Login permitted from 192.0.2.1/40000 to inside:198.51.100.1/ssh for user \"x\"", "(message 605005)".into()),
    ] {
        for head in [
            "<166>Mar 11 2026 20:00:00: %ASA-4-",
            "Mar 11 2026 20:00:00 fw : %ASA-6-",
            "Mar 11 20:00:00 10.0.0.1 %FTD-4-",
            "Mar 11 20:00:00 fw %ASA-session-4-",
        ] {
            check(&[(&format!("{head}{message}"), &expected)]);
        }
    }
}

#[test]
fn sophos() {
    check(&[
        (
            r#"2026:03:11-20:00:00 utm ulogd[5]: id="2002" severity="info" sys="SecureNet" sub="packetfilter" name="Packet accepted" action="accept" fwrule="4" initf="eth1" outitf="eth0" srcip="192.0.2.1" dstip="10.0.0.5" proto="6" srcport="40000" dstport="443" tcpflags="SYN""#,
            "TCP 192.0.2.1:40000 > 10.0.0.5:443 ACCEPT INBOUND eth1/eth0 SYN",
        ),
        (
            r#"2026:03:11-20:00:00 utm httpproxy[5]: id="0001" severity="info" sys="SecureWeb" sub="http" name="x" action="pass""#,
            "(http)",
        ),
        (
            r#"<30>device="SFW" date=2026-03-11 time=20:00:00 timezone="CET" device_name="XG" log_id=010102600002 log_type="Firewall" log_component="Firewall Rule" log_subtype="Denied" status="Deny" in_interface="Port2" out_interface="" src_ip=192.0.2.1 dst_ip=198.51.100.1 protocol="TCP" src_port=40000 dst_port=22"#,
            "TCP 192.0.2.1:40000 > 198.51.100.1:22 DROP INBOUND Port2/- ?",
        ),
        (
            r#"<30>device_name="SFW" timestamp="2026-03-11T20:00:00+0000" log_type="Firewall" log_subtype="Allowed" src_ip="10.0.0.5" dst_ip="192.0.2.1" protocol="UDP" src_port=5000 dst_port=53 in_interface="Port1" out_interface="Port2""#,
            "UDP 10.0.0.5:5000 > 192.0.2.1:53 ACCEPT OUTBOUND Port1/Port2 ?",
        ),
    ]);
}

#[test]
fn watchguard() {
    check(&[
        (
            r#"Mar 11 20:00:00 fb1 (2026-03-11T20:00:00) firewall: msg_id="3000-0148" Deny 0-External Firebox 52 tcp 20 127 192.0.2.1 198.51.100.1 40000 22 offset 8 S 123 win 8192 (Unhandled External Packet-00)"#,
            "TCP 192.0.2.1:40000 > 198.51.100.1:22 DROP INBOUND 0-External/- SYN",
        ),
        (
            r#"Mar 11 20:00:00 fb1 firewall: msg_id="3000-0148" Allow 1-Trusted 0-External 52 udp 20 127 10.0.0.5 192.0.2.1 50000 53 (DNS-00)"#,
            "UDP 10.0.0.5:50000 > 192.0.2.1:53 ACCEPT OUTBOUND 1-Trusted/0-External ?",
        ),
        (r#"Mar 11 20:00:00 fb1 firewall: msg_id="3001-1001" Temporarily blocking host 192.0.2.1"#, "(message of the firewall)"),
    ]);
}

#[test]
fn sonicwall() {
    let head = r#"id=firewall sn=0017 time="2026-03-11 20:00:00 UTC" fw=198.51.100.1 pri=5 c=64"#;
    for (rest, expected) in [
        (
            r#"m=36 msg="TCP connection dropped" n=1 src=192.0.2.1:40000:X1 dst=198.51.100.1:22:X0 proto=tcp/ssh"#,
            "TCP 192.0.2.1:40000 > 198.51.100.1:22 DROP INBOUND X1/X0 ?",
        ),
        (
            r#"m=98 msg="Connection Opened" src=10.0.0.5:50000:X0:pc dst=192.0.2.1:443:X1 proto=tcp/https"#,
            "TCP 10.0.0.5:50000 > 192.0.2.1:443 ACCEPT OUTBOUND X0/X1 ?",
        ),
        (
            r#"m=97 msg="Web site hit" src=10.0.0.5:50000:X0 dst=192.0.2.1:80:X1 proto=tcp/http fw_action="forward""#,
            "TCP 10.0.0.5:50000 > 192.0.2.1:80 ACCEPT OUTBOUND X0/X1 ?",
        ),
        (r#"m=29 msg="Successful login" src=10.0.0.5"#, "(Successful login)"),
    ] {
        check(&[(&format!("<134>{head} {rest}"), expected), (&format!("Mar 11 20:00:00 10.0.0.1 {head} {rest}"), expected)]);
    }
}

#[test]
fn palo_alto() {
    let line = |kind: &str, zones: &str, proto: &str, action: &str| {
        format!(
            "1,2026/03/11 20:00:01,001801000000,TRAFFIC,{kind},2304,2026/03/11 20:00:00,192.0.2.1,198.51.100.1,0.0.0.0,0.0.0.0,\"rule, 1\",,,ssh,vsys1,{zones},ethernet1/1,ethernet1/2,log,2026/03/11 20:00:00,7,3,40000,22,0,0,0x0,{proto},{action},74,74,0,1"
        )
    };
    let head = "<14>Mar 11 20:00:01 pa ";
    check(&[
        (
            &format!("{head}{}", line("drop", "untrust,trust", "tcp", "deny")),
            "TCP 192.0.2.1:40000 > 198.51.100.1:22 DROP INBOUND ethernet1/1/ethernet1/2 ? x3",
        ),
        (
            &line("end", "trust,untrust", "udp", "allow"),
            "UDP 192.0.2.1:40000 > 198.51.100.1:22 ACCEPT OUTBOUND ethernet1/1/ethernet1/2 ? x3",
        ),
        (
            &line("end", "a,b", "tcp", "reset-both"),
            "TCP 192.0.2.1:40000 > 198.51.100.1:22 DROP INBOUND ethernet1/1/ethernet1/2 ? x3",
        ),
        (&format!("{head}1,2026/03/11 20:00:01,0018,SYSTEM,general,0,2026/03/11 20:00:00,x"), "(SYSTEM)"),
    ]);
}

#[test]
fn juniper() {
    let pairs = r#"source-address="192.0.2.1" source-port="40000" destination-address="198.51.100.1" destination-port="22" service-name="junos-ssh" protocol-id="6" icmp-type="0" policy-name="x" source-zone-name="untrust" destination-zone-name="trust" packet-incoming-interface="ge-0/0/0.0""#;
    let head = "<14>1 2026-03-11T20:00:00.000Z srx RT_FLOW - RT_FLOW_SESSION_";
    let tcp = "TCP 192.0.2.1:40000 > 198.51.100.1:22";
    check(&[
        (&format!("{head}DENY [junos@2636.1.1.1.2.40 {pairs}]"), &format!("{tcp} DROP INBOUND ge-0/0/0.0/- ?")),
        (&format!("{head}CREATE [junos@2636.1.1.1.2.40 {pairs}]"), &format!("{tcp} ACCEPT INBOUND ge-0/0/0.0/- ?")),
        (
            &format!("{head}CLOSE [junos@2636.1.1.1.2.40 reason=\"TCP FIN\" {pairs}] session closed"),
            &format!("{tcp} ACCEPT INBOUND ge-0/0/0.0/- ?"),
        ),
        (
            "Mar 11 20:00:00 srx RT_FLOW: RT_FLOW_SESSION_DENY: session denied 192.0.2.1/40000->198.51.100.1/22 0x0 junos-ssh 6(0) default-deny untrust trust UNKNOWN UNKNOWN N/A(N/A) ge-0/0/0.0",
            &format!("{tcp} DROP INBOUND -/- ?"),
        ),
        (
            "Mar 11 20:00:00 srx RT_FLOW: RT_FLOW_SESSION_CREATE: session created 192.0.2.1/40000->198.51.100.1/22 junos-ssh 192.0.2.1/40000->198.51.100.1/22 None None 6 allow-ssh untrust trust 7 N/A(N/A) ge-0/0/0.0",
            &format!("{tcp} ACCEPT INBOUND -/- ?"),
        ),
    ]);
}

#[test]
fn cef_and_leef() {
    let tcp = "TCP 192.0.2.1:40000 > 198.51.100.1:22";
    check(&[
        (
            "Mar 11 20:00:00 fw CEF:0|Vendor|Product|1.0|100|deny \\| x|5|src=192.0.2.1 spt=40000 dst=198.51.100.1 dpt=22 proto=TCP act=Drop deviceInboundInterface=eth0 msg=a b\\=c",
            &format!("{tcp} DROP INBOUND eth0/- ?"),
        ),
        (
            "<134>Mar 11 20:00:00 cp CEF:0|Check Point|VPN-1 & FireWall-1|Check Point|Log|ssh|Unknown|act=Accept deviceDirection=1 rt=1773259200000 spt=40000 dpt=22 ifname=eth1 src=192.0.2.1 dst=198.51.100.1 proto=6",
            &format!("{tcp} ACCEPT OUTBOUND eth1/- ?"),
        ),
        (
            "Mar 11 20:00:00 gw CEF:0|MikroTik|RB5009|7.16|40|firewall,info|Low|dvchost=gw msg=drop-in input: in:ether1 out:(unknown 0), proto TCP (SYN), 192.0.2.1:40000->198.51.100.1:22, len 44",
            &format!("{tcp} DROP INBOUND ether1/- SYN"),
        ),
        ("Mar 11 20:00:00 fw CEF:0|Vendor|Product|1.0|100|User login|5|suser=x src=192.0.2.1", "(User login)"),
        (
            "Mar 11 20:00:00 fw LEEF:1.0|Vendor|Product|1.0|deny|src=192.0.2.1\tsrcPort=40000\tdst=198.51.100.1\tdstPort=22\tproto=TCP\taction=Deny",
            &format!("{tcp} DROP INBOUND -/- ?"),
        ),
        (
            "Mar 11 20:00:00 fw LEEF:2.0|Vendor|Product|1.0|accept|^|src=192.0.2.1^srcPort=40000^dst=198.51.100.1^dstPort=22^proto=6^action=accept^devTime=2026-03-11T20:00:00Z",
            &format!("{tcp} ACCEPT INBOUND -/- ?"),
        ),
        (
            r#"<134>1 2026-03-11T20:00:00Z cp CheckPoint 13752 - [action:"Drop"; ifdir:"inbound"; ifname:"eth0"; src:"192.0.2.1"; dst:"198.51.100.1"; proto:"6"; s_port:"40000"; service:"22"; product:"VPN-1 & FireWall-1"]"#,
            &format!("{tcp} DROP INBOUND eth0/- ?"),
        ),
    ]);
}

/// What strangers may make another program log.
#[test]
fn other_programs_are_not_believed() {
    for message in [
        "CEF:0|V|P|1|1|x|5|src=192.0.2.1 dst=192.0.2.2 proto=TCP act=Drop",
        "%ASA-4-106006: Deny inbound UDP from 192.0.2.1/1 to 192.0.2.2/53 on interface outside",
        "date=2026-03-11 time=20:00:00 devid=\"x\" srcip=192.0.2.1 dstip=192.0.2.2 proto=6",
        "id=firewall sn=1 src=192.0.2.1:1:X1 dst=192.0.2.2:2:X0 proto=tcp",
        "DROP IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=2",
        "x input: in:a out:(none), proto TCP (SYN), 192.0.2.1:1->192.0.2.2:2, len 40",
        "1,2026/03/11 20:00:01,0018,TRAFFIC,drop,1,2026/03/11 20:00:00,192.0.2.1,192.0.2.2",
        "last message of 192.0.2.1",
    ] {
        for head in [
            "Mar 11 20:00:00 host sshd[1]: Invalid user ",
            "Mar 11 20:00:00 host sshd: user ",
            "<38>1 2026-03-11T20:00:00Z host sshd 1 - - user ",
        ] {
            let line = format!("{head}{message}");
            let (rows, report) = read(line.as_bytes(), &OPTIONS);
            assert_eq!((rows.len(), report.unreadable), (0, 1), "{line}");
        }
    }
}
