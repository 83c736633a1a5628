//! Callers that hold on: many streams, one that never reads, and a service that is killed while it acts.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use net_scout_tests::harness::Scene;
use net_scout_tests::sample::Layout;
use net_scout_tests::service::{alerts, attack, until};
use net_scout_tests::web::{Web, token};
use serde_json::json;

#[test]
fn streams_and_callers_that_never_read_hold_nobody_up() {
    let scene = Scene::with_events(Layout::V2, |_| ());
    let web = Web::start(&scene, &[], &[]);
    let bearer = format!("Bearer {}", token(&scene, "read,scan"));
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let id = web.request("POST", "/api/v1/scans", &headers, r#"{"dry_run":true}"#).json()["id"].as_u64().expect("a job");
    let open = |path: &str| {
        let mut stream = TcpStream::connect(&web.address).expect("connected");
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {bearer}\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        stream
    };
    let mut streams: Vec<TcpStream> = (0..50).map(|_| open(&format!("/api/v1/jobs/{id}/events"))).collect();
    streams.extend((0..20).map(|_| open("/api/v1/changes")));
    // These say nothing, or half of it.
    let idle: Vec<TcpStream> = (0..50).map(|_| TcpStream::connect(&web.address).expect("connected")).collect();
    let deaf: Vec<TcpStream> = (0..20).map(|_| open("/api/v1/openapi.json")).collect();
    let begun = Instant::now();
    for _ in 0..20 {
        assert_eq!(web.request("GET", "/api/v1/me", &headers, "").status, 200);
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    for stream in &mut streams {
        let mut first = [0; 12];
        stream.read_exact(&mut first).expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 200");
    }
    drop((streams, idle, deaf));
    web.service.end();
}

#[test]
fn an_action_of_a_service_that_is_killed_is_done_or_not_done() {
    let scene = Scene::with_events(Layout::V2, |_| ());
    let web = Web::start(&scene, &[], &[]);
    let bearer = format!("Bearer {}", token(&scene, "read,act"));
    for number in 1..=20 {
        attack(&scene, &format!("192.0.2.{number}"));
    }
    until("alerts", || (1..=20).all(|number| alerts(&scene, &format!("192.0.2.{number}")) >= 1));
    let body = json!({ "action": "close", "query": "src:192.0.2.0/24", "verdict": "benign", "reason": "a test" }).to_string();
    let mut stream = TcpStream::connect(&web.address).expect("connected");
    let request = format!(
        "POST /api/v1/alerts/actions HTTP/1.1\r\nHost: localhost\r\nAuthorization: {bearer}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("sent");
    std::thread::sleep(Duration::from_millis(30));
    web.service.kill();
    let connection = scene.connect();
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a count");
    // Each closed alert has its row of history, and no other has one.
    let closed = count("SELECT COUNT(*) FROM scout_alerts WHERE verdict = 'benign'");
    let history = count("SELECT COUNT(*) FROM scout_history WHERE action = 'close'");
    assert_eq!(closed, history);
    assert_eq!(connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).expect("checked"), "ok");
    let next = Web::start(&scene, &[], &[]);
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    assert_eq!(next.request("POST", "/api/v1/alerts/actions", &headers, &body).status, 200, "the next one does the rest");
}
