use serde_json::json;

use super::*;
use crate::test_support::{message, told};
use net_scout_model::{Severity, ToldAlert};
use net_scout_tests::readers;

fn letter_of(message: &Message) -> String {
    let mailbox: Mailbox = "Scout <scout@example.org>".parse().expect("an address");
    String::from_utf8(letter(message, &mailbox, std::slice::from_ref(&mailbox)).expect("a letter").formatted()).expect("text")
}

fn header<'a>(letter: &'a str, name: &str) -> Vec<&'a str> {
    letter
        .split("\r\n\r\n")
        .next()
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .collect()
}

#[test]
fn one_thread_an_incident_and_one_identity_a_message() {
    let first = letter_of(&message(vec![told(7, Severity::High, "scan")]));
    let again = letter_of(&Message { attempt: 2, may_be_repeat: true, ..message(vec![told(7, Severity::High, "scan")]) });
    assert_eq!(header(&first, "Message-ID"), ["<msg_1@example.org>"]);
    assert_eq!(header(&first, "Message-ID"), header(&again, "Message-ID"));
    assert_eq!(header(&first, "References"), ["<alert-7-20260311203511@example.org>"]);
    assert_eq!(header(&first, "In-Reply-To"), header(&first, "References"));
    assert!(again.contains("may have arrived before"), "{again}");
    assert_eq!(header(&first, "Auto-Submitted"), ["auto-generated"]);
}

#[test]
fn no_header_is_injected() {
    for name in [
        "x\r\nBcc: evil@example.org",
        "x\nBcc: evil@example.org\n\nbody",
        "=?utf-8?q?=0D=0ABcc:_evil?=",
        "\u{0}\u{85}\u{2028}Bcc: y",
    ] {
        let letter = letter_of(&message(vec![told(7, Severity::High, name)]));
        let head = letter.split("\r\n\r\n").next().expect("a head");
        let names: Vec<&str> = head
            .lines()
            .filter(|line| !line.starts_with([' ', '\t']))
            .filter_map(|line| line.split_once(':'))
            .map(|(name, _)| name)
            .collect();
        assert!(
            !names.iter().any(|name| name.eq_ignore_ascii_case("bcc"))
                && names.len() == head.lines().filter(|line| !line.starts_with([' ', '\t'])).count(),
            "{letter}"
        );
    }
}

/// What another program reads of letters about hostile values: each of them, and no header that nobody wrote.
#[test]
fn another_program_reads_the_same() {
    let values = readers::hostile_values(readers::count());
    let (from, to): (Mailbox, Mailbox) =
        ("scout@example.org".parse().expect("an address"), "ops@example.org".parse().expect("an address"));
    let cases: Vec<Value> = values
        .chunks_exact(2)
        .map(|values| {
            let alert = ToldAlert { src_ip: Some(values[1].clone()), ..told(7, Severity::High, &values[0]) };
            let letter = letter(&message(vec![alert]), &from, std::slice::from_ref(&to)).expect("a letter").formatted();
            let (kind, source) = (json!([values[0], 80]), json!([values[1], 80]));
            // A rule of the same name is not named again.
            let rule = if values[0] == "port_scan" { "" } else { ", rule port_scan" };
            json!({
                "text": String::from_utf8(letter).expect("text"),
                "subject": ["net-scout: new: high ", kind, " from ", source],
                "line": ["- high ", kind, " from ", source, format!(", score 80{rule}, alert 7 (new)")],
            })
        })
        .collect();
    readers::read_back("mail", &cases);
}

#[test]
fn what_is_wrong_is_named() {
    let full = json!({ "server": "mail.example.org", "from": "a@example.org", "to": ["b@example.org"] });
    let with = |key: &str, value: Value| {
        let mut table = full.as_object().cloned().expect("a table");
        table.insert(key.to_owned(), value);
        Written::read(table).err().unwrap_or_default()
    };
    assert_eq!(with("port", json!(25)), "");
    assert!(
        with("tls", json!("none")).starts_with("tls: none sends mail in the clear, and mail.example.org is not this machine")
    );
    assert!(with("tls", json!("ssl")).starts_with("tls: `ssl` is not one of starttls, tls and none"));
    assert!(with("from", json!("nobody")).starts_with("from: `nobody` is not an address of mail"));
    assert!(with("user", json!("me")).contains("belong together"));
    assert!(with("password", json!("s3cret")).contains("`password` does not belong in this file"));
    assert!(with("to", json!([])).contains("`to` is empty"));
}

#[test]
fn a_report_is_text_and_a_page() {
    use crate::test_support::report;
    let both = letter_of(&report());
    assert_eq!(header(&both, "Subject"), ["net-scout: report for 1 d: 2 new alerts (2 high)"]);
    assert!(header(&both, "Content-Type")[0].starts_with("multipart/alternative"), "{both}");
    for part in ["text/plain", "text/html", "text 199", "<p>page</p>"] {
        assert!(both.contains(part), "{part}: {both}");
    }
    assert!(header(&both, "References").is_empty() && !both.contains("may have arrived before"));
    let mut plain = Message { may_be_repeat: true, ..report() };
    plain.report.as_mut().expect("a report").page = None;
    let plain = letter_of(&plain);
    assert!(plain.contains("may have arrived before") && !plain.contains("text/html") && plain.contains("text 199"), "{plain}");
}
