//! Names by which an operator chooses alerts: types, rules and statuses. One that nothing knows is a slip, and a filter that fits nothing, or an
//! entry of the allowlist that never will, would hide it.

use std::collections::BTreeSet;

use crate::DetectError;
use net_scout_model::nearest;
use net_scout_model::search::{AlertQuery, AlertQueryError, KnownNames};
use net_scout_model::{Kind, Sink, UsageError, plain};
use net_scout_plugin_host::{PluginOptions, Rule, load_all};
use net_scout_store::{AlertName, Database, DatabaseError, DatabaseOptions};

/// A query of alerts as an operator wrote it.
#[derive(Clone, Debug, Default)]
pub struct WrittenQuery {
    /// In the query language.
    pub text: String,
    /// Fields that have a flag of the same name, with their values.
    pub flags: Vec<(&'static str, String)>,
}

impl WrittenQuery {
    /// In the query language alone.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), flags: Vec::new() }
    }

    /// Reads it. A rule or a type that neither a stored alert nor a plugin has is an error.
    ///
    /// # Errors
    /// What is not understood, and what there is; or when the database cannot be read.
    pub async fn read(
        &self,
        database: &DatabaseOptions,
        plugins: &PluginOptions,
        sink: &dyn Sink,
    ) -> Result<AlertQuery, DetectError> {
        let query = self.with(&KnownNames::default())?;
        if !query.has_names() {
            return Ok(query);
        }
        let mut known = stored_names(&database.open_read_only()?)?;
        if let Ok(query) = self.with(&known) {
            return Ok(query);
        }
        learn(&mut known, &rules(plugins, sink).await);
        Ok(self.with(&known)?)
    }

    fn with(&self, known: &KnownNames) -> Result<AlertQuery, UsageError> {
        let mut query = AlertQuery::parse(&self.text, known).map_err(|error| UsageError(error.to_string()))?;
        for (field, value) in &self.flags {
            // Its errors begin with the field.
            let wrong = |error: AlertQueryError| UsageError(format!("--{error}"));
            query = query.and(AlertQuery::of(field, value, known).map_err(wrong)?);
        }
        Ok(query)
    }
}

/// Fails where a query that stands somewhere names a rule or a type that neither a stored alert nor a plugin has. Each comes with where it
/// stands. Where the database cannot be read, nothing is known of stored alerts, and nothing fails.
///
/// # Errors
/// The place, the nearest name, and what there is.
pub async fn check_queries(
    database: &DatabaseOptions,
    plugins: &PluginOptions,
    queries: impl Iterator<Item = (String, String)>,
    sink: &dyn Sink,
) -> Result<(), DetectError> {
    let read = |text: &str, known: &KnownNames| AlertQuery::parse(text, known).map_err(|error| UsageError(error.to_string()));
    let mut named = Vec::new();
    for (place, text) in queries {
        if read(&text, &KnownNames::default())?.has_names() {
            named.push((place, text));
        }
    }
    if named.is_empty() {
        return Ok(());
    }
    let Ok(database) = database.open_read_only() else { return Ok(()) };
    let mut known = stored_names(&database)?;
    drop(database);
    // Where nothing is stored yet, every name would do.
    let is_empty = known.rules.is_empty() || known.types.is_empty();
    if !is_empty && named.iter().all(|(_, text)| read(text, &known).is_ok()) {
        return Ok(());
    }
    learn(&mut known, &rules(plugins, sink).await);
    named.iter().try_for_each(|(place, text)| {
        read(text, &known).map(drop).map_err(|UsageError(what)| UsageError(format!("{place}: {what}")).into())
    })
}

/// The names that stored alerts have.
fn stored_names(database: &Database) -> Result<KnownNames, DatabaseError> {
    Ok(KnownNames { rules: database.alert_names(AlertName::Rule)?, types: database.alert_names(AlertName::Type)? })
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

/// Adds the names of rules, and of what they raise.
fn learn(known: &mut KnownNames, rules: &[Rule]) {
    for rule in rules {
        known.types.extend(types(rule).iter().cloned());
        known.rules.insert(rule.description.name.clone());
    }
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
    let meant =
        nearest(name, known.iter().map(String::as_str)).map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"));
    let known: Vec<String> = known.iter().map(|name| plain(name, 100)).collect();
    Err(UsageError(format!("{flag}: there is no {what} `{}`{meant}; there are {}", plain(name, 100), known.join(", "))))
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
