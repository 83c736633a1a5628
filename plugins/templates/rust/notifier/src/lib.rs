//! `plugin_name`: posts alerts as JSON to a server of yours.

use net_scout_sdk::http::{self, Header, Method};
use net_scout_sdk::{Arguments, Message, NotifierDescription, NotifyError, Parameter, Receipt, delivered, notifier};
use serde_json::json;

notifier!(describe, notify);

fn describe() -> NotifierDescription {
    let fields = ["id", "type", "severity", "score", "src_ip"];
    NotifierDescription::new("plugin_name", env!("CARGO_PKG_VERSION"), "Posts alerts as JSON to a server of yours", &fields)
        .parameter(Parameter::line("server", "", 200, "Scheme and host of the server, such as https://hooks.example.net"))
        // The host adds the secret as a bearer token, or where `{secret}` stands in the path of the URL or in a header field.
        .talks_to(&["POST"], "{=server}", Some("NET_SCOUT_SECRET_MINE"))
}

fn notify(message: &Message, arguments: &Arguments) -> Result<Receipt, NotifyError> {
    let url = format!("{}/alerts", arguments.text("server")?.trim_end_matches('/'));
    let header = |name: &str, value: &str| Header { name: name.to_owned(), value: value.to_owned() };
    let headers = [header("content-type", "application/json"), header("idempotency-key", &message.key)];
    let body = json!({ "title": message.headline(), "text": message.body(4_000) }).to_string();
    delivered(http::send(Method::Post, &url, &headers, Some(body.as_bytes()))?)?;
    Ok(Receipt { id: Some(message.key.clone()) })
}
