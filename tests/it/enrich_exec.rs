//! WHOIS and traceroute by the system's programs, against a WHOIS server on loopback.

use std::fs;
use std::time::Duration;

use net_scout_tests::harness::{Run, Scene};
use net_scout_tests::places;
use net_scout_tests::servers::whois::{WhoisAnswers, WhoisServer, samples};
use serde_json::{Value, json};

fn scene() -> Scene {
    let scene = Scene::small();
    for file in ["whois.wasm", "traceroute.wasm", "plugins.lock"] {
        fs::copy(places::plugins().join(file), scene.path("plugins").join(file)).expect("a standard enricher");
    }
    scene
}

/// What `net-scout lookup` finds with one enricher.
fn lookup(scene: &Scene, server: &WhoisServer, subject: &str) -> Value {
    let mut command = scene.command(&["lookup", subject, "--only", "whois"]);
    command.env("NET_SCOUT_WHOIS_SERVER", server.address().to_string()).env("NET_SCOUT_ENRICHMENT_SLEEP", "0");
    let run = Run::of(&mut command);
    run.looked_up(subject, "");
    let found: Value = serde_json::from_str(&run.stdout).expect("json");
    found["whois"].clone()
}

#[test]
fn whois_parses_what_registries_answer() {
    let answers = WhoisAnswers::new()
        .answer("8.8.8.8", samples::ARIN)
        .answer("8.8.4.4", samples::ARIN_REASSIGNED)
        .answer("193.0.6.139", samples::RIPE)
        .answer("example.com", samples::DOMAIN)
        .default_answer(samples::NO_MATCH);
    let server = WhoisServer::start(answers).expect("a server");
    let scene = scene();
    let arin = lookup(&scene, &server, "8.8.8.8");
    let ripe = lookup(&scene, &server, "193.0.6.139");
    let reassigned = lookup(&scene, &server, "8.8.4.4");
    for (answer, sample) in [(&arin, samples::ARIN), (&ripe, samples::RIPE), (&reassigned, samples::ARIN_REASSIGNED)] {
        for (fact, keys) in [("netname", ["NetName:", "netname:"]), ("country", ["Country:", "country:"])] {
            let value = answer[fact].as_str().unwrap_or_else(|| panic!("no {fact} in {answer}"));
            let said = |line: &str| keys.iter().any(|key| line.starts_with(key)) && line.ends_with(value);
            assert!(sample.lines().any(said), "{fact} {value} in {sample}");
        }
        for fact in ["organisation", "abuse"] {
            let value = answer[fact].as_str().unwrap_or_else(|| panic!("no {fact} in {answer}"));
            assert!(sample.contains(value), "{fact} {value}");
        }
        assert!(answer["abuse"].as_str().is_some_and(|address| address.contains('@')), "{answer}");
        assert_eq!(answer["truncated"], false);
        assert!(answer["raw"].as_str().is_some_and(|raw| sample.contains(raw.lines().next().unwrap_or("?"))), "{answer}");
    }
    assert!(arin["cidr"].as_str().is_some_and(|cidr| cidr.contains('/')), "{arin}");
    // The reassigned network, not the larger one that it is part of.
    let names: Vec<&str> =
        samples::ARIN_REASSIGNED.lines().filter_map(|line| line.strip_prefix("NetName:")).map(str::trim).collect();
    assert_eq!(reassigned["netname"].as_str(), names.last().copied());
    let domain = lookup(&scene, &server, "example.com");
    assert!(domain["registrar"].is_string() && domain["created"].is_string(), "{domain}");
    assert_eq!(lookup(&scene, &server, "9.9.9.9")["error"]["kind"], "not-found");
    assert_eq!(server.queries().len(), 5);
}

#[test]
fn a_server_that_misbehaves_costs_only_its_answer() {
    let answers = WhoisAnswers::new()
        .huge("8.8.8.8", 5_000_000)
        .hangs("8.8.4.4")
        .answer("9.9.9.9", samples::RIPE_DENIED)
        .closes("1.1.1.1")
        .answer("4.4.4.4", "NetName: SLOW\nNetRange: 4.0.0.0 - 4.255.255.255\n")
        .slow("4.4.4.4", Duration::from_millis(500));
    let server = WhoisServer::start(answers).expect("a server");
    let scene = scene();
    scene.configure("enrichment_timeout = 2.5\n[enrichers.whois]\ntimeout = 1");
    let huge = lookup(&scene, &server, "8.8.8.8");
    assert_eq!((&huge["truncated"], huge["raw"].as_str().map(|raw| raw.chars().count())), (&json!(true), Some(20_000)));
    let hangs = lookup(&scene, &server, "8.8.4.4");
    assert_eq!(hangs["error"]["kind"], "timed-out");
    assert!(hangs["error"]["attempts"].as_i64() > Some(1), "{hangs}");
    assert_eq!(lookup(&scene, &server, "9.9.9.9")["error"]["kind"], "rate-limited");
    assert_eq!(lookup(&scene, &server, "1.1.1.1")["error"]["kind"], "unavailable");
    assert_eq!(lookup(&scene, &server, "4.4.4.4")["netname"], "SLOW");
}

#[test]
fn a_configured_server_cannot_send_us_elsewhere() {
    let elsewhere = WhoisServer::start(WhoisAnswers::new()).expect("a server");
    let referral = format!("NetName: HERE\nReferralServer: whois://{}\n", elsewhere.address());
    let server = WhoisServer::start(WhoisAnswers::new().answer("8.8.8.8", referral)).expect("a server");
    assert_eq!(lookup(&scene(), &server, "8.8.8.8")["netname"], "HERE");
    assert_eq!(elsewhere.queries(), [""; 0]);
}

#[test]
fn traceroute_finds_the_way_to_this_machine() {
    let scene = scene();
    for address in ["127.0.0.1", "::1"] {
        let run = scene.run(&["lookup", address, "--only", "traceroute", "--set", "traceroute.private=true"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let found: Value = serde_json::from_str(&run.stdout).expect("json");
        let found = &found["traceroute"];
        assert_eq!((&found["reached"], &found["complete"]), (&json!(true), &json!(true)), "{found}");
        assert_eq!((&found["hops"][0]["hop"], &found["hops"][0]["address"]), (&json!(1), &json!(address)));
        assert_eq!(found["hops"][0]["milliseconds"].as_array().map(Vec::len), Some(3), "{found}");
        assert!(found["raw"].as_str().is_some_and(|raw| raw.starts_with("traceroute to")), "{found}");
    }
    // Unless told so, nobody is asked the way to a private address.
    scene.run(&["lookup", "127.0.0.1", "--only", "traceroute"]).ended(
        1,
        "error: 127.0.0.1 is a private or reserved address, and nobody outside is asked about it; \
             `[enrichers.NAME] private = true` lets one of traceroute ask where the answer lies in your own network",
    );
}

#[test]
fn what_is_not_granted_is_not_run() {
    let scene = scene().with_guest("exec_prober");
    let lookup = |address: &str| scene.run(&["lookup", address, "--only", "exec_prober"]);
    assert_eq!(
        lookup("8.8.8.1").stderr,
        "warning: enricher exec_prober (exec_prober.wasm) does not run: it was not granted all that it requests; to grant it, add to \
         net-scout.toml: [grants.exec_prober] exec = [\"whois {ip}\"]\nerror: no enricher in plugins may run\n"
    );
    scene.configure("[grants.exec_prober]\nexec = [\"whois {ip}\"]");
    for (address, command) in [
        ("8.8.8.1", "whois -h evil.example 8.8.8.8"),
        ("8.8.8.2", "whois --help"),
        ("8.8.8.3", "whois 1.2.3.4; id"),
        ("8.8.8.4", "sh -c id"),
        ("8.8.8.5", "/usr/bin/whois 8.8.8.8"),
        ("8.8.8.6", "whois"),
    ] {
        let found: Value = serde_json::from_str(&lookup(address).stdout).expect("json");
        let message = format!(
            "access denied: to run `{command}` is not granted; to grant it, add [grants.exec_prober] exec = [\"{command}\"]"
        );
        assert_eq!(found["exec_prober"]["error"], json!({"kind": "access-denied", "message": message, "attempts": 1}));
    }
}
