//! Threshold search: how far rules are from an alert about something. They evaluate the same events again, with lower and lower thresholds. It knows nothing of
//! a rule but its parameters, so it works for every rule.

use std::sync::Arc;

use super::evaluate::{Outcome, evaluate};
use net_scout_model::{Alert, ParameterType, Value};
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::Tape;
use net_scout_plugin_host::{Case, Parameters, Rule};

/// What the name of a parameter ends with that says from which number on there is an alert.
const THRESHOLD: &str = "_threshold";
/// The most steps: each halves the thresholds, the last takes their least values.
const STEPS: u32 = 16;

/// What came of lowering the thresholds of a rule that raised no alert about something.
#[derive(Clone, Debug, PartialEq)]
pub enum SearchOutcome {
    /// It has no threshold that could be lowered.
    Fixed,
    /// It would raise an alert.
    Would {
        /// What has to be lowered for it.
        lowered: Vec<Lowered>,
        /// The alert that it would raise then.
        alert: Box<Alert>,
    },
    /// It raises none about it, even with all of them at their least.
    Nothing {
        /// How many other alerts it raises then.
        others: usize,
    },
    /// It failed with these.
    Stopped {
        /// How far they were lowered.
        lowered: Vec<Lowered>,
        /// Why.
        error: String,
    },
}

/// A threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Lowered {
    /// The name of the parameter.
    pub name: String,
    /// What it is.
    pub now: Value,
    /// What it was lowered to.
    pub to: Value,
}

/// Lowers the thresholds of each of these rules until it raises an alert.
pub(super) struct Search<'a> {
    /// What is set for their parameters.
    pub(super) set: &'a Parameters,
    /// What they are evaluated on.
    pub(super) case: &'a Case,
    /// What they had kept before they were evaluated first.
    pub(super) kept: &'a StateStore,
    /// How many are evaluated at the same time.
    pub(super) parallel: usize,
    /// Whether an alert is about it.
    pub(super) about: &'a (dyn Fn(&Alert) -> bool + Sync),
}

/// What a rule came to in one step.
enum Step {
    Alert(Box<Alert>),
    Others(usize),
    Failed(String),
}

impl Search<'_> {
    /// What came of it, in the order of the rules.
    pub(super) async fn of(&self, rules: &[Arc<Rule>]) -> Vec<SearchOutcome> {
        let thresholds: Vec<Vec<Threshold>> = rules.iter().map(|rule| self.thresholds(rule)).collect();
        let mut found: Vec<Option<SearchOutcome>> =
            thresholds.iter().map(|thresholds| thresholds.is_empty().then_some(SearchOutcome::Fixed)).collect();
        for step in 1..=STEPS {
            let open: Vec<usize> = (0..rules.len()).filter(|place| found[*place].is_none()).collect();
            let tries = open.iter().map(|&place| {
                (Arc::clone(&rules[place]), thresholds[place].iter().map(|threshold| threshold.at(step)).collect())
            });
            let tries: Vec<(Arc<Rule>, Vec<Lowered>)> = tries.collect();
            let came_to = self.run(&tries).await;
            for ((place, (rule, lowered)), came_to) in open.into_iter().zip(tries).zip(came_to) {
                let least = step == STEPS || thresholds[place].iter().all(|threshold| threshold.is_least_at(step));
                found[place] = match came_to {
                    Step::Alert(alert) => Some(self.narrowed(&rule, lowered, alert).await),
                    Step::Failed(error) => Some(SearchOutcome::Stopped { lowered, error }),
                    Step::Others(others) if least => Some(SearchOutcome::Nothing { others }),
                    Step::Others(_) => None,
                };
            }
        }
        found.into_iter().map(|outcome| outcome.unwrap_or(SearchOutcome::Nothing { others: 0 })).collect()
    }

    /// Takes back what need not be lowered.
    async fn narrowed(&self, rule: &Arc<Rule>, mut lowered: Vec<Lowered>, mut alert: Box<Alert>) -> SearchOutcome {
        let mut place = 0;
        while lowered.len() > 1 && place < lowered.len() {
            let mut fewer = lowered.clone();
            fewer.remove(place);
            match self.run(&[(Arc::clone(rule), fewer.clone())]).await.pop() {
                Some(Step::Alert(other)) => (lowered, alert) = (fewer, other),
                _ => place += 1,
            }
        }
        SearchOutcome::Would { lowered, alert }
    }

    /// Evaluates rules with lowered thresholds, each on what it had kept before, so that no try tells another what it saw.
    async fn run(&self, tries: &[(Arc<Rule>, Vec<Lowered>)]) -> Vec<Step> {
        let mut set = self.set.clone();
        for (rule, lowered) in tries {
            let texts = lowered.iter().map(|lowered| (lowered.name.clone(), text(&lowered.to)));
            set.entry(rule.description.name.clone()).or_default().extend(texts);
        }
        let rules: Vec<Arc<Rule>> = tries.iter().map(|(rule, _)| Arc::clone(rule)).collect();
        let case = Case { state: self.kept.copy(), tape: Tape::Off, explain: None, quiet: true, ..self.case.clone() };
        let outcomes = evaluate(&rules, &set, &case, self.parallel, None, |_| {}).await;
        outcomes.into_iter().map(|outcome| self.step(outcome)).collect()
    }

    fn step(&self, outcome: Outcome) -> Step {
        let raised = match outcome.result {
            Ok(evaluation) => evaluation.alerts,
            Err(error) => return Step::Failed(error.to_string()),
        };
        let count = raised.len();
        let key = |alert: &Alert| (alert.score, alert.src_ip.clone(), alert.dst_ip.clone());
        match raised.into_iter().filter(|alert| (self.about)(alert)).max_by_key(key) {
            Some(alert) => Step::Alert(Box::new(alert)),
            None => Step::Others(count),
        }
    }

    /// The thresholds of a rule that are not at their least.
    fn thresholds(&self, rule: &Rule) -> Vec<Threshold> {
        let nothing = std::collections::BTreeMap::new();
        let now = rule.arguments(self.set.get(&rule.description.name).unwrap_or(&nothing)).unwrap_or_default();
        let parameters = rule.description.parameters.iter().filter(|parameter| parameter.name.ends_with(THRESHOLD));
        let threshold = parameters.filter_map(|parameter| {
            let (_, now) = now.iter().find(|(name, _)| *name == parameter.name)?;
            let least = match parameter.kind {
                ParameterType::Integer { minimum, .. } => Value::Integer(minimum),
                ParameterType::Real { minimum, .. } => Value::Real(minimum),
                _ => return None,
            };
            Some(Threshold { name: parameter.name.clone(), now: now.clone(), least })
        });
        threshold.filter(|threshold| threshold.now != threshold.least).collect()
    }
}

/// A threshold that can be lowered.
struct Threshold {
    name: String,
    now: Value,
    least: Value,
}

impl Threshold {
    fn at(&self, step: u32) -> Lowered {
        let to = match (&self.now, &self.least) {
            (Value::Integer(now), Value::Integer(least)) if *now > 0 && step < STEPS => Value::Integer((now >> step).max(*least)),
            (Value::Real(now), Value::Real(least)) if *now > 0.0 && step < STEPS => {
                Value::Real((now / f64::from(1_u32 << step)).max(*least))
            }
            _ => self.least.clone(),
        };
        Lowered { name: self.name.clone(), now: self.now.clone(), to }
    }

    fn is_least_at(&self, step: u32) -> bool {
        self.at(step).to == self.least
    }
}

/// A number as the operator would write it.
fn text(value: &Value) -> String {
    match value {
        Value::Integer(value) => value.to_string(),
        Value::Real(value) => value.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_halves_down_to_the_least() {
        let threshold = |now, least| Threshold { name: "a_threshold".to_owned(), now, least };
        let steps = |threshold: &Threshold, all: &[u32]| all.iter().map(|step| text(&threshold.at(*step).to)).collect::<Vec<_>>();
        let whole = threshold(Value::Integer(12), Value::Integer(2));
        assert_eq!(steps(&whole, &[1, 2, 3, 4, STEPS]), ["6", "3", "2", "2", "2"]);
        assert!(!whole.is_least_at(2) && whole.is_least_at(3));
        let real = threshold(Value::Real(0.75), Value::Real(0.0));
        assert_eq!(steps(&real, &[1, 2, STEPS - 1, STEPS]), ["0.375", "0.1875", "0.00002288818359375", "0"]);
        // What is not above zero has no half that is less.
        assert_eq!(steps(&threshold(Value::Integer(-4), Value::Integer(-9)), &[1]), ["-9"]);
        let huge = threshold(Value::Integer(i64::MAX), Value::Integer(0));
        assert_eq!(huge.at(STEPS).to, Value::Integer(0));
    }
}
