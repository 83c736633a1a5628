//! Whether time is scanned, and what is left out on purpose.

use crate::answer::{Answer, Outcome};
use crate::facts::Facts;
use crate::words::length;
use net_scout_detect::allow::{allowlist as read_allowlist, words};
use net_scout_model::{Allow, Message, Messages, Origin, amount, counted};
use net_scout_serve::service::longest_lag;

const SECOND: i64 = 1_000_000;

/// The service is at work, where there is one.
pub(super) fn service(facts: &Facts<'_>) -> Outcome {
    let status = &facts.opened()?.status;
    if status.running.is_none() && status.at.is_none() {
        let advice = "net-scout serve, or a line of cron with `net-scout scan`".to_owned();
        return Ok(Answer::note("none has run on this database: scans are made by hand", Some(advice)));
    }
    let lag = &status.service.coverage.lag_seconds;
    let problems = status.problems(longest_lag(&facts.of.options));
    Ok(match (problems.as_slice(), &status.running) {
        ([], Some(running)) => Answer::good(format!("{running}, {lag} s behind")),
        ([], None) => Answer::good("none runs now, and the last one is not behind"),
        ([first, ..], Some(_)) => Answer::wrong(first, "net-scout status; journalctl -u net-scout"),
        ([first, ..], None) => Answer::wrong(first, "systemctl start net-scout, or: net-scout serve"),
    })
}

/// All time since the first scan of the service was scanned.
pub(super) fn coverage(facts: &Facts<'_>) -> Outcome {
    let coverage = &facts.opened()?.status.service.coverage;
    let Some(until) = coverage.good_until else {
        return Ok(Answer::note("no service has recorded what it scanned", None));
    };
    let fill = "net-scout scan --fill";
    let spans = coverage.failed.len() + coverage.gaps.len();
    if spans > 0 {
        let open = length(coverage.open_seconds.saturating_mul(SECOND));
        return Ok(Answer::wrong(format!("{} in {} were not scanned", open, counted(spans, "span")), fill));
    }
    Ok(if coverage.stale_seconds > 0 {
        Answer::wrong(format!("rows came late for {} that nobody scans again", length(coverage.stale_seconds * SECOND)), fill)
    } else {
        Answer::good(format!("scanned without a gap until {}", until.seconds()))
    })
}

/// No entry of the allowlist can be unreadable, or hide everything.
pub(super) fn allowlist(facts: &Facts<'_>) -> Outcome {
    let (opened, messages) = (facts.opened()?, Messages::default());
    let list = read_allowlist(&facts.of.options.scan.allow, &opened.database, &messages)?;
    let remove = |origin: &Origin| match origin {
        Origin::Stored(id) => format!("net-scout allow remove {id}"),
        _ => "take the entry out of [[allow]] in the configuration file".to_owned(),
    };
    if let Some(Message::Warning(text)) = messages.take().into_iter().next() {
        return Ok(Answer::wrong(text, "net-scout allow list"));
    }
    let own: Vec<&(Origin, Allow)> = list.0.iter().filter(|(origin, _)| *origin != Origin::BuiltIn).collect();
    if let Some((origin, allow)) = own.iter().find(|(_, allow)| hides_everything(allow)) {
        return Ok(Answer::wrong(format!("entry {origin} hides {}: hardly an alert is left", words(allow)), remove(origin)));
    }
    let is_over = |allow: &Allow| allow.until.is_some_and(|until| until <= facts.now);
    Ok(match own.iter().find(|(_, allow)| is_over(allow)) {
        Some((origin, allow)) => Answer::note(
            format!("{}; entry {origin}, {}, is over", amount(own.len(), "own entry", "own entries"), words(allow)),
            Some(remove(origin)),
        ),
        None if own.is_empty() => Answer::good("there is no entry of your own"),
        None => Answer::good(amount(own.len(), "own entry", "own entries")),
    })
}

/// Whether an entry is for so many addresses that it must be a slip.
fn hides_everything(allow: &Allow) -> bool {
    let narrowest = if allow.network.first().is_ipv4() { 7 } else { 15 };
    allow.network.bits() <= narrowest && allow.rules.is_empty() && allow.ports.is_empty()
}
