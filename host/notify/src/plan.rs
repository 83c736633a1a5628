//! Which entries of the outbox become a message now: a function of what waits, what was sent, and the time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use net_scout_model::{Severity, Timestamp};
use net_scout_store::OutboxEntry;

use super::route::Routes;

const HOUR: i64 = 3_600_000_000;

/// What is known of the messages before.
#[derive(Clone, Debug, Default)]
pub(crate) struct Before {
    /// Receivers that have a message which is not sent yet.
    pub(crate) busy: BTreeSet<String>,
    /// Route, receiver and time of messages that were formed.
    pub(crate) formed: Vec<(String, String, Timestamp)>,
}

/// The entries that become a message each, of every route and receiver at most one. A receiver that has a message which is not sent yet gets
/// no other one: what comes meanwhile waits and is told together.
pub(crate) fn ready<'a>(
    waiting: &'a [OutboxEntry],
    routes: &Routes,
    before: &Before,
    waits: bool,
    now: Timestamp,
    zone: &TimeZone,
) -> Vec<Vec<&'a OutboxEntry>> {
    let mut groups: BTreeMap<(&str, &str), Vec<&OutboxEntry>> = BTreeMap::new();
    for entry in waiting.iter().filter(|entry| !before.busy.contains(&entry.receiver)) {
        groups.entry((&entry.receiver, &entry.route)).or_default().push(entry);
    }
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let mut ready = Vec::new();
    for ((receiver, name), mut entries) in groups {
        let route = routes.of_name(name);
        if route.quiet.is_some_and(|quiet| quiet.holds(now, zone)) {
            entries.retain(|entry| entry.severity == Severity::Critical);
        }
        let is_due = |entry: &&&OutboxEntry| !waits || entry.due <= now || entry.at > now;
        let in_hour = |at: Timestamp| at <= now && now.0.saturating_sub(at.0) < HOUR;
        let recent = before.formed.iter().filter(|(route, to, at)| route == name && to == receiver && in_hour(*at)).count();
        let is_full = route.per_hour.is_some_and(|most| recent >= most as usize);
        if entries.iter().find(is_due).is_some() && !is_full && taken.insert(receiver) {
            ready.push(entries);
        }
    }
    ready
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Quiet, Route};

    fn entry(id: i64, severity: Severity, at: i64) -> OutboxEntry {
        let (at, due) = (Timestamp(at), Timestamp(at + 30_000_000));
        OutboxEntry { id, alert_id: id, route: "all".to_owned(), receiver: "chat".to_owned(), severity, at, due }
    }

    fn ids(ready: &[Vec<&OutboxEntry>]) -> Vec<Vec<i64>> {
        ready.iter().map(|group| group.iter().map(|entry| entry.id).collect()).collect()
    }

    fn routes(change: impl FnOnce(&mut Route)) -> Routes {
        let mut route = Route { per_hour: Some(2), ..Route::gone("all") };
        change(&mut route);
        Routes(vec![route])
    }

    #[test]
    fn what_comes_together_goes_together() {
        let waiting = [entry(1, Severity::High, 0), entry(2, Severity::Low, 29_000_000)];
        let at = |now, waits| ids(&ready(&waiting, &routes(|_| ()), &Before::default(), waits, Timestamp(now), &TimeZone::UTC));
        assert!(at(29_000_000, true).is_empty());
        assert_eq!(at(30_000_000, true), [[1, 2]]);
        assert_eq!(at(29_000_000, false), [[1, 2]]);
        // A clock that was set back holds nothing up for long.
        assert_eq!(at(-HOUR, true), [[1, 2]]);
    }

    #[test]
    fn limits_and_busy_receivers_hold_back_and_lose_nothing() {
        let waiting = [entry(1, Severity::Critical, 0)];
        let formed = |at| ("all".to_owned(), "chat".to_owned(), Timestamp(at));
        let before = Before { formed: vec![formed(0), formed(1)], ..Before::default() };
        let at = |before: &Before, now| ids(&ready(&waiting, &routes(|_| ()), before, true, Timestamp(now), &TimeZone::UTC));
        assert!(at(&before, HOUR - 1).is_empty());
        assert_eq!(at(&before, HOUR), [[1]]);
        assert!(at(&Before { busy: ["chat".to_owned()].into(), ..Before::default() }, HOUR).is_empty());
    }

    #[test]
    fn only_critical_alerts_disturb_the_quiet() {
        let waiting = [entry(1, Severity::High, 0), entry(2, Severity::Critical, 0)];
        let quiet = routes(|route| route.quiet = Quiet::parse("00:00-06:00").ok());
        let at = |hours: i64| ids(&ready(&waiting, &quiet, &Before::default(), true, Timestamp(hours * HOUR), &TimeZone::UTC));
        assert_eq!(at(1), [[2]]);
        assert_eq!(at(6), [[1, 2]]);
    }
}
