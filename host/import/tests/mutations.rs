//! What must hold for lines of every format, however they are changed: no panic, and no row that makes no sense.
//!
//! `PROPTEST_CASES` says how many cases are tried; `cargo xtask fuzz` tries more.

use std::convert::Infallible;
use std::io::Cursor;
use std::net::IpAddr;

use net_scout_import::{Batch, DefaultVerdict, ImportOptions, ImportReport, LogZone, ReadAs, read_log, unpacked};
use net_scout_model::Timestamp;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Lines of every format, made up or rewritten.
const SAMPLES: &str = include_str!("samples.txt");
/// Values that are at the edge of what makes sense, or beyond.
const ODD: [&str; 20] = [
    "65535",
    "65536",
    "99999999999999999999",
    "-1",
    "0",
    "",
    "255.255.255.255",
    "::ffff:192.0.2.1",
    "::",
    "1e400",
    "\u{feff}",
    "\"",
    "\\",
    "=",
    "|",
    "[",
    "}",
    "2026-02-30",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
];

/// A change of a text: where, and what.
#[derive(Clone, Debug)]
enum Change {
    Byte(Index, u8),
    Cut(Index),
    Remove(Index, usize),
    Repeat(Index, usize),
    /// A word becomes another.
    Word(Index, &'static str),
    /// The rest is that of another line.
    Splice(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        1 => any::<Index>().prop_map(Change::Cut),
        2 => (any::<Index>(), 1_usize..40).prop_map(|(at, length)| Change::Remove(at, length)),
        2 => (any::<Index>(), 1_usize..40).prop_map(|(at, length)| Change::Repeat(at, length)),
        4 => (any::<Index>(), select(&ODD[..])).prop_map(|(at, word)| Change::Word(at, word)),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(at, line)| Change::Splice(at, line)),
    ]
}

fn lines() -> Vec<&'static str> {
    SAMPLES.lines().filter(|line| !line.starts_with("## ")).collect()
}

fn changed(line: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = line.as_bytes().to_vec();
    for change in changes {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match change {
            Change::Byte(at, byte) => bytes[at.index(length)] = *byte,
            Change::Cut(at) => bytes.truncate(at.index(length)),
            Change::Remove(at, some) => {
                let start = at.index(length);
                bytes.drain(start..(start + some).min(length));
            }
            Change::Repeat(at, some) => {
                let start = at.index(length);
                let part = bytes[start..(start + some).min(length)].to_vec();
                bytes.splice(start..start, part);
            }
            Change::Word(at, word) => {
                let is_edge = |byte: &u8| b" ,=:\"|/;>\t".contains(byte);
                let start = bytes[..at.index(length)].iter().rposition(is_edge).map_or(0, |place| place + 1);
                let end = bytes[start..].iter().position(is_edge).map_or(length, |place| start + place);
                bytes.splice(start..end, word.bytes());
            }
            Change::Splice(at, other) => {
                let lines = lines();
                let other = lines[other.index(lines.len())].as_bytes();
                let place = at.index(length);
                bytes.truncate(place);
                bytes.extend_from_slice(&other[place.min(other.len())..]);
            }
        }
    }
    bytes
}

fn check(text: &[u8], zone: &LogZone, default_verdict: DefaultVerdict) -> Result<(), TestCaseError> {
    let now = Timestamp(1_790_000_000_000_000);
    let options = ImportOptions { now, zone: zone.clone(), default_verdict, local_networks: None };
    let (mut rows, mut report) = (Vec::new(), ImportReport::default());
    let mut keep = |batch: Batch| {
        rows.extend(batch.rows);
        Ok::<_, Infallible>(())
    };
    let Ok(mut input) = unpacked(Cursor::new(text.to_vec())) else { return Ok(()) };
    // An input that cannot be read further is an error, and what was read before must be sound.
    let _ = read_log(&mut *input, &ReadAs::Detected, &options, &mut keep, &mut report);
    prop_assert!(report.unreadable <= report.lines);
    for row in rows {
        prop_assert!(row.src_ip.parse::<IpAddr>().is_ok() && row.dst_ip.parse::<IpAddr>().is_ok(), "{row:?}");
        prop_assert!(matches!(row.direction, None | Some("INBOUND" | "OUTBOUND")), "{row:?}");
        prop_assert!(matches!(row.verdict, None | Some("DROP" | "ACCEPT")), "{row:?}");
        prop_assert!(row.tcp_flags.is_none() || row.proto == "TCP", "{row:?}");
        prop_assert!((Timestamp(0)..=Timestamp::MAXIMUM).contains(&row.last), "{row:?}");
        prop_assert!(!row.proto.is_empty() && row.proto.len() <= 64 && row.hits > 0, "{row:?}");
        prop_assert!(row.in_if.iter().chain(&row.out_if).all(|name| (1..=64).contains(&name.len())), "{row:?}");
    }
    Ok(())
}

#[test]
fn every_sample_is_read() {
    for group in SAMPLES.split("## ").skip(1) {
        let (name, text) = group.split_once('\n').expect("a name");
        let options = ImportOptions {
            now: Timestamp(1_790_000_000_000_000),
            zone: LogZone::UTC,
            default_verdict: DefaultVerdict::Usual,
            local_networks: None,
        };
        let mut report = ImportReport::default();
        let mut keep = |_: Batch| Ok::<_, Infallible>(());
        read_log(&mut text.as_bytes(), &ReadAs::Detected, &options, &mut keep, &mut report).expect("readable");
        assert!(report.events > 0 && report.unreadable == 0, "{name}: {report:?}");
    }
}

proptest! {
    /// Lines of all formats in any order, some of them changed.
    #[test]
    fn changed_lines(
        picked in prop::collection::vec((any::<Index>(), prop::collection::vec(change(), 0..4)), 1..12),
        offset in -54_000_i32..=54_000,
        verdict in select(vec![DefaultVerdict::Usual, DefaultVerdict::Drop, DefaultVerdict::Accept, DefaultVerdict::Unknown]),
    ) {
        let lines = lines();
        let changed: Vec<Vec<u8>> = picked.iter().map(|(line, changes)| changed(lines[line.index(lines.len())], changes)).collect();
        check(&changed.join(&b'\n'), &LogZone::Fixed(offset), verdict)?;
    }

    /// A whole log of one format, with its header, changed anywhere.
    #[test]
    fn changed_logs(group in any::<Index>(), changes in prop::collection::vec(change(), 1..8)) {
        let groups: Vec<&str> = SAMPLES.split("## ").skip(1).filter_map(|group| group.split_once('\n')).map(|(_, text)| text).collect();
        check(&changed(groups[group.index(groups.len())], &changes), &LogZone::UTC, DefaultVerdict::Usual)?;
    }

    /// Anything.
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes, &LogZone::UTC, DefaultVerdict::Usual)?;
    }
}
