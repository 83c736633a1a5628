//! What is wrong with receivers and routes is said where it can be known, and nothing of it, nor of what is right, shows a secret.

use net_scout_tests::harness::{Run, Scene};

const RECEIVERS: &str = "[[receiver]]\nname = 'hook'\nkind = 'webhook'\nurl = 'http://127.0.0.1:1/pa-th'\ntoken_env = 'NET_SCOUT_SECRET_TOKEN'\n\
                         [[receiver]]\nname = 'page'\nkind = 'exec'\ncommand = ['/bin/true', '--password', 'pa-th']\n";

fn run(scene: &Scene, words: &[&str]) -> Run {
    let mut command = scene.command(words);
    Run::of(command.env("NET_SCOUT_SECRET_TOKEN", "s3cret"))
}

#[test]
fn the_configuration_shows_receivers_and_routes_and_no_secret() {
    let scene = Scene::small();
    scene.configure(&format!("{RECEIVERS}[[route]]\nname = 'all'\nfilter = 'severity:>=high'\nreceivers = ['hook']\n"));
    let shown = run(&scene, &["config", "--format", "json"]);
    shown.exited(0);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).expect("JSON");
    let setting =
        |name: &str| (shown[name]["value"].as_str().unwrap_or_default(), shown[name]["from"].as_str().unwrap_or_default());
    let hook = "kind = webhook, token_env = NET_SCOUT_SECRET_TOKEN, url = http://127.0.0.1:1/...";
    assert_eq!(setting("receiver.hook"), (hook, "net-scout.toml:1"));
    assert_eq!(setting("receiver.page"), ("command = [/bin/true, ...], kind = exec", "net-scout.toml:6"));
    assert_eq!(setting("route.all"), ("filter = severity:>=high, receivers = [\"hook\"]", "net-scout.toml:10"));
    for format in ["table", "json", "ndjson", "csv"] {
        let shown = run(&scene, &["config", "--format", format]);
        assert!(shown.code == 0 && shown.stdout.contains("route.all"), "{}", shown.stderr);
        assert!(!shown.stdout.contains("s3cret") && !shown.stdout.contains("pa-th"), "{}", shown.stdout);
    }
}

#[test]
fn a_filter_with_a_rule_that_there_is_not_names_the_nearest() {
    let scene = Scene::small();
    let filter = |filter: &str| scene.configure(&format!("{RECEIVERS}[[route]]\nfilter = '{filter}'\nreceivers = ['hook']\n"));
    let words =
        [&["config"][..], &["notify", "preview"], &["notify", "flush"], &["notify", "test", "page"], &["serve", "--once"]];
    // Nothing is stored, so that only plugins know.
    filter("severity:>=low rule:vertical_scam");
    for words in words {
        let wrong = run(&scene, words);
        let expected =
            "net-scout.toml:10: [[route]]: filter: rule: there is no rule `vertical_scam` (did you mean `vertical_scan`?)";
        assert!(wrong.code == 2 && wrong.stderr.contains(expected), "{words:?}: {} {}", wrong.code, wrong.stderr);
    }
    run(&scene, &["scan"]).exited(0);
    filter("type:vertical_scan -rule:high_connection_volum");
    let wrong = run(&scene, &["notify", "flush"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("did you mean `high_connection_volume`?"), "{}", wrong.stderr);
    filter("rule:vertical_scan");
    run(&scene, &["config"]).exited(0);
    // A rule whose plugin is gone, and whose alerts are stored.
    let gone = "UPDATE scout_alerts SET rule = 'my_rule' WHERE id = 1";
    assert_eq!(scene.connect().execute(gone, []).expect("changed"), 1);
    filter("rule:my_rule");
    run(&scene, &["config"]).exited(0);
}

#[test]
fn no_error_shows_a_secret() {
    let scene = Scene::small();
    let with = |url: &str| format!("[[receiver]]\nname = 'chat'\nkind = 'slack'\n{url}\n");
    for (toml, expected) in [
        (with("url = 'https://hooks.slack.com/services/T0/B0/s3cret'"), "net-scout.toml:1: [[receiver]]: url: whoever knows"),
        (with("url_env = 'https://hooks.slack.com/services/T0/B0/s3cret'"), "url_env: a variable is named here"),
        (with("url = 's3cret"), "net-scout.toml:4: this is not TOML, at byte "),
        (with("url_env = 'NET_SCOUT_SECRET_TOKEN'\ntoken = 's3cret'"), "`token` does not belong in this file"),
    ] {
        scene.configure(&toml);
        let wrong = run(&scene, &["config"]);
        assert!(wrong.code == 2 && wrong.stderr.contains(expected), "{}", wrong.stderr);
        assert!(!wrong.stderr.contains("s3cret"), "{}", wrong.stderr);
    }
    // What the variable holds is not a URL.
    scene.configure(&with("url_env = 'NET_SCOUT_SECRET_TOKEN'"));
    let wrong = run(&scene, &["notify", "test", "chat"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("its secret is not a URL that begins with https://"), "{}", wrong.stderr);
    assert!(!wrong.stderr.contains("s3cret"), "{}", wrong.stderr);
}
