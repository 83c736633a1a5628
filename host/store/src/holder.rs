//! Who works on a database alone, in words for those who have to wait.

use std::fmt;

use net_scout_model::{Timestamp, plain};

/// Who holds a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// What it does, `net-scout scan`.
    pub what: String,
    /// Its process.
    pub pid: i32,
    /// Its user.
    pub uid: u32,
    /// Its machine, or container, where that is another one.
    pub machine: Option<String>,
    /// Since when.
    pub since: Timestamp,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, pid, uid, since, .. } = self;
        write!(f, "{} (process {pid}, user {uid}", plain(what, 80))?;
        if let Some(machine) = &self.machine {
            write!(f, ", on {}", plain(machine, 80))?;
        }
        write!(f, ", since {})", since.seconds())
    }
}
