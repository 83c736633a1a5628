//! `telegram`: tells a chat of Telegram, through a bot.
//!
//! The bot's token is the secret. What an attacker wrote stands in preformatted text, where it is no mention, link or markup.

use net_scout_sdk::http::{self, Header, Method};
use net_scout_sdk::{Arguments, Message, NotifierDescription, NotifyError, Parameter, Receipt, delivered, notifier};
use serde_json::{Value, json};

/// The most characters of a message (Telegram's reference of sendMessage, 4,096), with some to spare for what is put around the text.
const LONGEST: usize = 3_900;
/// Where the interface for bots lies.
const TELEGRAM: &str = "https://api.telegram.org";
/// The secret: the bot's token.
const SECRET: &str = "NET_SCOUT_SECRET_TELEGRAM";

notifier!(describe, notify);

fn describe() -> NotifierDescription {
    let fields = ["id", "type", "severity", "score", "src_ip", "dst_ip", "text"];
    let server = "Scheme and host of a server of one's own for bots; empty for Telegram's";
    NotifierDescription::new("telegram", env!("CARGO_PKG_VERSION"), "Tells a chat of Telegram, through a bot", &fields)
        .parameter(Parameter::line(
            "chat",
            "",
            100,
            "The number of the chat, or the name of a channel with its @; it must be set",
        ))
        .parameter(Parameter::boolean("silent", false, "Messages make no sound"))
        .parameter(Parameter::line("server", "", 200, server))
        .talks_to(&["POST"], TELEGRAM, Some(SECRET))
        .talks_to(&["POST"], "{=server}", Some(SECRET))
}

fn notify(message: &Message, arguments: &Arguments) -> Result<Receipt, NotifyError> {
    let chat = arguments.text("chat")?.trim();
    if chat.is_empty() {
        return Err(NotifyError::Invalid(
            "the parameter chat is not set: the number of the chat, or a channel with its @".to_owned(),
        ));
    }
    let server = arguments.text("server")?.trim().trim_end_matches('/');
    let server = if server.is_empty() { TELEGRAM } else { server };
    let header = Header { name: "content-type".to_owned(), value: "application/json".to_owned() };
    let content = json!({
        "chat_id": chat,
        "text": text(message),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": true},
        "disable_notification": arguments.boolean("silent")?,
    });
    let response = http::send(
        Method::Post,
        &format!("{server}/bot{{secret}}/sendMessage"),
        &[header],
        Some(content.to_string().as_bytes()),
    )?;
    let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    if response.status == 429 {
        // How long to wait stands in the body.
        return Err(NotifyError::RateLimited(
            answer["parameters"]["retry_after"].as_u64().and_then(|seconds| seconds.try_into().ok()),
        ));
    }
    delivered(response)?;
    Ok(Receipt { id: answer["result"]["message_id"].as_i64().map(|id| id.to_string()) })
}

fn text(message: &Message) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let title = message.headline();
    let body = message.body(LONGEST.saturating_sub(title.chars().count()));
    if body.is_empty() {
        format!("<pre>{}</pre>", escaped(&title))
    } else {
        format!("<pre>{}\n\n{}</pre>", escaped(&title), escaped(&body))
    }
}
