//! The bench: a rule that failed in so many ticks in a row does not run until its file or its parameters change, or the operator enables it.
//! It is kept in the database, so that a service that begins again does not forget. The coverage names the rules that did run.

use std::collections::{BTreeMap, BTreeSet};

use super::{Service, ServiceError};
use crate::status::BENCHED;
use net_scout_detect::scan::ScanReport;
use net_scout_plugin_host::RuleSet;
use net_scout_store::FailingRule;

/// How rules fare.
#[derive(Default)]
pub(super) struct Bench {
    /// Those that failed in the last ticks.
    failing: Vec<FailingRule>,
    /// Those that do not run.
    benched: BTreeSet<String>,
    /// By rule why it failed in this tick; none where it ran well.
    tick: BTreeMap<String, Option<String>>,
}

impl Bench {
    /// Notes how the rules of a scan fared. A rule fails in a tick where it fails in each scan of it.
    pub(super) fn scanned(&mut self, rules: &RuleSet, report: &ScanReport) {
        for rule in &rules.rules {
            let name = &rule.description.name;
            match report.failures.iter().find(|failure| failure.rule == *name) {
                None => drop(self.tick.insert(name.clone(), None)),
                Some(failure) if failure.is_its_own => {
                    self.tick.entry(name.clone()).or_insert_with(|| Some(failure.message.clone()));
                }
                Some(_) => {}
            }
        }
    }
}

impl Service<'_> {
    /// Scans what is not scanned, with the rules that are not benched.
    pub(super) async fn tick(&mut self) -> Result<String, ServiceError> {
        self.leave_out_benched()?;
        let scanned = self.scan().await;
        let counted = self.count_failures();
        let said = scanned?;
        counted.map(|()| said)
    }

    fn leave_out_benched(&mut self) -> Result<(), ServiceError> {
        self.bench.tick.clear();
        let failing = self.database()?.database.failing_rules()?;
        let all = &self.plugins.all;
        let is_same = |failing: &FailingRule| {
            let mut rules = all.rules.iter();
            rules.any(|rule| rule.description.name == failing.rule && all.digest_of(rule) == failing.digest)
        };
        let (failing, changed): (Vec<_>, Vec<_>) = failing.into_iter().partition(is_same);
        if !changed.is_empty() {
            let changed: Vec<String> = changed.into_iter().map(|failing| failing.rule).collect();
            self.database()?.database.keep_failing_rules(&[], &changed)?;
        }
        let benched: BTreeSet<String> =
            failing.iter().filter(|failing| failing.failures >= BENCHED).map(|failing| failing.rule.clone()).collect();
        self.plugins.rules = self.plugins.all.without(&benched.iter().map(String::as_str).collect::<Vec<_>>());
        for rule in self.bench.benched.difference(&benched) {
            self.around.sink.note(&format_args!("rule {rule} is not benched any more"));
        }
        (self.bench.failing, self.bench.benched) = (failing, benched);
        if self.plugins.rules.rules.is_empty() {
            return Err(ServiceError::Once("there is no rule that may run, so nothing is scanned".to_owned()));
        }
        Ok(())
    }

    fn count_failures(&mut self) -> Result<(), ServiceError> {
        let now = self.now();
        let (mut failing, mut mended) = (Vec::new(), Vec::new());
        for (rule, message) in std::mem::take(&mut self.bench.tick) {
            let before = self.bench.failing.iter().find(|failing| failing.rule == rule).map_or(0, |failing| failing.failures);
            match message {
                None if before > 0 => mended.push(rule),
                None => {}
                Some(message) => {
                    let loaded = self.plugins.all.rules.iter().find(|loaded| loaded.description.name == rule);
                    let digest = loaded.map(|loaded| self.plugins.all.digest_of(loaded)).unwrap_or_default();
                    failing.push(FailingRule { rule, digest, failures: before.saturating_add(1), message, at: now });
                }
            }
        }
        if failing.is_empty() && mended.is_empty() {
            return Ok(());
        }
        self.database()?.database.keep_failing_rules(&failing, &mended)?;
        for FailingRule { rule, message, .. } in failing.iter().filter(|failing| failing.failures == BENCHED) {
            self.around.sink.warn(&format_args!(
                "rule {rule} failed in {BENCHED} ticks in a row and is benched: {message}; it runs again when its file changes, or after `net-scout \
                 plugin enable {rule}`"
            ));
        }
        Ok(())
    }
}
