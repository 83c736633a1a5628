//! The allowlist: what the operator knows and does not want to see again, and the stored alerts that it closes.

use std::net::{IpAddr, SocketAddr};

use crate::error::DetectError;
use crate::options::ScanOptions;
use net_scout_model::search::AlertQuery;
use net_scout_model::{Allow, AllowSubject, Allowlist, Networks, Origin, Side, Sink, StoredAlert, Timestamp};
use net_scout_plugin_host::capability::dns::system_resolvers;
use net_scout_store::{AlertFilter, Database, DatabaseError, ListedAlerts};

pub use crate::options::AllowSources;

/// Everything that is allowed: what is built in, configured, and kept in the database. The sink hears of entries that cannot be read.
///
/// # Errors
/// When the database cannot be read.
pub fn allowlist(sources: &AllowSources, database: &Database, sink: &dyn Sink) -> Result<Allowlist, DatabaseError> {
    let resolvers: Vec<IpAddr> = match sources.resolvers.as_slice() {
        [] => system_resolvers(),
        servers => servers.iter().map(SocketAddr::ip).collect(),
    };
    let mut list = Allowlist::built_in(&resolvers);
    list.add_configured(&sources.configured);
    let (stored, unreadable) = database.allowlist()?;
    for id in unreadable {
        sink.warn(&format_args!(
            "entry {id} of the allowlist cannot be read and suppresses nothing; remove it with `net-scout allow remove {id}`"
        ));
    }
    list.0.extend(stored);
    Ok(list)
}

/// Everything that is allowed, by the options of a scan.
///
/// # Errors
/// When the database cannot be read.
pub fn list(options: &ScanOptions, sink: &dyn Sink) -> Result<Allowlist, DatabaseError> {
    allowlist(&options.allow, &options.database.open_read_only()?, sink)
}

/// Adds an entry, and closes the stored alerts that it fits if they are to be closed. The numbers of these alerts.
///
/// # Errors
/// When the database cannot be read or written.
pub fn add(
    options: &ScanOptions,
    allow: &Allow,
    close: bool,
    now: Timestamp,
    sink: &dyn Sink,
) -> Result<Vec<i64>, DatabaseError> {
    let mut database = options.database.open()?;
    database.migrate(now)?;
    let id = database.allow(allow, now)?;
    sink.note(&format_args!("entry {id} suppresses {}", words(allow)));
    let reason = reason(&Origin::Stored(id), allow);
    let alerts =
        fitting(options, &database, now, sink, |subject, local| allow.fits(subject, local, now).then(|| reason.clone()))?;
    if close {
        database.close_allowed(&alerts, now)?;
    }
    Ok(numbers(alerts))
}

/// The numbers of the stored alerts that an entry would close. Nothing is written.
///
/// # Errors
/// When the database cannot be read.
pub fn preview(options: &ScanOptions, allow: &Allow, now: Timestamp, sink: &dyn Sink) -> Result<Vec<i64>, DatabaseError> {
    let database = options.database.open_read_only()?;
    fitting(options, &database, now, sink, |subject, local| allow.fits(subject, local, now).then(String::new)).map(numbers)
}

/// Closes the stored alerts that entries fit; in a dry run it only says which. Their numbers.
///
/// # Errors
/// When the database cannot be read or written.
pub fn apply(options: &ScanOptions, dry_run: bool, now: Timestamp, sink: &dyn Sink) -> Result<Vec<i64>, DatabaseError> {
    let mut database = if dry_run { options.database.open_read_only()? } else { options.database.open()? };
    let list = allowlist(&options.allow, &database, sink)?;
    let found = |subject: &AllowSubject<'_>, local: &Networks| {
        list.find(subject, local, now).map(|(origin, allow)| reason(origin, allow))
    };
    let alerts = fitting(options, &database, now, sink, found)?;
    if !dry_run && !alerts.is_empty() {
        database.migrate(now)?;
        database.close_allowed(&alerts, now)?;
    }
    Ok(numbers(alerts))
}

/// Removes entries of the database. The numbers of those that were removed.
///
/// # Errors
/// When one is not there: then none is removed.
pub fn remove(options: &ScanOptions, ids: &[i64]) -> Result<Vec<i64>, DetectError> {
    let mut database = options.database.open()?;
    let (entries, unreadable) = database.allowlist()?;
    let there = |id: &i64| unreadable.contains(id) || entries.iter().any(|(origin, _)| origin.to_string() == id.to_string());
    if let Some(missing) = ids.iter().find(|id| !there(id)) {
        return Err(DetectError::NoEntry(*missing));
    }
    Ok(database.disallow(ids)?)
}

/// Which alerts an entry suppresses, in words.
#[must_use]
pub fn words(allow: &Allow) -> String {
    let mut text = match allow.side {
        Side::Source => format!("alerts from {}", allow.network),
        Side::Destination => format!("alerts to {}", allow.network),
    };
    if !allow.rules.is_empty() {
        text.push_str(&format!(" of {}", allow.rules.join(", ")));
    }
    if !allow.ports.is_empty() {
        text.push_str(&format!(" on port {}", allow.ports_text()));
    }
    if let Some(direction) = allow.direction {
        text.push_str(&format!(", {}", direction.name()));
    }
    if let Some(until) = allow.until {
        text.push_str(&format!(", until {}", until.seconds()));
    }
    text
}

/// Why an entry closes an alert, for the history.
fn reason(origin: &Origin, allow: &Allow) -> String {
    format!("entry {origin}: {}", allow.reason)
}

fn numbers(alerts: Vec<(i64, String)>) -> Vec<i64> {
    alerts.into_iter().map(|(id, _)| id).collect()
}

/// The stored alerts that nobody has dealt with yet, for which `fits` gives a reason: only they are closed.
fn fitting(
    options: &ScanOptions,
    database: &Database,
    now: Timestamp,
    sink: &dyn Sink,
    fits: impl Fn(&AllowSubject<'_>, &Networks) -> Option<String>,
) -> Result<Vec<(i64, String)>, DatabaseError> {
    let local = options.local_networks.clone().unwrap_or_else(Networks::private);
    let alerts = readable(options, database, now, sink)?.into_iter();
    let closes = |alert: StoredAlert| alert.is_open().then(|| Some((alert.id, fits(&(&alert).into(), &local)?))).flatten();
    Ok(alerts.filter_map(closes).collect())
}

/// All stored alerts, newest first. The sink hears of those that cannot be read.
pub(crate) fn readable(
    options: &ScanOptions,
    database: &Database,
    now: Timestamp,
    sink: &dyn Sink,
) -> Result<Vec<StoredAlert>, DatabaseError> {
    let ListedAlerts { alerts, unreadable, .. } = database.alerts(&AlertFilter::new(AlertQuery::default(), now))?;
    if let Some(text) = unreadable.warning(&options.database.alert_table) {
        sink.warn(&text);
    }
    Ok(alerts)
}

#[cfg(test)]
mod tests {
    use net_scout_model::search::KnownNames;
    use net_scout_model::{Message, Messages};

    use super::*;
    use crate::test_support::{NOW, alert, options};

    #[test]
    fn entries_close_open_alerts_and_are_removed() {
        let (_folder, options) = options();
        let mut database = options.database.open().expect("open");
        database.keep_scan(&[alert("192.0.2.7"), alert("198.51.100.1")], &[], &[], NOW, None).expect("recorded");
        let about = |source: &str| {
            let query = AlertQuery::parse(&format!("src:{source}"), &KnownNames::default()).expect("a query");
            let listed = database.alerts(&AlertFilter::new(query, NOW));
            listed.expect("listed").alerts.pop().expect("an alert")
        };
        let id = about("192.0.2.7").id;
        let allow = Allow {
            network: "192.0.2.0/24".parse().expect("a network"),
            side: Side::Source,
            rules: Vec::new(),
            ports: Vec::new(),
            direction: None,
            reason: "scanner".to_owned(),
            until: None,
        };
        let sink = Messages::default();
        assert_eq!(preview(&options, &allow, NOW, &sink).expect("previewed"), [id]);
        assert_eq!(list(&options, &sink).expect("listed").0.iter().filter(|(_, entry)| entry.reason == "scanner").count(), 0);
        assert_eq!(add(&options, &allow, false, NOW, &sink).expect("added"), [id]);
        assert_eq!(sink.take(), [Message::Note("entry 1 suppresses alerts from 192.0.2.0/24".to_owned())]);
        assert_eq!(apply(&options, true, NOW, &sink).expect("a dry run"), [id]);
        assert_eq!(about("192.0.2.7").status, "new");
        assert_eq!(apply(&options, false, NOW, &sink).expect("applied"), [id]);
        assert_eq!((about("192.0.2.7").status.as_str(), about("198.51.100.1").status.as_str()), ("allowed", "new"));
        assert_eq!(apply(&options, false, NOW, &sink).expect("applied"), [] as [i64; 0]);
        let error = remove(&options, &[1, 9]).expect_err("9 is not there").to_string();
        assert!(error.starts_with("the allowlist has no entry 9; "), "{error}");
        assert_eq!(remove(&options, &[1]).expect("removed"), [1]);
        assert_eq!(sink.take(), []);
    }
}
