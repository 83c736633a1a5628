//! `slack`: tells a channel of Slack, through an incoming webhook, or one of Mattermost, which understands the same.
//!
//! The URL of the webhook is the secret. All texts are plain: what an attacker wrote is no mention, link or markup.

use net_scout_sdk::http::{self, Header, Method};
use net_scout_sdk::{Arguments, Message, NotifierDescription, NotifyError, Parameter, Receipt, delivered, notifier};
use serde_json::{Value, json};

/// The most characters of a text in a block (Slack's reference of blocks), and of a header.
const LONGEST_TEXT: usize = 3_000;
const LONGEST_HEADER: usize = 150;
/// Where Slack's webhooks lie.
const SLACK: &str = "https://hooks.slack.com";
/// The secret: the URL of the webhook, or what stands behind `/services/` in it.
const SECRET: &str = "NET_SCOUT_SECRET_SLACK";

notifier!(describe, notify);

fn describe() -> NotifierDescription {
    let fields = ["id", "type", "severity", "score", "src_ip", "dst_ip", "text"];
    let server = "Scheme and host of another server that takes Slack's webhooks; empty for Slack";
    let path = "What stands in the URL of a webhook between the host and the secret part";
    NotifierDescription::new("slack", env!("CARGO_PKG_VERSION"), "Tells a channel of Slack, through an incoming webhook", &fields)
        .parameter(Parameter::line("server", "", 200, server))
        .parameter(Parameter::line("path", "/services/", 200, path))
        .talks_to(&["POST"], SLACK, Some(SECRET))
        .talks_to(&["POST"], "{=server}", Some(SECRET))
}

fn notify(message: &Message, arguments: &Arguments) -> Result<Receipt, NotifyError> {
    let server = arguments.text("server")?.trim().trim_end_matches('/');
    let server = if server.is_empty() { SLACK } else { server };
    let url = format!("{server}/{}/{{secret}}", arguments.text("path")?.trim_matches('/'));
    let header = Header { name: "content-type".to_owned(), value: "application/json".to_owned() };
    delivered(http::send(Method::Post, &url, &[header], Some(content(message).to_string().as_bytes()))?)?;
    Ok(Receipt { id: None })
}

fn content(message: &Message) -> Value {
    let plain = |kind: &str, text: &str| json!({"type": kind, "text": {"type": "plain_text", "text": text, "emoji": false}});
    let title: String = message.headline().chars().take(LONGEST_HEADER).collect();
    let body = message.body(LONGEST_TEXT);
    let mut blocks = vec![plain("header", &title)];
    if !body.is_empty() {
        blocks.push(plain("section", &body));
    }
    // What stands in notifications, and the whole message where blocks are not understood: there `&`, `<` and `>` begin markup.
    let escaped = format!("{title}\n{body}").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    json!({"text": escaped, "mrkdwn": false, "unfurl_links": false, "unfurl_media": false, "blocks": blocks})
}
