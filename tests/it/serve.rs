//! `net-scout serve` as a process, in real time: it scans what comes, says how it stands, is alone, and leaves nothing behind that would stop
//! the next one.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use net_scout_tests::harness::{DATABASE, Scene};
use net_scout_tests::sample::Layout;
use net_scout_tests::service::{PATIENCE, Service, alerts, attack, status, until};
use serde_json::Value;

fn scene() -> Scene {
    Scene::with_events(Layout::V2, |_| ())
}

/// Waits until the manager is told something. What it does not read in time is dropped.
fn hear(manager: &UnixDatagram, wanted: &str) {
    let (mut buffer, begun) = ([0; 1_024], Instant::now());
    while begun.elapsed() < PATIENCE {
        let length = manager.recv(&mut buffer).expect(wanted);
        if String::from_utf8_lossy(&buffer[..length]).starts_with(wanted) {
            return;
        }
    }
    panic!("the manager was not told {wanted}");
}

/// Reads what the manager was told and nobody waited for.
fn forget(manager: &UnixDatagram) {
    manager.set_nonblocking(true).expect("a socket");
    while manager.recv(&mut [0; 1_024]).is_ok() {}
    manager.set_nonblocking(false).expect("a socket");
}

#[test]
fn it_scans_what_comes_and_ends_when_it_is_told_to() {
    let scene = scene();
    let socket = scene.path("notify");
    let manager = UnixDatagram::bind(&socket).expect("a socket");
    manager.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let path = socket.display().to_string();
    let service = Service::start(&scene, &[], &[("NOTIFY_SOCKET", &path), ("WATCHDOG_USEC", "3000000")]);
    hear(&manager, "READY=1");
    attack(&scene, "192.0.2.1");
    until("an alert", || alerts(&scene, "192.0.2.1") == 1);
    hear(&manager, "WATCHDOG=1");
    hear(&manager, "STATUS=scanned until ");
    until("a good status", || status(&scene).1 == 0);
    let (said, _) = status(&scene);
    assert!(said["running"].as_str().is_some_and(|text| text.starts_with("net-scout serve (process ")), "{said}");
    assert_eq!(said["jobs"]["scan"]["outcome"], "done", "{said}");
    assert_eq!(said["problems"], serde_json::json!([]), "{said}");

    // A second one is refused by name, whatever else is in its way.
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").to_string();
    let second = scene.command(&["serve", "--listen", &port]).env_remove("NET_SCOUT_NOW").output().expect("run");
    let error = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(1), "{error}");
    assert!(error.contains("error: a service runs on this database: net-scout serve (process "), "{error}");

    // One by hand is not disturbed, and does not disturb.
    let by_hand = scene.command(&["scan", "--since", "10 minutes"]).env_remove("NET_SCOUT_NOW").output().expect("run");
    assert_eq!(by_hand.status.code(), Some(0), "{}", String::from_utf8_lossy(&by_hand.stderr));

    // Rows whose time was scanned before they came.
    attack(&scene, "192.0.2.2");
    until("an alert about late rows", || alerts(&scene, "192.0.2.2") == 1);
    // The manager waits for the second READY after a reload.
    forget(&manager);
    service.signal("HUP");
    hear(&manager, "RELOADING=1\nMONOTONIC_USEC=");
    hear(&manager, "READY=1");
    let (took, said) = service.end();
    hear(&manager, "STOPPING=1");
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(said.contains("alert 1: ") && said.contains("scan: 1 new alert"), "{said}");
    assert_eq!((alerts(&scene, "192.0.2.1"), alerts(&scene, "192.0.2.2")), (1, 1));
    // Nobody is behind yet; later the status says so, though nobody is there to notice.
    let (said, code) = status(&scene);
    assert_eq!((code, &said["running"]), (0, &Value::Null), "{said}");
    std::thread::sleep(Duration::from_secs(1));
    scene.configure("[schedule]\nscan = \"1 second\"\n");
    let later =
        scene.command(&["status", "--format", "ndjson"]).env("NET_SCOUT_NOW", "2099-01-01T00:00:00Z").output().expect("run");
    let text = String::from_utf8_lossy(&later.stdout).into_owned();
    assert!(later.status.code() == Some(3) && text.contains("s behind"), "{text}");
    // Each minute since the beginning is covered once.
    let gaps =
        "SELECT COUNT(*) FROM scout_coverage a JOIN scout_coverage b ON a.id < b.id AND a.begins < b.ends AND b.begins < a.ends";
    assert_eq!(scene.connect().query_row(gaps, [], |row| row.get::<_, i64>(0)).expect("a count"), 0);
}

#[test]
fn one_that_was_killed_is_followed_by_the_next() {
    let scene = scene();
    let first = Service::start(&scene, &[], &[]);
    attack(&scene, "192.0.2.1");
    until("an alert", || alerts(&scene, "192.0.2.1") == 1);
    first.kill();
    attack(&scene, "192.0.2.2");
    let next = Service::start(&scene, &[], &[]);
    until("an alert of the next", || alerts(&scene, "192.0.2.2") == 1);
    until("a good status", || status(&scene).1 == 0);
    next.end();
    assert_eq!(alerts(&scene, "192.0.2.1"), 1);
}

#[test]
fn it_answers_on_loopback_alone() {
    let scene = scene();
    let mut service = Service::start(&scene, &["--listen", "127.0.0.1:0"], &[]);
    let mut lines = BufReader::new(service.child.stderr.take().expect("standard error")).lines();
    let address =
        lines.find_map(|line| line.expect("a line").strip_prefix("listening at http://").map(str::to_owned)).expect("where");
    std::thread::spawn(move || lines.for_each(drop));
    let get = |path: &str| {
        let mut stream = TcpStream::connect(&address).expect("connected");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        text
    };
    until("it is ready", || get("/readyz").starts_with("HTTP/1.1 200"));
    assert!(get("/healthz").starts_with("HTTP/1.1 200"));
    let figures = get("/metrics");
    assert!(figures.contains("net_scout_job_runs_total{job=\"scan\",outcome=\"done\"}"), "{figures}");
    assert!(get("/elsewhere").starts_with("HTTP/1.1 404"));
    service.signal("TERM");
    assert_eq!(service.child.wait().expect("a status").code(), Some(0));
    let beyond = scene.command(&["serve", "--listen", "0.0.0.0:0"]).output().expect("run");
    let error = String::from_utf8_lossy(&beyond.stderr).into_owned();
    assert!(error.contains("is reached from other machines") && beyond.status.code() == Some(2), "{error}");
    // Nothing is said to listen that has nothing to serve.
    let refused = scene.command(&["serve", "--listen", "127.0.0.1:0", "--plugins", "missing"]).output().expect("run");
    let error = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(error.contains("error: ") && !error.contains("listening") && refused.status.code() == Some(2), "{error}");
}

#[test]
fn once_does_what_is_due_and_ends() {
    let scene = scene();
    attack(&scene, "192.0.2.1");
    std::thread::sleep(Duration::from_millis(1_100));
    let run = |words: &[&str]| {
        let mut command = scene.command(words);
        command.env_remove("NET_SCOUT_NOW").env("NET_SCOUT_SETTLE", "0").output().expect("run")
    };
    let once = run(&["serve", "--once"]);
    assert_eq!(once.status.code(), Some(0), "{}", String::from_utf8_lossy(&once.stderr));
    assert_eq!(alerts(&scene, "192.0.2.1"), 1);
    fs::rename(scene.path(DATABASE), scene.path("aside.db")).expect("moved");
    assert_eq!(run(&["serve", "--once"]).status.code(), Some(1));
}
