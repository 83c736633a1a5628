use serde_json::json;

use super::*;
use net_scout_model::News;

fn entry(table: Value) -> WrittenEntry {
    WrittenEntry { table: table.as_object().cloned().expect("a table"), from: "a.toml:3".to_owned() }
}

fn read_both(receivers: Vec<Value>, routes: Vec<Value>) -> Result<Notify, String> {
    let (receivers, routes): (Vec<_>, Vec<_>) =
        (receivers.into_iter().map(entry).collect(), routes.into_iter().map(entry).collect());
    read(&receivers, &routes, &Vault::default(), &Surroundings::default()).map_err(|error| error.to_string())
}

fn hook() -> Value {
    json!({ "name": "hook", "kind": "webhook", "url": "http://127.0.0.1:9/x" })
}

#[test]
fn a_route_has_defaults() {
    let notify = read_both(vec![hook()], vec![json!({ "receivers": ["hook"] })]).expect("read");
    let route = &notify.routes.0[0];
    assert_eq!((route.name.as_str(), route.wait, route.repeat, route.per_hour), ("route 1", 30_000_000, None, Some(10)));
    assert_eq!(route.on, [News::New, News::Worse, News::Reopened]);
    let full = json!({ "name": "urgent", "filter": "severity:>=high", "receivers": ["hook"], "wait": 5, "repeat": "1 day",
        "per_hour": 0, "quiet": "22:00-07:00", "on": ["new", "grown"] });
    let notify = read_both(vec![hook()], vec![full]).expect("read");
    let route = &notify.routes.0[0];
    assert_eq!((route.wait, route.repeat, route.per_hour), (5_000_000, Some(86_400_000_000), None));
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let wrong = |receivers, routes| read_both(receivers, routes).expect_err("wrong");
    let route = |route: Value| wrong(vec![hook()], vec![route]);
    for (error, expected) in [
        (wrong(vec![json!({ "name": "a" })], vec![]), "a.toml:3: [[receiver]]: `kind` is missing"),
        (
            wrong(vec![json!({ "name": "a", "kind": "pager" })], vec![]),
            "a.toml:3: [[receiver]]: kind: `pager` is not one of webhook, ",
        ),
        (
            wrong(vec![json!({ "name": "a\nb", "kind": "webhook" })], vec![]),
            "a.toml:3: [[receiver]]: name: `a\\nb` is not a name",
        ),
        (wrong(vec![hook(), hook()], vec![]), "a.toml:3: [[receiver]]: there is another receiver `hook`"),
        (route(json!({ "receivers": ["b"] })), "a.toml:3: [[route]]: receivers: there is no receiver `b`; there are hook"),
        (route(json!({ "receivers": [] })), "a.toml:3: [[route]]: `receivers` is empty"),
        (
            route(json!({ "receivers": ["hook"], "filtre": "x" })),
            "a.toml:3: [[route]]: unknown field `filtre`, expected one of `name`",
        ),
        (route(json!({ "receivers": ["hook"], "filter": "scoer:1" })), "a.toml:3: [[route]]: filter: "),
        (route(json!({ "receivers": ["hook"], "wait": "soon" })), "a.toml:3: [[route]]: wait: `soon` is not a number of seconds"),
        (route(json!({ "receivers": ["hook"], "quiet": "night" })), "a.toml:3: [[route]]: quiet: `night` is not a span of hours"),
        (route(json!({ "receivers": ["hook"], "on": ["old"] })), "a.toml:3: [[route]]: on: `old` is not one of new, worse"),
    ] {
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a_secret_that_is_missing_stops_only_its_receiver() {
    let chat = json!({ "name": "chat", "kind": "slack", "url_env": "NET_SCOUT_SECRET_CHAT" });
    let notify = read_both(vec![hook(), chat], vec![]).expect("read");
    assert_eq!(
        notify.problems(),
        ["receiver chat cannot be used: the secret NET_SCOUT_SECRET_CHAT is not set in the environment"]
    );
    let written = read_both(vec![json!({ "name": "chat", "kind": "gotify", "url": "https://a.example", "token": "x" })], vec![]);
    let error = written.expect_err("a secret in the file");
    assert!(error.contains("`token` does not belong in this file; write token_env") && !error.contains("`x`"), "{error}");
}
