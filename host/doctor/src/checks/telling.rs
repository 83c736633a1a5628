//! Whether people learn of alerts.

use crate::answer::{Answer, Outcome};
use crate::facts::Facts;
use crate::words::{length, list};
use net_scout_model::{Timestamp, amount, counted};
use net_scout_store::OutboxMessage;

/// What is due for so long should have been sent, in microseconds.
const LATE: i64 = 600_000_000;

/// Every receiver can be used.
pub(super) fn receivers(facts: &Facts<'_>) -> Outcome {
    let notify = &facts.of.options.notify;
    let names: Vec<&String> = notify.receivers.keys().collect();
    Ok(match notify.problems().first() {
        Some(problem) => Answer::wrong(problem, "set it where net-scout starts, such as: systemctl edit net-scout"),
        None if names.is_empty() => {
            Answer::note("nobody is told of alerts: there is no [[receiver]]", Some("net-scout setup".to_owned()))
        }
        None => Answer::good(format!("{} can be used; `net-scout notify test NAME` sends a message", list(&names))),
    })
}

/// Every receiver is told of something.
pub(super) fn routes(facts: &Facts<'_>) -> Outcome {
    let notify = &facts.of.options.notify;
    let is_named = |name: &&String| notify.routes.0.iter().any(|route| route.receivers.contains(name));
    Ok(match notify.receivers.keys().find(|name| !is_named(name)) {
        Some(name) => Answer::wrong(
            format!("no [[route]] names receiver {name}: it is told of nothing"),
            format!("add to the configuration file: [[route]] receivers = [\"{name}\"]"),
        ),
        None if notify.routes.0.is_empty() => Answer::good("there is no receiver, and no route"),
        None => Answer::good(format!(
            "{}; `net-scout notify preview` shows what they would have sent",
            counted(notify.routes.0.len(), "route")
        )),
    })
}

/// Messages are sent.
pub(super) fn outbox(facts: &Facts<'_>) -> Outcome {
    let database = &facts.opened()?.database;
    let messages = database.outbox_messages(Timestamp::MAXIMUM)?;
    let said = |message: &OutboxMessage| message.error.clone().unwrap_or_else(|| "nobody knows why".to_owned());
    let of = |state: fn(&OutboxMessage) -> bool| messages.iter().filter(move |message| state(message));
    let is_given_up: fn(&OutboxMessage) -> bool = |message| message.state == "failed";
    if let Some(last) = of(is_given_up).next_back() {
        let count = counted(of(is_given_up).count(), "message");
        return Ok(Answer::wrong(
            format!("{count} given up, the last for {}: {}", last.receiver, said(last)),
            format!("net-scout notify test {0}, then net-scout outbox retry {1}", last.receiver, last.id),
        ));
    }
    let is_late: fn(&OutboxMessage) -> bool = |message| message.attempts > 0;
    if let Some(last) = of(is_late).next_back() {
        let count = counted(of(is_late).count(), "message");
        return Ok(Answer::wrong(
            format!("{count} did not arrive yet, the last for {}: {}", last.receiver, said(last)),
            format!("net-scout notify test {}", last.receiver),
        ));
    }
    // Before there is an outbox, nothing waits in one.
    let waiting = if database.pending()? > 0 { Vec::new() } else { database.waiting_entries()? };
    let late = |due: Timestamp| facts.now.0.saturating_sub(due.0) > LATE;
    let due =
        messages.iter().map(|message| message.next).chain(waiting.iter().map(|entry| entry.due)).filter(|due| late(*due)).min();
    Ok(match due {
        Some(due) => Answer::wrong(
            format!(
                "{} due for {}, and nobody sends",
                amount(messages.len() + waiting.len(), "entry is", "entries are"),
                length(facts.now.0 - due.0)
            ),
            "net-scout notify flush; net-scout serve sends by itself",
        ),
        None => Answer::good("nothing waits for longer than it should"),
    })
}
