//! CSV and JSON lines, with the operator's names.

use super::*;

fn mapping(pairs: &[&str]) -> Mapping {
    Mapping::new(pairs.iter().map(|pair| Mapping::parse(pair).expect(pair)).collect()).expect("a mapping")
}

fn csv(pairs: &[&str], text: &str) -> Vec<String> {
    let told = told(&ReadAs::Table(mapping(pairs)), text, &OPTIONS);
    assert_eq!(super::told(&ReadAs::Csv(mapping(pairs)), text, &OPTIONS), told);
    told
}

const NAMES: [&str; 4] = ["time=when", "src_ip=from", "dst_ip=to", "src_port=from port"];

#[test]
fn separators_and_quotes() {
    let expected = "TCP 192.0.2.1:40000 > 198.51.100.1:22 - INBOUND -/- ?";
    for separator in [',', ';', '\t', '|'] {
        let text = "\u{feff}when|from|from port|to|dst_port|proto|note\n1773261311|192.0.2.1|40000|198.51.100.1|22|tcp|\"a\n"
            .replace("\"a", "\"a|b\"\"c\"")
            .replace('|', &separator.to_string());
        assert_eq!(csv(&NAMES, &text), ["(header)", expected], "{separator:?}");
    }
    let rows = "when,from,from port,to,dst_port,proto\n\
                \"1773261311\" ,\"192.0.2.1\",\"40000\",198.51.100.1,22,\"6\"\n\
                1773261311,192.0.2.1,40000,198.51.100.1,22\n\
                1773261311,192.0.2.1,40000,198.51.100.1,22,tcp,x\n\
                \"1773261311,192.0.2.1,40000,198.51.100.1,22,tcp\n\
                \"1773261311\"x,192.0.2.1,40000,198.51.100.1,22,tcp\n\
                1773261311,192.0.2.1,,198.51.100.1,-,icmp\n\
                1773261311,,,198.51.100.1,-,icmp\n\
                yesterday,192.0.2.1,,198.51.100.1,-,icmp\n\
                1773261311,192.0.2.1,x,198.51.100.1,1,udp\n\
                1773261311,192.0.2.1,0,198.51.100.1,0,icmp\n";
    let expected = [
        "(header)",
        expected,
        "5 values where the header has 6",
        "7 values where the header has 6",
        "a quote that is not closed",
        "`x,192.0.2.1,40000,198.51.100.1,22,tcp` is not a valid separator behind a quote",
        "ICMP 192.0.2.1 > 198.51.100.1 - INBOUND -/- ?",
        "no src_ip",
        "`yesterday` is not a valid date",
        "`x` is not a valid port (src_port)",
        "ICMP 192.0.2.1 > 198.51.100.1 - INBOUND -/- ?",
    ];
    assert_eq!(csv(&NAMES, rows), expected);
}

#[test]
fn every_column() {
    let head = "time,src_ip,src_port,dst_ip,dst_port,proto,verdict,direction,in_if,out_if,tcp_flags\n";
    for (row, expected) in [
        (
            "2026-03-11T20:00:00Z,2001:db8::1,1,2001:db8::2,2,TCP,pass,out,eth0,eth1,SA",
            "TCP [2001:db8::1]:1 > [2001:db8::2]:2 ACCEPT OUTBOUND eth0/eth1 SYN,ACK",
        ),
        (
            "2026-03-11 20:00:00,192.0.2.1,1,192.0.2.2,2,17,Blocked,INBOUND,eth0,,S",
            "UDP 192.0.2.1:1 > 192.0.2.2:2 DROP INBOUND eth0/- ?",
        ),
        (
            "1773261311000,192.168.0.1,1,192.0.2.2,2,tcp,permit,,,eth1,0x29",
            "TCP 192.168.0.1:1 > 192.0.2.2:2 ACCEPT OUTBOUND -/eth1 FIN,PSH,URG",
        ),
        ("1773261311000,192.168.0.1,1,192.0.2.2,2,tcp,allow,,,,2", "TCP 192.168.0.1:1 > 192.0.2.2:2 ACCEPT OUTBOUND -/- SYN"),
        (
            "1773261311000,192.168.0.1,1,192.0.2.2,2,tcp,,?,,,\"SYN,ACK\"",
            "TCP 192.168.0.1:1 > 192.0.2.2:2 - OUTBOUND -/- SYN,ACK",
        ),
        ("1773261311000,192.168.0.1,1,192.0.2.2,2,tcp,,,,,0", "TCP 192.168.0.1:1 > 192.0.2.2:2 - OUTBOUND -/- none"),
        ("1773261311000,192.168.0.1,1,192.0.2.2,2,tcp,,,,,what", "`what` is not a valid tcp_flags"),
    ] {
        assert_eq!(csv(&[], &format!("{head}{row}\n")), ["(header)", expected], "{row}");
    }
}

#[test]
fn a_column_that_is_not_there_ends_the_import() {
    let fails = |pairs: &[&str], header: &str| {
        let mut report = ImportReport::default();
        let from = ReadAs::Csv(mapping(pairs));
        let mut keep = |_| Ok::<_, Infallible>(());
        read_log(&mut header.as_bytes(), &from, &OPTIONS, &mut keep, &mut report).expect_err("no column").to_string()
    };
    let header = "time,source,dst_ip,proto\n";
    assert_eq!(fails(&[], header), "the header has no column `src_ip` for src_ip; it has time, source, dst_ip, proto");
    let wrong = fails(&["src_ip=source", "verdict=action"], header);
    assert_eq!(wrong, "the header has no column `action` for verdict; it has time, source, dst_ip, proto");
    let long = fails(&[], &format!("{}\u{1b}[2J\n", "x,".repeat(500)));
    assert!(long.ends_with('…') && long.chars().count() < 300, "{long}");
}

#[test]
fn json_lines() {
    let pairs = [
        "time=@timestamp",
        "src_ip=source.ip",
        "src_port=source.port",
        "dst_ip=destination.ip",
        "proto=network.transport",
        "verdict=event.action",
    ];
    let expected = "UDP [2001:db8::1]:5 > 2001:db8::2 DROP INBOUND -/- ?";
    for (line, expected) in [
        (
            r#"{"@timestamp":"2026-03-11T20:00:00Z","source":{"ip":"2001:db8::1","port":5},"destination":{"ip":"2001:db8::2"},"network":{"transport":"udp"},"event":{"action":"deny"}}"#,
            expected,
        ),
        (
            r#"{"@timestamp":1773261311.5,"source.ip":"2001:db8::1","source.port":"5","destination.ip":"2001:db8::2","network.transport":"udp"}"#,
            "UDP [2001:db8::1]:5 > 2001:db8::2 - INBOUND -/- ?",
        ),
        (r#"{"@timestamp":1773261311,"source":null}"#, "no src_ip"),
        (r#"{"@timestamp":[1]}"#, "`[...]` is not a valid time"),
        (r#"{"@timestamp":true}"#, "`true` is not a valid date"),
        ("[1]", "not read as JSON: a value has another type than in this format"),
    ] {
        assert_eq!(told(&ReadAs::Ndjson(mapping(&pairs)), line, &OPTIONS), [expected], "{line}");
        if line.starts_with('{') {
            assert_eq!(told(&ReadAs::Table(mapping(&pairs)), line, &OPTIONS), [expected], "{line}");
        }
    }
    let deep = format!(r#"{{"x":{}1{}}}"#, "[".repeat(1_000), "]".repeat(1_000));
    assert!(
        told(&ReadAs::Ndjson(mapping(&pairs)), &deep, &OPTIONS)[0]
            .starts_with("not read as JSON: it is nested too deeply, at character")
    );
}
