//! One alert as a page.

use maud::{Markup, html};
use net_scout_model::{Severity, StoredAlert};
use net_scout_report::clause::clause;
use net_scout_report::evidence::{numbers, one, who};
use net_scout_report::formats::technique;
use serde_json::Value;

use super::enrichment::found;
use super::evidence::evidence;
use super::history::history;
use super::{EVENTS, Incident};
use crate::auth::caller::Scope;
use crate::pages::act::{closing, done_notice, sleeping};
use crate::pages::frame::Frame;
use crate::pages::inbox::title;
use crate::pages::text::{LINE, address, known_address, notice, of, severity, short_time, shown, status_words, stored_time};
use crate::pages::traffic::{by_time, events, port, ranking};
use crate::pages::url::escaped;

impl Incident {
    /// The page.
    pub(super) fn page(&self, frame: &Frame) -> Markup {
        let alert = &self.whole.alert;
        let said = clause(&alert.evidence);
        html! {
            p class="crumb" { a href=(frame.url.to("/")) { "Inbox" } " / alert " (alert.id) }
            div class="head" {
                div {
                    h1 { (title(&alert.alert_type)) @if let Some(source) = &alert.src_ip { " from " (address(&frame.url, source)) } @if let Some(target) = &alert.dst_ip { " to " (address(&frame.url, target)) } }
                    p { (severity(alert.severity())) " score " (alert.score) @if !said.is_empty() { " · " (shown(&said, LINE)) } " · " span class="tag" { (shown(&status_words(&alert.status), 60)) } }
                }
            }
            @if let Some(done) = &self.done { (done_notice(frame, done, frame.now)) }
            @if self.whole.is_broken { (notice("warn", html! { p { "The evidence of this alert is not JSON: another program wrote it. It is taken for none." } })) }
            @if frame.may(Scope::Act) { (self.actions(frame)) }
            div class="columns" {
                div class="stack" {
                    section class="card" aria-labelledby="why" { h2 id="why" { "Why it is here" } (evidence(&alert.evidence)) }
                    (self.traffic(frame))
                    (self.related())
                    (self.near(frame))
                    @if let Some(query) = &self.whole.query { section class="card" { h2 { "The query that shows its events" } pre tabindex="0" { (shown(query, 4_000)) } } }
                }
                div class="stack" { (self.facts(frame)) (self.found(frame)) (self.notes(frame)) section class="card" aria-labelledby="history" { h2 id="history" { "History" } (history(&self.history, frame.now)) } }
            }
        }
    }

    fn actions(&self, frame: &Frame) -> Markup {
        let alert = &self.whole.alert;
        let is_open = alert.is_open() || alert.status == "acknowledged" || alert.status == "snoozed";
        let about = alert.src_ip.as_deref().or(alert.dst_ip.as_deref()).unwrap_or_default();
        let side = if alert.src_ip.is_some() { "" } else { "destination" };
        html! {
            form class="actions" id="incident" method="post" action=(frame.url.to("/act")) {
                (frame.token())
                input type="hidden" name="id" value=(alert.id);
                input type="hidden" name="back" value=(frame.url.to(&format!("/alerts/{}", alert.id)));
                button class="hidden" name="action" value="none" tabindex="-1" { "Choose what to do" }
                @if is_open {
                    @if alert.status != "acknowledged" { button name="action" value="acknowledge" { "Acknowledge" } }
                    (sleeping()) (closing())
                }
                @if !alert.is_open() { button name="action" value="reopen" { "Reopen" } }
                @if !about.is_empty() {
                    a class="button" href=(frame.url.with("/allowlist", &[("network", about), ("side", side), ("rule", alert.rule.as_deref().unwrap_or_default())])) { "Allow…" }
                    a class="button" href=(frame.url.with(&format!("/address/{}", escaped(about)), &[("explain", "1")])) { "Explain" }
                }
                @if frame.may(Scope::Scan) {
                    button formaction=(frame.url.to("/jobs/enrich")) { "Look up" }
                    @if !about.is_empty() { a class="button" href=(frame.url.with("/trace", &[("target", about)])) { "Trace" } }
                }
            }
        }
    }

    fn traffic(&self, frame: &Frame) -> Markup {
        let found = match &self.events {
            Ok(found) => found,
            Err(error) => {
                return html! { section class="card" { h2 { "Its events" } p class="soft any" { "They cannot be shown: " (shown(error, 500)) } } };
            }
        };
        html! {
            section class="card stack" aria-labelledby="events" {
                div class="head" { h2 id="events" { "Its events" } p class="soft small" { (of(found.events.len(), found.all.events, "event")) } }
                @if found.all.events == 0 { p class="soft" { "None is in the database any more: net-sentinel keeps a row for as long as it is seen again, or its archive was cut." } }
                @else {
                    (by_time(found))
                    div class="halves" {
                        (ranking("Ports", &found.ports, found.all.events, port))
                        (ranking("Targets", &found.targets, found.all.events, |target| address(&frame.url, target)))
                        @if found.sources.distinct > 1 { (ranking("Sources", &found.sources, found.all.events, |source| address(&frame.url, source))) }
                    }
                    details { summary { "The newest " (found.events.len().min(EVENTS)) } (events(&frame.url, &found.events, frame.now)) }
                }
            }
        }
    }

    fn related(&self) -> Markup {
        let related = self.whole.alert.evidence["related"].as_array().map(Vec::as_slice).unwrap_or_default();
        html! {
            @if !related.is_empty() {
                section class="card" {
                    h2 { "What else belongs to it" }
                    ul { @for other in related.iter().take(50) {
                        @let text = |key: &str| other[key].as_str();
                        li { strong { (title(text("alert_type").unwrap_or("alert"))) } " " (shown(&who(text("src_ip"), text("dst_ip")), 120)) " "
                            span class="soft" { (shown(text("severity").unwrap_or_default(), 20)) @let said = numbers(&other["evidence"], true); @if !said.is_empty() { ": " (shown(&said, 300)) } } }
                    } }
                }
            }
        }
    }

    fn near(&self, frame: &Frame) -> Markup {
        let alert = &self.whole.alert;
        let about = alert.src_ip.as_deref().or(alert.dst_ip.as_deref()).unwrap_or_default();
        html! {
            @if !self.near.alerts.is_empty() {
                section class="card" {
                    div class="head" { h2 { "Other alerts about " (shown(about, 60)) }
                        @if self.near.next.is_some() { a class="small" href=(frame.url.with("/", &[("view", "all"), ("q", &format!("ip:{about}"))])) { "All of them" } } }
                    div class="scroll" tabindex="0" role="region" aria-label="Other alerts" { (rows(frame, &self.near.alerts)) }
                }
            }
        }
    }

    fn facts(&self, frame: &Frame) -> Markup {
        let alert = &self.whole.alert;
        let evidence = &alert.evidence;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let techniques: Vec<_> = evidence["techniques"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        html! {
            section class="card" aria-label="Facts" {
                dl class="facts" {
                    @if let Some(source) = &alert.src_ip { dt { "Source" } dd { (known_address(&frame.url, source, &self.known)) } }
                    @if let Some(target) = &alert.dst_ip { dt { "Target" } dd { (known_address(&frame.url, target, &self.known)) } }
                    @if let (Some(first), Some(last)) = (text(&evidence["events"]["first"]), text(&evidence["events"]["last"])) { dt { "Events" } dd { (stored_time(&first, frame.now)) " to " (stored_time(&last, frame.now)) } }
                    dt { "Raised" } dd { (stored_time(&alert.created_at, frame.now)) }
                    @if let Some(again) = alert.updated_at.as_ref().filter(|again| **again != alert.created_at) { dt { "Last raised" } dd { (stored_time(again, frame.now)) } }
                    dt { "Severity" } dd { @for reason in reasons(alert) { div { (shown(&reason, 300)) } } }
                    @if !techniques.is_empty() { dt { "ATT&CK" } dd { @for id in techniques.iter().take(12) { div { (attack(id)) } } } }
                    dt { "Rule" } dd { (shown(alert.rule.as_deref().unwrap_or("not known: another program wrote it"), 80))
                        @if let Some(version) = text(&evidence["plugin"]["version"]) { " " span class="soft" { (shown(&version, 20)) } } }
                    @if let Some(since) = text(&evidence["window"]["since"]) { dt { "Scan of" } dd { (stored_time(&since, frame.now)) @if let Some(until) = text(&evidence["window"]["until"]) { " to " (stored_time(&until, frame.now)) } } }
                }
            }
        }
    }

    fn found(&self, frame: &Frame) -> Markup {
        let sides = [("src", "The source", &self.whole.alert.src_ip), ("dst", "The target", &self.whole.alert.dst_ip)];
        let all: Vec<_> = sides
            .into_iter()
            .map(|(side, name, _)| (name, found(&self.whole.enrichment, side)))
            .filter(|(_, found)| !found.is_empty())
            .collect();
        html! {
            section class="card stack" aria-labelledby="found" {
                h2 id="found" { "What lookups found" }
                @if all.is_empty() { p class="soft" { "Nobody has looked yet." @if frame.may(Scope::Scan) { " “Look up” above asks the enrichers that are granted." } } }
                @for (name, answers) in all { @for (kind, answer) in answers { div { h3 { (name) ": " (shown(&kind, 40)) } (answer) } } }
            }
        }
    }

    fn notes(&self, frame: &Frame) -> Markup {
        let (alert, triage) = (&self.whole.alert, &self.whole.alert.triage);
        let back = frame.url.to(&format!("/alerts/{}", alert.id));
        let hidden = html! { (frame.token()) input type="hidden" name="id" value=(alert.id); input type="hidden" name="back" value=(back); };
        html! {
            section class="card stack" aria-labelledby="handling" {
                h2 id="handling" { "Handling" }
                dl class="facts" {
                    @if let Some(verdict) = alert.verdict() { dt { "Verdict" } dd { (shown(&verdict.replace('_', " "), 40)) @if let Some(reason) = &triage.reason { ": " (shown(reason, 400)) } } }
                    @if alert.status == "snoozed" { dt { "Wakes" } dd { @match triage.snoozed_until { Some(until) => (crate::pages::text::time(until, frame.now)), None => "when it gets worse" } } }
                    dt { "Whose" } dd { (shown(triage.assignee.as_deref().unwrap_or("nobody's"), 100)) }
                    @if !triage.labels.is_empty() { dt { "Labels" } dd { @for label in &triage.labels { span class="tag" { (shown(label, 60)) } " " } } }
                    @if let Some(note) = &triage.note { dt { "Note" } dd { (shown(note, 2_000)) } }
                }
                @if frame.may(Scope::Act) {
                    form class="row" method="post" action=(frame.url.to("/act")) { (hidden) input type="hidden" name="assignee" value=(frame.caller.name); button name="action" value="assign" { "Take it" } }
                    form class="fields" method="post" action=(frame.url.to("/act")) { (hidden) label { "Note" input name="note" maxlength="2000"; } button name="action" value="note" { "Write" } }
                    form class="fields" method="post" action=(frame.url.to("/act")) { (hidden) label { "Labels to add" input name="add" maxlength="200"; } button name="action" value="label" { "Label" } }
                }
            }
        }
    }
}

/// Alerts in a few columns.
pub(in crate::pages) fn rows(frame: &Frame, alerts: &[StoredAlert]) -> Markup {
    html! {
        table {
            caption class="hidden" { "Alerts" }
            thead { tr { th { "Severity" } th { "What" } th { "Status" } th { "Last raised" } } }
            tbody { @for alert in alerts { tr {
                td { (severity(alert.severity())) }
                th scope="row" { a href=(frame.url.to(&format!("/alerts/{}", alert.id))) { (title(&alert.alert_type)) } " " span class="soft small" { "#" (alert.id) } div class="soft small any" { (shown(&clause(&alert.evidence), LINE)) } }
                td { (shown(&status_words(&alert.status), 40)) }
                td { (short_time(alert.updated_at.as_deref().unwrap_or(&alert.created_at), frame.now)) }
            } } }
        }
    }
}

/// Why the severity is what it is.
fn reasons(alert: &StoredAlert) -> Vec<String> {
    let name = alert.severity().name();
    let list: Vec<String> = alert.evidence["severity_reasons"].as_array().into_iter().flatten().take(12).map(one).collect();
    match (&alert.severity, list) {
        (None, _) => vec![format!("{name}: by its score of {}, because another program wrote it", alert.score)],
        (_, list) if !list.is_empty() => list,
        (..) if Severity::of_score(alert.score).name() != name => {
            vec![format!("{name}: the rule does not go by its score of {} alone", alert.score)]
        }
        _ => vec![format!("{name}: by its score of {}", alert.score)],
    }
}

/// A technique of ATT&CK with its name and its tactic.
fn attack(id: &str) -> Markup {
    match technique(id) {
        Some(technique) => {
            html! { span class="mono" { (technique.id) } @if let Some(name) = technique.name() { " " (name) } @if let Some((_, tactic)) = technique.tactic() { " " span class="soft small" { (tactic) } } }
        }
        None => shown(id, 60),
    }
}

#[cfg(test)]
mod tests {
    use net_scout_detect::alerts::WholeAlert;
    use net_scout_store::ListedAlerts;
    use serde_json::json;

    use super::*;
    use crate::pages::test_support::{HOSTILE, assert_harmless, frame, hostile_alert};
    use crate::pages::text::Known;

    #[test]
    fn what_attackers_write_is_text_on_the_page() {
        let enrichment =
            json!({"src": {HOSTILE: {HOSTILE: HOSTILE}}, "dst": {"whois": {"error": {"kind": HOSTILE, "message": HOSTILE}}}});
        let whole =
            WholeAlert { alert: hostile_alert(), is_broken: true, enrichment, query: Some(HOSTILE.to_owned()), seen: None };
        let near = ListedAlerts { alerts: vec![hostile_alert()], ..ListedAlerts::default() };
        let incident =
            Incident { whole, history: Vec::new(), near, known: Known::new(), events: Err(HOSTILE.to_owned()), done: None };
        let page = incident.page(&frame()).into_string();
        assert_harmless(&page);
        assert!(page.contains("Network Service Discovery") && page.contains("Why it is here"), "{page}");
    }
}
