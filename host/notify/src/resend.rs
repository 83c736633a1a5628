//! Tells an alert again, because somebody wants that.

use super::config::Notify;
use net_scout_model::{News, StoredAlert, Timestamp};
use net_scout_store::{Database, DatabaseError, Tell};

/// Puts an alert into the outbox: for a receiver, or for all that its routes name. Who gets it.
///
/// # Errors
/// When the database is locked, read-only or full.
pub fn resend(
    database: &mut Database,
    notify: &Notify,
    alert: &StoredAlert,
    to: Option<&str>,
    now: Timestamp,
) -> Result<Vec<String>, DatabaseError> {
    let tells = match to {
        Some(receiver) => {
            vec![Tell { route: News::Resent.name().to_owned(), receiver: receiver.to_owned(), wait: 0, repeat: None }]
        }
        None => {
            let tells = notify.routes.tells(alert, News::Resent, now);
            tells.into_iter().map(|tell| Tell { wait: 0, ..tell }).collect()
        }
    };
    let receivers = tells.iter().map(|tell| tell.receiver.clone()).collect();
    database.queue(&[(alert.clone(), News::Resent, tells)], now)?;
    Ok(receivers)
}
