//! Since when each rule runs as it is: the service evaluates one that is new over new time alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use net_scout_model::Timestamp;

/// A rule of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningRule {
    /// The digest of its file and its parameters.
    pub digest: String,
    /// Since when it runs with them.
    pub since: Timestamp,
    /// Whether it was not there before, or in another form. The rules of the first start are not new.
    pub is_new: bool,
}

/// The rules that run.
pub type RunningRules = BTreeMap<String, RunningRule>;

/// The rules that run now, by name with their digests, after those that ran before.
#[must_use]
pub fn running(before: &RunningRules, digests: BTreeMap<String, String>, now: Timestamp) -> RunningRules {
    let rule = |(name, digest): (String, String)| {
        let known = before.get(&name).filter(|known| known.digest == digest).cloned();
        let rule = known.unwrap_or(RunningRule { digest, since: now, is_new: !before.is_empty() });
        (name, rule)
    };
    digests.into_iter().map(rule).collect()
}

/// The rules that are new since an instant, together where they began together.
#[must_use]
pub fn new_since(rules: &RunningRules, since: Timestamp) -> BTreeMap<Timestamp, Vec<&str>> {
    let mut new: BTreeMap<Timestamp, Vec<&str>> = BTreeMap::new();
    for (name, rule) in rules.iter().filter(|(_, rule)| rule.is_new && rule.since >= since) {
        new.entry(rule.since).or_default().push(name);
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digests(rules: &[(&str, &str)]) -> BTreeMap<String, String> {
        rules.iter().map(|(name, digest)| ((*name).to_owned(), (*digest).to_owned())).collect()
    }

    #[test]
    fn a_rule_is_new_that_was_added_or_changed() {
        let at = Timestamp;
        let first = running(&RunningRules::new(), digests(&[("a", "1"), ("b", "1"), ("c", "1")]), at(1));
        assert_eq!(new_since(&first, at(0)), BTreeMap::new(), "all are there from the beginning");
        let second = running(&first, digests(&[("a", "1"), ("b", "2"), ("d", "1")]), at(2));
        assert_eq!(new_since(&second, at(0)), BTreeMap::from([(at(2), vec!["b", "d"])]));
        assert_eq!(second["a"].since, at(1));
        let third = running(&second, digests(&[("a", "2"), ("b", "2"), ("d", "1")]), at(3));
        assert_eq!(new_since(&third, at(3)), BTreeMap::from([(at(3), vec!["a"])]));
    }
}
