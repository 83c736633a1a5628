//! What is counted of alerts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use net_scout_model::time::parse_timestamp;
use net_scout_model::{Span, StoredAlert, Timestamp, last_event};
use serde::Serialize;

use super::bins::Bins;
use crate::life::{SEVERITIES, Stage};

/// A number, and what it was in the period before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// A severity, a rule, a status or a verdict.
    pub name: String,
    /// How many in the period.
    pub count: u64,
    /// How many in the period before; none where nothing is compared.
    pub before: Option<u64>,
}

/// An alert in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlertLine {
    /// Its number.
    pub id: i64,
    /// Its type.
    pub alert_type: String,
    /// How much it matters.
    pub severity: &'static str,
    /// From 0 to 100.
    pub score: i64,
    /// Who did it.
    pub src_ip: Option<String>,
    /// To whom.
    pub dst_ip: Option<String>,
    /// When it was first raised.
    pub raised: Timestamp,
    /// When its last event was, where it says so.
    pub last_event: Option<Timestamp>,
    /// Its status.
    pub status: String,
}

/// The figures of alerts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlertFigures {
    /// How many were first raised in the period.
    pub raised: u64,
    /// The same of the period before.
    pub raised_before: Option<u64>,
    /// How many of these are about events from before the period: of a log that was imported, or scanned late.
    pub about_older: u64,
    /// How many older ones were raised again.
    pub again: u64,
    /// How many of both nobody has dealt with yet.
    pub open: u64,
    /// Those first raised in the period, by severity, the most severe first.
    pub severities: Vec<Changed>,
    /// The same by rule, the most frequent first.
    pub rules: Vec<Changed>,
    /// All of the period by what became of them.
    pub statuses: Vec<Changed>,
    /// The same by verdict, where there is one.
    pub verdicts: Vec<Changed>,
    /// Those first raised in the period by when their last event was, or where that is not known when they were raised: by severity, the
    /// most severe first.
    pub by_time: Vec<[u64; 5]>,
    /// The most severe of the period.
    pub strongest: Vec<AlertLine>,
    /// Types of alerts that did not occur in the period before.
    pub new_types: Vec<String>,
    /// How many sources had no alert in the period before.
    pub new_sources: usize,
    /// How many sources there are.
    pub sources: usize,
}

impl AlertLine {
    pub(crate) fn of(alert: &StoredAlert) -> Self {
        Self {
            id: alert.id,
            alert_type: alert.alert_type.clone(),
            severity: alert.severity().name(),
            score: alert.score,
            src_ip: alert.src_ip.clone(),
            dst_ip: alert.dst_ip.clone(),
            raised: raised(alert),
            last_event: last_event(&alert.evidence),
            status: alert.status.clone(),
        }
    }
}

/// When an alert was first raised.
pub(crate) fn raised(alert: &StoredAlert) -> Timestamp {
    parse_timestamp(&alert.created_at).unwrap_or(Timestamp(0))
}

/// The most severe first, then those with the highest score.
pub(crate) fn strongest<'a>(alerts: impl IntoIterator<Item = &'a StoredAlert>, most: usize) -> Vec<AlertLine> {
    let mut alerts: Vec<&StoredAlert> = alerts.into_iter().collect();
    alerts.sort_by_key(|alert| (Reverse(alert.severity()), Reverse(alert.score), Reverse(raised(alert)), alert.id));
    alerts.into_iter().take(most).map(AlertLine::of).collect()
}

impl AlertFigures {
    /// Of these alerts. What became part of another alert is not counted beside it.
    pub(crate) fn of(alerts: &[StoredAlert], span: Span, before: Option<Span>, bins: Bins, most: usize) -> Self {
        let is_in = |span: Span, time: Timestamp| span.begins <= time && time < span.ends;
        let told = || alerts.iter().filter(|alert| alert.status != "duplicate" || alert.evidence["part_of_alert"].is_null());
        let first = |span: Span| told().filter(move |alert| is_in(span, raised(alert))).collect::<Vec<_>>();
        let (new, old) = (first(span), before.map(first));
        let last = |alert: &StoredAlert| alert.updated_at.as_deref().and_then(parse_timestamp).unwrap_or_else(|| raised(alert));
        let again: Vec<&StoredAlert> = told().filter(|alert| raised(alert) < span.begins && is_in(span, last(alert))).collect();
        let all: Vec<&StoredAlert> = new.iter().chain(&again).copied().collect();
        let earlier = old.as_deref();
        let mut by_time = vec![[0; 5]; bins.count];
        for alert in &new {
            let rank = SEVERITIES.iter().position(|one| *one == alert.severity());
            let at = last_event(&alert.evidence).unwrap_or_else(|| raised(alert)).min(span.ends.plus(-1));
            if let (Some(place), Some(rank)) = (bins.place(at), rank) {
                by_time[place][rank] += 1;
            }
        }
        let sources = |alerts: &[&StoredAlert]| alerts.iter().filter_map(|alert| alert.src_ip.clone()).collect::<BTreeSet<_>>();
        let types = |alerts: &[&StoredAlert]| alerts.iter().map(|alert| alert.alert_type.clone()).collect::<BTreeSet<_>>();
        let (known_sources, known_types) = (earlier.map(sources), earlier.map(types));
        let all_sources = sources(&all);
        let is_new = |name: &String, known: &Option<BTreeSet<String>>| known.as_ref().is_some_and(|known| !known.contains(name));
        Self {
            raised: new.len() as u64,
            raised_before: earlier.map(|old| old.len() as u64),
            about_older: new.iter().filter(|alert| last_event(&alert.evidence).is_some_and(|at| at < span.begins)).count() as u64,
            again: again.len() as u64,
            open: all.iter().filter(|alert| Stage::of(alert).is_open()).count() as u64,
            severities: in_order(&new, earlier),
            rules: by(&new, earlier, |alert| Some(alert.rule.clone().unwrap_or_else(|| alert.alert_type.clone()))),
            statuses: by(&all, None, |alert| Some(alert.status.clone())),
            verdicts: by(&all, None, |alert| alert.verdict().map(str::to_owned)),
            by_time,
            strongest: strongest(all.iter().copied(), most),
            new_types: types(&all).into_iter().filter(|name| is_new(name, &known_types)).collect(),
            new_sources: all_sources.iter().filter(|name| is_new(name, &known_sources)).count(),
            sources: all_sources.len(),
        }
    }
}

/// How many of each severity, the most severe first, those without any too.
fn in_order(now: &[&StoredAlert], before: Option<&[&StoredAlert]>) -> Vec<Changed> {
    let count = |alerts: &[&StoredAlert], one| alerts.iter().filter(|alert| alert.severity() == one).count() as u64;
    let changed = |one: net_scout_model::Severity| Changed {
        name: one.name().to_owned(),
        count: count(now, one),
        before: before.map(|before| count(before, one)),
    };
    SEVERITIES.into_iter().map(changed).collect()
}

/// How many of each name, the most frequent first. What there was only before is told too.
fn by(now: &[&StoredAlert], before: Option<&[&StoredAlert]>, name: impl Fn(&StoredAlert) -> Option<String>) -> Vec<Changed> {
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for name in now.iter().filter_map(|alert| name(alert)) {
        counts.entry(name).or_default().0 += 1;
    }
    for name in before.into_iter().flatten().filter_map(|alert| name(alert)) {
        counts.entry(name).or_default().1 += 1;
    }
    let mut changed: Vec<Changed> =
        counts.into_iter().map(|(name, (count, earlier))| Changed { name, count, before: before.map(|_| earlier) }).collect();
    changed.sort_by_key(|changed| Reverse((changed.count, changed.before)));
    changed
}
