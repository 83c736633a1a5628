//! The server as its clients see it, over sockets on loopback.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::metrics::{Alerts, Job, Lookups, Phase, Rule, Word};
use super::*;

fn loopback() -> SocketAddr {
    "127.0.0.1:0".parse().expect("an address")
}

async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

#[test]
fn it_says_whether_it_lives_and_keeps_up() {
    runtime().block_on(async {
        let health = Health::new(Metrics::new("1.2.3"), Duration::from_millis(300));
        let server = bind(loopback(), false).await.expect("it listens");
        let address = server.address();
        let (end, ended) = oneshot::channel::<()>();
        let running = tokio::spawn(server.run(health.clone(), async { ended.await.unwrap_or_default() }));

        assert_eq!(get(address, "/healthz").await.0, 200);
        let (status, answer) = get(address, "/readyz").await;
        assert!(status == 503 && answer.ends_with("it has not scanned yet\n"), "{answer}");
        health.set_unready(Vec::new());
        assert_eq!(get(address, "/readyz").await.0, 200);

        tokio::time::sleep(Duration::from_millis(400)).await;
        let (status, answer) = get(address, "/healthz").await;
        assert!(status == 503 && answer.contains("the service has been silent for 0 s"), "{answer}");
        health.beat();
        assert_eq!(get(address, "/healthz").await.0, 200);

        let (status, answer) = get(address, "/metrics").await;
        assert!(status == 200 && answer.contains(metrics::CONTENT_TYPE) && answer.ends_with("# EOF\n"), "{answer}");
        assert!(answer.contains("net_scout_build_info{version=\"1.2.3\"} 1"), "{answer}");
        assert_eq!(get(address, "/").await.0, 404);

        // One that is connected and says nothing does not hold up the end.
        let _idle = TcpStream::connect(address).await.expect("connected");
        let begun = tokio::time::Instant::now();
        end.send(()).expect("it runs");
        running.await.expect("no panic").expect("it ended");
        assert!(begun.elapsed() < Duration::from_secs(4));
        TcpStream::connect(address).await.expect_err("nobody listens");
    });
}

#[test]
fn others_do_not_reach_it_unless_told() {
    runtime().block_on(async {
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80", "[::ffff:192.0.2.1]:80"] {
            let error = bind(address.parse().expect("an address"), false).await.expect_err(address).to_string();
            assert!(error.contains(&format!("listen = \"{address}\" is reached from other machines")), "{error}");
        }
        let taken = bind(loopback(), false).await.expect("it listens");
        let error = bind(taken.address(), false).await.expect_err("taken").to_string();
        assert!(error.contains("cannot be listened at: "), "{error}");
    });
}

#[test]
fn the_figures_are_open_metrics() {
    let metrics = Metrics::new("1");
    metrics.lag.set(90.5);
    metrics.scan.get_or_create(&Phase::of("read_events")).observe(0.25);
    metrics.rule.get_or_create(&Rule::of("port_scan")).observe(0.5);
    metrics.alerts.get_or_create(&Alerts::of("port_scan", "high")).inc_by(3);
    metrics.lookups.get_or_create(&Lookups::of("rdns", "failed")).inc();
    metrics.good.get_or_create(&Job::of("scan")).set(1_773_261_311.0);
    let text = metrics.text();
    for line in [
        "# UNIT net_scout_lag_seconds seconds",
        "net_scout_lag_seconds 90.5",
        "net_scout_scan_phase_seconds_count{phase=\"read_events\"} 1",
        "net_scout_rule_seconds_bucket{le=\"0.512\",rule=\"port_scan\"} 1",
        "net_scout_alerts_total{rule=\"port_scan\",severity=\"high\"} 3",
        "net_scout_lookups_total{enricher=\"rdns\",outcome=\"failed\"} 1",
        "net_scout_job_good_seconds{job=\"scan\"} 1773261311.0",
        "net_scout_database_bytes 0",
    ] {
        assert!(text.lines().any(|found| found == line), "no `{line}` in\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn no_address_becomes_a_label() {
    for text in ["192.0.2.1", "2001:db8::1", "::1", "1", "", "evil.example", "a b", "a\"b", "a\nb", "Ä", &"x".repeat(49)] {
        assert_eq!(Word::of(text), Word::of("other"), "{text}");
    }
    assert_ne!(Word::of("port_scan"), Word::of("other"));
}

#[test]
fn the_file_is_whole_at_every_moment() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net-scout.prom");
    write_textfile(&path, "a 1\n# EOF\n").expect("written");
    write_textfile(&path, "a 2\n# EOF\n").expect("written again");
    assert_eq!(std::fs::read_to_string(&path).expect("read"), "a 2\n# EOF\n");
    assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o644);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing else is left");
    let error = write_textfile(&folder.path().join("none/x.prom"), "").expect_err("no folder").to_string();
    assert!(error.contains("none/x.prom") && error.contains("its folder must exist"), "{error}");
}
