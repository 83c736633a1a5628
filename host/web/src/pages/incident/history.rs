//! What happened to an alert, newest first.

use maud::{Markup, html};
use net_scout_model::Timestamp;
use net_scout_report::evidence::one;
use net_scout_store::HistoryRow;
use serde_json::Value;

use crate::pages::text::{shown, stored_time};

/// The most rows that are shown.
const ROWS: usize = 50;

/// The history.
pub(super) fn history(rows: &[HistoryRow], now: Timestamp) -> Markup {
    html! {
        @if rows.is_empty() { p class="soft" { "Nothing is written down: the alert is older than the history." } }
        @else {
            ol class="history" {
                @for row in rows.iter().rev().take(ROWS) {
                    li {
                        div { strong { (shown(&action(row), 60)) } " by " (shown(row.actor.strip_prefix("person:").unwrap_or(&row.actor), 60)) }
                        @for change in changes(row) { div class="small any" { (shown(&change, 400)) } }
                        @if let Some(comment) = &row.comment { div class="any" { (shown(comment, 600)) } }
                        div class="small soft" { (stored_time(&row.at, now)) }
                    }
                }
            }
            @if rows.len() > ROWS { p class="soft small" { (ROWS) " of " (rows.len()) " changes are shown." } }
        }
    }
}

fn action(row: &HistoryRow) -> String {
    let mut words = match row.action.as_str() {
        "raise" => "raised".to_owned(),
        "acknowledge" => "acknowledged".to_owned(),
        "snooze" => "snoozed".to_owned(),
        "close" => "closed".to_owned(),
        "reopen" => "reopened".to_owned(),
        "assign" => "assigned".to_owned(),
        "note" => "noted".to_owned(),
        "label" => "labelled".to_owned(),
        "undo" => "taken back".to_owned(),
        other => other.to_owned(),
    };
    if let Some(undone) = row.undoes {
        words.push_str(&format!(" (action {undone})"));
    }
    words
}

/// What changed, a line each.
fn changes(row: &HistoryRow) -> Vec<String> {
    let text = |value: &Value| if value.is_null() { "nothing".to_owned() } else { one(value) };
    let change = |(column, after): (&String, &Value)| {
        let before = row.before.get(column).unwrap_or(&Value::Null);
        let name = column.replace('_', " ");
        if before.is_null() {
            format!("{name}: {}", text(after))
        } else {
            format!("{name}: {} → {}", text(before), text(after))
        }
    };
    row.after.iter().filter(|(column, after)| row.before.get(*column) != Some(after)).map(change).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    #[test]
    fn comments_of_others_are_text() {
        let object = |value: Value| value.as_object().cloned().unwrap_or_else(Map::new);
        let row = HistoryRow {
            id: 1,
            alert: 7,
            batch: 3,
            at: "2026-03-11T20:35:11Z".into(),
            actor: "person:<b>anna".into(),
            action: "close".into(),
            before: object(json!({"status": "new"})),
            after: object(json!({"status": "closed", "reason": "</li><script>"})),
            comment: Some("see\u{1b}[31m".into()),
            undoes: None,
        };
        let page = history(&[row], Timestamp(1_773_261_311_000_000)).into_string();
        assert!(page.contains("status: new → closed") && page.contains("&lt;b&gt;anna"), "{page}");
        assert!(!page.contains("<script") && !page.contains('\u{1b}'), "{page}");
    }
}
