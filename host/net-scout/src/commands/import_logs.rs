//! `net-scout import`: firewall logs into a database, for those who have no net-sentinel.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use net_scout_ingest::{ImportRequest, import_logs};
use net_scout_model::Timestamp;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Config;
use crate::output::Terminal;
use crate::{exit, output};

/// Imports. Lines that cannot be read are counted and the first few shown; that is no error unless nothing could be read.
///
/// # Errors
/// When a file cannot be read, the database cannot be written, or no line of any file is a firewall event.
pub fn run(config: &Config, request: &ImportRequest, now: Timestamp) -> anyhow::Result<u8> {
    let stop = if request.waits() { signals()? } else { Arc::default() };
    let imported = import_logs(&config.import_target(), request, now, &stop, &Terminal)?;
    if let Some(oldest) = imported.oldest.filter(|_| !request.waits()) {
        let (since, database) = (oldest.date(), config.database_flag());
        output::note(&format_args!("`net-scout scan --since {since}{database}` looks for attacks in it"));
    }
    Ok(exit::SUCCESS)
}

/// A flag that is set when somebody asks the program to end. A second time it ends at once.
fn signals() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime for signals")?;
    let is_set = Arc::clone(&stop);
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    std::thread::spawn(move || {
        runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                is_set.store(true, Ordering::Relaxed);
            }
        });
    });
    Ok(stop)
}
