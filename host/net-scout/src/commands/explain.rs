//! `net-scout explain`: what there is of one address, what each rule says of it, and how near those are that say nothing. It writes nothing.

use std::net::IpAddr;

use super::allow::{allowlist, sentence};
use super::{evaluate, parallel, plugins, runtime, scan};
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{AlertBefore, AllowEntry, Explanation, Format, origin_words};
use crate::{exit, output};
use net_scout_detect::scan::{Scan, involves};
use net_scout_model::{AllowSubject, Allowlist, Networks, StoredAlert, Timestamp, parse_address, plain};
use net_scout_plugin_host::Plugins;
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::Tape;
use net_scout_store::{AlertFilter, Database, DatabaseError};

/// What the command line says beyond the configuration.
#[derive(Clone, Debug)]
pub struct ExplainRequest {
    /// The address, as written.
    pub address: String,
    /// Where the window ends, as written; none for open.
    pub until: Option<String>,
    /// Only these rules; empty for all.
    pub rules: Vec<String>,
    /// How it is written.
    pub format: Format,
}

/// Explains.
///
/// # Errors
/// When it is no address, the database cannot be read, or standard output cannot be written. A failing rule is no error: the exit code
/// says so.
pub fn run(config: &Config, request: &ExplainRequest, now: Timestamp) -> anyhow::Result<u8> {
    let address = parse_address(&request.address).map(|address| address.to_canonical());
    let address = address.ok_or_else(|| UsageError(format!("`{}` is no IP address", plain(&request.address, 100))))?;
    let window = scan::window(config, request.until.as_deref(), now)?;
    let database = Database::open_read_only(&config.db_path, &config.alert_table, config.busy_timeout)?;
    database.check_events(&config.table)?;
    let state = StateStore::new(database.plugin_state()?);
    let allowlist = allowlist(config, &database)?;
    let alerts = stored(config, &database, &allowlist, address, now)?;
    drop(database);
    let runtime = runtime()?;
    let (mut plugins, lock) = runtime.block_on(plugins::load(config, false))?;
    let off = plugins::grant_rules(config, &mut plugins, &lock);
    let set = scan::parameters(config, &plugins, &off)?;
    let Plugins { rules, refused, .. } = plugins;
    let rules = evaluate::chosen(rules, &request.rules, &off)?;
    let options = config.scan_options();
    let scan = Scan {
        options: &options,
        rules: &rules,
        set: &set,
        window,
        state,
        allowlist: &allowlist,
        tape: Tape::Off,
        explanations: None,
        parallel: parallel(),
    };
    let report = runtime.block_on(scan.report(address, scan::progress(rules.len()), &|text| output::warning(&text)))?;
    // Not waiting for a compiler that was given up.
    runtime.shutdown_background();
    let failed = report.failed || !refused.is_empty() || off.iter().any(|off| off.refused);
    output::corrected_directions(report.corrected_directions);
    let explanation = Explanation { address, window, alerts, allowlist: entries(&allowlist, address, now), report };
    explanation.write(&mut output::stdout(), request.format)?;
    Ok(if failed { exit::PLUGIN_FAILED } else { exit::SUCCESS })
}

/// The stored alerts about the address, newest first, each with what the allowlist would do about it.
fn stored(
    config: &Config,
    database: &Database,
    allowlist: &Allowlist,
    address: IpAddr,
    now: Timestamp,
) -> Result<Vec<AlertBefore>, DatabaseError> {
    let local = config.local_networks.clone().unwrap_or_else(Networks::private);
    let before = |alert: StoredAlert| {
        let subject = AllowSubject::from(&alert);
        let is_about = involves(address, subject.src_ip, subject.dst_ip, subject.evidence);
        let allowed = allowlist.find(&subject, &local, now);
        let allowed = allowed.map(|(origin, allow)| format!("{}: {}", origin_words(origin), allow.reason));
        is_about.then_some(AlertBefore { allowed, alert })
    };
    let listed = database.alerts(&AlertFilter::default())?;
    output::unreadable_alerts(&listed.unreadable, &config.alert_table);
    Ok(listed.alerts.into_iter().filter_map(before).collect())
}

/// The entries of the allowlist whose network the address lies in.
fn entries(allowlist: &Allowlist, address: IpAddr, now: Timestamp) -> Vec<AllowEntry> {
    let around = allowlist.0.iter().filter(|(_, allow)| allow.network.contains(address));
    let entry = |(origin, allow): &(_, net_scout_model::Allow)| AllowEntry {
        origin: origin_words(origin),
        allows: sentence(allow),
        reason: allow.reason.clone(),
        expired: allow.until.is_some_and(|until| until <= now),
    };
    around.map(entry).collect()
}
