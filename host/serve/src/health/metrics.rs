//! The figures of the service, in OpenMetrics.
//!
//! A label is one of a few words, never an address or a name that an attacker may have chosen: [`Word`] lets nothing else through.

use std::fmt;
use std::sync::Arc;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// The media type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The longest word, in bytes.
const LONGEST: usize = 48;

/// A word of a label: lower-case letters, digits, `_` and `-`, beginning with a letter. Anything else is `other`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Word(Box<str>);

impl Word {
    /// Of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let fits = text.len() <= LONGEST
            && text.starts_with(|letter: char| letter.is_ascii_lowercase())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'));
        Self(if fits { text } else { "other" }.into())
    }
}

impl EncodeLabelValue for Word {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        (&*self.0).encode(encoder)
    }
}

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident { $($label:ident),+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
        pub struct $name {
            $(/// The label.
            pub $label: Word,)+
        }

        impl $name {
            /// Of these texts.
            #[must_use]
            pub fn of($($label: &str),+) -> Self {
                Self { $($label: Word::of($label)),+ }
            }
        }
    )+};
}

labels! {
    /// A part of a scan.
    Phase { phase }
    /// A rule.
    Rule { rule }
    /// Alerts of a rule.
    Alerts { rule, severity }
    /// A queue.
    Queue { queue }
    /// Lookups of an enricher.
    Lookups { enricher, outcome }
    /// A plugin.
    Plugin { plugin }
    /// A job.
    Job { job }
    /// Runs of a job.
    Runs { job, outcome }
    /// A receiver of messages.
    Receiver { receiver }
    /// What waits for a receiver.
    Waiting { receiver, state }
}

type Seconds = Gauge<f64, std::sync::atomic::AtomicU64>;
type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// The figures. Cheap to clone; all clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    /// How far scans are behind.
    pub lag: Seconds,
    /// How much time was left out, or failed.
    pub gaps: Seconds,
    /// How long the parts of a scan take.
    pub scan: Histograms<Phase>,
    /// How long a rule takes.
    pub rule: Histograms<Rule>,
    /// Alerts that were new.
    pub alerts: Family<Alerts, Counter>,
    /// How many wait.
    pub queue: Family<Queue, Gauge>,
    /// What waits for receivers of messages.
    pub outbox: Family<Waiting, Gauge>,
    /// How long the oldest of that has waited.
    pub outbox_oldest: Family<Receiver, Seconds>,
    /// What came of lookups.
    pub lookups: Family<Lookups, Counter>,
    /// Answers that were still in the cache.
    pub cached: Counter,
    /// Alerts of a rule that were refused.
    pub refused: Family<Plugin, Counter>,
    /// Host calls of a plugin that were denied.
    pub denied: Family<Plugin, Counter>,
    /// Plugins that were refused.
    pub plugins_refused: Gauge,
    /// Whether a rule that failed is benched.
    pub benched: Family<Plugin, Gauge>,
    /// Runs of jobs.
    pub runs: Family<Runs, Counter>,
    /// How many runs of a job failed in a row.
    pub failures: Family<Job, Gauge>,
    /// When the last run of a job began that ended well.
    pub good: Family<Job, Seconds>,
    /// Rows that came late.
    pub late: Counter,
    /// Events in memory.
    pub events: Gauge,
    /// What they take.
    pub memory: Gauge,
    /// What the database takes.
    pub database: Gauge,
}

/// A millisecond to two minutes.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 18))
}

impl Metrics {
    /// All at zero.
    #[must_use]
    pub fn new(version: &str) -> Self {
        let mut metrics = Self {
            registry: Arc::default(),
            lag: Seconds::default(),
            gaps: Seconds::default(),
            scan: Family::new_with_constructor(durations),
            rule: Family::new_with_constructor(durations),
            alerts: Family::default(),
            queue: Family::default(),
            outbox: Family::default(),
            outbox_oldest: Family::default(),
            lookups: Family::default(),
            cached: Counter::default(),
            refused: Family::default(),
            denied: Family::default(),
            plugins_refused: Gauge::default(),
            benched: Family::default(),
            runs: Family::default(),
            failures: Family::default(),
            good: Family::default(),
            late: Counter::default(),
            events: Gauge::default(),
            memory: Gauge::default(),
            database: Gauge::default(),
        };
        metrics.registry = Arc::new(metrics.registered(version));
        metrics
    }

    fn registered(&self, version: &str) -> Registry {
        let mut registry = Registry::with_prefix("net_scout");
        registry.register("build", "The version of the program", Info::new(vec![("version", version.to_owned())]));
        let help = "From the end of the last good scan to now without the settling time";
        registry.register_with_unit("lag", help, Unit::Seconds, self.lag.clone());
        registry.register_with_unit("gap", "Time that was left out, or whose scan failed", Unit::Seconds, self.gaps.clone());
        registry.register_with_unit("scan_phase", "Duration of the parts of a scan", Unit::Seconds, self.scan.clone());
        registry.register_with_unit("rule", "Duration of the evaluation of a rule", Unit::Seconds, self.rule.clone());
        registry.register("alerts", "New alerts", self.alerts.clone());
        registry.register("queue_depth", "Entries that wait", self.queue.clone());
        registry.register("outbox_depth", "Alerts and messages that have not arrived", self.outbox.clone());
        let help = "Age of the oldest message or alert that has not arrived";
        registry.register_with_unit("outbox_oldest", help, Unit::Seconds, self.outbox_oldest.clone());
        registry.register("lookups", "Lookups of enrichers", self.lookups.clone());
        registry.register("lookups_cached", "Answers of enrichers that were still in the cache", self.cached.clone());
        registry.register("alerts_refused", "Alerts of a rule that were refused", self.refused.clone());
        registry.register("host_calls_denied", "Host calls of a plugin that were denied", self.denied.clone());
        registry.register("plugins_refused", "Plugins that were refused", self.plugins_refused.clone());
        let help = "Whether a rule that failed in the last ticks is benched";
        registry.register("rule_benched", help, self.benched.clone());
        registry.register("job_runs", "Runs of a job", self.runs.clone());
        registry.register("job_failures", "Runs of a job that failed in a row", self.failures.clone());
        let help = "When the last run of a job began that ended well, since 1970";
        registry.register_with_unit("job_good", help, Unit::Seconds, self.good.clone());
        registry.register("late_rows", "Rows whose time was scanned before they came", self.late.clone());
        registry.register("window_events", "Events in memory", self.events.clone());
        registry.register_with_unit("window", "Memory of the events", Unit::Bytes, self.memory.clone());
        registry.register_with_unit("database", "Size of the database", Unit::Bytes, self.database.clone());
        registry
    }

    /// All of them as text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            // Writing to a text does not fail.
            Err(_) => "# EOF\n".to_owned(),
        }
    }
}
