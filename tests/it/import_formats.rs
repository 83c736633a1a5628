//! `net-scout import`: each format of logs, from its file in `tests/logs` to the rows of the database.

mod tables;

use std::fs;

use net_scout_tests::harness::{Run, Scene};
use net_scout_tests::places;

/// An empty folder with a log of `tests/logs`.
fn scene(log: &str) -> Scene {
    let scene = Scene::new();
    fs::copy(places::root().join("tests/logs").join(log), scene.path(log)).expect("a log");
    scene
}

/// All rows of `ip_events`, a line each.
fn rows(scene: &Scene) -> Vec<String> {
    let sql = "SELECT concat_ws(' ', timestamp, proto, src_ip, coalesce(src_port, '-'), dst_ip, coalesce(dst_port, '-'), coalesce(verdict, '-'),
               coalesce(direction, '-'), coalesce(in_if, '-'), coalesce(out_if, '-'), coalesce(nullif(tcp_flags, ''), iif(tcp_flags IS NULL, '?', 'none')))
               FROM ip_events ORDER BY id";
    let connection = scene.connect();
    let mut statement = connection.prepare(sql).expect("events");
    statement.query_map([], |row| row.get(0)).expect("events").collect::<Result<_, _>>().expect("events")
}

/// Imports a log, which is known by its look and is the same when its format is named.
fn check(log: &str, format: &str, words: &[&str], stderr: &str, expected: &[&str]) {
    for from in [&[][..], &["--from", format]] {
        let scene = scene(log);
        let run: Run = scene.run(&[&["import", log][..], words, from].concat());
        // The reasons of lines of other programs name what was looked for.
        if from.is_empty() {
            let (n, since) = (expected.len(), expected.iter().map(|row| &row[..10]).min().expect("an event"));
            let next = format!("`net-scout scan --since {since}` looks for attacks in it");
            run.ended(0, &format!("{stderr}\n./net_sentinel.db: {n} events became {n} new rows\n{next}"));
        }
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
        assert_eq!(rows(&scene), expected, "{from:?}");
        let scan = scene.run(&["scan", "--since", "2000-01-01", "--dry-run"]);
        assert_eq!(scan.code, 0, "{}", scan.stderr);
    }
}

#[test]
fn pf() {
    check(
        "pf.log",
        "pf",
        &[],
        "pf.log: 4 lines, 3 events (pf)\n\
         warning: pf.log: 1 line is not a firewall event\n  \
           line 2: no line of a known firewall after the date and the host: Mar 11 20:00:01 pfSense \
         sshguard[70001]: Attack from \"192.0.2.1\" on service SSH with danger 10.",
        &[
            "2026-03-11T20:00:00Z TCP 192.0.2.1 53792 198.51.100.1 22 DROP INBOUND em0 - SYN",
            "2026-03-11T20:00:02Z UDP 2001:db8::1 6881 2001:db8:1::2 51918 ACCEPT INBOUND re0 - ?",
            "2026-03-11T20:00:03Z TCP 198.51.100.1 40000 192.0.2.7 443 ACCEPT OUTBOUND - em0 SYN,ACK",
        ],
    );
}

#[test]
fn mikrotik() {
    check(
        "mikrotik.log",
        "mikrotik",
        &[],
        "mikrotik.log: 4 lines, 3 events (mikrotik)\n\
         warning: mikrotik.log: 1 line is not a firewall event\n  \
           line 2: no line of a known firewall after the date and the host: 2026-03-11T20:00:01.757188+00:00 \
         192.0.2.254 system,error,critical login failure for user admin from 192.0.2.35 via winbox\n\
         mikrotik.log: 1 event was taken for DROP, because nothing in the line says what was done; --default-verdict says it for all such lines",
        &[
            "2026-03-11T20:00:00.734637Z UDP 192.0.2.1 44355 198.51.100.1 53 DROP INBOUND ether1-WAN - ?",
            "2026-03-11T20:00:02.696749Z TCP 2001:db8:1::1 40384 2001:db8:2::2 20461 DROP INBOUND WAN - SYN",
            "2026-03-11T20:00:03Z ICMP 192.168.88.2 - 198.51.100.7 - ACCEPT OUTBOUND LAN WAN ?",
        ],
    );
}

#[test]
fn unifi() {
    check(
        "unifi.log",
        "unifi",
        &[],
        "unifi.log: 3 lines, 2 events (unifi)\n\
         warning: unifi.log: 1 line is not a firewall event\n  \
           line 3: no line of a known firewall after the date and the host: Mar 11 20:00:02 gateway gateway \
         sshd[454008]: Failed keyboard-interactive/pam for invalid user x from 192.0.2.2 port 5454 ssh2\n\
         unifi.log: 2001:db8::/64 was taken for your own network, because every line has a side in it; if it is not, set local_networks",
        &[
            "2026-03-11T20:00:00Z UDP 192.0.2.1 38451 198.51.100.1 54329 DROP INBOUND eth8 - ?",
            "2026-03-11T20:00:01Z TCP 2001:db8::1 40000 2001:db8::2 443 ACCEPT INBOUND eth8 br0 SYN",
        ],
    );
}

#[test]
fn suricata() {
    check(
        "eve.json",
        "suricata",
        &[],
        "eve.json: 6 lines, 3 events (suricata)\n\
         eve.json: lines about neither packets nor flows: 1 dns, 1 flow without a TCP session, 1 stats\n\
         eve.json: 3 rows are without a direction, because neither side is in a known network; set local_networks to yours",
        &[
            "2026-03-11T20:00:00.415742Z TCP 192.0.2.1 33270 198.51.100.1 80 ACCEPT - eth0 - ?",
            "2026-03-11T20:00:01Z TCP 2001:db8::1 4000 2001:db8::2 23 DROP - eth0 - SYN",
            "2026-03-11T20:00:03Z TCP 192.0.2.1 4001 198.51.100.1 22 DROP - - - SYN",
        ],
    );
}

#[test]
fn zeek() {
    check(
        "conn.log",
        "zeek",
        &[],
        "conn.log: 13 lines, 4 events (zeek), 2 without a verdict\n\
         conn.log: lines about neither packets nor flows: 9 header",
        &[
            "2026-03-11T20:00:00.25Z TCP 192.0.2.1 40000 198.51.100.1 22 DROP INBOUND - - SYN",
            "2026-03-11T20:00:01Z TCP 2001:db8::1 40001 2001:db8::2 443 ACCEPT OUTBOUND - - SYN",
            "2026-03-11T20:00:02Z TCP 203.0.113.9 443 198.51.100.1 51000 - INBOUND - - SYN,ACK",
            "2026-03-11T20:00:03Z ICMP 192.0.2.1 - 198.51.100.1 - - INBOUND - - ?",
        ],
    );
    check(
        "conn.json",
        "zeek",
        &[],
        "conn.json: 3 lines, 2 events (zeek)\nconn.json: lines about neither packets nor flows: 1 dns",
        &[
            "2026-03-11T20:00:00.25Z TCP 192.0.2.1 40000 198.51.100.1 22 DROP INBOUND - - SYN",
            "2026-03-11T20:00:01Z UDP 2001:db8::1 40001 2001:db8::2 53 ACCEPT OUTBOUND - - ?",
        ],
    );
}

#[test]
fn a_format_that_is_not_known() {
    let scene = scene("flows.csv");
    scene.run(&["import", "flows.csv"]).ended(
        1,
        "flows.csv: 5 lines, 0 events\n\
         warning: flows.csv: 5 lines are not firewall events\n  \
           line 1: no date at the start: start;source;source port;destination;destination port;protocol;action;flags;comment\n  \
           line 2: `2026-03-11T20:00:00Z;192.0.2.1;40000;198.51.100…` is not a valid date: \
         2026-03-11T20:00:00Z;192.0.2.1;40000;198.51.100.1;22;6;\"deny\";S;\"a; \"\"b\"\"\"\n  \
           line 3: `1773259201;2001:db8::1;40001;2001:db8::2;443;tc…` is not a valid date: 1773259201;2001:db8::1;40001;2001:db8::2;443;tcp;permit;SA;\n  \
           line 4: `2026-03-11T20:00:02Z;192.0.2.1;;198.51.100.1;;i…` is not a valid date: 2026-03-11T20:00:02Z;192.0.2.1;;198.51.100.1;;icmp;;;\n  \
           line 5: `2026-03-11T20:00:03Z;here;1;198.51.100.1;2;tcp;…` is not a valid date: 2026-03-11T20:00:03Z;here;1;198.51.100.1;2;tcp;deny;S;\n\
         error: no line is an event of a known format; the file looks like a CSV table with start, source, source port, destination, \
         destination port, protocol, action, flags, comment: say which name is which column, such as --map 'time=start,src_ip=source,src_port=source \
         port,dst_ip=destination,dst_port=destination port,proto=protocol,verdict=action'",
    );
    let run = scene.run(&["import", "--from", "pf", "flows.csv"]);
    assert!(
        run.stderr.ends_with("error: no line is an event of the format pf; without --from it is detected\n"),
        "{}",
        run.stderr
    );
    assert_eq!((run.code, scene.run(&["import", "--from", "what", "flows.csv"]).code), (1, 2));
}
