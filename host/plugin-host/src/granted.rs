//! Gives plugins that were loaded what they were granted, with what the operator set for their parameters: what is left may run.

mod notifiers;

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::capability::files::unconfigured;
use crate::enricher::{Enricher, UngrantedEnricher};
use crate::installed::{ENABLED, LoadedPlugins, PRIVATE, PluginOptions, PluginsError};
use crate::load::Plugins;
use crate::recording::PluginSeen;
use crate::rule::Rule;
use net_scout_model::{SWITCH, Sink, UsageError, hex, parse_switch, plain};

/// What is set for the parameters of rules: rule, parameter, value.
pub type Parameters = BTreeMap<String, BTreeMap<String, String>>;

/// The rules that may run.
#[derive(Default)]
pub struct RuleSet {
    /// The rules.
    pub rules: Vec<Arc<Rule>>,
    /// What is set for their parameters.
    pub parameters: Parameters,
    /// The rules that do not run.
    pub off: Vec<Off>,
    /// The plugins of the folder that were refused: file, and why.
    pub refused: Vec<(String, String)>,
    /// All plugins that were loaded, for a recording.
    pub seen: Vec<PluginSeen>,
}

/// A rule that does not run.
pub struct Off {
    /// Its name.
    pub name: String,
    /// Why not.
    pub reason: String,
    /// Whether it was refused what it asks for.
    pub refused: bool,
}

/// The enrichers that may run.
#[derive(Default)]
pub struct EnricherSet {
    /// The enrichers.
    pub enrichers: Vec<Approved>,
    /// Whether a plugin of the folder, or one of these, was refused.
    pub refused: bool,
}

/// An enricher that may run.
#[derive(Clone)]
pub struct Approved {
    /// The enricher.
    pub enricher: Arc<Enricher>,
    /// Whether it may be asked about private addresses.
    pub private: bool,
}

impl RuleSet {
    /// Whether something was refused that would have run.
    #[must_use]
    pub fn failed(&self) -> bool {
        !self.refused.is_empty() || self.off.iter().any(|off| off.refused)
    }

    /// What tells one set of rules from another: a digest of their files and of what is set for their parameters, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> String {
        self.digest_without(&[])
    }

    /// The same of the rules but for those that are named.
    #[must_use]
    pub fn digest_without(&self, names: &[&str]) -> String {
        let rules = self.rules.iter().filter(|rule| !names.contains(&rule.description.name.as_str()));
        let mut rules: Vec<String> = rules.map(|rule| self.told_apart(rule)).collect();
        rules.sort_unstable();
        hex(&Sha256::digest(rules.concat()))
    }

    /// The same of one rule.
    #[must_use]
    pub fn digest_of(&self, rule: &Rule) -> String {
        hex(&Sha256::digest(self.told_apart(rule)))
    }

    /// A rule's name, file and parameters.
    fn told_apart(&self, rule: &Rule) -> String {
        let name = &rule.description.name;
        let mut text = format!("{name}\0{}\0", rule.artifact.sha256);
        for (parameter, value) in self.parameters.get(name).into_iter().flatten() {
            text.push_str(&format!("{parameter}\0{value}\0"));
        }
        text
    }

    /// The rules but for those that are named, with what is set for them.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        let rules = self.rules.iter().filter(|rule| !names.contains(&rule.description.name.as_str()));
        Self { rules: rules.map(Arc::clone).collect(), parameters: self.parameters.clone(), ..Self::default() }
    }

    /// The same of each rule alone, by name.
    #[must_use]
    pub fn digests(&self) -> BTreeMap<String, String> {
        self.rules.iter().map(|rule| (rule.description.name.clone(), self.digest_of(rule))).collect()
    }

    /// The rules that are named, or all where none is.
    ///
    /// # Errors
    /// When one is named that is not there, or does not run.
    pub fn only(&self, names: &[String]) -> Result<Vec<Arc<Rule>>, PluginsError> {
        if let Some(off) = self.off.iter().find(|off| names.contains(&off.name)) {
            let reason = off.reason.clone();
            return Err(if off.refused { PluginsError::DoesNotRun(reason) } else { UsageError(reason).into() });
        }
        let there: Vec<&str> = self.rules.iter().map(|rule| rule.description.name.as_str()).collect();
        if let Some(name) = names.iter().find(|name| !there.contains(&name.as_str())) {
            // What a file that cannot be loaded is called is not known; by custom it has the name of its plugin.
            let is_meant = |file: &str| file.strip_suffix(".wasm").is_some_and(|stem| stem.replace('-', "_") == *name);
            if let Some((file, error)) = self.refused.iter().find(|(file, _)| is_meant(file)) {
                return Err(PluginsError::DoesNotRun(format!("rule {name} does not run: {file} {error}")));
            }
            return Err(UsageError(format!("there is no rule `{name}`; there are {}", there.join(", "))).into());
        }
        let chosen = |rule: &&Arc<Rule>| names.is_empty() || names.contains(&rule.description.name);
        Ok(self.rules.iter().filter(chosen).map(Arc::clone).collect())
    }

    /// The same set with those rules alone that are named, or all where none is.
    ///
    /// # Errors
    /// When one is named that is not there, or does not run.
    pub fn narrowed(mut self, names: &[String]) -> Result<Self, PluginsError> {
        if !names.is_empty() {
            self.rules = self.only(names)?;
            self.off.clear();
        }
        Ok(self)
    }
}

impl LoadedPlugins {
    /// Takes the rules that may run: not those that ask for a directory that is not configured, nor those that were not granted all that they
    /// ask for, of which the sink hears.
    ///
    /// # Errors
    /// When a parameter is set that a rule does not have or does not take.
    pub fn rules(&mut self, options: &PluginOptions, sink: &dyn Sink) -> Result<RuleSet, UsageError> {
        let Self { plugins, lock } = self;
        let mut off = Vec::new();
        for rule in std::mem::take(&mut plugins.rules) {
            let (name, file) = (rule.description.name.clone(), rule.artifact.file.clone());
            if let Some(directory) = rule.description.unconfigured(&options.directories) {
                let reason = format!("rule {name} is off: {}", unconfigured(directory));
                tracing::info!("{reason}");
                off.push(Off { name, reason, refused: false });
                continue;
            }
            let granted = options.granted(lock, &rule.artifact, &name);
            match rule.grant(&granted) {
                Ok(rule) => plugins.rules.push(rule),
                Err(error) => {
                    sink.warn(&format_args!("rule {name} ({file}) does not run: {error}"));
                    off.push(Off { reason: format!("rule {name} does not run: {error}"), name, refused: true });
                }
            }
        }
        let parameters = parameters(options, plugins, &off, sink)?;
        let seen = plugins.each().map(|(artifact, description)| PluginSeen {
            name: description.name.clone(),
            version: description.version.clone(),
            sha256: artifact.sha256.clone(),
        });
        let seen = seen.collect();
        let rules = std::mem::take(&mut plugins.rules).into_iter().map(Arc::new).collect();
        let refused = plugins.refused.iter().map(|refused| (refused.file.clone(), refused.error.to_string())).collect();
        Ok(RuleSet { rules, parameters, off, refused, seen })
    }

    /// Takes the enrichers that may run, only those that are named if any is. The sink hears of those that were not granted all that they ask for.
    ///
    /// # Errors
    /// When one is named that is not there or is off, a setting is wrong, or none may run.
    pub fn enrichers(&mut self, options: &PluginOptions, only: &[String], sink: &dyn Sink) -> Result<EnricherSet, PluginsError> {
        let Self { plugins: Plugins { enrichers, refused, .. }, lock } = self;
        let enrichers = std::mem::take(enrichers);
        let mut set = EnricherSet { enrichers: Vec::new(), refused: !refused.is_empty() };
        let there = |name: &String| enrichers.iter().any(|enricher| enricher.description.name == *name);
        if let Some(name) = only.iter().find(|name| !there(name)) {
            if set.refused {
                return Err(PluginsError::NotLoaded(name.clone()));
            }
            let names: Vec<&str> = enrichers.iter().map(|enricher| enricher.description.name.as_str()).collect();
            return Err(UsageError(format!("there is no enricher `{name}`; there are {}", names.join(", "))).into());
        }
        for enricher in enrichers {
            let (name, file) = (enricher.description.name.clone(), enricher.artifact.file.clone());
            if !only.is_empty() && !only.contains(&name) {
                continue;
            }
            let Some(Settings { parameters, private }) = settings(options, &enricher)? else { continue };
            if let Some(off) = off(options, &enricher, &parameters)? {
                if only.contains(&name) {
                    return Err(UsageError(off.named).into());
                }
                tracing::info!("{}", off.reason);
                continue;
            }
            let granted = options.granted(lock, &enricher.artifact, &name);
            match enricher.grant(&parameters, &granted) {
                Ok(enricher) => set.enrichers.push(Approved { enricher: Arc::new(enricher), private }),
                Err(error) => {
                    set.refused = true;
                    sink.warn(&format_args!("enricher {name} ({file}) does not run: {error}"));
                }
            }
        }
        if set.enrichers.is_empty() {
            return Err(PluginsError::NoEnricher(options.folder.display().to_string()));
        }
        Ok(set)
    }
}

/// Why an enricher is off: as it is logged, and as it is told to somebody who named it.
struct EnricherOff {
    reason: String,
    named: String,
}

/// Why an enricher is off, if it is: something that it cannot do without is not configured.
fn off(
    options: &PluginOptions,
    enricher: &UngrantedEnricher,
    parameters: &BTreeMap<String, String>,
) -> Result<Option<EnricherOff>, PluginsError> {
    let name = &enricher.description.name;
    if let Some(request) = enricher.unset(parameters)? {
        return Ok(Some(EnricherOff {
            reason: format!("enricher {name} is off: the parameter in its request `{request}` is not set"),
            named: format!("enricher {name} is off until the parameter in its request `{request}` is set in [enrichers.{name}]"),
        }));
    }
    if let Some(directory) = enricher.description.unconfigured(&options.directories) {
        let reason = format!("enricher {name} is off: {}", unconfigured(directory));
        return Ok(Some(EnricherOff { named: reason.clone(), reason }));
    }
    let missing = enricher.without_secret(&options.secrets);
    Ok(missing.map(|secret| EnricherOff {
        reason: format!("enricher {name} is off: {secret} is not set in the environment"),
        named: format!("enricher {name} is off until {secret} is set in the environment"),
    }))
}

/// What is set for the parameters of the rules that run. What is set for enrichers is not for a scan, nor what is set for rules that are off.
fn parameters(options: &PluginOptions, plugins: &Plugins, off: &[Off], sink: &dyn Sink) -> Result<Parameters, UsageError> {
    let Plugins { rules, .. } = plugins;
    let is_known =
        |name: &str| plugins.each().any(|(_, description)| description.name == name) || off.iter().any(|off| off.name == name);
    let mut set = Parameters::new();
    for (rule, parameters) in &options.parameters {
        let Some(loaded) = rules.iter().find(|loaded| loaded.description.name == *rule) else {
            if !is_known(rule) {
                sink.warn(&format_args!("parameters are set for rule {rule}, which is not loaded"));
            }
            continue;
        };
        for (name, written) in parameters {
            let known = &loaded.description.parameters;
            let Some(parameter) = known.iter().find(|parameter| parameter.name == *name) else {
                let names: Vec<&str> = known.iter().map(|parameter| parameter.name.as_str()).collect();
                let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                return Err(UsageError(format!("rule {rule} has no parameter `{name}` (from {}); it has {names}", written.from)));
            };
            parameter
                .parse(&written.text)
                .map_err(|error| UsageError(format!("{rule}.{name} (from {}): {error}", written.from)))?;
            set.entry(rule.clone()).or_default().insert(name.clone(), written.text.clone());
        }
    }
    Ok(set)
}

/// What the operator set for an enricher.
struct Settings {
    parameters: BTreeMap<String, String>,
    /// Whether it may be asked about private addresses.
    private: bool,
}

/// What the operator set for an enricher; none where it is switched off.
fn settings(options: &PluginOptions, enricher: &UngrantedEnricher) -> Result<Option<Settings>, UsageError> {
    let name = &enricher.description.name;
    let (mut parameters, mut enabled, mut private) = (BTreeMap::new(), true, false);
    for (parameter, written) in options.parameters.get(name).into_iter().flatten() {
        let switch = || {
            let wrong = || format!("{name}.{parameter} (from {}): `{}` is not {SWITCH}", written.from, plain(&written.text, 100));
            parse_switch(&written.text).ok_or_else(|| UsageError(wrong()))
        };
        match parameter.as_str() {
            ENABLED => enabled = switch()?,
            PRIVATE => private = switch()?,
            _ => {
                let known = &enricher.description.parameters;
                let Some(described) = known.iter().find(|described| described.name == *parameter) else {
                    let names: Vec<&str> =
                        [ENABLED, PRIVATE].into_iter().chain(known.iter().map(|known| known.name.as_str())).collect();
                    return Err(UsageError(format!(
                        "enricher {name} has no parameter `{parameter}` (from {}); it has {}",
                        written.from,
                        names.join(", ")
                    )));
                };
                described
                    .parse(&written.text)
                    .map_err(|error| UsageError(format!("{name}.{parameter} (from {}): {error}", written.from)))?;
                parameters.insert(parameter.clone(), written.text.clone());
            }
        }
    }
    Ok(enabled.then_some(Settings { parameters, private }))
}
