//! The inbox as a page.

use std::collections::BTreeMap;

use maud::{Markup, html};
use net_scout_model::search::QUERY_BYTES;
use net_scout_model::{SNOOZED, Severity, StoredAlert, Timestamp, plain};
use net_scout_report::clause::clause;
use net_scout_report::words::number;
use net_scout_store::{AlertFacet, AlertOrder};

use super::facets::facet;
use super::{Inbox, LISTED};
use crate::auth::caller::Scope;
use crate::pages::act::{bar, done_notice};
use crate::pages::asked::View;
use crate::pages::frame::Frame;
use crate::pages::text::{LINE, empty, known_address, notice, of, severity, short_time, shown, status_words};

/// What the query language knows, with an example each.
const EXAMPLES: [(&str, &str); 8] = [
    ("rule:port_scan", "alerts of a rule"),
    ("src:203.0.113.0/24", "from an address or a network; dst: and ip: likewise"),
    ("severity:high..critical", "how much it matters"),
    ("score:>=80", "a score"),
    ("port:22,3389", "a port that the evidence names"),
    ("since:24h", "raised in the last day; until: likewise"),
    ("label:vpn assignee:none", "labels, and whose it is"),
    ("-rule:probe \"two words\"", "not of a rule, with a text in it"),
];

impl Inbox {
    /// The page.
    pub(super) fn page(&self, frame: &Frame) -> Markup {
        let total = self.view.count(&self.facets);
        html! {
            div class="head" { h1 { "Inbox" } p class="soft" { (of(self.listed.alerts.len(), total, "alert")) } }
            @if let Some(done) = &self.done { (done_notice(frame, done, frame.now)) }
            div class="notice" id="news" hidden role="status" { p { "The alerts have changed since." } a href=(self.asked.to(&frame.url, &[("after", "")])) { "Show them" } }
            (self.search(frame))
            @if let Some(warning) = self.listed.unreadable.warning("of alerts") { (notice("warn", html! { p { (shown(&warning, 500)) } })) }
            (self.tabs(frame))
            div class="with-rail" {
                div {
                    @if self.listed.alerts.is_empty() { (self.nothing(frame)) } @else { (self.list(frame, total)) }
                }
                aside class="rail card" aria-label="Filters" {
                    (facet(&frame.url, &self.asked, "Severity", "severity", &self.severities()))
                    (facet(&frame.url, &self.asked, "Rule", "rule", &self.rules()))
                    (facet(&frame.url, &self.asked, "Network of the source", "src", &self.networks))
                    section {
                        h2 { "Saved views" }
                        ul {
                            @for (name, query, sort) in [("Worst first", "", "severity"), ("The last day", "since:24h", ""), ("Nobody's", "assignee:none", ""), ("High and above", "severity:high..critical", "")] {
                                li { a href=(frame.url.with("/", &[("view", self.view.name()), ("q", query), ("sort", sort)])) { span { (name) } } }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The severities of this view, the worst first.
    fn severities(&self) -> Vec<(String, u64)> {
        let count = |one: Severity| self.shown().filter(|facet| facet.severity == one).map(|facet| facet.alerts).sum();
        let all = Severity::ALL.into_iter().rev().map(|one| (one.name().to_owned(), count(one)));
        all.filter(|(_, alerts)| *alerts > 0).collect()
    }

    /// The rules of this view with the most alerts.
    fn rules(&self) -> Vec<(String, u64)> {
        let mut rules: BTreeMap<&str, u64> = BTreeMap::new();
        for facet in self.shown() {
            *rules.entry(facet.rule.as_deref().unwrap_or_default()).or_default() += facet.alerts;
        }
        let mut rules: Vec<_> =
            rules.into_iter().filter(|(rule, _)| !rule.is_empty()).map(|(rule, alerts)| (rule.to_owned(), alerts)).collect();
        rules.sort_by_key(|(_, alerts)| std::cmp::Reverse(*alerts));
        rules.truncate(LISTED as usize);
        rules
    }

    fn shown(&self) -> impl Iterator<Item = &AlertFacet> {
        self.facets.iter().filter(|facet| self.view.has(&facet.status))
    }

    fn search(&self, frame: &Frame) -> Markup {
        let is_wrong = self.error.is_some();
        html! {
            form class="query" method="get" action=(frame.url.to("/")) role="search" {
                input type="hidden" name="view" value=(self.view.name());
                @if self.order != AlertOrder::default() { input type="hidden" name="sort" value=(self.order.name()); }
                input type="search" name="q" id="q" value=(plain(&self.asked.q, QUERY_BYTES)) placeholder="rule:port_scan src:203.0.113.0/24 since:24h" aria-label="Query" autocomplete="off" spellcheck="false" maxlength="4096"
                    aria-invalid=[is_wrong.then_some("true")] aria-describedby=[is_wrong.then_some("q-error")];
                button { "Search" }
                @if !self.asked.q.is_empty() { a class="button" href=(self.asked.to(&frame.url, &[("q", ""), ("after", "")])) { "Clear" } }
                details class="pop" {
                    summary class="button" { "What can be asked" }
                    div {
                        dl class="facts" { @for (query, words) in EXAMPLES { dt { a class="mono" href=(frame.url.with("/", &[("view", self.view.name()), ("q", query)])) { (query) } } dd { (words) } } }
                    }
                }
            }
            @if let Some(error) = &self.error { div class="notice wrong" role="alert" id="q-error" { p { (shown(error, 1_000)) } } }
        }
    }

    fn tabs(&self, frame: &Frame) -> Markup {
        html! {
            nav class="tabs" aria-label="Views" {
                @for view in View::ALL {
                    a href=(self.asked.to(&frame.url, &[("view", view.name()), ("after", "")])) aria-current=[(view == self.view).then_some("page")] {
                        (view.title()) " " span class="n" { (number(view.count(&self.facets))) }
                    }
                }
            }
        }
    }

    fn nothing(&self, frame: &Frame) -> Markup {
        if self.error.is_some() {
            return empty(
                "The query is not understood",
                html! { p { "Mend it above, or " a href=(frame.url.to("/")) { "begin anew" } "." } },
            );
        }
        if !self.asked.q.is_empty() {
            let others = View::All.count(&self.facets);
            return empty(
                "No alert fits",
                html! {
                    @if others > 0 && self.view != View::All {
                        p { (of(others as usize, others, "alert")) " of other views would: " a href=(self.asked.to(&frame.url, &[("view", "all")])) { "show all" } "." }
                    } @else {
                        p { "Take a term out of the query, or " a href=(frame.url.to("/")) { "begin anew" } "." }
                    }
                },
            );
        }
        match self.view {
            View::New if View::All.count(&self.facets) > 0 => empty(
                "Everything is dealt with",
                html! {
                    p { "No new alert. The next one comes with the next scan; " a href=(frame.url.to("/coverage")) { "coverage" } " says how far the scans are." }
                },
            ),
            View::New | View::All => empty(
                "No alert yet",
                html! {
                    p { "Nothing was found, or nothing was scanned yet. " a href=(frame.url.to("/scan")) { "Run a scan" } ", or look at the " a href=(frame.url.to("/coverage")) { "coverage" } "." }
                },
            ),
            _ => empty("Nothing here", html! { p { a href=(frame.url.to("/")) { "To the new alerts" } } }),
        }
    }

    fn list(&self, frame: &Frame, total: u64) -> Markup {
        let may_act = frame.may(Scope::Act);
        let sorts = [
            (AlertOrder::Raised, "last raised"),
            (AlertOrder::Severity, "most severe"),
            (AlertOrder::Score, "highest score"),
            (AlertOrder::Created, "newest"),
        ];
        html! {
            form class="inbox card" id="inbox" method="post" action=(frame.url.to("/act")) {
                (frame.token())
                input type="hidden" name="back" value=(self.asked.to(&frame.url, &[]));
                input type="hidden" name="q" value=(self.asked.q);
                input type="hidden" name="view" value=(self.view.name());
                @if may_act { (bar(frame, (self.listed.alerts.len() as u64) < total, total)) }
                table {
                    caption class="hidden" { "Alerts" }
                    thead {
                        tr {
                            th class="c-box" { span class="hidden" { "Chosen" } }
                            th class="c-sev" { "Severity" } th { "What" } th class="c-who" { "From, to" } th class="c-score number" { "Score" } th class="c-when" { "Last raised" }
                        }
                    }
                    tbody { @for alert in &self.listed.alerts { (self.row(frame, alert, may_act)) } }
                }
                div class="pages" {
                    span class="soft" {
                        "Order: "
                        @for (order, words) in sorts {
                            @if order == self.order { strong { (words) } " " } @else { a href=(self.asked.to(&frame.url, &[("sort", order.name()), ("after", "")])) { (words) } " " }
                        }
                    }
                    span {
                        @if !self.asked.after.is_empty() { a href=(self.asked.to(&frame.url, &[("after", "")])) { "First page" } " " }
                        @if let Some(next) = &self.listed.next { a rel="next" href=(self.asked.to(&frame.url, &[("after", &next.to_string())])) { "Next page" } }
                    }
                }
            }
        }
    }

    fn row(&self, frame: &Frame, alert: &StoredAlert, may_act: bool) -> Markup {
        let said = clause(&alert.evidence);
        html! {
            tr class=(alert.severity().name()) {
                td class="c-box" { @if may_act { input type="checkbox" name="id" value=(alert.id) aria-label=(format!("choose alert {}", alert.id)); } }
                td class="c-sev" { (severity(alert.severity())) }
                th class="what" scope="row" {
                    a href=(frame.url.to(&format!("/alerts/{}", alert.id))) { (title(&alert.alert_type)) }
                    " " span class="soft small" { "#" (alert.id) }
                    @if !said.is_empty() { span class="sub" { (shown(&said, LINE)) } }
                    (handling(alert, frame.now))
                }
                td class="c-who who" {
                    @if let Some(source) = &alert.src_ip { (known_address(&frame.url, source, &self.known)) }
                    @if let Some(target) = &alert.dst_ip { div { span class="soft" { "to " } (known_address(&frame.url, target, &self.known)) } }
                }
                td class="c-score number" { (alert.score) }
                td class="c-when" { (short_time(alert.updated_at.as_deref().unwrap_or(&alert.created_at), frame.now)) }
            }
        }
    }
}

/// The type of an alert as a title.
pub(in crate::pages) fn title(alert_type: &str) -> Markup {
    let words = alert_type.replace('_', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    shown(&format!("{first}{}", letters.as_str()), 80)
}

/// What people did about it, in a line.
fn handling(alert: &StoredAlert, now: Timestamp) -> Markup {
    let triage = &alert.triage;
    let is_handled = !["new", "enriched"].contains(&alert.status.as_str());
    html! {
        @if is_handled || triage.assignee.is_some() || !triage.labels.is_empty() || triage.note.is_some() {
            span class="sub" {
                @if is_handled {
                    span class="tag" {
                        (shown(&status_words(&alert.status), 40))
                        @if alert.status == SNOOZED { @if let Some(until) = triage.snoozed_until { ", wakes " (super::super::text::ago(until, now)) } @else { " until it gets worse" } }
                        @if let Some(verdict) = alert.verdict().filter(|verdict| *verdict != alert.status) { ": " (shown(&verdict.replace('_', " "), 40)) }
                    } " "
                }
                @if let Some(name) = &triage.assignee { span class="tag" title="whose it is" { "@" (shown(name, 40)) } " " }
                @for label in &triage.labels { span class="tag" { (shown(label, 50)) } " " }
                @if let Some(note) = &triage.note { (shown(note, 80)) }
            }
        }
    }
}

#[cfg(test)]
mod tests;
