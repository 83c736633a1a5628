//! What can go wrong with a plugin. Limits are told apart by type, never by the text of an error.

use std::time::Duration;

use wasmtime::{Trap, WasmBacktrace};

use crate::ownership::Untrusted;
use crate::recording::Unexpected;
use net_scout_model::{Limits, ParameterError, QueryError, plain};

/// How much of the name of a function stands in a backtrace, in characters.
const FRAME: usize = 200;
/// The most frames of a backtrace.
const FRAMES: usize = 32;
/// How much of what a guest wrote before it trapped is kept, in characters.
const OUTPUT: usize = 1_000;

/// A limit that a guest ran into. The names are those of the `[limits]` table in net-scout.toml.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitExceeded {
    /// Processor time.
    #[error("it computed for longer than {} s (limits.cpu_seconds)", .0.as_secs_f64())]
    Cpu(Duration),
    /// Processor time, or time, of `describe`.
    #[error("it took longer than {} s to say what it is (limits.describe_seconds)", .0.as_secs_f64())]
    Describe(Duration),
    /// Time from the call to its end, waiting included.
    #[error("it ran for longer than {} s (limits.wall_seconds)", .0.as_secs_f64())]
    Wall(Duration),
    /// Time of the scan that it is part of.
    #[error("the scan took longer than {} s, and it was not done (limits.scan_seconds)", .0.as_secs_f64())]
    Scan(Duration),
    /// Memory over all its memories.
    #[error("it asked for {asked} MiB of memory, more than {limit} MiB (limits.{name})", asked = asked.div_ceil(1 << 20), limit = limit >> 20)]
    Memory {
        /// Bytes it would have had.
        asked: usize,
        /// Bytes it may have.
        limit: usize,
        /// Which limit says so.
        name: &'static str,
    },
    /// Elements of a table.
    #[error("it asked for a table of {asked} elements, more than {limit} (limits.table_elements)")]
    Table {
        /// Elements it would have had.
        asked: usize,
        /// Elements it may have.
        limit: usize,
    },
    /// Instances, tables or memories.
    #[error("it has more than {0} instances, tables or memories (limits.instances)")]
    Instances(usize),
    /// Calls within calls.
    #[error("it called itself too deeply: its stack ends at {} KiB (limits.stack_kib)", .0 >> 10)]
    Stack(usize),
    /// Bytes passed to the host at once.
    #[error("it passed more than {} MiB to the host at once (limits.argument_mib)", .0 >> 20)]
    Argument(usize),
    /// Bytes passed in both directions.
    #[error("more than {} MiB passed between it and the host (limits.passed_mib)", .0 >> 20)]
    Passed(u64),
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
    /// It may be anybody's.
    #[error("{0}, so it does not run; give it to yourself or to root, and let nobody else write it")]
    Untrusted(#[from] Untrusted),
    /// A folder, a device, a pipe.
    #[error("is not a regular file")]
    NotAFile,
    /// Larger than a plugin may be.
    #[error("has {size} bytes, a plugin may have {limit} (limits.component_mib)")]
    TooLarge {
        /// Its size.
        size: u64,
        /// The largest size accepted.
        limit: u64,
    },
    /// No WebAssembly.
    #[error("is not a WebAssembly file: its first bytes are not those of one")]
    NotWasm,
    /// A core module.
    #[error("is a core WebAssembly module, not a component; make it one with `wasm-tools component new`")]
    CoreModule,
    /// Machine code.
    #[error("is precompiled code, which is never loaded from a plugin folder; give the component it was made from")]
    Precompiled,
    /// It takes too long to compile.
    #[error("takes longer than {} s to compile (limits.compile_seconds)", .0.as_secs_f64())]
    Compile(Duration),
    /// It takes too much memory to compile.
    #[error("takes more than {} MiB of memory to compile, or is too deeply nested (limits.compile_mib)", .0 >> 20)]
    CompileMemory(u64),
    /// The compiler failed on it, which it should not.
    #[error("cannot be compiled: {0}")]
    Compiler(String),
    /// A component that is malformed or uses a feature that is switched off.
    #[error("is not a component that this host accepts: {0}")]
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
    /// It is not what was approved.
    #[error("{0}")]
    Changed(String),
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
    #[error("it trapped: {reason}")]
    Trap {
        /// The innermost reason.
        reason: String,
        /// Where it was, innermost first: the name of the function, and file and line where the component knows them.
        frames: Vec<String>,
        /// The last that it wrote to its standard output and error.
        output: String,
    },
    /// It did not do what it did when it was recorded, or what a scenario provides for.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
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
    /// Whether the plugin would fail in the same way the next time: not where the scan ran out of time, or its data could not be had.
    #[must_use]
    pub fn is_its_own(&self) -> bool {
        !matches!(self, Self::Limit(LimitExceeded::Scan(_)) | Self::Query(QueryError::Unavailable(_)) | Self::NotGranted(_))
    }

    /// Logs where it trapped, for someone who looks closer.
    pub fn log_backtrace(&self) {
        let Self::Trap { frames, output, .. } = self else { return };
        for frame in frames {
            tracing::info!("  in {frame}");
        }
        if !output.is_empty() {
            tracing::info!("  it wrote: {output}");
        }
    }

    /// What a failed call of a guest means: a limit where one was hit, else the innermost reason of the trap.
    pub(super) fn from_call(error: &wasmtime::Error, limits: &Limits, output: &str) -> Self {
        if let Some(unexpected) = error.downcast_ref::<Unexpected>() {
            return Self::Unexpected(unexpected.clone());
        }
        if let Some(limit) = error.downcast_ref::<LimitExceeded>().cloned().or_else(|| LimitExceeded::of_wasmtime(error, limits))
        {
            return Self::Limit(limit);
        }
        let frames = error.downcast_ref::<WasmBacktrace>().map(frames).unwrap_or_default();
        Self::Trap { reason: innermost(error), frames, output: plain(output.trim(), OUTPUT) }
    }
}

impl LimitExceeded {
    /// A limit that wasmtime itself watches. Two of its errors have no type that can be asked for; they are known by what they
    /// begin with, and tests hold their words.
    fn of_wasmtime(error: &wasmtime::Error, limits: &Limits) -> Option<Self> {
        if error.downcast_ref::<Trap>() == Some(&Trap::StackOverflow) {
            return Some(Self::Stack(limits.stack));
        }
        let reason = error.root_cause().to_string();
        if reason.starts_with("resource limit exceeded: ") {
            return Some(Self::Instances(limits.instances));
        }
        reason
            .starts_with("too much data is being copied between the host and the guest")
            .then_some(Self::Argument(limits.argument))
    }
}

/// The frames of a backtrace, one text each.
fn frames(backtrace: &WasmBacktrace) -> Vec<String> {
    let frames = backtrace.frames().iter().take(FRAMES).flat_map(|frame| {
        let unnamed = || frame.func_name().map_or_else(|| format!("function {}", frame.func_index()), readable);
        let symbols: Vec<String> = frame
            .symbols()
            .iter()
            .map(|symbol| {
                let name = symbol.name().map_or_else(unnamed, readable);
                match (symbol.file(), symbol.line()) {
                    (Some(file), Some(line)) => format!("{name} at {file}:{line}"),
                    _ => name,
                }
            })
            .collect();
        if symbols.is_empty() { vec![unnamed()] } else { symbols }
    });
    frames.map(|frame| plain(&frame, FRAME)).collect()
}

/// The name of a function as its author wrote it, where Rust changed it.
fn readable(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

/// The innermost reason of an error, on one line.
fn innermost(error: &wasmtime::Error) -> String {
    error.root_cause().to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
