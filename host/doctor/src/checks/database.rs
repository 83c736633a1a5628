//! Whether the database is there, whole, and can be read and written.

use std::os::unix::fs::MetadataExt as _;

use crate::answer::{Answer, Outcome, Unknown};
use crate::facts::Facts;
use crate::words::{size, word};
use net_scout_model::counted;
use net_scout_store::{DatabaseError, own_visible_obstacle, room};

/// With less room than this, in bytes, or than a hundredth of all, a disk is nearly full.
const ROOM: u64 = 512 << 20;
/// Everybody may write.
const BY_OTHERS: u32 = 0o002;
/// Only who owns a file in the folder may rename it.
const STICKY: u32 = 0o1000;

fn path(facts: &Facts<'_>) -> String {
    word(&facts.of.options.scan.database.path.display().to_string())
}

/// It is there and can be read.
pub(super) fn there(facts: &Facts<'_>) -> Outcome {
    Ok(match facts.database() {
        Ok(opened) => {
            let bytes = opened.database.bytes()?;
            Answer::good(format!("{}, {}", facts.of.options.scan.database.path.display(), size(bytes)))
        }
        Err(error) => {
            let fix = match error {
                DatabaseError::NotFound { .. } => "net-scout setup, or name it with --db-path".to_owned(),
                DatabaseError::Damaged { .. } => format!("sqlite3 {} .recover | sqlite3 recovered.db", path(facts)),
                DatabaseError::NotADatabase { .. } => "name the database with --db-path".to_owned(),
                DatabaseError::Locked { .. } => format!("fuser -v {}", path(facts)),
                _ => format!("ls -l {}", path(facts)),
            };
            Answer::wrong(error.fact(), fix)
        }
    })
}

/// SQLite finds nothing wrong with it.
pub(super) fn integrity(facts: &Facts<'_>) -> Outcome {
    let faults = &facts.opened()?.faults;
    Ok(match faults.as_deref() {
        None => Answer::note("not looked at: it would take longer than 3 s, or keep net-sentinel waiting", Some(check(facts))),
        Some([]) => Answer::good("quick_check finds nothing"),
        Some([first, ..]) => {
            Answer::wrong(format!("it is damaged: {first}"), format!("sqlite3 {} .recover | sqlite3 recovered.db", path(facts)))
        }
    })
}

fn check(facts: &Facts<'_>) -> String {
    format!("sqlite3 {} 'PRAGMA quick_check'", path(facts))
}

/// This user may write it and its folder, and not everybody may.
pub(super) fn permissions(facts: &Facts<'_>) -> Outcome {
    let path = &facts.of.options.scan.database.path;
    let whole = path.canonicalize().map_err(|_| Unknown("there is no database".to_owned()))?;
    let user = rustix::process::geteuid().as_raw();
    if let Some(obstacle) = own_visible_obstacle(path) {
        return Ok(Answer::wrong(
            format!("user {user} cannot store alerts: {obstacle}"),
            format!(
                "let this user write the file and its folder, or run net-scout as their owner: ls -ld {0} $(dirname {0})",
                word(&whole.display().to_string())
            ),
        ));
    }
    let folder = whole.parent().unwrap_or(&whole);
    for place in [whole.as_path(), folder] {
        let mode = place.metadata()?.mode();
        if mode & BY_OTHERS != 0 && !(place.is_dir() && mode & STICKY != 0) {
            let shown = word(&place.display().to_string());
            return Ok(Answer::wrong(format!("everybody on this machine may write {shown}"), format!("chmod o-w {shown}")));
        }
    }
    let owner = whole.metadata()?.uid();
    Ok(Answer::good(format!("user {user} may write it and its folder; user {owner} owns it")))
}

/// There is room on its disk.
pub(super) fn disk(facts: &Facts<'_>) -> Outcome {
    let room = room(&facts.of.options.scan.database.path);
    let (free, all) = room.ok_or_else(|| Unknown("its file system does not say".to_owned()))?;
    Ok(disk_of(free, all, &path(facts)))
}

fn disk_of(free: u64, all: u64, path: &str) -> Answer {
    let evidence = format!("{} of {} are free", size(free), size(all));
    if free < ROOM.min(all / 20) || free < all / 100 {
        Answer::wrong(
            evidence,
            format!("make room: df -h $(dirname {path}); `net-scout maintain` removes old rows of net-scout's own"),
        )
    } else {
        Answer::good(evidence)
    }
}

/// Its readers and its writer do not wait for each other.
pub(super) fn journal(facts: &Facts<'_>) -> Outcome {
    let database = &facts.opened()?.database;
    let fix = format!("sqlite3 {} 'PRAGMA journal_mode=WAL'", path(facts));
    Ok(if database.has_rollback_journal()? {
        Answer::wrong("it has a rollback journal: net-sentinel and net-scout wait for each other", fix)
    } else {
        Answer::good("write-ahead log: readers and the writer do not wait for each other")
    })
}

/// The tables of net-scout and the service are of this version.
pub(super) fn version(facts: &Facts<'_>) -> Outcome {
    let (opened, own) = (facts.opened()?, facts.of.options.version);
    let status = &opened.status;
    let pending = match opened.database.pending() {
        Ok(pending) => pending,
        Err(error) => return Ok(Answer::wrong(error.to_string(), "net-scout --version; install the later one")),
    };
    if status.running.is_some() && status.service.version != own {
        let running = &status.service.version;
        return Ok(Answer::wrong(format!("the service is net-scout {running}, this is {own}"), "systemctl restart net-scout"));
    }
    Ok(if opened.database.is_fresh()? {
        Answer::note(format!("net-scout {own}; its tables are made by the first scan"), Some("net-scout scan".to_owned()))
    } else if pending > 0 {
        Answer::wrong(
            format!("the tables are of an earlier version: {} did not run", counted(pending, "migration")),
            "net-scout migrate",
        )
    } else {
        Answer::good(format!("net-scout {own}, and its tables are up to date"))
    })
}

/// What alerts are kept in is an alert table.
pub(super) fn alert_table(facts: &Facts<'_>) -> Outcome {
    let opened = facts.opened()?;
    let table = &facts.of.options.scan.database.alert_table;
    if let Err(error) = opened.database.check_alert_table() {
        return Ok(Answer::wrong(error.to_string(), "net-scout config --format json | grep -A2 alert_table"));
    }
    Ok(Answer::good(format!("alerts are kept in {table}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::State;

    #[test]
    fn a_disk_that_is_nearly_full() {
        let state = |free: u64, all: u64| disk_of(free << 20, all << 20, "a.db").of("disk").state;
        assert_eq!(
            (state(10_000, 100_000), state(400, 100_000), state(1_000, 200_000)),
            (State::Good, State::Wrong, State::Wrong)
        );
        assert_eq!((state(400, 1_000), state(40, 1_000)), (State::Good, State::Wrong));
    }
}
