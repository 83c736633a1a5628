//! Does to alerts what a person wants.

use super::Said;
use crate::error::DatabaseError;
use crate::open::Database;
use net_scout_model::{Actor, AlertAction, Timestamp};

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
        let mut acted = Acted::default();
        let said = Said::new(actor, action.name(), note);
        let written = note.map(|note| AlertAction::Note(note.to_owned()));
        self.in_turns(ids, now, |writer, id| {
            let Some(life) = writer.life(*id)? else { return Ok(false) };
            let mut changes = action.changes(&life, now);
            if changes.is_empty() {
                acted.unchanged.push(*id);
                return Ok(false);
            }
            changes.extend(written.iter().flat_map(|note| note.changes(&life, now)));
            writer.set(*id, said, &changes)?;
            acted.changed.push(*id);
            Ok(true)
        })?;
        Ok(acted)
    }
}
