//! Lines of flows: of clouds, of collectors, of connection tracking, and pf's log as tcpdump prints it. Addresses are of documentation.

use super::vendors::{check, check_all};

#[test]
fn aws() {
    let row = "2 123456789010 eni-1235b8ca 192.0.2.1 172.31.16.21 40000 22 6 20 4249 1773259200 1773259260 REJECT OK";
    let expected = "TCP 192.0.2.1:40000 > 172.31.16.21:22 DROP INBOUND -/- ?";
    check(&[(row, expected), (&format!("2026-03-11T20:01:00.000Z {row}"), expected)]);
    check_all(
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n\
         2 1 eni-1 172.31.16.21 192.0.2.1 50000 443 6 1 1 1773259200 1773259260 ACCEPT OK\n\
         2 1 eni-1 - - - - - - - 1773259200 1773259260 - NODATA\n\
         2 1 eni-1 - - - - - - - 1773259200 1773259260 - SKIPDATA\n",
        &["(header)", "TCP 172.31.16.21:50000 > 192.0.2.1:443 ACCEPT OUTBOUND -/- ?", "(NODATA)", "(SKIPDATA)"],
    );
    check_all(
        "version vpc-id srcaddr dstaddr srcport dstport protocol tcp-flags flow-direction start end action log-status\n\
         5 vpc-1 192.0.2.1 198.51.100.1 40000 22 6 2 ingress 1773259200 1773259260 ACCEPT OK\n\
         5 vpc-1 198.51.100.1 192.0.2.1 22 40000 6 19 egress 1773259200 1773259260 ACCEPT OK\n\
         5 vpc-1 198.51.100.1 192.0.2.1 0 0 1 0 egress 1773259200 1773259260 REJECT OK\n",
        &[
            "(header)",
            "TCP 192.0.2.1:40000 > 198.51.100.1:22 ACCEPT INBOUND -/- SYN",
            "TCP 198.51.100.1:22 > 192.0.2.1:40000 ACCEPT OUTBOUND -/- SYN,ACK",
            "ICMP 198.51.100.1 > 192.0.2.1 DROP OUTBOUND -/- ?",
        ],
    );
}

#[test]
fn nfdump() {
    check_all(
        "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt\n\
         2026-03-11 10:00:00,2026-03-11 10:00:00,0.000,192.0.2.9,198.51.100.1,40000,22,TCP,......S.,0,0,1,52\n\
         2026-03-11 10:00:00,2026-03-11 10:00:00,0.000,192.0.2.9,198.51.100.1,0,8.0,ICMP,........,0,0,1,52\n\
         Summary\nflows,bytes,packets\n2,104,2\n",
        &[
            "(header)",
            "TCP 192.0.2.9:40000 > 198.51.100.1:22 - INBOUND -/- SYN",
            "ICMP 192.0.2.9 > 198.51.100.1 - INBOUND -/- ?",
            "(summary)",
            "(summary)",
            "(summary)",
        ],
    );
    check_all(
        "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes\n\
         2026-03-11 10:00:00.459,0.000,17,192.0.2.9,40000,198.51.100.1,53,1,52\n",
        &["(header)", "UDP 192.0.2.9:40000 > 198.51.100.1:53 - INBOUND -/- ?"],
    );
    check_all(
        "Date first seen          Duration Proto      Src IP Addr:Port          Dst IP Addr:Port   Packets    Bytes Flows\n\
         2026-03-11 10:00:00.459     0.000 TCP      192.0.2.9:40000 ->     198.51.100.1:22    ......S.       1       52     1\n\
         2026-03-11 10:00:00.459     0.000 UDP  2001:db8::9.40000 ->  2001:db8:1::1.53            1       52     1\n",
        &[
            "(header)",
            "TCP 192.0.2.9:40000 > 198.51.100.1:22 - INBOUND -/- SYN",
            "UDP [2001:db8::9]:40000 > [2001:db8:1::1]:53 - INBOUND -/- ?",
        ],
    );
}

#[test]
fn json_of_ulogd_and_clouds() {
    check(&[
        (
            r#"{"timestamp": "2026-03-11T20:00:00.5+0000", "dvc": "Netfilter", "raw.pktlen": 60, "oob.prefix": "nft-drop: ", "oob.in": "eth0", "oob.out": "", "src_ip": "192.0.2.1", "dest_ip": "198.51.100.1", "ip.protocol": 6, "src_port": 40000, "dest_port": 22, "tcp.syn": 1, "tcp.ack": 0}"#,
            "TCP 192.0.2.1:40000 > 198.51.100.1:22 DROP INBOUND eth0/- SYN",
        ),
        (
            r#"{"insertId":"x","jsonPayload":{"connection":{"dest_ip":"10.128.0.2","dest_port":22,"protocol":6,"src_ip":"192.0.2.1","src_port":40000},"start_time":"2026-03-11T20:00:00.5Z","reporter":"DEST"},"timestamp":"2026-03-11T20:00:09Z"}"#,
            "TCP 192.0.2.1:40000 > 10.128.0.2:22 - INBOUND -/- ?",
        ),
        (
            r#"{"jsonPayload":{"connection":{"dest_ip":"192.0.2.1","dest_port":443,"protocol":6,"src_ip":"10.128.0.2","src_port":40000},"disposition":"DENIED","rule_details":{"direction":"EGRESS"}},"timestamp":"2026-03-11T20:00:09Z"}"#,
            "TCP 10.128.0.2:40000 > 192.0.2.1:443 DROP OUTBOUND -/- ?",
        ),
    ]);
    check_all(
        r#"{"time":"2026-03-11T20:00:00Z","category":"NetworkSecurityGroupFlowEvent","properties":{"Version":2,"flows":[{"rule":"x","flows":[{"mac":"0","flowTuples":["1773259200,192.0.2.1,10.0.0.4,40000,22,T,I,D,B,,,,","1773259201,10.0.0.4,192.0.2.53,40001,53,U,O,A,B,,,,","1773259202,10.0.0.4,192.0.2.53,40001,53,U,O,A,E,1,2,3,4"]}]}]}}"#,
        &["TCP 192.0.2.1:40000 > 10.0.0.4:22 DROP INBOUND -/- ?", "UDP 10.0.0.4:40001 > 192.0.2.53:53 ACCEPT OUTBOUND -/- ?"],
    );
    check_all(
        r#"{"flowRecords":{"flows":[{"flowGroups":[{"rule":"x","flowTuples":["1773259200123,10.0.0.6,192.0.2.180,23956,443,6,O,B,NX,0,0,0,0","1773259200123,192.0.2.1,10.0.0.6,40000,22,6,I,D,NX,0,0,0,0"]}]}]}}"#,
        &["TCP 10.0.0.6:23956 > 192.0.2.180:443 ACCEPT OUTBOUND -/- ?", "TCP 192.0.2.1:40000 > 10.0.0.6:22 DROP INBOUND -/- ?"],
    );
}

#[test]
fn conntrack() {
    let said = "[NEW] tcp      6 120 SYN_SENT src=192.168.1.5 dst=203.0.113.5 sport=40000 dport=443 [UNREPLIED] src=203.0.113.5 dst=192.0.2.9 sport=443 dport=40000";
    let expected = "TCP 192.168.1.5:40000 > 203.0.113.5:443 ACCEPT OUTBOUND -/- ?";
    check(&[
        (&format!("[1773259200.123456]\t    {said}"), expected),
        (&format!("Mar 11 20:00:00 fw conntrack[7]: {said}"), expected),
        (&format!("    {said}"), "no time; use `conntrack -E -o timestamp`"),
        (
            "[1773259200.123456]\t[DESTROY] udp 17 src=192.168.1.5 dst=203.0.113.5 sport=1 dport=2 src=203.0.113.5 dst=192.168.1.5 sport=2 dport=1",
            "(DESTROY)",
        ),
    ]);
}

#[test]
fn pflog() {
    check(&[
        (
            "Sep 27 10:00:00.123456 rule 5/(match) block in on em0: 192.0.2.1.40000 > 198.51.100.1.22: S 31552001:31552001(0) win 65535 <mss 1460> (DF)",
            "TCP 192.0.2.1:40000 > 198.51.100.1:22 DROP INBOUND em0/- SYN",
        ),
        (
            "2026-03-11 20:00:00.123456 rule 5/0(match): pass out on em0: 198.51.100.1.40000 > 192.0.2.1.53: 7+ A? example.net. (29)",
            "UDP 198.51.100.1:40000 > 192.0.2.1:53 ACCEPT OUTBOUND -/em0 ?",
        ),
        (
            "20:00:00.123456 rule 5/0(match): block in on em0: (tos 0x0, ttl 50) 192.0.2.1.40000 > 198.51.100.1.22: Flags [S.], seq 1, ack 2, win 3, length 0",
            "TCP 192.0.2.1:40000 > 198.51.100.1:22 DROP INBOUND em0/- SYN,ACK",
        ),
        (
            "Mar 11 20:00:00 rule 5/0(match): block in on em0: 192.0.2.1 > 198.51.100.1: icmp: echo request",
            "ICMP 192.0.2.1 > 198.51.100.1 DROP INBOUND em0/- ?",
        ),
    ]);
}
