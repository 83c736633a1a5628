//! The plugin runtime: it loads components, learns what they are, and calls them, each call in a store of its own and within its limits.
//!
//! Guests are hostile. What one does never reaches another or the host: it ends in an error that names the plugin and the reason.

mod approve;
mod boundary;
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
mod installed;
mod ledger;
mod load;
mod lock;
pub mod ownership;
pub mod recording;
mod rule;
pub mod schedule;
mod wasi;

pub use approve::{Approvals, NamedPlugins, Proposal, Standing, revoke};
pub(crate) use boundary::failure;
pub use boundary::{Boundary, Counts, Failure, Passed};
pub use cache::CodeCache;
pub use compiler::{COMPILE, compile_component};
pub use engine::PluginEngine;
pub use enricher::{Enricher, LOOKUP, LookupError, Try, UngrantedEnricher, lookup};
pub use error::{LimitExceeded, LoadError, PluginError};
pub use granted::{Approved, EnricherSet, Off, Parameters, RuleSet};
pub use guest::Usage;
pub use installed::{LoadedPlugins, PluginOptions, PluginsError, load_all, load_one, load_plugins, load_plugins_with};
pub use ledger::{add_call, ledger_entry};
pub use load::{Artifact, PluginLimits, Plugins, Refused, load_file, load_folder};
pub use lock::{Approval, LOCK, Lock, LockError, read_lock};
pub use rule::{Case, EVALUATE, ExplainRule, Judgement, Rule};

/// What `wit/` says of the world `rule`, as Rust types and traits.
#[expect(missing_docs, reason = "generated")]
pub mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "rule",
        imports: { default: async | trappable },
        exports: { default: async },
        additional_derives: [serde::Deserialize, serde::Serialize],
        with: {
            "net-scout:plugin/query.rows": crate::capability::query::OpenQuery,
            "net-scout:plugin/files.file": crate::capability::files::OpenFile,
        },
    });
}

/// What `wit/` says of the world `enricher`. What both worlds have is that of [`bindings`].
#[expect(missing_docs, reason = "generated")]
pub mod enricher_bindings {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "enricher",
        imports: { default: async | trappable },
        exports: { default: async },
        additional_derives: [serde::Deserialize, serde::Serialize],
        with: {
            "net-scout:plugin/types": crate::bindings::net_scout::plugin::types,
            "net-scout:plugin/description": crate::bindings::net_scout::plugin::description,
            "net-scout:plugin/log": crate::bindings::net_scout::plugin::log,
            "net-scout:plugin/state": crate::bindings::net_scout::plugin::state,
            "net-scout:plugin/files": crate::bindings::net_scout::plugin::files,
        },
    });
}
