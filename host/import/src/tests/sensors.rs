//! Records of Suricata and Zeek, and what they say of who began and how it went.

use super::*;

/// An event of Suricata with these values besides the addresses.
fn eve(kind: &str, values: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-03-11T20:00:00.5+0000","in_iface":"eth0","event_type":"{kind}","src_ip":"192.0.2.1","src_port":40000,"dest_ip":"198.51.100.1","dest_port":22,{values}}}"#
    )
}

fn check(line: &str, expected: &str) {
    assert_eq!(told(&ReadAs::Detected, line, &OPTIONS), [expected], "{line}");
    let format = if line.contains("event_type") { Format::Suricata } else { Format::Zeek };
    assert_eq!(told(&ReadAs::Format(format), line, &OPTIONS), [expected], "{line}");
}

const THERE: &str = "TCP 192.0.2.1:40000 > 198.51.100.1:22";
const BACK: &str = "TCP 198.51.100.1:22 > 192.0.2.1:40000";

#[test]
fn alerts() {
    for (values, expected) in [
        (r#""proto":"TCP","alert":{"action":"allowed"}"#, format!("{THERE} ACCEPT INBOUND eth0/- ?")),
        (r#""proto":"TCP","alert":{"action":"blocked"}"#, format!("{THERE} DROP INBOUND eth0/- ?")),
        (r#""proto":"TCP","alert":{"action":"allowed"},"verdict":{"action":"drop"}"#, format!("{THERE} DROP INBOUND eth0/- ?")),
        (
            r#""proto":"TCP","alert":{"action":"allowed"},"flow":{"pkts_toserver":1,"pkts_toclient":0}"#,
            format!("{THERE} - INBOUND eth0/- ?"),
        ),
        // An answer of a server that a signature fits is no probe of its client.
        (r#""proto":"TCP","alert":{"action":"allowed"},"direction":"to_client""#, format!("{BACK} ACCEPT INBOUND eth0/- ?")),
        (
            r#""proto":"TCP","alert":{"action":"allowed"},"direction":"to_client","flow":{"src_ip":"192.168.0.9","src_port":7,"dest_ip":"192.0.2.1","dest_port":80}"#,
            "TCP 192.168.0.9:7 > 192.0.2.1:80 ACCEPT OUTBOUND eth0/- ?".to_owned(),
        ),
    ] {
        check(&eve("alert", values), &expected);
    }
}

#[test]
fn drops() {
    let flags = r#""proto":"TCP","drop":{"len":40,"syn":true,"ack":false,"psh":false,"rst":false,"urg":false,"fin":false}"#;
    check(&eve("drop", flags), &format!("{THERE} DROP INBOUND eth0/- SYN"));
    check(&eve("drop", &flags.replace("true", "false")), &format!("{THERE} DROP INBOUND eth0/- none"));
    check(&eve("drop", r#""proto":"TCP","drop":{"len":40}"#), &format!("{THERE} DROP INBOUND eth0/- ?"));
    check(&eve("drop", r#""proto":"ICMP","drop":{"len":40}"#), "ICMP 192.0.2.1 > 198.51.100.1 DROP INBOUND eth0/- ?");
}

#[test]
fn flows() {
    let tcp = |counts: (u8, u8), ts: &str, tc: &str, state: &str| {
        eve(
            "flow",
            &format!(
                r#""proto":"TCP","flow":{{"pkts_toserver":{},"pkts_toclient":{},"start":"2026-03-11T19:00:00Z","state":"x"}},"tcp":{{"tcp_flags":"1f","tcp_flags_ts":"{ts}","tcp_flags_tc":"{tc}"{state}}}"#,
                counts.0, counts.1
            ),
        )
    };
    let begun = r#","state":"syn_sent""#;
    for (line, expected) in [
        (tcp((6, 5), "1b", "1b", begun), format!("{THERE} ACCEPT INBOUND eth0/- SYN")),
        (tcp((1, 0), "02", "00", begun), format!("{THERE} DROP INBOUND eth0/- SYN")),
        (tcp((1, 1), "02", "14", begun), format!("{THERE} DROP INBOUND eth0/- SYN")),
        (tcp((2, 1), "06", "12", begun), format!("{THERE} ACCEPT INBOUND eth0/- SYN")),
        (tcp((1, 0), "29", "00", begun), format!("{THERE} - INBOUND eth0/- FIN,PSH,URG")),
        // Backscatter: only the far side spoke, or the near one refused.
        (tcp((0, 3), "00", "12", begun), format!("{BACK} - INBOUND eth0/- SYN,ACK")),
        (tcp((1, 1), "04", "12", begun), format!("{BACK} - INBOUND eth0/- SYN,ACK")),
        (tcp((0, 1), "00", "04", begun), format!("{BACK} - INBOUND eth0/- RST")),
        (tcp((1, 0), "00", "00", ""), "(flow without a TCP session)".to_owned()),
        (
            tcp((6, 5), "1b", "1b", begun).replace(r#""state":"x""#, r#""state":"x","action":"drop""#),
            format!("{THERE} DROP INBOUND eth0/- SYN"),
        ),
        // Versions without flags.
        (eve("flow", r#""proto":"TCP","flow":{"pkts_toclient":0,"state":"new"}"#), format!("{THERE} DROP INBOUND eth0/- ?")),
        (eve("flow", r#""proto":"TCP","flow":{"pkts_toclient":4,"state":"closed"}"#), format!("{THERE} ACCEPT INBOUND eth0/- ?")),
        (eve("flow", r#""proto":"TCP""#), format!("{THERE} - INBOUND eth0/- ?")),
        (
            eve("flow", r#""proto":"UDP","flow":{"pkts_toclient":0}"#),
            "UDP 192.0.2.1:40000 > 198.51.100.1:22 DROP INBOUND eth0/- ?".into(),
        ),
        (
            eve("flow", r#""proto":"UDP","flow":{"pkts_toclient":1}"#),
            "UDP 192.0.2.1:40000 > 198.51.100.1:22 ACCEPT INBOUND eth0/- ?".into(),
        ),
        (
            eve("flow", r#""proto":"UDP","flow":{"pkts_toclient":0}"#)
                .replace("198.51.100.1", "ff02::fb")
                .replace("192.0.2.1", "fe80::1"),
            "UDP [fe80::1]:40000 > [ff02::fb]:22 - INBOUND eth0/- ?".into(),
        ),
        (
            eve("flow", r#""proto":"IPv6-ICMP","flow":{"pkts_toclient":0}"#),
            "ICMPv6 192.0.2.1 > 198.51.100.1 - INBOUND eth0/- ?".into(),
        ),
    ] {
        check(&line, &expected);
    }
    let (rows, _) = read(tcp((1, 0), "02", "00", begun).as_bytes(), &OPTIONS);
    assert_eq!(rows[0].last.to_string(), "2026-03-11T19:00:00Z", "a flow is of when it began");
}

#[test]
fn other_events_of_suricata() {
    for (line, expected) in [
        (eve("dns", r#""proto":"UDP""#), "(dns)"),
        (r#"{"timestamp":"2026-03-11T20:00:00Z","event_type":"stats","stats":{"uptime":[1,{"a":2}]}}"#.to_owned(), "(stats)"),
        (eve(&"x".repeat(99), r#""proto":"UDP""#), "(xxxxxxxxxxxxxxxxxxxxxxx…)"),
        (eve("alert", r#""proto":"""#), "no proto"),
        (eve("flow", r#""proto":"TCP""#).replace("192.0.2.1", "x"), "`x` is not a valid IP address (src_ip)"),
        (eve("flow", r#""proto":"TCP""#).replace("40000", "70000"), "`70000` is not a valid port (src_port)"),
        (eve("drop", r#""proto":"TCP""#).replace("2026-03-11T20:00:00.5+0000", ""), "no timestamp"),
        (eve("drop", r#""proto":"TCP""#).replace("20:00:00.5", "25:00:00"), "`2026-03-11T25:00:00+0000` is not a valid date"),
        (r#"{"event_type":"drop","src_ip":"192.0.2.1"}"#.to_owned(), "no dest_ip"),
        (r#"{"event_type":"drop"}"#.to_owned(), "no src_ip"),
    ] {
        check(&line, expected);
    }
    for (line, expected) in [
        (
            r#"{"a":1}"#,
            "JSON of no known format, such as Suricata's (event_type) or Zeek's (id.orig_h); say with --map which name is what",
        ),
        ("{", "JSON that is cut off after 1 bytes; a syslog daemon may cut long lines"),
        (r#"{"event_type":7}"#, "not read as JSON: a value has another type than in this format, at character 15"),
        (r#"{"event_type":"drop","event_type":"flow"}"#, "not read as JSON: a name stands twice, at character 33"),
    ] {
        assert_eq!(told(&ReadAs::Detected, line, &OPTIONS), [expected]);
    }
    let deep = format!(r#"{{"event_type":"stats","x":{}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let deep_ts = deep.replace("\"x\"", "\"ts\"");
    assert_eq!(told(&ReadAs::Detected, &deep, &OPTIONS), ["(stats)"], "what is skipped may be deep");
    assert!(told(&ReadAs::Detected, &deep_ts, &OPTIONS)[0].starts_with("not read as JSON: it is nested too deeply"));
}

const FIELDS: &str = "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tconn_state\tlocal_orig\tlocal_resp\thistory\torig_pkts\tresp_pkts";

fn zeek(rows: &str) -> Vec<String> {
    let head = format!(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t2026-03-11-20-00-00\n#fields\t{FIELDS}\n#types\ttime\n"
    );
    let text = format!("{head}{rows}");
    let told_lines = told(&ReadAs::Detected, &text, &OPTIONS);
    assert_eq!(told(&ReadAs::Format(Format::Zeek), &text, &OPTIONS), told_lines);
    assert_eq!(told_lines[..8], ["(header)"; 8]);
    told_lines[8..].to_vec()
}

/// Each state of a connection, in both forms of the log.
#[test]
fn connections_of_zeek() {
    for (proto, state, history, packets, expected) in [
        ("tcp", "S0", "S", (1, 0), format!("{THERE} DROP INBOUND -/- SYN")),
        ("tcp", "REJ", "Sr", (1, 1), format!("{THERE} DROP INBOUND -/- SYN")),
        ("tcp", "SF", "ShADadFf", (6, 5), format!("{THERE} ACCEPT INBOUND -/- SYN")),
        ("tcp", "S1", "ShADad", (6, 5), format!("{THERE} ACCEPT INBOUND -/- SYN")),
        ("tcp", "S2", "ShADadF", (6, 5), format!("{THERE} ACCEPT INBOUND -/- SYN")),
        ("tcp", "S3", "ShADadf", (6, 5), format!("{THERE} ACCEPT INBOUND -/- SYN")),
        // A half-open scan of a port that is open.
        ("tcp", "RSTO", "ShR", (2, 1), format!("{THERE} ACCEPT INBOUND -/- SYN")),
        ("tcp", "RSTR", "ShADadr", (6, 5), format!("{THERE} ACCEPT INBOUND -/- SYN")),
        ("tcp", "RSTR", "Fr", (1, 1), format!("{THERE} DROP INBOUND -/- ?")),
        ("tcp", "RSTOS0", "SR", (2, 0), format!("{THERE} DROP INBOUND -/- SYN")),
        ("tcp", "SH", "SF", (2, 0), format!("{THERE} DROP INBOUND -/- SYN")),
        ("tcp", "OTH", "Dd", (9, 9), format!("{THERE} ACCEPT INBOUND -/- ?")),
        ("tcp", "OTH", "D", (9, 0), format!("{THERE} - INBOUND -/- ?")),
        ("tcp", "OTH", "-", (0, 0), format!("{THERE} - INBOUND -/- ?")),
        // Backscatter, which Zeek tells as if the near side had been the originator.
        ("tcp", "OTH", "^h", (0, 1), format!("{BACK} - INBOUND -/- SYN,ACK")),
        ("tcp", "SHR", "^hf", (0, 2), format!("{BACK} - INBOUND -/- SYN,ACK")),
        ("tcp", "RSTRH", "^hr", (0, 2), format!("{BACK} - INBOUND -/- SYN,ACK")),
        ("tcp", "RSTRH", "^r", (0, 1), format!("{BACK} - INBOUND -/- RST")),
        ("tcp", "RSTO", "^hR", (1, 1), format!("{BACK} - INBOUND -/- SYN,ACK")),
        ("tcp", "RSTRH", "-", (0, 2), format!("{BACK} - INBOUND -/- SYN,ACK")),
        // The question was missed: both took part.
        ("tcp", "OTH", "^hADad", (3, 3), format!("{THERE} ACCEPT INBOUND -/- SYN,ACK")),
        ("udp", "SF", "Dd", (1, 1), THERE.replace("TCP", "UDP") + " ACCEPT INBOUND -/- ?"),
        ("udp", "S0", "D", (1, 0), THERE.replace("TCP", "UDP") + " DROP INBOUND -/- ?"),
        ("udp", "SHR", "^d", (0, 1), BACK.replace("TCP", "UDP") + " - INBOUND -/- ?"),
        ("icmp", "OTH", "-", (1, 1), "ICMP 192.0.2.1 > 198.51.100.1 ACCEPT INBOUND -/- ?".to_owned()),
        ("icmp", "OTH", "-", (1, 0), "ICMP 192.0.2.1 > 198.51.100.1 - INBOUND -/- ?".to_owned()),
    ] {
        let row = format!(
            "1773261311.25\tC1\t192.0.2.1\t40000\t198.51.100.1\t22\t{proto}\t-\t{state}\t-\t-\t{history}\t{}\t{}",
            packets.0, packets.1
        );
        assert_eq!(zeek(&row), [expected.as_str()], "{row}");
        let history = if history == "-" { String::new() } else { format!(r#","history":"{history}""#) };
        let json = format!(
            r#"{{"ts":1773261311.25,"uid":"C1","id.orig_h":"192.0.2.1","id.orig_p":40000,"id.resp_h":"198.51.100.1","id.resp_p":22,"proto":"{proto}","conn_state":"{state}","orig_pkts":{},"resp_pkts":{}{history}}}"#,
            packets.0, packets.1
        );
        check(&json, &expected);
    }
}

#[test]
fn zeek_knows_its_local_networks() {
    for (local, history, expected) in [
        (("T", "F"), "S", format!("{THERE} DROP OUTBOUND -/- SYN")),
        (("F", "T"), "S", format!("{THERE} DROP INBOUND -/- SYN")),
        (("T", "T"), "S", format!("{THERE} DROP INBOUND -/- SYN")),
        (("T", "F"), "^h", format!("{BACK} - INBOUND -/- SYN,ACK")),
        (("F", "T"), "^h", format!("{BACK} - OUTBOUND -/- SYN,ACK")),
    ] {
        let row = format!("1\tC1\t192.0.2.1\t40000\t198.51.100.1\t22\ttcp\t-\tS0\t{}\t{}\t{history}\t1\t0", local.0, local.1);
        assert_eq!(zeek(&row), [expected.as_str()], "{row}");
    }
}

#[test]
fn headers_of_zeek() {
    let row = "1\tC1\t2001:db8::1\t1\t2001:db8::2\t2\tudp\t-\tSF\t-\t-\tDd\t1\t1\n";
    let good = "UDP [2001:db8::1]:1 > [2001:db8::2]:2 ACCEPT INBOUND -/- ?";
    assert_eq!(zeek(&format!("{row}#close\t2026-03-11-21-00-00\n{row}")), [good, "(header)", good]);
    // Another log behind the first, with another separator.
    let other = "#separator |\n#path|dns\n#fields|ts|uid\n1|C1\n";
    assert_eq!(zeek(other), ["(header)", "(header)", "(header)", "(dns)"]);
    assert_eq!(zeek("1\tC1\n"), ["2 values where the header has 14"]);
    assert_eq!(zeek(&row.replace("2001:db8::1", "-")), ["no id.orig_h"]);
    assert_eq!(zeek(&row.replace("SF", "XX")), [good], "for UDP the packets tell");
    assert_eq!(zeek(&row.replace("SF", "XX").replace("udp", "tcp")), ["`XX` is not a valid conn_state"]);
    assert_eq!(zeek(&row.replacen('1', "x", 1)), ["`x` is not a valid date"]);
    assert_eq!(told(&ReadAs::Format(Format::Zeek), row.trim_end(), &OPTIONS), ["no header (#fields) before it"]);
    assert_eq!(told(&ReadAs::Detected, row.trim_end(), &OPTIONS), ["no date at the start"]);
    check(r#"{"_path":"dns","ts":1,"uid":"C1","id.orig_h":"192.0.2.1"}"#, "(dns)");
    check(r#"{"ts":1,"id.orig_h":"192.0.2.1","query":"x"}"#, "(another log of Zeek)");
    check(
        r#"{"_path":"conn","ts":"2026-03-11T20:00:00Z","id.orig_h":"192.0.2.1","id.resp_h":"192.0.2.2","proto":"esp"}"#,
        "ESP 192.0.2.1 > 192.0.2.2 - INBOUND -/- ?",
    );
}
