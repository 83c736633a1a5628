//! The HTTP API: every route of its OpenAPI file by callers who may and who may not, what it answers, and its jobs.

use net_scout_tests::harness::Scene;
use net_scout_tests::sample::Layout;
use net_scout_tests::service::{alerts, attack, until};
use net_scout_tests::web::{Answer, Web, token};
use serde_json::{Value, json};

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// Every operation: its method, its path with something in the place of parameters, and the scope that it needs.
fn operations(document: &Value) -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            if path.ends_with("/changes") {
                // It does not end by itself: another test reads it.
                continue;
            }
            let path = path.replace("{id}", "987654").replace("{address}", "192.0.2.1");
            let scope = operation["security"][0]["token"][0].as_str().expect("a scope").to_owned();
            all.push((method.to_uppercase(), path, scope));
        }
    }
    all
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[test]
fn every_route_wants_a_login_the_scope_the_origin_and_not_too_much() {
    let scene = Scene::with_events(Layout::V2, |_| ());
    let web = Web::start(&scene, &[], &[]);
    let all = bearer(&token(&scene, "read,act,scan,admin"));
    let document = web.request("GET", "/api/v1/openapi.json", &[("Authorization", &all)], "");
    assert_eq!((document.status, web.request("GET", "/api/v1/openapi.json", &[], "").status), (200, 401));
    let operations = operations(&document.json());
    assert!(operations.len() > 40, "{}", operations.len());
    let tokens = ["read", "act", "scan", "admin"].map(|scope| (scope, bearer(&token(&scene, scope))));
    let too_much = format!("{{\"query\":\"{}\"}}", "x".repeat(2 << 20));
    for (method, path, scope) in &operations {
        let json = ("Content-Type", "application/json");
        let send = |headers: &[(&str, &str)], body: &str| web.request(method, path, &[headers, &[json]].concat(), body);
        let about = format!("{method} {path}");
        let nobody = send(&[], "{}");
        assert_eq!((nobody.status, nobody.header("content-type")), (401, "application/problem+json"), "{about}");
        assert!(nobody.json()["fix"].as_str().is_some_and(|fix| fix.contains("log in")), "{about}");
        for (other, token) in tokens.iter().filter(|(other, _)| other != scope) {
            let refused = send(&[("Authorization", token)], "{}");
            assert_eq!(refused.status, 403, "{about} with {other}: {}", refused.body);
        }
        if method != "GET" {
            let foreign = send(&[("Authorization", &all), ("Origin", "https://evil.example")], "{}");
            assert_eq!(foreign.status, 403, "{about}");
            let large = send(&[("Authorization", &all)], &too_much);
            assert!(matches!(large.status, 0 | 200..=204 | 400..=429), "{about}: {}", large.status);
        }
        let answer = send(&[("Authorization", &all)], "{}");
        assert!(answer.status != 0 && answer.status < 500, "{about}: {} {}", answer.status, answer.body);
        if answer.status >= 400 {
            assert_eq!(answer.header("content-type"), "application/problem+json", "{about}: {}", answer.body);
        }
    }
}

/// A service with an alert about 192.0.2.1, and what sends requests to it.
struct Alerted {
    scene: Scene,
    web: Web,
    token: String,
}

impl Alerted {
    fn new() -> Self {
        let scene = Scene::with_events(Layout::V2, |_| ());
        let web = Web::start(&scene, &[], &[]);
        let token = bearer(&token(&scene, "read,act,scan,admin"));
        attack(&scene, "192.0.2.1");
        until("an alert", || alerts(&scene, "192.0.2.1") >= 1);
        Self { scene, web, token }
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.web.request("GET", path, &[("Authorization", &self.token)], "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("Authorization", self.token.as_str()), ("Content-Type", "application/json")];
        self.web.request(method, path, &headers, &body.to_string())
    }
}

#[test]
fn alerts_are_listed_acted_on_and_that_is_taken_back() {
    let alerted = Alerted::new();
    let page = alerted.get("/api/v1/alerts?q=src:192.0.2.1&limit=1");
    let id = page["alerts"][0]["id"].as_i64().expect("a number");
    assert_eq!(page["alerts"][0]["src_ip"], "192.0.2.1");
    let lines = alerted.web.request(
        "GET",
        "/api/v1/alerts",
        &[("Authorization", &alerted.token), ("Accept", "application/x-ndjson")],
        "",
    );
    assert!(
        lines.body.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()) && !lines.body.is_empty(),
        "{}",
        lines.body
    );
    assert_eq!(alerted.get(&format!("/api/v1/alerts/{id}"))["alert"]["id"], id);
    assert!(alerted.get("/api/v1/alerts/count?by=source")[0]["alerts"].as_u64().is_some_and(|count| count > 0));
    let events = alerted.get(&format!("/api/v1/alerts/{id}/events?limit=10"));
    assert!(events["all"]["events"].as_u64().is_some_and(|count| count >= 50), "{events}");
    assert_eq!(events["events"][0]["src_ip"], "192.0.2.1");
    assert!(alerted.get("/api/v1/addresses/192.0.2.1/events?since=1%20hour")["next"].is_null());
    let explained = alerted.get("/api/v1/addresses/192.0.2.1/explanation");
    assert!(explained["alert_count"].as_u64().is_some_and(|count| count > 0), "{explained}");

    let close = |body: Value| alerted.send("POST", "/api/v1/alerts/actions", &body);
    let tried =
        close(json!({ "action": "close", "query": "src:192.0.2.1", "verdict": "benign", "reason": "ours", "dry_run": true }));
    let count = tried.json()["changed"].as_array().expect("numbers").len();
    let other =
        close(json!({ "action": "close", "query": "src:192.0.2.1", "verdict": "benign", "reason": "ours", "expect": count + 1 }));
    assert_eq!(other.status, 409, "{}", other.body);
    assert_eq!(close(json!({ "action": "close", "query": "", "verdict": "benign", "reason": "ours" })).status, 400);
    let closed =
        close(json!({ "action": "close", "query": "src:192.0.2.1", "verdict": "benign", "reason": "ours", "expect": count }));
    assert_eq!((closed.status, closed.json()["changed"].as_array().map(Vec::len)), (200, Some(count)));
    assert_eq!(alerted.get(&format!("/api/v1/alerts/{id}"))["alert"]["verdict"], "benign");
    let history = alerted.get(&format!("/api/v1/alerts/{id}/history"));
    assert_eq!(history.as_array().and_then(|rows| rows.last()).map(|row| row["actor"].clone()), Some(json!("person:admin")));
    let undone = alerted.send("POST", "/api/v1/alerts/undo", &Value::Null);
    assert_eq!((undone.status, undone.json()["restored"].as_array().map(Vec::len)), (200, Some(count)));

    let entry = json!({ "network": "192.0.2.0/24", "reason": "our scanner", "close": true });
    assert_eq!(alerted.get("/api/v1/allowlist/preview?network=192.0.2.0/24")["alerts"].as_array().map(Vec::len), Some(count));
    let added = alerted.send("POST", "/api/v1/allowlist", &entry);
    assert_eq!((added.status, added.json()["closed"].clone()), (201, json!(true)));
    assert_eq!(alerted.get(&format!("/api/v1/alerts/{id}"))["alert"]["status"], "allowed");
    assert_eq!(alerted.send("DELETE", "/api/v1/allowlist/1", &Value::Null).status, 204);
    let snoozed = alerted.send("POST", "/api/snooze_alert", &json!({ "id": id }));
    assert_eq!(snoozed.status, 200, "{}", snoozed.body);
}

#[test]
fn jobs_work_in_the_background_and_are_watched() {
    let alerted = Alerted::new();
    let started = alerted.send("POST", "/api/v1/scans", &json!({ "since": "1 hour" }));
    assert_eq!(started.status, 202, "{}", started.body);
    let id = started.json()["id"].as_u64().expect("a number");
    // The stream ends with the job.
    let watched = alerted.web.request("GET", &format!("/api/v1/jobs/{id}/events"), &[("Authorization", &alerted.token)], "");
    assert_eq!(watched.header("content-type"), "text/event-stream");
    let last = watched.body.lines().rev().find_map(|line| line.strip_prefix("data: ")).expect("an event");
    let job: Value = serde_json::from_str(last).expect("a job");
    assert_eq!((job["status"].as_str(), job["by"].as_str()), (Some("done"), Some("admin")), "{job}");
    assert!(job["result"]["alerts"].as_u64().is_some(), "{job}");
    let wrong = alerted.send("POST", "/api/v1/scans", &json!({ "since": "1 hour", "rules": ["none_of_these"] }));
    let id = wrong.json()["id"].as_u64().expect("a number");
    until("it failed", || alerted.get(&format!("/api/v1/jobs/{id}"))["status"] == "failed");
    let job = alerted.get(&format!("/api/v1/jobs/{id}"));
    assert!(job["error"]["detail"].as_str().is_some_and(|detail| detail.contains("none_of_these")), "{job}");
    assert_eq!(alerted.send("DELETE", &format!("/api/v1/jobs/{id}"), &Value::Null).status, 200);
    assert_eq!(alerted.get("/api/v1/jobs").as_array().map(Vec::len), Some(2));
    assert_eq!(alerted.send("POST", "/api/v1/scans", &json!({ "since": "soon" })).status, 400);
    assert_eq!(alerted.send("POST", "/api/run_scan", &json!({})).json()["ok"], true);
    // The turn was given back: the service goes on.
    attack(&alerted.scene, "192.0.2.9");
    until("another alert", || alerts(&alerted.scene, "192.0.2.9") >= 1);
}

#[test]
fn what_it_says_of_itself() {
    let alerted = Alerted::new();
    let status = alerted.get("/api/v1/status");
    assert!(status["status"]["running"].as_str().is_some_and(|text| text.starts_with("net-scout serve (")), "{status}");
    assert!(alerted.get("/api/v1/coverage?since=1%20hour").as_array().is_some_and(|stretches| !stretches.is_empty()));
    let plugins = alerted.get("/api/v1/plugins");
    assert!(
        plugins["plugins"].as_array().is_some_and(|plugins| plugins.iter().any(|plugin| plugin["kind"] == "rule")),
        "{plugins}"
    );
    until("a ledger", || {
        alerted.get("/api/v1/plugins/ledger?added_up=true")["entries"].as_array().is_some_and(|rows| !rows.is_empty())
    });
    let settings = alerted.get("/api/v1/settings");
    let listen = settings.as_array().and_then(|rows| rows.iter().find(|row| row["name"] == "serve.listen")).cloned();
    assert_eq!(listen.map(|row| row["origin"].clone()), Some(json!("--listen")));
    for path in ["statistics", "summary", "report", "outbox", "cache", "allowlist", "users", "tokens", "events"] {
        alerted.get(&format!("/api/v1/{path}"));
    }
    for path in ["alerts", "status", "enrichment_cache"] {
        alerted.get(&format!("/api/{path}"));
    }
    let missing = alerted.web.request("GET", "/api/v1/alerts/99999", &[("Authorization", &alerted.token)], "");
    assert_eq!((missing.status, missing.json()["detail"].clone()), (404, json!("there is no alert 99999")));
}
