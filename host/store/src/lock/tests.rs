//! Locks between connections, processes and users.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::row::SILENT;
use super::*;
use net_scout_model::clock::{Clock as _, FixedClock, SystemClock};
use net_scout_model::{Message, Messages};

const NOW: Timestamp = Timestamp(1_773_261_311_000_000);
const CLOCK: FixedClock = FixedClock(NOW);

fn open(path: &Path) -> Database {
    let mut database = Database::open_or_create(path, "scout_alerts", Duration::from_secs(5)).expect("open");
    database.migrate(NOW).expect("migrate");
    database
}

/// The row says that another process holds the lock.
fn held_by(database: &Database, process: &Process) {
    let values = (&process.machine, &process.boot, &process.pid_space, process.pid, process.started);
    let sql = "UPDATE scout_locks SET machine = ?1, boot = ?2, pid_space = ?3, pid = ?4, started = ?5";
    assert_eq!(database.connection.execute(sql, values).expect("update"), 1);
}

#[test]
fn a_second_service_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let (mut first, mut second) = (open(&path), open(&path));
    let lease = first.try_lock(Lock::Service, "net-scout serve", NOW).expect("write").expect("free");
    let holder = second.try_lock(Lock::Service, "net-scout serve", NOW).expect("write").expect_err("held");
    let (pid, uid) = (std::process::id(), rustix::process::geteuid().as_raw());
    assert_eq!(holder.to_string(), format!("net-scout serve (process {pid}, user {uid}, since 2026-03-11T20:35:11Z)"));
    assert_eq!(second.holder(Lock::Service, NOW).expect("read"), Some(holder));
    // A turn is something else.
    let turn = second.try_lock(Lock::Turn, "net-scout scan", NOW).expect("write").expect("free");
    second.unlock(turn).expect("write");
    first.unlock(lease).expect("write");
    assert_eq!(second.holder(Lock::Service, NOW).expect("read"), None);
    let lease = second.try_lock(Lock::Service, "net-scout serve", NOW).expect("write").expect("free");
    second.unlock(lease).expect("write");
}

#[test]
fn what_a_killed_process_left_is_taken_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut database = open(&folder.path().join("a.db"));
    let lost = database.try_lock(Lock::Service, "net-scout serve", NOW).expect("write").expect("free");
    let mut child = Command::new("sleep").arg("60").spawn().expect("a child");
    held_by(&database, &Process { pid: child.id().cast_signed(), started: 0, ..Process::own() });
    let holder = database.try_lock(Lock::Service, "net-scout serve", NOW).expect("write").expect_err("it lives");
    assert_eq!(holder.pid.unsigned_abs(), child.id());
    child.kill().expect("killed");
    child.wait().expect("an end");
    let lease = database.try_lock(Lock::Service, "net-scout serve", NOW).expect("write").expect("it has ended");
    // What was lost gives nothing back that is another's now.
    assert!(!database.keep_lock(&lost, NOW).expect("write"));
    database.unlock(lost).expect("write");
    assert!(database.keep_lock(&lease, NOW).expect("write"));
    // A machine that was started again has none of its processes any more.
    let own = Process::own();
    held_by(&database, &Process { boot: "before".to_owned(), started: own.started + 1, ..own });
    drop(lease);
    let lease = database.try_lock(Lock::Service, "net-scout serve", NOW).expect("write").expect("it has ended");
    database.unlock(lease).expect("write");
}

#[test]
fn one_that_cannot_be_seen_holds_until_it_is_silent() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut database = open(&folder.path().join("a.db"));
    let lease = database.try_lock(Lock::Turn, "net-scout scan", NOW).expect("write").expect("free");
    let elsewhere = Process { machine: "box".to_owned(), pid_space: "pid:[1]".to_owned(), pid: 7, ..Process::own() };
    held_by(&database, &elsewhere);
    let holder = database.holder(Lock::Turn, NOW.plus(SILENT - 1)).expect("read").expect("held");
    assert!(holder.to_string().starts_with("net-scout scan (process 7, user "), "{holder}");
    assert!(holder.to_string().contains(", on box, since "), "{holder}");
    assert!(database.keep_lock(&lease, NOW.plus(SILENT)).expect("write"));
    assert!(database.holder(Lock::Turn, NOW.plus(2 * SILENT - 1)).expect("read").is_some());
    assert_eq!(database.holder(Lock::Turn, NOW.plus(2 * SILENT)).expect("read"), None);
    database.unlock(lease).expect("write");
}

#[test]
fn patience_ends_and_the_error_says_who_has_the_turn() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let (mut first, mut second) = (open(&path), open(&path));
    let lease = first.try_lock(Lock::Turn, "net-scout serve", NOW).expect("write").expect("free");
    let sink = Messages::default();
    let mut take = |milliseconds| {
        let turn = Turn { what: "net-scout scan", patience: Duration::from_millis(milliseconds) };
        turn.take(&mut second, Lock::Turn, &CLOCK, &sink)
    };
    let error = take(60).expect_err("held").to_string();
    assert!(error.contains("a.db is in use by net-scout serve (process "), "{error}");
    assert_eq!(sink.take(), [], "a short wait is not worth a word");
    // Nobody waits any more.
    assert_eq!(first.holder(Lock::Next, NOW).expect("read"), None);
    take(1_300).expect_err("held");
    let said = sink.take();
    assert!(matches!(&said[..], [Message::Note(text)] if text.starts_with("waiting for net-scout serve (process ")), "{said:?}");
    first.unlock(lease).expect("write");
    let lease = take(0).expect("free");
    // Lookups disturb no scan, and one another.
    let lookups = Turn { what: "net-scout enrich", patience: Duration::ZERO };
    let taken = lookups.take(&mut first, Lock::Lookups, &CLOCK, &sink).expect("free");
    lookups.take(&mut second, Lock::Lookups, &CLOCK, &sink).expect_err("held");
    first.unlock(taken).expect("write");
    second.unlock(lease).expect("write");
}

/// A service that takes one turn after another, and four commands beside it: each gets its turn, and never two have it at once.
#[test]
fn they_take_turns() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    drop(open(&path));
    let (inside, served) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = |database: &mut Database, what: &str, patience| {
        let lease = database.take_lock(Lock::Turn, what, &SystemClock, &mut |_, waited| waited < patience).expect(what);
        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two at once");
        std::thread::sleep(Duration::from_millis(10));
        assert_eq!(inside.fetch_sub(1, Ordering::SeqCst), 1, "two at once");
        database.unlock(lease).expect("write");
    };
    let commands = AtomicUsize::new(4);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut database = open(&path);
            while commands.load(Ordering::SeqCst) > 0 {
                work(&mut database, "net-scout serve", Duration::from_secs(30));
                served.fetch_add(1, Ordering::SeqCst);
            }
        });
        for _ in 0..4 {
            scope.spawn(|| {
                let (mut database, begun) = (open(&path), Instant::now());
                for _ in 0..3 {
                    work(&mut database, "net-scout scan", Duration::from_secs(30));
                }
                assert!(begun.elapsed() < Duration::from_secs(20), "it waited for too long");
                commands.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    assert!(served.load(Ordering::SeqCst) > 0);
    assert_eq!(open(&path).holder(Lock::Turn, SystemClock.now()).expect("read"), None);
}
