use serde_json::json;

use super::*;
use crate::FailureKind;
use crate::test_support::{message, told};
use net_scout_model::Severity;

const HOSTILE: &str = "<!channel> @everyone [x](http://evil.example) *b* `c` ```\n```<b>&amp;\u{202e}";

fn written(kind: &str, table: serde_json::Value) -> Result<Written, String> {
    Written::read(kind, table.as_object().cloned().expect("a table"))
}

fn request(kind: &str) -> Request {
    request_of(kind, &message(vec![told(7, Severity::Critical, HOSTILE)]))
}

fn request_of(kind: &str, message: &Message) -> Request {
    let form =
        Form::of(kind, (kind == "ntfy").then(|| "t".to_owned()), (kind == "telegram").then(|| "1".to_owned())).expect(kind);
    let url = Url::parse("http://127.0.0.1:1/").expect("a URL");
    form.request(message, &url, "t0ken", "us3r").expect(kind)
}

#[test]
fn what_attackers_write_is_text_in_every_form() {
    let body = |kind| request(kind).body;
    let slack = body("slack");
    assert!(slack["text"].as_str().expect("text").contains("&lt;!channel&gt;"), "{slack}");
    assert!(slack["blocks"].as_array().expect("blocks").iter().all(|block| block["text"]["type"] == "plain_text"), "{slack}");
    let discord = body("discord");
    let text = discord["content"].as_str().expect("text");
    assert!(text.contains("\\@everyone \\[x\\]\\(http\\:\\/\\/evil\\.example\\) \\*b\\* \\`c\\`"), "{text}");
    assert_eq!(discord["allowed_mentions"], json!({ "parse": [] }));
    let telegram = body("telegram")["text"].as_str().expect("text").to_owned();
    assert!(telegram.contains("&lt;b&gt;&amp;amp;") && telegram.matches("<b>").count() == 1, "{telegram}");
    let mattermost = body("mattermost")["text"].as_str().expect("text").to_owned();
    assert!(
        mattermost.matches('`').count() == 6 && mattermost.starts_with("```\n") && mattermost.ends_with("\n```"),
        "{mattermost}"
    );
    let teams = body("teams");
    let runs = &teams["attachments"][0]["content"]["body"];
    assert!(runs.as_array().expect("runs").iter().all(|block| block["type"] == "RichTextBlock"), "{teams}");
    for kind in ["slack", "discord", "telegram", "mattermost", "teams", "ntfy", "gotify", "pushover"] {
        assert!(!body(kind).to_string().contains('\u{202e}'), "{kind}");
    }
}

#[test]
fn a_report_is_its_few_lines_for_people_and_its_figures_for_programs() {
    let of = |kind| request_of(kind, &crate::test_support::report()).body;
    for kind in ["slack", "discord", "telegram", "mattermost", "teams", "ntfy", "gotify", "pushover"] {
        let body = of(kind).to_string();
        assert!(body.contains("2 new alerts") && body.contains("9") && !body.contains("text 199"), "{kind}: {body}");
    }
    assert!(of("telegram")["text"].as_str().is_some_and(|text| text.contains("brief &lt;b&gt;&amp; 0")));
    assert_eq!((&of("ntfy")["priority"], &of("pushover")["priority"]), (&json!(2), &json!(-1)));
    let json = of("webhook");
    assert_eq!((&json["type"], &json["data"]["report"]["alerts"]["raised"]), (&json!("net-scout.report"), &json!(2)));
    assert!(json["data"]["text"].as_str().is_some_and(|text| text.ends_with("text 199")) && json["data"]["alerts"].is_null());
}

#[test]
fn secrets_are_where_each_service_wants_them() {
    assert_eq!(request("telegram").url.path(), "/bott0ken/sendMessage");
    assert_eq!(request("gotify").headers, [("x-gotify-key", "t0ken".to_owned())]);
    assert_eq!(request("gotify").url.path(), "/message");
    assert_eq!((&request("pushover").body["token"], &request("pushover").body["user"]), (&json!("t0ken"), &json!("us3r")));
    assert_eq!(request("ntfy").headers, [("authorization", "Bearer t0ken".to_owned())]);
    assert_eq!(request("ntfy").body["priority"], 5);
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    let wrong = |kind, table| written(kind, table).err().expect(kind);
    for (error, expected) in [
        (wrong("webhook", json!({})), "`url` is missing"),
        (wrong("webhook", json!({ "url": "ftp://x" })), "url: `ftp` is not https or http"),
        (wrong("webhook", json!({ "url": "http://hooks.example/" })), "url: http:// sends alerts and secrets in the clear"),
        (wrong("webhook", json!({ "url": "https://a/", "channelx": "x" })), "unknown field `channelx`, expected one of"),
        (wrong("webhook", json!({ "url": "https://a/", "topic": "x" })), "`topic` is not a key of webhook"),
        (wrong("ntfy", json!({})), "`topic` is missing: ntfy needs it"),
        (wrong("telegram", json!({ "chat": "1" })), "`token_env` or `token_credential` is missing: telegram needs it"),
        (
            wrong("slack", json!({ "url": "https://a/", "secret_env": "NET_SCOUT_SECRET_A" })),
            "`secret` signs messages of kind webhook alone",
        ),
    ] {
        assert!(error.starts_with(expected), "{error}");
    }
    assert!(written("webhook", json!({ "url": "http://10.0.0.1/", "plain_http": true })).is_ok());
}

#[test]
fn a_secret_in_a_url_is_refused_and_not_shown() {
    let wrong = |kind, table| written(kind, table).err().unwrap_or_default();
    for (kind, url, reason) in [
        ("webhook", "https://me:s3cret@a.example/", "url: it holds a user or a password, which do not belong in this file"),
        ("webhook", "https://a.example/?Token=s3cret", "url: its parameter `token` is a secret, which does not belong"),
        ("slack", "https://hooks.slack.com/services/T0/B0/s3cret", "url: whoever knows the URL of slack can write there"),
        ("teams", "https://a.example/s3cret", "url: whoever knows the URL of teams can write there"),
        ("webhook", "s3cret", "url: it is not a URL such as"),
    ] {
        let error = wrong(kind, json!({ "url": url }));
        assert!(error.starts_with(reason) && !error.contains("s3cret"), "{error}");
    }
    assert!(
        wrong("slack", json!({ "url": "https://a/" })).contains("write url_env = \"NET_SCOUT_SECRET_URL\" or url_credential")
    );
    assert!(written("slack", json!({ "url": "http://127.0.0.1:1/x" })).is_ok());
    let named = wrong("slack", json!({ "url_env": "https://hooks.slack.com/services/T0/B0/s3cret" }));
    assert!(named.starts_with("url_env: a variable is named here") && !named.contains("s3cret"), "{named}");
}

/// A webhook to a server of the tests.
fn hook(url: &str) -> Arc<dyn Receiver> {
    let built = written("webhook", json!({ "url": url })).expect("read").build(&Vault::default(), &mut Vec::new());
    built.expect("built").expect("no secret")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_in_which_a_server_fails_has_its_meaning() {
    use net_scout_tests::servers::http::{HttpRoutes, HttpServer};
    let routes = HttpRoutes::new()
        .json("/ok", "{}")
        .status("/400", 400, "no")
        .status("/401", 401, "who are you?")
        .status("/413", 413, "")
        .status("/500", 500, "")
        .too_many("/429", 77, 9, "{}")
        .redirect("/302", "http://127.0.0.1:1/")
        .garbage("/garbage")
        .hangs("/hangs");
    let server = HttpServer::start(routes).expect("a server");
    let at = server.address();
    let failed = async |path: &str| hook(&format!("http://{at}{path}")).deliver(&message(Vec::new())).await;
    assert_eq!(failed("/ok").await, Ok(Delivered));
    let kind = async |path| failed(path).await.expect_err(path);
    for (path, expected) in [
        ("/400", FailureKind::Unfit),
        ("/413", FailureKind::Unfit),
        ("/401", FailureKind::Refused),
        ("/302", FailureKind::Refused),
        ("/500", FailureKind::Unreachable),
    ] {
        let failure = kind(path).await;
        assert!(failure.kind == expected && !failure.is_unsure, "{path}: {failure:?}");
    }
    assert_eq!(kind("/429").await.retry_after, Some(std::time::Duration::from_secs(77)));
    assert!(kind("/garbage").await.is_unsure);
    let hangs = kind("/hangs").await;
    assert!(hangs.is_unsure && hangs.kind == FailureKind::Unreachable, "{hangs:?}");
    drop(server);
    let gone = hook(&format!("http://{at}/ok")).deliver(&message(Vec::new())).await.expect_err("gone");
    assert!(gone.kind == FailureKind::Unreachable && !gone.is_unsure, "{gone:?}");
}
