//! Looks for what net-scout reads and uses.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::{Found, FoundDatabase, Places, machine};
use net_scout_model::{Networks, parse_address};
use net_scout_store::layout::Layout;
use net_scout_store::{Database, DatabaseOptions, not_the_database};

const DATABASE: &str = "net_sentinel.db";
/// Folders in which the database may be, below the root.
const FOLDERS: [&str; 6] = [
    "var/lib/net-sentinel",
    "var/lib/net_sentinel",
    "opt/net-sentinel",
    "usr/local/net-sentinel",
    "srv/net-sentinel",
    "var/lib/net-scout",
];
/// Logs with nothing else in them.
const LOGS: [&str; 7] = [
    "var/log/ufw.log",
    "var/log/iptables.log",
    "var/log/firewall.log",
    "var/log/suricata/eve.json",
    "var/log/zeek/current/conn.log",
    "opt/zeek/logs/current/conn.log",
    "var/log/filter.log",
];
/// Logs that may have lines of the kernel's firewall among others.
const MIXED: [&str; 3] = ["var/log/kern.log", "var/log/messages", "var/log/syslog"];
/// How much of the end of a mixed log is looked at, in bytes.
const END: u64 = 256 << 10;
/// Where databases of GeoIP are.
const GEOIP: [&str; 4] = ["var/lib/GeoIP", "usr/share/GeoIP", "usr/local/share/GeoIP", "etc/GeoIP"];
/// Where lists of threats are.
const THREATS: [&str; 2] = ["var/lib/net-scout/threat-lists", "etc/net-scout/threat-lists"];
/// How many events are looked at.
const SAMPLE: u32 = 1_000;

/// Looks for everything. A database that is named counts before others.
#[must_use]
pub fn find(places: &Places, named: Option<&Path>, like: &DatabaseOptions, table: &str) -> Found {
    let at = |path: &str| places.root.join(path);
    let text = |path: &str| std::fs::read_to_string(at(path)).unwrap_or_default();
    let mut candidates: Vec<PathBuf> = named.map(Path::to_owned).into_iter().collect();
    candidates.extend([places.folder.join(DATABASE), places.folder.join("..").join(DATABASE)]);
    candidates.extend(FOLDERS.map(|folder| at(folder).join(DATABASE)));
    if let Some(home) = &places.home {
        candidates.extend([home.join(DATABASE), home.join("net-sentinel").join(DATABASE)]);
    }
    let networks = machine::networks(&text("proc/net/route"), &text("proc/net/if_inet6"));
    let mut databases: Vec<(FoundDatabase, bool)> = Vec::new();
    for path in candidates {
        let path = path.canonicalize().unwrap_or(path);
        if !databases.iter().any(|(known, _)| known.path == path) {
            databases.extend(database(&path, like, table, &networks));
        }
    }
    let mut databases = databases.into_iter();
    let (first, networks_occur) = databases.next().map_or((None, false), |(found, occur)| (Some(found), occur));
    let of_logs = LOGS.map(at).into_iter().filter(|path| is_filled(path));
    let logs = of_logs.chain(MIXED.map(at).into_iter().filter(|path| has_packets(path, first.as_ref()))).collect();
    let directory = |name: &str, folders: &[&str], ending: &str| {
        let found = folders.iter().map(|folder| at(folder)).find(|folder| holds(folder, ending))?;
        Some((name.to_owned(), found))
    };
    Found {
        database: first,
        others: databases.map(|(found, _)| found.path).collect(),
        logs,
        networks: networks.texts(),
        networks_occur,
        resolvers: machine::resolvers(&text("etc/resolv.conf")),
        directories: [directory("geoip", &GEOIP, ".mmdb"), directory("threat_lists", &THREATS, "")]
            .into_iter()
            .flatten()
            .collect(),
        has_mail: machine::takes_mail(&text("proc/net/tcp")),
        host: text("proc/sys/kernel/hostname").trim().to_owned(),
    }
}

/// The database at a path, if there is one of net-sentinel, and whether addresses of these networks occur in it.
fn database(path: &Path, like: &DatabaseOptions, table: &str, networks: &Networks) -> Option<(FoundDatabase, bool)> {
    let database: Database = DatabaseOptions { path: path.to_owned(), ..like.clone() }.open_read_only().ok()?;
    let source = database.event_source(table).ok()?;
    let sample = database.last_events(table, SAMPLE).ok()?;
    let mut addresses = sample.iter().flat_map(|event| &event.addresses).filter_map(|text| parse_address(text));
    let layout = match source.layout {
        Layout::V1 => "the old layout, one address a row",
        Layout::V2 => "source and destination",
    };
    let newest = database.newest(table).ok().flatten();
    Some((
        FoundDatabase { path: path.to_owned(), layout: layout.to_owned(), newest },
        addresses.any(|address| networks.contains(address)),
    ))
}

fn is_filled(path: &Path) -> bool {
    path.metadata().is_ok_and(|file| file.is_file() && file.len() > 0)
}

/// Whether the end of a log has lines of the kernel's firewall.
fn has_packets(path: &Path, database: Option<&FoundDatabase>) -> bool {
    // Nothing but SQLite may open a database, whatever it is called.
    if !is_filled(path) || database.is_some_and(|found| not_the_database(&found.path, "a log", path).is_err()) {
        return false;
    }
    let Ok(mut file) = File::open(path) else { return false };
    let length = file.metadata().map_or(0, |file| file.len());
    let mut bytes = Vec::new();
    let read = file.seek(SeekFrom::Start(length.saturating_sub(END))).and_then(|_| file.take(END).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    read.is_ok() && text.lines().any(|line| line.contains(" SRC=") && line.contains(" DST=") && line.contains(" PROTO="))
}

/// Whether a folder has a file of this ending.
fn holds(folder: &Path, ending: &str) -> bool {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.into_iter().any(|file| file.file_name().to_string_lossy().ends_with(ending))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_on_a_machine() {
        let root = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        write("var/log/kern.log", "kernel: IN=eth0 OUT= SRC=192.0.2.1 DST=198.51.100.1 PROTO=TCP\n");
        write("var/log/syslog", "systemd: nothing of the kind\n");
        write("var/log/ufw.log", "");
        write("var/lib/GeoIP/GeoLite2-City.mmdb", "x");
        write("etc/resolv.conf", "nameserver 192.0.2.53\n");
        fs::create_dir_all(root.path().join("var/lib/net-sentinel")).expect("made");
        let path = root.path().join("var/lib/net-sentinel").join(DATABASE);
        Database::make(&path, &[]).expect("made");
        let places = Places { root: root.path().to_owned(), folder: root.path().join("etc"), home: None };
        let like = DatabaseOptions {
            path: PathBuf::new(),
            alert_table: "scout_alerts".to_owned(),
            busy_timeout: Duration::from_secs(1),
        };
        let found = find(&places, None, &like, "ip_events");
        assert_eq!(found.database.expect("a database").path, path.canonicalize().expect("a path"));
        assert_eq!(found.logs, [root.path().join("var/log/kern.log")]);
        assert_eq!(found.directories, [("geoip".to_owned(), root.path().join("var/lib/GeoIP"))]);
        assert_eq!((found.resolvers.len(), found.has_mail, found.networks.len()), (1, false, 0));
        let nothing = find(&Places { root: root.path().join("etc"), ..places }, None, &like, "ip_events");
        assert!(nothing.database.is_none() && nothing.logs.is_empty());
    }
}
