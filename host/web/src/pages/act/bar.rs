//! The buttons above a list of alerts, and what is said after one was pressed.

use maud::{Markup, html};
use net_scout_model::{Timestamp, Verdict};
use net_scout_report::words::number;
use net_scout_store::LastAction;

use super::words;
use crate::pages::frame::Frame;

/// For how long an alert may sleep.
const SLEEPS: [(&str, &str); 6] = [
    ("1h", "an hour"),
    ("4h", "four hours"),
    ("1 day", "a day"),
    ("3 days", "three days"),
    ("7 days", "a week"),
    ("worse", "until it gets worse"),
];

/// Options of a choice.
pub(in crate::pages) fn options(all: &[(&str, &str)], chosen: &str) -> Markup {
    html! { @for (value, words) in all { option value=(value) selected[*value == chosen] { (words) } } }
}

/// The buttons. Where the list is longer than the page, all that was found can be meant.
pub(in crate::pages) fn bar(frame: &Frame, is_cut: bool, total: u64) -> Markup {
    let mine = &frame.caller.name;
    html! {
        div class="bar" {
            // What the key Enter presses in a field: nothing.
            button class="hidden" name="action" value="none" tabindex="-1" { "Choose what to do" }
            label class="row needs-script" hidden { input type="checkbox" id="all" title="choose all of this page"; span class="hidden" { "Choose all of this page" } }
            button name="action" value="acknowledge" { "Acknowledge" }
            (sleeping()) (closing())
            details class="pop" {
                summary class="button" { "More" }
                div {
                    div class="row" { button name="action" value="reopen" { "Reopen" } }
                    label { "Whose it is" input name="assignee" value=(mine) maxlength="100"; }
                    div class="row" { button name="action" value="assign" { "Assign" } }
                    label { "Labels to add" input name="add" maxlength="200"; }
                    label { "Labels to remove" input name="remove" maxlength="200"; }
                    div class="row" { button name="action" value="label" { "Label" } }
                }
            }
            @if is_cut {
                label class="row grow" { input type="checkbox" name="scope" value="found"; "all " (number(total)) " that were found" }
            }
        }
    }
}

/// Snoozing.
pub(in crate::pages) fn sleeping() -> Markup {
    html! {
        details class="pop" id="snooze" {
            summary class="button" { "Snooze" }
            div {
                label { "For" select name="for" { (options(&SLEEPS, "1 day")) } }
                p class="soft small" { "What gets worse comes back in any case." }
                div class="row" { button class="main" name="action" value="snooze" { "Snooze" } }
            }
        }
    }
}

/// Closing.
pub(in crate::pages) fn closing() -> Markup {
    let verdicts: Vec<(&str, &str)> = Verdict::ALL.iter().map(|verdict| (verdict.name(), verdict_words(*verdict))).collect();
    html! {
        details class="pop" id="close" {
            summary class="button" { "Close" }
            div {
                label { "It turned out to be" select name="verdict" { (options(&verdicts, "benign")) } }
                label { "Why" input name="reason" maxlength="2000" autocomplete="off"; }
                div class="row" { button class="main" name="action" value="close" { "Close" } }
            }
        }
    }
}

fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::TruePositive => "true positive: what the rule looks for",
        Verdict::Benign => "benign: by somebody who may do it",
        Verdict::FalsePositive => "false positive: something else",
        Verdict::Duplicate => "duplicate: another alert is about it",
    }
}

/// What was done, with the button that takes it back.
pub(in crate::pages) fn done_notice(frame: &Frame, last: &LastAction, now: Timestamp) -> Markup {
    html! {
        form class="notice good" method="post" action=(frame.url.to("/undo")) role="status" id="done" {
            (frame.token())
            input type="hidden" name="batch" value=(last.batch);
            input type="hidden" name="back" value=(frame.here);
            p { (words(last, now)) "." }
            button id="undo" { "Take it back" }
        }
    }
}
