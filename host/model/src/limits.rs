//! What one call of a guest may use: the keys of `[limits]`, their defaults and their bounds.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::{QueryLimits, SizeUnit, TimeUnit, not, parse_size, parse_span, parse_whole};

/// Reads the text of a limit into its place.
type Set = fn(&mut Limits, &str) -> Result<(), String>;

/// A key of `[limits]`, which may also stand in `[limits.PLUGIN]` and in `plugins.lock`.
#[derive(Clone, Copy, Debug)]
pub struct LimitKey {
    /// Its name, with the unit.
    pub name: &'static str,
    /// Used when nothing is set.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Whether it may be set for one plugin. The others hold before a plugin's name is known.
    pub own: bool,
    set: Set,
}

const fn own(name: &'static str, default: &'static str, meaning: &'static str, set: Set) -> LimitKey {
    LimitKey { name, default, meaning, own: true, set }
}

const fn common(name: &'static str, default: &'static str, meaning: &'static str, set: Set) -> LimitKey {
    LimitKey { name, default, meaning, own: false, set }
}

fn put<T>(place: &mut T, value: Result<T, String>) -> Result<(), String> {
    value.map(|value| *place = value)
}

fn seconds(text: &str, longest: f64) -> Result<Duration, String> {
    parse_span(text, TimeUnit::Seconds, 0.01..=longest)
}

fn size<T: TryFrom<u64>>(text: &str, unit: SizeUnit, bounds: RangeInclusive<u64>) -> Result<T, String> {
    let bytes = parse_size(text, unit, bounds)?;
    T::try_from(bytes).map_err(|_| not(text, "a size that this machine can address"))
}

/// Every limit: the one place that a new one is added to, beside its field in [`Limits`].
pub static LIMITS: [LimitKey; 23] = [
    own("cpu_seconds", "30", "the longest that one call of a plugin computes", |limits, text| {
        put(&mut limits.cpu, seconds(text, 3_600.0))
    }),
    own("wall_seconds", "300", "the longest that one call of a plugin takes, queries included", |limits, text| {
        put(&mut limits.wall, seconds(text, 86_400.0))
    }),
    own("query_seconds", "120", "the longest that one query of a rule takes", |limits, text| {
        put(&mut limits.query.time, seconds(text, 86_400.0))
    }),
    own("memory_mib", "256", "the most memory of one call of a plugin, over all its memories", |limits, text| {
        limits.memory_name = MEMORY;
        put(&mut limits.memory, size(text, SizeUnit::Mib, 1..=4_096))
    }),
    common(
        "lookup_memory_mib",
        "24",
        "the same for a lookup, unless memory_mib is set for the enricher: many run at once",
        |limits, text| put(&mut limits.lookup_memory, size(text, SizeUnit::Mib, 1..=4_096)),
    ),
    own("table_elements", "100000", "the most elements of a WebAssembly table", |limits, text| {
        put(&mut limits.table_elements, parse_whole(text, 1..=10_000_000))
    }),
    own("instances", "64", "the most instances, the most tables and the most memories of a plugin", |limits, text| {
        put(&mut limits.instances, parse_whole(text, 1..=10_000))
    }),
    own("host_calls", "1000000", "the most calls that a plugin makes into the host", |limits, text| {
        put(&mut limits.host_calls, parse_whole(text, 0..=1_000_000_000))
    }),
    own(
        "argument_mib",
        "64",
        "the most that a plugin passes to the host at once: in one call, or as its answer",
        |limits, text| put(&mut limits.argument, size(text, SizeUnit::Mib, 1..=1_024)),
    ),
    own(
        "passed_mib",
        "16384",
        "the most that a plugin passes to the host and the host to it in one call of the plugin",
        |limits, text| put(&mut limits.passed, size(text, SizeUnit::Mib, 1..=1 << 20)),
    ),
    own("rows", "100000000", "the most rows of one query", |limits, text| {
        put(&mut limits.query.rows, parse_whole(text, 1..=1_000_000_000_000))
    }),
    own("result_mib", "4096", "the most that the rows of one query take", |limits, text| {
        put(&mut limits.query.bytes, size(text, SizeUnit::Mib, 1..=1 << 20))
    }),
    own("alerts", "100000", "the most alerts that a rule raises", |limits, text| {
        put(&mut limits.alerts, parse_whole(text, 0..=1_000_000))
    }),
    own("evidence_kib", "64", "the most evidence of one alert, as JSON", |limits, text| {
        put(&mut limits.evidence, size(text, SizeUnit::Kib, 1..=1_024))
    }),
    own(
        "rule_evidence_mib",
        "8",
        "the most evidence of all alerts of a rule that a scan keeps; all rules together four times as much",
        |limits, text| put(&mut limits.rule_evidence, size(text, SizeUnit::Mib, 1..=1 << 20)),
    ),
    own(
        "evidence_seconds",
        "30",
        "the longest that a scan reads events for the evidence of a rule's alerts; all rules together four times as long",
        |limits, text| put(&mut limits.evidence_time, seconds(text, 86_400.0)),
    ),
    common("describe_seconds", "2", "the longest that a plugin computes to say what it is", |limits, text| {
        put(&mut limits.describe, seconds(text, 600.0))
    }),
    common("compile_seconds", "120", "the longest that a component takes to compile", |limits, text| {
        put(&mut limits.compile, seconds(text, 3_600.0))
    }),
    common("compile_mib", "1024", "the most memory that the compiler takes for a component", |limits, text| {
        put(&mut limits.compile_memory, size(text, SizeUnit::Mib, 64..=1 << 16))
    }),
    common("component_mib", "64", "the largest component", |limits, text| {
        put(&mut limits.component, size(text, SizeUnit::Mib, 1..=1_024))
    }),
    common("stack_kib", "512", "the stack of a plugin", |limits, text| {
        put(&mut limits.stack, size(text, SizeUnit::Kib, 64..=8_192))
    }),
    common("scan_seconds", "600", "the longest that a scan takes; what its rules raised until then is kept", |limits, text| {
        put(&mut limits.scan, seconds(text, 86_400.0))
    }),
    common(
        "window_mib",
        "1024",
        "the most memory that the events of a scan are kept in for its rules; 0 for none",
        |limits, text| put(&mut limits.window, size(text, SizeUnit::Mib, 0..=1 << 20)),
    ),
];

/// The limit of memory, and that of lookups, which takes its place where it is not set for the enricher itself.
const MEMORY: &str = "memory_mib";
const LOOKUP_MEMORY: &str = "lookup_memory_mib";

/// The limits of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Processor time in guest code and in what the host does for it at once.
    pub cpu: Duration,
    /// Time from the call to its end, waiting for the host included.
    pub wall: Duration,
    /// Bytes over all memories.
    pub memory: usize,
    /// Which limit that is.
    pub memory_name: &'static str,
    /// Bytes over all memories of a lookup.
    pub lookup_memory: usize,
    /// Elements of each table.
    pub table_elements: usize,
    /// Instances, tables, and memories, each.
    pub instances: usize,
    /// Calls into the host.
    pub host_calls: u64,
    /// Bytes that the guest passes in one call into the host, or as its answer.
    pub argument: usize,
    /// Bytes that pass between guest and host in all.
    pub passed: u64,
    /// Alerts of one call.
    pub alerts: usize,
    /// Bytes of the evidence of one alert.
    pub evidence: usize,
    /// Bytes of the evidence of all alerts of a rule that a scan keeps.
    pub rule_evidence: u64,
    /// How long events are read for the evidence of a rule's alerts.
    pub evidence_time: Duration,
    /// What one query may use.
    pub query: QueryLimits,
    /// Processor time of `describe`.
    pub describe: Duration,
    /// Time to compile a component.
    pub compile: Duration,
    /// Bytes that the compiler takes.
    pub compile_memory: u64,
    /// Bytes of a component.
    pub component: u64,
    /// Bytes of a guest's stack.
    pub stack: usize,
    /// Time of a scan.
    pub scan: Duration,
    /// Bytes of the window in memory, which all rules of a scan share; 0 where none is to be kept.
    pub window: u64,
}

impl Default for Limits {
    /// What [`LIMITS`] says.
    fn default() -> Self {
        let mut limits = Self {
            cpu: Duration::ZERO,
            wall: Duration::ZERO,
            memory: 0,
            memory_name: MEMORY,
            lookup_memory: 0,
            table_elements: 0,
            instances: 0,
            host_calls: 0,
            argument: 0,
            passed: 0,
            alerts: 0,
            evidence: 0,
            rule_evidence: 0,
            evidence_time: Duration::ZERO,
            query: QueryLimits { time: Duration::ZERO, rows: 0, bytes: 0 },
            describe: Duration::ZERO,
            compile: Duration::ZERO,
            compile_memory: 0,
            component: 0,
            stack: 0,
            scan: Duration::ZERO,
            window: 0,
        };
        for LimitKey { name, default, set, .. } in LIMITS {
            set(&mut limits, default).unwrap_or_else(|wrong| unreachable!("limits.{name}: {wrong}"));
        }
        limits
    }
}

impl Limits {
    /// Sets a limit from its text.
    ///
    /// # Errors
    /// What is wrong with it, when there is no such limit or the text is not within the bounds of this program.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), String> {
        let known = || LIMITS.map(|key| key.name).join(", ");
        let key = LIMITS.iter().find(|key| key.name == name).ok_or_else(|| format!("no such limit; there are {}", known()))?;
        (key.set)(self, text)
    }

    /// Sets a limit of a single plugin.
    ///
    /// # Errors
    /// As [`Self::set`], and when the limit is one of those that hold for all plugins alone.
    pub fn set_own(&mut self, name: &str, text: &str) -> Result<(), String> {
        if !LIMITS.iter().any(|key| key.own && key.name == name) {
            let known: Vec<&str> = LIMITS.iter().filter(|key| key.own).map(|key| key.name).collect();
            return Err(format!("not a limit of a single plugin; there are {}", known.join(", ")));
        }
        self.set(name, text)
    }

    /// For a lookup by an enricher that has no limit of memory of its own: many run at once.
    #[must_use]
    pub fn for_lookup(&self) -> Self {
        if self.lookup_memory < self.memory {
            Self { memory: self.lookup_memory, memory_name: LOOKUP_MEMORY, ..*self }
        } else {
            *self
        }
    }

    /// For `describe`, which has nothing to compute: never more than this, and never more than the operator allows for the work.
    #[must_use]
    pub fn for_describe(&self) -> Self {
        Self { cpu: self.cpu.min(self.describe), wall: self.wall.min(2 * self.describe), ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_default_within_its_bounds_and_can_be_set() {
        let limits = Limits::default();
        assert_eq!((limits.cpu, limits.memory, limits.alerts), (Duration::from_secs(30), 256 << 20, 100_000));
        for key in LIMITS {
            let mut changed = limits;
            changed.set(key.name, "77").expect(key.name);
            assert_ne!(changed, limits, "{}", key.name);
            assert!(changed.set(key.name, "-1").is_err(), "{}", key.name);
            assert!(changed.set(key.name, "").is_err(), "{}", key.name);
        }
        assert!(Limits::default().set("fuel", "1").expect_err("unknown").starts_with("no such limit; there are cpu_seconds, "));
    }
}
