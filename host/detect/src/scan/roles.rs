//! What accused sources are for. Rules that count whatever a source does, and say so in their description, accuse a resolver, a torrent client or a
//! server whose answers come late, because they do much. The host looks at what these sources did in the window; where most of it
//! is what such a host always does, the alert is left out and counted, like those that the allowlist leaves out.
//!
//! A role excuses nothing but these counts. A source that any other rule accuses keeps all its alerts, and so does one whose other
//! events, without those of the role, would be enough for an alert.

mod habits;
mod source_profile;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use net_scout_model::{Alert, Allowlist, Counting, QueryError, QueryLimits};
use net_scout_plugin_host::{Case, Parameters, Rule};

pub use habits::COLUMNS as ROLE_COLUMNS;
use source_profile::SourceProfile;

/// The most sources that are looked at in a scan: where more are accused, the network has another problem.
const MOST: usize = 10_000;
/// The longest that all of them are looked at. Where the events are in memory it takes some milliseconds.
const TIME: Duration = Duration::from_secs(5);

/// What a source is for.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    /// Why its alerts are left out.
    pub reason: &'static str,
}

/// Whether a source has a role.
type Holds = fn(&SourceProfile) -> bool;

/// Why a resolver is left out, however it is found.
const RESOLVER: &str = "resolver: it asks for names";
/// The roles that the profile of a source shows. The first that holds is taken.
const PROFILED: [(Role, Holds); 5] = [
    (Role { reason: RESOLVER }, SourceProfile::is_resolver),
    (Role { reason: "answers: it only replies (late packets, backscatter)" }, SourceProfile::answers),
    (Role { reason: "peer-to-peer: a few packets for each of many peers, and peers come in" }, SourceProfile::is_peer),
    (Role { reason: "retries: it is refused at one port, and tries again" }, SourceProfile::tries_again),
    (
        Role { reason: "management host: it goes to few ports of your own hosts and is let in, as monitoring and backups do" },
        SourceProfile::is_management_host,
    ),
];

/// All roles.
pub fn all_roles() -> impl Iterator<Item = Role> {
    let more = habits::ROLES.iter().filter(|(role, _)| role.reason != RESOLVER);
    PROFILED.iter().map(|(role, _)| *role).chain(more.map(|(role, _)| *role))
}

/// The roles of the sources that are accused, by source: of those whose alerts may be left out for one. Where the events cannot be read
/// there are none.
pub async fn roles(alerts: &[Alert], allowlist: &Allowlist, case: &Case, limits: QueryLimits) -> BTreeMap<String, Role> {
    let sources = in_question(alerts, allowlist, case);
    if sources.is_empty() {
        return BTreeMap::new();
    }
    let error = match tokio::time::timeout(TIME, found(&sources, case, limits)).await {
        Ok(Ok(roles)) => return roles,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("to look at {} sources took longer than {} s", sources.len(), TIME.as_secs()),
    };
    tracing::warn!("no alert is left out for what its source is for: {error}");
    BTreeMap::new()
}

/// The roles of these sources.
async fn found(sources: &BTreeSet<String>, case: &Case, limits: QueryLimits) -> Result<BTreeMap<String, Role>, QueryError> {
    // What one sees of a source alone says more, and takes longer: those whose habits explain all of it are many, and are not looked at.
    let mut roles = habits::roles(sources, case, limits).await?;
    let others: BTreeSet<String> = sources.iter().filter(|source| !roles.contains_key(*source)).cloned().collect();
    let role = |profile: &SourceProfile| PROFILED.iter().find(|(_, holds)| holds(profile)).map(|(role, _)| *role);
    let profiles = source_profile::profiles(&others, case, limits).await?;
    roles.extend(profiles.into_iter().filter_map(|(source, profile)| Some((source, role(&profile)?))));
    Ok(roles)
}

/// Whether a rule counts everything that a source does, with what is set for its parameters.
pub(super) fn counts(rule: &Rule, set: &Parameters) -> bool {
    let nothing = BTreeMap::new();
    let arguments = rule.arguments(set.get(&rule.description.name).unwrap_or(&nothing));
    arguments.is_ok_and(|arguments| Counting::of(&arguments).is_everything())
}

/// The role for which an alert is left out.
pub fn role_of<'a>(alert: &Alert, roles: &'a BTreeMap<String, Role>) -> Option<&'a Role> {
    roles.get(alert.src_ip.as_deref()?).filter(|_| alert.counting.is_everything())
}

/// The sources that only counting rules accuse. What the allowlist leaves out needs no role.
fn in_question(alerts: &[Alert], allowlist: &Allowlist, case: &Case) -> BTreeSet<String> {
    let local = case.local_networks.or_private();
    let allowed = |alert: &&Alert| allowlist.find(&(*alert).into(), local, case.window.now).is_some();
    let (counting, other): (Vec<&Alert>, Vec<&Alert>) =
        alerts.iter().filter(|alert| !allowed(alert)).partition(|alert| alert.counting.is_everything());
    let other: BTreeSet<&str> = other.iter().filter_map(|alert| alert.src_ip.as_deref()).collect();
    let accused: BTreeSet<String> = counting.iter().filter_map(|alert| alert.src_ip.clone()).collect();
    accused.into_iter().filter(|source| !other.contains(source.as_str())).take(MOST).collect()
}
