//! Tables, CSV and NDJSON, whose columns are named by the operator.

use std::fs;

use super::{check, rows, scene};
use net_scout_tests::harness::Scene;
use net_scout_tests::places;
use net_scout_tests::sample::Layout;

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
         warning: flows.csv: 1 line is not a firewall event\n  \
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
         warning: flows.ndjson: 1 line is not a firewall event\n  \
           line 3: no src_ip: {\"@timestamp\":\"2026-03-11T20:00:02Z\",\"message\":\"no addresses\"}\n\
         flows.ndjson: 2 rows are without a direction, because neither side is in a known network; set local_networks to yours\n\
         ./net_sentinel.db: 2 events became 2 new rows\n\
         `net-scout scan --since 2026-03-11` looks for attacks in it",
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
