//! A message as a notifier is shown it: the fields that it was granted, with the operator's own addresses under pseudonyms.
//!
//! It must never hold anything else: whoever is told passes it on.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::bindings::notifier::net_scout::plugin::notification as wit;
use crate::bindings::rule::net_scout::plugin::types::Value as WitValue;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{AlertField, Notification, NotificationKind, NotifiedAlert, Pseudonyms, parse_address, plain};

/// The most alerts of a message; the others are counted.
const ALERTS: usize = 50;
/// The longest text of a field, in characters.
const FIELD: usize = 1_000;
/// The longest key and title, in characters.
const LINE: usize = 200;
/// The longest text of a report, in bytes.
const TEXT: usize = 64 << 10;
/// The most bytes of the evidence and the enrichment of one alert. What is larger is left out: half of it would be no JSON.
const DETAILS: usize = 32 << 10;

/// A message as it is told.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The same at each attempt.
    #[serde(default)]
    pub key: String,
    /// What it is about.
    #[serde(default)]
    pub kind: NotificationKind,
    /// One line that names no alert.
    #[serde(default)]
    pub title: String,
    /// The text of a report.
    #[serde(default)]
    pub text: Option<String>,
    /// The fields of each alert.
    #[serde(default)]
    pub alerts: Vec<BTreeMap<AlertField, Json>>,
    /// How many further alerts it stands for.
    #[serde(default)]
    pub more: u32,
    /// The number of the attempt, from 1.
    #[serde(default = "first")]
    pub attempt: u32,
}

fn first() -> u32 {
    1
}

impl Told {
    /// What is told of a message to a notifier that was granted these fields.
    #[must_use]
    pub fn new(message: &Notification, fields: &BTreeSet<AlertField>, own: &Pseudonyms) -> Self {
        let shown = Shown { fields, own: (!fields.contains(&AlertField::OwnAddresses)).then_some(own) };
        let left_out = message.alerts.len().saturating_sub(ALERTS);
        let text = message.text.as_ref().filter(|_| fields.contains(&AlertField::Text));
        Self {
            key: plain(&message.key, LINE),
            kind: message.kind,
            title: shown.text(&message.headline(), LINE),
            text: text.map(|text| shown.lines(text)),
            alerts: message.alerts.iter().take(ALERTS).map(|alert| shown.alert(alert)).collect(),
            more: message.more.saturating_add(u32::try_from(left_out).unwrap_or(u32::MAX)),
            attempt: message.attempt.max(1),
        }
    }

    /// The same without the fields that were not granted: for a message that somebody wrote as it is told.
    #[must_use]
    pub fn narrowed(mut self, fields: &BTreeSet<AlertField>) -> Self {
        self.text = self.text.filter(|_| fields.contains(&AlertField::Text));
        for alert in &mut self.alerts {
            alert.retain(|field, _| fields.contains(field));
        }
        self
    }

    /// The addresses that it names as those of sources and targets: other addresses, and pseudonyms.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        let named = |alert: &BTreeMap<AlertField, Json>| {
            [AlertField::SrcIp, AlertField::DstIp].map(|field| alert.get(&field).and_then(Json::as_str).map(str::to_owned))
        };
        self.alerts.iter().flat_map(named).flatten().collect()
    }

    /// As it crosses to the guest.
    pub(super) fn wit(&self) -> wit::Message {
        let field = |(field, value): (&AlertField, &Json)| wit::Field {
            name: field.name().to_owned(),
            value: match value {
                Json::Null => WitValue::Null,
                Json::Bool(value) => WitValue::Boolean(*value),
                Json::Number(value) => {
                    value.as_i64().map_or_else(|| WitValue::Real(value.as_f64().unwrap_or(0.0)), WitValue::Integer)
                }
                Json::String(value) => WitValue::Text(value.clone()),
                details => WitValue::Text(details.to_string()),
            },
        };
        wit::Message {
            key: self.key.clone(),
            kind: match self.kind {
                NotificationKind::Alerts => wit::MessageKind::Alerts,
                NotificationKind::Report => wit::MessageKind::Report,
                NotificationKind::Test => wit::MessageKind::Test,
            },
            title: self.title.clone(),
            text: self.text.clone(),
            alerts: self.alerts.iter().map(|alert| wit::Alert { fields: alert.iter().map(field).collect() }).collect(),
            more: self.more,
            attempt: self.attempt,
        }
    }
}

/// What may be shown.
struct Shown<'a> {
    fields: &'a BTreeSet<AlertField>,
    /// How own addresses are called; none where they are shown as they are.
    own: Option<&'a Pseudonyms>,
}

impl Shown<'_> {
    /// A text on one line.
    fn text(&self, text: &str, longest: usize) -> String {
        let text = plain(text, longest);
        self.own.map_or(text.clone(), |own| own.replace(&text))
    }

    /// A text of several lines.
    fn lines(&self, text: &str) -> String {
        let (mut out, mut room) = (String::new(), TEXT);
        for line in text.lines() {
            let line = self.text(line, FIELD) + "\n";
            let Some(left) = room.checked_sub(line.len()) else { break };
            out.push_str(&line);
            room = left;
        }
        out
    }

    fn is_own(&self, address: Option<&str>) -> bool {
        let address: Option<IpAddr> = address.and_then(parse_address);
        self.own.zip(address).is_some_and(|(own, address)| own.is_own(address))
    }

    fn alert(&self, NotifiedAlert { alert, enrichment }: &NotifiedAlert) -> BTreeMap<AlertField, Json> {
        let text = |text: &str| Some(Json::from(self.text(text, FIELD)));
        let optional = |value: &Option<String>| value.as_deref().and_then(text);
        let instant = |text: &str| parse_timestamp(text).map(|instant| Json::from(instant.0));
        let value = |field: AlertField| match field {
            AlertField::Id => Some(alert.id.into()),
            AlertField::Rule => optional(&alert.rule),
            AlertField::Type => text(&alert.alert_type),
            AlertField::Severity => optional(&alert.severity),
            AlertField::Score => Some(alert.score.into()),
            AlertField::Status => Some(alert.status.as_str()).filter(|status| !status.is_empty()).and_then(text),
            AlertField::SrcIp => optional(&alert.src_ip),
            AlertField::DstIp => optional(&alert.dst_ip),
            AlertField::CreatedAt => instant(&alert.created_at),
            AlertField::UpdatedAt => alert.updated_at.as_deref().and_then(instant),
            AlertField::Evidence => self.details(&alert.evidence),
            AlertField::Enrichment => {
                let mut found = enrichment.clone();
                if let Json::Object(sides) = &mut found {
                    // The names of an own address say what it is.
                    sides.retain(|side, _| match side.as_str() {
                        "src" => !self.is_own(alert.src_ip.as_deref()),
                        "dst" => !self.is_own(alert.dst_ip.as_deref()),
                        _ => self.own.is_none(),
                    });
                }
                self.details(&found)
            }
            AlertField::Text | AlertField::OwnAddresses => None,
        };
        self.fields.iter().filter_map(|&field| Some((field, value(field)?))).collect()
    }

    /// What is kept of a JSON value; none where it is nothing or too large.
    fn details(&self, value: &Json) -> Option<Json> {
        if value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty) || value.to_string().len() > DETAILS {
            return None;
        }
        Some(self.json(value))
    }

    fn json(&self, value: &Json) -> Json {
        match value {
            Json::String(text) => self.text(text, FIELD).into(),
            Json::Array(values) => values.iter().map(|value| self.json(value)).collect(),
            Json::Object(members) => members
                .iter()
                .map(|(name, value)| (self.text(name, LINE), self.json(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
