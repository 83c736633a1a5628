//! From what calls used to the ledger.

use super::guest::Usage;
use super::load::Artifact;
use crate::model::{Description, Kind, LedgerEntry, Timestamp};

impl LedgerEntry {
    /// An entry without a call yet.
    #[must_use]
    pub fn of(artifact: &Artifact, description: &Description, at: Timestamp) -> Self {
        let kind = match description.kind {
            Kind::Rule { .. } => "rule",
            Kind::Enricher { .. } => "enricher",
        };
        Self {
            at: at.seconds(),
            plugin: description.name.clone(),
            version: description.version.clone(),
            sha256: artifact.sha256.clone(),
            kind: kind.to_owned(),
            wasi: artifact.imports_wasi(),
            ..Self::default()
        }
    }

    /// Adds one call.
    pub fn call(&mut self, usage: &Usage, error: Option<String>) {
        let microseconds = |duration: std::time::Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let counts = &usage.counts;
        self.calls += 1;
        if let Some(error) = error {
            self.failed += 1;
            self.error = Some(error);
        }
        self.wall_us += microseconds(usage.wall);
        self.cpu_us += microseconds(usage.cpu);
        self.host_us += microseconds(counts.waited);
        self.memory = self.memory.max(usage.memory as u64);
        self.host_calls += counts.made();
        for (function, calls) in &counts.calls {
            *self.functions.entry((*function).to_owned()).or_default() += calls;
        }
        self.rows += counts.rows;
        self.bytes_in += counts.bytes_in;
        self.bytes_out += counts.bytes_out;
        self.denials += counts.denials;
    }
}
