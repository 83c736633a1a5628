//! While it is set, a connection removes rows of our own tables, writes that into the history of alerts, and changes nothing else, whatever
//! statement or trigger asks for it.

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

use super::tables::OwnTable;

/// The history of alerts, which decides itself what may go.
const HISTORY: &str = "scout_history";
/// net-sentinel's, whatever the alert table is called.
const EVENTS: [&str; 2] = ["ip_events", "ip_events_30"];

/// It is set.
#[must_use = "a connection that is guarded cannot be written otherwise"]
pub(super) struct Guard(());

impl Guard {
    /// Sets it.
    pub(super) fn set(connection: &mut Connection, alerts: &str) -> rusqlite::Result<Self> {
        let alerts = alerts.to_owned();
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            let is_own = |table: &str| OwnTable::ALL.iter().any(|own| own.table(&alerts) == table) && !EVENTS.contains(&table);
            let allowed = match context.action {
                AuthAction::Delete { table_name } => is_own(table_name) || table_name == HISTORY,
                AuthAction::Insert { table_name } => table_name == HISTORY,
                AuthAction::Pragma { pragma_value, .. } => pragma_value.is_none(),
                AuthAction::Select
                | AuthAction::Read { .. }
                | AuthAction::Function { .. }
                | AuthAction::Recursive
                | AuthAction::Savepoint { .. }
                | AuthAction::Transaction { .. } => true,
                _ => false,
            };
            if allowed { Authorization::Allow } else { Authorization::Deny }
        }))?;
        Ok(Self(()))
    }

    /// Takes it away.
    pub(super) fn lift(self, connection: &mut Connection) -> rusqlite::Result<()> {
        connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)
    }
}
