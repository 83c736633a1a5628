//! `whois`: who an address or a domain is registered to, by the system's `whois` program (RFC 3912).

mod parse;

use net_scout_sdk::{Arguments, Description, EnrichError, Observable, ObservableKind, Parameter, enricher, exec};
use serde_json::{Value, json};

enricher!(describe, enrich);

/// How much of the answer is kept as it is, in characters.
const RAW: usize = 20_000;
const WEEK: u32 = 7 * 86_400;

fn describe() -> Description {
    let summary = "Who an address or a domain is registered to, by the system's whois program";
    // A server that the operator names is asked alone: it must not send us on to others.
    let at = ["--no-recursion", "-h", "{=server.host}", "-p", "{=server.port}"];
    Description::enricher("whois", env!("CARGO_PKG_VERSION"), summary, &[ObservableKind::Ip, ObservableKind::Domain])
        .kept(WEEK, 3_600)
        .parameter(Parameter::line(
            "server",
            "",
            255,
            "The server to ask, HOST:PORT; empty for the one that knows the observable",
        ))
        .parameter(Parameter::integer("timeout", 8, 1..=120, "How many seconds one question may take"))
        .runs("whois", &["{ip}"])
        .runs("whois", &["{domain}"])
        .runs("whois", &[&at[..], &["{ip}"]].concat())
        .runs("whois", &[&at[..], &["{domain}"]].concat())
}

fn enrich(observable: Observable, arguments: &Arguments) -> Result<String, EnrichError> {
    let server = arguments.text("server")?.trim();
    let mut words = Vec::new();
    if !server.is_empty() {
        let Some((host, port)) = server.rsplit_once(':') else {
            return Err(EnrichError::Invalid(format!("server `{server}` is not HOST:PORT")));
        };
        words.extend(["--no-recursion", "-h", host.trim_matches(['[', ']']), "-p", port].map(str::to_owned));
    }
    words.push(observable.value.clone());
    let seconds = u32::try_from(arguments.integer("timeout")?).ok();
    let output = exec::run("whois", &words, seconds)?;
    if output.timed_out {
        return Err(EnrichError::TimedOut(format!("whois gave no whole answer in {} s", arguments.integer("timeout")?)));
    }
    let text = output.stdout.trim();
    if text.is_empty() {
        let reason = output.stderr.lines().next().unwrap_or("it said nothing").to_owned();
        return Err(EnrichError::Unavailable(format!("whois: {reason}")));
    }
    if parse::says_slow_down(text) {
        return Err(EnrichError::RateLimited(None));
    }
    if parse::says_nothing_found(text) {
        return Err(EnrichError::NotFound(format!("whois knows nothing of {observable}", observable = observable.value)));
    }
    let facts = parse::facts(text);
    let raw: String = text.chars().take(RAW).collect();
    let truncated = output.truncated || raw.len() < text.len();
    let mut answer: serde_json::Map<String, Value> =
        facts.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect();
    answer.insert("raw".to_owned(), json!(raw));
    answer.insert("truncated".to_owned(), json!(truncated));
    Ok(Value::Object(answer).to_string())
}
