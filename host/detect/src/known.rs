//! Names by which an operator chooses alerts: types, rules and statuses. One that nothing knows is a slip, and a filter that fits nothing, or an
//! entry of the allowlist that never will, would hide it.

use std::collections::BTreeSet;

use crate::DetectError;
use net_scout_model::{Kind, Sink, UsageError, plain};
use net_scout_plugin_host::{PluginOptions, Rule, load_all};
use net_scout_store::{AlertFilter, AlertName, DatabaseOptions};

/// The statuses that this program and the Python program write.
const STATUSES: [&str; 5] = ["new", "enriched", "snoozed", "false_positive", "allowed"];

/// Fails where a filter names a type or a status that neither a stored alert nor a plugin has.
///
/// # Errors
/// Which names there are; or when the database cannot be read.
pub async fn check_filter(
    database: &DatabaseOptions,
    plugins: &PluginOptions,
    filter: &AlertFilter,
    sink: &dyn Sink,
) -> Result<(), DetectError> {
    let database = database.open_read_only()?;
    if let Some(status) = &filter.status {
        let mut known = database.alert_names(AlertName::Status)?;
        known.extend(STATUSES.map(str::to_owned));
        known_name("--status", "status", status, &known)?;
    }
    if let Some(name) = &filter.alert_type {
        let mut known = database.alert_names(AlertName::Type)?;
        if !known.contains(name) {
            known.extend(rules(plugins, sink).await.iter().flat_map(types).cloned());
            known_name("--type", "type of alerts", name, &known)?;
        }
    }
    Ok(())
}

/// Fails where a rule is named that neither raised a stored alert nor lies in the plugin folder.
///
/// # Errors
/// Which rules there are; or when the database cannot be read.
pub async fn check_rules(
    database: &DatabaseOptions,
    plugins: &PluginOptions,
    names: &[String],
    sink: &dyn Sink,
) -> Result<(), DetectError> {
    let mut known = database.open_read_only()?.alert_names(AlertName::Rule)?;
    if names.iter().any(|name| !known.contains(name)) {
        known.extend(rules(plugins, sink).await.iter().map(|rule| rule.description.name.clone()));
    }
    names.iter().try_for_each(|name| known_name("--rule", "rule", name, &known)).map_err(Into::into)
}

/// The rules of the plugin folder; none where it cannot be read: then what is stored has to do.
async fn rules(plugins: &PluginOptions, sink: &dyn Sink) -> Vec<Rule> {
    load_all(plugins, sink).await.map_or(Vec::new(), |plugins| plugins.rules)
}

fn types(rule: &Rule) -> &[String] {
    match &rule.description.kind {
        Kind::Rule { alert_types, .. } => alert_types,
        Kind::Enricher { .. } | Kind::Notifier => &[],
    }
}

/// Where nothing is known, every name may be right.
fn known_name(flag: &str, what: &str, name: &str, known: &BTreeSet<String>) -> Result<(), UsageError> {
    if known.is_empty() || known.contains(name) {
        return Ok(());
    }
    let known: Vec<String> = known.iter().map(|name| plain(name, 100)).collect();
    Err(UsageError(format!("{flag}: there is no {what} `{}`; there are {}", plain(name, 100), known.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_an_error_that_lists_the_known_ones() {
        let known: BTreeSet<String> = ["a".to_owned(), "b".to_owned()].into();
        assert_eq!(known_name("--type", "type", "a", &known), Ok(()));
        assert_eq!(known_name("--type", "type", "c", &BTreeSet::new()), Ok(()));
        let error = known_name("--type", "type", "c\n", &known).expect_err("unknown").0;
        assert_eq!(error, "--type: there is no type `c\\n`; there are a, b");
    }
}
