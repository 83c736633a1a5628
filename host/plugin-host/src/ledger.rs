//! From what calls used to the ledger.

use super::artifact::Artifact;
use super::guest::Usage;
use net_scout_model::{Description, Egress, LedgerEntry, Timestamp};

/// An entry without a call yet.
#[must_use]
pub fn ledger_entry(artifact: &Artifact, description: &Description, at: Timestamp) -> LedgerEntry {
    LedgerEntry {
        at: at.seconds(),
        plugin: description.name.clone(),
        version: description.version.clone(),
        sha256: artifact.sha256.clone(),
        kind: description.kind.name().to_owned(),
        wasi: artifact.imports_wasi(),
        ..LedgerEntry::default()
    }
}

/// Adds one call to an entry. `told` are the addresses and names that it was about: wherever it sent something, it may have told them.
pub fn add_call(entry: &mut LedgerEntry, usage: &Usage, error: Option<String>, told: &[String]) {
    let microseconds = |duration: std::time::Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    let counts = &usage.counts;
    entry.calls += 1;
    if let Some(error) = error {
        entry.failed += 1;
        entry.error = Some(error);
    }
    entry.wall_us += microseconds(usage.wall);
    entry.cpu_us += microseconds(usage.cpu);
    entry.host_us += microseconds(counts.waited);
    entry.memory = entry.memory.max(usage.memory as u64);
    entry.host_calls += counts.made();
    for (function, calls) in &counts.calls {
        *entry.functions.entry((*function).to_owned()).or_default() += calls;
    }
    entry.rows += counts.rows;
    entry.bytes_in += counts.bytes_in;
    entry.bytes_out += counts.bytes_out;
    entry.denials += counts.denials;
    for (destination, egress) in &counts.egress {
        let egress = Egress { told: told.iter().cloned().collect(), ..egress.clone() };
        entry.egress.entry(destination.clone()).or_default().add(&egress);
    }
}
