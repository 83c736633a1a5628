//! What is known of one address, and what each rule says of it, as lines that a person reads.

use std::io::{self, Write};
use std::net::IpAddr;

use serde_json::{Value, json};

use super::alerts::to_seconds;
use super::wrap::named;
use super::{Csv, Format, Shown, write_json, write_json_line};
use net_scout_detect::scan::{Activity, AddressReport, Fate, Lowered, Part, RuleReport, Said, SearchOutcome};
use net_scout_model::{Alert, Origin, StoredAlert, Timestamp, Window, counted, parse_address, plain};
use net_scout_report::evidence::{numbers, one, parties, top, who};

/// The most characters of a line's text.
const LONGEST: usize = 1_000;
/// The most alerts that are listed, of those that are stored and of each rule.
const LISTED: usize = 10;

/// All that there is to say of an address.
pub struct Explanation {
    /// The address.
    pub address: IpAddr,
    /// The window.
    pub window: Window,
    /// The stored alerts about it, newest first.
    pub alerts: Vec<AlertBefore>,
    /// The entries of the allowlist whose network it lies in.
    pub allowlist: Vec<AllowEntry>,
    /// What a scan would say of it.
    pub report: AddressReport,
}

/// A stored alert.
pub struct AlertBefore {
    /// The alert.
    pub alert: StoredAlert,
    /// The entry of the allowlist that it fits, with its reason.
    pub allowed: Option<String>,
}

/// An entry of the allowlist, in words.
pub struct AllowEntry {
    /// Which one.
    pub origin: String,
    /// What it allows.
    pub allows: String,
    /// Why.
    pub reason: String,
    /// Whether it has ended.
    pub expired: bool,
}

/// Which entry of the allowlist it is, in words.
#[must_use]
pub fn origin_words(origin: &Origin) -> String {
    match origin {
        Origin::BuiltIn => "built in".to_owned(),
        Origin::Configured(number) => format!("[[allow]] number {number}"),
        Origin::Stored(id) => format!("entry {id}"),
    }
}

impl Explanation {
    /// Writes it. As CSV it is a line for each rule.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(&self, out: &mut dyn Write, format: Format, width: Option<usize>) -> io::Result<()> {
        match format {
            Format::Table => self.text(out, width)?,
            Format::Json => write_json(out, &self.json())?,
            Format::Ndjson => write_json_line(out, &self.json())?,
            Format::Csv => {
                let mut writer = Csv::new(&mut *out);
                writer.line(["rule", "outcome", "said"])?;
                for report in &self.report.rules {
                    let (name, said) = (&report.name, lines(report, self.address).join("; "));
                    writer.line([name, outcome(&report.said), &plain(&said, LONGEST)])?;
                }
                writer.flush()?;
            }
        }
        out.flush()
    }

    fn text(&self, out: &mut dyn Write, width: Option<usize>) -> io::Result<()> {
        let reach = self.history().map_or_else(String::new, |since| format!(", looking back to {since}"));
        writeln!(out, "{} in the events {}{reach}", self.address, self.window)?;
        let mut about: Vec<(&str, String)> = Vec::new();
        match &self.report.activity {
            Err(error) => about.push(("events", format!("could not be read: {error}"))),
            Ok(Activity { source, destination }) => {
                about.extend(part("as source", source, "targets", self.history().is_some()));
                about.extend(part("as destination", destination, "sources", self.history().is_some()));
            }
        }
        let mut alerts: Vec<String> = self.alerts.iter().take(LISTED).map(AlertBefore::line).collect();
        match self.alerts.len() {
            0 => alerts.push("none stored".to_owned()),
            count if count > LISTED => alerts.push(format!("and {} older ones", count - LISTED)),
            _ => {}
        }
        about.extend(alerts.into_iter().map(|line| ("alerts", line)));
        about.extend(self.allowlist.iter().map(|entry| ("allowlist", entry.line())));
        write_lines(out, width, about.iter().map(|(name, text)| (*name, text.as_str())))?;
        writeln!(out, "rules")?;
        for report in &self.report.rules {
            let name = report.name.as_str();
            write_lines(out, width, lines(report, self.address).iter().map(|line| (name, line.as_str())))?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let events = match &self.report.activity {
            Ok(Activity { source, destination }) => json!({ "source": part_json(source), "destination": part_json(destination) }),
            Err(error) => json!({ "error": error }),
        };
        json!({
            "address": self.address.to_string(),
            "window": {
                "since": self.window.since.to_string(),
                "until": self.window.until.map(|until| until.to_string()),
                "events_since": self.history().map(|since| since.to_string()),
            },
            "events": events,
            "alerts": self.alerts.iter().map(AlertBefore::json).collect::<Vec<_>>(),
            "allowlist": self.allowlist.iter().map(AllowEntry::json).collect::<Vec<_>>(),
            "rules": self.report.rules.iter().map(rule_json).collect::<Vec<_>>(),
        })
    }

    /// Where the longest history begins, if a rule has one.
    fn history(&self) -> Option<Timestamp> {
        Some(self.report.reaching.since).filter(|since| *since < self.window.since)
    }
}

impl AlertBefore {
    fn line(&self) -> String {
        let StoredAlert { id, alert_type, severity, status, created_at, src_ip, dst_ip, .. } = &self.alert;
        let severity = severity.as_deref().map_or_else(String::new, |severity| format!("{severity}, "));
        let who = parties(src_ip.as_deref(), dst_ip.as_deref(), &self.alert.evidence);
        let allowed = self.allowed.as_ref().map_or_else(String::new, |allowed| format!("; allowed by {allowed}"));
        format!("{id}: {alert_type}, {severity}score {}, {status}, {}, {who}{allowed}", self.alert.score, to_seconds(created_at))
    }

    fn json(&self) -> Value {
        let mut json = Shown::from(self.alert.clone()).json();
        if let Value::Object(members) = &mut json {
            members.insert("allowed_by".to_owned(), self.allowed.clone().into());
        }
        json
    }
}

impl AllowEntry {
    fn line(&self) -> String {
        let expired = if self.expired { " (expired)" } else { "" };
        format!("{}{expired} suppresses {}: {}", self.origin, self.allows, self.reason)
    }

    fn json(&self) -> Value {
        json!({ "entry": self.origin, "allows": self.allows, "reason": self.reason, "expired": self.expired })
    }
}

/// Lines with names, each name once.
fn write_lines<'a>(out: &mut dyn Write, width: Option<usize>, lines: impl Iterator<Item = (&'a str, &'a str)>) -> io::Result<()> {
    let mut before = "";
    for (name, text) in lines {
        writeln!(out, "{}", named(if name == before { "" } else { name }, 22, text, width))?;
        before = name;
    }
    Ok(())
}

/// The events on one side. `peers` is where those on the other are counted.
fn part(name: &'static str, part: &Part, peers: &str, has_history: bool) -> Vec<(&'static str, String)> {
    let Part { count, in_window, events, verdicts } = part;
    let (Some(first), Some(last)) = (events["first"].as_str(), events["last"].as_str()) else {
        return vec![(name, "no events".to_owned())];
    };
    let span = if first == last { first.to_owned() } else { format!("{first} to {last}") };
    let inside = if has_history { format!(", {in_window} in the window") } else { String::new() };
    let number = |count: u64| counted(count, "event");
    let mut lines = vec![(name, format!("{}{inside}, {span}", number(*count)))];
    let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "-".to_owned());
    let kind = |(direction, verdict, count): &(_, _, u64)| format!("{} {} ({count})", word(direction), word(verdict));
    lines.push((name, verdicts.iter().map(kind).collect::<Vec<_>>().join(", ")));
    for member in ["ports", peers] {
        let frequent = top(&events[member]);
        lines.extend((!frequent.is_empty()).then(|| (name, format!("{member} {frequent}"))));
    }
    lines
}

fn part_json(part: &Part) -> Value {
    let Part { count, in_window, events, verdicts } = part;
    let verdict =
        |(direction, verdict, count): &(_, _, u64)| json!({ "direction": direction, "verdict": verdict, "count": count });
    json!({
        "count": count,
        "in_window": in_window,
        "first": events["first"],
        "last": events["last"],
        "verdicts": verdicts.iter().map(verdict).collect::<Vec<_>>(),
        "ports": events["ports"],
        "targets": events["targets"],
        "sources": events["sources"],
    })
}

fn outcome(said: &Said) -> &'static str {
    match said {
        Said::Fired(_) => "fired",
        Said::Silent(_) => "silent",
        Said::Failed(_) => "failed",
    }
}

/// What a rule says of the address.
fn lines(report: &RuleReport, address: IpAddr) -> Vec<String> {
    match &report.said {
        Said::Failed(error) => vec![format!("failed: {error}")],
        Said::Silent(found) => vec!["did not fire".to_owned(), format!("threshold search: {}", search_words(found, address))],
        Said::Fired(alerts) => {
            let mut lines: Vec<String> = Vec::new();
            for (alert, fate) in alerts.iter().take(LISTED) {
                lines.push(format!("fired: {}", alert_words(alert)));
                lines.extend(fate_words(fate));
            }
            if alerts.len() > LISTED {
                lines.push(format!("and {} weaker ones", alerts.len() - LISTED));
            }
            lines
        }
    }
}

fn alert_words(alert: &Alert) -> String {
    let who = who(alert.src_ip.as_deref(), alert.dst_ip.as_deref());
    let numbers = numbers(&Value::Object(alert.evidence.clone()), true);
    // Most rules have one type of alerts, and its name is theirs.
    let alert_type = if alert.alert_type == alert.rule { String::new() } else { alert.alert_type.clone() };
    let parts = [alert_type, alert.severity.to_string(), format!("score {}", alert.score), who, numbers];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn fate_words(fate: &Fate) -> Option<String> {
    Some(match fate {
        Fate::Kept => return None,
        Fate::Grouped(Some((rule, alert_type))) if rule == alert_type => format!("it belongs to the story that {rule} leads"),
        Fate::Grouped(Some((rule, alert_type))) => format!("it belongs to the story that {alert_type} of {rule} leads"),
        Fate::Grouped(None) => "it belongs to a story with too many alerts to name it".to_owned(),
        Fate::Allowed(origin, reason) => format!("left out by the allowlist, {}: {reason}", origin_words(origin)),
        Fate::Cut => "left out: a scan keeps so many stronger ones (--max-alerts)".to_owned(),
    })
}

fn search_words(found: &SearchOutcome, address: IpAddr) -> String {
    match found {
        SearchOutcome::Fixed => "it has no threshold that could be lowered".to_owned(),
        SearchOutcome::Nothing { others: 0 } => "no alert about it, even with the lowest thresholds".to_owned(),
        SearchOutcome::Nothing { others } => {
            let others = counted(*others, "alert");
            format!("no alert about it, even with the lowest thresholds (there would be {others} about others)")
        }
        SearchOutcome::Would { lowered, alert } => {
            let saw = numbers(&Value::Object(alert.evidence.clone()), false);
            let saw = if saw.is_empty() { String::new() } else { format!("; it saw {saw}") };
            // Where another one did it, that is the news.
            let source = alert.src_ip.as_deref().and_then(parse_address).map(|source| source.to_canonical());
            let who = match source {
                Some(source) if source == address => String::new(),
                _ => {
                    let who = who(alert.src_ip.as_deref(), alert.dst_ip.as_deref());
                    if who.is_empty() { who } else { format!(" for {who}") }
                }
            };
            format!("would fire with {}{who}{saw}", lowered_words(lowered))
        }
        SearchOutcome::Stopped { lowered, error } => format!("not known: with {} it failed: {error}", lowered_words(lowered)),
    }
}

/// `ports_threshold 6 (now 12)`
fn lowered_words(lowered: &[Lowered]) -> String {
    let number = |value: &net_scout_model::Value| one(&Value::from(value.clone()));
    let word = |lowered: &Lowered| format!("{} {} (now {})", lowered.name, number(&lowered.to), number(&lowered.now));
    lowered.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn rule_json(report: &RuleReport) -> Value {
    let RuleReport { name, version, others, said } = report;
    let (mut alerts, mut nearest, mut error) = (Vec::new(), Value::Null, Value::Null);
    match said {
        Said::Fired(fired) => alerts.extend(fired.iter().map(|(alert, fate)| alert_json(alert, fate))),
        Said::Silent(found) => nearest = nearest_json(found),
        Said::Failed(text) => error = text.clone().into(),
    }
    json!({
        "rule": name,
        "version": version,
        "outcome": outcome(said),
        "alerts": alerts,
        "alerts_about_others": others,
        "nearest": nearest,
        "error": error,
    })
}

fn alert_json(alert: &Alert, fate: &Fate) -> Value {
    let mut json = Shown::from(alert.clone()).json();
    let (name, story, allowed) = match fate {
        Fate::Kept => ("kept", Value::Null, Value::Null),
        Fate::Grouped(lead) => {
            let lead = lead.as_ref().map(|(rule, alert_type)| json!({ "rule": rule, "alert_type": alert_type }));
            ("grouped", lead.into(), Value::Null)
        }
        Fate::Allowed(origin, reason) => ("allowed", Value::Null, json!({ "entry": origin_words(origin), "reason": reason })),
        Fate::Cut => ("cut", Value::Null, Value::Null),
    };
    if let Value::Object(members) = &mut json {
        members.extend([("fate".to_owned(), name.into()), ("story_of".to_owned(), story), ("allowed_by".to_owned(), allowed)]);
    }
    json
}

fn nearest_json(nearest: &SearchOutcome) -> Value {
    let thresholds = |lowered: &[Lowered]| -> Value {
        let members = |lowered: &Lowered| {
            let (now, to) = (Value::from(lowered.now.clone()), Value::from(lowered.to.clone()));
            (lowered.name.clone(), json!({ "now": now, "lowered": to }))
        };
        Value::Object(lowered.iter().map(members).collect())
    };
    match nearest {
        SearchOutcome::Fixed => json!({ "outcome": "fixed" }),
        SearchOutcome::Nothing { others } => json!({ "outcome": "nothing", "alerts_about_others": others }),
        SearchOutcome::Stopped { lowered, error } => {
            json!({ "outcome": "failed", "thresholds": thresholds(lowered), "error": error })
        }
        SearchOutcome::Would { lowered, alert } => {
            json!({ "outcome": "would fire", "thresholds": thresholds(lowered), "alert": Shown::from((**alert).clone()).json() })
        }
    }
}
