//! Plugins that failed, were refused an alert, or were denied something.

use std::collections::BTreeMap;

use net_scout_model::time::parse_timestamp;
use net_scout_model::{LedgerEntry, Span};
use serde::Serialize;

/// What went wrong with a plugin in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PluginTrouble {
    /// The plugin.
    pub plugin: String,
    /// `rule` or `enricher`.
    pub kind: String,
    /// In how many runs it took part.
    pub runs: u64,
    /// In how many of them something went wrong.
    pub troubled: u64,
    /// How many of its calls failed.
    pub failed: u64,
    /// How many of its alerts were refused.
    pub refused: u64,
    /// How many of its host calls were denied.
    pub denials: u64,
    /// Why the last call that failed did.
    pub error: Option<String>,
    /// When something last went wrong.
    pub last: String,
}

/// The plugins with which something went wrong, by name.
pub(crate) fn trouble(ledger: &[LedgerEntry], span: Span) -> Vec<PluginTrouble> {
    let mut plugins: BTreeMap<&str, PluginTrouble> = BTreeMap::new();
    let is_inside = |entry: &&LedgerEntry| parse_timestamp(&entry.at).is_some_and(|at| span.begins <= at && at < span.ends);
    for entry in ledger.iter().filter(is_inside) {
        let plugin = plugins.entry(&entry.plugin).or_default();
        plugin.plugin.clone_from(&entry.plugin);
        plugin.kind.clone_from(&entry.kind);
        plugin.runs += 1;
        plugin.failed += entry.failed;
        plugin.refused += entry.refused;
        plugin.denials += entry.denials;
        if entry.failed + entry.refused + entry.denials > 0 {
            plugin.troubled += 1;
            plugin.last.clone_from(&entry.at);
            plugin.error = entry.error.clone().or(plugin.error.take());
        }
    }
    plugins.into_values().filter(|plugin| plugin.troubled > 0).collect()
}

#[cfg(test)]
mod tests {
    use net_scout_model::Timestamp;

    use super::*;

    #[test]
    fn runs_of_the_period_are_added_up() {
        let entry = |second: i64, plugin: &str, failed: u64| LedgerEntry {
            at: Timestamp(second * 1_000_000).seconds(),
            plugin: plugin.to_owned(),
            failed,
            error: (failed > 0).then(|| format!("it trapped at {second}")),
            ..LedgerEntry::default()
        };
        let ledger = [entry(1, "a", 1), entry(2, "a", 1), entry(3, "b", 0), entry(4, "a", 0), entry(9, "a", 1)];
        let found = trouble(&ledger, Span { begins: Timestamp(2_000_000), ends: Timestamp(9_000_000) });
        assert_eq!(found.len(), 1);
        let PluginTrouble { plugin, runs, troubled, failed, error, .. } = &found[0];
        assert_eq!((plugin.as_str(), *runs, *troubled, *failed), ("a", 2, 1, 1));
        assert_eq!(error.as_deref(), Some("it trapped at 2"));
    }
}
