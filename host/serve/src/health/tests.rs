//! The server as its clients see it, over sockets on loopback.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::metrics::{Alerts, Job, Lookups, Phase, Plugin, Queue, Rule, Runs, Word};
use super::*;
use crate::listen::{Listen, ListenAddress};

fn listen(address: SocketAddr) -> Listen {
    Listen { address: ListenAddress::Tcp(address), beyond: false, tls: None }
}

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
        let server = listen(loopback()).bind().await.expect("it listens");
        let &ListenAddress::Tcp(address) = server.address() else { panic!("no address") };
        let (end, ended) = oneshot::channel::<()>();
        let running = tokio::spawn(server.run(health.clone().router(), async { ended.await.unwrap_or_default() }));

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
        running.await.expect("it ended");
        assert!(begun.elapsed() < Duration::from_secs(4));
        TcpStream::connect(address).await.expect_err("nobody listens");
    });
}

#[test]
fn others_do_not_reach_it_unless_told() {
    runtime().block_on(async {
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80", "[::ffff:192.0.2.1]:80"] {
            let error = listen(address.parse().expect("an address")).bind().await.err().expect(address).to_string();
            assert!(error.contains(&format!("listen = \"{address}\" is reached from other machines")), "{error}");
        }
        let taken = listen(loopback()).bind().await.expect("it listens");
        let again = Listen { address: taken.address().clone(), beyond: false, tls: None };
        let error = again.bind().await.err().expect("taken").to_string();
        assert!(error.contains("cannot listen at "), "{error}");
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

/// A sample of OpenMetrics: its name, its labels, its value.
type Sample = (String, Vec<(String, String)>, f64);

/// Reads a line as the grammar of OpenMetrics 1.0 has it; the values of labels hold no escapes here.
fn sample(line: &str) -> Option<Sample> {
    let (series, value) = line.rsplit_once(' ')?;
    let (name, labels) = match series.split_once('{') {
        Some((name, labels)) => (name, labels.strip_suffix('}')?),
        None => (series, ""),
    };
    let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let label = |text: &str| {
        let (name, value) = text.split_once('=')?;
        let value = value.strip_prefix('"')?.strip_suffix('"')?;
        (word(name) && !value.contains(['"', '\\', '\n'])).then(|| (name.to_owned(), value.to_owned()))
    };
    let labels = labels.split(',').filter(|text| !text.is_empty()).map(label).collect::<Option<Vec<_>>>()?;
    word(name).then_some(())?;
    Some((name.to_owned(), labels, value.parse().ok()?))
}

/// All that is counted, with the worst of names: it can be parsed, each sample belongs to a family with help and type, and no label holds
/// an address.
#[test]
fn the_text_can_be_parsed_and_holds_no_address() {
    let metrics = Metrics::new("1.2.3");
    for name in ["port_scan", "192.0.2.1", "2001:db8::1", "evil\"}\n# EOF", "host.example"] {
        metrics.scan.get_or_create(&Phase::of(name)).observe(0.1);
        metrics.rule.get_or_create(&Rule::of(name)).observe(0.1);
        metrics.alerts.get_or_create(&Alerts::of(name, name)).inc();
        metrics.queue.get_or_create(&Queue::of(name)).set(1);
        metrics.lookups.get_or_create(&Lookups::of(name, "done")).inc();
        metrics.runs.get_or_create(&Runs::of(name, "done")).inc();
        metrics.failures.get_or_create(&Job::of(name)).set(1);
        metrics.good.get_or_create(&Job::of(name)).set(1.5);
        for family in [&metrics.refused, &metrics.denied] {
            family.get_or_create(&Plugin::of(name)).inc();
        }
        metrics.benched.get_or_create(&Plugin::of(name)).set(1);
    }
    let text = metrics.text();
    let (mut families, mut helped, mut samples) = (Vec::new(), Vec::new(), 0);
    let body = text.strip_suffix("# EOF\n").expect("an end");
    for line in body.lines() {
        match line.strip_prefix("# ").map(|comment| comment.splitn(3, ' ').collect::<Vec<_>>()).as_deref() {
            Some(["TYPE", name, kind]) => {
                assert!(["counter", "gauge", "histogram", "info"].contains(kind), "{line}");
                assert!(!families.contains(&(*name).to_owned()), "{line}");
                families.push((*name).to_owned());
            }
            Some(["HELP", name, _]) => helped.push((*name).to_owned()),
            Some(["UNIT", name, unit]) => assert!(name.ends_with(&format!("_{unit}")), "{line}"),
            Some(_) => panic!("{line}"),
            None => {
                let (name, labels, _) = sample(line).unwrap_or_else(|| panic!("{line}"));
                let family = families.last().expect("a family");
                let suffix = name.strip_prefix(family.as_str()).unwrap_or_else(|| panic!("{line} is not of {family}"));
                assert!(["", "_total", "_bucket", "_count", "_sum", "_info"].contains(&suffix), "{line}");
                let is_word = |name: &str, value: &str| {
                    ["le", "version"].contains(&name) || Word::of(value) == Word::of(value.trim()) && !value.contains(['.', ':'])
                };
                assert!(labels.iter().all(|(name, value)| is_word(name, value)), "{line}");
                samples += 1;
            }
        }
    }
    assert_eq!(families, helped);
    assert!(families.len() >= 20 && samples > 60, "{} families, {samples} samples", families.len());
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
