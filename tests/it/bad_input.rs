//! Bad databases, bad flags, bad configuration: a clear error, an exit status that says so, and nothing lost.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use net_scout_tests::harness::{DATABASE, NOW, Run, SMALL_ALERTS, SMALL_SINCE, Scene, add_event, skipped};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;
use rusqlite::Connection;

/// A line that `import` reads.
const LINE: &str = "Mar 11 20:00:00 fw kernel: DROP IN=eth0 OUT= SRC=192.0.2.1 DST=198.51.100.1 PROTO=TCP SPT=40000 DPT=22\n";
const SCAN: &[&str] = &["scan"];
const DRY: &[&str] = &["scan", "--dry-run", "--format", "ndjson"];
const ALERTS: &[&str] = &["alerts"];
const MIGRATE: &[&str] = &["migrate"];
const HASH: &[&str] = &["migrate", "--event-hash"];
const IMPORT: &[&str] = &["import", "line.log"];

/// Every file in the folder with its bytes.
fn contents(scene: &Scene) -> Vec<(String, Vec<u8>)> {
    let read = |name: String| {
        let bytes = fs::read(scene.path(&name)).unwrap_or_default();
        (name, bytes)
    };
    scene.files().into_iter().map(read).collect()
}

/// Checks that each command fails with this message and leaves every file as it is.
#[track_caller]
fn fails(scene: &Scene, commands: &[&[&str]], code: i32, error: &str) {
    fs::write(scene.path("line.log"), LINE).expect("a log");
    let before = contents(scene);
    for words in commands {
        let run = scene.run(words);
        run.ended(code, &format!("error: {error}"));
        assert_eq!(run.stdout, "", "{words:?}");
        assert!(contents(scene) == before, "{words:?} changed a file: {:?}", scene.files());
    }
}

#[test]
fn no_database() {
    let error = "no database at ./net_sentinel.db: name it with --db-path or NET_SCOUT_DB_PATH, or make one from firewall logs with \
                 `net-scout import`";
    fails(&Scene::new(), &[SCAN, DRY, ALERTS, MIGRATE, HASH], 1, error);
    let error = error.replace("./net_sentinel.db", "/no/such/folder/a.db");
    fails(&Scene::new(), &[&["scan", "--db-path", "/no/such/folder/a.db"]], 1, &error);
}

#[test]
fn no_sqlite_database() {
    let all = [SCAN, DRY, ALERTS, MIGRATE, HASH, IMPORT];
    let scene = Scene::new();
    fs::write(scene.path(DATABASE), "time,src_ip,dst_ip\n".repeat(100)).expect("a file");
    fails(&scene, &all, 1, "./net_sentinel.db is no SQLite database: its first bytes are not those of one");
    fs::write(scene.path(DATABASE), "SQLite format 3\0").expect("a file");
    fails(&scene, &all, 1, "./net_sentinel.db is no SQLite database: it has only 16 bytes");
    fs::remove_file(scene.path(DATABASE)).expect("removed");
    fs::create_dir(scene.path(DATABASE)).expect("a folder");
    fails(&scene, &all, 1, "./net_sentinel.db is no SQLite database: it is a folder");
    fails(&scene, &[&["scan", "--db-path", "/dev/null"]], 1, "/dev/null is no SQLite database: it is no regular file");
}

#[test]
fn a_truncated_database() {
    let scene = Scene::small();
    let whole = scene.bytes();
    for length in [whole.len() / 2, whole.len() - 1, 4096] {
        fs::write(scene.path(DATABASE), &whole[..length]).expect("a file");
        let error = format!(
            "./net_sentinel.db is damaged: it is truncated, with {length} bytes, fewer than its header says; restore a backup, or save what can be read with \
             `sqlite3 ./net_sentinel.db .recover`"
        );
        fails(&scene, &[SCAN, DRY, ALERTS, MIGRATE, HASH, IMPORT], 1, &error);
    }
}

/// A page of the event table is overwritten. The file is damaged, so only a scan that writes nothing leaves it as it is.
#[test]
fn a_damaged_database() {
    let scene = Scene::small();
    let mut bytes = scene.bytes();
    bytes[4096..8192].fill(0xff);
    fs::write(scene.path(DATABASE), bytes).expect("a file");
    let error = "./net_sentinel.db is damaged: database disk image is malformed; restore a backup, or save what can be read with \
                 `sqlite3 ./net_sentinel.db .recover`";
    fails(&scene, &[DRY], 1, error);
    let run = scene.run(SCAN);
    run.ended(1, &format!("error: {error}"));
}

#[test]
fn no_event_table() {
    let scene = Scene::new();
    fs::write(scene.path(DATABASE), "").expect("an empty file");
    fails(&scene, &[SCAN, DRY], 1, "./net_sentinel.db has no table `ip_events`; it has none");
    scene.connect().execute_batch("CREATE TABLE notes (text); CREATE VIEW recent AS SELECT * FROM notes").expect("a database");
    fails(&scene, &[SCAN, DRY], 1, "./net_sentinel.db has no table `ip_events`; it has notes, recent");
    let error = "./net_sentinel.db has no table `ip_events_30`; it has ip_events";
    fails(&Scene::small(), &[&["scan", "--table", "ip_events_30"], &["scan", "--table", "ip_events_30", "--dry-run"]], 1, error);
}

#[test]
fn wrong_columns() {
    let scene = Scene::new();
    scene
        .connect()
        .execute_batch("CREATE TABLE ip_events (id INTEGER PRIMARY KEY, address TEXT, timestamp TEXT)")
        .expect("a database");
    let error = "./net_sentinel.db: table `ip_events` is no net-sentinel event table: it has no column src_ip, src_port, dst_ip, dst_port, \
                 proto, verdict, direction";
    fails(&scene, &[SCAN, DRY], 1, error);
    let scene = Scene::new();
    scene
        .connect()
        .execute_batch("CREATE TABLE ip_events (id INTEGER PRIMARY KEY, ip TEXT, timestamp TEXT)")
        .expect("a database");
    let error = "./net_sentinel.db: table `ip_events` is no net-sentinel event table: it has no column direction, port";
    fails(&scene, &[SCAN, DRY, IMPORT], 1, error);
    let error = "./net_sentinel.db: table `ip_events` is no alert table: it has no column alert_type; choose another with \
                 NET_SCOUT_ALERT_TABLE";
    fails(&Scene::small(), &[&["scan", "--alert-table", "ip_events"], &["migrate", "--alert-table", "ip_events"]], 1, error);
}

/// The bytes of the database and, where there is one, of its log. A process that closes a file loses its locks on it, so this one must not
/// open it.
fn read_by_another_process(scene: &Scene) -> Vec<u8> {
    let output = Command::new("sh")
        .args(["-c", "cat net_sentinel.db net_sentinel.db-wal 2>/dev/null"])
        .current_dir(scene.path(""))
        .output();
    output.expect("cat").stdout
}

/// Another program holds the lock for longer than the timeout.
#[test]
fn a_locked_database() {
    let error = "./net_sentinel.db was locked by another program for longer than 1 s, nothing was written; try again, or wait longer with \
                 --busy-timeout";
    for journal in ["WAL", "DELETE"] {
        let scene = Scene::small();
        fs::write(scene.path("line.log"), LINE).expect("a log");
        let writer = scene.connect();
        writer.pragma_update(None, "journal_mode", journal).expect("a journal");
        writer.execute_batch("BEGIN EXCLUSIVE; UPDATE ip_events SET hit_count = 7 WHERE id = 1").expect("a lock");
        let before = read_by_another_process(&scene);
        std::thread::scope(|scope| {
            for words in [SCAN, MIGRATE, HASH, IMPORT] {
                let mut command = scene.command(&[words, &["--busy-timeout", "1"]].concat());
                let error = &error;
                scope.spawn(move || {
                    let run = Run::of(&mut command);
                    run.ended(1, &format!("error: {error}"));
                    assert!(
                        run.took >= Duration::from_secs(1) && run.took < Duration::from_secs(10),
                        "{words:?} took {:?}",
                        run.took
                    );
                });
            }
        });
        // A writer does not keep readers out of a database with a write-ahead log.
        let run = scene.run(&[DRY, &["--busy-timeout", "1"]].concat());
        if journal == "WAL" {
            assert_eq!((run.code, run.stdout.as_str()), (0, SMALL_ALERTS));
        } else {
            run.ended(1, &format!("error: {error}"));
        }
        assert!(read_by_another_process(&scene) == before, "{journal}: the database was changed");
        writer.execute_batch("COMMIT").expect("a commit");
        assert_eq!(scene.run(&[SCAN, &["--busy-timeout", "1"]].concat()).code, 0);
    }
}

/// A lock that ends in time is waited for.
#[test]
fn a_lock_that_ends() {
    let scene = Scene::small();
    let writer = scene.connect();
    writer.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    let waiting = std::thread::spawn({
        let mut command = scene.command(&["scan", "--format", "ndjson", "--busy-timeout", "20"]);
        move || Run::of(&mut command)
    });
    std::thread::sleep(Duration::from_millis(300));
    writer.execute_batch("COMMIT").expect("a commit");
    let run = waiting.join().expect("a run");
    assert_eq!((run.code, run.lines().len()), (0, 4), "{}", run.stderr);
}

/// The program as a user to whom permissions apply: the tests may run as root, to whom they do not. None, loudly, where that cannot be.
fn as_another_user(scene: &Scene, words: &[&str]) -> Option<Run> {
    let root = fs::metadata("/proc/self").expect("/proc").uid() == 0;
    // What is in the target folder may be out of reach for that user.
    let program = scene.path("net-scout");
    if !program.exists() {
        // By another process: a program that this one has open for writing, if only in a child of another test, cannot be started.
        let copied = Command::new("cp").args([places::binary(), program.clone()]).status().expect("cp");
        assert!(copied.success());
        permit(&program, 0o755);
    }
    let mut command = Command::new(program);
    command
        .args(words)
        .current_dir(scene.path("data"))
        .env_clear()
        .env("NET_SCOUT_NOW", NOW)
        .env("NET_SCOUT_GROUP", "false")
        // Named, for others may write them in some of these tests.
        .env("NET_SCOUT_CONFIG", "net-scout.toml")
        .env("NET_SCOUT_DB_PATH", "./net_sentinel.db")
        .env("NET_SCOUT_CACHE_DIR", "");
    if !root {
        return Some(Run::of(&mut command));
    }
    command.uid(65_534).gid(65_534);
    if let Err(error) = Command::new("/bin/true").uid(65_534).gid(65_534).status() {
        skipped(&format!("root cannot become another user here: {error}"));
        return None;
    }
    Some(Run::of(&mut command))
}

fn permit(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
}

/// A scene whose folder anybody may read. The database is in the folder `data`.
fn readable(fill: impl FnOnce(&Scene)) -> Scene {
    let scene = Scene::small();
    permit(&scene.path(""), 0o755);
    fs::create_dir(scene.path("data")).expect("a folder");
    for file in [DATABASE, "net-scout.toml"] {
        fs::rename(scene.path(file), scene.path("data").join(file)).expect("moved");
    }
    fs::write(scene.path("data/line.log"), LINE).expect("a log");
    fill(&scene);
    scene
}

fn data(scene: &Scene) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(scene.path("data"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file")))
        .collect();
    files.sort();
    files
}

/// Neither the file, nor the folder, nor one of the two: nothing is written, nothing is left behind, and looking works all the same.
#[test]
fn a_database_that_may_only_be_read() {
    for (file, folder, reason) in [
        (0o444, 0o555, "this user may only read it"),
        (0o444, 0o777, "this user may only read it"),
        (0o666, 0o555, "attempt to write a readonly database"),
    ] {
        for journal in ["WAL", "DELETE"] {
            let scene = readable(|scene| {
                let database = scene.path("data").join(DATABASE);
                let connection = Connection::open(&database).expect("a database");
                connection.pragma_update(None, "journal_mode", journal).expect("a journal");
                drop(connection);
                permit(&database, file);
                permit(&scene.path("data"), folder);
            });
            let before = data(&scene);
            let error = format!(
                "error: ./net_sentinel.db cannot be written ({reason}), nothing was changed; make the file and its folder writable, or look \
                 only with `scan --dry-run`"
            );
            for words in [SCAN, MIGRATE, HASH, IMPORT] {
                let plugins: &[&str] = if words == SCAN { &["--plugins", "../plugins"] } else { &[] };
                let Some(run) = as_another_user(&scene, &[words, plugins].concat()) else { return };
                run.ended(1, &error);
                assert!(data(&scene) == before, "{words:?} {file:o} {folder:o} {journal}: a file was changed");
            }
            let Some(run) = as_another_user(&scene, &[DRY, &["--plugins", "../plugins"]].concat()) else { return };
            run.ended(0, &format!("4 alerts in the events since {SMALL_SINCE}: nothing written (dry run)"));
            assert_eq!(run.stdout, SMALL_ALERTS);
            let Some(run) = as_another_user(&scene, ALERTS) else { return };
            run.ended(0, "no alerts");
            assert!(data(&scene) == before, "{file:o} {folder:o} {journal}: looking left something behind");
            permit(&scene.path("data"), 0o755);
        }
    }
}

#[test]
fn a_database_that_may_not_even_be_read() {
    let scene = readable(|scene| permit(&scene.path("data").join(DATABASE), 0o000));
    let error = "error: failed to open ./net_sentinel.db: Permission denied (os error 13)";
    for words in [SCAN, DRY, ALERTS, MIGRATE, IMPORT] {
        let Some(run) = as_another_user(&scene, words) else { return };
        run.ended(1, error);
    }
}

#[test]
fn a_folder_in_which_no_database_can_be_made() {
    let scene = readable(|scene| permit(&scene.path("data"), 0o555));
    let Some(run) = as_another_user(&scene, &["import", "--db-path", "new.db", "line.log"]) else { return };
    run.ended(1, "error: importing line.log stopped: failed to open new.db: unable to open database file: new.db");
    permit(&scene.path("data"), 0o755);
}

/// Changes that are still in the log of a writer that is there are seen, and only by those who can read the log.
#[test]
fn a_log_with_changes_in_a_folder_that_may_only_be_read() {
    let scene = readable(|_| ());
    let database = scene.path("data").join(DATABASE);
    let writer = Connection::open(&database).expect("a database");
    add_event(&writer, "2026-03-11T20:25:11Z", "192.0.2.3", 1, "198.51.100.2", 22);
    permit(&scene.path("data"), 0o555);
    let before = data(&scene);
    let Some(run) = as_another_user(&scene, &[DRY, &["--plugins", "../plugins"]].concat()) else { return };
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.lines()[0]["evidence"]["total_conns"], 211);
    assert!(data(&scene) == before, "looking left something behind");

    // The writer was killed: its log is there, but not the file that SQLite needs to read it.
    permit(&scene.path("data"), 0o755);
    fs::copy(&database, scene.path("data/killed.db")).expect("a copy");
    fs::copy(scene.path("data/net_sentinel.db-wal"), scene.path("data/killed.db-wal")).expect("a copy");
    permit(&scene.path("data"), 0o555);
    let before = data(&scene);
    let run =
        as_another_user(&scene, &[DRY, &["--plugins", "../plugins", "--db-path", "killed.db"]].concat()).expect("as before");
    run.ended(
        1,
        "error: failed to open killed.db: unable to open database file (its write-ahead log can only be read where a file beside it can be \
         made: make the folder writable)",
    );
    assert!(data(&scene) == before, "a file was changed");
    permit(&scene.path("data"), 0o755);
}

/// A dry run beside a writable database leaves nothing there either, whether or not a writer is at work.
#[test]
fn a_dry_run_leaves_nothing_behind() {
    let scene = Scene::small();
    let before = contents(&scene);
    for words in [DRY, ALERTS] {
        assert_eq!(scene.run(words).code, 0);
        assert!(contents(&scene) == before, "{words:?} left {:?}", scene.files());
    }
    let writer = scene.connect();
    add_event(&writer, "2026-03-11T20:25:11Z", "192.0.2.3", 1, "198.51.100.2", 22);
    let (before, log) = (scene.files(), fs::read(scene.path("net_sentinel.db-wal")).expect("a log"));
    assert_eq!(scene.run(DRY).lines()[0]["evidence"]["total_conns"], 211);
    assert_eq!(scene.files(), before);
    assert!(fs::read(scene.path("net_sentinel.db-wal")).expect("a log") == log, "the log was changed");
}

const FORMS: &str = "write a duration back from now (1 hour, 30 minutes, 24h, 90m, 7 days, 2w), a date (2026-03-11), or a date and time, UTC \
                     unless it says otherwise (2026-03-11T20:35:00Z)";
const HELP: &str = "\n\nFor more information, try '--help'.";

#[test]
fn wrong_flags() {
    let scene = Scene::small();
    for (words, error) in [
        (&["scan", "--since", "nonsense"][..], format!("since (from --since): `nonsense` is not a time; {FORMS}")),
        (&["scan", "--since", ""], format!("since (from --since): `` is not a time; {FORMS}")),
        (&["scan", "--since", "60"], format!("since (from --since): `60` is not a time; {FORMS}")),
        (
            &["scan", "--since", "1 month"],
            format!(
                "since (from --since): `1 month` is not a time (months and years differ in length: use days or weeks); {FORMS}"
            ),
        ),
        (&["scan", "--since", "0h"], format!("since (from --since): `0h` is not a time (a duration must be positive); {FORMS}")),
        (&["scan", "--until", "2026-02-30"], format!("--until: `2026-02-30` is not a time; {FORMS}")),
        (&["alerts", "--since", "soon"], format!("--since: `soon` is not a time; {FORMS}")),
        (
            &["scan", "--since", "2026-03-11", "--until", "2026-03-11"],
            "the window is empty: it begins at 2026-03-11T00:00:00Z and ends at 2026-03-11T00:00:00Z".to_owned(),
        ),
        (
            &["scan", "--format", "xml"],
            format!("invalid value 'xml' for '--format <FORMAT>'\n  [possible values: table, json, ndjson, csv]{HELP}"),
        ),
        (
            &["scan", "--max-alerts", "-1"],
            "max_alerts_per_run: `-1` (from --max-alerts) is not a whole number from 0 to 1000000".to_owned(),
        ),
        (
            &["scan", "--max-alerts", "many"],
            "max_alerts_per_run: `many` (from --max-alerts) is not a whole number from 0 to 1000000".to_owned(),
        ),
        (
            &["scan", "--busy-timeout", "-1"],
            "busy_timeout: `-1` (from --busy-timeout) is not a whole number from 0 to 3600".to_owned(),
        ),
        (
            &["scan", "--table", "ip_events; DROP TABLE ip_events"],
            "table: `ip_events; DROP TABLE ip_events` (from --table) is not a table name of letters, digits and underscores"
                .to_owned(),
        ),
        (
            &["alerts", "--alert-table", "\u{1b}[2J"],
            "alert_table: `\\u{1b}[2J` (from --alert-table) is not a table name of letters, digits and underscores".to_owned(),
        ),
        (
            &["scan", "--log-level", "loud"],
            "log_level: `loud` (from --log-level) is not one of off, error, warn, info, debug, trace".to_owned(),
        ),
        (
            &["scan", "--log-file", "/no/such/folder/a.log"],
            "log_file: /no/such/folder/a.log cannot be opened: No such file or directory (os error 2)".to_owned(),
        ),
        (
            &["scan", "--set", "typo"],
            format!(
                "invalid value 'typo' for '--set <RULE.PARAMETER=VALUE>': write RULE.PARAMETER=VALUE, such as \
                 vertical_scan.ports_threshold=20{HELP}"
            ),
        ),
        (
            &["scan", "--set", "vertical_scan.port_threshold=20"],
            "rule vertical_scan has no parameter `port_threshold` (from --set); it has counts_everything, ports_threshold"
                .to_owned(),
        ),
        (
            &["scan", "--set", "vertical_scan.ports_threshold=many"],
            "vertical_scan.ports_threshold (from --set): `many` is not a whole number from 0 to 65536".to_owned(),
        ),
        (
            &["scan", "--set", "vertical_scan.ports_threshold=65537"],
            "vertical_scan.ports_threshold (from --set): `65537` is not a whole number from 0 to 65536".to_owned(),
        ),
        (
            &["scan", "--set", "horizontal_scan.count=packets"],
            "horizontal_scan.count (from --set): `packets` is not one of rows, hits".to_owned(),
        ),
        (
            &["alerts", "--min-score", "101"],
            format!("invalid value '101' for '--min-score <0-100>': 101 is not in 0..=100{HELP}"),
        ),
        (&["alerts", "--limit", "-1"], format!("invalid value '-1' for '--limit <N>': -1 is not in 0..=4294967295{HELP}")),
        (
            &["import", "--default-verdict", "maybe", "a.log"],
            format!("invalid value 'maybe' for '--default-verdict <VERDICT>'\n  [possible values: drop, accept, none]{HELP}"),
        ),
        (
            &["import", "--utc-offset", "2h", "a.log"],
            format!(
                "invalid value '2h' for '--utc-offset <ZONE>': `2h` is not a known zone: write an offset such as +02:00, a name such as \
                 Europe/Berlin, or local{HELP}"
            ),
        ),
        (&["scan", "extra"], format!("unexpected argument 'extra' found\n\nUsage: net-scout scan [OPTIONS]{HELP}")),
        (&["frobnicate"], format!("unrecognized subcommand 'frobnicate'\n\nUsage: net-scout [OPTIONS] <COMMAND>{HELP}")),
        (
            &["scan", "--config", "missing.toml"],
            "the configuration file missing.toml cannot be read: No such file or directory (os error 2)".to_owned(),
        ),
        (
            &["scan", "--config", "plugins"],
            "the configuration file plugins cannot be read: Is a directory (os error 21)".to_owned(),
        ),
    ] {
        fails(&scene, &[words], 2, &error);
    }
}

#[test]
fn wrong_environment() {
    let scene = Scene::small();
    for (name, value, error) in [
        ("NET_SCOUT_DEFAULT_SINCE", "never", format!("since (from NET_SCOUT_DEFAULT_SINCE): `never` is not a time; {FORMS}")),
        (
            "NET_SCOUT_MAX_ALERTS_PER_RUN",
            "1e3",
            "max_alerts_per_run: `1e3` (from NET_SCOUT_MAX_ALERTS_PER_RUN) is not a whole number from 0 to 1000000".to_owned(),
        ),
        (
            "NET_SCOUT_VERTICAL_PORTS_THRESHOLD",
            "-5",
            "vertical_scan.ports_threshold (from NET_SCOUT_VERTICAL_PORTS_THRESHOLD): `-5` is not a whole number from 0 to 65536"
                .to_owned(),
        ),
        (
            "NET_SCOUT_NOW",
            "1 hour",
            "now: `1 hour` (from NET_SCOUT_NOW) is not an instant such as 2026-03-11T20:35:00Z".to_owned(),
        ),
    ] {
        let before = contents(&scene);
        Run::of(scene.command(SCAN).env(name, value)).ended(2, &format!("error: {error}"));
        assert!(contents(&scene) == before, "{name} changed a file");
    }
}

#[test]
fn wrong_configuration_file() {
    let keys = "db_path, table, alert_table, plugins, local_networks, correct_directions, since, group, builtin_roles, max_alerts_per_run, quiet_hours, busy_timeout, cache_dir, log_level, log_file, now, \
                max_enrich_per_run, enrichment_sleep, enrichment_burst, enrichment_parallel, enrichment_timeout, dns_servers, \
                limits.cpu_seconds, limits.wall_seconds, limits.query_seconds, limits.memory_mib, limits.lookup_memory_mib, \
                limits.table_elements, limits.instances, limits.host_calls, limits.argument_mib, limits.passed_mib, limits.rows, \
                limits.result_mib, limits.alerts, limits.evidence_kib, limits.rule_evidence_mib, limits.evidence_seconds, limits.describe_seconds, limits.compile_seconds, \
                limits.compile_mib, limits.component_mib, limits.stack_kib, limits.scan_seconds, limits.window_mib, [rules.RULE], [enrichers.ENRICHER], [limits.PLUGIN], \
                [grants.PLUGIN], [directories] and [[allow]]";
    let scene = Scene::small();
    for (toml, error) in [
        ("db_pth = 'a.db'", format!("net-scout.toml: key `db_pth` is not known; there are {keys}")),
        ("[limits]\ncpu = 3", format!("net-scout.toml: key `limits.cpu` is not known; there are {keys}")),
        ("[limit]\ncpu_seconds = 3", format!("net-scout.toml: key `limit.cpu_seconds` is not known; there are {keys}")),
        ("table = ['ip_events']", "net-scout.toml: `table` is not a text, a number or a boolean".to_owned()),
        ("[rules.vertical_scan]\nports_threshold = []", "net-scout.toml: `rules.vertical_scan.ports_threshold` is not a text, a number or a boolean".to_owned()),
        ("[limits]\nmemory_mib = 0", "limits.memory_mib: `0` (from net-scout.toml) is not a whole number from 1 to 4096".to_owned()),
        ("[limits]\ncpu_seconds = 'long'", "limits.cpu_seconds: `long` (from net-scout.toml) is not a number of seconds from 0.01 to 3600".to_owned()),
        ("[rules.vertical_scan]\nports = 3", "rule vertical_scan has no parameter `ports` (from net-scout.toml); it has counts_everything, ports_threshold".to_owned()),
        (
            "since = ",
            "net-scout.toml: TOML parse error at line 1, column 9\n  |\n1 | since = \n  |         ^\nstring values must be quoted, expected literal \
             string"
                .to_owned(),
        ),
    ] {
        scene.configure(toml);
        fails(&scene, &[SCAN], 2, &error);
    }
}

/// A rule that is not installed may well stand in the configuration; it is only pointed out.
#[test]
fn parameters_of_a_rule_that_is_not_there() {
    let scene = Scene::small();
    let run = scene.run(&[DRY, &["--set", "horizontal_scam.count=hits"]].concat());
    run.ended(
        0,
        &format!(
            "warning: parameters are set for rule horizontal_scam, which is not loaded\n\
             4 alerts in the events since {SMALL_SINCE}: nothing written (dry run)"
        ),
    );
    assert_eq!(run.stdout, SMALL_ALERTS);
}

/// An old layout without an index on the timestamp is read all the same, and the operator hears why it is slow.
#[test]
fn no_index_on_the_timestamp() {
    let scene = Scene::with_events(Layout::V2, |_| ());
    scene.connect().execute_batch("DROP INDEX ip_events_timestamp").expect("dropped");
    scene.run(&["scan", "--dry-run"]).ended(
        0,
        &format!(
            "warning: table ip_events has no index on timestamp, so every scan reads all of it\n\
             0 alerts in the events since {SMALL_SINCE}: nothing written (dry run)"
        ),
    );
}
