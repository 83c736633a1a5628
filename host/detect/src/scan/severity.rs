//! How much an alert matters: what its rule says, held against what is known of its source. docs/severity.md is this in words.
//!
//! A rule gives a score. The severity that follows from it alone says how much a source did; whether that matters depends on what came of
//! it. A rule that names a severity other than its score's has thought of that itself, and is left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::rows::each_row;
use net_scout_algorithms::ports::{ENTRANCES, sql_list};
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
const VISITORS: usize = 10;
/// So many rules that count nothing agree about a source.
const AGREE: usize = 3;

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
    let inside = "coalesce(direction, 'INBOUND') = 'INBOUND' AND verdict = 'ACCEPT'";
    let list = sql_list(&ENTRANCES);
    let sql = format!(
        "SELECT src_ip, dst_ip, dst_port FROM events WHERE {inside} AND dst_port IN ({list}) GROUP BY src_ip, dst_ip, dst_port"
    );
    let mut doors: BTreeMap<(String, i64), BTreeSet<String>> = BTreeMap::new();
    each_row(&source, sql, Vec::new(), &[text, text, number], |row| {
        if let (Some(address), Some(host), Some(port)) = (row.text(0), row.text(1), row.integer(2)) {
            doors.entry((host.to_owned(), port)).or_default().insert(address.to_owned());
        }
    })
    .await?;
    for ((_, port), visitors) in doors.into_iter().filter(|(_, visitors)| visitors.len() < VISITORS) {
        for visitor in visitors {
            if let Some(known) = facts.get_mut(&visitor) {
                known.doors.insert(port);
            }
        }
    }
    Ok(Facts(facts))
}

fn is_own(address: &str, networks: &Networks) -> bool {
    parse_address(address).is_some_and(|_| networks.contains_text(address))
}

/// Gives each alert the severity that its context makes of it, and writes down why.
pub fn assess(alerts: &mut [Alert], facts: &Facts) {
    let mut rules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for alert in alerts.iter().filter(|alert| !alert.counting.is_everything()) {
        if let Some(source) = &alert.src_ip {
            rules.entry(source.clone()).or_default().insert(alert.rule.clone());
        }
    }
    for alert in alerts {
        let agreeing = alert.src_ip.as_ref().and_then(|source| rules.get(source)).map_or(0, BTreeSet::len);
        let source = alert.src_ip.as_ref().and_then(|source| facts.0.get(source));
        let (severity, reasons) = assessed(alert, source, agreeing);
        alert.severity = severity;
        if !reasons.is_empty() {
            alert.evidence.insert(REASONS.to_owned(), Json::from(reasons));
        }
    }
}

/// The severity, and why, as far as it is not the score alone.
fn assessed(alert: &Alert, source: Option<&Source>, agreeing: usize) -> (Severity, Vec<String>) {
    if alert.counting.is_everything() {
        // Their evidence stays what it was in the Python program; whoever shows them knows why.
        return (alert.severity.min(Severity::Low), Vec::new());
    }
    if alert.severity != Severity::of_score(alert.score.into()) {
        return (alert.severity, Vec::new());
    }
    let mut assessed = Assessed { severity: alert.severity, raised: 0, reasons: Vec::new() };
    match source {
        Some(source) if source.own => assessed.raise("the source is one of your own hosts".to_owned()),
        Some(source) if !source.doors.is_empty() => {
            let doors: Vec<String> = source.doors.iter().take(5).map(ToString::to_string).collect();
            assessed.raise(format!("it was let in at a sensitive port that few may use: {}", doors.join(", ")));
        }
        Some(source) => assessed.at_most(
            Severity::Medium,
            match source.let_through {
                0 => "all of its traffic was refused",
                _ => "it was let in nowhere but where everybody is, or at ports that are not sensitive",
            },
        ),
        None if names_sources(alert) => assessed.at_most(Severity::Medium, "many sources, none of which stands out"),
        None => {}
    }
    if agreeing >= AGREE && assessed.raised > 0 {
        assessed.raise(format!("{agreeing} rules agree"));
    }
    if assessed.raised < 2 {
        assessed.at_most(Severity::High, "nothing is critical by its score alone");
    }
    if !assessed.reasons.is_empty() {
        assessed.reasons.insert(0, format!("score {} of {}", alert.score, alert.rule));
    }
    (assessed.severity, assessed.reasons)
}

/// Whether it is about many sources: its evidence says so.
fn names_sources(alert: &Alert) -> bool {
    alert.src_ip.is_none() && alert.evidence.keys().any(|key| key.contains("source"))
}

/// A severity in the making.
struct Assessed {
    severity: Severity,
    raised: u8,
    reasons: Vec<String>,
}

impl Assessed {
    fn raise(&mut self, reason: String) {
        self.severity = above(self.severity);
        self.raised += 1;
        self.reasons.push(reason);
    }

    fn at_most(&mut self, most: Severity, reason: &str) {
        if self.severity > most {
            self.severity = most;
            self.reasons.push(reason.to_owned());
        }
    }
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
    use net_scout_model::Counting;

    fn alert(rule: &str, score: u8) -> Alert {
        Alert {
            alert_type: rule.to_owned(),
            src_ip: Some("192.0.2.1".to_owned()),
            dst_ip: None,
            score,
            severity: Severity::of_score(score.into()),
            rule: rule.to_owned(),
            evidence: serde_json::Map::new(),
            events: None,
            story: None,
            counting: Counting::Nothing,
        }
    }

    /// Of a rule that counts whatever a source does.
    fn counted(rule: &str, score: u8) -> Alert {
        Alert { counting: Counting::Everything, ..alert(rule, score) }
    }

    fn said(alerts: &[Alert], source: Source) -> Vec<Severity> {
        let mut alerts = alerts.to_vec();
        assess(&mut alerts, &Facts(BTreeMap::from([("192.0.2.1".to_owned(), source)])));
        for alert in alerts
            .iter()
            .filter(|alert| !alert.counting.is_everything() && alert.severity != Severity::of_score(alert.score.into()))
        {
            assert!(alert.evidence.contains_key(REASONS) || alert.rule == "mine", "{alert:?}");
        }
        alerts.into_iter().map(|alert| alert.severity).collect()
    }

    fn refused() -> Source {
        Source { refused: 5_000, ..Source::default() }
    }

    #[test]
    fn what_was_refused_is_never_critical_by_volume() {
        let [a, b, c, d] = ["port_scan", "probe", "port_sweep", "random_walk"].map(|rule| alert(rule, 100));
        let all = [a, b, c, d, counted("horizontal_scan", 100)];
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
        assert_eq!(said(&[counted("high_connection_volume", 100)], own.clone()), [Severity::Low]);
        let explicit = Alert { severity: Severity::Critical, ..alert("mine", 10) };
        assert_eq!(said(&[explicit], refused()), [Severity::Critical]);
    }

    fn crowd() -> Alert {
        let evidence = json!({"sources": ["192.0.2.1", "192.0.2.2"]}).as_object().cloned().unwrap_or_default();
        Alert { src_ip: None, evidence, ..alert("fan_in", 90) }
    }

    #[test]
    fn nothing_is_known() {
        let mut alerts = [alert("port_scan", 100), crowd(), alert("probe", 30)];
        assess(&mut alerts, &Facts::default());
        assert_eq!(alerts.map(|alert| alert.severity), [Severity::High, Severity::Medium, Severity::Low]);
    }
}
