//! Which results are failures. The Python program keeps what came of a lookup as it is: null, nothing, an object with the member `error`, or
//! the words of the program that it ran.

use serde_json::Value;

/// How the Python program begins the text of a trace that failed.
const TRACE_ERROR: &str = "traceroute error:";
/// How Debian's `whois` begins what it says of a question that was not answered.
const WHOIS_ERRORS: [&str; 9] = [
    "connect:",
    "fgets:",
    "getaddrinfo(",
    "interrupted by signal",
    "no whois server is known",
    "read:",
    "socket:",
    "timeout",
    "write:",
];

/// Whether what a lookup of a kind came to is a failure.
pub(super) fn is_failure(kind: &str, result: &Value) -> bool {
    match result {
        Value::Null => true,
        Value::String(text) => is_failure_text(kind, text.trim()),
        other => other.get("error").is_some_and(|error| !error.is_null()),
    }
}

fn is_failure_text(kind: &str, text: &str) -> bool {
    match kind {
        _ if text.is_empty() => true,
        "traceroute" => text.starts_with(TRACE_ERROR) || !text.lines().any(is_hop),
        "whois" => {
            let first = text.lines().next().unwrap_or_default().to_ascii_lowercase();
            text.lines().count() <= 2 && WHOIS_ERRORS.iter().any(|error| first.starts_with(error))
        }
        _ => false,
    }
}

/// Whether a line begins with the number of a hop.
fn is_hop(line: &str) -> bool {
    line.split_whitespace().next().is_some_and(|word| word.bytes().all(|digit| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_python_program_keeps_of_failures() {
        for (kind, result) in [
            ("rdns", json!(null)),
            ("whois", json!("")),
            ("whois", json!("getaddrinfo(whois.ripe.net): Temporary failure in name resolution")),
            ("whois", json!("Timeout.\n")),
            ("whois", json!("No whois server is known for this kind of object.")),
            ("traceroute", json!("traceroute error: Command '['traceroute']' timed out after 10 seconds")),
            ("traceroute", json!("traceroute error: [Errno 2] No such file or directory: 'traceroute'")),
            ("traceroute", json!("connect: Network is unreachable")),
            ("traceroute", json!("x: Name or service not known\nCannot handle \"host\" cmdline arg `x'")),
            ("pdns", json!({"error": "pdns status 503"})),
            ("rdns", json!({"error": {"kind": "timed-out", "message": "", "attempts": 3}})),
        ] {
            assert!(is_failure(kind, &result), "{kind} {result}");
        }
    }

    #[test]
    fn answers_are_no_failures() {
        for (kind, result) in [
            ("rdns", json!("host.example")),
            ("rdns", json!({"name": null, "names": []})),
            ("whois", json!("inetnum: 192.0.2.0 - 192.0.2.255\nnetname: TEST")),
            ("whois", json!("Timeout: a netname\nof\nthree lines")),
            ("traceroute", json!("traceroute to 192.0.2.1 (192.0.2.1), 20 hops max\n 1  10.0.0.1  0.5 ms\n 2  * * *")),
            ("pdns", json!({"records": [], "error": null})),
            ("pdns", json!([])),
        ] {
            assert!(!is_failure(kind, &result), "{kind} {result}");
        }
    }
}
