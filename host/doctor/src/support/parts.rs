//! The files of the archive, before anything is taken out of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::SupportRequest;
use super::redact::HIDDEN;
use crate::checks::examine_facts;
use crate::facts::Facts;
use net_scout_model::search::AlertQuery;
use net_scout_model::{Kind, Timestamp};
use net_scout_store::AlertFilter;

/// How much of the end of the log is told, in bytes.
const LOG: u64 = 256 << 10;
/// For how long it is told what plugins used, in microseconds.
const WEEK: i64 = 604_800_000_000;
/// What of a receiver is no secret of anybody.
const SHOWN: [&str; 4] = ["name", "kind", "tls", "port"];

const README: &str = "This archive was made by `net-scout support`. Look at it before you send it to anybody.\n\
    It holds no event and no alert. Secrets, addresses of mail and what receivers are called with are hidden. Every IP address has a pseudonym of\n\
    this archive alone: public-3fa2c-9c1-77d0 and public-3fa2c-9c1-0b21 lie in one /24 (IPv6: /64), those that begin with the same five letters\n\
    in one /16 (/48). Names of hosts and interfaces in the log are as they were.\n";

/// All files: name and text.
pub(super) async fn collect(request: &SupportRequest<'_>, now: Timestamp) -> Vec<(&'static str, String)> {
    let facts = Facts::gather(request.installation, now).await;
    let checks = examine_facts(&facts);
    let settings: BTreeMap<&str, Value> =
        request.settings.iter().map(|(name, value, from)| (name.as_str(), json!({ "value": value, "from": from }))).collect();
    let mut parts = vec![
        ("README.txt", README.to_owned()),
        ("about.json", text(&about(request, now))),
        ("doctor.json", text(&checks)),
        ("settings.json", text(&settings)),
        ("plugins.json", text(&plugins(&facts))),
        ("database.json", text(&database(&facts, now))),
    ];
    if let Some(file) = &request.installation.file {
        parts.push(("net-scout.toml", configuration(file)));
    }
    if let Some(log) = request.log.as_deref().and_then(end_of) {
        parts.push(("log.txt", log));
    }
    parts
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

fn about(request: &SupportRequest<'_>, now: Timestamp) -> Value {
    let line = |path: &str, begin: &str| {
        let file = std::fs::read_to_string(path).ok()?;
        file.lines().find_map(|line| line.strip_prefix(begin)).map(|line| line.trim().trim_matches('"').to_owned())
    };
    json!({
        "version": request.installation.options.version,
        "made": now.seconds(),
        "system": line("/etc/os-release", "PRETTY_NAME="),
        "kernel": line("/proc/sys/kernel/osrelease", ""),
        "memory": line("/proc/meminfo", "MemTotal:"),
        "processors": std::thread::available_parallelism().map_or(1, usize::from),
        "architecture": std::env::consts::ARCH,
        "time_zone": request.installation.options.zone.iana_name(),
        "variables": request.variables,
    })
}

fn plugins(facts: &Facts<'_>) -> Value {
    let loaded = match facts.plugins() {
        Ok(loaded) => loaded,
        Err(error) => return json!({ "error": error }),
    };
    let plugin = |(file, description): &(String, net_scout_model::Description)| {
        let requests: Vec<String> = description.requests.iter().map(ToString::to_string).collect();
        let kind = Kind::name(&description.kind);
        json!({ "file": file, "name": description.name, "version": description.version, "kind": kind, "requests": requests })
    };
    json!({
        "plugins": loaded.all.iter().map(plugin).collect::<Vec<_>>(),
        "refused": loaded.refused,
        "changed": loaded.changed,
        "off": loaded.rules.off.iter().map(|off| &off.reason).collect::<Vec<_>>(),
        "not_granted": loaded.ungranted,
    })
}

fn database(facts: &Facts<'_>, now: Timestamp) -> Value {
    let opened = match facts.database() {
        Ok(opened) => opened,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    let database = &opened.database;
    let tables = database.tables().unwrap_or_default();
    let tables: BTreeMap<&str, Value> =
        tables.iter().map(|table| (table.table.as_str(), json!({ "columns": table.columns, "last_row": table.last }))).collect();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let listed = database.alerts(&AlertFilter::new(AlertQuery::default(), now)).unwrap_or_default();
    for alert in &listed.alerts {
        *counts.entry(format!("{} {} {}", alert.alert_type, alert.severity(), alert.status)).or_default() += 1;
    }
    let used: Vec<Value> = database
        .ledger(now.plus(-WEEK))
        .unwrap_or_default()
        .into_iter()
        .map(|entry| json!({ "plugin": entry.plugin, "calls": entry.calls, "failed": entry.failed, "denials": entry.denials, "error": entry.error }))
        .collect();
    json!({
        "bytes": database.bytes().ok(),
        "write_ahead_log": database.has_rollback_journal().ok().map(|waits| !waits),
        "migrations_to_run": database.pending().ok(),
        "newest_event": database.newest(&facts.of.options.scan.table).ok().flatten().map(Timestamp::seconds),
        "tables": tables,
        "alerts": counts,
        "plugins_used": used,
        "status": opened.status,
    })
}

/// The configuration file without what receivers are called with.
fn configuration(file: &Path) -> String {
    let read = std::fs::read_to_string(file).map_err(|error| error.to_string());
    let parsed = read.and_then(|text| text.parse::<toml::Table>().map_err(|error| error.message().to_owned()));
    let mut table = match parsed {
        Ok(table) => table,
        Err(error) => return format!("# it cannot be read: {error}\n"),
    };
    for receiver in table.get_mut("receiver").and_then(toml::Value::as_array_mut).into_iter().flatten() {
        for (key, value) in receiver.as_table_mut().into_iter().flatten() {
            // The name of where a secret is, is none.
            if !SHOWN.contains(&key.as_str()) && !key.ends_with("_env") && !key.ends_with("_credential") {
                *value = toml::Value::from(HIDDEN);
            }
        }
    }
    toml::to_string(&table).unwrap_or_default()
}

/// The end of a log.
fn end_of(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok().filter(|file| file.metadata().is_ok_and(|file| file.is_file()))?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LOG))).ok()?;
    let mut bytes = Vec::new();
    file.take(LOG).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
