//! The forms of chat services. Each has a place for text that it takes as nothing but text; where it has none, the text is escaped.

use reqwest::Url;
use serde_json::{Value, json};

use crate::message::{Failure, Message};
use crate::text::cut;
use net_scout_model::Severity;

/// A form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The message as it is, as Standard Webhooks have it.
    Json,
    Ntfy {
        topic: String,
    },
    Slack,
    Discord,
    Telegram {
        chat: String,
    },
    Teams,
    Mattermost,
    Gotify,
    Pushover,
}

/// What is sent.
pub(super) struct Request {
    pub(super) url: Url,
    pub(super) body: Value,
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Form {
    pub(super) fn of(kind: &str, topic: Option<String>, chat: Option<String>) -> Result<Self, String> {
        let needed =
            |value: &Option<String>, key: &str| value.clone().ok_or_else(|| format!("`{key}` is missing: {kind} needs it"));
        let form = match kind {
            "ntfy" => Self::Ntfy { topic: needed(&topic, "topic")? },
            "slack" => Self::Slack,
            "discord" => Self::Discord,
            "telegram" => Self::Telegram { chat: needed(&chat, "chat")? },
            "teams" => Self::Teams,
            "mattermost" => Self::Mattermost,
            "gotify" => Self::Gotify,
            "pushover" => Self::Pushover,
            _ => Self::Json,
        };
        for (key, is_there, is_known) in [
            ("topic", topic.is_some(), matches!(form, Self::Ntfy { .. })),
            ("chat", chat.is_some(), matches!(form, Self::Telegram { .. })),
        ] {
            if is_there && !is_known {
                return Err(format!("`{key}` is not a key of {kind}"));
            }
        }
        Ok(form)
    }

    pub(super) fn needs_token(&self) -> bool {
        matches!(self, Self::Telegram { .. } | Self::Gotify | Self::Pushover)
    }

    /// Whether whoever knows the URL can write there.
    pub(super) fn is_secret_url(&self) -> bool {
        matches!(self, Self::Slack | Self::Discord | Self::Teams | Self::Mattermost)
    }

    /// Where the service is, if it is in one place alone.
    pub(super) fn default_url(&self) -> Option<&'static str> {
        match self {
            Self::Telegram { .. } => Some("https://api.telegram.org"),
            Self::Pushover => Some("https://api.pushover.net/1/messages.json"),
            Self::Ntfy { .. } => Some("https://ntfy.sh"),
            _ => None,
        }
    }

    /// A message in this form.
    pub(super) fn request(&self, message: &Message, url: &Url, token: &str, user: &str) -> Result<Request, Failure> {
        let (title, text) = (cut(&message.title(), 200), message.body());
        let (mut url, mut headers) = (url.clone(), Vec::new());
        let body = match self {
            Self::Json => message.json(),
            Self::Ntfy { topic } => {
                if !token.is_empty() {
                    headers.push(("authorization", format!("Bearer {token}")));
                }
                json!({ "topic": topic, "title": title, "message": cut(&text, 3_500), "priority": level(message, [2, 2, 3, 4, 5]) })
            }
            // `plain_text` knows no markup; `text` is what a notification shows.
            Self::Slack => json!({
                "text": slack(&title),
                "blocks": [
                    { "type": "header", "text": { "type": "plain_text", "emoji": false, "text": cut(&title, 150) } },
                    { "type": "section", "text": { "type": "plain_text", "emoji": false, "text": cut(&text, 3_000) } },
                ],
            }),
            // Nobody is mentioned, and no link is opened to show what is behind it.
            Self::Discord => json!({
                "content": cut(&format!("**{}**\n{}", markdown(&title), markdown(&text)), 2_000),
                "allowed_mentions": { "parse": [] },
                "flags": 4,
            }),
            Self::Telegram { chat } => {
                let mut segments = url.path_segments_mut().map_err(|()| Failure::refused("its URL has no path"))?;
                segments.pop_if_empty().push(&format!("bot{token}")).push("sendMessage");
                drop(segments);
                let text = format!("<b>{}</b>\n<pre>{}</pre>", html(&title), html(&cut(&text, 3_000)));
                json!({ "chat_id": chat, "text": text, "parse_mode": "HTML", "link_preview_options": { "is_disabled": true } })
            }
            // A run of text knows no markup; a block of text does.
            Self::Teams => {
                let run = |text: &str, weight: &str| json!({ "type": "RichTextBlock", "inlines": [{ "type": "TextRun", "text": text, "weight": weight }] });
                let lines = text.lines().map(|line| run(line, "default"));
                let body: Vec<Value> = std::iter::once(run(&title, "bolder")).chain(lines).collect();
                let schema = "http://adaptivecards.io/schemas/adaptive-card.json";
                let card = json!({ "$schema": schema, "type": "AdaptiveCard", "version": "1.4", "body": body });
                json!({ "type": "message", "attachments": [{ "contentType": "application/vnd.microsoft.card.adaptive", "content": card }] })
            }
            // Nothing in a block of code is markup, a link or a mention.
            Self::Mattermost => json!({ "text": format!("```\n{}\n{}\n```", fenced(&title), fenced(&cut(&text, 15_000))) }),
            Self::Gotify => {
                headers.push(("x-gotify-key", token.to_owned()));
                url.path_segments_mut().map_err(|()| Failure::refused("its URL has no path"))?.pop_if_empty().push("message");
                let extras = json!({ "client::display": { "contentType": "text/plain" } });
                json!({ "title": title, "message": text, "priority": level(message, [1, 3, 5, 7, 10]), "extras": extras })
            }
            Self::Pushover => json!({
                "token": token, "user": user, "title": title, "message": cut(&text, 1_024), "priority": level(message, [-2, -1, 0, 0, 1]),
                "timestamp": message.formed.0.div_euclid(1_000_000),
            }),
        };
        Ok(Request { url, body, headers })
    }
}

/// The level of a service for each severity.
fn level(message: &Message, levels: [i64; 5]) -> i64 {
    match message.severity() {
        Severity::Informational => levels[0],
        Severity::Low => levels[1],
        Severity::Medium => levels[2],
        Severity::High => levels[3],
        Severity::Critical => levels[4],
    }
}

/// What Slack takes for markup in any text: links and mentions.
fn slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What HTML takes for markup.
fn html(text: &str) -> String {
    slack(text).replace('"', "&quot;")
}

/// What Markdown takes for markup or a link: a backslash before punctuation makes it text. A line that begins with a dash stays a list.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.split_inclusive('\n') {
        let (dash, rest) = line.strip_prefix("- ").map_or(("", line), |rest| ("- ", rest));
        out.push_str(dash);
        for letter in rest.chars() {
            if letter.is_ascii_punctuation() && !",;'%$\"".contains(letter) {
                out.push('\\');
            }
            out.push(letter);
        }
    }
    out
}

/// Text inside a block of code, which it cannot end.
fn fenced(text: &str) -> String {
    text.replace("```", "'''").replace('`', "'")
}
