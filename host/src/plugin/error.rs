//! What can go wrong with a plugin. Limits are told apart by type, never by the text of an error.

use std::time::Duration;

use crate::database::QueryError;
use crate::model::ParameterError;

/// A limit that a guest ran into. The names are those of the `[limits]` table in net-scout.toml.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitExceeded {
    /// Time in guest code.
    #[error("it computed for longer than {} s (limits.cpu_seconds)", .0.as_secs_f64())]
    Cpu(Duration),
    /// Time from the call to its end, waiting included.
    #[error("it ran for longer than {} s (limits.wall_seconds)", .0.as_secs_f64())]
    Wall(Duration),
    /// Memory over all its memories.
    #[error("it asked for {asked} MiB of memory, more than {limit} MiB (limits.memory_mib)", asked = asked.div_ceil(1 << 20), limit = limit >> 20)]
    Memory {
        /// Bytes it would have had.
        asked: usize,
        /// Bytes it may have.
        limit: usize,
    },
    /// Elements of a table.
    #[error("it asked for a table of {asked} elements, more than {limit} (limits.table_elements)")]
    Table {
        /// Elements it would have had.
        asked: usize,
        /// Elements it may have.
        limit: usize,
    },
    /// A call into the host where none is allowed.
    #[error("it called the host in describe, which has no capability")]
    NoCapability,
    /// Calls into the host.
    #[error("it called the host more than {0} times (limits.host_calls)")]
    HostCalls(u64),
    /// Alerts of one call.
    #[error("it raised {raised} alerts, more than {limit} (limits.alerts)")]
    Alerts {
        /// How many it raised.
        raised: usize,
        /// How many it may raise.
        limit: usize,
    },
}

/// A file in the plugin folder that is not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// A folder, a device, a pipe.
    #[error("is no regular file")]
    NotAFile,
    /// Larger than a plugin may be.
    #[error("has {size} bytes, a plugin may have {limit}")]
    TooLarge {
        /// Its size.
        size: u64,
        /// The largest size accepted.
        limit: u64,
    },
    /// No WebAssembly.
    #[error("is no WebAssembly file: its first bytes are not those of one")]
    NotWasm,
    /// A core module.
    #[error("is a core WebAssembly module, not a component; make it one with `wasm-tools component new`")]
    CoreModule,
    /// Machine code.
    #[error("is precompiled code, which is never loaded from a plugin folder; give the component it was made from")]
    Precompiled,
    /// A component that is malformed or uses a feature that is switched off.
    #[error("is no component that this host accepts: {0}")]
    Malformed(String),
    /// An import that no plugin of its kind may have.
    #[error("imports `{import}`, which no {kind} is given; a {kind} may import {known} of net-scout:plugin@0.1.0")]
    Import {
        /// What it imports.
        import: String,
        /// What it is.
        kind: &'static str,
        /// What it may import.
        known: String,
    },
    /// Made for another version of the interfaces.
    #[error("was built for {found}, this host speaks net-scout:plugin@0.1.0")]
    Version {
        /// What it was built for.
        found: String,
    },
    /// Another world.
    #[error("is a component of another world: {0}")]
    World(String),
    /// `describe` failed.
    #[error("failed in describe: {0}")]
    Describe(PluginError),
    /// `describe` gave something that makes no sense.
    #[error("describes itself wrongly: {0}")]
    Description(String),
    /// Another file has the same name.
    #[error("has the same name as {other}: `{name}`")]
    Duplicate {
        /// The plugin's name.
        name: String,
        /// The file that was loaded.
        other: String,
    },
}

/// A call of a plugin that failed.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// It ran into a limit.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// It trapped.
    #[error("it trapped: {0}")]
    Trap(String),
    /// A value that the operator set is not one of its parameter's.
    #[error("parameter {name}: {source}")]
    Parameter {
        /// The parameter.
        name: String,
        /// What is wrong with the value.
        source: ParameterError,
    },
    /// It requests what it was not granted; the text shows the lines of configuration.
    #[error("it was not granted all that it requests; to grant it, add to net-scout.toml: {0}")]
    NotGranted(String),
    /// It reported that a query failed.
    #[error(transparent)]
    Query(QueryError),
    /// It reported that its parameters make no sense.
    #[error("invalid parameter: {0}")]
    InvalidParameter(String),
    /// It reported something else.
    #[error("{0}")]
    Failed(String),
}

impl PluginError {
    /// What a failed call of a guest means: a limit where one was hit, else the innermost reason of the trap.
    pub(super) fn from_call(error: &wasmtime::Error) -> Self {
        match error.downcast_ref::<LimitExceeded>() {
            Some(limit) => Self::Limit(limit.clone()),
            None => Self::Trap(innermost(error)),
        }
    }
}

/// The innermost reason of an error, on one line.
fn innermost(error: &wasmtime::Error) -> String {
    error.root_cause().to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
