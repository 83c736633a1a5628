//! The wasmtime engine, set up for guests that nobody checked, and the two clocks of a call.

use std::future::Future;
use std::time::Duration;

use wasmtime::component::Component;
use wasmtime::{Config, Engine, Store, UpdateDeadline};

use super::cache::CodeCache;
use super::error::{LimitExceeded, PluginError};
use super::limits::Limits;

/// How often a running guest is looked at.
const TICK: Duration = Duration::from_millis(10);
/// The stack of a guest, in bytes.
const GUEST_STACK: usize = 512 << 10;
/// The stack on which a guest and the host functions that it calls run, in bytes.
const CALL_STACK: usize = 2 << 20;
/// How much the host allocates for what one call of a guest passes it, in bytes.
const PASSED_BYTES: usize = 64 << 20;

/// Compiles and runs components. Cheap to clone.
#[derive(Clone)]
pub struct PluginEngine {
    engine: Engine,
    cache: CodeCache,
}

impl PluginEngine {
    /// Sets the engine up and starts the clock that interrupts guests.
    ///
    /// # Errors
    /// When this machine cannot run compiled guests.
    pub fn new(cache: CodeCache) -> wasmtime::Result<Self> {
        let mut config = Config::new();
        config
            .wasm_component_model(true)
            .epoch_interruption(true)
            .max_wasm_stack(GUEST_STACK)
            .async_stack_size(CALL_STACK)
            // The same input gives the same output on every machine.
            .cranelift_nan_canonicalization(true)
            .wasm_relaxed_simd(false)
            .wasm_memory64(false)
            .wasm_multi_memory(false)
            .wasm_tail_call(false)
            .wasm_wide_arithmetic(false)
            .wasm_custom_page_sizes(false)
            .wasm_shared_everything_threads(false)
            .shared_memory(false);
        let engine = Engine::new(&config)?;
        let ticking = engine.weak();
        std::thread::Builder::new().name("epoch".to_owned()).spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        })?;
        Ok(Self { engine, cache })
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Compiles a component, or takes its code from the cache.
    pub(super) fn component(&self, bytes: &[u8]) -> wasmtime::Result<Component> {
        self.cache.component(&self.engine, bytes)
    }

    /// A store for one call, whose guest is interrupted when it has computed for too long.
    pub(super) fn store<T: 'static>(&self, data: T, limits: &Limits) -> Store<T> {
        let mut store = Store::new(&self.engine, data);
        store.set_hostcall_fuel(PASSED_BYTES);
        let cpu = limits.cpu;
        let mut ticks = cpu.as_millis().div_ceil(TICK.as_millis());
        store.set_epoch_deadline(1);
        // Called once for each tick that goes by in guest code. Between two, the wall clock gets its turn.
        store.epoch_deadline_callback(move |_| {
            if ticks == 0 {
                return Err(LimitExceeded::Cpu(cpu).into());
            }
            ticks -= 1;
            Ok(UpdateDeadline::Yield(1))
        });
        store
    }
}

/// Waits for a call of a guest, within the wall-clock limit. When the limit passes the call is dropped wherever it is, and with it what
/// the host was doing for it.
pub(super) async fn within<T>(limits: &Limits, call: impl Future<Output = wasmtime::Result<T>>) -> Result<T, PluginError> {
    match tokio::time::timeout(limits.wall, call).await {
        Ok(result) => result.map_err(|error| PluginError::from_call(&error)),
        Err(_) => Err(LimitExceeded::Wall(limits.wall).into()),
    }
}
