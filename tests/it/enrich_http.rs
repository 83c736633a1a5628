//! The enrichers that speak HTTP, and a hostile one, against real servers on loopback.

use std::fs;
use std::path::Path;
use std::time::Duration;

use net_scout_tests::harness::{Run, Scene};
use net_scout_tests::places;
use net_scout_tests::servers::http::{HttpRoutes, HttpServer};
use serde_json::{Value, json};

const KEY: &str = "s3cretK3Yvalue42";

/// A folder with the enrichers that speak HTTP, approved as the build does it, and a database without events.
fn scene() -> Scene {
    let scene = Scene::small();
    for file in ["pdns.wasm", "rdap.wasm", "plugins.lock"] {
        fs::copy(places::plugins().join(file), scene.path("plugins").join(file)).expect("a standard enricher");
    }
    scene
}

/// Runs the program without a rate limit, with a resolver that does not exist, and with more in its environment.
fn run(scene: &Scene, environment: &[(&str, &str)], words: &[&str]) -> Run {
    let mut command = scene.command(words);
    command.env("NET_SCOUT_DNS_SERVERS", "127.0.0.1:1").env("NET_SCOUT_ENRICHMENT_SLEEP", "0");
    Run::of(command.envs(environment.iter().copied()))
}

/// What an enricher finds of something.
fn lookup(scene: &Scene, environment: &[(&str, &str)], enricher: &str, subject: &str) -> Value {
    let run = run(scene, environment, &["lookup", subject, "--only", enricher]);
    run.looked_up(subject, "");
    let found: Value = serde_json::from_str(&run.stdout).expect("json");
    found[enricher].clone()
}

/// What passive DNS finds of something.
fn pdns(scene: &Scene, server: &HttpServer, subject: &str) -> Value {
    let url = format!("{}/api/", server.url());
    lookup(scene, &[("PDNS_API_URL", &url), ("PDNS_API_KEY", KEY)], "pdns", subject)
}

/// The kind and the message of a failure.
fn error(found: &Value) -> (&str, &str) {
    let text = |member: &str| found["error"][member].as_str().unwrap_or_else(|| panic!("no failure: {found}"));
    (text("kind"), text("message"))
}

#[test]
fn passive_dns_with_a_key() {
    let routes = HttpRoutes::new()
        .unauthorized_without("/api/8.8.8.8", KEY, r#"[{"rrname": "a.example"}]"#)
        .unauthorized_without("/api/example.com", KEY, r#"{"count": 2}"#)
        .unauthorized_without("/api/2001:4860:4860::8888", KEY, "[]")
        .unauthorized_without("/api/9.9.9.9", "another", "[]");
    let server = HttpServer::start(routes).expect("a server");
    let scene = scene();
    assert_eq!(pdns(&scene, &server, "8.8.8.8"), json!({"records": [{"rrname": "a.example"}]}));
    assert_eq!(pdns(&scene, &server, "example.com"), json!({"records": {"count": 2}}));
    assert_eq!(pdns(&scene, &server, "2001:4860:4860::8888"), json!({"records": []}));
    assert_eq!(error(&pdns(&scene, &server, "9.9.9.9")), ("access-denied", "access denied: the server answered 401"));
    assert_eq!(error(&pdns(&scene, &server, "4.4.4.4")), ("not-found", "not found: the server answered 404"));
    for request in server.requests() {
        assert_eq!(request.method, "GET");
        assert_eq!(request.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
        assert!(request.header("user-agent").is_some_and(|agent| agent.starts_with("net-scout/")), "{request:?}");
        assert_eq!((request.header("cookie"), request.header("referer")), (None, None));
    }
    // What was found is kept: nobody is asked again.
    let asked = server.requests().len();
    assert_eq!(pdns(&scene, &server, "8.8.8.8"), json!({"records": [{"rrname": "a.example"}]}));
    assert_eq!(server.requests().len(), asked);
}

#[test]
fn servers_that_are_slow_huge_or_broken() {
    let routes = HttpRoutes::new()
        .slow("/api/1.1.1.1", Duration::from_millis(300), "[1]")
        .hangs("/api/1.1.1.2")
        .huge("/api/1.1.1.3", 3 << 20)
        .huge_in_chunks("/api/1.1.1.4", 200 << 20)
        .huge("/api/1.1.1.5", 1 << 20)
        .json("/api/1.1.1.6", format!("[{}1]", "\"0123456789\",".repeat(50_000)))
        .garbage("/api/1.1.1.7")
        .breaks_off("/api/1.1.1.8", "[1")
        .json("/api/1.1.1.9", "this is no JSON")
        .status("/api/1.1.1.10", 204, "")
        .fails_times("/api/1.1.1.11", 500, 1, "[2]")
        .fails_times("/api/1.1.1.12", 503, 99, "[2]")
        .too_many("/api/1.1.1.13", 1, 1, "[3]")
        .too_many("/api/1.1.1.14", 3_600, 99, "[3]");
    let server = HttpServer::start(routes).expect("a server");
    let scene = scene();
    scene.configure("enrichment_timeout = 4");
    let found = |last: u8| pdns(&scene, &server, &format!("1.1.1.{last}"));
    assert_eq!(found(1), json!({"records": [1]}));
    assert!(["timed-out", "failed"].contains(&error(&found(2)).0), "{}", found(2));
    let too_large = format!("invalid: HTTP GET {}: the response has more than 2097152 bytes", server.url());
    assert_eq!(error(&found(3)), ("invalid", too_large.as_str()));
    assert_eq!(error(&found(4)), ("invalid", too_large.as_str()));
    assert_eq!(error(&found(5)), ("invalid", "invalid: the answer has more than 204800 bytes"));
    let many = found(6);
    let kept = many["records"].as_array().expect("records").len();
    assert!((10_000..20_000).contains(&kept), "{kept}");
    assert_eq!(many["truncated"], true);
    for broken in [7, 8] {
        let found = found(broken);
        assert_eq!(error(&found).0, "unavailable", "{found}");
        assert!(error(&found).1.starts_with(&format!("unavailable: HTTP GET {}: ", server.url())), "{found}");
        assert_eq!(found["error"]["attempts"], 3);
        assert_eq!(server.count(&format!("/api/1.1.1.{broken}")), 3);
    }
    assert_eq!(error(&found(9)), ("invalid", "invalid: the answer is no JSON: expected ident at line 1 column 2"));
    assert_eq!(error(&found(10)), ("invalid", "invalid: the server answered 204"));
    assert_eq!((found(11), server.count("/api/1.1.1.11")), (json!({"records": [2]}), 2));
    assert_eq!(error(&found(12)), ("unavailable", "unavailable: the server answered 503"));
    assert_eq!(server.count("/api/1.1.1.12"), 3);
    // A second and no less, and not at all where that is longer than the lookup may take.
    let before = std::time::Instant::now();
    assert_eq!((found(13), server.count("/api/1.1.1.13")), (json!({"records": [3]}), 2));
    assert!(before.elapsed() >= Duration::from_secs(1), "{:?}", before.elapsed());
    assert_eq!(error(&found(14)), ("rate-limited", "rate limited"));
    assert_eq!(server.count("/api/1.1.1.14"), 1);
}

#[test]
fn redirects_stay_on_the_server() {
    let other = HttpServer::start(HttpRoutes::new().json("/api/1.1.1.2", "[]")).expect("a server");
    let routes = HttpRoutes::new()
        .redirect("/api/1.1.1.1", "/elsewhere?page=1")
        .redirect("/elsewhere", "there")
        .unauthorized_without("/there", KEY, "[1]")
        .redirect("/api/1.1.1.2", &format!("{}/api/1.1.1.2", other.url()))
        .redirect("/api/1.1.1.3", "/api/1.1.1.3")
        .redirect("/api/1.1.1.4", "https://evil.example/")
        .redirect("/api/1.1.1.5", "file:///etc/passwd")
        .redirect("/api/1.1.1.6", "//[");
    let server = HttpServer::start(routes).expect("a server");
    let scene = scene();
    let found = |last: u8| pdns(&scene, &server, &format!("1.1.1.{last}"));
    let (url, elsewhere) = (server.url(), other.url());
    assert_eq!(found(1), json!({"records": [1]}));
    let denied = |to: &str| {
        format!("access denied: HTTP GET {url}: the redirect to {to} is not followed, because it leads to another server")
    };
    assert_eq!(error(&found(2)), ("access-denied", denied(&elsewhere).as_str()));
    assert_eq!(other.requests(), []);
    assert_eq!(error(&found(3)), ("invalid", format!("invalid: HTTP GET {url}: more than 5 redirects").as_str()));
    assert_eq!(server.count("/api/1.1.1.3"), 6);
    assert_eq!(error(&found(4)), ("access-denied", denied("https://evil.example").as_str()));
    assert_eq!(error(&found(5)), ("access-denied", denied("file").as_str()));
    assert_eq!(error(&found(6)).0, "invalid");
}

#[test]
fn the_key_is_nowhere_but_with_the_server() {
    let routes = HttpRoutes::new()
        .json("/api/8.8.8.8", format!(r#"{{"you sent": "Bearer {KEY}", "{}": 1}}"#, KEY.to_lowercase()))
        .header("/api/8.8.8.8", "X-Echo", &format!("Bearer {KEY}"))
        .redirect("/api/8.8.4.4", &format!("https://{KEY}.evil.example/{KEY}"))
        .status("/api/9.9.9.9", 200, format!("{KEY} is no JSON"))
        .status("/api/1.1.1.1", 500, KEY)
        .redirect("/api/4.4.4.4", &format!("/{KEY}?key={KEY}"))
        .garbage(&format!("/{KEY}"));
    let server = HttpServer::start(routes).expect("a server");
    let scene = scene();
    let environment = [("PDNS_API_URL", format!("{}/api", server.url())), ("PDNS_API_KEY", KEY.to_owned())];
    let mut environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut said = String::new();
    for (level, file) in [("trace", ""), ("trace", "run.log")] {
        environment.extend([("NET_SCOUT_LOG_LEVEL", level), ("NET_SCOUT_LOG_FILE", file)]);
        for subject in ["8.8.8.8", "8.8.4.4", "9.9.9.9", "1.1.1.1", "4.4.4.4"] {
            let run = run(&scene, &environment, &["lookup", subject, "--only", "pdns", "--refresh"]);
            assert!(run.code < 2, "{}", run.stderr);
            said.push_str(&run.stdout);
            said.push_str(&run.stderr);
        }
    }
    for words in [&["config"][..], &["cache"], &["cache", "--format", "json"]] {
        let run = run(&scene, &environment, words);
        said.push_str(&run.stdout);
        said.push_str(&run.stderr);
    }
    assert!(server.requests().len() >= 10);
    let expected = format!("Bearer {KEY}");
    assert!(server.requests().iter().all(|request| request.header("authorization") == Some(expected.as_str())));
    assert!(said.contains("Bearer [secret]") && said.contains("https://[secret].evil.example"), "{said}");
    assert!(!holds_key(said.as_bytes()), "{said}");
    assert_clean(scene.path("").as_path());
}

/// Whether there is the key, in capital letters or not.
fn holds_key(bytes: &[u8]) -> bool {
    bytes.windows(KEY.len()).any(|window| window.eq_ignore_ascii_case(KEY.as_bytes()))
}

/// Checks every file of a folder.
fn assert_clean(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            assert_clean(&path);
        } else {
            assert!(!holds_key(&fs::read(&path).expect("a file")), "{} holds the key", path.display());
        }
    }
}

#[test]
fn passive_dns_is_off_without_a_service_or_a_key() {
    let scene = scene();
    let words = ["lookup", "8.8.8.8", "--only", "pdns"];
    run(&scene, &[("PDNS_API_KEY", KEY)], &words).ended(
        2,
        "error: enricher pdns is off until the parameter in its request `GET {=url} secret PDNS_API_KEY` is set in \
         [enrichers.pdns]",
    );
    for key in [&[][..], &[("PDNS_API_KEY", " ")]] {
        let environment = [&[("PDNS_API_URL", "http://127.0.0.1:1")], key].concat();
        run(&scene, &environment, &words).ended(2, "error: enricher pdns is off until PDNS_API_KEY is set in the environment");
    }
}

#[test]
fn the_service_must_be_granted() {
    let scene = scene();
    fs::remove_file(scene.path("plugins/plugins.lock")).expect("a lock");
    let environment = [("PDNS_API_URL", "http://127.0.0.1:1"), ("PDNS_API_KEY", KEY)];
    run(&scene, &environment, &["lookup", "8.8.8.8", "--only", "pdns"]).ended(
        1,
        "warning: enricher pdns (pdns.wasm) does not run: it was not granted all that it requests; to grant it, add to \
         net-scout.toml: [grants.pdns] http = [\"GET {=url} secret PDNS_API_KEY\"]\nerror: no enricher in plugins may run",
    );
}

#[test]
fn nobody_listens() {
    let address = HttpServer::start(HttpRoutes::new()).expect("a server").url();
    let found = lookup(&scene(), &[("PDNS_API_URL", &address), ("PDNS_API_KEY", KEY)], "pdns", "8.8.8.8");
    assert_eq!(error(&found).0, "unavailable");
    assert!(error(&found).1.starts_with(&format!("unavailable: HTTP GET {address}: ")), "{found}");
}

#[test]
fn what_is_not_granted_is_denied_with_the_line_that_would_grant_it() {
    let other = HttpServer::start(HttpRoutes::new()).expect("a server");
    let routes = HttpRoutes::new().json("/good", "[]").redirect("/away", &other.url());
    let server = HttpServer::start(routes).expect("a server");
    let url = server.url();
    let port = server.address().port();
    let scene = Scene::small().with_guest("http_prober");
    scene.configure(&format!("[enrichers.http_prober]\nserver = '{url}'\n[grants.http_prober]\nhttp = [\"GET {{=server}}\"]"));
    let line = |line: &str| {
        format!("access denied: HTTP {line} is not granted; to grant it, add [grants.http_prober] http = [\"{line}\"]")
    };
    for (last, kind, message) in [
        (1, "access-denied", line("GET https://evil.example")),
        (2, "access-denied", line(&format!("POST {url}"))),
        (3, "access-denied", line(&format!("GET https://127.0.0.1:{port}"))),
        (
            4,
            "access-denied",
            "access denied: HTTP GET http://evil.example: without TLS only loopback addresses can be granted".to_owned(),
        ),
        (5, "access-denied", "access denied: the scheme `ftp` is neither https nor http".to_owned()),
        (6, "invalid", "invalid: a URL with a user name or a password is not sent".to_owned()),
        (7, "access-denied", line(&format!("GET http://127.0.0.2:{port}"))),
        (8, "invalid", "invalid: the header field `authorization` cannot be set by a plugin".to_owned()),
        (9, "invalid", "invalid: the header field `host` cannot be set by a plugin".to_owned()),
        (10, "invalid", "invalid: the value of the header field `accept` cannot be sent".to_owned()),
        (12, "invalid", format!("invalid: the URL has {} bytes, more than 4096", url.len() + 5_001)),
        (13, "invalid", "invalid: the body has 2097152 bytes, more than 1048576".to_owned()),
    ] {
        let found = lookup(&scene, &[], "http_prober", &format!("1.0.0.{last}"));
        assert_eq!(found["error"], json!({"kind": kind, "message": message, "attempts": 1}), "1.0.0.{last}");
    }
    assert_eq!(server.requests(), []);
    let found = lookup(&scene, &[], "http_prober", "1.0.0.11");
    let message = format!(
        "access denied: HTTP GET {url}: the redirect to {} is not followed, because it leads to another server",
        other.url()
    );
    assert_eq!(error(&found), ("access-denied", message.as_str()));
    assert_eq!(other.requests(), []);
    assert_eq!(lookup(&scene, &[], "http_prober", "1.0.0.99"), json!({"status": 200, "length": 2}));
}

/// What a registry says of a network.
fn network() -> String {
    let card = |name: &str, email: &str| {
        json!(["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", name], ["email", {}, "text", email]]])
    };
    json!({
        "objectClassName": "ip network",
        "handle": "NET-8-8-8-0-2",
        "startAddress": "8.8.8.0",
        "endAddress": "8.8.8.255",
        "name": "EXAMPLE-NET",
        "type": "DIRECT ALLOCATION",
        "country": "US",
        "cidr0_cidrs": [{"v4prefix": "8.8.8.0", "length": 24}],
        "events": [
            {"eventAction": "last changed", "eventDate": "2024-01-02T00:00:00Z"},
            {"eventAction": "registration", "eventDate": "2023-12-28T00:00:00Z"}
        ],
        "remarks": [{"title": "Comments", "description": ["First line.", "Second line."]}],
        "entities": [{
            "roles": ["registrant"],
            "vcardArray": card("Example LLC", "info@example.net"),
            "entities": [{"roles": ["technical", "abuse"], "vcardArray": card("Abuse", "abuse@example.net")}]
        }]
    })
    .to_string()
}

#[test]
fn the_registry_of_an_address_by_rdap() {
    let routes = HttpRoutes::new()
        .json("/rdap/ip/8.8.8.8", network())
        .json("/rdap/ip/2001:4860:4860::8888", r#"{"handle": "NET6", "entities": "none", "events": [1], "country": 5}"#)
        .status("/rdap/ip/8.8.8.9", 429, "");
    let registry = HttpServer::start(routes).expect("a server");
    let url = registry.url();
    let services = |prefixes: &[&str], longest: &str| {
        let services = json!({"version": "1.0", "services": [
            [prefixes, ["https://wrong.example/"]],
            [[longest], ["ftp://wrong.example/", format!("{url}/rdap/")]],
        ]});
        services.to_string()
    };
    let routes = HttpRoutes::new()
        .json("/boot/ipv4.json", services(&["8.0.0.0/8", "8.8.9.0/24", "0.0.0.0/33", "x"], "8.8.8.0/22"))
        .json("/boot/ipv6.json", services(&["2001:4800::/23"], "2001:4860::/32"));
    let bootstrap = HttpServer::start(routes).expect("a server");
    let scene = scene();
    let configured = format!("[enrichers.rdap]\nbootstrap_url = '{}/boot/'\n", bootstrap.url());
    // The registry of the bootstrap file is not among those that are granted.
    scene.configure(&configured);
    let denied = format!("access denied: HTTP GET {url} is not granted; to grant it, add [grants.rdap] http = [\"GET {url}\"]");
    assert_eq!(error(&lookup(&scene, &[], "rdap", "8.8.8.8")), ("access-denied", denied.as_str()));
    assert_eq!(registry.requests(), []);

    scene.configure(&format!("{configured}[grants.rdap]\nhttp = [\"GET {url}\"]"));
    let expected = json!({
        "handle": "NET-8-8-8-0-2", "name": "EXAMPLE-NET", "type": "DIRECT ALLOCATION", "country": "US", "cidr": "8.8.8.0/24",
        "start": "8.8.8.0", "end": "8.8.8.255", "organisation": "Example LLC", "abuse": "abuse@example.net",
        "registered": "2023-12-28T00:00:00Z", "changed": "2024-01-02T00:00:00Z", "remarks": "First line."
    });
    assert_eq!(lookup(&scene, &[], "rdap", "8.8.8.8"), expected);
    let sparse = lookup(&scene, &[], "rdap", "2001:4860:4860::8888");
    assert_eq!((&sparse["handle"], &sparse["country"], &sparse["abuse"]), (&json!("NET6"), &Value::Null, &Value::Null));
    assert_eq!(error(&lookup(&scene, &[], "rdap", "8.8.8.10")), ("not-found", "not found: the server answered 404"));
    let unknown = lookup(&scene, &[], "rdap", "9.9.9.9");
    assert_eq!(error(&unknown), ("not-found", "not found: no registry is known to answer for 9.9.9.9"));
    assert_eq!(error(&lookup(&scene, &[], "rdap", "8.8.8.9")).0, "rate-limited");
    assert!(registry.requests().iter().all(|request| request.header("authorization").is_none()));
    run(&scene, &[], &["lookup", "192.168.1.1", "--only", "rdap"]).ended(
        1,
        "error: 192.168.1.1 is a private or reserved address, and nobody outside is asked about it; \
             `[enrichers.NAME] private = true` lets one of rdap ask where the answer lies in your own network",
    );
}

#[test]
fn every_server_has_a_rate_limit_that_is_remembered() {
    let server = HttpServer::start(HttpRoutes::new().unauthorized_without("/api/8.8.8.8", KEY, "[]")).expect("a server");
    let scene = scene();
    let mut command = scene.command(&["lookup", "8.8.8.8", "--only", "pdns"]);
    command.env("PDNS_API_URL", format!("{}/api", server.url())).env("PDNS_API_KEY", KEY);
    let run = Run::of(command.env("NET_SCOUT_ENRICHMENT_SLEEP", "0.01"));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let database = scene.connect();
    let mut statement = database.prepare("SELECT name FROM scout_rate_limits ORDER BY name").expect("rate limits");
    let names = statement.query_map([], |row| row.get(0)).expect("rate limits");
    let names: Vec<String> = names.map(|name| name.expect("a name")).collect();
    assert_eq!(names, [server.url(), "pdns".to_owned()]);
}
