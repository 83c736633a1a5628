//! `discord`: tells a channel of Discord, through a webhook.
//!
//! The URL of the webhook is the secret. What an attacker wrote stands in a block of code, where it is no mention, link or markup.

use net_scout_sdk::http::{self, Header, Method};
use net_scout_sdk::{Arguments, Message, NotifierDescription, NotifyError, Parameter, Receipt, delivered, notifier};
use serde_json::{Value, json};

/// The most characters of a message (Discord's reference of webhooks), with some to spare for what is put around the text.
const LONGEST: usize = 1_900;
/// Where Discord's webhooks lie.
const DISCORD: &str = "https://discord.com";
/// The secret: the URL of the webhook, or what stands behind `/api/webhooks/` in it.
const SECRET: &str = "NET_SCOUT_SECRET_DISCORD";

notifier!(describe, notify);

fn describe() -> NotifierDescription {
    let fields = ["id", "type", "severity", "score", "src_ip", "dst_ip", "text"];
    let server = "Scheme and host of another server that takes Discord's webhooks; empty for Discord";
    NotifierDescription::new("discord", env!("CARGO_PKG_VERSION"), "Tells a channel of Discord, through a webhook", &fields)
        .parameter(Parameter::line("server", "", 200, server))
        .talks_to(&["POST"], DISCORD, Some(SECRET))
        .talks_to(&["POST"], "{=server}", Some(SECRET))
}

fn notify(message: &Message, arguments: &Arguments) -> Result<Receipt, NotifyError> {
    let server = arguments.text("server")?.trim().trim_end_matches('/');
    let server = if server.is_empty() { DISCORD } else { server };
    let header = Header { name: "content-type".to_owned(), value: "application/json".to_owned() };
    // With `wait` it answers when the message is there, and what it is called.
    let url = format!("{server}/api/webhooks/{{secret}}?wait=true");
    let response = delivered(http::send(Method::Post, &url, &[header], Some(content(message).to_string().as_bytes()))?)?;
    let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    Ok(Receipt { id: answer["id"].as_str().filter(|id| id.len() <= 20).map(str::to_owned) })
}

fn content(message: &Message) -> Value {
    let title = message.headline();
    let body = message.body(LONGEST.saturating_sub(title.chars().count()));
    let code = |text: &str| text.replace('`', "'");
    let content =
        if body.is_empty() { format!("`{}`", code(&title)) } else { format!("```\n{}\n\n{}\n```", code(&title), code(&body)) };
    json!({"content": content, "allowed_mentions": {"parse": []}})
}
