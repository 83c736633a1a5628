//! The ledger: what each plugin used in a run.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The most addresses and names that are kept of what one destination was told in one run.
const TOLD: usize = 1_000;

/// What went to one destination, and came back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Egress {
    /// How often.
    pub calls: u64,
    /// Bytes that were sent: of a request its URL, header fields and body.
    pub sent: u64,
    /// Bytes that came back.
    pub received: u64,
    /// Which addresses and names it was asked about or told of.
    pub told: BTreeSet<String>,
    /// How many more were told that are not in the list.
    pub more: u64,
}

impl Egress {
    /// Adds what went there at another time.
    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.sent += other.sent;
        self.received += other.received;
        self.more += other.more;
        for told in &other.told {
            if self.told.len() < TOLD || self.told.contains(told) {
                self.told.insert(told.clone());
            } else {
                self.more += 1;
            }
        }
    }
}

/// What one plugin used in one run of the program, over all its calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LedgerEntry {
    /// When the run began, RFC 3339.
    pub at: String,
    /// The plugin's name.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its file.
    pub sha256: String,
    /// `rule`, `enricher` or `notifier`.
    pub kind: String,
    /// Whether it imports WASI, of which it gets an empty one.
    pub wasi: bool,
    /// How often it was called.
    pub calls: u64,
    /// How many of these calls failed.
    pub failed: u64,
    /// Why the last of them did.
    pub error: Option<String>,
    /// From the calls to their ends, in microseconds, added up.
    pub wall_us: u64,
    /// Processor time of its own code and of crossing to the host and back, in microseconds, added up.
    pub cpu_us: u64,
    /// From calls into the host to their answers, in microseconds, added up: for a rule, the time of its queries.
    pub host_us: u64,
    /// The most memory that a call had, in bytes.
    pub memory: u64,
    /// Calls into the host.
    pub host_calls: u64,
    /// These by `capability.function`.
    pub functions: BTreeMap<String, u64>,
    /// Rows of queries.
    pub rows: u64,
    /// Bytes that it passed to the host.
    pub bytes_in: u64,
    /// Bytes that the host passed to it.
    pub bytes_out: u64,
    /// Calls into the host that were denied.
    pub denials: u64,
    /// Alerts that it raised.
    pub alerts: u64,
    /// Alerts of its that were refused.
    pub refused: u64,
    /// What went where: by the server, the program, or the names of DNS.
    pub egress: BTreeMap<String, Egress>,
}

impl LedgerEntry {
    /// Adds this to the entry of its plugin, or as the first of it.
    pub fn enter(self, ledger: &mut Vec<Self>) {
        match ledger.iter_mut().find(|entry| entry.plugin == self.plugin) {
            Some(entry) => entry.add(&self),
            None => ledger.push(self),
        }
    }

    /// Adds what another run of the same plugin used.
    fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.failed += other.failed;
        self.wall_us += other.wall_us;
        self.cpu_us += other.cpu_us;
        self.host_us += other.host_us;
        self.memory = self.memory.max(other.memory);
        self.host_calls += other.host_calls;
        for (function, calls) in &other.functions {
            *self.functions.entry(function.clone()).or_default() += calls;
        }
        self.rows += other.rows;
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
        self.denials += other.denials;
        self.alerts += other.alerts;
        self.refused += other.refused;
        for (destination, egress) in &other.egress {
            self.egress.entry(destination.clone()).or_default().add(egress);
        }
        if other.at >= self.at {
            self.at.clone_from(&other.at);
            self.version.clone_from(&other.version);
            self.sha256.clone_from(&other.sha256);
            self.wasi = other.wasi;
            if other.error.is_some() {
                self.error.clone_from(&other.error);
            }
        }
    }
}
