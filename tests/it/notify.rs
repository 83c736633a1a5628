//! Telling people: from a scan through the outbox to a webhook, with receivers that fail, and a service that is killed while it sends.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use net_scout_tests::harness::{Run, Scene, add_event};
use net_scout_tests::sample::Layout;
use net_scout_tests::servers::http::{HttpRoutes, HttpServer, Request};
use net_scout_tests::service::{Service, attack, status, until};
use serde_json::{Value, json};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TOKEN: &str = "t0ken-of-the-hook";

/// A receiver `hook` that is signed, and a route to it.
fn configure(scene: &Scene, url: &str, route: &str) {
    scene.configure(&format!(
        "[schedule]\ndeliver = '1 second'\n[[receiver]]\nname = 'hook'\nkind = 'webhook'\nurl = '{url}'\n\
         secret_env = 'NET_SCOUT_SECRET_HOOK'\ntoken_env = 'NET_SCOUT_SECRET_TOKEN'\n\
         [[route]]\nname = 'all'\nreceivers = ['hook']\n{route}\n"
    ));
}

fn run(scene: &Scene, words: &[&str]) -> Run {
    let mut command = scene.command(words);
    Run::of(command.env("NET_SCOUT_SECRET_HOOK", SECRET).env("NET_SCOUT_SECRET_TOKEN", TOKEN))
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).expect("JSON")
}

fn outbox(scene: &Scene) -> Vec<Value> {
    run(scene, &["outbox", "list", "--all", "--format", "ndjson"]).lines()
}

#[test]
fn a_scan_fills_the_outbox_and_flush_empties_it() {
    let scene = Scene::small();
    let server = HttpServer::start(HttpRoutes::new().json("/hook", "{}")).expect("a server");
    configure(&scene, &format!("{}/hook", server.url()), "filter = 'score:>=60'");
    let scan = run(&scene, &["scan", "--format", "ndjson"]);
    assert_eq!((scan.code, scan.lines().len()), (0, 4), "{}", scan.stderr);
    let waiting = outbox(&scene);
    assert_eq!((waiting.len(), &waiting[0]["state"], &waiting[0]["alerts"]), (1, &json!("waiting"), &json!(3)), "{waiting:?}");
    run(&scene, &["notify", "flush"]).ended(0, "1 message sent, with 3 alerts");
    // The same scan again: nothing is new.
    run(&scene, &["scan"]).exited(0);
    run(&scene, &["notify", "flush"]).ended(0, "0 messages sent, with 0 alerts");
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    let told = body(request);
    assert_eq!((&told["data"]["total"], &told["data"]["alerts"][0]["news"]), (&json!(3), &json!("new")), "{told}");
    assert_eq!(request.header("webhook-id"), told["data"]["key"].as_str());
    assert_eq!(request.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert!(request.header("webhook-signature").is_some_and(|signature| signature.starts_with("v1,")));
    run(&scene, &["notify", "resend", "1"]).exited(0);
    run(&scene, &["notify", "flush"]).ended(0, "1 message sent, with 1 alert");
    assert_eq!(body(&server.requests()[1])["data"]["alerts"][0]["news"], "resent");
    let unknown = run(&scene, &["notify", "resend", "99"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("there is no alert 99"), "{}", unknown.stderr);
    let preview = run(&scene, &["notify", "preview", "--since", "7 days", "--format", "ndjson"]);
    assert_eq!(preview.lines()[0]["alerts"], 3, "{}", preview.stdout);
    assert!(preview.stderr.contains("1 of 4 alerts would have gone to nobody: no [[route]] takes them"), "{}", preview.stderr);
}

#[test]
fn five_hundred_alerts_are_at_most_three_messages() {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for source in 0..250 {
            add_event(connection, "2026-03-11T20:25:11Z", &format!("192.0.2.{source}"), 40_000, "198.51.100.1", 22);
        }
    });
    let server = HttpServer::start(HttpRoutes::new().json("/hook", "{}")).expect("a server");
    configure(&scene, &format!("{}/hook", server.url()), "");
    let thresholds = ["--set", "horizontal_scan.dst_ip_threshold=0", "--set", "high_connection_volume.conn_threshold=0"];
    run(&scene, &[&["scan"][..], &thresholds].concat()).exited(0);
    run(&scene, &["notify", "flush"]).ended(0, "1 message sent, with 500 alerts");
    let told = body(&server.requests()[0]);
    assert_eq!((&told["data"]["total"], &told["data"]["more"]), (&json!(500), &json!(400)));
}

#[test]
fn a_receiver_that_fails_is_tried_again_and_no_secret_is_shown() {
    let scene = Scene::small();
    let echo = format!("you sent {TOKEN} and {SECRET}");
    let routes = HttpRoutes::new().fails_times("/later", 503, 1, "{}").status("/wrong", 401, echo);
    let server = HttpServer::start(routes).expect("a server");
    configure(&scene, &format!("{}/wrong", server.url()), "");
    run(&scene, &["scan"]).exited(0);
    let flush = run(&scene, &["notify", "flush"]);
    assert!(flush.code == 3 && flush.stderr.contains("it answered 401"), "{}", flush.stderr);
    let shown: Vec<Run> =
        [&["outbox", "list"][..], &["config"], &["notify", "test", "hook"], &["outbox", "list", "--format", "json"]]
            .map(|words| run(&scene, words))
            .into();
    for shown in shown.iter().chain([&flush]) {
        let text = format!("{}{}", shown.stdout, shown.stderr);
        assert!(!text.contains(TOKEN) && !text.contains(SECRET), "{text}");
    }
    assert!(shown[0].stdout.contains("[secret]"), "{}", shown[0].stdout);
    // Nothing is due before its time; the address is mended, and somebody does not want to wait.
    configure(&scene, &format!("{}/later", server.url()), "");
    run(&scene, &["notify", "flush"])
        .ended(3, "0 messages sent, with 0 alerts\n1 message did not arrive yet and will be tried again");
    run(&scene, &["outbox", "retry"]).ended(0, "1 message is tried again at once");
    run(&scene, &["notify", "flush"]).exited(3);
    run(&scene, &["outbox", "retry", "1"]).exited(0);
    run(&scene, &["notify", "flush"]).ended(0, "1 message sent, with 4 alerts");
    let keys: BTreeSet<String> =
        server.requests().iter().filter_map(|request| request.header("webhook-id").map(str::to_owned)).collect();
    assert_eq!(keys.len(), 2, "one of the message, one of the test");
    let gone = run(&scene, &["outbox", "drop", "1"]);
    assert!(gone.code == 2 && gone.stderr.contains("no message 1 waits or was given up"), "{}", gone.stderr);
    run(&scene, &["notify", "resend", "2"]).exited(0);
    run(&scene, &["outbox", "drop", "--receiver", "hook"]).ended(0, "dropped 0 messages and 1 alert that waited");
}

#[test]
fn what_is_wrong_is_named_and_a_missing_secret_stops_no_scan() {
    let scene = Scene::small();
    configure(&scene, "http://127.0.0.1:1/", "filter = 'colour:red'");
    let wrong = run(&scene, &["scan"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("net-scout.toml:9: [[route]]: filter: "), "{}", wrong.stderr);
    configure(&scene, "http://127.0.0.1:1/", "");
    let without = scene.run(&["scan"]);
    without.exited(0);
    let test = scene.run(&["notify", "test", "hook"]);
    assert!(test.code == 2 && test.stderr.contains("is not set in the environment"), "{}", test.stderr);
    let unknown = run(&scene, &["notify", "test", "hok"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("there is no receiver `hok`; there are hook"), "{}", unknown.stderr);
    let unreachable = run(&scene, &["notify", "test", "hook"]);
    assert!(unreachable.code == 1 && unreachable.stderr.contains("the message did not reach hook"), "{}", unreachable.stderr);
}

#[test]
fn a_service_that_is_killed_while_it_sends_tells_everything_and_marks_repeats() {
    let scene = Scene::with_events(Layout::V2, |_| ());
    // Slow enough to be killed in between.
    let routes = HttpRoutes::new().slow("/hook", Duration::from_millis(400), "{}");
    let server = HttpServer::start(routes).expect("a server");
    configure(&scene, &format!("{}/hook", server.url()), "wait = 0\nper_hour = 0");
    let secrets = [("NET_SCOUT_SECRET_HOOK", SECRET), ("NET_SCOUT_SECRET_TOKEN", TOKEN)];
    // Once before the answer, once after it.
    let sources = ["192.0.2.1", "192.0.2.2"];
    for (source, milliseconds) in sources.into_iter().zip([100, 1_500]) {
        let before = server.requests().len();
        let service = Service::start(&scene, &[], &secrets);
        attack(&scene, source);
        until("a message about it", || {
            server.requests()[before..].iter().any(|request| body(request)["data"]["alerts"].to_string().contains(source))
        });
        std::thread::sleep(Duration::from_millis(milliseconds));
        service.kill();
    }
    let service = Service::start(&scene, &[], &secrets);
    let told = || -> BTreeMap<String, Vec<(String, bool)>> {
        let mut told: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
        for request in server.requests() {
            let data = body(&request)["data"].clone();
            for alert in data["alerts"].as_array().into_iter().flatten() {
                let source = alert["src_ip"].as_str().unwrap_or_default().to_owned();
                let message = (data["key"].as_str().unwrap_or_default().to_owned(), data["may_be_repeat"] == true);
                told.entry(source).or_default().push(message);
            }
        }
        told
    };
    until("everything is told", || sources.iter().all(|source| told().contains_key(*source)));
    let is_open = |row: &Value| ["due", "sending", "waiting"].iter().any(|state| row["state"] == *state);
    until("nothing waits any more", || !outbox(&scene).iter().any(is_open));
    until("a good status", || status(&scene).1 == 0);
    service.end();
    for (source, messages) in told() {
        let keys: BTreeSet<&String> = messages.iter().map(|(key, _)| key).collect();
        assert_eq!(keys.len(), 1, "a receiver that honours the key has {source} once: {messages:?}");
        assert_eq!(messages.iter().filter(|(_, may_be_repeat)| !may_be_repeat).count(), 1, "{source}: {messages:?}");
        assert!(messages.len() <= 2, "at most one repeat: {messages:?}");
    }
    assert!(told().values().any(|messages| messages.len() == 2), "no kill came between sending and marking");
}
