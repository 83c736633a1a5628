//! What carries lines: relays, journals, packed and other files.

use sha2::{Digest as _, Sha256};

use super::*;

const FIELDS: &str = "IN=eth0 OUT= SRC=192.0.2.1 DST=198.51.100.1 PROTO=TCP SPT=40000 DPT=22 RES=0x00 SYN";
const PACKET_TOLD: &str = "TCP 192.0.2.1:40000 > 198.51.100.1:22 DROP INBOUND eth0/- SYN";

fn check(head: &str) {
    assert_eq!(told(&ReadAs::Detected, &format!("{head}DROP {FIELDS}"), &OPTIONS), [PACKET_TOLD], "{head}");
}

#[test]
fn heads_of_the_kernel() {
    for head in [
        "Mar 11 20:00:00 fw kernel: ",
        "Mar 11 20:00:00 kernel: [12.5] ",
        "<4>Mar 11 20:00:00 fw kernel: [   12.5][    C0] ",
        "<4>1 2026-03-11T20:00:00Z fw kernel - - - ",
        "Wed Mar 11 20:00:00 2026 kern.warn kernel: [12.5] ",
        "Mar 11 20:00:00 fw kern.warn kernel: ",
        "Mar 11 20:00:00 fw user.warn kernel: ",
        "2026-03-11T20:00:00+00:00 kern warning localhost 127.0.0.1 kernel: [12.5] ",
        "Mar 11 20:00:00 relay Mar 11 20:00:00 fw kernel: ",
        "<4>Mar 11 20:00:00 10.0.0.1 2026-03-11T20:00:00Z fw kernel: ",
        "[Wed Mar 11 20:00:00 2026] ",
        "2026-03-11T20:00:00,000000+00:00 fw kernel: ",
        "Wed 2026-03-11 20:00:00 UTC fw kernel: ",
        "1773259200.000000 fw kernel: ",
        "Mär 11 20:00:00 fw kernel: ",
        "\u{feff}Mar 11 20:00:00 fw kernel: ",
        "Mar 11 20:00:00 fw ulogd[7]: ",
        "Mar 11 20:00:00 fw ",
    ] {
        check(head);
    }
    for (line, expected) in [
        (
            format!("[12.5] DROP {FIELDS}"),
            "only the time since the machine was started; use `dmesg -T` or `journalctl -k -o short-iso`",
        ),
        ("PK\u{3}\u{4}x".to_owned(), "not text: a ZIP archive; unpack it first"),
        ("a\0b".to_owned(), "not text: bytes of zero, as binary files and UTF-16 without a mark have them"),
        (
            r#"{"event_type":"drop","src_ip":"192.0.2"#.to_owned(),
            "JSON that is cut off after 38 bytes; a syslog daemon may cut long lines",
        ),
    ] {
        assert_eq!(told(&ReadAs::Detected, &line, &OPTIONS), [expected], "{line}");
    }
}

#[test]
fn the_journal() {
    let message = format!("DROP {FIELDS}");
    let export = format!(
        "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1773259200000000\n_TRANSPORT=kernel\nSYSLOG_IDENTIFIER=kernel\nMESSAGE={message}\n"
    );
    assert_eq!(told(&ReadAs::Detected, &format!("{export}\n{export}"), &OPTIONS), [PACKET_TOLD; 2]);
    let other = export.replace("=kernel", "=sshd");
    assert_eq!(told(&ReadAs::Detected, &other, &OPTIONS), ["no line of a known firewall after the date and the host"]);
    let verbose = format!("Wed 2026-03-11 20:00:00.5 UTC [s=1;i=2]\n    _TRANSPORT=kernel\n    MESSAGE={message}\n");
    assert_eq!(told(&ReadAs::Detected, &verbose.repeat(2), &OPTIONS), [PACKET_TOLD; 2]);
    let json = format!(r#"{{"__REALTIME_TIMESTAMP":"1773259200000000","SYSLOG_IDENTIFIER":"kernel","MESSAGE":"{message}"}}"#);
    assert_eq!(told(&ReadAs::Detected, &json, &OPTIONS), [PACKET_TOLD]);
    assert_eq!(told(&ReadAs::Detected, &json.replace("\"kernel\"", "\"sshd\""), &OPTIONS).len(), 1);
}

#[test]
fn repeats() {
    let line = |text: &str| format!("Mar 11 20:00:00 fw {text}\n");
    let text = [
        line(&format!("kernel: DROP {FIELDS}")),
        line(&format!("kernel: message repeated 5 times: [ DROP {FIELDS}]")),
        line("last message repeated 2 times"),
        line("sshd[1]: hello"),
        // That is of the line before it, which is no packet.
        line("last message repeated 9 times"),
    ]
    .concat();
    let (rows, report) = read(text.as_bytes(), &OPTIONS);
    assert_eq!((rows.len(), rows[0].hits, report.events), (1, 8, 8));
    assert_eq!(report.others.get("repeat of another line"), Some(&1));
}

#[test]
fn arrays_and_empty_files() {
    let record = r#"{"timestamp":"2026-03-11T20:00:00Z","event_type":"drop","src_ip":"192.0.2.1","dest_ip":"198.51.100.1","proto":"ICMP"}"#;
    for text in [
        format!("[{record},{record}]"),
        format!("[\n  {record},\n  {record}\n]\n"),
        record.replace(',', ",\n").replacen('{', "{\n", 1).repeat(2),
    ] {
        let (rows, report) = read(text.as_bytes(), &OPTIONS);
        assert_eq!((rows.len(), rows[0].hits, report.lines, report.unreadable), (1, 2, 2, 0), "{text}");
    }
    for text in ["", "\n\n", "[]"] {
        assert_eq!(read(text.as_bytes(), &OPTIONS), (Vec::new(), ImportReport::default()), "{text:?}");
    }
}

/// Packed in each way, as the tools of Debian pack `Mar 11 ...\n`.
#[test]
fn packed_files() {
    let line = format!("{PACKET}22\n");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    io::Write::write_all(&mut gzip, line.as_bytes()).expect("memory");
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    io::Write::write_all(&mut bzip2, line.as_bytes()).expect("memory");
    let zstd = ruzstd::encoding::compress_to_vec(line.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
    let units: Vec<u8> = format!("\u{feff}{line}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for packed in [gzip.finish().expect("memory"), bzip2.finish().expect("memory"), zstd, units] {
        let twice = packed.repeat(2);
        let input = unpacked(io::Cursor::new(twice)).expect("readable");
        let (rows, report) = read(input, &OPTIONS);
        assert_eq!((rows.len(), rows[0].hits, report.unreadable), (1, 2, 0), "{:x?}", &packed[..4]);
    }
}

/// What was read before is not read again, and headers count for what follows.
#[test]
fn reading_goes_on() {
    let text = "#separator \\x09\n#path\tconn\n#fields\tts\tid.orig_h\tid.resp_h\tproto\n1773259200\t192.0.2.1\t198.51.100.1\tgre\n1773259201\t192.0.2.2\t198.51.100.1\tgre\n";
    let before = text.rfind("1773259201").expect("the last line");
    let digest = |text: &str| Some(Sha256::digest(text).into());
    let at = Position { offset: before as u64, line: 4, digest: digest(&text[..before]) };
    let read_from = |text: &str, at: Position| {
        let mut reader = LogReader::new(&ReadAs::Detected, &OPTIONS, Resume { at, until: None });
        let (mut rows, mut report) = (Vec::new(), ImportReport::default());
        let mut keep = |batch: Batch| {
            rows.push((batch.rows.len(), batch.rows[0].src_ip.clone(), batch.position));
            Ok::<_, Infallible>(())
        };
        reader.read(&mut text.as_bytes(), &mut keep, &mut report)?;
        reader.flush(true, &mut keep, &mut report)?;
        Ok::<_, ImportError<Infallible>>((rows, report.lines))
    };
    let end = Position { offset: text.len() as u64, line: 5, digest: digest(text) };
    assert_eq!(read_from(text, at).expect("the same"), (vec![(1, "192.0.2.2".to_owned(), end)], 1));
    // It is not the same, has no line that ends there, or is shorter.
    for other in [text.replace("192.0.2.1", "192.0.2.9"), text.replace("192.0.2.1", "192.0.2.10"), text[..before - 4].to_owned()]
    {
        assert!(matches!(read_from(&other, at), Err(ImportError::Changed { line: 4 })), "{other}");
    }
}

/// A batch of which a part was stored ends where it did before, and what repeats the last line counts for it.
#[test]
fn a_batch_ends_where_it_did() {
    let line = |port: u16| {
        format!("Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT={port}\n")
    };
    let (first, second, third) = (line(1), line(2), "Mar 11 20:00:01 fw last message repeated 3 times\n".to_owned() + &line(1));
    let text = [first.as_str(), &second, &third].concat();
    let read_from = |resume: Resume| {
        let mut reader = LogReader::new(&ReadAs::Detected, &OPTIONS, resume);
        let (mut batches, mut report) = (Vec::new(), ImportReport::default());
        let mut keep = |batch: Batch| {
            batches.push(batch.rows.iter().map(|row| (row.dst_port.expect("a port"), row.hits)).collect::<Vec<_>>());
            Ok::<_, Infallible>(())
        };
        reader.read(&mut text.as_bytes(), &mut keep, &mut report).expect("readable");
        reader.flush(true, &mut keep, &mut report).expect("kept");
        batches
    };
    let until = (first.len() + second.len()) as u64;
    assert_eq!(read_from(Resume { until: Some(until), ..Resume::default() }), [vec![(1, 1), (2, 1)], vec![(2, 3), (1, 1)]]);
    let at = Position { offset: until, line: 2, digest: None };
    assert_eq!(read_from(Resume { at, until: None }), [vec![(2, 3), (1, 1)]]);
}
