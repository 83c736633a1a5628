//! Dates in every form, and what is none.

use super::*;
use crate::{DefaultVerdict, LogZone};

fn options(now: &str, offset: i32) -> ImportOptions {
    ImportOptions { now: instant(now), zone: LogZone::Fixed(offset), default_verdict: DefaultVerdict::Drop, local_networks: None }
}

fn instant(text: &str) -> Timestamp {
    parse_timestamp(text).expect(text)
}

#[track_caller]
fn check(line: &str, options: &ImportOptions, expected: &str) {
    let (found, rest) = split(line, options).expect(line);
    assert_eq!(found, instant(expected), "{line}: {found}");
    assert_eq!(rest, " host kernel:", "{line}");
}

#[test]
fn the_year_is_the_one_closest_to_now() {
    let now = options("2026-03-11T20:35:11Z", 0);
    check("Mar 11 20:35:11 host kernel:", &now, "2026-03-11T20:35:11Z");
    // A clock that is ahead, or in another zone.
    check("Mar 11 20:35:12 host kernel:", &now, "2026-03-11T20:35:12Z");
    check("Mar 12 22:35:11 host kernel:", &now, "2026-03-12T22:35:11Z");
    check("Mar 12 22:35:12 host kernel:", &now, "2025-03-12T22:35:12Z");
    check("Jan  2 03:04:05 host kernel:", &now, "2026-01-02T03:04:05Z");
    check("jan 02 03:04:05 host kernel:", &now, "2026-01-02T03:04:05Z");
    check("Dec 31 23:59:60 host kernel:", &now, "2025-12-31T23:59:59Z");
    check("Mar 11 20:35:10.734637 host kernel:", &now, "2026-03-11T20:35:10.734637Z");
}

#[test]
fn the_year_rolls_over() {
    let january = options("2026-01-02T12:00:00Z", 0);
    check("Dec 31 23:59:59 host kernel:", &january, "2025-12-31T23:59:59Z");
    check("Jan  1 00:00:00 host kernel:", &january, "2026-01-01T00:00:00Z");
    let december = options("2026-12-31T23:59:59Z", 0);
    check("Dec 31 23:59:59 host kernel:", &december, "2026-12-31T23:59:59Z");
    check("Jan  1 00:00:00 host kernel:", &december, "2027-01-01T00:00:00Z");
    check("Jan  3 00:00:00 host kernel:", &december, "2026-01-03T00:00:00Z");
}

#[test]
fn the_year_rolls_over_in_the_zone_of_the_log() {
    // There it is 22:30 on December 31, 2025.
    let west = options("2026-01-01T03:30:00Z", -18_000);
    check("Dec 31 22:15:00 host kernel:", &west, "2026-01-01T03:15:00Z");
    check("Jan  2 00:29:00 host kernel:", &west, "2026-01-02T05:29:00Z");
    check("Jan  2 00:31:00 host kernel:", &west, "2025-01-02T05:31:00Z");
}

#[test]
fn leap_days_go_back_to_a_leap_year() {
    check("Feb 29 12:00:00 host kernel:", &options("2026-03-11T00:00:00Z", 0), "2024-02-29T12:00:00Z");
    check("Feb 29 12:00:00 host kernel:", &options("2024-02-28T09:00:00Z", 0), "2020-02-29T12:00:00Z");
    check("Feb 29 12:00:00 host kernel:", &options("2104-02-01T00:00:00Z", 0), "2096-02-29T12:00:00Z");
}

#[test]
fn other_forms() {
    let options = options("2026-03-11T20:35:11Z", 3_600);
    for text in [
        "Wed Mar 11 20:00:00 2026",
        "Mi. Mär 11 20:00:00 2026",
        "[Wed Mar 11 20:00:00 2026]",
        "Mar 11 2026 20:00:00",
        "Mär 11 20:00:00",
        "*Mar 11 20:00:00",
        "Wed 2026-03-11 19:00:00 UTC",
        "Wed 2026-03-11 20:00:00 CET",
        "Wed 2026-03-11 21:00:00.000 +02",
        "2026-03-11 20:00:00 +0100",
        "2026-03-11T20:00:00,000+01:00",
        "2026/03/11 20:00:00",
        "2026:03:11-20:00:00",
        "11/Mar/2026:20:00:00 +0100",
        "mar/11 20:00:00",
        "mar/11/2026 20:00:00",
        "03-11 20:00:00",
        "20:00:00",
        "1773255600.000000",
        "7 mar/11 20:00:00",
    ] {
        check(&format!("{text} host kernel:"), &options, "2026-03-11T19:00:00Z");
    }
    // A time alone is of the day before where it would be ahead.
    check("22:45:00 host kernel:", &options, "2026-03-10T21:45:00Z");
    for text in ["[12.5] host", "[    0.000000] host"] {
        assert_eq!(split(text, &options), Err(Reason::SinceBoot), "{text}");
    }
}

#[test]
fn iso_dates() {
    let options = options("2026-03-11T20:35:11Z", 3_600);
    for text in [
        "2023-03-18T20:35:05.734637+01:00",
        "2023-03-18T20:35:05.734637+0100",
        "2023-03-18T19:35:05.734637Z",
        "2023-03-18T20:35:05.734637",
        "2023-03-18 20:35:05.734637",
        "2023-03-18T14:35:05.734637-05:00",
        "2023-03-18T14:35:05.734637-0500",
    ] {
        check(&format!("{text} host kernel:"), &options, "2023-03-18T19:35:05.734637Z");
    }
    check("2027-01-01T00:00:00Z host kernel:", &options, "2027-01-01T00:00:00Z");
}

#[test]
fn no_date() {
    let options = options("2026-03-11T20:35:11Z", 0);
    for line in ["", "kernel: IN= OUT=", "Marc 11 20:35:11 host", "[x] DROP IN=eth1", "Mon host", "1 2 3"] {
        assert_eq!(split(line, &options), Err(Reason::NoDate), "{line}");
    }
}

#[test]
fn numbers_of_seconds_and_less() {
    let options = options("2026-03-11T20:35:11Z", 3_600);
    for (text, expected) in [
        ("1773261311", "2026-03-11T20:35:11Z"),
        ("1773261311.25", "2026-03-11T20:35:11.25Z"),
        ("1773261311.1234569", "2026-03-11T20:35:11.123456Z"),
        ("1773261311250", "2026-03-11T20:35:11.25Z"),
        ("1773261311250.5", "2026-03-11T20:35:11.2505Z"),
        ("1773261311250000", "2026-03-11T20:35:11.25Z"),
        ("1773261311250000999", "2026-03-11T20:35:11.25Z"),
        ("2026-03-11T21:35:11", "2026-03-11T20:35:11Z"),
        ("2026-03-11 20:35:11Z", "2026-03-11T20:35:11Z"),
        ("Mar 11 21:35:11", "2026-03-11T20:35:11Z"),
        ("0", "1970-01-01T00:00:00Z"),
    ] {
        assert_eq!(any_unit("time", text, &options).map(|instant| instant.to_string()).as_deref(), Ok(expected), "{text}");
    }
    assert_eq!(any_unit("time", " ", &options), Err(Reason::Absent { field: "time" }));
    for text in ["-1", "+1", "1.", ".5", "1.x", "1e9", "2026-03-11T21:35:11Z x", "never", "é"] {
        assert!(any_unit("time", text, &options).is_err(), "{text}");
    }
    for text in ["1773261311250", "1773261311000000000000000"] {
        assert!(seconds("ts", text, &options).is_err(), "{text}");
    }
}

#[test]
fn bad_dates_are_named() {
    let options = options("2026-03-11T20:35:11Z", 0);
    for (line, value) in [
        ("Feb 30 12:00:00 host", "Feb 30 12:00:00"),
        ("Mar 0 12:00:00 host", "Mar 0 12:00:00"),
        ("Mar 111 12:00:00 host", "Mar 111 12:00:00"),
        ("Mar +1 12:00:00 host", "Mar +1 12:00:00"),
        ("Mar 1 24:00:00 host", "Mar 1 24:00:00"),
        ("Mar 1 12:00:61 host", "Mar 1 12:00:61"),
        ("Mar 1 12:00 host", "Mar 1 12:00"),
        ("Mar 1 12:00:00: host", "Mar 1 12:00:00:"),
        ("Mar 1 12:00:00.1234567890 host", "Mar 1 12:00:00.1234567890"),
        ("Mar 1 12:00:00. host", "Mar 1 12:00:00."),
        ("Mar", "Mar"),
        ("2023-02-30T12:00:00Z host", "2023-02-30T12:00:00Z"),
        ("2023-03-18 host kernel:", "2023-03-18 host"),
        ("2023-03-18", "2023-03-18"),
        ("1773261311 host", "1773261311 host"),
        ("2023-03-1ß 12:00:00", "2023-03-1ß"),
    ] {
        assert_eq!(split(line, &options), Err(Reason::BadDate { value: value.to_owned() }), "{line}");
    }
}

#[test]
fn extreme_options_do_no_harm() {
    for now in [Timestamp::MINIMUM, Timestamp::MAXIMUM, Timestamp(i64::MIN), Timestamp(i64::MAX)] {
        for offset in [i32::MIN, 0, i32::MAX] {
            let options =
                ImportOptions { now, zone: LogZone::Fixed(offset), default_verdict: DefaultVerdict::Drop, local_networks: None };
            let _ = split("Feb 29 12:00:00 host", &options);
            let _ = split("9999-12-31T23:59:59 host", &options);
        }
    }
}
