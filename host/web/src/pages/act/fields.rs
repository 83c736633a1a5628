//! The fields of the forms about alerts. Several have the same name, so they are read here.

use maud::{Markup, html};
use net_scout_detect::act::Plan;
use net_scout_model::time::{parse_duration, parse_timestamp};
use net_scout_model::{AlertAction, Timestamp, Verdict, check_comment, check_label, counted, plain};
use net_scout_report::words::number;

use crate::pages::form::{self, Pairs};
use crate::pages::frame::Frame;
use crate::pages::text::{severity, shown};
use crate::problem::Problem;

/// The most alerts that one form may name.
const MOST: usize = 1_000;
/// How many alerts are named before something is done to all that were found.
const NAMED: usize = 20;

/// What a form brings.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub(super) ids: Vec<i64>,
    /// The query, where all that it finds are meant.
    pub(super) found: Option<String>,
    pub(super) view: String,
    pub(super) back: String,
    pub(super) note: Option<String>,
    pub(super) batch: Option<i64>,
    pub(super) agreed: bool,
    all: Pairs,
}

impl Fields {
    /// Reads a form.
    pub(super) fn read(all: Pairs) -> Result<Self, Problem> {
        let text = |name: &str| form::value(&all, name).to_owned();
        let ids: Vec<i64> =
            all.iter().filter(|(name, _)| name == "id").filter_map(|(_, id)| id.parse().ok()).take(MOST + 1).collect();
        if ids.len() > MOST {
            return Err(Problem::bad(format!("a form may name at most {MOST} alerts")).fix("choose all that were found instead"));
        }
        let note = text("note");
        let note = if note.trim().is_empty() || text("action") == "note" { None } else { Some(comment("note", &note)?) };
        Ok(Self {
            found: (text("scope") == "found").then(|| text("q")),
            view: text("view"),
            back: text("back"),
            batch: text("batch").parse().ok(),
            agreed: text("agreed") == "yes",
            ids,
            note,
            all,
        })
    }

    fn text(&self, name: &str) -> &str {
        form::value(&self.all, name)
    }

    /// What is to be done.
    pub(super) fn action(&self, now: Timestamp) -> Result<AlertAction, Problem> {
        Ok(match self.text("action") {
            "acknowledge" => AlertAction::Acknowledge,
            "reopen" => AlertAction::Reopen,
            "snooze" => AlertAction::Snooze(until(self.text("for"), now)?),
            "close" => {
                let verdict = Verdict::of(self.text("verdict")).ok_or_else(|| Problem::bad("choose what it turned out to be"))?;
                AlertAction::Close(verdict, comment("why", self.text("reason"))?)
            }
            "assign" => {
                let name = self.text("assignee").trim();
                AlertAction::Assign(if name.is_empty() { None } else { Some(comment("whose it is", name)?) })
            }
            "note" => AlertAction::Note(comment("note", self.text("note"))?),
            "label" => AlertAction::Label { add: labels(self.text("add"))?, remove: labels(self.text("remove"))? },
            "" | "none" => return Err(Problem::bad("no action was chosen").fix("go back, and press one of the buttons")),
            other => return Err(Problem::bad(format!("there is no action `{}`", plain(other, 40)))),
        })
    }

    /// Asks before something is done to all that was found.
    pub(super) fn consent(&self, frame: &Frame, action: &AlertAction, plan: &Plan) -> Markup {
        let count = plan.changing.len();
        html! {
            div class="head" { h1 { "Really all of them?" } }
            div class="card stack" {
                p { strong { (action.name()) } " changes " (number(count as u64)) " alerts"
                    @if plan.unchanged > 0 { "; for " (counted(plan.unchanged, "other")) " there is nothing to do" } "." }
                ul { @for alert in plan.changing.iter().take(NAMED) {
                    li { (severity(alert.severity())) " #" (alert.id) " " (shown(&alert.alert_type, 60)) " " (shown(alert.src_ip.as_deref().unwrap_or_default(), 60)) }
                } }
                @if count > NAMED { p class="soft" { (NAMED) " of " (number(count as u64)) " alerts are shown." } }
                form class="row" method="post" action=(frame.url.to("/act")) {
                    @for (name, value) in self.all.iter().filter(|(name, _)| name != "agreed" && name != "id") { input type="hidden" name=(name) value=(value); }
                    input type="hidden" name="agreed" value="yes";
                    @if count > 0 { button class="main" { "Do it" } }
                    a class="button" href=(frame.url.back(&self.back)) { "Back" }
                }
            }
        }
    }
}

fn comment(what: &str, text: &str) -> Result<String, Problem> {
    check_comment(text).map_err(|reason| Problem::bad(format!("{what}: {reason}")).fix("go back, and write a few words"))
}

fn labels(text: &str) -> Result<Vec<String>, Problem> {
    let words = text.split([',', ' ']).map(str::trim).filter(|label| !label.is_empty());
    words.map(|label| check_label(label).map_err(Problem::bad)).collect()
}

/// Until when: a duration, an instant, or until it gets worse.
fn until(text: &str, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
    if text == "worse" {
        return Ok(None);
    }
    let until = parse_timestamp(text).or_else(|| Some(now.plus(parse_duration(text).ok()?)));
    let wrong = || Problem::bad(format!("`{}` is neither a time to come nor a duration such as 8h", plain(text, 40)));
    until.filter(|until| *until > now).map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);

    /// What a browser would send as `action=close&id=7`, here without escaping.
    fn pairs(text: &str) -> Pairs {
        text.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn action(text: &str) -> Result<AlertAction, String> {
        Fields::read(pairs(text)).and_then(|fields| fields.action(NOW)).map_err(|problem| problem.detail)
    }

    #[test]
    fn forms_become_actions() {
        assert_eq!(action("action=acknowledge&id=7&id=9"), Ok(AlertAction::Acknowledge));
        assert_eq!(action("action=snooze&for=8h"), Ok(AlertAction::Snooze(Some(NOW.plus(28_800_000_000)))));
        assert_eq!(action("action=snooze&for=worse"), Ok(AlertAction::Snooze(None)));
        assert_eq!(
            action("action=close&verdict=benign&reason=our scanner!"),
            Ok(AlertAction::Close(Verdict::Benign, "our scanner!".into()))
        );
        assert_eq!(
            action("action=label&add=a,b&remove=c"),
            Ok(AlertAction::Label { add: vec!["a".into(), "b".into()], remove: vec!["c".into()] })
        );
        assert_eq!(action("action=assign&assignee="), Ok(AlertAction::Assign(None)));
        for wrong in [
            "",
            "action=none",
            "action=drop",
            "action=close&verdict=benign&reason=",
            "action=close&reason=x",
            "action=snooze&for=2001-01-01",
            "action=label&add=<b>",
        ] {
            assert!(action(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            Fields::read(pairs("id=7&id=x&id=9&scope=found&q=a b")).map(|fields| (fields.ids, fields.found)),
            Ok((vec![7, 9], Some("a b".into())))
        );
        assert!(Fields::read(pairs(&"id=1&".repeat(MOST + 1))).is_err());
    }
}
