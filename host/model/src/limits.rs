//! What one call of a guest may use: the keys of `[limits]`, their defaults and their bounds.

use std::time::Duration;

use crate::QueryLimits;

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
}

const fn own(name: &'static str, default: &'static str, meaning: &'static str) -> LimitKey {
    LimitKey { name, default, meaning, own: true }
}

const fn common(name: &'static str, default: &'static str, meaning: &'static str) -> LimitKey {
    LimitKey { name, default, meaning, own: false }
}

/// Every limit.
pub static LIMITS: [LimitKey; 23] = [
    own("cpu_seconds", "30", "the longest that one call of a plugin computes"),
    own("wall_seconds", "300", "the longest that one call of a plugin takes, queries included"),
    own("query_seconds", "120", "the longest that one query of a rule takes"),
    own("memory_mib", "256", "the most memory of one call of a plugin, over all its memories"),
    common("lookup_memory_mib", "24", "the same for a lookup, unless memory_mib is set for the enricher: many run at once"),
    own("table_elements", "100000", "the most elements of a WebAssembly table"),
    own("instances", "64", "the most instances, the most tables and the most memories of a plugin"),
    own("host_calls", "1000000", "the most calls that a plugin makes into the host"),
    own("argument_mib", "64", "the most that a plugin passes to the host at once: in one call, or as its answer"),
    own("passed_mib", "16384", "the most that a plugin passes to the host and the host to it in one call of the plugin"),
    own("rows", "100000000", "the most rows of one query"),
    own("result_mib", "4096", "the most that the rows of one query take"),
    own("alerts", "100000", "the most alerts that a rule raises"),
    own("evidence_kib", "64", "the most evidence of one alert, as JSON"),
    own(
        "rule_evidence_mib",
        "8",
        "the most evidence of all alerts of a rule that a scan keeps; all rules together four times as much",
    ),
    own(
        "evidence_seconds",
        "30",
        "the longest that a scan reads events for the evidence of a rule's alerts; all rules together four times as long",
    ),
    common("describe_seconds", "2", "the longest that a plugin computes to say what it is"),
    common("compile_seconds", "120", "the longest that a component takes to compile"),
    common("compile_mib", "1024", "the most memory that the compiler takes for a component"),
    common("component_mib", "64", "the largest component"),
    common("stack_kib", "512", "the stack of a plugin"),
    common("scan_seconds", "600", "the longest that a scan takes; what its rules raised until then is kept"),
    common("window_mib", "1024", "the most memory that the events of a scan are kept in for its rules; 0 for none"),
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
        for LimitKey { name, default, .. } in LIMITS {
            limits.set(name, default).unwrap_or_else(|expected| unreachable!("limits.{name}: {default} is not {expected}"));
        }
        limits
    }
}

impl Limits {
    /// Sets a limit from its text.
    ///
    /// # Errors
    /// What is expected instead, when the text is not a number within the bounds of this program.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), String> {
        let whole = |minimum: u64, maximum: u64| {
            let value = text.trim().parse().ok().filter(|value| (minimum..=maximum).contains(value));
            value.ok_or_else(|| format!("a whole number from {minimum} to {maximum}"))
        };
        let seconds = |maximum: f64| {
            let value = text.trim().parse().ok().filter(|value| (0.01..=maximum).contains(value));
            value.map(Duration::from_secs_f64).ok_or_else(|| format!("a number of seconds from 0.01 to {maximum}"))
        };
        match name {
            "cpu_seconds" => self.cpu = seconds(3_600.0)?,
            "wall_seconds" => self.wall = seconds(86_400.0)?,
            "query_seconds" => self.query.time = seconds(86_400.0)?,
            MEMORY => {
                self.memory = (whole(1, 4_096)? as usize) << 20;
                self.memory_name = MEMORY;
            }
            LOOKUP_MEMORY => self.lookup_memory = (whole(1, 4_096)? as usize) << 20,
            "table_elements" => self.table_elements = whole(1, 10_000_000)? as usize,
            "instances" => self.instances = whole(1, 10_000)? as usize,
            "host_calls" => self.host_calls = whole(0, 1_000_000_000)?,
            "argument_mib" => self.argument = (whole(1, 1_024)? as usize) << 20,
            "passed_mib" => self.passed = whole(1, 1 << 20)? << 20,
            "rows" => self.query.rows = whole(1, 1_000_000_000_000)?,
            "result_mib" => self.query.bytes = whole(1, 1 << 20)? << 20,
            "alerts" => self.alerts = whole(0, 1_000_000)? as usize,
            "evidence_kib" => self.evidence = (whole(1, 1_024)? as usize) << 10,
            "rule_evidence_mib" => self.rule_evidence = whole(1, 1 << 20)? << 20,
            "evidence_seconds" => self.evidence_time = seconds(86_400.0)?,
            "describe_seconds" => self.describe = seconds(600.0)?,
            "compile_seconds" => self.compile = seconds(3_600.0)?,
            "compile_mib" => self.compile_memory = whole(64, 1 << 16)? << 20,
            "component_mib" => self.component = whole(1, 1_024)? << 20,
            "scan_seconds" => self.scan = seconds(86_400.0)?,
            "window_mib" => self.window = whole(0, 1 << 20)? << 20,
            "stack_kib" => self.stack = (whole(64, 8_192)? as usize) << 10,
            _ => return Err(format!("one of {}", LIMITS.map(|key| key.name).join(", "))),
        }
        Ok(())
    }

    /// Sets a limit of a single plugin.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn set_own(&mut self, name: &str, text: &str) -> Result<(), String> {
        if !LIMITS.iter().any(|key| key.own && key.name == name) {
            let known: Vec<&str> = LIMITS.iter().filter(|key| key.own).map(|key| key.name).collect();
            return Err(format!("no limit of a single plugin; there are {}", known.join(", ")));
        }
        self.set(name, text).map_err(|expected| format!("`{}` is not {expected}", crate::plain(text, 100)))
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
        assert!(Limits::default().set("fuel", "1").expect_err("unknown").starts_with("one of cpu_seconds, "));
    }
}
