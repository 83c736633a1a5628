//! One run of the rules over one window: all at the same time, on one snapshot, each failing for itself.

mod activity;
mod address_report;
mod by_hand;
mod deadline;
mod evaluate;
mod evidence;
mod explain;
mod group;
mod involvement;
mod join;
mod networks;
mod phases;
mod pipeline;
mod roles;
mod rows;
mod run;
mod severity;
mod strongest;
mod threshold_search;
mod window;

pub use crate::error::ScanError;
pub use crate::options::ScanOptions;
pub use net_scout_plugin_host::Parameters;

pub use activity::{Activity, Part};
pub use address_report::{AddressReport, Fate, RuleReport, Said};
pub use by_hand::{ByHand, Claim};
pub use deadline::Deadline;
pub use evaluate::{Outcome, RuleFailure, evaluate};
pub use evidence::add_evidence;
pub use explain::Explanations;
pub use involvement::involves;
pub use networks::{LEARNED_FROM, learned, local_networks};
pub use phases::Phases;
pub use pipeline::{Scan, Scanned, evaluated};
pub use roles::{ROLE_COLUMNS, Role, all_roles, role_of, roles};
pub(crate) use run::Before;
pub use run::{Cover, Keep, RecordOptions, RuleSource, ScanAlerts, ScanReport, ScanRequest, newest_before, run_scan};
pub use severity::{COLUMNS as SEVERITY_COLUMNS, Facts, REASONS as SEVERITY_REASONS, assess, facts};
pub use strongest::settled;
pub use threshold_search::{Lowered, SearchOutcome};
pub use window::read_window;
