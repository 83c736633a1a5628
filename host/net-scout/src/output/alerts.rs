//! Alerts in every format.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value};

use super::{Cell, Csv, Format, Table, json_text, write_json, write_json_line};
use net_scout_detect::scan::SEVERITY_REASONS;
use net_scout_model::{Alert, RELATED, REOPENED, StoredAlert};

/// An alert to show: as raised, or as stored.
#[derive(Clone, Debug)]
pub struct Shown {
    stored: Option<(i64, String, String)>,
    pub(super) alert_type: String,
    pub(super) src_ip: Option<String>,
    pub(super) dst_ip: Option<String>,
    score: i64,
    pub(super) severity: Option<String>,
    pub(super) rule: Option<String>,
    pub(super) evidence: Value,
}

impl From<Alert> for Shown {
    fn from(alert: Alert) -> Self {
        Self {
            stored: None,
            alert_type: alert.alert_type,
            src_ip: alert.src_ip,
            dst_ip: alert.dst_ip,
            score: alert.score.into(),
            severity: Some(alert.severity.name().to_owned()),
            rule: Some(alert.rule),
            evidence: Value::Object(alert.evidence),
        }
    }
}

impl From<StoredAlert> for Shown {
    fn from(alert: StoredAlert) -> Self {
        Self {
            stored: Some((alert.id, alert.status, alert.created_at)),
            alert_type: alert.alert_type,
            src_ip: alert.src_ip,
            dst_ip: alert.dst_ip,
            score: alert.score,
            severity: alert.severity,
            rule: alert.rule,
            evidence: alert.evidence,
        }
    }
}

impl Shown {
    /// Its number, where it is stored.
    pub(super) fn id(&self) -> Option<i64> {
        self.stored.as_ref().map(|(id, ..)| *id)
    }

    /// Its status, where it is stored.
    pub(super) fn status(&self) -> Option<&str> {
        self.stored.as_ref().map(|(_, status, _)| status.as_str())
    }

    /// When it was raised, first, where it is stored.
    pub(super) fn raised(&self) -> Option<String> {
        self.stored.as_ref().map(|(.., created)| created.clone())
    }

    pub(super) fn json(&self) -> Value {
        let mut object = Map::new();
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        if let Some((id, ..)) = &self.stored {
            put("id", (*id).into());
        }
        put("alert_type", self.alert_type.clone().into());
        put("src_ip", self.src_ip.clone().into());
        put("dst_ip", self.dst_ip.clone().into());
        put("score", self.score.into());
        put("severity", self.severity.clone().into());
        put("rule", self.rule.clone().into());
        put("evidence", self.evidence.clone());
        if let Some((_, status, created_at)) = &self.stored {
            put("status", status.clone().into());
            put("created_at", created_at.clone().into());
        }
        Value::Object(object)
    }

    fn evidence_line(&self) -> String {
        let one = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let entry = |key: &str, value: &Value| match value {
            // Their evidence would hide the alert's own.
            Value::Array(related) if key == RELATED => {
                let types: Vec<&str> = related.iter().filter_map(|one| one["alert_type"].as_str()).collect();
                format!("{key}={}", types.join(","))
            }
            Value::Array(before) if key == REOPENED => {
                let statuses: Vec<&str> = before.iter().filter_map(|one| one["status"].as_str()).collect();
                format!("{key}={}", statuses.join(","))
            }
            _ => format!("{key}={}", one(value)),
        };
        match &self.evidence {
            Value::Null => String::new(),
            Value::Object(entries) => {
                // `alerts show` gives the reasons of a severity.
                let shown = entries.iter().filter(|(key, _)| *key != SEVERITY_REASONS);
                shown.map(|(key, value)| entry(key, value)).collect::<Vec<_>>().join(" ")
            }
            other => one(other),
        }
    }
}

/// Writes alerts; `width` is that of the terminal, if they go to one.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_alerts(out: &mut dyn Write, alerts: &[Shown], format: Format, width: Option<usize>) -> io::Result<()> {
    match format {
        Format::Table => table(alerts).write(out, width)?,
        Format::Json => {
            let array: Vec<Value> = alerts.iter().map(Shown::json).collect();
            write_json(out, &array)?;
        }
        Format::Ndjson => {
            for alert in alerts {
                write_json_line(out, &alert.json())?;
            }
        }
        Format::Csv => csv(out, alerts)?,
    }
    out.flush()
}

fn table(alerts: &[Shown]) -> Table {
    let stored = alerts.iter().any(|alert| alert.stored.is_some());
    let mut header = vec!["score", "severity", "type", "source", "destination", "evidence"];
    if stored {
        header.splice(0..0, ["id", "created", "status"]);
    }
    let mut table = Table::new(&header);
    let text = |text: &Option<String>| Cell::new(text.clone().unwrap_or_else(|| "-".to_owned()));
    for alert in alerts {
        let mut row = Vec::new();
        if let Some((id, status, created_at)) = &alert.stored {
            row.extend([Cell::number(*id), Cell::new(to_seconds(created_at)), Cell::new(status)]);
        }
        row.extend([
            Cell::number(alert.score),
            text(&alert.severity).styled(severity_style(alert.severity.as_deref())),
            Cell::new(&alert.alert_type),
            text(&alert.src_ip),
            text(&alert.dst_ip),
            Cell::new(alert.evidence_line()),
        ]);
        table.row(row);
    }
    table
}

/// An instant without its fraction, which is there for the order.
pub(super) fn to_seconds(instant: &str) -> String {
    match instant.split_once('.') {
        Some((seconds, fraction)) => match fraction.strip_suffix('Z') {
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => format!("{seconds}Z"),
            _ => instant.to_owned(),
        },
        None => instant.to_owned(),
    }
}

pub(super) fn severity_style(severity: Option<&str>) -> Style {
    match severity {
        Some("critical") => AnsiColor::Red.on_default().bold(),
        Some("high") => AnsiColor::Red.on_default(),
        Some("medium") => AnsiColor::Yellow.on_default(),
        Some("low") => AnsiColor::Cyan.on_default(),
        _ => Style::new(),
    }
}

fn csv(out: &mut dyn Write, alerts: &[Shown]) -> io::Result<()> {
    const HEADER: [&str; 10] =
        ["id", "alert_type", "src_ip", "dst_ip", "score", "severity", "rule", "evidence", "status", "created_at"];
    let mut writer = Csv::new(out);
    writer.line(HEADER)?;
    for alert in alerts {
        let (id, status, created_at) = match &alert.stored {
            Some((id, status, created_at)) => (id.to_string(), status.as_str(), created_at.as_str()),
            None => (String::new(), "", ""),
        };
        let record = [
            id.as_str(),
            &alert.alert_type,
            alert.src_ip.as_deref().unwrap_or(""),
            alert.dst_ip.as_deref().unwrap_or(""),
            &alert.score.to_string(),
            alert.severity.as_deref().unwrap_or(""),
            alert.rule.as_deref().unwrap_or(""),
            &json_text(&alert.evidence),
            status,
            created_at,
        ];
        writer.line(record)?;
    }
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Vec<Shown> {
        vec![Shown {
            stored: Some((7, "new".into(), "2026-03-11T20:35:11Z".into())),
            alert_type: "scan".into(),
            src_ip: Some("192.0.2.1".into()),
            dst_ip: None,
            score: 95,
            severity: Some("critical".into()),
            rule: Some("a_rule".into()),
            evidence: serde_json::json!({"ports": 95, "note": "a,\"b\""}),
        }]
    }

    fn written(format: Format, alerts: &[Shown]) -> String {
        let mut out = Vec::new();
        write_alerts(&mut out, alerts, format, None).expect("write");
        anstream::adapter::strip_str(&String::from_utf8(out).expect("text")).to_string()
    }

    #[test]
    fn every_format() {
        assert_eq!(
            written(Format::Ndjson, &shown()),
            "{\"id\":7,\"alert_type\":\"scan\",\"src_ip\":\"192.0.2.1\",\"dst_ip\":null,\"score\":95,\"severity\":\"critical\",\
             \"rule\":\"a_rule\",\"evidence\":{\"ports\":95,\"note\":\"a,\\\"b\\\"\"},\"status\":\"new\",\
             \"created_at\":\"2026-03-11T20:35:11Z\"}\n"
        );
        assert_eq!(
            written(Format::Csv, &shown()),
            "id,alert_type,src_ip,dst_ip,score,severity,rule,evidence,status,created_at\n\
             7,scan,192.0.2.1,,95,critical,a_rule,\"{\"\"ports\"\":95,\"\"note\"\":\"\"a,\\\"\"b\\\"\"\"\"}\",new,2026-03-11T20:35:11Z\n"
        );
        assert_eq!(
            written(Format::Table, &shown()),
            "id  created               status  score  severity  type  source     destination  evidence\n \
              7  2026-03-11T20:35:11Z  new        95  critical  scan  192.0.2.1  -            ports=95 note=a,\"b\"\n"
        );
        let json: Value = serde_json::from_str(&written(Format::Json, &shown())).expect("json");
        assert_eq!(json[0]["evidence"]["ports"], 95);
        assert_eq!(written(Format::Json, &[]), "[]\n");
    }
}
