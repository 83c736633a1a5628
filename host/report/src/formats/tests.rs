use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::test_support::{NOW, stored};
use net_scout_model::Triage;
use net_scout_tests::readers;

/// What the published schema of OCSF 1.8.0 says of the class Detection Finding with the profile incident: what is required, and which
/// numbers an enumeration has.
const REQUIRED: [&str; 8] =
    ["activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time", "type_uid"];
const ENUMERATIONS: [(&str, &[i64]); 5] = [
    ("activity_id", &[0, 1, 2, 3, 99]),
    ("severity_id", &[0, 1, 2, 3, 4, 5, 6, 99]),
    ("status_id", &[0, 1, 2, 3, 4, 5, 6, 99]),
    ("type_uid", &[200_400, 200_401, 200_402, 200_403, 200_499]),
    ("verdict_id", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
];
/// The attributes of it that may occur; no other does.
const ATTRIBUTES: [&str; 29] = [
    "activity_id",
    "activity_name",
    "category_name",
    "category_uid",
    "class_name",
    "class_uid",
    "comment",
    "count",
    "duration",
    "end_time",
    "enrichments",
    "evidences",
    "finding_info",
    "is_alert",
    "message",
    "metadata",
    "observables",
    "risk_score",
    "severity",
    "severity_id",
    "start_time",
    "status",
    "status_detail",
    "status_id",
    "time",
    "type_name",
    "type_uid",
    "verdict",
    "verdict_id",
];

fn object(alert: &StoredAlert, format: AlertFormat) -> Value {
    match write_alert(alert, format) {
        Written::Object(object) => object,
        Written::Line(line) => panic!("a line: {line}"),
    }
}

fn line(alert: &StoredAlert) -> String {
    match write_alert(alert, AlertFormat::Cef) {
        Written::Line(line) => line,
        Written::Object(object) => panic!("an object: {object}"),
    }
}

fn scan() -> StoredAlert {
    let evidence = json!({
        "port": 22, "techniques": ["T1046", "T1595.001", "no technique", 7], "related": [{}, {}],
        "events": {"count": 61, "first": "2026-03-11T20:25:11Z", "last": "2026-03-11T20:33:11Z", "ports": {"22": 60, "80": 1}},
        "plugin": {"name": "port_scan", "version": "0.1.0"},
    });
    stored(7, "port_scan", Some("203.0.113.9"), evidence)
}

#[test]
fn ocsf() {
    let found = object(&scan(), AlertFormat::Ocsf);
    assert_eq!(
        (&found["class_uid"], &found["type_uid"], &found["activity_name"]),
        (&json!(2004), &json!(200_402), &json!("Update"))
    );
    assert_eq!((&found["severity"], &found["status"], &found["is_alert"]), (&json!("High"), &json!("New"), &json!(true)));
    assert_eq!((&found["time"], &found["count"], &found["duration"]), (&json!(NOW.0 / 1_000), &json!(61), &json!(480_000)));
    let finding = &found["finding_info"];
    assert_eq!((&finding["uid"], &finding["related_events_count"]), (&json!("7@2026-03-11T20:30:11Z"), &json!(2)));
    assert_eq!(finding["attacks"].as_array().map(Vec::len), Some(2));
    let attack = &finding["attacks"][1];
    assert_eq!((&attack["technique"]["uid"], &attack["sub_technique"]["name"]), (&json!("T1595"), &json!("Scanning IP Blocks")));
    assert_eq!(attack["tactic"], json!({"uid": "TA0043", "name": "Reconnaissance"}));
    assert_eq!(found["evidences"][0]["dst_endpoint"], json!({"ip": "10.0.0.5", "port": 22}));
    assert_eq!(found["observables"][0]["value"], json!("203.0.113.9"));
}

#[test]
fn the_life_of_an_alert_in_ocsf() {
    for (status, activity, status_id, verdict) in [
        ("enriched", 2, 1, None),
        ("acknowledged", 2, 2, None),
        ("snoozed", 2, 3, None),
        ("allowed", 3, 3, None),
        ("closed", 3, 4, None),
        ("false_positive", 3, 4, Some((1, "False Positive"))),
        ("duplicate", 3, 4, Some((10, "Duplicate"))),
        ("of another program", 2, 99, None),
    ] {
        let found = object(&StoredAlert { status: status.to_owned(), ..scan() }, AlertFormat::Ocsf);
        assert_eq!((&found["activity_id"], &found["status_id"]), (&json!(activity), &json!(status_id)), "{status}");
        let (id, caption) = verdict.map_or((Value::Null, Value::Null), |(id, caption)| (json!(id), json!(caption)));
        assert_eq!((&found["verdict_id"], &found["verdict"], &found["status_detail"]), (&id, &caption, &json!(status)));
    }
    let triage = Triage {
        verdict: Some("benign".to_owned()),
        reason: Some("our scanner".to_owned()),
        assignee: Some("ada".to_owned()),
        labels: vec!["known".to_owned()],
        ..Triage::default()
    };
    let closed = StoredAlert { status: "closed".to_owned(), triage, ..scan() };
    let found = object(&closed, AlertFormat::Ocsf);
    assert_eq!(
        (&found["verdict"], &found["comment"], &found["assignee"]["name"]),
        (&json!("Benign"), &json!("our scanner"), &json!("ada"))
    );
    assert_eq!(found["metadata"]["labels"], json!(["known"]));
    let found = object(&closed, AlertFormat::Ecs);
    assert_eq!((&found["labels"]["verdict"], &found["tags"][1]), (&json!("benign"), &json!("known")));
    let first = StoredAlert { updated_at: None, ..scan() };
    assert_eq!(object(&first, AlertFormat::Ocsf)["activity_name"], "Create");
}

#[test]
fn ecs() {
    let found = object(&scan(), AlertFormat::Ecs);
    assert_eq!((&found["event"]["kind"], &found["ecs"]["version"]), (&json!("alert"), &json!("8.17.0")));
    assert_eq!((&found["@timestamp"], &found["event"]["severity"]), (&json!("2026-03-11T20:35:11Z"), &json!(73)));
    assert_eq!(found["source"], json!({"address": "203.0.113.9", "ip": "203.0.113.9"}));
    assert_eq!(found["threat"]["technique"]["id"], json!(["T1046", "T1595"]));
    assert_eq!(found["threat"]["technique"]["subtechnique"]["name"], json!(["Scanning IP Blocks"]));
    assert_eq!(found["threat"]["tactic"]["id"], json!(["TA0007", "TA0043"]));
    assert_eq!(found["event"]["duration"], json!(480_000_000_000_i64));
    let odd = object(&stored(1, "odd", Some("not an address"), Value::Null), AlertFormat::Ecs);
    assert_eq!((&odd["source"], &odd["threat"]), (&json!({"address": "not an address"}), &Value::Null));
}

#[test]
fn cef() {
    assert_eq!(
        line(&scan()),
        format!(
            "CEF:0|net-scout|net-scout|{VERSION}|port_scan|port scan from 203.0.113.9 to 10.0.0.5|8|rt=1773261311000 \
             externalId=7@2026-03-11T20:30:11Z start=1773260711000 end=1773261191000 src=203.0.113.9 dst=10.0.0.5 dpt=22 cnt=61 \
             cat=port_scan cs1Label=rule cs1=port_scan cs2Label=status cs2=new cn1Label=score cn1=82 cs4Label=attack cs4=T1046,T1595.001 \
             msg=port scan from 203.0.113.9 to 10.0.0.5"
        )
    );
    let six = StoredAlert { src_ip: Some("2001:db8::1".to_owned()), ..scan() };
    assert!(line(&six).contains(" c6a2=2001:db8::1 c6a2Label=Source IPv6 Address dst=10.0.0.5 "));
}

/// What a reader that knows only the standard finds in lines of hostile values: each of them, and nothing else.
#[test]
fn cef_is_read_back_by_another_program() {
    let values = readers::hostile_values(readers::count());
    let cases: Vec<Value> = values
        .chunks_exact(5)
        .map(|values| {
            let triage = Triage { verdict: Some(values[3].clone()), ..Triage::default() };
            let (alert_type, rule, status) = (values[0].clone(), Some(values[1].clone()), values[2].clone());
            let alert = StoredAlert { alert_type, rule, status, src_ip: Some(values[4].clone()), triage, ..scan() };
            let extension = json!({ "cat": values[0], "cs1": values[1], "cs2": values[2], "cs3": values[3] });
            json!({ "text": line(&alert), "header": { "4": values[0] }, "extension": extension })
        })
        .collect();
    readers::read_back("cef", &cases);
}

/// Fails where an object is not what the schema says. It knows nothing of the code.
fn check_ocsf(found: &Value) -> Result<(), TestCaseError> {
    let members = found.as_object().expect("an object");
    for name in REQUIRED {
        prop_assert!(members.contains_key(name), "{} is missing", name);
    }
    for name in members.keys() {
        prop_assert!(ATTRIBUTES.contains(&name.as_str()), "{} is not in the class", name);
    }
    for (name, numbers) in ENUMERATIONS {
        let number = members.get(name).map(|number| number.as_i64().expect("an integer"));
        prop_assert!(number.is_none_or(|number| numbers.contains(&number)), "{}", name);
    }
    prop_assert!(found["finding_info"]["uid"].is_string() && found["metadata"]["version"] == "1.8.0");
    prop_assert!(found["metadata"]["product"]["name"].is_string() && found["time"].is_i64());
    prop_assert_eq!(found["type_uid"].as_i64(), found["activity_id"].as_i64().map(|activity| 200_400 + activity));
    for evidence in found["evidences"].as_array().into_iter().flatten() {
        let named = ["data", "src_endpoint", "dst_endpoint"].into_iter().any(|name| !evidence[name].is_null());
        prop_assert!(named, "an evidence names nothing");
    }
    Ok(())
}

/// A reader of CEF that knows nothing of the writer: the fields of the header and the pairs of the extension, without their escapes.
fn read_cef(line: &str) -> (Vec<String>, BTreeMap<String, String>) {
    let mut header = vec![String::new()];
    let mut characters = line.chars().peekable();
    while header.len() < 8 {
        match characters.next().expect("a header of eight parts") {
            '\\' => header.last_mut().expect("a field").push(characters.next().expect("what is escaped")),
            '|' => header.push(String::new()),
            other => header.last_mut().expect("a field").push(other),
        }
    }
    header.pop();
    let rest: String = characters.collect();
    // The places of `=` that are not escaped; a key is the word before it.
    let letters: Vec<char> = rest.chars().collect();
    let mut places = Vec::new();
    let mut place = 0;
    while place < letters.len() {
        match letters[place] {
            '\\' => place += 1,
            '=' => places.push(place),
            _ => {}
        }
        place += 1;
    }
    let begin = |equals: usize| letters[..equals].iter().rposition(|letter| *letter == ' ').map_or(0, |space| space + 1);
    let mut pairs = BTreeMap::new();
    for (index, equals) in places.iter().enumerate() {
        let end = places.get(index + 1).map_or(letters.len(), |next| begin(*next) - 1);
        let (mut value, mut inside) = (String::new(), letters[equals + 1..end].iter());
        while let Some(letter) = inside.next() {
            value.push(match letter {
                '\\' => match inside.next().expect("what is escaped") {
                    'n' => '\n',
                    'r' => '\r',
                    other => *other,
                },
                other => *other,
            });
        }
        let before = pairs.insert(letters[begin(*equals)..*equals].iter().collect(), value);
        assert_eq!(before, None, "a key comes twice");
    }
    (header, pairs)
}

/// Text as it is shown: invisible characters by their names. In an extension the end of a line has a sign of its own.
fn shown(text: &str, has_lines: bool) -> String {
    let is_kept = |letter: char| net_scout_model::is_plain(letter) || (has_lines && (letter == '\n' || letter == '\r'));
    text.chars().map(|letter| if is_kept(letter) { letter.to_string() } else { letter.escape_default().to_string() }).collect()
}

/// Texts that try to end a field, a line or a quote, and any others.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof!["[|=\\\\ \n\ra-z\"',;{}<>\u{1b}\u{202e}-]{0,40}", ".{0,60}", "( [a-z]{2,4}=x\\||CEF:0\\|){1,4}"]
}

proptest! {
    #[test]
    fn cef_is_read_back(kind in hostile(), rule in hostile(), status in hostile()) {
        let alert = StoredAlert { alert_type: kind.clone(), rule: Some(rule.clone()), status: status.clone(), ..scan() };
        let line = line(&alert);
        prop_assert!(line.chars().all(net_scout_model::is_plain), "{}", line);
        let (header, pairs) = read_cef(&line);
        prop_assert_eq!(&header[0], "CEF:0");
        prop_assert_eq!(&header[4], &shown(&kind, false));
        let keys: BTreeSet<&str> = pairs.keys().map(String::as_str).collect();
        prop_assert!(keys.is_subset(&["rt", "externalId", "start", "end", "src", "dst", "dpt", "cnt", "cat", "cs1Label", "cs1", "cs2Label",
            "cs2", "cs3Label", "cs3", "cs4Label", "cs4", "cn1Label", "cn1", "msg"].into()), "{:?}", keys);
        prop_assert_eq!(&pairs["cat"], &shown(&kind, true));
        prop_assert_eq!(&pairs["cs1"], &shown(&rule, true));
        prop_assert_eq!(&pairs["cs2"], &shown(&status, true));
    }

    #[test]
    fn ocsf_holds_the_schema(kind in hostile(), status in hostile(), source in hostile(), score in any::<i64>(), created in hostile(),
                             evidence in prop_oneof![Just(Value::Null), Just(json!({})), Just(json!({"techniques": ["T1046"]})), Just(json!("text"))]) {
        let source = Some(source).filter(|source| !source.is_empty());
        let alert = StoredAlert { alert_type: kind, status, src_ip: source, score, created_at: created, evidence, ..scan() };
        check_ocsf(&object(&alert, AlertFormat::Ocsf))?;
        let ecs = object(&alert, AlertFormat::Ecs);
        prop_assert!(ecs["event"]["risk_score"].as_i64().is_some_and(|score| (0..=100).contains(&score)));
        prop_assert!(ecs["source"]["ip"].is_null() || ecs["source"]["ip"].as_str().is_some_and(|ip| ip.parse::<std::net::IpAddr>().is_ok()));
    }
}
