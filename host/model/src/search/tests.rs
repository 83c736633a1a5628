use serde_json::json;

use super::*;
use crate::Triage;

const NOW: Timestamp = Timestamp(1_773_261_311_000_000);

fn parse(text: &str) -> AlertQuery {
    AlertQuery::parse(text, &KnownNames::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error(text: &str) -> String {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let known = KnownNames { rules: names(&["port_scan", "beacon"]), types: names(&["vertical_scan"]) };
    AlertQuery::parse(text, &known).expect_err(text).to_string()
}

fn alert() -> StoredAlert {
    StoredAlert {
        id: 7,
        alert_type: "vertical_scan".into(),
        src_ip: Some("203.0.113.9".into()),
        dst_ip: Some("192.0.2.9".into()),
        score: 80,
        severity: Some("high".into()),
        rule: Some("port_scan".into()),
        status: "new".into(),
        created_at: NOW.plus(-7_200_000_000).stored(),
        updated_at: Some(NOW.plus(-3_600_000_000).stored()),
        evidence: json!({"ports": [22, 443], "name": "Scanner \"x\" of Example", "related": [{"rule": "beacon", "evidence": {"port": 8443}}]}),
        triage: Triage { labels: vec!["a".into(), "b".into()], assignee: Some("anna".into()), ..Triage::default() },
    }
}

#[test]
fn terms_hold_or_not() {
    let alert = alert();
    for text in [
        "",
        "7",
        "7 9",
        "id:7",
        "id:5..7",
        "rule:port_scan",
        "rule:x,beacon",
        "type:vertical_scan",
        "src:203.0.113.0/24",
        "dst:192.0.2.9",
        "ip:192.0.2.0/24",
        "203.0.113.9",
        "192.0.2.0/24",
        "port:22",
        "port:20..30",
        "port:8443",
        "score:80",
        "score:>=80",
        "score:80..",
        "score:..80",
        "score:>79",
        "score:<81",
        "score:<=80",
        "score:1,80",
        "severity:high",
        "severity:>=medium",
        "severity:low..critical",
        "severity:high..",
        "severity:low,high",
        "status:open",
        "status:new",
        "status:closed,new",
        "label:a",
        "label:x,b",
        "assignee:anna",
        "assignee:none,anna",
        "since:2h",
        "since:2026-03-11",
        "until:30m",
        "scanner",
        "\"scanner \\\"X\\\" of\"",
        "-scanned",
        "!dst:192.0.2.8",
        "-rule:x src:203.0.113.9 score:>=80 severity:high status:open since:24h -dst:192.0.2.10 EXAMPLE",
        "443",
        "-443x",
        "\"443\"",
        "vertical",
    ] {
        let expected = text != "443";
        assert_eq!(parse(text).matches(&alert, NOW), expected, "{text}");
        let negated = text.split_whitespace().count() == 1 && !text.starts_with(['-', '!']) && text.parse::<i64>().is_err();
        if negated {
            assert!(!parse(&format!("-{text}")).matches(&alert, NOW), "-{text}");
        }
    }
    for text in [
        "8",
        "rule:horizontal",
        "src:203.0.114.0/24",
        "port:21",
        "port:2",
        "score:81..",
        "severity:critical",
        "status:closed",
        "label:c",
        "assignee:none",
        "since:30m",
        "until:2h",
        "verdict:benign",
        "nothing",
    ] {
        assert!(!parse(text).matches(&alert, NOW), "{text}");
    }
}

#[test]
fn a_snooze_that_is_over_is_none() {
    let until =
        |until| StoredAlert { status: "snoozed".into(), triage: Triage { snoozed_until: until, ..Triage::default() }, ..alert() };
    let (over, later, worse) = (until(Some(NOW)), until(Some(NOW.plus(1))), until(None));
    let open = parse("status:open");
    assert_eq!([over, later, worse].map(|alert| open.matches(&alert, NOW)), [true, false, false]);
}

#[test]
fn the_status_of_the_python_program_is_a_verdict() {
    let closed = StoredAlert { status: "false_positive".into(), ..alert() };
    assert!(parse("status:closed verdict:false_positive").matches(&closed, NOW));
}

#[test]
fn what_is_not_understood_is_an_error_that_says_what_there_is() {
    assert_eq!(
        error("scr:192.0.2.1"),
        "there is no field `scr` (did you mean `src`?); the fields are id, rule, type, src, dst, ip, port, score, severity, status, verdict, \
         label, assignee, since, until (a text with a colon is written in quotes: \"scr:...\")"
    );
    assert_eq!(
        error("rule:prot_scan"),
        "rule: there is no rule `prot_scan` (did you mean `port_scan`?); there are beacon, port_scan"
    );
    assert_eq!(error("type:horizontal"), "type: there is no type of alerts `horizontal`; there are vertical_scan");
    assert!(
        error("status:snozed")
            .starts_with("status: there is no status `snozed` (did you mean `snoozed`?); there are open, new, enriched")
    );
    assert!(
        error("severity:>=hgih")
            .starts_with("severity: there is no severity `hgih` (did you mean `high`?); there are informational")
    );
    assert_eq!(
        error("verdict:good"),
        "verdict: there is no verdict `good`; there are true_positive, benign, false_positive, duplicate"
    );
    assert_eq!(error("src:192.168.1.0/16"), "src: `192.168.1.0/16` is not a network: it begins at 192.168.0.0/16");
    for (text, part) in [
        ("score:101", "score: `101` is not a score from 0 to 100"),
        ("score:80..50", "score: `80..50` is not a score"),
        ("score:..", "score: `..` is not"),
        ("score:>", "score: `>` is not"),
        ("port:65536", "port: `65536` is not a port"),
        ("id:-1", "id: `-1` is not the number of an alert"),
        ("since:yesterday", "since: `yesterday` is not a time"),
        ("src:", "src: a value is missing"),
        ("label:a,,b", "label: a value is missing"),
        ("a OR b", "`OR` joins nothing here"),
        ("\"open", "the query ends inside a quote: \"open"),
    ] {
        assert!(error(text).starts_with(part), "{text}: {}", error(text));
    }
}

#[test]
fn it_is_bounded() {
    assert_eq!(error(&"x".repeat(QUERY_BYTES + 1)), "the query is longer than 4096 bytes");
    assert!(error(&"x ".repeat(QUERY_TERMS + 1)).starts_with("the query has more than 64 terms"));
    assert_eq!(error(&format!("id:{}", "1,".repeat(QUERY_VALUES))), "id: has more than 256 values");
    assert!(AlertQuery::parse(&"1 ".repeat(1_000), &KnownNames::default()).is_ok_and(|query| query.ids().len() == 1_000));
}

#[test]
fn numbers_alone_are_those_of_alerts() {
    assert_eq!(parse("7 9 rule:x").ids(), [7, 9]);
    assert_eq!((parse("id:1..9").ids(), parse("-id:1").ids(), parse("\"7\"").ids()), (vec![], vec![], vec![]));
    assert_eq!(parse("7").and(parse("rule:a")).to_string(), "7 rule:a");
}

#[test]
fn what_looks_like_an_address_and_is_none_is_no_text() {
    for text in ["1.2.3.4/33", "300.1.1.1", "1.2.3.4/-1", "::1/129", "\"\""] {
        let error = AlertQuery::parse(text, &KnownNames::default()).expect_err(text).to_string();
        assert!(error.starts_with("text: "), "{text}: {error}");
    }
    for text in ["\"1.2.3.4/33\"", "1.2.3.4", "port 443", "v1.2b", "a:b:c-d".trim_start_matches("a:b:")] {
        AlertQuery::parse(text, &KnownNames::default()).expect(text);
    }
}
