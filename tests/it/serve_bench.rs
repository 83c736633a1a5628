//! A rule that fails tick after tick in `net-scout serve` is benched, also by the next service, until it changes or is enabled.

use net_scout_tests::harness::Scene;
use net_scout_tests::sample::Layout;
use net_scout_tests::service::{Service, alerts, attack, status, until};
use serde_json::Value;

const PANICS: &str = "[rules.hostile]\nact = \"panic\"\n";

fn failing(scene: &Scene) -> Value {
    status(scene).0["failing_rules"].clone()
}

fn is_benched(scene: &Scene) -> bool {
    status(scene).0["problems"].to_string().contains("rule hostile is benched since ")
}

/// How many sets of rules the coverage names.
fn digests(scene: &Scene) -> i64 {
    let sql = "SELECT COUNT(DISTINCT digest) FROM scout_coverage WHERE state = 'scanned'";
    scene.connect().query_row(sql, [], |row| row.get(0)).expect("a count")
}

#[test]
fn it_is_benched_after_three_ticks_until_it_changes_or_is_enabled() {
    let scene = Scene::with_events(Layout::V2, |_| ()).with_guest("hostile");
    scene.configure(PANICS);
    let service = Service::start(&scene, &[], &[]);
    until("the bench", || is_benched(&scene));
    let (said, code) = status(&scene);
    assert_eq!((code, &said["failing_rules"][0]["failures"]), (3, &Value::from(3)), "{said}");
    assert!(said["problems"].to_string().contains("net-scout plugin enable hostile"), "{said}");
    until("the others without it", || !status(&scene).0["service"]["rules"].to_string().contains("hostile"));
    // The others go on. It never ran well, so nothing is claimed to be scanned by it.
    attack(&scene, "192.0.2.1");
    until("an alert of another rule", || alerts(&scene, "192.0.2.1") == 1);
    assert_eq!(digests(&scene), 1);
    let text = scene.run(&["status"]).stdout;
    assert!(text.contains("without hostile (benched)"), "{text}");
    let (_, log) = service.end();
    assert_eq!(log.matches("rule hostile failed in 3 ticks in a row and is benched: it trapped").count(), 1, "{log}");

    // The next service knows it, and does not try again.
    let before = failing(&scene);
    let service = Service::start(&scene, &[], &[]);
    attack(&scene, "192.0.2.2");
    until("an alert of the next service", || alerts(&scene, "192.0.2.2") == 1);
    assert_eq!(failing(&scene), before);
    let enabled = scene.run(&["plugin", "enable", "hostile"]);
    enabled.ended(0, "rule hostile runs again with the next tick of the service");
    until("the bench again", || is_benched(&scene) && failing(&scene) != before);
    // Other parameters make it another rule.
    scene.configure(&PANICS.replace("panic", "log_escapes"));
    service.signal("HUP");
    until("no failure", || failing(&scene) == Value::Array(Vec::new()));
    until("it runs", || status(&scene).0["service"]["rules"].to_string().contains("hostile"));
    until("its coverage", || digests(&scene) == 2);
    service.end();
    let unknown = scene.run(&["plugin", "enable", "hostile"]);
    unknown.ended(2, "error: rule hostile did not fail in the last ticks of the service; no rule failed");
}
