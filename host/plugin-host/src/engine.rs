//! The wasmtime engine, set up for guests that nobody checked, and the clock that interrupts them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use wasmtime::component::Component;
use wasmtime::{Config, Engine, Store, UpdateDeadline, WasmBacktraceDetails};

use super::cache::{CodeCache, trusted};
use super::compiler;
use super::cpu::CpuClock;
use super::error::{LimitExceeded, LoadError};
use net_scout_model::Limits;

/// How often a running guest is looked at.
const TICK: Duration = Duration::from_millis(10);
/// What the host functions that a guest calls have beyond the stack of the guest, in bytes.
const HOST_STACK: usize = 1_536 << 10;
/// A component larger than this is announced before it is compiled, because that takes seconds.
const LARGE: usize = 1 << 20;

/// Hears of a component that will take seconds to compile: its file, its size.
type Announce = Arc<dyn Fn(&str, usize) + Send + Sync>;

/// Compiles and runs components. Cheap to clone.
#[derive(Clone)]
pub struct PluginEngine {
    engine: Engine,
    cache: CodeCache,
    /// Where components are loaded, one in each place.
    places: Arc<Semaphore>,
    announce: Announce,
    compiler: PathBuf,
}

/// How guests with such a stack are compiled and run.
pub(super) fn config(stack: usize) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(true)
        .max_wasm_stack(stack)
        .async_stack_size(stack + HOST_STACK)
        .wasm_backtrace_details(WasmBacktraceDetails::Enable)
        // The same input gives the same output on every machine.
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .wasm_memory64(false)
        // Adapters between the modules of a component have the memories of both. The limit holds for all together.
        .wasm_multi_memory(true)
        .wasm_tail_call(false)
        .wasm_wide_arithmetic(false)
        .wasm_custom_page_sizes(false)
        .wasm_shared_everything_threads(false)
        .shared_memory(false);
    config
}

impl PluginEngine {
    /// Sets the engine up, for guests with such a stack, and starts the clock that interrupts them. `announce` is told the file and the
    /// size of a component that will take seconds to compile.
    ///
    /// # Errors
    /// When this machine cannot run compiled guests.
    pub fn new(cache: CodeCache, stack: usize, announce: impl Fn(&str, usize) + Send + Sync + 'static) -> wasmtime::Result<Self> {
        let engine = Engine::new(&config(stack))?;
        let ticking = engine.weak();
        std::thread::Builder::new().name("epoch".to_owned()).spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        })?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let compiler = PathBuf::from(compiler::THIS_PROGRAM);
        Ok(Self { engine, cache, places: Arc::new(Semaphore::new(cores)), announce: Arc::new(announce), compiler })
    }

    /// Where the program is that compiles, for another than the one that runs.
    #[must_use]
    pub fn with_compiler(self, program: PathBuf) -> Self {
        Self { compiler: program, ..self }
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Waits for one of the few places in which a component is read, compiled and asked what it is: together these take much memory.
    pub(super) async fn place(&self) -> Result<SemaphorePermit<'_>, LoadError> {
        self.places.acquire().await.map_err(|error| LoadError::Compiler(error.to_string()))
    }

    /// Compiles a component, or takes its code from the cache.
    pub(super) async fn component(
        &self,
        file: &str,
        bytes: &[u8],
        sha256: &str,
        limits: &Limits,
    ) -> Result<Component, LoadError> {
        if let Some(component) = self.cache.get(&self.engine, sha256) {
            return Ok(component);
        }
        if bytes.len() > LARGE {
            (self.announce)(file, bytes.len());
        }
        let code = compiler::compile(&self.compiler, bytes, limits).await?;
        self.cache.keep(&self.engine, sha256, &code);
        trusted(&self.engine, &code).map_err(|error| LoadError::Compiler(format!("{error:#}")))
    }

    /// A store for one call, whose guest is interrupted when it has computed for too long.
    pub(super) fn store<T: 'static>(&self, data: T, limits: &Limits, clock: &CpuClock) -> Store<T> {
        let mut store = Store::new(&self.engine, data);
        store.set_hostcall_fuel(limits.argument);
        let (cpu, clock) = (limits.cpu, clock.clone());
        store.set_epoch_deadline(1);
        // Called once for each tick that goes by in guest code. Between two, the wall clock gets its turn.
        store.epoch_deadline_callback(move |_| {
            if clock.now() > cpu { Err(LimitExceeded::Cpu(cpu).into()) } else { Ok(UpdateDeadline::Yield(1)) }
        });
        store
    }
}
