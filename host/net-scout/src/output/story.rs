//! One alert as a few lines that a person reads: who, what, when, the numbers against their thresholds, and what it rests on.

use std::io::{self, Write};

use serde_json::Value;

use super::Shown;
use super::alerts::to_seconds;
use super::wrap::named;
use net_scout_detect::enrich::{FLAT_KINDS, flat_key};
use net_scout_model::{REOPENED, SNOOZED, Severity, StoredAlert, Timestamp, Triage, counted, plain};
use net_scout_report::evidence::{joined, numbers, one, parties, top};
use net_scout_store::EventSpan;

/// The most characters of the first line.
const LONGEST: usize = 1_000;
/// The most members of an object that are shown.
const MEMBERS: usize = 4;
/// The members of the evidence that have lines of their own.
const OWN: [&str; 7] = ["events", "window", "plugin", "related", "techniques", "severity_reasons", REOPENED];

/// An alert with all that is known of it.
#[derive(Clone, Debug)]
pub struct Story {
    /// The alert.
    pub alert: StoredAlert,
    /// What is known outside about its addresses; null where nothing is.
    pub enrichment: Value,
    /// The query that shows its events once more.
    pub query: Option<String>,
    /// When the events of its source were, where the alert does not say it.
    pub seen: Option<EventSpan>,
}

impl Story {
    /// Tells it, folded to the width of the terminal. What an alert does not say has no line.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(&self, out: &mut dyn Write, width: Option<usize>) -> io::Result<()> {
        let alert = &self.alert;
        let severity = alert.severity.as_deref().map_or_else(String::new, |severity| format!("{severity}, "));
        let title = format!("alert {}: {}, {severity}score {}, {}", alert.id, alert.alert_type, alert.score, alert.status);
        writeln!(out, "{}", plain(&title, LONGEST))?;
        for (name, text) in self.lines().into_iter().filter(|(_, text)| !text.is_empty()) {
            writeln!(out, "{}", named(name, 10, &text, width))?;
        }
        out.flush()
    }

    /// All of it.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut json = Shown::from(self.alert.clone()).json();
        if let Value::Object(members) = &mut json {
            members.insert("updated_at".to_owned(), self.alert.updated_at.clone().into());
            members.insert("enrichment".to_owned(), self.enrichment.clone());
            members.insert("query".to_owned(), self.query.clone().into());
            let Triage { snoozed_until, verdict: _, reason, assignee, labels, note } = self.alert.triage.clone();
            members.insert("snoozed_until".to_owned(), snoozed_until.map(Timestamp::seconds).into());
            members.insert("verdict".to_owned(), self.alert.verdict().into());
            members.insert("reason".to_owned(), reason.into());
            members.insert("assignee".to_owned(), assignee.into());
            members.insert("labels".to_owned(), labels.into());
            members.insert("note".to_owned(), note.into());
        }
        json
    }

    fn lines(&self) -> Vec<(&'static str, String)> {
        let Self { alert, enrichment, query, seen } = self;
        let evidence = &alert.evidence;
        let events = &evidence["events"];
        let who = parties(alert.src_ip.as_deref(), alert.dst_ip.as_deref(), evidence);
        let mut lines = vec![("who", who), ("when", when(alert, events, seen.as_ref()))];
        lines.extend(evidence[REOPENED].as_array().into_iter().flatten().map(|before| ("reopened", reopened(before))));
        lines.extend(handling(alert));
        lines.push(("severity", reasons(alert, evidence)));
        lines.push(("score", highest(alert, evidence)));
        lines.push(("window", window(&evidence["window"])));
        lines.push(("numbers", numbers(evidence, true)));
        lines.push(("evidence", others(evidence)));
        lines.push(("techniques", evidence["techniques"].as_array().map_or_else(String::new, |list| joined(list))));
        for name in ["ports", "targets", "sources"] {
            lines.push((name, top(&events[name])));
        }
        lines.push(("samples", events["sample_ids"].as_array().map_or_else(String::new, |list| joined(list))));
        if let Some(error) = events["error"].as_str() {
            lines.push(("events", format!("could not be read: {error}")));
        }
        lines.push(("rule", rule(alert, &evidence["plugin"])));
        lines.push(("query", query.clone().unwrap_or_default()));
        for other in evidence["related"].as_array().into_iter().flatten() {
            lines.push(("related", related(other)));
        }
        for side in ["src", "dst"] {
            let found = enrichment[side].as_object();
            for (kind, found) in found.into_iter().flatten() {
                lines.push(("enriched", format!("{side} {kind}: {}", summary(found))));
            }
            // What only the Python program found.
            for kind in FLAT_KINDS.iter().filter(|kind| found.is_none_or(|found| !found.contains_key(**kind))) {
                if let Some(text) = enrichment[flat_key(side, kind)].as_str() {
                    lines.push(("enriched", format!("{side} {kind}: {}", one(&text.into()))));
                }
            }
        }
        lines
    }
}

/// What people did about it.
fn handling(alert: &StoredAlert) -> Vec<(&'static str, String)> {
    let triage = &alert.triage;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let snoozed = match (alert.status.as_str(), triage.snoozed_until) {
        (SNOOZED, Some(until)) => format!("until {}, or until it gets worse", until.seconds()),
        (SNOOZED, None) => "until it gets worse".to_owned(),
        (_, Some(until)) => format!("until {}, and awake again", until.seconds()),
        (_, None) => String::new(),
    };
    let verdict =
        [alert.verdict().map(str::to_owned), triage.reason.clone()].into_iter().flatten().collect::<Vec<_>>().join(": ");
    vec![
        ("verdict", verdict),
        ("snoozed", snoozed),
        ("assignee", text(&triage.assignee)),
        ("labels", triage.labels.join(", ")),
        ("note", text(&triage.note)),
    ]
}

/// Which score the alert has, where it is that of another alert of the incident.
fn highest(alert: &StoredAlert, evidence: &Value) -> String {
    let own = format!("score {} of ", alert.score);
    let is_own = evidence["severity_reasons"][0].as_str().is_none_or(|reason| reason.starts_with(&own));
    let related = evidence["related"].as_array().map(Vec::as_slice).unwrap_or_default();
    let other = related.iter().find(|other| other["score"].as_i64() == Some(alert.score)).filter(|_| !is_own);
    other.map_or_else(String::new, |other| {
        format!("{} is the highest of the incident, that of {}", alert.score, one(&other["rule"]))
    })
}

fn when(alert: &StoredAlert, events: &Value, seen: Option<&EventSpan>) -> String {
    let said = |key: &str| events[key].as_str().or_else(|| alert.evidence[key].as_str()).map(to_seconds);
    let (first, last, count) = match seen {
        Some(seen) => (Some(seen.first.seconds()), Some(seen.last.seconds()), Some(seen.rows)),
        None => (said("first"), said("last"), events["count"].as_u64()),
    };
    let count = count.map_or_else(String::new, |count| format!(", {}", counted(count, "event")));
    let mut text = match (first, last) {
        (Some(first), Some(last)) if first == last => format!("{first}{count}; "),
        (Some(first), Some(last)) => format!("{first} to {last}{count}; "),
        _ => String::new(),
    };
    let raised = to_seconds(&alert.created_at);
    text.push_str(&format!("raised {raised}"));
    if let Some(again) = alert.updated_at.as_deref().map(to_seconds).filter(|again| *again != raised) {
        text.push_str(&format!(", last {again}"));
    }
    text
}

/// Why the severity is what it is. Nothing of what another program stored.
fn reasons(alert: &StoredAlert, evidence: &Value) -> String {
    let (Some(severity), Some(rule)) = (&alert.severity, &alert.rule) else { return String::new() };
    let list = evidence["severity_reasons"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = match list {
        [] if Severity::of_score(alert.score).name() != severity => {
            format!("{rule} does not go by its score of {} alone", alert.score)
        }
        [] => format!("score {} of {rule}", alert.score),
        list => list.iter().map(one).collect::<Vec<_>>().join("; "),
    };
    format!("{severity}: {text}")
}

fn window(window: &Value) -> String {
    let Some(since) = window["since"].as_str() else { return String::new() };
    let end = window["until"].as_str().map_or_else(String::new, |until| format!(" to {until}"));
    let history = window["events_since"].as_str().map_or_else(String::new, |since| format!(", looking back to {since}"));
    format!("from {since}{end}{history}")
}

/// What the alert was before it was opened again.
fn reopened(before: &Value) -> String {
    let text = |key: &str| before[key].as_str().unwrap_or("?");
    let score = one(&before["score"]);
    let (at, last) = (to_seconds(text("at")), to_seconds(text("last_raised")));
    let by = before["by"].as_str().map_or_else(String::new, |by| format!(" by {by}"));
    let why = before["reason"].as_str().map_or_else(String::new, |why| format!(" ({why})"));
    format!("{at}: was {}{by}{why}, {}, score {score}, last raised {last}", text("status"), text("severity"))
}

/// What else the evidence says.
fn others(evidence: &Value) -> String {
    match evidence {
        Value::Null => String::new(),
        Value::Object(members) => {
            let others = members.iter().filter(|(key, value)| !value.is_number() && !OWN.contains(&key.as_str()));
            others.map(|(key, value)| format!("{key} {}", one(value))).collect::<Vec<_>>().join(", ")
        }
        other => one(other),
    }
}

fn rule(alert: &StoredAlert, plugin: &Value) -> String {
    let name = plugin["name"].as_str().or(alert.rule.as_deref()).unwrap_or_default();
    let version = plugin["version"].as_str().map_or_else(String::new, |version| format!(" {version}"));
    let hash =
        plugin["sha256"].as_str().and_then(|hash| hash.get(..12)).map_or_else(String::new, |hash| format!(", SHA-256 {hash}"));
    format!("{name}{version}{hash}")
}

fn related(other: &Value) -> String {
    let text = |key: &str| other[key].as_str();
    let mut parts = vec![text("alert_type").unwrap_or("?").to_owned()];
    parts.extend(Some(parties(text("src_ip"), text("dst_ip"), &other["evidence"])).filter(|who| !who.is_empty()));
    parts.extend(text("severity").map(str::to_owned));
    parts.extend(other["score"].as_i64().map(|score| format!("score {score}")));
    parts.extend(Some(numbers(&other["evidence"], true)).filter(|numbers| !numbers.is_empty()));
    parts.join(", ")
}

/// An answer of an enricher in a few words.
fn summary(found: &Value) -> String {
    if let Some(error) = found["error"]["kind"].as_str() {
        return format!("nothing, {error}");
    }
    let Some(members) = found.as_object() else { return one(found) };
    let said = members
        .iter()
        .filter(|(_, value)| !matches!(value, Value::Null | Value::Object(_)) && **value != Value::Array(Vec::new()));
    said.take(MEMBERS).map(|(key, value)| format!("{key} {}", one(value))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(evidence: Value, enrichment: Value, query: Option<&str>) -> String {
        let alert = StoredAlert {
            id: 7,
            alert_type: "port_scan".into(),
            src_ip: Some("192.0.2.2".into()),
            dst_ip: None,
            score: 82,
            severity: Some("high".into()),
            rule: Some("port_scan".into()),
            status: "new".into(),
            created_at: "2026-03-11T20:35:11Z".into(),
            updated_at: Some("2026-03-11T20:35:11Z".into()),
            evidence,
            triage: net_scout_model::Triage::default(),
        };
        let mut out = Vec::new();
        let story = Story { alert, enrichment, query: query.map(str::to_owned), seen: None };
        story.write(&mut out, Some(120)).expect("text");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn everything_in_a_few_lines() {
        let evidence = json!({
            "ports": 312, "ports_threshold": 20, "class": "port scan", "techniques": ["T1046"],
            "events": {"count": 61, "first": "2026-03-11T03:00:00Z", "last": "2026-03-11T20:25:11Z", "sample_ids": [1, 2],
                       "ports": {"22": 1, "80": 60}, "targets": {}, "sources": {"192.0.2.2": 61}},
            "window": {"since": "2026-03-11T19:35:11Z", "until": null, "events_since": "2026-03-10T20:35:11Z"},
            "plugin": {"name": "port_scan", "version": "0.1.0", "sha256": "0123456789abcdef"},
            "related": [{"alert_type": "probe", "src_ip": "192.0.2.2", "dst_ip": "198.51.100.1", "score": 20, "severity": "low",
                         "evidence": {"tries": 3, "tries_threshold": 2}}],
        });
        let enrichment = json!({"src": {"rdns": {"names": ["a.example"]}, "whois": {"error": {"kind": "timed-out"}}}});
        assert_eq!(
            told(evidence, enrichment, Some("SELECT 1")),
            "alert 7: port_scan, high, score 82, new
  who        192.0.2.2
  when       2026-03-11T03:00:00Z to 2026-03-11T20:25:11Z, 61 events; raised 2026-03-11T20:35:11Z
  severity   high: score 82 of port_scan
  window     from 2026-03-11T19:35:11Z, looking back to 2026-03-10T20:35:11Z
  numbers    ports 312 (threshold 20)
  evidence   class port scan
  techniques T1046
  ports      80 (60), 22 (1)
  sources    192.0.2.2 (61)
  samples    1, 2
  rule       port_scan 0.1.0, SHA-256 0123456789ab
  query      SELECT 1
  related    probe, 192.0.2.2 to 198.51.100.1, low, score 20, tries 3 (threshold 2)
  enriched   src rdns: names a.example
  enriched   src whois: nothing, timed-out
"
        );
    }

    #[test]
    fn an_alert_of_the_python_program_tells_what_it_has() {
        let text = told(json!({"dst_count": 60, "conn_count": 61, "since": "2026-03-11T19:35:11"}), Value::Null, None);
        assert!(text.contains("  numbers    dst_count 60, conn_count 61\n  evidence   since 2026-03-11T19:35:11\n"), "{text}");
        let text = told(json!("\u{1b}[31mred"), json!("odd"), None);
        assert!(!text.contains('\u{1b}') && text.lines().count() == 6, "{text}");
    }
}
