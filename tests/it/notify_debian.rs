//! Messages to programs that others run: an MQTT broker and a logger of Debian, on loopback.

use net_scout_tests::debian::{Broker, Logger};
use net_scout_tests::harness::{Run, Scene};
use serde_json::{Value, json};

const PASSWORD: &str = "s3cret-mqtt";
/// A type of alerts that tries to end a value, a line and the data of a line.
const HOSTILE: &str = "scan\"] [x@1 a=\"b\"] \\ \n<34>1 - - - \u{1b}[31m ä";

fn run(scene: &Scene, words: &[&str], password: &str) -> Run {
    Run::of(scene.command(words).env("NET_SCOUT_SECRET_MQTT", password))
}

#[test]
fn a_broker_of_mqtt_takes_a_message_and_hands_it_on() {
    let broker = Broker::start("scout", PASSWORD).expect("mosquitto");
    let scene = Scene::small();
    scene.configure(&format!(
        "[[receiver]]\nname = 'home'\nkind = 'mqtt'\nbroker = '{}'\ntopic = 'net-scout/alerts'\nuser = 'scout'\n\
         password_env = 'NET_SCOUT_SECRET_MQTT'\n[[route]]\nreceivers = ['home']\n",
        broker.address()
    ));
    run(&scene, &["scan"], PASSWORD).exited(0);
    let refused = run(&scene, &["notify", "flush"], "wrong-password");
    assert!(refused.code == 3 && refused.stderr.contains("does not know this user or password"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("wrong-password"), "{}", refused.stderr);
    let subscriber = broker.subscribe("net-scout/#").expect("mosquitto_sub");
    run(&scene, &["outbox", "retry"], PASSWORD).exited(0);
    run(&scene, &["notify", "flush"], PASSWORD).ended(0, "1 message sent, with 4 alerts");
    let told: Value = serde_json::from_str(&subscriber.message().expect("a message")).expect("JSON");
    assert_eq!((&told["type"], &told["data"]["total"]), (&json!("net-scout.alerts"), &json!(4)), "{told}");
    assert_eq!(told["data"]["alerts"][0]["src_ip"], "192.0.2.3");
}

#[test]
fn a_logger_understands_each_field_over_every_way() {
    let logger = Logger::start().expect("rsyslog");
    let scene = Scene::small();
    let receivers: String = logger
        .addresses()
        .iter()
        .map(|(name, address)| {
            format!("[[receiver]]\nname = '{name}'\nkind = 'syslog'\naddress = '{address}'\nfacility = 'local3'\n")
        })
        .collect();
    let names = logger.addresses().map(|(name, _)| format!("'{name}'")).join(", ");
    scene.configure(&format!("{receivers}[[route]]\nname = 'all'\nreceivers = [{names}]\n"));
    run(&scene, &["scan"], "").exited(0);
    run(&scene, &["notify", "flush"], "").ended(0, "3 messages sent, with 12 alerts");
    for line in logger.lines(3).expect("lines") {
        assert_eq!((&line["app"], &line["severity"]), (&json!("net-scout"), &json!("notice")), "{line}");
    }
    // One alert, whose name is hostile.
    scene
        .connect()
        .execute("UPDATE scout_alerts SET alert_type = ?1, severity = 'high' WHERE id = 1", [HOSTILE])
        .expect("an alert");
    run(&scene, &["notify", "resend", "1"], "").exited(0);
    run(&scene, &["notify", "flush"], "").ended(0, "3 messages sent, with 3 alerts");
    let lines = logger.lines(6).expect("lines");
    let mut ways: Vec<&str> = lines[3..].iter().filter_map(|line| line["from"].as_str()).collect();
    ways.sort_unstable();
    assert_eq!(ways, ["imtcp", "imudp", "imuxsock"]);
    for line in &lines[3..] {
        let of = |name: &str| line[name].as_str().unwrap_or_default();
        assert_eq!((of("facility"), of("severity"), of("app")), ("local3", "err", "net-scout"), "{line}");
        assert!(of("process").parse::<u32>().is_ok() && of("at").starts_with("20"), "{line}");
        let shown = HOSTILE.replace('\n', "\\n").replace('\u{1b}', "\\u{1b}");
        // The logger of a machine takes no structured data from its socket: it stands in the text.
        if of("from") == "imuxsock" {
            assert!(
                of("text").trim_start().starts_with("[net-scout@32473 key=") && of("text").contains(" alert=\"1\" type=\"scan"),
                "{line}"
            );
            assert!(of("text").contains("] net-scout: once more: high scan"), "{line}");
            continue;
        }
        assert_eq!(of("id"), "alerts");
        let data = &line["data"]["net-scout@32473"];
        for (name, value) in
            [("type", shown.as_str()), ("severity", "high"), ("src", "192.0.2.3"), ("alert", "1"), ("route", "all")]
        {
            assert_eq!(data[name], value, "{line}");
        }
        assert!(of("text").contains("net-scout: once more: high scan"), "{line}");
    }
    assert_eq!(lines.len(), 6, "a line ends where it should");
}
