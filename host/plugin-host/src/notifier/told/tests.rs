use net_scout_model::{Networks, StoredAlert, Triage};
use serde_json::json;

use super::*;

fn own() -> Pseudonyms {
    Pseudonyms::new(&"198.51.100.0/24".parse().expect("networks"), [1; 32])
}

fn alert() -> NotifiedAlert {
    NotifiedAlert {
        alert: StoredAlert {
            id: 7,
            alert_type: "port_scan".to_owned(),
            src_ip: Some("203.0.113.9".to_owned()),
            dst_ip: Some("198.51.100.10".to_owned()),
            score: 80,
            severity: Some("high".to_owned()),
            rule: Some("port_scan".to_owned()),
            status: "new".to_owned(),
            created_at: "2026-03-11T20:25:11Z".to_owned(),
            updated_at: None,
            evidence: json!({"targets": {"198.51.100.10": 3}, "note": "\u{1b}[2Jfrom 10.0.0.1:53 to 203.0.113.9", "ports": [22, 23]}),
            triage: Triage::default(),
        },
        enrichment: json!({"src": {"rdns": {"name": "a.example"}}, "dst": {"rdns": {"name": "payroll.intern"}}}),
    }
}

fn told(fields: &[AlertField]) -> Told {
    let message = Notification { key: "k".to_owned(), alerts: vec![alert()], ..Notification::default() };
    Told::new(&message, &fields.iter().copied().collect(), &own())
}

#[test]
fn only_what_was_granted_is_told() {
    let told_of = told(&[AlertField::Rule, AlertField::Severity]);
    assert_eq!(json!(told_of.alerts), json!([{"rule": "port_scan", "severity": "high"}]));
    assert_eq!((told_of.title.as_str(), told_of.attempt), ("net-scout: 1 alert", 1));
    assert_eq!(json!(told(&[]).alerts), json!([{}]));
    assert_eq!(told(&[]).addresses(), [""; 0]);
    let report = Notification { kind: NotificationKind::Report, text: Some("a\nb".to_owned()), ..Notification::default() };
    let text = |fields: &[AlertField]| Told::new(&report, &fields.iter().copied().collect(), &own()).text;
    assert_eq!((text(&[AlertField::Evidence]), text(&[AlertField::Text]).as_deref()), (None, Some("a\nb\n")));
}

#[test]
fn own_addresses_are_pseudonyms_wherever_they_stand() {
    let all: Vec<AlertField> = AlertField::ALL.iter().copied().filter(|field| *field != AlertField::OwnAddresses).collect();
    let shown = told(&all);
    let text = serde_json::to_string(&shown).expect("json");
    for own in ["198.51.100", "10.0.0.1", "payroll", "\u{1b}"] {
        assert!(!text.contains(own), "{own}: {text}");
    }
    let name = own().of("198.51.100.10".parse().expect("an address"));
    assert_eq!(shown.addresses(), ["203.0.113.9".to_owned(), name.clone()]);
    assert_eq!(shown.alerts[0][&AlertField::Evidence]["targets"], json!({ name: 3 }));
    assert!(text.contains("a.example") && text.contains("to 203.0.113.9"), "{text}");
    assert_eq!(shown.alerts[0][&AlertField::CreatedAt], json!(1_773_260_711_000_000_i64));

    let granted = told(AlertField::ALL);
    assert_eq!(granted.addresses(), ["203.0.113.9", "198.51.100.10"]);
    assert_eq!(granted.alerts[0][&AlertField::Enrichment]["dst"]["rdns"]["name"], "payroll.intern");
}

#[test]
fn a_message_is_bounded() {
    let mut large = alert();
    large.alert.evidence = json!({ "a": "x".repeat(DETAILS) });
    large.alert.alert_type = "y".repeat(5_000);
    let message = Notification { alerts: vec![large; 60], more: 5, text: Some("z\n".repeat(TEXT)), ..Notification::default() };
    let shown = Told::new(&message, &AlertField::ALL.iter().copied().collect(), &Pseudonyms::new(&Networks::default(), [0; 32]));
    assert_eq!((shown.alerts.len(), shown.more, shown.title.as_str()), (ALERTS, 15, "net-scout: 65 alerts"));
    assert!(!shown.alerts[0].contains_key(&AlertField::Evidence));
    assert_eq!(shown.alerts[0][&AlertField::Type].as_str().map(|text| text.chars().count()), Some(FIELD + 1));
    assert_eq!(shown.text.map(|text| text.len()), Some(TEXT));
}

#[test]
fn what_somebody_wrote_is_narrowed_too() {
    let written: Told =
        serde_json::from_value(json!({"alerts": [{"rule": "a", "src_ip": "10.0.0.1"}], "text": "t"})).expect("a message");
    let shown = written.narrowed(&[AlertField::Rule].into());
    assert_eq!((json!(shown.alerts), shown.text, shown.attempt), (json!([{"rule": "a"}]), None, 1));
}
