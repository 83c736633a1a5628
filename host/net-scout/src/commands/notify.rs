//! `net-scout notify`: sends what waits, tries a receiver, shows what routes would have sent, tells an alert again.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::watch;

use super::{check_filters, interrupted, runtime, terminal_width};
use crate::config::Config;
use crate::exit;
use crate::exit::UsageError;
use crate::output::{self, Cell, Format, Table, Terminal};
use net_scout_detect::prepare;
use net_scout_model::clock::SystemClock;
use net_scout_model::search::AlertQuery;
use net_scout_model::time::parse_moment;
use net_scout_model::{Timestamp, counted, plain};
use net_scout_notify::{Deliver, Receiver, Report, deliver, preview as preview_of, resend as resend_to, send_test};
use net_scout_store::{AlertFilter, Turn};

/// After so long it begins nothing more.
const LONGEST: Duration = Duration::from_secs(300);

/// Sends what waits.
///
/// # Errors
/// When the database cannot be read or written.
pub fn flush(config: &Config) -> anyhow::Result<u8> {
    let runtime = runtime()?;
    runtime.block_on(check_filters(config))?;
    let mut database = config.database_options().open()?;
    prepare(&mut database, &config.table, net_scout_model::clock::Clock::now(&SystemClock), &Terminal)?;
    let problems = config.notify.problems();
    problems.iter().for_each(|problem| output::warning(problem));
    let (stopping, stop) = watch::channel(false);
    let report = runtime.block_on(async {
        tokio::spawn(async move {
            interrupted().await;
            stopping.send_replace(true);
        });
        let turn = Turn::of("net-scout notify flush");
        let how = Deliver { turn, waits: false, budget: LONGEST, clock: &SystemClock, sink: &Terminal, stop };
        deliver(&mut database, &config.notify, how).await
    })?;
    let Report { sent, alerts, failed, given_up, held } = report;
    match held {
        Some(holder) => output::note(&format_args!("left to {holder}")),
        None => output::note(&format_args!("{} sent, with {}", counted(sent, "message"), counted(alerts, "alert"))),
    }
    // Also what was tried before, and not again now.
    let open = database.outbox_messages(Timestamp::MAXIMUM)?;
    let waiting = open.iter().filter(|message| message.state != "failed" && message.attempts > 0).count();
    if waiting > failed {
        output::note(&format_args!("{} did not arrive yet and will be tried again", counted(waiting, "message")));
    }
    Ok(if failed + given_up + problems.len() + waiting > 0 { exit::UNDELIVERED } else { exit::SUCCESS })
}

/// The receiver of a name.
fn receiver(config: &Config, name: &str) -> Result<Arc<dyn Receiver>, UsageError> {
    let receivers = &config.notify.receivers;
    let found = receivers.get(name);
    let found = found
        .ok_or_else(|| UsageError(format!("there is no receiver `{}`; there are {}", plain(name, 100), config.notify.names())))?;
    found.clone().map_err(|reason| UsageError(format!("receiver {name} cannot be used: {reason}")))
}

/// Sends a test message.
///
/// # Errors
/// When there is no such receiver, or it does not have it then.
pub fn test(config: &Config, name: &str, now: Timestamp) -> anyhow::Result<u8> {
    let (receiver, runtime) = (receiver(config, name)?, runtime()?);
    runtime.block_on(check_filters(config))?;
    let sent = runtime.block_on(send_test(&receiver, name, now));
    sent.with_context(|| format!("the message did not reach {name}"))?;
    output::note(&format_args!("the message reached {name}"));
    Ok(exit::SUCCESS)
}

/// Shows what would have been sent.
///
/// # Errors
/// When the database cannot be read.
pub fn preview(config: &Config, since: &str, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    let since = parse_moment(since, now).map_err(|error| UsageError(format!("--since: {error}")))?;
    runtime()?.block_on(check_filters(config))?;
    let listed = config.database_options().open_read_only()?.alerts(&AlertFilter::new(AlertQuery::default(), now))?;
    let is_later = |at: &str| net_scout_model::time::parse_timestamp(at).is_some_and(|at| at >= since);
    let alerts: Vec<_> = listed.alerts.into_iter().filter(|alert| is_later(&alert.created_at)).collect();
    let shown = preview_of(&config.notify, &alerts, now);
    output::write_objects(&mut output::stdout(), &shown.days, format, terminal_width(format), || {
        let mut table = Table::new(&["day", "receiver", "messages", "alerts", "most alerts in one"]);
        for day in &shown.days {
            let numbers = [day.messages, day.alerts, day.largest].map(Cell::number);
            table.row([Cell::new(day.day.as_str()), Cell::new(day.receiver.as_str())].into_iter().chain(numbers).collect());
        }
        table
    })?;
    output::note(&match (alerts.len(), shown.untold) {
        (0, _) => "no alert was raised in that time".to_owned(),
        (all, 0) => format!("each of {} goes to a receiver", counted(all, "alert")),
        (all, untold) => format!("{untold} of {} would have gone to nobody: no [[route]] takes them", counted(all, "alert")),
    });
    Ok(exit::SUCCESS)
}

/// Tells an alert again: it goes into the outbox.
///
/// # Errors
/// When there is no such alert or receiver, or the database cannot be written.
pub fn resend(config: &Config, alert: i64, to: Option<&str>, now: Timestamp) -> anyhow::Result<u8> {
    to.map(|name| receiver(config, name)).transpose()?;
    let mut database = config.database_options().open()?;
    prepare(&mut database, &config.table, now, &Terminal)?;
    let found = database.alerts(&AlertFilter::new(AlertQuery::of_id(alert), now))?.alerts.pop();
    let found = found.ok_or_else(|| UsageError(format!("there is no alert {alert}; `net-scout alerts` lists them")))?;
    let receivers = resend_to(&mut database, &config.notify, &found, to, now)?;
    if receivers.is_empty() {
        return Err(UsageError(format!("no [[route]] takes alert {alert}; name a receiver with --to")).into());
    }
    output::note(&format_args!("alert {alert} goes to {}; `net-scout notify flush` sends it now", receivers.join(", ")));
    Ok(exit::SUCCESS)
}
