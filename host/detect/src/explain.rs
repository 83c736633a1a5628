//! What there is of one address, what each rule says of it, and how near those are that say nothing. Nothing is written.

use std::net::IpAddr;

use crate::DetectError;
use crate::allow::readable;
use crate::scan::{AddressReport, Before, RuleSource, Scan, ScanOptions, involves};
use net_scout_model::{Allow, AllowSubject, Allowlist, Networks, Origin, Sink, StoredAlert, Timestamp, Window};
use net_scout_plugin_host::RuleSet;
use net_scout_plugin_host::recording::Tape;
use net_scout_store::{Database, DatabaseError};

/// All that there is to say of an address.
pub struct Explained {
    /// The stored alerts about it, newest first.
    pub alerts: Vec<AlertBefore>,
    /// The entries of the allowlist whose network it lies in.
    pub entries: Vec<EntryAround>,
    /// What a scan would say of it.
    pub report: AddressReport,
    /// Whether a plugin was refused or failed.
    pub failed: bool,
}

/// A stored alert about an address.
pub struct AlertBefore {
    /// The alert.
    pub alert: StoredAlert,
    /// The entry of the allowlist that it fits.
    pub allowed: Option<(Origin, Allow)>,
}

/// An entry of the allowlist whose network an address lies in.
pub struct EntryAround {
    /// Which one.
    pub origin: Origin,
    /// The entry.
    pub allow: Allow,
    /// Whether it has ended.
    pub expired: bool,
}

/// Explains what a scan of this window says of an address, with the rules that are named, or all where none is.
///
/// # Errors
/// When the database cannot be read, or a rule is named that is not there. A failing rule is no error: [`Explained::failed`] says so.
pub async fn explain(
    options: &ScanOptions,
    window: Window,
    address: IpAddr,
    rules: RuleSource<'_>,
    names: &[String],
    sink: &dyn Sink,
) -> Result<Explained, DetectError> {
    let database = options.database.open_read_only()?;
    let Before { state, allowlist } = Before::read(&database, options, sink)?;
    let alerts = stored(options, &database, &allowlist, address, window.now, sink)?;
    drop(database);
    let mut loaded = RuleSet::default();
    let rules = rules.load(&mut loaded, sink).await?;
    let chosen = rules.only(names)?;
    let scan = Scan {
        options,
        rules: &chosen,
        set: &rules.parameters,
        window,
        kept: None,
        state,
        allowlist: &allowlist,
        tape: Tape::Off,
        explanations: None,
    };
    let report = scan.report(address, sink).await?;
    let around = allowlist.0.iter().filter(|(_, allow)| allow.network.contains(address));
    let entry = |(origin, allow): &(Origin, Allow)| {
        let expired = allow.until.is_some_and(|until| until <= window.now);
        EntryAround { origin: origin.clone(), allow: allow.clone(), expired }
    };
    let entries = around.map(entry).collect();
    Ok(Explained { alerts, entries, failed: report.failed || rules.failed(), report })
}

/// The stored alerts about the address, newest first, each with what the allowlist would do about it.
fn stored(
    options: &ScanOptions,
    database: &Database,
    allowlist: &Allowlist,
    address: IpAddr,
    now: Timestamp,
    sink: &dyn Sink,
) -> Result<Vec<AlertBefore>, DatabaseError> {
    let local = options.local_networks.clone().unwrap_or_else(Networks::private);
    let before = |alert: StoredAlert| {
        let subject = AllowSubject::from(&alert);
        let is_about = involves(address, subject.src_ip, subject.dst_ip, subject.evidence);
        let allowed = allowlist.find(&subject, &local, now).map(|(origin, allow)| (origin.clone(), allow.clone()));
        is_about.then_some(AlertBefore { alert, allowed })
    };
    Ok(readable(options, database, now, sink)?.into_iter().filter_map(before).collect())
}
