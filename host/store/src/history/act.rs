//! Does to alerts what a person wants.

use std::time::{Duration, Instant};

use super::{Said, Writer};
use crate::error::DatabaseError;
use crate::open::Database;
use net_scout_model::{Actor, AlertAction, Timestamp};

/// After so long a transaction changes no further alert.
pub(super) const TURN: Duration = Duration::from_millis(10);

/// What an action came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acted {
    /// The alerts that it changed.
    pub changed: Vec<i64>,
    /// Those for which there was nothing to do.
    pub unchanged: Vec<i64>,
}

impl Database {
    /// Does something to alerts, as one action of this person, in short transactions. An alert that is gone is left out.
    ///
    /// # Errors
    /// When the database is locked, read-only or full. What was changed before stays so, and is in the history.
    pub fn act(
        &mut self,
        ids: &[i64],
        action: &AlertAction,
        note: Option<&str>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Acted, DatabaseError> {
        let table = self.alert_table.clone();
        let (mut acted, mut batch, mut left) = (Acted::default(), None, ids);
        let said = Said::new(actor, action.name(), note);
        let written = note.map(|note| AlertAction::Note(note.to_owned()));
        while !left.is_empty() {
            let seen = self.write("change alerts in", |connection| {
                let begun = Instant::now();
                let writer = match batch {
                    Some(batch) => Writer::of(connection, &table, batch, now),
                    None => Writer::new(connection, &table, now)?,
                };
                let mut seen = 0;
                for id in left {
                    seen += 1;
                    let Some(life) = writer.life(*id)? else { continue };
                    let mut changes = action.changes(&life, now);
                    if !changes.is_empty() {
                        changes.extend(written.iter().flat_map(|note| note.changes(&life, now)));
                        writer.set(*id, said, &changes)?;
                    }
                    let list = if changes.is_empty() { &mut acted.unchanged } else { &mut acted.changed };
                    list.push(*id);
                    if begun.elapsed() > TURN {
                        break;
                    }
                }
                // A number that no row has may be another's.
                batch = (!acted.changed.is_empty()).then_some(writer.batch);
                Ok(seen)
            })?;
            left = &left[seen..];
        }
        Ok(acted)
    }
}
