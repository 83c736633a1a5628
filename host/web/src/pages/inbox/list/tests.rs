use net_scout_store::ListedAlerts;

use super::*;
use crate::pages::asked::Asked;
use crate::pages::test_support::{HOSTILE, assert_harmless, frame, hostile_alert};
use crate::pages::text::Known;

fn inbox(alerts: Vec<StoredAlert>, q: &str) -> Inbox {
    let facet =
        |rule: &str, alerts| AlertFacet { status: "new".into(), severity: Severity::High, rule: Some(rule.into()), alerts };
    let all = 1_234 * alerts.len() as u64;
    Inbox {
        asked: Asked { q: q.to_owned(), ..Asked::default() },
        view: View::New,
        order: AlertOrder::default(),
        error: None,
        facets: vec![facet(HOSTILE, all.saturating_sub(all.min(34))), facet("port_scan", all.min(34))],
        networks: vec![("192.0.2.0/24".to_owned(), 1)],
        listed: ListedAlerts { alerts, ..ListedAlerts::default() },
        known: Known::new(),
        done: None,
    }
}

#[test]
fn what_attackers_write_is_text_in_the_list() {
    // What is not seen stays in the query that a form sends, and is not in the box.
    let query = HOSTILE.replace(char::is_control, "").replace('\u{202e}', "");
    let page = inbox(vec![hostile_alert()], &query).page(&frame()).into_string();
    assert_harmless(&page);
    assert!(page.contains("1 of 1,234 alerts") && page.contains("href=\"/alerts/7\""), "{page}");
}

#[test]
fn an_empty_list_says_what_to_do() {
    let page = inbox(Vec::new(), "").page(&frame()).into_string();
    assert!(page.contains("No alert yet") && page.contains("href=\"/scan\""), "{page}");
    let mut wrong = inbox(Vec::new(), "rule:<b>");
    wrong.error = Some("there is no rule `<b>`".to_owned());
    let page = wrong.page(&frame()).into_string();
    assert!(page.contains("aria-invalid=\"true\"") && page.contains("there is no rule `&lt;b&gt;`"), "{page}");
    let done = inbox(Vec::new(), "port:22").page(&frame()).into_string();
    assert!(done.contains("No alert fits"), "{done}");
}
