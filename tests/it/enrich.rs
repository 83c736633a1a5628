//! Enrichment against a real DNS server on loopback.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use net_scout_tests::harness::{self, MIGRATED, Run, Scene, changed};
use net_scout_tests::places;
use net_scout_tests::servers::dns::{DnsServer, DnsZone};
use serde_json::{Value, json};

/// A folder with the standard enrichers, approved as the build does it, and alerts from these sources, the newest last.
fn scene(sources: &[&str]) -> Scene {
    let scene = Scene::small();
    for file in ["rdns.wasm", "asn.wasm", "dnsbl.wasm", "plugins.lock"] {
        fs::copy(places::plugins().join(file), scene.path("plugins").join(file)).expect("a standard enricher");
    }
    scene.run(&["migrate"]).ended(0, MIGRATED);
    let database = scene.connect();
    for (index, source) in sources.iter().enumerate() {
        let sql = "INSERT INTO scout_alerts (alert_type, src_ip, created_at) VALUES ('test', ?1, ?2)";
        database.execute(sql, (source, format!("2026-03-11T20:00:{index:02}Z"))).expect("an alert");
    }
    scene
}

/// Runs the program with this server as its only resolver, and without a rate limit.
fn run(scene: &Scene, server: &DnsServer, words: &[&str]) -> Run {
    let mut command = scene.command(words);
    command.env("NET_SCOUT_DNS_SERVERS", server.address().to_string()).env("NET_SCOUT_ENRICHMENT_SLEEP", "0");
    Run::of(&mut command)
}

fn alerts(scene: &Scene) -> Vec<(String, String, Value)> {
    let database = scene.connect();
    let mut statement = database
        .prepare("SELECT src_ip, status, coalesce(enrichment_json, 'null') FROM scout_alerts ORDER BY id")
        .expect("alerts");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))).expect("alerts");
    rows.map(|row| row.expect("an alert"))
        .map(|(source, status, json)| (source, status, serde_json::from_str(&json).expect("json")))
        .collect()
}

#[test]
fn alerts_gain_what_dns_knows_and_a_second_run_asks_nothing() {
    let zone = DnsZone::new()
        .ptr("8.8.8.8", "resolver.example.net")
        .txt("8.8.8.8.origin.asn.cymru.com", "64500 | 8.8.8.0/24 | US | arin | 2023-12-28")
        .txt("AS64500.asn.cymru.com", "64500 | US | arin | 2000-03-30 | EXAMPLE-NET, US")
        .a("8.8.8.8.list.example", [127, 0, 0, 2].into())
        .txt("8.8.8.8.list.example", "it scans");
    let server = DnsServer::start(zone).expect("a server");
    let scene = scene(&["8.8.8.8", "8.8.8.8", "192.168.1.10"]);
    scene.connect().execute("UPDATE scout_alerts SET status = 'snoozed' WHERE id = 2", []).expect("snoozed");
    scene.configure("[enrichers.dnsbl]\nzones = 'list.example, other.example'");

    run(&scene, &server, &["enrich"]).ended(0, "3 alerts enriched: 3 lookups, 0 failed, 0 answers from the cache");
    let found = json!({"src_rdns": "resolver.example.net", "src": {
        "asn": {
            "asn": 64500, "asns": [64500], "name": "EXAMPLE-NET, US", "prefix": "8.8.8.0/24", "country": "US", "registry": "arin",
            "allocated": "2023-12-28"
        },
        "dnsbl": {
            "listed": [{"zone": "list.example", "codes": ["127.0.0.2"], "reason": "it scans"}],
            "asked": ["list.example", "other.example"],
            "unknown": []
        },
        "rdns": {"name": "resolver.example.net", "names": ["resolver.example.net"]}
    }});
    let expected = [
        ("8.8.8.8".to_owned(), "enriched".to_owned(), found.clone()),
        ("8.8.8.8".to_owned(), "snoozed".to_owned(), found),
        ("192.168.1.10".to_owned(), "enriched".to_owned(), json!({"src": {}})),
    ];
    assert_eq!(alerts(&scene), expected);
    // One lookup for the two alerts, and none for the private address.
    assert_eq!(server.count("8.8.8.8"), 1);
    assert!(server.questions().iter().all(|(name, _)| !name.contains("192.in-addr")), "{:?}", server.questions());

    let questions = server.questions().len();
    run(&scene, &server, &["enrich"]).ended(0, "no alert without enrichment");
    scene.connect().execute("UPDATE scout_alerts SET enrichment_json = NULL", []).expect("forgotten");
    run(&scene, &server, &["enrich"]).ended(0, "3 alerts enriched: 0 lookups, 0 failed, 3 answers from the cache");
    assert_eq!(server.questions().len(), questions);
    run(&scene, &server, &["enrich", "--refresh", "--only", "rdns"])
        .ended(0, "3 alerts enriched: 1 lookup, 0 failed, 0 answers from the cache");
    assert_eq!(server.questions().len(), questions + 1);
}

#[test]
fn one_that_fails_says_why_and_loses_no_other() {
    let zone = DnsZone::new()
        .ptr("8.8.4.4", "good.example.net")
        .servfail("9.9.9.9")
        .silent("1.1.1.1")
        .fails_times("4.4.4.4", 1)
        .ptr("4.4.4.4", "later.example.net")
        .truncated("5.5.5.5")
        .ptr("5.5.5.5", "long.example.net");
    let server = DnsServer::start(zone).expect("a server");
    let scene = scene(&["8.8.4.4", "9.9.9.9", "1.1.1.1", "4.4.4.4", "5.5.5.5", "6.6.6.6"]);
    scene.configure("enrichment_timeout = 3");
    let run = run(&scene, &server, &["enrich", "--only", "rdns"]);
    assert_eq!(
        (run.code, run.stderr.trim_end()),
        (
            0,
            "6 alerts enriched: 6 lookups, 3 failed, 0 answers from the cache\n\
             2 alerts stay new and will be tried again: nobody outside was reached"
        )
    );
    let statuses: Vec<String> = alerts(&scene).into_iter().map(|(_, status, _)| status).collect();
    assert_eq!(statuses, ["enriched", "new", "new", "enriched", "enriched", "enriched"]);
    let result = |index: usize| alerts(&scene)[index].2["src"]["rdns"].clone();
    assert_eq!(result(0)["name"], "good.example.net");
    assert_eq!(result(1)["error"]["kind"], "unavailable");
    assert!(result(1)["error"]["attempts"].as_i64() > Some(1), "{}", result(1));
    assert!(["timed-out", "failed"].contains(&result(2)["error"]["kind"].as_str().unwrap_or("")), "{}", result(2));
    assert_eq!(result(3)["name"], "later.example.net");
    assert_eq!(result(4)["name"], "long.example.net");
    assert_eq!(result(5)["error"]["kind"], "not-found");
    assert_eq!(result(5)["error"]["attempts"], 1);
    // The Python program takes what is in the cache for an answer: of those that failed nothing is.
    let text = |sql: &str| -> String { scene.connect().query_row(sql, [], |row| row.get(0)).expect("a text") };
    let subjects = "SELECT group_concat(subject, ' ' ORDER BY subject) FROM ";
    assert_eq!(text(&format!("{subjects} scout_enrichment_cache")), "rdns:4.4.4.4 rdns:5.5.5.5 rdns:8.8.4.4");
    assert!(text(&format!("{subjects} scout_lookup_failures")).contains("rdns:9.9.9.9"));
}

#[test]
fn an_outage_loses_no_enrichment() {
    let down = DnsServer::start(DnsZone::new().servfail("8.8.8.8")).expect("a server");
    let scene = scene(&["8.8.8.8"]);
    run(&scene, &down, &["enrich", "--only", "rdns"]).ended(
        0,
        "1 alert enriched: 1 lookup, 1 failed, 0 answers from the cache\n\
         1 alert stays new and will be tried again: nobody outside was reached",
    );
    run(&scene, &down, &["lookup", "8.8.8.8", "--only", "rdns", "--refresh"]).said(1, "error: every lookup of 8.8.8.8 failed");
    assert_eq!((alerts(&scene)[0].1.as_str(), &alerts(&scene)[0].2["unreached"]), ("new", &json!(true)));
    let up = DnsServer::start(DnsZone::new().ptr("8.8.8.8", "a.example")).expect("a server");
    let mut later = scene.command(&["enrich", "--only", "rdns"]);
    later.env("NET_SCOUT_DNS_SERVERS", up.address().to_string()).env("NET_SCOUT_ENRICHMENT_SLEEP", "0");
    Run::of(later.env("NET_SCOUT_NOW", "2026-03-13T00:00:00Z"))
        .ended(0, "1 alert enriched: 1 lookup, 0 failed, 0 answers from the cache");
    let (_, status, found) = alerts(&scene).remove(0);
    assert_eq!((status.as_str(), &found["src_rdns"], found.get("unreached")), ("enriched", &json!("a.example"), None));
}

#[test]
fn many_alerts_of_few_subjects_are_looked_up_once_and_at_the_same_time() {
    let zone = DnsZone::new()
        .ptr_for_all(|address| Some(format!("host-{}.example", address.to_string().replace('.', "-"))))
        .delay(Duration::from_millis(20));
    let server = DnsServer::start(zone).expect("a server");
    let sources: Vec<String> = (0..60).map(|index| format!("8.8.{}.1", index % 20)).collect();
    let scene = scene(&sources.iter().map(String::as_str).collect::<Vec<_>>());
    scene.configure("max_enrich_per_run = 1000");
    run(&scene, &server, &["enrich", "--only", "rdns", "--limit", "1000"])
        .ended(0, "60 alerts enriched: 20 lookups, 0 failed, 0 answers from the cache");
    assert_eq!(server.questions().len(), 20);
    assert!(
        alerts(&scene)
            .iter()
            .all(|(source, _, found)| found["src"]["rdns"]["name"] == format!("host-{}.example", source.replace('.', "-")))
    );
}

#[test]
fn what_is_not_granted_is_denied_with_the_line_that_would_grant_it() {
    let server = DnsServer::start(DnsZone::new()).expect("a server");
    let scene = scene(&[]).with_guest("dns_prober");
    let lookup = |address: &str| run(&scene, &server, &["lookup", address, "--only", "dns_prober"]);
    // Asked for, but not granted: it does not run.
    let refused = lookup("8.8.8.8");
    assert_eq!(refused.code, 1);
    assert_eq!(
        refused.stderr,
        "warning: enricher dns_prober (dns_prober.wasm) does not run: it was not granted all that it requests; to grant it, add to \
         net-scout.toml: [grants.dns_prober] dns = [\"PTR *.in-addr.arpa\"]\nerror: no enricher in plugins may run\n"
    );
    // Granted what it asked for, and asking for more.
    scene.configure("[grants.dns_prober]\ndns = [\"PTR *.in-addr.arpa\"]");
    for (address, denied) in [
        ("8.8.8.8", "TXT 8.8.8.8.in-addr.arpa"),
        ("9.9.9.9", "PTR secrets.evil.example"),
        ("1.1.1.1", "PTR 1.1.1.1.in-addr.arpa.evil.example"),
    ] {
        let found: Value = serde_json::from_str(&lookup(address).stdout).expect("json");
        let expected =
            format!("access denied: DNS {denied} is not granted; to grant it, add [grants.dns_prober] dns = [\"{denied}\"]");
        assert_eq!(found["dns_prober"]["error"], json!({"kind": "access-denied", "message": expected, "attempts": 1}));
    }
    let found: Value = serde_json::from_str(&lookup("8.8.4.4").stdout).expect("json");
    assert_eq!(found["dns_prober"]["error"]["message"], "invalid: `not a name..` is not a domain name");
    assert_eq!(server.questions(), []);
}

#[test]
fn a_changed_component_has_lost_its_grants() {
    let server = DnsServer::start(DnsZone::new()).expect("a server");
    let scene = scene(&[]);
    let then = sha256(&scene, "rdns.wasm");
    let bytes = changed(fs::read(scene.path("plugins/rdns.wasm")).expect("a component"));
    scene.add_plugin("rdns.wasm", &bytes);
    let now = sha256(&scene, "rdns.wasm");
    let difference = format!(
        "rdns.wasm is not the component that was approved as rdns: SHA-256 {} is now {}; look at it, then run \
         `net-scout plugin approve rdns`",
        &then[..12],
        &now[..12]
    );
    run(&scene, &server, &["lookup", "8.8.8.8", "--only", "rdns"])
        .ended(1, &format!("warning: plugin {difference}\nerror: enricher rdns was not loaded"));
    // Nor does it run beside others.
    let beside = run(&scene, &server, &["lookup", "8.8.8.8"]);
    assert_eq!(beside.stderr, format!("warning: plugin {difference}\n"));
    let found: Value = serde_json::from_str(&beside.stdout).expect("json");
    assert_eq!((found.get("rdns"), server.count("8.8.8.8")), (None, 0));
    scene.run(&["plugin", "approve", "rdns", "--yes"]).ended(
        0,
        &format!(
            "rdns 0.1.0: The names of an address, by reverse DNS\n  \
             file: rdns.wasm, {} bytes, SHA-256 {now}\n  \
             it is an enricher; it looks up addresses\n  \
             it tells others what it looks up: yes; private addresses never reach it\n  \
             it imports: net-scout:plugin/dns@0.1.0, net-scout:plugin/log@0.1.0\n  \
             it requests DNS lookups: PTR *.in-addr.arpa\n  \
             it requests DNS lookups: PTR *.ip6.arpa\n  \
             {difference}\n\
             rdns is approved",
            bytes.len()
        ),
    );
    run(&scene, &server, &["lookup", "8.8.8.8", "--only", "rdns"]).ended(0, "");
    assert_eq!(server.count("8.8.8.8"), 1);
}

/// The hash of a file of the plugin folder, by another program.
fn sha256(scene: &Scene, file: &str) -> String {
    let output = Command::new("sha256sum").arg(scene.path("plugins").join(file)).output().expect("sha256sum");
    String::from_utf8(output.stdout).expect("text").split(' ').next().expect("a hash").to_owned()
}

#[test]
fn approval_needs_consent() {
    let scene = scene(&[]).with_guest("dns_prober");
    let lock = || fs::read_to_string(scene.path("plugins/plugins.lock")).expect("a lock");
    let before = lock();
    let run = scene.run(&["plugin", "approve", "dns_prober"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.ends_with("error: nobody is there to ask; approve with --yes\n"), "{}", run.stderr);
    assert_eq!(lock(), before);
    scene.run(&["plugin", "approve", "nothing"]).ended(2, "error: there is no plugin `nothing` in plugins, and no such file");
    // It runs without, but may be held to what it is.
    assert!(scene.run(&["plugin", "revoke", "horizontal_scan"]).code == 0 && !lock().contains("horizontal_scan"));
    scene.run(&["plugin", "approve", "horizontal-scan.wasm", "--yes"]).ended(
        0,
        &format!(
            "horizontal_scan 0.1.0: One source contacts many destinations\n  \
             file: horizontal-scan.wasm, {} bytes, SHA-256 {}\n  \
             it is a rule; its alerts are of type horizontal_scan\n  \
             it imports: net-scout:plugin/query@0.1.0, net-scout:plugin/log@0.1.0\n  \
             it requests columns of events: src_ip, dst_ip, hit_count\n  \
             parameter counts_everything: It counts whatever a source does: its alerts have a low severity at most, and are left out where the source's role explains them; true or false, yes or no, on or off, 1 or 0, by default true\n  \
             parameter dst_ip_threshold: Alert when a source contacts more distinct destinations than this; a whole number from 0 to \
             1000000000, by default 50\n  \
             parameter conn_threshold: Alert when a source has more connections than this; a whole number from 0 to 1000000000000, by \
             default 200\n  \
             parameter count: Count a connection once a row, or as often as its hit_count says; one of rows, hits, by default rows\n\
             horizontal_scan is approved",
            fs::metadata(scene.path("plugins/horizontal-scan.wasm")).expect("a rule").len(),
            sha256(&scene, "horizontal-scan.wasm")
        ),
    );
    assert_eq!(lock(), before);
    scene.run(&["plugin", "approve", "horizontal-scan.wasm"]).ended(0, "horizontal_scan is approved");
}

#[test]
fn lookup_and_cache() {
    let server =
        DnsServer::start(DnsZone::new().ptr("8.8.8.8", "a.example").ptr("10.1.1.1", "printer.example")).expect("a server");
    let scene = scene(&[]);
    let found = run(&scene, &server, &["lookup", "8.8.8.8", "--only", "rdns"]);
    found.ended(0, "");
    assert_eq!(
        serde_json::from_str::<Value>(&found.stdout).expect("json"),
        json!({"rdns": {"name": "a.example", "names": ["a.example"]}})
    );
    run(&scene, &server, &["lookup", "8.8.8.8", "--only", "rdns"])
        .ended(0, "rdns: an answer of 2026-03-11T20:35:11Z from the cache; --refresh asks again");
    assert_eq!(server.count("8.8.8.8"), 1);
    run(&scene, &server, &["lookup", "8.8.8.8; id"]).ended(2, "error: `8.8.8.8; id` is neither an IP address nor a domain name");
    run(&scene, &server, &["lookup", "10.1.1.1", "--only", "rdns"]).ended(
        1,
        "error: 10.1.1.1 is a private or reserved address, and nobody outside is asked about it; \
             `[enrichers.NAME] private = true` lets one of rdns ask where the answer lies in your own network",
    );
    run(&scene, &server, &["lookup", "10.1.1.1", "--only", "rdns", "--set", "rdns.private=true"]).ended(0, "");
    run(&scene, &server, &["lookup", "8.8.8.8", "--only", "nothing"])
        .ended(2, "error: there is no enricher `nothing`; there are asn, dnsbl, rdns");
    run(&scene, &server, &["lookup", "8.8.8.8", "--only", "dnsbl"]).ended(
        2,
        "error: enricher dnsbl is off until the parameter in its request `A,TXT *.{=zones}` is set in [enrichers.dnsbl]",
    );

    let listed = scene.run(&["cache", "--format", "ndjson"]);
    let subjects: Vec<Value> = listed.lines().iter().map(|line| line["subject"].clone()).collect();
    assert_eq!(subjects, ["rdns:10.1.1.1", "rdns:8.8.8.8"]);
    scene.run(&["cache", "expire"]).ended(0, "0 answers removed, 2 kept");
    let mut later = scene.command(&["cache", "expire"]);
    Run::of(later.env("NET_SCOUT_NOW", "2026-03-13T00:00:00Z")).ended(0, "2 answers removed, 0 kept");
    run(&scene, &server, &["lookup", "8.8.8.8", "--only", "rdns"]).ended(0, "");
    scene.run(&["cache", "clear"]).ended(0, "1 answers removed, 0 kept");
}

#[test]
fn a_dry_run_writes_nothing_and_switches_are_obeyed() {
    let server = DnsServer::start(DnsZone::new().ptr("8.8.8.8", "a.example")).expect("a server");
    let scene = scene(&["8.8.8.8"]);
    let before = scene.bytes();
    run(&scene, &server, &["enrich", "--dry-run", "--only", "rdns"])
        .ended(0, "1 alert enriched: 1 lookup, 0 failed, 0 answers from the cache (dry run: nothing written)");
    assert_eq!(scene.bytes(), before);
    let mut off = scene.command(&["enrich", "--only", "rdns"]);
    Run::of(off.env("NET_SCOUT_ENABLE_RDNS", "0")).ended(1, "error: no enricher in plugins may run");
    run(&scene, &server, &["enrich", "--alert-id", "99"]).ended(1, "error: there is no alert 99");
    let limits =
        || -> i64 { scene.connect().query_row("SELECT COUNT(*) FROM scout_rate_limits", [], |row| row.get(0)).expect("a count") };
    assert_eq!(limits(), 0);
    let mut polite = scene.command(&["enrich", "--only", "rdns"]);
    polite.env("NET_SCOUT_DNS_SERVERS", server.address().to_string()).env("NET_SCOUT_ENRICHMENT_SLEEP", "0.01");
    Run::of(&mut polite).ended(0, "1 alert enriched: 1 lookup, 0 failed, 0 answers from the cache");
    assert_eq!(limits(), 1);
}

#[test]
fn a_scan_can_enrich_what_it_found() {
    let server = DnsServer::start(DnsZone::new()).expect("a server");
    let scene = scene(&[]);
    let run = run(&scene, &server, &["scan", "--since", harness::SMALL_SINCE, "--enrich"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.trim_end().ends_with("alerts enriched: 0 lookups, 0 failed, 0 answers from the cache"), "{}", run.stderr);
    assert!(alerts(&scene).iter().all(|(_, status, _)| status == "enriched"));
}

#[test]
fn an_interruption_keeps_what_was_found() {
    let server =
        DnsServer::start(DnsZone::new().ptr("8.8.8.8", "a.example").slow("9.9.9.9", Duration::from_secs(30))).expect("a server");
    let scene = scene(&["8.8.8.8", "9.9.9.9"]);
    let mut command = scene.command(&["enrich", "--only", "rdns"]);
    command.env("NET_SCOUT_DNS_SERVERS", server.address().to_string()).env("NET_SCOUT_ENRICHMENT_SLEEP", "0");
    let child = command.stderr(Stdio::piped()).spawn().expect("started");
    // The fast one is answered long before the slow one; when both were asked, the program waits for the slow one alone.
    let started = Instant::now();
    while server.count("8.8.8.8") == 0 || server.count("9.9.9.9") == 0 {
        assert!(started.elapsed() < Duration::from_secs(60), "it asks nothing: {:?}", server.questions());
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(300));
    let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("a signal");
    assert!(signal.success());
    let output = child.wait_with_output().expect("an end");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        stderr.trim_end(),
        "1 alert enriched: 1 lookup, 0 failed, 0 answers from the cache; interrupted, what was found is kept"
    );
    assert_eq!(output.status.code(), Some(0));
    let statuses: Vec<String> = alerts(&scene).into_iter().map(|(_, status, _)| status).collect();
    assert_eq!(statuses, ["enriched", "new"]);
}
