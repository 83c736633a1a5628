//! The plugin runtime: it loads components, learns what they are, and calls them, each call in a store of its own and within its limits.
//!
//! Guests are hostile. What one does never reaches another or the host: it ends in an error that names the plugin and the reason.

mod approve;
mod artifact;
pub mod bindings;
mod cache;
pub mod capability;
mod compiler;
mod convert;
mod cpu;
mod engine;
mod enricher;
mod error;
mod granted;
mod guest;
mod host_calls;
mod installed;
mod ledger;
mod load;
mod lock;
mod notifier;
pub mod ownership;
pub mod recording;
mod rule;
pub mod schedule;
mod unpack;
mod wasi;

pub use approve::{Approvals, NamedPlugins, Proposal, Standing, revoke};
pub use artifact::Artifact;
pub use cache::CodeCache;
pub use compiler::{COMPILE, compile_component};
pub use engine::PluginEngine;
pub use enricher::{Enricher, LOOKUP, LookupError, Try, UngrantedEnricher, lookup};
pub use error::{LimitExceeded, LoadError, PluginError};
pub use granted::{Approved, EnricherSet, Off, Parameters, RuleSet};
pub use guest::Usage;
pub use host_calls::{Counts, Failure, HostCalls, Passed};
pub use installed::{LoadedPlugins, PluginOptions, PluginsError, load_all, load_one, load_plugins, load_plugins_with};
pub use ledger::{add_call, ledger_entry};
pub use load::{PluginLimits, Plugins, Refused, load_file, load_folder};
pub use lock::{Approval, LOCK, Lock, LockError, read_lock};
pub use notifier::{Delivery, NOTIFY, Notifier, NotifierSettings, NotifyError, Receipt, Told, UngrantedNotifier};
pub use rule::{Case, EVALUATE, Evaluation, ExplainRule, Rule};
pub use unpack::{Packed, extract, unpacked, unpacked_before};
