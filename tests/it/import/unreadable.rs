//! Lines that cannot be read, and what is taken for granted where a line does not say it.

use super::{BARE, DROPPED, dropped, rows, scene};
use serde_json::{Value, json};

#[test]
fn lines_that_cannot_be_read_are_shown() {
    let log = [
        "not a log line\n",
        "Mar 11 20:00:00 fw sshd: IN= OUT= SRC=1\n",
        "Mar 11 20:00:00 fw kernel: usb 1-1: new device\n",
        "Feb 30 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=2\n",
        "Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.999 DST=192.0.2.2 PROTO=TCP\n",
        DROPPED,
        "\u{1b}[2J\u{1b}]0;owned\u{7}\n",
        "Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=70000 DPT=2\n",
    ]
    .concat();
    let scene = scene(&[("a.log", log.as_bytes())]);
    scene.run(&["import", "a.log"]).ended(
        0,
        "a.log: 8 lines, 1 event (netfilter)\n\
         warning: a.log: 7 lines are not firewall events\n  \
           line 1: no date at the start: not a log line\n  \
           line 2: no line of a known firewall after the date and the host: Mar 11 20:00:00 fw sshd: IN= OUT= SRC=1\n  \
           line 3: neither IN= nor OUT=, so it is not a packet: Mar 11 20:00:00 fw kernel: usb 1-1: new device\n  \
           line 4: `Feb 30 20:00:00` is not a valid date: Feb 30 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=TCP SPT=1 DPT=2\n  \
           line 5: `192.0.2.999` is not a valid IP address (SRC): Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.999 DST=192.0.2.2 PROTO=TCP\n\
         ./net_sentinel.db: 1 event became 1 new row\n\
         `net-scout scan --since 2026-03-11` looks for attacks in it",
    );
    assert_eq!(rows(&scene.connect()), [dropped(1)]);
}

#[test]
fn hostile_lines_are_harmless() {
    let mut log = b"\x1b[2J\x07\xff\xfe\n".to_vec();
    log.extend(b"x".repeat(1_000_000));
    log.extend(b"\n\0\0\0\n");
    let scene = scene(&[("a.log", &[&log, DROPPED.as_bytes()].concat())]);
    let run = scene.run(&["import", "a.log"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stderr.contains(|character: char| character.is_control() && character != '\n'), "{:?}", run.stderr);
    assert!(run.stderr.contains("\n  line 1: no date at the start: \\u{1b}[2J\\u{7}\u{fffd}\u{fffd}\n"), "{}", run.stderr);
    assert!(run.stderr.contains("\n  line 2: longer than 8192 bytes: xxx"), "{}", run.stderr);
    assert!(run.stderr.len() < 1_000, "{}", run.stderr.len());
    assert_eq!(rows(&scene.connect()), [dropped(1)]);
}

#[test]
fn the_default_verdict() {
    for (words, verdict) in [
        (&[][..], json!("DROP")),
        (&["--default-verdict", "drop"], json!("DROP")),
        (&["--default-verdict", "accept"], json!("ACCEPT")),
        (&["--default-verdict", "none"], Value::Null),
    ] {
        let scene = scene(&[("a.log", [BARE, DROPPED].concat().as_bytes())]);
        assert_eq!(scene.run(&[&["import", "a.log"], words].concat()).code, 0);
        let events = rows(&scene.connect());
        assert_eq!((&events[0][5], &events[1][5]), (&verdict, &json!("DROP")), "{words:?}");
    }
}

#[test]
fn dates_without_a_year_or_a_zone() {
    let line = |date: &str| DROPPED.replace("Mar 11 20:00:00", date);
    for (date, offset, expected) in [
        // Now is 2026-03-11T20:35:11Z.
        ("Mar 11 20:35:11", "+00:00", "2026-03-11T20:35:11Z"),
        ("Mar 11 20:35:12", "+00:00", "2026-03-11T20:35:12Z"),
        ("Mar 12 22:35:12", "+00:00", "2025-03-12T22:35:12Z"),
        ("Dec 31 23:59:59", "+00:00", "2025-12-31T23:59:59Z"),
        ("Feb 29 12:00:00", "+00:00", "2024-02-29T12:00:00Z"),
        ("Mar  1 08:00:00", "+02:00", "2026-03-01T06:00:00Z"),
        ("Mar 11 22:35:11", "+02:00", "2026-03-11T20:35:11Z"),
        ("Mar 11 15:05:11", "-05:30", "2026-03-11T20:35:11Z"),
        ("2026-03-11T20:00:00", "+02:00", "2026-03-11T18:00:00Z"),
        ("2026-03-11T20:00:00Z", "+02:00", "2026-03-11T20:00:00Z"),
        ("2026-03-11 20:00:00", "+00:00", "2026-03-11T20:00:00Z"),
    ] {
        let scene = scene(&[("a.log", line(date).as_bytes())]);
        let run = scene.run(&["import", "--utc-offset", offset, "a.log"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(rows(&scene.connect())[0][9], expected, "{date} {offset}");
    }
}

/// Whatever goes wrong before the first event can be kept, there is no database afterwards that was not there before.
#[test]
fn nothing_readable_makes_no_database() {
    let scene =
        scene(&[("empty.log", b""), ("other.log", b"Mar 11 20:00:00 host sshd[1]: hello\n"), ("a.log", DROPPED.as_bytes())]);
    let files = scene.files();
    let nothing = "no line is an event of a known format, which are netfilter, unifi, pf, mikrotik, suricata, zeek, windows, fortigate, cisco, aws, sophos, watchguard, sonicwall, paloalto, juniper, checkpoint, cef, leef, nfdump, ulogd, gcp, azure, conntrack; of a table, CSV or NDJSON, \
                   say which value is what, such as --map time=timestamp,src_ip=source,dst_ip=destination,proto=protocol";
    for (words, error) in [
        (
            &["other.log"][..],
            "other.log: 1 line, 0 events\nwarning: other.log: 1 line is not a firewall event\n  line 1: no line of a known firewall after the date and the host: Mar 11 20:00:00 host sshd[1]: hello\nerror: NOTHING",
        ),
        (&["a.log", "missing.log"], "error: the log missing.log cannot be read: No such file or directory (os error 2)"),
        (&["a.log", "plugins"], "error: the log plugins cannot be read: Is a directory (os error 21)"),
    ] {
        scene.run(&[&["import"], words].concat()).ended(1, &error.replace("NOTHING", nothing));
        assert_eq!(scene.files(), files, "{words:?}");
    }
    // An empty file is sound.
    scene.run(&["import", "empty.log"]).ended(0, "empty.log: 0 lines, 0 events\n./net_sentinel.db: 0 events became 0 new rows");
    assert_eq!(scene.files(), files);
}
