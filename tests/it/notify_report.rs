//! Reports that the service sends: also of a quiet day, once for each run, to every kind of receiver in the form that it can show.

use std::fs;

use net_scout_tests::harness::{Run, Scene};
use net_scout_tests::servers::http::{HttpRoutes, HttpServer};
use net_scout_tests::servers::smtp::{SmtpServer, authority};
use serde_json::Value;

const RECEIVERS: &str = "[schedule]\nscan = 'off'\ndeliver = '1 second'\nreport = '100 days'\n[report]\nto = ['file', 'hook', 'mail']\nsince = '24h'\n";

/// The service, once: on the clock of the machine.
fn once(scene: &Scene) -> Run {
    let mut command = scene.command(&["serve", "--once"]);
    Run::of(command.env_remove("NET_SCOUT_NOW").env("SSL_CERT_FILE", authority()).env("NET_SCOUT_SECRET_MAIL", "s3cret-mail"))
}

fn lines(scene: &Scene) -> Vec<Value> {
    let text = fs::read_to_string(scene.path("told.ndjson")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_report_of_a_quiet_day_is_sent_once_for_each_run() {
    let scene = Scene::small();
    let hook = HttpServer::start(HttpRoutes::new().json("/hook", "{}")).expect("a server");
    let mail = SmtpServer::start().expect("a server");
    let receivers = format!(
        "[[receiver]]\nname = 'file'\nkind = 'file'\npath = '{}'\n\
         [[receiver]]\nname = 'hook'\nkind = 'webhook'\nurl = '{}/hook'\n\
         [[receiver]]\nname = 'mail'\nkind = 'mail'\nserver = '127.0.0.1'\nport = {}\nfrom = 'scout@example.org'\nto = ['ops@example.org']\n\
         user = 'scout'\npassword_env = 'NET_SCOUT_SECRET_MAIL'\n",
        scene.path("told.ndjson").display(),
        hook.url(),
        mail.address().port()
    );
    scene.configure(&format!("{RECEIVERS}{receivers}"));
    let first = once(&scene);
    assert!(first.code == 0 && first.stderr.contains("report: 3 reports to file, hook, mail"), "{}", first.stderr);
    let told = lines(&scene);
    let [report] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(
        (report["type"].as_str(), report["data"]["report"]["alerts"]["raised"].as_u64()),
        (Some("net-scout.report"), Some(0))
    );
    assert_eq!(report["data"]["title"], "net-scout: report for 1 d: no new alert");
    let letters = mail.letters();
    assert_eq!((letters.len(), hook.requests().len()), (1, 1));
    for part in ["multipart/alternative", "text/plain", "text/html", "Subject: net-scout: report for 1 d: no new alert"] {
        assert!(letters[0].text.contains(part), "{part}: {}", letters[0].text);
    }

    // Its next time has not come.
    once(&scene).exited(0);
    // It was killed after it had queued the report, and before that it had done so was stored.
    let run: String =
        scene.connect().query_row("SELECT DISTINCT run FROM scout_messages", [], |row| row.get(0)).expect("one run");
    let killed =
        "UPDATE scout_service SET state_json = json_set(state_json, '$.is_running', json('true'), '$.good', NULL, '$.due', ?1)
                  WHERE job = 'job report'";
    assert_eq!(scene.connect().execute(killed, [&run]).expect("changed"), 1);
    let again = once(&scene);
    assert!(again.code == 0 && again.stderr.contains("report: 0 reports to"), "{}", again.stderr);
    assert_eq!((lines(&scene).len(), mail.letters().len(), hook.requests().len()), (1, 1, 1));
    // The last one was long ago.
    let later =
        "UPDATE scout_service SET state_json = json_set(state_json, '$.good', '2026-01-01T00:00:00Z') WHERE job = 'job report'";
    assert_eq!(scene.connect().execute(later, []).expect("changed"), 1);
    // So long that messages are due again.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    once(&scene).exited(0);
    assert_eq!((lines(&scene).len(), mail.letters().len(), hook.requests().len()), (2, 2, 2));
}

#[test]
fn a_report_to_nobody_is_an_error() {
    let scene = Scene::small();
    scene.configure("[schedule]\nreport = 'daily 07:00'\n");
    let nobody = scene.run(&["config"]);
    let expected = "schedule.report (from net-scout.toml:2): reports go to nobody; name receivers: [report] to = [\"NAME\"]";
    assert!(nobody.code == 2 && nobody.stderr.contains(expected), "{}", nobody.stderr);
    scene.configure("[report]\nto = ['ops']\n[[receiver]]\nname = 'mail'\nkind = 'syslog'\n");
    let unknown = scene.run(&["config"]);
    let expected = "report.to (from net-scout.toml:2): there is no receiver `ops`; there are mail";
    assert!(unknown.code == 2 && unknown.stderr.contains(expected), "{}", unknown.stderr);
}
