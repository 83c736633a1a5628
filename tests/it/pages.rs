//! The pages of the service in Debian's Chromium: a person's way by mouse and by keys, without script, the rules of accessibility on every
//! page, and nothing asked of another origin. What the browser does stands in `tests/web/`.

use std::process::Command;

use net_scout_tests::harness::{Scene, skipped};
use net_scout_tests::places;
use net_scout_tests::sample::Layout;
use net_scout_tests::service::{attack, until};
use net_scout_tests::web::Web;

/// Every kind of page.
const PAGES: [&str; 16] = [
    "/",
    "/?view=all&sort=severity",
    "/?q=rule:nonsense",
    "/alerts/1",
    "/address/192.0.2.1?since=7+days&explain=1",
    "/events?since=7+days",
    "/map?view=all",
    "/trace?target=192.0.2.1",
    "/scan",
    "/coverage",
    "/plugins",
    "/allowlist?network=192.0.2.0/24&preview=1",
    "/outbox",
    "/reports?since=7+days",
    "/cache",
    "/settings",
];
/// What an attacker may write into a text.
const HOSTILE: &str = "</td><script>document.title='hacked'</script><img src=x onerror=alert(1)>\u{202e}\u{1b}[31m";

/// A service with alerts.
struct Site {
    scene: Scene,
    web: Web,
}

impl Site {
    /// None where there is no browser.
    fn new(attacks: u8) -> Option<Self> {
        let has_browser = Command::new("chromium").arg("--version").output().is_ok_and(|output| output.status.success());
        if !has_browser || !places::browser_tools().join("node_modules").is_dir() {
            skipped("there is no chromium, or what drives it was not installed; `cargo xtask test` does that");
            return None;
        }
        let scene = Scene::with_events(Layout::V2, |_| ());
        for number in 1..=attacks {
            attack(&scene, &format!("192.0.2.{number}"));
        }
        let web = Web::start(&scene, &[], &[]);
        let site = Self { scene, web };
        until("alerts", || site.count("status = 'new'") >= i64::from(attacks));
        Some(site)
    }

    fn count(&self, condition: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM scout_alerts WHERE {condition}");
        self.scene.connect().query_row(&sql, [], |row| row.get(0)).unwrap_or(0)
    }

    /// Has the browser do something.
    fn step(&self, name: &str, words: &[&str]) {
        let url = format!("http://{}", self.web.address);
        let mut node = Command::new("node");
        node.arg(places::browser_steps().join("browser.mjs")).arg(places::browser_tools());
        node.args([&url, "admin", &self.web.password, name]).args(words);
        let output = node.output().expect("node");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }
}

#[test]
fn a_persons_way_by_mouse_then_by_keys_alone() {
    let Some(site) = Site::new(60) else { return };
    site.step("work", &[]);
    assert_eq!(site.count("status = 'closed' AND verdict = 'true_positive'"), 1);
    site.step("keys", &[]);
}

#[test]
fn a_scan_is_started_and_watched() {
    let Some(site) = Site::new(3) else { return };
    site.step("scan", &[]);
}

#[test]
fn every_page_is_accessible_asks_nobody_else_and_shows_what_attackers_write_as_text() {
    let Some(site) = Site::new(12) else { return };
    let connection = site.scene.connect();
    let sql = "INSERT INTO scout_alerts (alert_type, src_ip, dst_ip, score, rule, status, evidence_json, enrichment_json, note, labels, assignee, created_at)
               VALUES (?1, ?1, ?1, 90, ?1, 'new', json_object('ports', 3, 'ports_threshold', 2, ?1, ?1), json_object('src', json_object(?1, ?1)), ?1, ?1, ?1, '2026-01-08T00:00:00Z')";
    connection.execute(sql, [HOSTILE]).expect("a hostile alert");
    let hostile = format!("/alerts/{}", connection.last_insert_rowid());
    drop(connection);
    let pages: Vec<&str> = PAGES.into_iter().chain([hostile.as_str()]).collect();
    site.step("access", &pages);
    site.step("plain", &pages);
}
