//! The plugin runtime: it loads components, learns what they are, and calls them, each call in a store of its own and within its limits.
//!
//! Guests are hostile. What one does never reaches another or the host: it ends in an error that names the plugin and the reason.

mod cache;
mod convert;
mod engine;
mod error;
mod limits;
mod load;
mod rule;

pub use cache::CodeCache;
pub use engine::PluginEngine;
pub use error::{LimitExceeded, LoadError, PluginError};
pub use limits::{HostCalls, Limits};
pub use load::{Plugins, Refused, load_folder};
pub use rule::{Judgement, Rule};

/// What `wit/` says, as Rust types and traits.
#[expect(missing_docs, reason = "generated")]
pub mod bindings {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "rule",
        imports: { default: async | trappable },
        exports: { default: async },
        with: { "net-scout:plugin/query.rows": crate::capability::query::OpenQuery },
    });
}
