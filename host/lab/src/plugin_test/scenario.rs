//! A scenario: what a plugin is shown, and what it must say. One TOML file each.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::difference::{compare, covers, keys};
use super::{CaseError, case, events};
use net_scout_model::time::{parse_moment, parse_timestamp};
use net_scout_model::{Networks, Observable, Timestamp, Window};
use net_scout_plugin_host::capability::Shared;
use net_scout_plugin_host::capability::files::Directories;
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::{Scripted, Step, Tape};
use net_scout_plugin_host::{Delivery, NotifierSettings, Rule, Told, Try, UngrantedEnricher, UngrantedNotifier};
use net_scout_store::{ScratchDatabase, StateEntry};

/// The time that counts as now in a scenario that names none.
const NOW: &str = "2026-03-11T20:00:00Z";
/// Where the window begins in a scenario that does not say.
const SINCE: &str = "1 hour";
/// How long one lookup may take.
const LONGEST: Duration = Duration::from_secs(60);

/// What stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    now: Option<String>,
    since: Option<String>,
    /// For a rule: the networks that are the operator's own.
    #[serde(default)]
    local_networks: Vec<String>,
    /// What is set for parameters.
    #[serde(default)]
    parameters: BTreeMap<String, Json>,
    /// What the plugin kept in an earlier run, as text.
    #[serde(default)]
    kept: BTreeMap<String, String>,
    /// For a rule: the events.
    #[serde(default)]
    events: Vec<BTreeMap<String, Json>>,
    /// For a rule: the files of the directories that it reads, as text.
    #[serde(default)]
    files: BTreeMap<String, BTreeMap<String, String>>,
    /// For a rule: the alerts that it must raise, and no others. Members that are not named are not compared.
    #[serde(default)]
    alerts: Vec<Json>,
    /// For an enricher: what it looks up.
    observable: Option<String>,
    /// For a notifier: what it is to deliver, as it is told.
    message: Option<Told>,
    /// For an enricher or a notifier: the answers of the world.
    #[serde(default)]
    answers: Vec<Step>,
    /// For an enricher or a notifier: what it must answer.
    expect: Option<Expected>,
    /// A part of the error with which it must fail.
    fails: Option<String>,
}

/// What an enricher or a notifier must answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
enum Expected {
    /// An answer with these members.
    Answer(Json),
    /// An error of this kind, such as `not-found`.
    Error(String),
}

impl Scenario {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, CaseError> {
        toml::from_str(text).map_err(|error| CaseError::Invalid(error.to_string()))
    }

    fn now(&self) -> Result<Timestamp, CaseError> {
        let text = self.now.as_deref().unwrap_or(NOW);
        parse_timestamp(text).ok_or_else(|| CaseError::Invalid(format!("now: `{text}` is not an instant such as {NOW}")))
    }

    fn parameters(&self) -> BTreeMap<String, String> {
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.parameters.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    }

    /// Writes the files, and opens their directories.
    fn directories(&self, folder: &Path) -> Result<Directories, CaseError> {
        let mut paths = BTreeMap::new();
        for (number, (name, files)) in self.files.iter().enumerate() {
            let path = folder.join(number.to_string());
            let failed = |error: std::io::Error| CaseError::Invalid(format!("files: {error}"));
            std::fs::create_dir(&path).map_err(failed)?;
            for (file, text) in files {
                if file.contains('/') || file.starts_with('.') {
                    return Err(CaseError::Invalid(format!("files: `{file}` is no plain name of a file")));
                }
                std::fs::write(path.join(file), text).map_err(failed)?;
            }
            paths.insert(name.clone(), path);
        }
        Ok(Directories::open(&paths))
    }

    fn kept(&self, plugin: &str) -> Vec<StateEntry> {
        let entry = |(key, value): (&String, &String)| StateEntry {
            plugin: plugin.to_owned(),
            key: key.clone(),
            value: Some(value.clone().into_bytes()),
        };
        self.kept.iter().map(entry).collect()
    }

    /// Shows the events to a rule. What is not as it must be, a line each.
    ///
    /// # Errors
    /// When the scenario makes no sense for it.
    pub async fn rule(&self, rule: &Rule) -> Result<Vec<String>, CaseError> {
        if self.message.is_some() {
            return Err(CaseError::Invalid("it is a scenario for a notifier, and the plugin is a rule".to_owned()));
        }
        if self.observable.is_some() || !self.answers.is_empty() || self.expect.is_some() {
            return Err(CaseError::Invalid("it is a scenario for an enricher, and the plugin is a rule".to_owned()));
        }
        let now = self.now()?;
        let since = parse_moment(self.since.as_deref().unwrap_or(SINCE), now)
            .map_err(|error| CaseError::Invalid(format!("since: {error}")))?;
        let rows = events::rows(&self.events, now).map_err(CaseError::Invalid)?;
        let database = ScratchDatabase::new(rows)?;
        let window = Window { since, until: None, now };
        let networks: Result<Networks, _> = self.local_networks.iter().map(|text| text.parse()).collect();
        let networks = networks.map_err(|error| CaseError::Invalid(format!("local_networks: {error}")))?;
        let folder = tempfile::tempdir().map_err(|error| CaseError::Invalid(format!("files: {error}")))?;
        let directories = self.directories(folder.path())?;
        let case = case(rule, &database, window, networks, self.kept(&rule.description.name), Tape::Off, directories)?;
        let arguments = rule.arguments(&self.known(&rule.description)?).map_err(|error| CaseError::Invalid(error.to_string()))?;
        let (evaluation, _) = rule.evaluate(&case, &arguments).await;
        Ok(match evaluation {
            Err(error) => {
                error.log_backtrace();
                self.failure(&error.to_string())
            }
            Ok(evaluation) => {
                let raised = evaluation.alerts.iter().map(|alert| json!(alert)).collect();
                let mut differences = self.no_failure();
                differences.extend(evaluation.refused.iter().map(|reason| format!("an alert was refused: {reason}")));
                differences.extend(compare(&self.alerts, raised));
                differences
            }
        })
    }

    /// Lets an enricher look up. What is not as it must be, a line each.
    ///
    /// # Errors
    /// When the scenario makes no sense for it.
    pub async fn enricher(&self, enricher: UngrantedEnricher) -> Result<Vec<String>, CaseError> {
        let invalid = |text: String| CaseError::Invalid(text);
        let Some(observable) = &self.observable else {
            return Err(invalid("it has no `observable`, and the plugin is an enricher".to_owned()));
        };
        let observable = Observable::parse(observable)
            .ok_or_else(|| invalid(format!("observable: `{observable}` is neither an IP address nor a domain name")))?;
        let now = self.now()?;
        let parameters = self.known(&enricher.description)?;
        let (name, granted) = (enricher.description.name.clone(), enricher.description.requests.clone());
        let enricher = enricher.grant(&parameters, &granted).map_err(|error| invalid(error.to_string()))?;
        if !enricher.takes(observable.kind) {
            return Err(invalid(format!("the enricher does not look up what `{observable}` is")));
        }
        let shared = Shared::offline(StateStore::new(self.kept(&name)));
        let tape = Tape::Script(Scripted::new(self.answers.clone()));
        let lookup = Try { observable: &observable, shared: &shared, now, left: LONGEST, attempt: 1, tape: &tape };
        let found = enricher.enrich(&lookup).await.0;
        Ok(self.answered(found.map_err(|error| (error.kind(), error.to_string()))))
    }

    /// Lets a notifier deliver its message. What is not as it must be, a line each.
    ///
    /// # Errors
    /// When the scenario makes no sense for it.
    pub async fn notifier(&self, notifier: UngrantedNotifier) -> Result<Vec<String>, CaseError> {
        let invalid = |text: String| CaseError::Invalid(text);
        let Some(message) = &self.message else {
            return Err(invalid("it has no `[message]`, and the plugin is a notifier".to_owned()));
        };
        let settings = NotifierSettings { parameters: self.known(&notifier.description)?, ..NotifierSettings::default() };
        let (name, granted, now) = (notifier.description.name.clone(), notifier.description.requests.clone(), self.now()?);
        let notifier = notifier.grant(&settings, &granted).map_err(|error| invalid(error.to_string()))?;
        let (message, shared) = (message.clone().narrowed(&notifier.fields), Shared::offline(StateStore::new(self.kept(&name))));
        let tape = Tape::Script(Scripted::new(self.answers.clone()));
        let delivery = Delivery { message: &message, shared: &shared, now, left: LONGEST, tape: &tape };
        let delivered = notifier.notify(&delivery).await.0.map(|receipt| json!({ "id": receipt.id }));
        Ok(self.answered(delivered.map_err(|error| (error.kind(), error.to_string()))))
    }

    /// How an answer, or the kind and the text of an error, differs from what is expected.
    fn answered(&self, found: Result<Json, (&'static str, String)>) -> Vec<String> {
        match (found, &self.expect) {
            (Ok(answer), Some(Expected::Answer(expected))) if covers(expected, &answer) => self.no_failure(),
            (Ok(answer), Some(Expected::Answer(expected))) => {
                let different = keys(expected, &answer).join(", ");
                vec![format!("it answered {answer}, expected was {expected}: {different}")]
            }
            (Ok(answer), Some(Expected::Error(expected))) => {
                vec![format!("it answered {answer}, expected was the error {expected}")]
            }
            (Ok(_), None) => self.no_failure(),
            (Err((kind, _)), Some(Expected::Error(expected))) if kind == expected => Vec::new(),
            (Err((_, error)), Some(Expected::Error(expected))) => {
                vec![format!("expected was the error {expected}; it failed: {error}")]
            }
            (Err((_, error)), _) => self.failure(&error),
        }
    }

    /// What is set for parameters that the plugin has.
    fn known(&self, description: &net_scout_model::Description) -> Result<BTreeMap<String, String>, CaseError> {
        let set = self.parameters();
        let known = |name: &str| description.parameters.iter().any(|parameter| parameter.name == name);
        match set.keys().find(|name| !known(name)) {
            Some(name) => Err(CaseError::Invalid(format!("{} has no parameter `{name}`", description.name))),
            None => Ok(set),
        }
    }

    fn failure(&self, error: &str) -> Vec<String> {
        match &self.fails {
            Some(part) if error.contains(part) => Vec::new(),
            Some(part) => vec![format!("expected was an error with `{part}`; it failed: {error}")],
            None => vec![format!("it failed: {error}")],
        }
    }

    fn no_failure(&self) -> Vec<String> {
        self.fails.iter().map(|part| format!("it did not fail; expected was an error with `{part}`")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_an_error() {
        let error = Scenario::parse("[[event]]\nsrc_ip = 'x'").expect_err("misspelt").to_string();
        assert!(error.contains("unknown field `event`"), "{error}");
    }
}
