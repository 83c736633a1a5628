//! What must hold for any input whatever: no panic, no hang, no leak. A short run is part of every test run; `cargo xtask fuzz` runs longer.
//!
//! The number of cases is that of the variable `PROPTEST_CASES`. A case that fails is printed as small as it gets, and kept in
//! `host/tests/properties.proptest-regressions`, from where it is tried first the next time.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use net_scout_import::{DefaultVerdict, Format, ImportOptions, ImportReport, LogZone, Mapping, ReadAs, read_log};
use net_scout_lab::plugin_test::scenario::Scenario;
use net_scout_model::time::{parse_moment, parse_timestamp};
use net_scout_model::{Batch, ColumnType, ColumnValues, QueryLimits, Request, Timestamp, Value, Window};
use net_scout_plugin_host::recording::Recording;
use net_scout_plugin_host::{CodeCache, Lock, PluginEngine, PluginLimits, load_file};
use net_scout_store::{ReadGrant, ScratchDatabase, Snapshot, SnapshotOptions, Wanted};
use net_scout_tests::places;
use proptest::prelude::*;
use proptest::sample::select;

const NOW: Timestamp = Timestamp(1_773_261_311_000_000);
/// What stands in everything that the rule was not granted.
const SECRET: &str = "s3cr3t";

/// Waits for something that is asynchronous.
fn wait<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| tokio::runtime::Runtime::new().expect("a runtime"));
    RUNTIME.block_on(future)
}

/// A change of some bytes: where, as a part of the length, and what.
#[derive(Clone, Debug)]
enum Change {
    Flip(f64, u8),
    Set(f64, u8),
    Cut(f64),
    Remove(f64, usize),
    Repeat(f64, usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (0.0..1.0, 0_u8..8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        4 => (0.0..1.0, any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        1 => (0.0..1.0).prop_map(Change::Cut),
        2 => (0.0..1.0, 1_usize..64).prop_map(|(at, length)| Change::Remove(at, length)),
        2 => (0.0..1.0, 1_usize..64).prop_map(|(at, length)| Change::Repeat(at, length)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        let place = |at: f64| ((length as f64 * at) as usize).min(length - 1);
        match *change {
            Change::Flip(at, bit) => bytes[place(at)] ^= 1 << bit,
            Change::Set(at, byte) => bytes[place(at)] = byte,
            Change::Cut(at) => bytes.truncate(place(at)),
            Change::Remove(at, some) => drop(bytes.drain(place(at)..(place(at) + some).min(length))),
            Change::Repeat(at, some) => {
                let part = bytes[place(at)..(place(at) + some).min(length)].to_vec();
                bytes.splice(place(at)..place(at), part);
            }
        }
    }
    bytes
}

/// Texts that look like what somebody would write, and others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,80}", "[0-9TZ:+. -]{0,40}", "[0-9]{1,20} ?(seconds?|minutes?|hours?|days?|weeks?|[smhdw]|x)", ".{0,200}"]
}

static ENGINE: LazyLock<PluginEngine> = LazyLock::new(|| {
    let stack = PluginLimits::default().common.stack;
    let engine = PluginEngine::new(CodeCache::new(None), stack, |_, _| ()).expect("an engine");
    engine.with_compiler(PathBuf::from(env!("CARGO_BIN_EXE_net-scout")))
});

/// A good component.
static COMPONENT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let path = places::test_guests().join("counter.wasm");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{} ({error}): run `cargo xtask test`, which builds it", path.display()))
});

/// Fewer cases, each of which starts the compiler.
fn few() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases.div_ceil(4), ..config }
}

proptest! {
    #![proptest_config(few())]

    /// A component that was changed anywhere is loaded or refused, in time.
    #[test]
    fn changed_components(changes in prop::collection::vec(change(), 1..6)) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("changed.wasm");
        std::fs::write(&path, changed(COMPONENT.clone(), &changes)).expect("a file");
        let mut limits = PluginLimits::default();
        for (limit, value) in [("describe_seconds", "0.5"), ("compile_seconds", "20"), ("memory_mib", "16")] {
            limits.common.set(limit, value).expect(limit);
        }
        let begun = Instant::now();
        if let Ok(plugins) = wait(load_file(&ENGINE, &path, &limits)) {
            prop_assert_eq!(plugins.each().count(), 1);
        }
        prop_assert!(begun.elapsed() < Duration::from_secs(60));
    }

    /// A file that was never a component is refused, and so is the empty one, which is the shortest of all and of another world.
    #[test]
    fn made_up_components(mut bytes in prop::collection::vec(any::<u8>(), 0..200), has_header in any::<bool>()) {
        if has_header {
            bytes.splice(0..0, *b"\0asm\x0d\0\x01\0");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("made_up.wasm");
        std::fs::write(&path, &bytes).expect("a file");
        prop_assert!(wait(load_file(&ENGINE, &path, &PluginLimits::default())).is_err());
    }
}

/// Two tables, of which a rule may read two columns of one. All else holds the secret.
static DATABASE: LazyLock<ScratchDatabase> = LazyLock::new(|| {
    let row = |index: i64| {
        let text = |column: &str, text: &str| (column.to_owned(), Value::Text(text.to_owned()));
        vec![
            text("timestamp", "2026-03-11T20:00:00Z"),
            text("src_ip", &format!("192.0.2.{index}")),
            ("dst_port".to_owned(), Value::Integer(index)),
            text("dst_ip", SECRET),
            text("in_if", SECRET),
            text("country", SECRET),
            text("proto", SECRET),
        ]
    };
    let database = ScratchDatabase::new((0..20).map(row)).expect("a database");
    let connection = rusqlite::Connection::open(database.path()).expect("a database");
    let table = format!("CREATE TABLE secrets (secret TEXT); INSERT INTO secrets VALUES ('{SECRET}')");
    connection.execute_batch(&table).expect("a table");
    database
});

/// Pieces of SQL. Of what they make many queries are sound, and the others nearly.
const WORDS: &str = "SELECT|FROM|WHERE|GROUP BY|ORDER BY|HAVING|LIMIT 5|UNION ALL|WITH x AS (|)|(|,|*|events|alerts|secrets|main.ip_events|\
    ip_events|main.secrets|temp.events|sqlite_schema|pragma_table_info('secrets')|src_ip|dst_port|dst_ip|in_if|country|proto|rowid|secret|\
    e.*|events e|JOIN|NATURAL JOIN|USING (src_ip)|USING (dst_ip)|ON 1|1|?1|'x'|=|<>|LIKE '%s%'|IN (SELECT secret FROM secrets)|count(*)|\
    group_concat(dst_ip)|max(in_if)|json_group_array(proto)|AS|x|ATTACH 'a' AS b|PRAGMA|INSERT INTO|DELETE FROM|DROP TABLE|--|;|/*|*/|\
    load_extension('x')|readfile('/etc/passwd')|\"events\"|[events]|CASE WHEN 1 THEN dst_ip END|coalesce(dst_ip, 1)|EXISTS|NOT|NULL|\
    OVER ()|row_number() OVER (ORDER BY dst_ip)|EXPLAIN|VALUES (1)|RECURSIVE|CAST(dst_ip AS INTEGER)";

fn sql() -> impl Strategy<Value = String> {
    let word = || select(WORDS.split('|').map(str::trim).collect::<Vec<_>>());
    let loose = prop::collection::vec(word(), 1..14).prop_map(|words| words.join(" "));
    let framed = (prop::collection::vec(word(), 1..4), prop::collection::vec(word(), 0..6))
        .prop_map(|(columns, rest)| format!("SELECT {} FROM events {}", columns.join(", "), rest.join(" ")));
    prop_oneof![loose, framed, "SELECT \\PC{0,60}"]
}

fn holds_secret(batch: &Batch) -> bool {
    batch.columns.iter().any(|column| match &column.values {
        ColumnValues::Texts(texts) => texts.dictionary.iter().any(|text| text.contains(SECRET)),
        _ => false,
    })
}

/// What a query of a rule gives that may read two columns of `events`.
async fn answer(sql: &str, columns: usize) -> Vec<Batch> {
    let options = SnapshotOptions {
        path: DATABASE.path().to_owned(),
        table: "ip_events".to_owned(),
        alert_table: "scout_alerts".to_owned(),
        directions: None,
        window: Window { since: Timestamp(0), until: None, now: NOW },
        busy_timeout: Duration::from_secs(1),
        readers: 1,
    };
    // Other rules asked for more: it is in memory too.
    let wanted = Wanted {
        kept: None,
        columns: &["src_ip", "dst_ip", "dst_port", "proto", "in_if", "country"],
        alerts: true,
        threads: 1,
        window_bytes: 1 << 24,
        deadline: Instant::now() + Duration::from_secs(60),
    };
    let snapshot = Snapshot::take(&options, &wanted).expect("a snapshot");
    assert!(snapshot.kept_window().is_ok());
    let mut grant = ReadGrant::default();
    grant.allow("events", ["src_ip", "dst_port"]);
    let limits = QueryLimits { time: Duration::from_secs(2), rows: 1_000, bytes: 1 << 20 };
    let mut batches = Vec::new();
    let types = vec![ColumnType::Text; columns];
    if let Ok(mut rows) = snapshot.query(sql.to_owned(), Vec::new(), types, Arc::new(grant), limits, None).await {
        while let Ok(Some(batch)) = rows.next().await {
            batches.push(batch);
        }
    }
    batches
}

/// A line of a firewall's log, or nearly one.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let field = prop_oneof![
        "(SRC|DST)=[0-9]{1,3}(\\.[0-9]{1,3}){3}",
        "(SRC|DST)=[0-9a-f:]{2,39}",
        "(SPT|DPT)=[0-9]{1,6}",
        "PROTO=(TCP|UDP|ICMP|ICMPv6|[0-9]{1,3}|\\PC{0,5})",
        "(IN|OUT|MAC|LEN|TTL|ID)=[a-z0-9:]{0,12}",
        "(SYN|ACK|DF|RES=0x00|URGP=0)"
    ];
    let date = prop_oneof![
        "Mar [ 0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]",
        "2026-03-1[0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](Z|\\+02:00)?"
    ];
    let prefix = "kernel: (\\[ ?[0-9]{1,6}\\.[0-9]{6}\\] )?\\[?(UFW BLOCK|DROP|ACCEPT|UFW AUDIT|x)\\]?:? ?";
    let parts = (date, prefix, prop::collection::vec(field, 0..12), prop::collection::vec(change(), 0..3));
    parts.prop_map(|(date, prefix, fields, changes)| {
        changed(format!("{date} host {prefix} {}", fields.join(" ")).into_bytes(), &changes)
    })
}

/// The logs of all formats that the tests of the program read.
static LOGS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = std::fs::read_dir(places::root().join("tests/logs")).expect("logs");
    folder.map(|entry| std::fs::read(entry.expect("a log").path()).expect("a log")).collect()
});

/// One of these logs with changes, or two of them after each other.
fn log() -> impl Strategy<Value = Vec<u8>> {
    let some = || (select((0..LOGS.len()).collect::<Vec<_>>()), prop::collection::vec(change(), 0..6));
    let one = |(log, changes): (usize, Vec<Change>)| changed(LOGS[log].clone(), &changes);
    prop_oneof![3 => some().prop_map(one), 1 => (some(), some()).prop_map(move |(first, second)| [one(first), one(second)].concat())]
}

fn read_as() -> impl Strategy<Value = ReadAs> {
    let pairs = ["time=start", "src_ip=source", "dst_ip=destination", "proto=protocol", "verdict=action"];
    let mapping = Mapping::new(pairs.into_iter().map(|pair| Mapping::parse(pair).expect("a pair")).collect()).expect("a mapping");
    let mut ways = vec![ReadAs::Detected, ReadAs::Csv(mapping.clone()), ReadAs::Ndjson(mapping.clone()), ReadAs::Table(mapping)];
    ways.extend(Format::ALL.iter().copied().filter(|format| !format.is_table()).map(ReadAs::Format));
    select(ways)
}

/// A lock, or nearly one.
fn lock() -> impl Strategy<Value = String> {
    let grant = select(vec![
        "dns = [\"PTR *.arpa\"]",
        "exec = [\"whois {ip}\", \"a  b\"]",
        "state = [\"1024\"]",
        "state = [\"-1\"]",
        "table = [\"events a,b\"]",
    ]);
    let limit = "(cpu_seconds = \"[0-9]{1,5}\"|memory_mib = \"[0-9]{1,5}\"|x = \"1\")";
    let plugin = ("[a-z_]{1,8}", "[0-9a-f]{64}", prop::collection::vec(grant, 0..3), prop::collection::vec(limit, 0..2));
    prop::collection::vec(plugin, 0..4).prop_map(|plugins| {
        let text = plugins.into_iter().map(|(name, hash, grants, limits)| {
            format!(
                "[[plugin]]\nname = \"{name}\"\nfile = \"{name}.wasm\"\nversion = \"1\"\nsha256 = \"{hash}\"\nimports = []\n\
                 [plugin.grants]\n{}\n[plugin.limits]\n{}\n",
                grants.join("\n"),
                limits.join("\n")
            )
        });
        text.collect()
    })
}

proptest! {
    /// Whatever a rule asks, it learns nothing of what it was not granted, and changes nothing.
    #[test]
    fn the_gate(sql in sql(), columns in 1_usize..4) {
        let before = std::fs::read(DATABASE.path()).expect("a database");
        let batches = wait(answer(&sql, columns));
        prop_assert!(!batches.iter().any(holds_secret), "{sql}");
        prop_assert!(std::fs::read(DATABASE.path()).expect("a database") == before, "{sql}");
    }

    /// What is read as a moment is one, and says the same when it is written and read again.
    #[test]
    fn moments(text in text()) {
        if let Ok(moment) = parse_moment(&text, NOW) {
            prop_assert!((Timestamp::MINIMUM..=Timestamp::MAXIMUM).contains(&moment), "{text}: {moment}");
            prop_assert_eq!(parse_timestamp(&moment.to_string()), Some(moment), "{}", text);
        }
    }

    /// So many of a unit back.
    #[test]
    fn durations(count in 1_i64..500, unit in select(vec![("minutes", 60), ("m", 60), ("hours", 3_600), ("h", 3_600), ("days", 86_400), ("w", 604_800)])) {
        let (name, seconds) = unit;
        let moment = parse_moment(&format!("{count} {name}"), NOW);
        prop_assert_eq!(moment, Ok(Timestamp(NOW.0 - count * seconds * 1_000_000)));
    }

    /// A log of anything, read as anything: every line that is not blank is an event, tells of something else, or is named as unreadable, and
    /// what is kept is sound.
    #[test]
    fn logs(
        lines in prop::collection::vec(prop_oneof![line(), text().prop_map(String::into_bytes), prop::collection::vec(any::<u8>(), 0..200)], 0..20),
        log in log(),
        is_log in any::<bool>(),
        from in read_as(),
    ) {
        let options = ImportOptions { default_verdict: DefaultVerdict::Drop, now: NOW, zone: LogZone::UTC, local_networks: None };
        let (mut report, mut rows) = (ImportReport::default(), Vec::new());
        let mut keep = |batch: net_scout_import::Batch| -> Result<(), String> {
            rows.extend(batch.rows);
            Ok(())
        };
        let text = if is_log { log } else { lines.join(&b'\n') };
        let read = read_log(&mut Cursor::new(text), &from, &options, &mut keep, &mut report);
        let is_table = matches!(from, ReadAs::Csv(_) | ReadAs::Table(_));
        if read.is_err() {
            // A table without the columns that it needs.
            prop_assert!(is_table && report.lines == 1 && report.events == 0, "{read:?}");
            return Ok(());
        }
        prop_assert!(report.unreadable <= report.lines && report.others.values().sum::<u64>() <= report.lines);
        prop_assert_eq!(report.formats.values().sum::<u64>(), report.events);
        prop_assert_eq!(rows.iter().map(|row| row.hits).sum::<i64>(), i64::try_from(report.events).expect("few"));
        for row in rows {
            prop_assert!(row.src_ip.parse::<std::net::IpAddr>().is_ok() && row.dst_ip.parse::<std::net::IpAddr>().is_ok());
            prop_assert!(matches!(row.direction, None | Some("INBOUND" | "OUTBOUND")));
            prop_assert!(matches!(row.verdict, None | Some("DROP" | "ACCEPT")));
            prop_assert!(row.tcp_flags.is_none() || row.proto == "TCP");
            prop_assert!((Timestamp::MINIMUM..=Timestamp::MAXIMUM).contains(&row.last));
            prop_assert!(!row.proto.is_empty() && row.proto.len() <= 64);
        }
    }

    /// A lock of anything is read or refused, and one that was read is written and read as the same.
    #[test]
    fn locks(text in prop_oneof![lock(), "\\PC{0,200}"], changes in prop::collection::vec(change(), 0..4)) {
        let bytes = changed(text.into_bytes(), &changes);
        if let Ok(lock) = Lock::parse(&String::from_utf8_lossy(&bytes)) {
            let text = lock.text().expect("TOML");
            prop_assert_eq!(Lock::parse(&text), Ok(lock), "{}", text);
        }
    }

    /// A line of a grant that is read is written as one that is read as the same.
    #[test]
    fn grants(capability in select(vec!["table", "dns", "exec", "http", "files", "state", "x"]), line in "[ -~]{0,60}") {
        if let Ok(request) = Request::parse(capability, &line) {
            prop_assert_eq!(Request::parse(capability, &request.to_string()), Ok(request.clone()), "{}", request);
            let set = BTreeMap::from([("a".to_owned(), "b:1".to_owned())]);
            prop_assert!(request.filled(&set).len() <= 2);
        }
    }

    /// Recordings and scenarios come from strangers.
    #[test]
    fn recordings_and_scenarios(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,200}") {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("strange.scan");
        std::fs::write(&path, &bytes).expect("a file");
        prop_assert!(Recording::open(&path).is_err());
        // Read or refused.
        let _ = Scenario::parse(&text);
    }
}
