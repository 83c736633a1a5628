//! What would have been sent of past alerts: the same routes and the same plan, over simulated time.

use std::collections::BTreeMap;

use serde::Serialize;

use super::config::Notify;
use super::plan::{Before, ready};
use net_scout_model::time::parse_timestamp;
use net_scout_model::{News, Severity, StoredAlert, Timestamp};
use net_scout_store::OutboxEntry;

/// How often it is looked whether something is due, in microseconds.
const STEP: i64 = 60_000_000;
const DAY: i64 = 86_400_000_000;

/// What a receiver would have got on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviewDay {
    /// The day, UTC.
    pub day: String,
    /// The receiver.
    pub receiver: String,
    /// Messages.
    pub messages: u64,
    /// Alerts in them.
    pub alerts: u64,
    /// The most alerts in one of them.
    pub largest: u64,
}

/// What would have been sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// By day and receiver.
    pub days: Vec<PreviewDay>,
    /// Alerts that no route takes.
    pub untold: u64,
}

/// Goes over alerts as if each had been raised when it was. How they grew in between is not known: each is told once.
#[must_use]
pub fn preview(notify: &Notify, alerts: &[StoredAlert], until: Timestamp) -> Preview {
    let (mut entries, mut untold) = (Vec::new(), 0);
    for alert in alerts {
        let Some(at) = parse_timestamp(&alert.created_at) else { continue };
        // Whatever became of it later, it was new then.
        let new = StoredAlert { status: "new".to_owned(), ..alert.clone() };
        let tells = notify.routes.tells(&new, News::New, at);
        untold += u64::from(tells.is_empty());
        for tell in tells {
            let severity =
                alert.severity.as_deref().and_then(Severity::of_name).unwrap_or_else(|| Severity::of_score(alert.score));
            let (alert_id, due) = (alert.id, at.plus(tell.wait));
            entries.push(OutboxEntry { id: 0, alert_id, route: tell.route, receiver: tell.receiver, severity, at, due });
        }
    }
    entries.sort_by_key(|entry| entry.at);
    entries.iter_mut().zip(0..).for_each(|(entry, id)| entry.id = id);
    Preview { days: simulate(notify, entries, until), untold }
}

fn simulate(notify: &Notify, entries: Vec<OutboxEntry>, until: Timestamp) -> Vec<PreviewDay> {
    let mut days: BTreeMap<(String, String), PreviewDay> = BTreeMap::new();
    let (mut before, mut coming) = (Before::default(), entries.into_iter().peekable());
    let mut waiting: Vec<OutboxEntry> = Vec::new();
    let Some(mut now) = coming.peek().map(|entry| entry.at) else { return Vec::new() };
    loop {
        while let Some(entry) = coming.next_if(|entry| entry.at <= now) {
            waiting.push(entry);
        }
        let groups: Vec<Vec<OutboxEntry>> = ready(&waiting, &notify.routes, &before, true, now, &notify.zone)
            .into_iter()
            .map(|group| group.into_iter().cloned().collect())
            .collect();
        for group in groups {
            let Some(first) = group.first() else { continue };
            before.formed.push((first.route.clone(), first.receiver.clone(), now));
            let (day, receiver) = (now.date(), first.receiver.clone());
            let counted = days.entry((day.clone(), receiver.clone()));
            let counted = counted.or_insert(PreviewDay { day, receiver, messages: 0, alerts: 0, largest: 0 });
            let alerts = group.len() as u64;
            (counted.messages, counted.alerts) = (counted.messages + 1, counted.alerts + alerts);
            counted.largest = counted.largest.max(alerts);
            waiting.retain(|entry| !group.iter().any(|sent| sent.id == entry.id));
        }
        before.formed.retain(|(_, _, at)| now.0.saturating_sub(at.0) < 60 * STEP);
        // Where nothing waits, the next thing that happens is the next alert.
        now = match coming.peek() {
            Some(next) if waiting.is_empty() => next.at.max(now.plus(1)),
            None if waiting.is_empty() => break,
            _ => now.plus(STEP),
        };
        // What waits at the end goes out soon after it.
        if now > until.plus(DAY) {
            break;
        }
    }
    days.into_values().collect()
}
