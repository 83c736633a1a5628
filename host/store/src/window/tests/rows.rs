//! Random rows of the v2 layout: few distinct values, so that groups collide, and every oddity that SQLite stores.

use rusqlite::Connection;
use rusqlite::types::Value;

pub(super) use net_scout_tests::sample::Random;

pub(super) const ADDRESSES: [&str; 14] = [
    "1.2.3.4",
    "01.2.3.4",
    "10.0.0.1",
    "10.0.0.10",
    "10.0.0.2",
    "9.9.9.9",
    "255.255.255.255",
    "0.0.0.0",
    "::1",
    "2001:db8::1",
    "",
    "fe80::é",
    "\"q\\\n",
    "1.2.3.4 ",
];

const DIRECTIONS: [&str; 9] = ["INBOUND", "OUTBOUND", "INBOUND", "OUTBOUND", "Inbound", "Outbound", "outbound", "RX", "FORWARD"];

const FORMS: [&str; 9] = ["Z", "+00:00", "", ".5Z", ".123456+00:00", " ", "+02:00", ".1234567Z", "minutes"];

/// Creates and fills `ip_events`. A wild table holds what no producer writes.
pub(super) fn fill(connection: &Connection, random: &mut Random, rows: u64, wild: bool) {
    connection
        .execute_batch(
            "CREATE TABLE ip_events (id INTEGER PRIMARY KEY AUTOINCREMENT, src_ip TEXT, src_rdns TEXT, src_port INTEGER, src_service TEXT,
               dst_ip TEXT, dst_rdns TEXT, dst_port INTEGER, dst_service TEXT, proto TEXT, in_if TEXT, out_if TEXT, verdict TEXT,
               direction TEXT, timestamp TEXT NOT NULL, hit_count INTEGER DEFAULT 1, city TEXT, state TEXT, country TEXT,
               country_code TEXT, latitude REAL, longitude REAL, trace_path TEXT, tcp_flags TEXT);
             CREATE INDEX by_time ON ip_events (timestamp); CREATE INDEX by_source ON ip_events (src_ip); BEGIN;",
        )
        .expect("schema");
    let mut insert = connection
        .prepare(
            "INSERT INTO ip_events (id, src_ip, src_port, dst_ip, dst_port, proto, in_if, out_if, verdict, direction, timestamp,
               hit_count, country_code, latitude, longitude, tcp_flags) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)",
        )
        .expect("insert");
    let mut id = if random.chance(10) { -5 } else { 1 };
    let (nulls, odd) = (if random.chance(30) { 0 } else { 15 }, wild && random.chance(50));
    for _ in 0..rows {
        id += 1 + if random.chance(5) { random.below(1_000) as i64 } else { 0 };
        let mut text = |choices: &[&str]| match random.below(100) {
            _ if nulls > 0 && random.chance(nulls) => Value::Null,
            0 if odd => Value::Blob(vec![0xff, 1]),
            1 if odd => Value::Integer(random.below(3) as i64),
            2 if odd => Value::Text("a\0b".to_owned()),
            _ => Value::Text((*random.pick(choices)).to_owned()),
        };
        let (source, destination) = (text(&ADDRESSES), text(&ADDRESSES));
        let (proto, interface, out) = (text(&["TCP", "UDP", "ICMP", "tcp"]), text(&["eth0", "wan", ""]), text(&["br0", "", ""]));
        let (verdict, direction) = (text(&["DROP", "ACCEPT"]), text(&DIRECTIONS));
        let (country, flags) = (text(&["DE", "US", "é", "%", "a_b"]), text(&["SYN", "", "SYN,ACK"]));
        let mut port = || match random.below(40) {
            0..5 => Value::Null,
            5 if wild => Value::Text("http".to_owned()),
            6 if wild => Value::Real(1.5),
            7 if wild => Value::Integer(i64::MAX),
            8 if wild => Value::Integer(i64::MIN),
            9 if wild => Value::Integer(5_000_000_000),
            10 if wild => Value::Text("22".to_owned()),
            _ => Value::Integer([0, 1, 22, 80, 443, 65_535, 8_080, -1][random.below(8) as usize]),
        };
        let (source_port, destination_port) = (port(), port());
        let hits = match random.below(10) {
            0 => Value::Null,
            1 => Value::Integer(-5),
            2 => Value::Integer(1_000),
            3 if wild => Value::Integer(i64::MAX),
            4 if wild => Value::Text("many".to_owned()),
            _ => Value::Integer(random.below(5) as i64),
        };
        let mut degree = || match random.below(10) {
            0 | 1 => Value::Null,
            2 => Value::Integer(12),
            3 if wild => Value::Text("north".to_owned()),
            4 if wild => Value::Real(-0.0),
            5 if wild && odd => Value::Real(1e300),
            _ => Value::Real([0.0, 48.2, -122.25, 16.5, 1e-9][random.below(5) as usize]),
        };
        let (latitude, longitude) = (degree(), degree());
        let timestamp = timestamp(random);
        let values = rusqlite::params![
            id,
            source,
            source_port,
            destination,
            destination_port,
            proto,
            interface,
            out,
            verdict,
            direction,
            timestamp,
            hits,
            country,
            latitude,
            longitude,
            flags
        ];
        insert.execute(values).expect("row");
    }
    drop(insert);
    if odd {
        let not_utf8 = "UPDATE ip_events SET dst_ip = CAST(x'31ff' AS TEXT) WHERE id % 17 = 3; UPDATE ip_events SET timestamp = CAST(x'32ff' AS TEXT) WHERE id % 19 = 3;";
        connection.execute_batch(not_utf8).expect("odd texts");
    }
    connection.execute_batch("COMMIT").expect("commit");
    // Only import adds the column: the tables of net-sentinel are without.
    if random.chance(40) {
        connection.execute_batch("ALTER TABLE ip_events DROP COLUMN tcp_flags").expect("a column less");
    }
}

fn timestamp(random: &mut Random) -> String {
    let (day, hour, minute, second) = (9 + random.below(4), random.below(24), random.below(3) * 20, random.below(3) * 30);
    match *random.pick(&FORMS) {
        _ if random.chance(2) => "junk".to_owned(),
        " " => format!("2026-03-{day:02} {hour:02}:{minute:02}:{second:02}"),
        "minutes" => format!("2026-03-{day:02}T{hour:02}:{minute:02}"),
        end => format!("2026-03-{day:02}T{hour:02}:{minute:02}:{second:02}{end}"),
    }
}
