//! Proves that a scan raises an alert, and that a message about it arrives: a made-up port scan is put into a copy of the database, which is
//! scanned with the rules, the allowlist and the settings of the installation. The database itself is only read.

use std::collections::BTreeMap;

use crate::facts::Installation;
use net_scout_detect::DetectError;
use net_scout_detect::scan::{Keep, RuleSource, ScanAlerts, ScanOptions, ScanRequest, run_scan};
use net_scout_model::{News, Sink, StoredAlert, Timestamp, UsageError, Window, parse_address, plain};
use net_scout_notify::send_made_up;
use net_scout_store::{Database, DatabaseError, Probe, SampledEvent};
use serde::Serialize;

/// The source of the scan: an address that no packet on the Internet has (RFC 5737).
const SOURCE: &str = "192.0.2.66";
/// Its target where the events show no own address.
const TARGET: &str = "198.51.100.7";
/// To so many ports, one each second, the last one a minute ago.
const PORTS: u16 = 120;
/// The newest rows of each table that the copy has.
const ROWS: i64 = 50_000;
/// Of so many of them the target is taken.
const SAMPLE: u32 = 1_000;
const SECOND: i64 = 1_000_000;
/// How far the scan looks back, in microseconds.
const LOOK_BACK: i64 = 3_600 * SECOND;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Injected {
    /// The source of the made-up scan.
    pub source: &'static str,
    /// Its target.
    pub target: String,
    /// What the alert is; none where there is none.
    pub alert: Option<String>,
    /// Why there is none, as far as that is known.
    pub reasons: Vec<String>,
    /// The receivers that would be told, each with its route.
    pub told: Vec<String>,
    /// The receiver that was sent a message.
    pub sent: Option<String>,
    /// Why it did not arrive.
    pub not_sent: Option<String>,
}

impl Injected {
    /// Whether all arrived that was to.
    #[must_use]
    pub fn arrived(&self) -> bool {
        self.alert.is_some() && self.not_sent.is_none()
    }
}

/// Why the proof could not be made.
#[derive(Debug, thiserror::Error)]
pub enum InjectError {
    /// There is no such receiver.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The scan failed.
    #[error(transparent)]
    Scan(#[from] DetectError),
    /// The database cannot be read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The copy cannot be made.
    #[error("the copy of the database cannot be made: {0}")]
    Copy(#[from] std::io::Error),
}

impl InjectError {
    /// Whether the operator wrote what makes no sense, and nothing was done.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Usage(_) => true,
            Self::Scan(error) => error.is_usage(),
            Self::Database(_) | Self::Copy(_) => false,
        }
    }
}

/// Makes the proof. A message is sent only to the receiver that is named.
///
/// # Errors
/// When there is no such receiver, or the scan cannot be made. That no alert or message comes of it is no error.
pub async fn inject(
    installation: &Installation,
    to: Option<&str>,
    now: Timestamp,
    sink: &dyn Sink,
) -> Result<Injected, InjectError> {
    let options = &installation.options;
    let receivers = &options.notify.receivers;
    let receiver = to.map(|name| {
        let found = receivers.get(name).ok_or_else(|| {
            let names: Vec<String> = receivers.keys().map(|name| plain(name, 100)).collect();
            let there = if names.is_empty() { "none; write [[receiver]] in net-scout.toml".to_owned() } else { names.join(", ") };
            UsageError(format!("--to: there is no receiver `{}`; there are {there}", plain(name, 100)))
        })?;
        let usable = found.clone().map_err(|reason| UsageError(format!("--to: receiver {name} cannot be used: {reason}")))?;
        Ok::<_, UsageError>((name, usable))
    });
    let receiver = receiver.transpose()?;

    let (folder, original) = (tempfile::tempdir()?, &options.scan.database);
    let mut copied = original.clone();
    copied.path = folder.path().join("copy.db");
    Database::copy_newest(&original.path, &copied.path, &original.alert_table, original.busy_timeout, ROWS)?;
    let mut database = copied.open()?;
    let target = target(&database.last_events(&options.scan.table, SAMPLE)?);
    database.inject(&options.scan.table, &probes(&target, now))?;
    database.migrate(now)?;

    let scan = ScanOptions { database: copied, outbound: None, ..options.scan.clone() };
    let request = ScanRequest {
        options: &scan,
        window: Window { since: now.plus(-LOOK_BACK), until: None, now },
        rules: RuleSource::Folder(&options.plugins, &[]),
        keep: Keep::With(&mut database, None),
        kept: None,
        explain: false,
        record: None,
    };
    let report = run_scan(request, sink).await?;
    let ScanAlerts::Recorded(recorded) = &report.alerts else { unreachable!("they were to be recorded") };
    let alert = recorded.iter().map(|recorded| &recorded.alert).find(|alert| alert.src_ip.as_deref() == Some(SOURCE));
    let mut reasons = Vec::new();
    if alert.is_none() {
        let entry = |(origin, reason, alerts): &(_, String, usize)| {
            format!("entry {origin} of the allowlist ({reason}) left out {alerts}")
        };
        reasons.extend(report.allowed.iter().map(entry));
        reasons.extend(report.failures.iter().map(|failure| format!("rule {} failed: {}", failure.rule, failure.message)));
        reasons.extend((report.cut > 0).then(|| format!("{} weaker alerts were left out (max_alerts_per_run)", report.cut)));
    }
    let tells = alert.map(|alert| options.notify.routes.tells(alert, News::New, now)).unwrap_or_default();
    let told = tells.into_iter().map(|tell| format!("{} (route {})", tell.receiver, tell.route)).collect();
    let (mut sent, mut not_sent) = (None, None);
    if let (Some((name, receiver)), Some(alert)) = (receiver, alert) {
        match send_made_up(&receiver, name, alert, now).await {
            Ok(_) => sent = Some(name.to_owned()),
            Err(failure) => not_sent = Some(format!("{name}: {failure}")),
        }
    }
    let alert = alert.map(words);
    Ok(Injected { source: SOURCE, target, alert, reasons, told, sent, not_sent })
}

fn words(alert: &StoredAlert) -> String {
    format!("{} {}, score {}", alert.severity(), plain(&alert.alert_type, 80), alert.score)
}

fn probes(target: &str, now: Timestamp) -> Vec<Probe> {
    let at = |port: u16| now.plus(-(60 + i64::from(PORTS - port)) * SECOND);
    let probe = |port| Probe { source: SOURCE.to_owned(), target: target.to_owned(), port, at: at(port) };
    (1..=PORTS).map(probe).collect()
}

/// The address that most of the events are for.
fn target(sample: &[SampledEvent]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let is_address = |text: &&String| parse_address(text).is_some_and(|address| !address.is_multicast());
    for address in sample.iter().filter_map(|event| event.addresses.get(1)).filter(is_address) {
        *counts.entry(address).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or_else(|| TARGET.to_owned(), |(address, _)| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scan_is_marked_and_lies_before_now() {
        let now = Timestamp(1_773_261_311_000_000);
        let probes = probes("198.51.100.1", now);
        assert_eq!(probes.len(), 120);
        assert!(probes.iter().all(|probe| probe.source == SOURCE && probe.at < now && probe.at > now.plus(-200 * SECOND)));
        let event = |address: &str| SampledEvent {
            row: 1,
            written: String::new(),
            time: None,
            addresses: vec!["203.0.113.1".to_owned(), address.to_owned()],
        };
        assert_eq!(target(&[event("10.0.0.1"), event("10.0.0.2"), event("10.0.0.2"), event("224.0.0.1")]), "10.0.0.2");
        assert_eq!(target(&[]), TARGET);
    }
}
