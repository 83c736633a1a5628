//! Whole logs: what is counted, what is kept of unreadable lines, and the logs of public projects where they are at hand.

use std::collections::{BTreeMap, HashSet};
use std::convert::Infallible;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::*;

mod carriers;
mod crowdsec;
mod devices;
mod firewalls;
mod flows;
mod positions;
mod sensors;
mod tables;
mod vendors;

pub(super) static OPTIONS: ImportOptions = ImportOptions {
    now: Timestamp(1_790_000_000_000_000),
    zone: LogZone::UTC,
    default_verdict: DefaultVerdict::Usual,
    local_networks: None,
};

const PACKET: &str = "Mar 11 20:35:11 host kernel: IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=";

fn read(input: impl BufRead, options: &ImportOptions) -> (Vec<EventRow>, ImportReport) {
    read_as(&ReadAs::Detected, input, options)
}

fn read_as(from: &ReadAs, mut input: impl BufRead, options: &ImportOptions) -> (Vec<EventRow>, ImportReport) {
    let (mut rows, mut report) = (Vec::new(), ImportReport::default());
    let mut keep = |batch: Batch| {
        rows.extend::<Vec<EventRow>>(batch.rows);
        Ok::<_, Infallible>(())
    };
    read_log(&mut input, from, options, &mut keep, &mut report).expect("a readable log");
    (rows, report)
}

/// An event in a few words: `TCP 192.0.2.1:40000 > 198.51.100.1:22 DROP INBOUND eth0/- SYN`, with `xN` behind where it came N times.
fn shown(event: &ParsedEvent<'_>, options: &ImportOptions) -> String {
    let side = |address: std::net::IpAddr, port: Option<u16>| match port {
        Some(port) => std::net::SocketAddr::new(address, port).to_string(),
        None => address.to_string(),
    };
    // As if the line were all of its log.
    let mut learned = direction::Learned::default();
    learned.learn(event, options);
    let (direction, _) = learned.resolve(event.way, event.source, event.destination);
    let flags = event.tcp_flags.map_or("?".to_owned(), |flags| match flags.to_string() {
        none if none.is_empty() => "none".to_owned(),
        flags => flags,
    });
    let hits = if event.hits == 1 { String::new() } else { format!(" x{}", event.hits) };
    format!(
        "{} {} > {} {} {} {}/{} {flags}{hits}",
        event.proto,
        side(event.source, event.source_port),
        side(event.destination, event.destination_port),
        event.verdict.verdict.unwrap_or("-"),
        direction.unwrap_or("-"),
        event.in_if.as_deref().unwrap_or("-"),
        event.out_if.as_deref().unwrap_or("-"),
    )
}

/// What becomes of each line. A line that is no event is what it tells of, or why it cannot be read.
fn told(from: &ReadAs, text: &str, options: &ImportOptions) -> Vec<String> {
    let mut reader = Reader::new(from, options);
    let mut told = Vec::new();
    for line in text.lines().map(Some).chain([None]) {
        let read = match line {
            Some(line) if line.trim().is_empty() => reader.end_record(false),
            Some(line) => Some(reader.read(line)),
            None => reader.end_record(true),
        };
        match read {
            None | Some(Ok((_, Line::Part))) => {}
            Some(Ok((_, Line::Event(event)))) => told.push(shown(&event, options)),
            Some(Ok((_, Line::Events(events)))) => told.extend(events.iter().map(|event| shown(event, options))),
            Some(Ok((_, Line::Repeat(_, times)))) => told.push(format!("(x{times})")),
            Some(Ok((_, Line::Other(kind)))) => told.push(format!("({kind})")),
            Some(Err(reason)) => told.push(reason.to_string()),
        }
    }
    told
}

#[test]
fn lines_are_counted() {
    let text =
        format!("{PACKET}1\r\n\n{PACKET}2\n \t\r\nnonsense\n{PACKET}1\n{}", PACKET.replace("IN=", "[UFW AUDIT] IN=") + "3");
    let (rows, report) = read(text.as_bytes(), &OPTIONS);
    assert_eq!(rows.iter().map(|row| (row.dst_port, row.hits)).collect::<Vec<_>>(), [(Some(1), 2), (Some(2), 1), (Some(3), 1)]);
    let nonsense = Unreadable { line: 5, reason: Reason::NoDate, text: "nonsense".into() };
    let formats = BTreeMap::from([(Format::Netfilter, 4)]);
    let expected = ImportReport {
        oldest: report.oldest,
        newest: report.newest,
        assumed: Some("DROP"),
        assumed_verdicts: 3,
        lines: 5,
        events: 4,
        formats,
        without_verdict: 1,
        unreadable: 1,
        examples: vec![nonsense],
        ..Default::default()
    };
    assert_eq!(report, expected);
}

#[test]
fn few_unreadable_lines_are_kept() {
    let text = format!("\u{1b}[31m{}\n", "ä".repeat(300)).repeat(9);
    let (rows, report) = read(text.as_bytes(), &OPTIONS);
    assert_eq!((rows.len(), report.lines, report.unreadable), (0, 9, 9));
    assert_eq!(report.examples.iter().map(|example| example.line).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(report.examples[0].text, format!("\\u{{1b}}[31m{}…", "ä".repeat(149)));
}

#[test]
fn bytes_that_are_no_text_do_no_harm() {
    let mut bytes = PACKET.replace("IN=", "caf\u{e9} IN=").into_bytes();
    bytes.retain(|&byte| byte != 0xa9);
    bytes.extend(b"80\n\xff\xfe\0\n");
    let (rows, report) = read(bytes.as_slice(), &OPTIONS);
    assert_eq!((rows[0].dst_port, report.events, report.unreadable), (Some(80), 1, 1));
    assert_eq!(report.examples[0].text, "\u{fffd}\u{fffd}\\u{0}");
}

#[test]
fn a_line_has_a_longest_length() {
    let longest = format!("{PACKET}1{}", " ".repeat(MAXIMUM_LINE - PACKET.len() - 1));
    assert_eq!(longest.len(), MAXIMUM_LINE);
    for end in ["", "\n"] {
        let (rows, report) = read(format!("{longest}{end}").as_bytes(), &OPTIONS);
        assert_eq!((rows.len(), report.unreadable), (1, 0), "{end:?}");
        let (rows, report) = read(format!("{longest} {end}").as_bytes(), &OPTIONS);
        assert_eq!((rows.len(), report.unreadable), (0, 1), "{end:?}");
    }
    let text = format!("{longest} \n{PACKET}2\n{}\n{PACKET}3", "x".repeat(MAXIMUM_LINE * 20));
    let (rows, report) = read(text.as_bytes(), &OPTIONS);
    assert_eq!(rows.iter().map(|row| row.dst_port).collect::<Vec<_>>(), [Some(2), Some(3)]);
    let reasons: Vec<_> = report.examples.iter().map(|example| (example.line, example.reason.clone())).collect();
    assert_eq!(reasons, [(1, Reason::TooLong), (3, Reason::TooLong)]);
}

#[test]
fn records_may_be_longer() {
    let line = |length: usize| {
        let record = r#"{"event_type":"stats","x":""}"#;
        record.replace(r#""x":""#, &format!(r#""x":"{}"#, "x".repeat(length - record.len())))
    };
    let text = format!("{}\n{}\n{PACKET}1\n", line(MAXIMUM_RECORD), line(MAXIMUM_RECORD + 1));
    let (rows, report) = read(text.as_bytes(), &OPTIONS);
    assert_eq!((rows.len(), report.unreadable, report.others.get("stats")), (1, 1, Some(&1)));
    assert_eq!((report.examples[0].line, &report.examples[0].reason), (2, &Reason::RecordTooLong));
    let syslog = format!("{}{}\n", "x".repeat(MAXIMUM_LINE + 1), line(100));
    assert_eq!(read(syslog.as_bytes(), &OPTIONS).1.examples[0].reason, Reason::TooLong);
}

#[test]
fn kinds_are_not_without_end() {
    let text: String = (0..100).map(|kind| format!("{{\"event_type\":\"kind{kind:03}\"}}\n")).collect();
    let (_, report) = read(text.as_bytes(), &OPTIONS);
    assert_eq!((report.others.len(), report.others["other"]), (MAXIMUM_KINDS + 1, 100 - MAXIMUM_KINDS as u64));
}

#[test]
fn batches_are_handed_on_and_errors_stop() {
    #[derive(Debug, PartialEq, thiserror::Error)]
    #[error("disk full")]
    struct Full;

    let text: String =
        (0..=collect::BATCH).map(|port| format!("{}\n", PACKET.replace("SPT=1 DPT=", &format!("DPT={port}")))).collect();
    let mut report = ImportReport::default();
    let mut sizes = Vec::new();
    let mut keep = |batch: Batch| {
        sizes.push(batch.rows.len());
        Ok::<_, Full>(())
    };
    read_log(&mut text.as_bytes(), &ReadAs::Detected, &OPTIONS, &mut keep, &mut report).expect("kept");
    assert_eq!((sizes, report.events), (vec![collect::BATCH, 1], collect::BATCH as u64 + 1));

    let mut report = ImportReport::default();
    let error = read_log(&mut text.as_bytes(), &ReadAs::Detected, &OPTIONS, &mut |_| Err(Full), &mut report).expect_err("full");
    assert_eq!((error.to_string(), report.events), ("disk full".into(), collect::BATCH as u64));
}

#[test]
fn an_input_that_breaks_off_says_where() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }
    let text = format!("{PACKET}1\n{PACKET}2\n");
    let mut input = io::BufReader::new(text.as_bytes().chain(Broken));
    let mut report = ImportReport::default();
    let error =
        read_log(&mut input, &ReadAs::Detected, &OPTIONS, &mut |_| Ok::<_, Infallible>(()), &mut report).expect_err("broken");
    assert!(matches!(error, ImportError::Read { line: 2, .. }), "{error:?}");
    assert_eq!(error.to_string(), "reading stopped after line 2");
}

/// A log of a public project; none where the collection is not at hand.
fn public(name: &str) -> Option<(Vec<EventRow>, ImportReport)> {
    let path: PathBuf = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(name);
    let input = path.is_file().then(|| open(Some(&path)).expect("a log"))?;
    Some(read(input, &OPTIONS))
}

fn different<T: std::hash::Hash + Eq>(rows: &[EventRow], part: impl Fn(&EventRow) -> T) -> usize {
    rows.iter().map(part).collect::<HashSet<_>>().len()
}

#[test]
fn crowdsec_port_scans() {
    let Some((rows, report)) = public("crowdsec/iptables-scan-multi-port/iptables-scan-multi-port.log") else { return };
    assert_eq!((report.lines, report.events, report.without_verdict, report.unreadable), (49, 49, 16, 0));
    let targets = |source: &str, verdict: Option<&str>| {
        rows.iter().filter(|row| row.src_ip == source && row.verdict == verdict && row.direction == Some("INBOUND")).count()
    };
    assert_eq!(targets("62.34.17.168", Some("DROP")), 17);
    assert_eq!(targets("127.0.0.2", Some("DROP")), 16);
    assert_eq!(targets("127.0.0.1", None), 16);
}

#[test]
fn psad_scans() {
    let Some((rows, report)) = public("psad/syn_scan_1000_1500") else { return };
    assert_eq!((report.lines, report.events, report.unreadable), (1_002, 1_002, 0));
    assert_eq!(different(&rows, |row| row.dst_port), 501);
    assert!(rows.iter().all(|row| row.src_ip == "192.168.10.55" && row.dst_ip == "192.168.10.1" && row.proto == "TCP"));

    let Some((rows, report)) = public("psad/syn_sweep") else { return };
    assert_eq!((report.events, rows.iter().map(|row| row.hits).sum::<i64>(), rows.len()), (12, 12, 11));
    assert_eq!(different(&rows, |row| row.dst_ip.clone()), 11);
    assert!(rows.iter().all(|row| row.dst_port == Some(1_083) && row.verdict == Some("DROP")));

    let Some((rows, report)) = public("psad/udp_scan_1000_1150") else { return };
    assert_eq!((report.events, report.unreadable), (302, 0));
    assert!(rows.iter().all(|row| row.proto == "UDP" && row.dst_port.is_some_and(|port| (1_000..=1_150).contains(&port))));

    let Some((rows, report)) = public("psad/ipv6_tcp_connect_nmap_default_scan") else { return };
    assert_eq!((report.events, report.unreadable), (1_009, 0));
    let tcp: Vec<_> = rows.into_iter().filter(|row| row.proto == "TCP").collect();
    assert!(tcp.iter().all(|row| row.src_ip == "2001:db8:0:f101::2" && row.dst_ip == "2001:db8:0:f101::1"));
    assert_eq!(different(&tcp, |row| row.dst_port), 1_000);
}

#[test]
fn psad_ping() {
    let Some((rows, report)) = public("psad/ipv4_valid_ping") else { return };
    assert_eq!((report.events, rows.len(), rows[0].hits), (5, 1, 5));
    assert_eq!((rows[0].proto.as_str(), rows[0].src_port, rows[0].dst_port), ("ICMP", None, None));
    assert_eq!(rows[0].last.to_string(), "2026-03-23T21:29:31Z");
}

#[test]
fn crowdsec_formats() {
    let Some((rows, report)) = public("formats/iptables-logs/iptables-logs.log") else { return };
    assert_eq!((report.events, report.unreadable), (4, 0));
    let seen: Vec<_> = rows.iter().map(|row| (row.in_if.as_deref(), row.proto.as_str(), row.dst_port, row.hits)).collect();
    // The third line names no interface, so nobody knows which way it went.
    let expected = [(Some("enp1s0"), "TCP", Some(8_123), 2), (None, "TCP", Some(8_123), 1), (Some("lo"), "UDP", Some(53), 1)];
    assert_eq!(seen, expected);
}
