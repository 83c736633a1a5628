//! Plugins tried on what somebody made up, without a database and without the network: scenarios, which their authors write, and the
//! checks of conformance, which every plugin has to pass.

pub mod conformance;
mod difference;
mod events;
mod notifier_conformance;
mod run;
pub mod scenario;

use std::sync::Arc;
use std::time::Duration;

use net_scout_model::{Networks, Window};
use net_scout_plugin_host::capability::files::Directories;
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::Tape;
use net_scout_plugin_host::{Case, Rule};
use net_scout_store::{DatabaseError, ScratchDatabase, ScratchError, Snapshot, SnapshotOptions, StateEntry};

pub use run::{PluginTestError, conform, read_scenarios, try_scenario};

/// How many queries a rule may have open.
const READERS: usize = 4;
/// How long to wait for a lock that nobody holds.
const BUSY: Duration = Duration::from_secs(1);

/// A test of a plugin that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The events could not be kept.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// The events could not be read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// What an author wrote makes no sense.
    #[error("{0}")]
    Invalid(String),
}

/// What a rule is evaluated on: the events of a scratch database.
fn case(
    rule: &Rule,
    database: &ScratchDatabase,
    window: Window,
    local_networks: Networks,
    kept: Vec<StateEntry>,
    tape: Tape,
    directories: Directories,
) -> Result<Case, CaseError> {
    let snapshot = Snapshot::open(&SnapshotOptions {
        path: database.path().to_owned(),
        table: "ip_events".to_owned(),
        alert_table: "scout_alerts".to_owned(),
        directions: None,
        window: Window { since: window.reach(rule.description.history_seconds()), ..window },
        busy_timeout: BUSY,
        readers: READERS,
    })?;
    Ok(Case {
        snapshot: Some(Arc::new(snapshot)),
        state: StateStore::new(kept),
        directories: Some(directories),
        window,
        local_networks: Arc::new(local_networks),
        tape,
        explain: None,
        quiet: false,
    })
}
