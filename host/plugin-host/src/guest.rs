//! A component linked to what its world may import, and one call of it: a store of its own, the limits, and what the call used.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use wasmtime::component::{Component, ComponentType, InstancePre, Lift, Linker};
use wasmtime::{ResourceLimiter, Store};
use wasmtime_wasi::{WasiCtxView, WasiView};

use super::cpu::CpuClock;
use super::engine::PluginEngine;
use super::error::{LimitExceeded, PluginError};
use super::host_calls::{Counts, HostCalls};
use super::wasi::{self, Wasi};
use crate::capability::{self, Call, Contexts, Grants, Shared, World};
use net_scout_model::{Limits, Timestamp};

/// A component that is linked. It has run nothing.
#[derive(Clone)]
pub(super) struct Code {
    engine: PluginEngine,
    linked: InstancePre<Guest>,
}

/// What belongs to one call.
pub(super) struct Guest {
    growth: Growth,
    wasi: Option<Wasi>,
    /// The time that counts as now.
    now: Timestamp,
    /// Its capabilities.
    pub(super) contexts: Contexts,
}

/// What a call used.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// From the call to its end.
    pub wall: Duration,
    /// Processor time of the guest, and of what the host did for it at once.
    pub cpu: Duration,
    /// The most memory that it had, in bytes.
    pub memory: usize,
    /// Its calls into the host.
    pub counts: Counts,
}

/// A call on a store, as a future.
pub(super) type Work<'a, T> = Pin<Box<dyn Future<Output = wasmtime::Result<T>> + Send + 'a>>;

impl Code {
    /// Links a component to its world, and to the empty WASI where it imports that. It runs nothing.
    pub(super) fn link(engine: &PluginEngine, component: &Component, world: World, imports_wasi: bool) -> wasmtime::Result<Self> {
        let mut linker = Linker::<Guest>::new(engine.engine());
        capability::link(&mut linker, world)?;
        if imports_wasi {
            wasi::link(&mut linker)?;
        }
        Ok(Self { engine: engine.clone(), linked: linker.instantiate_pre(component)? })
    }

    /// The component with its imports, to look for its exports.
    pub(super) fn linked(&self) -> InstancePre<Guest> {
        self.linked.clone()
    }

    /// Asks the component what it is, with no capability at all. Each world says it in its own way.
    pub(super) async fn describe<D>(&self, file: &str, limits: &Limits) -> Result<D, PluginError>
    where
        D: ComponentType + Lift + Send + Sync + 'static,
    {
        let host_calls = HostCalls::closed();
        let limits_of_describe = limits.for_describe();
        let call = Call { plugin: file, wall: limits_of_describe.wall, host_calls: &host_calls };
        let contexts = Contexts::new(&Grants::default(), &Shared::default(), &call);
        let (described, ..) = self
            .call(contexts, Timestamp(0), &host_calls, &limits_of_describe, |store| {
                let linked = self.linked();
                Box::pin(async move {
                    let instance = linked.instantiate_async(&mut *store).await?;
                    let describe = instance.get_typed_func::<(), (D,)>(&mut *store, "describe")?;
                    Ok(describe.call_async(store, ()).await?.0)
                })
            })
            .await;
        described.map_err(|error| match error {
            PluginError::Limit(LimitExceeded::Cpu(limit)) if limit < limits.cpu => LimitExceeded::Describe(limit).into(),
            PluginError::Limit(LimitExceeded::Wall(limit)) if limit < limits.wall => LimitExceeded::Describe(limit).into(),
            other => other,
        })
    }

    /// Makes one call in a store of its own, within the limits. When the time passes the call is dropped wherever it is, and with it what
    /// the host was doing for it.
    pub(super) async fn call<T>(
        &self,
        contexts: Contexts,
        now: Timestamp,
        host_calls: &HostCalls,
        limits: &Limits,
        work: impl for<'a> FnOnce(&'a mut Store<Guest>) -> Work<'a, T>,
    ) -> (Result<T, PluginError>, Usage, Guest) {
        let started = Instant::now();
        let clock = CpuClock::default();
        let guest = Guest { growth: Growth::new(limits), wasi: None, now, contexts };
        let mut store = self.engine.store(guest, limits, &clock);
        store.limiter(|guest| &mut guest.growth);
        let called = tokio::time::timeout(limits.wall, clock.of(work(&mut store))).await;
        let guest = store.into_data();
        let output = || guest.wasi.as_ref().map(Wasi::output).unwrap_or_default();
        let result = match called {
            Ok(result) => result.map_err(|error| PluginError::from_call(&error, limits, &output())),
            Err(_) => Err(LimitExceeded::Wall(limits.wall).into()),
        };
        let usage =
            Usage { wall: started.elapsed(), cpu: clock.spent(), memory: guest.growth.memory, counts: host_calls.counts() };
        (result, usage, guest)
    }
}

impl AsMut<Contexts> for Guest {
    fn as_mut(&mut self) -> &mut Contexts {
        &mut self.contexts
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let now = self.now;
        self.wasi.get_or_insert_with(|| Wasi::new(now)).ctx()
    }
}

/// Watches memories and tables grow. A guest that asks for too much traps with the limit's name, rather than see a failed allocation.
#[derive(Debug)]
struct Growth {
    most_memory: usize,
    memory_name: &'static str,
    most_elements: usize,
    most_instances: usize,
    /// Bytes over all memories.
    memory: usize,
}

impl Growth {
    fn new(limits: &Limits) -> Self {
        Self {
            most_memory: limits.memory,
            memory_name: limits.memory_name,
            most_elements: limits.table_elements,
            most_instances: limits.instances,
            memory: 0,
        }
    }
}

impl ResourceLimiter for Growth {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let asked = self.memory.saturating_add(desired.saturating_sub(current));
        if asked > self.most_memory {
            return Err(LimitExceeded::Memory { asked, limit: self.most_memory, name: self.memory_name }.into());
        }
        self.memory = asked;
        Ok(true)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let limit = self.most_elements;
        if desired > limit { Err(LimitExceeded::Table { asked: desired, limit }.into()) } else { Ok(true) }
    }

    fn instances(&self) -> usize {
        self.most_instances
    }

    fn tables(&self) -> usize {
        self.most_instances
    }

    fn memories(&self) -> usize {
        self.most_instances
    }
}
