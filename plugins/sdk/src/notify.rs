//! What notifiers share: what one says of itself, a message as lines of text, and what a status means to whoever sent one.

use std::fmt::Write as _;

use crate::alert::Error;
use crate::bindings::net_scout::plugin::description::{Parameter, Request};
use crate::bindings::net_scout::plugin::state::StateError;
use crate::bindings::net_scout::plugin::types::Value;
use crate::describe::{http, texts};
use crate::enricher_bindings::net_scout::plugin::http::{HttpError, Response};
use crate::notifier_bindings::net_scout::plugin::notification::{self, Alert, Message, NotifyError};

/// A notifier's description, built step by step.
#[derive(Clone, Debug)]
pub struct NotifierDescription(notification::NotifierDescription);

impl NotifierDescription {
    /// A notifier with its name, its version, whom it tells in one sentence, and the fields of an alert that it asks for.
    #[must_use]
    pub fn new(name: &str, version: &str, summary: &str, fields: &[&str]) -> Self {
        Self(notification::NotifierDescription {
            name: name.into(),
            version: version.into(),
            summary: summary.into(),
            fields: texts(fields),
            parameters: Vec::new(),
            requests: Vec::new(),
        })
    }

    /// Something that can be tuned.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.0.parameters.push(parameter);
        self
    }

    /// Asks to send to a server, perhaps with a secret that the host adds: as a bearer token, or where `{secret}` stands in the path of
    /// the URL or in a header field.
    #[must_use]
    pub fn talks_to(mut self, methods: &[&str], server: &str, secret: Option<&str>) -> Self {
        self.0.requests.push(http(methods, server, secret));
        self
    }

    /// Asks for a store of its own of so many bytes.
    #[must_use]
    pub fn keeps_state(mut self, bytes: u32) -> Self {
        self.0.requests.push(Request::State(bytes));
        self
    }
}

impl From<NotifierDescription> for notification::NotifierDescription {
    fn from(description: NotifierDescription) -> Self {
        description.0
    }
}

impl Alert {
    /// The value of a field; none where it was not granted, or the alert does not have it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|field| field.name == name).map(|field| &field.value)
    }

    /// The value of a field that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The value of a field that is a whole number.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Value::Integer(value)) => Some(*value),
            _ => None,
        }
    }

    /// What it says on one line, without any markup: `high: port_scan from 203.0.113.9, score 80 (alert 7)`.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = self.text("type").or_else(|| self.text("rule")).unwrap_or("an alert").to_owned();
        if let Some(severity) = self.text("severity") {
            line = format!("{severity}: {line}");
        }
        // To a text, which takes all.
        for (word, field) in [("from", "src_ip"), ("to", "dst_ip")] {
            let _ = self.text(field).map(|address| write!(line, " {word} {address}"));
        }
        let _ = self.integer("score").map(|score| write!(line, ", score {score}"));
        let _ = self.integer("id").map(|id| write!(line, " (alert {id})"));
        line
    }
}

impl Message {
    /// Its title, with a word about it where an earlier attempt may have arrived.
    #[must_use]
    pub fn headline(&self) -> String {
        if self.attempt > 1 { format!("{} (may be a repeat)", self.title) } else { self.title.clone() }
    }

    /// The text of a report, or a line for each alert: as many lines as `longest` characters hold, and how many alerts are not among them.
    #[must_use]
    pub fn body(&self, longest: usize) -> String {
        let rest = |left_out: usize| left_out + self.more as usize;
        let lines = self.alerts.iter().map(Alert::line);
        let mut lines: Vec<String> = self.text.iter().flat_map(|text| text.lines().map(str::to_owned)).chain(lines).collect();
        let all = lines.len();
        // Enough for the line about what is left out.
        let room = longest.saturating_sub(40);
        let mut used = 0;
        let fits = lines.iter().take_while(|line| {
            used += line.chars().count() + 1;
            used <= room
        });
        let fits = fits.count();
        lines.truncate(fits);
        if rest(all - fits) > 0 {
            lines.push(format!("and {} more", rest(all - fits)));
        }
        lines.join("\n")
    }
}

/// The response where the status says that the message was taken, and else what the status means (RFC 9110, section 15; RFC 6585).
///
/// # Errors
/// For every status but 200 to 299.
pub fn delivered(response: Response) -> Result<Response, NotifyError> {
    let status = response.status;
    let seconds = || {
        let field = response.headers.iter().find(|field| field.name == "retry-after");
        // Some services write parts of seconds.
        field
            .and_then(|field| field.value.trim().parse::<f64>().ok())
            .filter(|seconds| *seconds >= 0.0)
            .map(|seconds| seconds.ceil() as u32)
    };
    let text = format!("the server answered {status}");
    match status {
        200..=299 => Ok(response),
        401 | 403 => Err(NotifyError::AccessDenied(text)),
        429 => Err(NotifyError::RateLimited(seconds())),
        408 | 425 | 500..=599 => Err(NotifyError::Unavailable(text)),
        _ => Err(NotifyError::Refused(text)),
    }
}

impl From<HttpError> for NotifyError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::AccessDenied(text) => Self::AccessDenied(text),
            HttpError::TimedOut(text) => Self::TimedOut(text),
            HttpError::Invalid(text) | HttpError::TooLarge(text) => Self::Invalid(text),
            HttpError::Unavailable(text) => Self::Unavailable(text),
        }
    }
}

impl From<StateError> for NotifyError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::AccessDenied(text) => Self::AccessDenied(text),
            StateError::TooLarge(text) => Self::Invalid(text),
            StateError::Unavailable(text) => Self::Unavailable(text),
        }
    }
}

/// What [`crate::Arguments`] says of a parameter that was not described.
impl From<Error> for NotifyError {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidParameter(text) | Error::Failed(text) => Self::Invalid(text),
            Error::Query(error) => Self::Invalid(format!("{error:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enricher_bindings::net_scout::plugin::http::Header;
    use crate::notifier_bindings::net_scout::plugin::notification::{Field, MessageKind};

    fn alert(fields: &[(&str, Value)]) -> Alert {
        let fields = fields.iter().map(|(name, value)| Field { name: (*name).to_owned(), value: value.clone() });
        Alert { fields: fields.collect() }
    }

    fn message(alerts: Vec<Alert>, more: u32) -> Message {
        let title = "net-scout: alerts".to_owned();
        Message { key: "k".to_owned(), kind: MessageKind::Alerts, title, text: None, alerts, more, attempt: 1 }
    }

    #[test]
    fn an_alert_on_a_line() {
        let text = |text: &str| Value::Text(text.to_owned());
        let whole = [
            ("id", Value::Integer(7)),
            ("type", text("port_scan")),
            ("severity", text("high")),
            ("score", Value::Integer(80)),
            ("src_ip", text("203.0.113.9")),
            ("dst_ip", text("own-1")),
        ];
        assert_eq!(alert(&whole).line(), "high: port_scan from 203.0.113.9 to own-1, score 80 (alert 7)");
        assert_eq!(alert(&[("rule", text("a"))]).line(), "a");
        assert_eq!(alert(&[]).line(), "an alert");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let one = || alert(&[("rule", Value::Text("x".repeat(20)))]);
        assert_eq!(message(vec![one(), one()], 0).body(200).lines().count(), 2);
        let cut = message((0..100).map(|_| one()).collect(), 5).body(200);
        assert!(cut.chars().count() <= 200 && cut.ends_with("\nand 98 more"), "{cut}");
        assert_eq!(message(vec![one()], 412).body(4_000).lines().last(), Some("and 412 more"));
        let repeated = Message { attempt: 2, ..message(Vec::new(), 0) };
        assert_eq!((repeated.headline().as_str(), repeated.body(100).as_str()), ("net-scout: alerts (may be a repeat)", ""));
    }

    #[test]
    fn what_a_status_means() {
        let with = |status, retry_after: Option<&str>| {
            let field = |value: &str| Header { name: "retry-after".to_owned(), value: value.to_owned() };
            delivered(Response { status, headers: retry_after.map(field).into_iter().collect(), body: Vec::new() })
        };
        assert!(with(200, None).is_ok() && with(204, None).is_ok());
        assert!(matches!(with(403, None), Err(NotifyError::AccessDenied(_))));
        assert!(matches!(with(404, None), Err(NotifyError::Refused(_))));
        assert!(matches!(with(400, None), Err(NotifyError::Refused(_))));
        assert!(matches!(with(429, Some("7")), Err(NotifyError::RateLimited(Some(7)))));
        assert!(matches!(with(429, Some("0.4")), Err(NotifyError::RateLimited(Some(1)))));
        assert!(matches!(with(429, Some("-1")), Err(NotifyError::RateLimited(None))));
        assert!(matches!(with(503, None), Err(NotifyError::Unavailable(_))));
    }
}
