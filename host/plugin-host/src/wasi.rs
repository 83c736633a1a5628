//! The empty WASI for components that import it because their toolchain does: no files, no environment, no arguments, no input, no
//! network, a clock that stands still and numbers that are the same every time. It gives a guest nothing that it does not have without.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::AsyncWrite;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView};

use net_scout_model::Timestamp;

/// The packages that are there.
const PACKAGES: [&str; 6] = ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/", "wasi:sockets/"];
/// Their versions are those of WASI 0.2.
const VERSION: &str = "@0.2.";
/// How much of what a guest writes is kept, in bytes: the last of it.
const OUTPUT: usize = 4 << 10;
/// The most that a guest asks of its random numbers at once, in bytes.
const RANDOM: u64 = 1 << 20;
/// The most streams, descriptors and the like that a guest has.
const RESOURCES: usize = 10_000;
/// The numbers that are given as random. Their only merit is to be the same every time.
const SEED: [u8; 16] = [0x9e, 0x37, 0x79, 0xb9, 0x7f, 0x4a, 0x7c, 0x15, 0xf3, 0x9c, 0xc0, 0x60, 0x5c, 0xed, 0xc8, 0x34];

/// Whether an import belongs to it.
pub(super) fn is_wasi(import: &str) -> bool {
    PACKAGES.iter().any(|package| import.starts_with(package)) && import.contains(VERSION)
}

/// The WASI of one call.
pub(super) struct Wasi {
    context: WasiCtx,
    table: ResourceTable,
    output: Output,
}

impl Wasi {
    /// With a clock that stands at this time.
    pub(super) fn new(now: Timestamp) -> Self {
        let output = Output::default();
        let mut table = ResourceTable::new();
        table.set_max_capacity(RESOURCES);
        let context = WasiCtx::builder()
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .wall_clock(Still(now))
            .monotonic_clock(Still(now))
            .secure_random(Deterministic::new(SEED.to_vec()))
            .insecure_random(Deterministic::new(SEED.to_vec()))
            .insecure_random_seed(u128::from_le_bytes(SEED))
            .max_random_size(RANDOM)
            .stdout(output.clone())
            .stderr(output.clone())
            .build();
        Self { context, table, output }
    }

    /// The last of what the guest wrote.
    pub(super) fn output(&self) -> String {
        let kept = self.output.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.iter().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Links it.
pub(super) fn link<T: WasiView + 'static>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)
}

impl WasiView for Wasi {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.context, table: &mut self.table }
    }
}

/// A clock that stands still.
struct Still(Timestamp);

impl HostWallClock for Still {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.0).unwrap_or(0))
    }
}

impl HostMonotonicClock for Still {
    fn resolution(&self) -> u64 {
        1
    }

    /// Not zero: the runtime of Go takes that for a clock that fails, and stops.
    fn now(&self) -> u64 {
        1
    }
}

/// What a guest writes to its output, of which the end is kept.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<VecDeque<u8>>>);

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Output {
    fn poll_write(self: Pin<&mut Self>, _context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(&bytes[bytes.len().saturating_sub(OUTPUT)..]);
        let surplus = kept.len().saturating_sub(OUTPUT);
        kept.drain(..surplus);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
