//! Logging in to the web page: what a session, a token and a foreign page may do, and how passwords are tried.

use net_scout_tests::harness::{Run, Scene};
use net_scout_tests::sample::Layout;
use net_scout_tests::web::{Web, token};

fn scene() -> Scene {
    Scene::with_events(Layout::V2, |_| ())
}

fn form() -> (&'static str, &'static str) {
    ("Content-Type", "application/x-www-form-urlencoded")
}

#[test]
fn a_person_logs_in_acts_and_logs_out() {
    let scene = scene();
    let web = Web::start(&scene, &[], &[]);
    assert_eq!(web.password.len(), 23, "it is shown once");
    let before = web.request("GET", "/?a=1", &[], "");
    assert_eq!((before.status, before.header("location")), (303, "/login?next=/%3Fa%3D1"));
    assert!(
        before.header("content-security-policy").starts_with("default-src 'self'; base-uri 'none'; form-action 'self'; frame-")
    );
    assert_eq!((before.header("x-content-type-options"), before.header("cache-control")), ("nosniff", "no-store"));
    let wrong = web.log_in("admin", "wrong-password", "");
    assert_eq!((wrong.status, wrong.header("location"), wrong.cookies()), (303, "/login?failed=1&next=/", String::new()));
    let login = web.log_in("Admin", &web.password, "");
    assert_eq!((login.status, login.header("location")), (303, "/"));
    for (_, cookie) in login.headers.iter().filter(|(name, _)| name == "set-cookie") {
        assert!(cookie.contains("; Path=/; ") && cookie.ends_with("; HttpOnly; SameSite=Lax"), "{cookie}");
    }
    let cookies = login.cookies();
    let session = ("Cookie", cookies.as_str());
    let me = web.request("GET", "/api/v1/me", &[session], "");
    assert_eq!(me.json(), serde_json::json!({ "name": "admin", "role": "admin", "scopes": ["read", "act", "scan", "admin"] }));
    let page = web.request("GET", "/", &[session], "");
    let csrf =
        page.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token").to_owned();

    // What changes something has to bring it, in whichever form.
    let json = ("Content-Type", "application/json");
    let body = r#"{"action":"reopen","query":"rule:none_of_these","dry_run":true}"#;
    let act = |headers: &[(&str, &str)]| web.request("POST", "/api/v1/alerts/undo", headers, body).status;
    assert_eq!((act(&[session, json]), act(&[session, json, ("X-CSRF-Token", "00")])), (403, 403));
    assert_eq!(act(&[session, json, ("X-CSRF-Token", &csrf)]), 409, "there is nothing to take back");
    assert_eq!(act(&[session, json, ("X-CSRF-Token", &csrf), ("Origin", "https://evil.example")]), 403);
    assert_eq!(act(&[session, json, ("X-CSRF-Token", &csrf), ("Origin", &format!("http://{}", web.address))]), 409);

    let out = web.request("POST", "/logout", &[session, form()], &format!("csrf={csrf}"));
    assert_eq!((out.status, out.header("location")), (303, "/login"));
    assert_eq!(web.request("GET", "/api/v1/me", &[session], "").status, 401);

    // The next service shows no password, and a session holds over its start.
    let cookies = web.log_in("admin", &web.password, "").cookies();
    web.service.end();
    let next = Web::start(&scene, &[], &[]);
    assert_eq!(next.password, "");
    assert_eq!(next.request("GET", "/api/v1/me", &[("Cookie", &cookies)], "").status, 200);
}

#[test]
fn names_that_lead_here_and_are_not_ours_are_refused() {
    let scene = scene();
    let web = Web::start(&scene, &[], &[("NET_SCOUT_HOSTS", "scout.example"), ("NET_SCOUT_PREFIX", "/scout")]);
    let get = |path: &str, host: &str| web.request("GET", path, &[("Host", host)], "").status;
    assert_eq!((get("/login", "evil.example"), get("/login", "scout.example")), (421, 200));
    assert_eq!((get("/scout/login", "scout.example"), get("/scout/", "localhost")), (200, 303));
    let page = web.request("GET", "/scout/login", &[], "").body;
    assert!(page.contains("href=\"/scout/assets/") && page.contains("action=\"/scout/login\""), "{page}");
    let asset = page.split("href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a style");
    let style = web.request("GET", asset, &[], "");
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(style.header("cache-control").contains("immutable"));
    // Its health is for anybody on this machine.
    assert_eq!(web.request("GET", "/metrics", &[("Host", "elsewhere")], "").status, 200);
}

#[test]
fn who_tries_passwords_is_slowed_down_and_locks_nobody_out() {
    let scene = scene();
    let web = Web::start(&scene, &[], &[]);
    let known = web.log_in("admin", &web.password, "").cookies();
    let statuses: Vec<u16> = (0..7).map(|_| web.log_in("admin", "wrong-password", "").status).collect();
    assert_eq!(statuses[..5], [303; 5]);
    let slow = web.log_in("admin", &web.password, "");
    assert_eq!((slow.status, slow.header("retry-after").is_empty()), (429, false), "{slow:?}");
    assert!(slow.body.contains("too many wrong passwords"), "{}", slow.body);
    // From a browser that logged in before.
    assert_eq!(web.log_in("admin", &web.password, &known).header("location"), "/");
    assert_eq!(web.log_in("somebody", "wrong-password", "").status, 303, "another name is another matter");
}

#[test]
fn users_and_tokens_are_managed_on_the_machine() {
    let scene = scene();
    let state = scene.path("state").display().to_string();
    let run = |words: &[&str]| Run::of(scene.command(words).env_remove("NET_SCOUT_NOW").env("NET_SCOUT_STATE_DIR", &state));
    let added = run(&["user", "add", "admin", "--role", "admin"]);
    added.said(0, "it is not shown again");
    run(&["user", "add", "ben", "--role", "analyst"]).said(0, "this is the password of ben");
    run(&["user", "add", "BEN"]).said(2, "there is a user BEN; `net-scout user passwd BEN` sets another password");
    run(&["user", "remove", "admin"]).said(2, "admin is the last admin; add another one first");
    run(&["user", "passwd", "eve"]).said(2, "there is no user eve");
    run(&["token", "add", "x", "--user", "ben", "--scopes", "admin"]).said(2, "a token may do no more than its user");
    let web = Web::start(&scene, &[], &[]);
    assert_eq!(web.password, "", "there are users");
    let token = token(&scene, "read");
    let bearer = format!("Bearer {token}");
    let get = |path: &str, bearer: &str| web.request("GET", path, &[("Authorization", bearer)], "").status;
    assert_eq!((get("/api/v1/me", &bearer), get("/api/v1/users", &bearer), get("/api/v1/me", "Bearer nsc_0")), (200, 403, 401));
    let listed = run(&["token", "list", "--format", "ndjson"]);
    assert!(listed.stdout.contains("\"scopes\":\"read\"") && !listed.stdout.contains(&token), "{}", listed.stdout);
    run(&["token", "revoke", "1"]).said(0, "token 1 is revoked");
    assert_eq!(get("/api/v1/me", &bearer), 401);
    let listed = run(&["user", "list", "--format", "csv"]);
    assert!(
        listed.stdout.starts_with("name,role,created\nadmin,admin,") && !listed.stdout.contains("argon2"),
        "{}",
        listed.stdout
    );
    // A password that is set ends the sessions.
    let cookies = web.log_in("admin", added.stdout.trim(), "").cookies();
    assert_eq!(web.request("GET", "/api/v1/me", &[("Cookie", &cookies)], "").status, 200);
    run(&["user", "passwd", "admin"]).said(0, "this is the password of admin");
    assert_eq!(web.request("GET", "/api/v1/me", &[("Cookie", &cookies)], "").status, 401);
}
