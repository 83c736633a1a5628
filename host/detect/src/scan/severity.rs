//! How much an alert matters: what its rule says, held against what is known of its source. docs/severity.md is this in words.
//!
//! A rule gives a score. The severity that follows from it alone says how much a source did; whether that matters depends on what came of
//! it. A rule that names a severity other than its score's has thought of that itself, and is left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::roles::COUNTING;
use super::rows::each_row;
use net_scout_model::{Alert, ColumnType, Networks, QueryError, QueryLimits, Severity, parse_address};
use net_scout_plugin_host::Case;
use net_scout_plugin_host::capability::query::QuerySource;
use net_scout_plugin_host::recording::HOST;
use net_scout_store::ReadGrant;

/// The columns that are read.
pub const COLUMNS: [&str; 6] = ["time", "src_ip", "dst_ip", "dst_port", "verdict", "direction"];
/// The member of the evidence that says why the severity is what it is.
pub const REASONS: &str = "severity_reasons";
/// What tells the host's step in a recording.
const CALL: &str = "severity";
/// The step.
const FUNCTION: &str = "host.severity-facts";
/// The longest that it is looked at what sources did.
const TIME: Duration = Duration::from_secs(5);
/// A door that so many sources were let in at is open to everybody: to be let in there is nothing.
const VISITORS: i64 = 10;
/// So many rules that count nothing agree about a source.
const AGREE: usize = 3;
/// Ports whose service gives a shell, a desktop, files or data to whoever gets in.
const SENSITIVE: [i64; 30] = [
    21, 22, 23, 111, 135, 139, 389, 445, 512, 513, 514, 873, 1433, 1521, 2049, 2222, 2323, 2375, 2376, 3306, 3389, 5432, 5555, 5900,
    5985, 5986, 6379, 9200, 11211, 27017,
];

/// What the sources of a scan's alerts did in its window, as far as it says how much they matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Facts(BTreeMap<String, Source>);

/// What one source did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
struct Source {
    /// Whether it is one of the operator's own hosts.
    own: bool,
    refused: i64,
    let_through: i64,
    /// The doors that are not open to everybody and that it was let in at.
    doors: BTreeSet<i64>,
}

/// Looks at what the sources of alerts did: written down where the scan is recorded, as it was then where it is repeated. Where it cannot
/// be read nothing is known.
pub async fn facts(alerts: &[Alert], case: &Case, limits: QueryLimits) -> Facts {
    let session = case.tape.begin(HOST, CALL);
    let sources: BTreeSet<&str> = alerts.iter().filter_map(|alert| alert.src_ip.as_deref()).collect();
    let read = async {
        let facts = match tokio::time::timeout(TIME, read(&sources, case, limits)).await {
            Ok(Ok(facts)) => facts,
            Ok(Err(error)) => unread(&error.to_string()),
            Err(_) => unread(&format!("it took longer than {} s", TIME.as_secs())),
        };
        Ok::<_, String>(facts)
    };
    session.take(FUNCTION, || json!({}), read).await.ok().and_then(Result::ok).unwrap_or_default()
}

fn unread(error: &str) -> Facts {
    tracing::warn!("the severity of alerts rests on their scores alone, what their sources did cannot be read: {error}");
    Facts::default()
}

async fn read(sources: &BTreeSet<&str>, case: &Case, limits: QueryLimits) -> Result<Facts, QueryError> {
    let Some(snapshot) = &case.snapshot else { return Ok(Facts::default()) };
    let mut facts = BTreeMap::new();
    if sources.is_empty() {
        return Ok(Facts::default());
    }
    let mut grant = ReadGrant::default();
    grant.allow("events", COLUMNS);
    let grant = Arc::new(grant.since(case.window.since));
    let source = QuerySource { snapshot: Arc::clone(snapshot), grant, limits, explain: None };
    let networks = case.local_networks.or_private();
    let (text, number) = (ColumnType::Text, ColumnType::Integer);
    let sql = "SELECT src_ip, COUNT(*) FILTER (WHERE verdict = 'DROP'), COUNT(*) FILTER (WHERE verdict = 'ACCEPT') FROM events
               WHERE src_ip IS NOT NULL GROUP BY src_ip";
    each_row(&source, sql.to_owned(), Vec::new(), &[text, number, number], |row| {
        if let Some(address) = row.text(0).filter(|address| sources.contains(address)) {
            let own = is_own(address, networks);
            let (refused, let_through) = (row.integer(1).unwrap_or(0), row.integer(2).unwrap_or(0));
            facts.insert(address.to_owned(), Source { own, refused, let_through, doors: BTreeSet::new() });
        }
    })
    .await?;
    let inside = "coalesce(direction, 'INBOUND') = 'INBOUND' AND verdict = 'ACCEPT' AND dst_port IS NOT NULL";
    let mut open = BTreeSet::new();
    let sql = format!(
        "SELECT dst_ip, dst_port FROM events WHERE {inside} GROUP BY dst_ip, dst_port HAVING COUNT(DISTINCT src_ip) >= {VISITORS}"
    );
    each_row(&source, sql, Vec::new(), &[text, number], |row| {
        open.extend(row.text(0).map(str::to_owned).zip(row.integer(1)));
    })
    .await?;
    let list = SENSITIVE.map(|port| port.to_string()).join(", ");
    let sql = format!(
        "SELECT src_ip, dst_ip, dst_port FROM events WHERE ({inside}) AND (dst_port IN ({list}) AND src_ip IS NOT NULL)
         GROUP BY src_ip, dst_ip, dst_port"
    );
    each_row(&source, sql, Vec::new(), &[text, text, number], |row| {
        let door = row.text(1).map(str::to_owned).zip(row.integer(2));
        let known = row.text(0).and_then(|address| facts.get_mut(address));
        if let (Some(door), Some(known)) = (door.filter(|door| !open.contains(door)), known) {
            known.doors.insert(door.1);
        }
    })
    .await?;
    Ok(Facts(facts))
}

fn is_own(address: &str, networks: &Networks) -> bool {
    parse_address(address).is_some_and(|_| networks.contains_text(address))
}

/// Gives each alert the severity that its context makes of it, and writes down why.
pub fn assess(alerts: &mut [Alert], facts: &Facts) {
    let mut rules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for alert in alerts.iter().filter(|alert| !counts(alert)) {
        if let Some(source) = &alert.src_ip {
            rules.entry(source.clone()).or_default().insert(alert.rule.clone());
        }
    }
    for alert in alerts {
        let agreeing = alert.src_ip.as_ref().and_then(|source| rules.get(source)).map_or(0, BTreeSet::len);
        let source = alert.src_ip.as_ref().and_then(|source| facts.0.get(source));
        let (severity, reasons) = judged(alert, source, agreeing);
        alert.severity = severity;
        alert.evidence.insert(REASONS.to_owned(), Json::from(reasons));
    }
}

fn counts(alert: &Alert) -> bool {
    COUNTING.contains(&alert.rule.as_str())
}

/// The severity that a score stands for by itself.
fn of_score(score: u8) -> Severity {
    match score {
        ..20 => Severity::Informational,
        20..40 => Severity::Low,
        40..70 => Severity::Medium,
        70..90 => Severity::High,
        90.. => Severity::Critical,
    }
}

fn judged(alert: &Alert, source: Option<&Source>, agreeing: usize) -> (Severity, Vec<String>) {
    if counts(alert) {
        let low = alert.severity.min(Severity::Low);
        return (low, vec!["the rule counts what a source does, which says nothing of what it is for".to_owned()]);
    }
    if alert.severity != of_score(alert.score) {
        return (alert.severity, vec!["the rule says so".to_owned()]);
    }
    let mut reasons = vec![format!("score {} of {}", alert.score, alert.rule)];
    let (mut raised, mut serious) = (0, false);
    let mut severity = alert.severity;
    match source {
        Some(source) if source.own => {
            (raised, serious) = (raised + 1, true);
            reasons.push("the source is one of your own hosts".to_owned());
        }
        Some(source) if !source.doors.is_empty() => {
            (raised, serious) = (raised + 1, true);
            let doors: Vec<String> = source.doors.iter().take(5).map(ToString::to_string).collect();
            reasons.push(format!("it was let in at a sensitive port that few may use: {}", doors.join(", ")));
        }
        Some(source) => {
            severity = severity.min(Severity::Medium);
            let text = match source.let_through {
                0 => "everything that it sent was refused",
                _ => "it was let in nowhere but where everybody is, or at ports that are not sensitive",
            };
            reasons.push(text.to_owned());
        }
        None if alert.src_ip.is_none() => {
            severity = severity.min(Severity::Medium);
            reasons.push("many sources, none of which stands out".to_owned());
        }
        None => {}
    }
    if agreeing >= AGREE {
        raised += i32::from(serious);
        reasons.push(format!("{agreeing} rules agree"));
    }
    for _ in 0..raised {
        severity = above(severity);
    }
    if raised < 2 {
        severity = severity.min(Severity::High);
    }
    (severity, reasons)
}

fn above(severity: Severity) -> Severity {
    match severity {
        Severity::Informational => Severity::Low,
        Severity::Low => Severity::Medium,
        Severity::Medium => Severity::High,
        Severity::High | Severity::Critical => Severity::Critical,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(rule: &str, score: u8) -> Alert {
        Alert {
            alert_type: rule.to_owned(),
            src_ip: Some("192.0.2.1".to_owned()),
            dst_ip: None,
            score,
            severity: of_score(score),
            rule: rule.to_owned(),
            evidence: serde_json::Map::new(),
            events: None,
            story: None,
        }
    }

    fn said(alerts: &[Alert], source: Source) -> Vec<Severity> {
        let mut alerts = alerts.to_vec();
        assess(&mut alerts, &Facts(BTreeMap::from([("192.0.2.1".to_owned(), source)])));
        assert!(alerts.iter().all(|alert| alert.evidence[REASONS].as_array().is_some_and(|reasons| !reasons.is_empty())));
        alerts.into_iter().map(|alert| alert.severity).collect()
    }

    fn refused() -> Source {
        Source { refused: 5_000, ..Source::default() }
    }

    #[test]
    fn what_was_refused_is_never_critical_by_volume() {
        let all = ["port_scan", "probe", "port_sweep", "random_walk", "horizontal_scan"].map(|rule| alert(rule, 100));
        assert_eq!(
            said(&all, refused()),
            [Severity::Medium, Severity::Medium, Severity::Medium, Severity::Medium, Severity::Low]
        );
        let visitor = Source { let_through: 9, ..refused() };
        assert_eq!(said(&[alert("port_scan", 100)], visitor), [Severity::Medium]);
    }

    #[test]
    fn own_hosts_and_what_was_let_in_matter_more() {
        let own = Source { own: true, let_through: 10, ..Source::default() };
        assert_eq!(said(&[alert("beacon", 60)], own.clone()), [Severity::High]);
        assert_eq!(said(&[alert("beacon", 95)], own.clone()), [Severity::High], "one rule alone is never critical");
        let three = ["beacon", "port_scan", "port_sweep"].map(|rule| alert(rule, 75));
        assert_eq!(said(&three, own), [Severity::Critical; 3]);
        let let_in = Source { doors: BTreeSet::from([22]), let_through: 1, ..refused() };
        assert_eq!(said(&[alert("drop_then_accept", 60)], let_in), [Severity::High]);
    }

    #[test]
    fn who_counts_says_little_and_who_has_thought_of_it_is_believed() {
        let own = Source { own: true, ..Source::default() };
        assert_eq!(said(&[alert("high_connection_volume", 100)], own.clone()), [Severity::Low]);
        let explicit = Alert { severity: Severity::Critical, ..alert("mine", 10) };
        assert_eq!(said(&[explicit], refused()), [Severity::Critical]);
    }

    #[test]
    fn nothing_is_known() {
        let mut alerts = [alert("port_scan", 100), Alert { src_ip: None, ..alert("fan_in", 90) }, alert("probe", 30)];
        assess(&mut alerts, &Facts::default());
        assert_eq!(alerts.map(|alert| alert.severity), [Severity::High, Severity::Medium, Severity::Low]);
    }
}
