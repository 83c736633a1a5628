//! `net-scout import`: each format of logs, from its file in `tests/logs` to the rows of the database.

use std::fs;

use net_scout_tests::harness::{Run, Scene};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;

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
            run.ended(
                0,
                &format!(
                    "{stderr}\n./net_sentinel.db: {n} events became {n} new rows, 0 rows that were there count more often now",
                    n = expected.len()
                ),
            );
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
         warning: pf.log: 1 lines are no firewall events\n  \
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
         warning: mikrotik.log: 1 lines are no firewall events\n  \
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
         warning: unifi.log: 1 lines are no firewall events\n  \
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

const CSV: &str = "time=start,src_ip=source,src_port=source port,dst_ip=destination,dst_port=destination port,proto=protocol,verdict=action,tcp_flags=flags";
const NDJSON: &str = "time=@timestamp,src_ip=source.ip,src_port=source.port,dst_ip=destination.ip,dst_port=destination.port,\
                      proto=network.transport,verdict=event.action";

#[test]
fn tables() {
    check(
        "flows.csv",
        "csv",
        &["--map", CSV],
        "flows.csv: 5 lines, 3 events (csv), 1 without a verdict\n\
         flows.csv: lines about neither packets nor flows: 1 header\n\
         warning: flows.csv: 1 lines are no firewall events\n  \
           line 5: `here` is not a valid IP address (src_ip): 2026-03-11T20:00:03Z;here;1;198.51.100.1;2;tcp;deny;S;\n\
         flows.csv: 3 rows are without a direction, because neither side is in a known network; set local_networks to yours",
        &[
            "2026-03-11T20:00:00Z TCP 192.0.2.1 40000 198.51.100.1 22 DROP - - - SYN",
            "2026-03-11T20:00:01Z TCP 2001:db8::1 40001 2001:db8::2 443 ACCEPT - - - SYN,ACK",
            "2026-03-11T20:00:02Z ICMP 192.0.2.1 - 198.51.100.1 - - - - - ?",
        ],
    );
}

#[test]
fn json_lines() {
    let scene = scene("flows.ndjson");
    scene.run(&["import", "flows.ndjson", "--map", NDJSON]).ended(
        0,
        "flows.ndjson: 3 lines, 2 events (ndjson)\n\
         warning: flows.ndjson: 1 lines are no firewall events\n  \
           line 3: no src_ip: {\"@timestamp\":\"2026-03-11T20:00:02Z\",\"message\":\"no addresses\"}\n\
         flows.ndjson: 2 rows are without a direction, because neither side is in a known network; set local_networks to yours\n\
         ./net_sentinel.db: 2 events became 2 new rows, 0 rows that were there count more often now",
    );
    let connection = scene.connect();
    let sql = "SELECT group_concat(src_ip || ' ' || dst_port || ' ' || verdict, ', ' ORDER BY id) FROM ip_events";
    let rows: String = connection.query_row(sql, [], |row| row.get(0)).expect("rows");
    assert_eq!(rows, "192.0.2.1 22 DROP, 2001:db8::1 53 ACCEPT");
    // Nothing had flags, so the tables are as net-sentinel makes them.
    assert!(connection.prepare("SELECT tcp_flags FROM ip_events").is_err());
}

#[test]
fn columns_that_are_not_there() {
    let scene = scene("flows.csv");
    let files = scene.files();
    for (words, code, error) in [
        (
            &["--map", "time=start,src_ip=from"][..],
            1,
            "error: importing flows.csv stopped: the header has no column `from` for src_ip; it has start, source, source port, destination, \
             destination port, protocol, action, flags, comment",
        ),
        (
            &["--from", "csv"],
            1,
            "error: importing flows.csv stopped: the header has no column `time` for time; it has start, source, source port, destination, \
             destination port, protocol, action, flags, comment",
        ),
        (&["--map", "time=start,time=stop"], 2, "error: --map: `time` is named twice"),
        (&["--from", "zeek", "--map", "time=start"], 2, "error: --map is for csv and ndjson; the values of zeek are known"),
    ] {
        scene.run(&[&["import", "flows.csv"], words].concat()).ended(code, error);
        assert_eq!(scene.files(), files, "{words:?}");
    }
    let run = scene.run(&["import", "flows.csv", "--map", "source=x"]);
    assert_eq!(run.code, 2);
    let names = "there is no column `source`; there are time, src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, in_if, out_if, tcp_flags";
    assert!(run.stderr.contains(names), "{}", run.stderr);
}

#[test]
fn a_format_that_is_not_known() {
    let scene = scene("flows.csv");
    scene.run(&["import", "flows.csv"]).ended(
        1,
        "flows.csv: 5 lines, 0 events\n\
         warning: flows.csv: 5 lines are no firewall events\n  \
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

/// A table that net-sentinel made gets the column when there are flags to keep, and its rows stay.
#[test]
fn flags_in_a_database_of_net_sentinel() {
    let scene = Scene::with_events(Layout::V2, |connection| {
        connection
            .execute_batch(
                "INSERT INTO ip_events (src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp) VALUES
                   ('192.0.2.1', 53792, '198.51.100.1', 22, 'TCP', 'DROP', 'INBOUND', '2026-03-11T19:00:00Z'),
                   ('192.0.2.9', 1, '198.51.100.1', 2, 'UDP', 'DROP', 'INBOUND', '2026-03-11T19:00:00Z')",
            )
            .expect("rows");
    });
    assert!(scene.connect().prepare("SELECT tcp_flags FROM ip_events").is_err());
    fs::copy(places::root().join("tests/logs/pf.log"), scene.path("pf.log")).expect("a log");
    assert_eq!(scene.run(&["import", "pf.log"]).code, 0);
    let rows = rows(&scene);
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0], "2026-03-11T20:00:00Z TCP 192.0.2.1 53792 198.51.100.1 22 DROP INBOUND - - SYN");
    assert_eq!(rows[1], "2026-03-11T19:00:00Z UDP 192.0.2.9 1 198.51.100.1 2 DROP INBOUND - - ?");
    // What a row has it keeps.
    let text = fs::read_to_string(scene.path("pf.log")).expect("a log").replace(",0,S,", ",0,FPU,");
    fs::write(scene.path("pf.log"), text).expect("a log");
    assert_eq!(scene.run(&["import", "pf.log"]).code, 0);
    let flags: (String, i64) = scene
        .connect()
        .query_row("SELECT tcp_flags, hit_count FROM ip_events WHERE id = 1", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("a row");
    assert_eq!(flags, ("SYN".to_owned(), 3));
}
