//! Notifiers: what they are told, where a secret goes, and who was told what, with servers on loopback.

use std::fs;

use net_scout_tests::harness::{Run, Scene};
use net_scout_tests::places;
use net_scout_tests::servers::http::{HttpRoutes, HttpServer};
use serde_json::{Value, json};

const SECRET: &str = "T0123/B4567/s3cretK3Yvalue42";

/// A scene with alerts and a notifier that may reach this server.
fn scene(notifier: &str, server: &HttpServer, more: &str) -> Scene {
    let scene = Scene::small();
    let file = format!("{notifier}.wasm");
    let built = if notifier == "notifier_prober" { places::test_guests() } else { places::plugins() };
    fs::copy(built.join(&file), scene.path("plugins").join(&file)).expect("a notifier");
    scene.configure(&format!(
        "enrichment_sleep = 0\nenrichment_timeout = 5\n[notifiers.{notifier}]\nserver = '{}'\n{more}",
        server.url()
    ));
    let run = scene.run(&["scan"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run = scene.run(&["plugin", "approve", "--yes", notifier]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    scene
}

fn send(scene: &Scene, environment: &[(&str, &str)], words: &[&str]) -> Run {
    let mut command = scene.command(&[&["plugin", "send"], words].concat());
    Run::of(command.envs(environment.iter().copied()))
}

fn told(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"))
}

#[test]
fn slack_tells_what_it_was_granted_and_the_secret_stays_here() {
    let path = format!("/services/{SECRET}");
    let server =
        HttpServer::start(HttpRoutes::new().json(&path, "ok").json(&format!("/hooks/{SECRET}"), SECRET)).expect("a server");
    let scene = scene("slack", &server, "");
    let environment = [("NET_SCOUT_SECRET_SLACK", SECRET)];
    let run = send(&scene, &environment, &["slack", "1"]);
    run.ended(0, "slack delivered it: 1 alert");
    let alert = &told(&run)["alerts"][0];
    let mut fields: Vec<&String> = alert.as_object().expect("fields").keys().collect();
    fields.sort();
    assert_eq!(fields, ["id", "score", "severity", "src_ip", "type"]);
    let requests = server.requests();
    assert_eq!((requests.len(), requests[0].path.as_str(), requests[0].header("authorization")), (1, path.as_str(), None));
    let body = String::from_utf8(requests[0].body.clone()).expect("text");
    assert!(body.contains("net-scout: 1 alert") && !body.contains("evidence"), "{body}");

    // A webhook's whole URL will do, and a receiver may have fewer fields and a secret of its own.
    let url = format!("{}/hooks/{SECRET}", server.url());
    let server_line = format!("server = '{}'", server.url());
    scene.configure(&format!(
        "enrichment_sleep = 0\n[notifiers.slack]\n{server_line}\npath = '/hooks'\nsecret = 'NET_SCOUT_SECRET_OTHER'\nfields = 'severity'"
    ));
    let run = send(&scene, &[("NET_SCOUT_SECRET_OTHER", &url)], &["slack", "1", "--record", "sent.scan"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(told(&run)["alerts"][0].as_object().expect("fields").len(), 1);
    let recorded = std::process::Command::new("zcat").arg(scene.path("sent.scan")).output().expect("zcat").stdout;
    let recorded = String::from_utf8(recorded).expect("text");
    assert!(recorded.contains("/hooks/{secret}") && recorded.contains("[secret]") && !recorded.contains(SECRET), "{recorded}");
    for text in [&run.stdout, &run.stderr] {
        assert!(!text.contains("s3cret"), "{text}");
    }
    let before = server.requests().len();
    let run = scene.run(&["scan", "--replay", "sent.scan"]);
    assert!(run.code == 0 && run.stderr.contains("0 alerts, 1 message in"), "{}", run.stderr);
    assert_eq!(server.requests().len(), before, "nobody is told by a replay");
}

#[test]
fn own_addresses_are_pseudonyms_unless_granted() {
    let server = HttpServer::start(HttpRoutes::new().json("/echo/k3y", "done")).expect("a server");
    let scene = scene("notifier_prober", &server, "act = 'echo'");
    let (own, other): (String, String) = scene
        .connect()
        .query_row("SELECT coalesce(dst_ip, src_ip), src_ip FROM scout_alerts WHERE id = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .expect("an alert");
    let configure = |more: &str| {
        scene.configure(&format!(
            "enrichment_sleep = 0\nlocal_networks = ['{own}']\n[notifiers.notifier_prober]\nserver = '{}'\nact = 'echo'\n{more}",
            server.url()
        ));
    };
    let environment = [("NET_SCOUT_SECRET_PROBER", "k3y")];
    let body = || String::from_utf8(server.requests().last().expect("a request").body.clone()).expect("text");
    configure("");
    let run = send(&scene, &environment, &["notifier_prober", "1"]);
    run.ended(0, "notifier_prober delivered it as done: 1 alert");
    assert!(!body().contains(&own) && body().contains("own-"), "{own} {}", body());
    let name = body().split("own-").nth(1).expect("a pseudonym").chars().take(10).collect::<String>();
    let _again = send(&scene, &environment, &["notifier_prober", "1"]);
    assert!(body().contains(&format!("own-{name}")), "the same every time");
    configure("[grants.notifier_prober]\nfields = ['own_addresses']");
    let _granted = send(&scene, &environment, &["notifier_prober", "1"]);
    assert!(body().contains(&own) && !body().contains("own-"), "{}", body());

    // Who was told what.
    let run = scene.run(&["plugin", "egress", "--format", "ndjson"]);
    let lines = run.lines();
    assert_eq!((lines.len(), &lines[0]["destination"], &lines[0]["calls"]), (1, &json!(server.url()), &json!(3)));
    let told = lines[0]["told"].as_array().expect("a list");
    assert!(told.contains(&json!(own)) && told.contains(&json!(format!("own-{name}"))), "{lines:?} {other}");
    let run = scene.run(&["plugin", "egress", "--since", "30d"]);
    assert!(run.stdout.contains(&server.url()) && run.stdout.contains("notifier_prober"), "{}", run.stdout);
    scene.run(&["plugin", "egress", "slack"]).exited(0);
}

/// One that misbehaves fails, and says why; a secret goes nowhere but to the server that it was granted for.
#[test]
fn what_hostile_notifiers_try() {
    let routes = HttpRoutes::new().json("/field", "took").json("/token", "took").json("/steal", "took");
    let server = HttpServer::start(routes).expect("a server");
    let scene = scene("notifier_prober", &server, "");
    let act = |act: &str| {
        scene.configure(&format!(
            "enrichment_sleep = 0\n[limits]\ncpu_seconds = 0.2\n[notifiers.notifier_prober]\nserver = '{}'\nact = '{act}'",
            server.url()
        ));
        let run = send(&scene, &[("NET_SCOUT_SECRET_PROBER", "k3y")], &["notifier_prober", "1"]);
        (run.code, run.stderr)
    };
    for (name, reason) in [
        ("panic", "plugin failed: it trapped: "),
        ("loop", "plugin failed: it computed for longer than 0.2 s (limits.cpu_seconds)"),
        ("allocate", "plugin failed: it asked for 25 MiB of memory, more than 24 MiB (limits.lookup_memory_mib)"),
        ("receipt", "plugin failed: its receipt has 5000000 characters, more than 200"),
        ("escape", "plugin failed: its receipt has 4 characters, more than 200, or some that are not plain"),
        ("elsewhere", "access denied: HTTP POST https://evil.example is not granted; to grant it, add "),
        ("query", "invalid: {secret} must stand once in the path of the URL"),
    ] {
        let (code, text) = act(name);
        assert!(code == 3 && text.contains(&format!("notifier_prober did not deliver it: {reason}")), "{name}: {text}");
        assert!(text.trim_end().ends_with("another attempt fails alike"), "{text}");
    }
    assert_eq!(server.requests().len(), 0);
    for name in ["field", "token", "steal"] {
        let (code, text) = act(name);
        assert_eq!(code, 0, "{name}: {text}");
    }
    let requests = server.requests();
    let sent = |path: &str, field: &str| {
        let request = requests.iter().find(|request| request.path == path).expect(path);
        (request.header(field).map(str::to_owned), String::from_utf8_lossy(&request.body).into_owned())
    };
    assert_eq!(sent("/field", "x-token").0.as_deref(), Some("Key k3y"));
    assert_eq!(sent("/field", "authorization").0, None);
    assert_eq!(sent("/token", "authorization").0.as_deref(), Some("Bearer k3y"));
    assert_eq!(sent("/steal", "x-token").1, "{secret}");
}

#[test]
fn what_comes_back_decides_whether_it_is_tried_again() {
    let routes = HttpRoutes::new()
        .status("/services/busy", 503, "")
        .too_many("/services/slow", 30, 99, "ok")
        .status("/services/gone", 404, "no_service")
        .status("/services/forbidden", 403, "");
    let server = HttpServer::start(routes).expect("a server");
    let scene = scene("slack", &server, "");
    let sent = |secret: &str| send(&scene, &[("NET_SCOUT_SECRET_SLACK", secret)], &["slack"]).stderr;
    let (again, alike) = ("; another attempt may succeed\n", "; another attempt fails alike\n");
    let failed = "warning: slack did not deliver it: ";
    assert_eq!(sent("busy"), format!("{failed}unavailable: the server answered 503{again}"));
    assert_eq!(sent("slow"), format!("{failed}rate limited for 30 s{again}"));
    assert_eq!(sent("gone"), format!("{failed}refused: the server answered 404{alike}"));
    assert_eq!(sent("forbidden"), format!("{failed}access denied: the server answered 403{alike}"));
    assert_eq!(
        sent("a?b"),
        format!(
            "{failed}unavailable: secret NET_SCOUT_SECRET_SLACK has characters that cannot stand in the path of a URL{again}"
        )
    );
}

#[test]
fn approval_says_what_it_is_told_and_nothing_goes_without() {
    let scene = Scene::small();
    fs::copy(places::plugins().join("telegram.wasm"), scene.path("plugins/telegram.wasm")).expect("a notifier");
    let environment = [("NET_SCOUT_SECRET_TELEGRAM", "1:a")];
    let run = send(&scene, &environment, &["telegram"]);
    assert!(
        run.code == 1 && run.stderr.contains("notifier telegram does not run: it was not granted all that it requests"),
        "{}",
        run.stderr
    );
    let run = scene.run(&["plugin", "approve", "telegram", "--yes"]);
    for line in [
        "  it is a notifier; of an alert it is told the number of the alert, the type of the alert, the severity, the score, \
         the source's address, the target's address, the texts of reports\n",
        "  your own addresses are pseudonyms to it; [grants] with the field own_addresses changes that\n",
        "  it requests a server, with a secret that it does not see: POST https://api.telegram.org secret NET_SCOUT_SECRET_TELEGRAM\n",
    ] {
        assert!(run.stderr.contains(line), "{line}{}", run.stderr);
    }
    let lock: toml::Table = fs::read_to_string(scene.path("plugins/plugins.lock")).expect("a lock").parse().expect("TOML");
    let fields = lock["plugin"][0]["grants"]["fields"].as_array().expect("fields");
    assert_eq!((fields.len(), fields[0].as_str()), (7, Some("id")));
    let run = send(&scene, &[], &["telegram"]);
    run.ended(2, "error: notifier telegram is off: NET_SCOUT_SECRET_TELEGRAM is not set in the environment");
    send(&scene, &environment, &["telegram"]).ended(
        3,
        "warning: telegram did not deliver it: invalid: the parameter chat is not set: the number of the chat, or a channel with its @; \
         another attempt fails alike",
    );
    for (line, reason) in [
        (
            "fields = 'password'",
            "telegram.fields (from net-scout.toml:2): `password` is not a field of an alert; there are id, rule, ",
        ),
        (
            "secret = 'HOME'",
            "telegram.secret (from net-scout.toml:2): `HOME` is not the name of a secret: such names begin with NET_SCOUT_SECRET_",
        ),
        (
            "chat_id = 1",
            "notifier telegram has no parameter `chat_id` (from net-scout.toml:2); it has enabled, secret, fields, chat, ",
        ),
        ("enabled = false", "notifier telegram is switched off in [notifiers.telegram]"),
    ] {
        scene.configure(&format!("[notifiers.telegram]\n{line}"));
        let run = send(&scene, &environment, &["telegram"]);
        assert!(run.code == 2 && run.stderr.starts_with(&format!("error: {reason}")), "{line}: {}", run.stderr);
    }
    scene.configure("");
    let run = send(&scene, &environment, &["pager"]);
    run.ended(2, "error: there is no notifier `pager`; there are telegram");
}

#[test]
fn scenarios_and_conformance() {
    for name in ["slack", "discord", "telegram"] {
        let folder = places::plugins().join(name).join("scenarios");
        let mut scenarios: Vec<String> = fs::read_dir(folder)
            .expect("scenarios")
            .map(|entry| entry.expect("an entry").path().to_string_lossy().into_owned())
            .collect();
        scenarios.sort();
        let component = places::plugins().join(format!("{name}.wasm")).to_string_lossy().into_owned();
        let words: Vec<&str> = ["plugin", "test", &component].into_iter().chain(scenarios.iter().map(String::as_str)).collect();
        let run = Scene::new().run(&words);
        assert_eq!(run.code, 0, "{name}: {}{}", run.stdout, run.stderr);
        let run = Scene::new().run(&["plugin", "conform", &component]);
        assert!(run.code == 0 && run.stdout.lines().count() > 14, "{name}: {}{}", run.stdout, run.stderr);
    }
    let scene = Scene::new();
    let lying = places::test_guests().join("notifier_prober.wasm").to_string_lossy().into_owned();
    let run = scene.run(&["plugin", "conform", &lying]);
    let fault = "FAIL every capability denied: an ordinary message: it says that the message was delivered, and nobody took it\n";
    assert!(run.code == 1 && run.stdout.contains(fault), "{}", run.stdout);

    let run = scene.run(&["plugin", "new", "pager", "--kind", "notifier", "--lang", "c"]);
    run.ended(2, "error: there is no template for a notifier in C yet; write it with --lang rust");
}

/// A receiver of the outbox may be a plugin: with a secret, parameters and fields of its own.
#[test]
fn a_receiver_that_is_a_plugin() {
    let path = format!("/services/{SECRET}");
    let server = HttpServer::start(HttpRoutes::new().json(&path, "ok")).expect("a server");
    let scene = Scene::small();
    fs::copy(places::plugins().join("slack.wasm"), scene.path("plugins/slack.wasm")).expect("a notifier");
    assert_eq!(scene.run(&["plugin", "approve", "--yes", "slack"]).code, 0);
    scene.configure(&format!(
        "enrichment_sleep = 0\n[[receiver]]\nname = 'chat'\nkind = 'plugin'\nplugin = 'slack'\nsecret_env = 'NET_SCOUT_SECRET_CHAT'\n\
         fields = ['type', 'severity']\nset = {{ server = '{}' }}\n[[route]]\nreceivers = ['chat']\nwait = 'off'\n",
        server.url()
    ));
    let run = |words: &[&str]| Run::of(scene.command(words).env("NET_SCOUT_SECRET_CHAT", SECRET));
    let tested = run(&["notify", "test", "chat"]);
    assert_eq!((tested.code, server.count(&path)), (0, 1), "{}{}", tested.stdout, tested.stderr);
    let scan = run(&["scan"]);
    assert_eq!(scan.code, 0, "{}", scan.stderr);
    let flushed = run(&["notify", "flush"]);
    assert_eq!(flushed.code, 0, "{}", flushed.stderr);
    let requests = server.requests();
    let body = String::from_utf8_lossy(&requests.last().expect("a message").body).into_owned();
    assert!(requests.len() == 2 && body.contains("net-scout: 4 alerts") && !body.contains(" from "), "{body}");
    let told = scene.run(&["plugin", "egress", "slack", "--since", "30d"]);
    assert!(told.stdout.contains(&server.url()), "{}{}", told.stdout, told.stderr);
}
