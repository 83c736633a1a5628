//! Many sources at one door, each with too little for an alert of its own: guessing that is shared out.

use std::collections::{BTreeMap, BTreeSet};

use net_scout_algorithms::ports::{self, Service};
use net_scout_sdk::{Alert, format_timestamp};

use crate::CONNECTIONS;
use crate::tries::{Tries, Try};

/// A source that tried the door less often than this only looked whether it is there.
pub(crate) const LEAST: usize = 4;
/// So many sources are named: they are who did it.
const NAMED: usize = 500;

/// The tries of each source.
type BySource<'a> = BTreeMap<&'a str, Vec<&'a Try>>;

/// The alerts about doors: a service of a host. `rest` are sources that have no alert of their own, with what they did.
pub(crate) fn alerts(rest: &[(String, Service, Tries)], threshold: i64) -> Vec<Alert> {
    let mut doors: BTreeMap<(&str, &str), (Service, BySource<'_>)> = BTreeMap::new();
    for (source, service, tries) in rest.iter().filter(|(_, service, _)| !service.has_busy_clients) {
        for one in tries.all.iter().filter(|one| !one.host.is_empty()) {
            let door = doors.entry((&one.host, service.name)).or_insert_with(|| (*service, BTreeMap::new()));
            door.1.entry(source).or_default().push(one);
        }
    }
    let mut alerts = Vec::new();
    for ((host, name), (service, mut sources)) in doors {
        sources.retain(|_, tries| tries.len() >= LEAST);
        let count = sources.len() as i64;
        if count < threshold {
            continue;
        }
        let tries: Vec<&Try> = sources.values().flatten().copied().collect();
        let times: BTreeSet<i64> = tries.iter().map(|one| one.time).collect();
        let (Some(&first), Some(&last)) = (times.first(), times.last()) else { continue };
        let mut busiest: Vec<(usize, &str)> = sources.iter().map(|(source, tries)| (tries.len(), *source)).collect();
        busiest.sort_by(|a, b| b.cmp(a));
        let named: Vec<String> = busiest.into_iter().take(NAMED).map(|(_, source)| source.to_owned()).collect();
        alerts.push(
            Alert::new("brute_force", 45 + (count / threshold.max(1) * 5).min(30))
                .events(
                    &format!("dst_ip = ?1 AND {CONNECTIONS} AND dst_port IN ({})", ports::sql_list(service.ports)),
                    &[host.into()],
                )
                .to(host.to_owned())
                .evidence("class", "distributed guessing")
                .evidence("service", name)
                .evidence("source_count", count)
                .evidence("crowd_sources_threshold", threshold)
                .evidence("tries", tries.len() as i64)
                .evidence("first", format_timestamp(first))
                .evidence("last", format_timestamp(last))
                .evidence("sources", named)
                .techniques(&["T1110.004"]),
        );
    }
    alerts
}
