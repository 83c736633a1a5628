//! The plugins of the service: loaded again when their folder changes, while what was loaded before stays where the new one is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use net_scout_model::{Sink, Timestamp};
use net_scout_plugin_host::{EnricherSet, PluginEngine, PluginOptions, PluginsError, RuleSet, load_plugins_with};

/// What a file looks like from outside: its name, device, number, length and times.
type Look = (String, u64, u64, u64, i64, i64, i64);

/// The plugins.
pub(super) struct Installed {
    engine: PluginEngine,
    /// The rules that were loaded.
    pub(super) all: RuleSet,
    /// Those of them that run: not those that are benched.
    pub(super) rules: RuleSet,
    /// The enrichers that run.
    pub(super) enrichers: EnricherSet,
    /// The names of the notifiers, which are loaded by the receivers that use them.
    notifiers: BTreeSet<String>,
    /// What was refused, a line each.
    pub(super) problems: Vec<String>,
    /// Which plugins were removed, by name.
    pub(super) notes: BTreeMap<String, String>,
    /// What the folder looked like when they were loaded.
    looked: Vec<Look>,
}

/// What was loaded at once.
struct Loaded {
    rules: RuleSet,
    enrichers: EnricherSet,
    notifiers: BTreeSet<String>,
    problems: Vec<String>,
    /// The files that were refused.
    refused: Vec<String>,
}

impl Installed {
    /// Loads them for the first time.
    ///
    /// # Errors
    /// When the folder or its lock cannot be used.
    pub(super) async fn load(options: &PluginOptions, sink: &dyn Sink) -> Result<Self, PluginsError> {
        let engine = options.engine(sink)?;
        let looked = look(&options.folder);
        let Loaded { rules, enrichers, notifiers, problems, .. } = Loaded::from(&engine, options, sink).await?;
        let notes = BTreeMap::new();
        Ok(Self { engine, rules: rules.without(&[]), all: rules, enrichers, notifiers, problems, notes, looked })
    }

    /// Loads them again the next time, whatever the folder looks like.
    pub(super) fn forget_files(&mut self) {
        self.looked.clear();
    }

    /// Loads them again where the folder has changed.
    pub(super) async fn refresh(&mut self, options: &PluginOptions, now: Timestamp, sink: &dyn Sink) {
        let looked = look(&options.folder);
        if looked == self.looked {
            return;
        }
        self.looked = looked;
        match Loaded::from(&self.engine, options, sink).await {
            Ok(mut loaded) => {
                loaded.keep_refused(&self.all);
                let before = self.names();
                sink.note(&format_args!("the plugins were loaded again: {} rules run", loaded.rules.rules.len()));
                (self.rules, self.all) = (loaded.rules.without(&[]), loaded.rules);
                (self.enrichers, self.problems) = (loaded.enrichers, loaded.problems);
                self.notifiers = loaded.notifiers;
                let names = self.names();
                self.notes.retain(|name, _| !names.contains(name));
                for name in before.difference(&names) {
                    let note =
                        format!("plugin {name} has not run since {}: it was removed, refused or switched off", now.seconds());
                    sink.note(&note);
                    self.notes.insert(name.clone(), note);
                }
            }
            Err(error) => {
                sink.warn(&format_args!("the plugins could not be loaded again, so the ones loaded before stay in use: {error}"));
                self.problems =
                    vec![format!("the plugins could not be loaded again, so the ones loaded before stay in use: {error}")];
            }
        }
    }

    /// The names of those that may run.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let rules = self.all.rules.iter().map(|rule| rule.description.name.clone());
        let enrichers = self.enrichers.enrichers.iter().map(|approved| approved.enricher.description.name.clone());
        rules.chain(enrichers).chain(self.notifiers.iter().cloned()).collect()
    }
}

impl Loaded {
    async fn from(engine: &PluginEngine, options: &PluginOptions, sink: &dyn Sink) -> Result<Self, PluginsError> {
        let mut loaded = load_plugins_with(engine, options, sink).await?;
        let refused = &loaded.plugins.refused;
        let mut problems: Vec<String> =
            refused.iter().map(|refused| format!("plugin {} {}", refused.file, refused.error)).collect();
        let refused = refused.iter().map(|refused| refused.file.clone()).collect();
        let rules = loaded.rules(options, sink)?;
        problems.extend(rules.off.iter().filter(|off| off.refused).map(|off| off.reason.clone()));
        let enrichers = match loaded.enrichers(options, &[], sink) {
            Err(PluginsError::NoEnricher(_)) => EnricherSet::default(),
            enrichers => enrichers?,
        };
        let notifiers = loaded.plugins.notifiers.iter().map(|notifier| notifier.description.name.clone()).collect();
        Ok(Self { rules, enrichers, notifiers, problems, refused })
    }

    /// Keeps the rules of before whose files are refused now.
    fn keep_refused(&mut self, before: &RuleSet) {
        let Self { rules, refused, .. } = self;
        for rule in before.rules.iter().filter(|rule| refused.contains(&rule.artifact.file)) {
            let name = &rule.description.name;
            if !rules.rules.iter().any(|new| new.description.name == *name) {
                rules.rules.push(Arc::clone(rule));
                rules.parameters.extend(before.parameters.get(name).map(|set| (name.clone(), set.clone())));
            }
        }
    }
}

/// What the folder looks like; nothing where it cannot be read.
fn look(folder: &Path) -> Vec<Look> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut looks: Vec<Look> = entries
        .filter_map(|entry| {
            let (name, metadata) = (entry.file_name().to_string_lossy().into_owned(), entry.metadata().ok()?);
            let is_meant = name.ends_with(".wasm") || name == net_scout_plugin_host::LOCK;
            let times = (metadata.mtime(), metadata.mtime_nsec(), metadata.ctime());
            is_meant.then(|| (name, metadata.dev(), metadata.ino(), metadata.len(), times.0, times.1, times.2))
        })
        .collect();
    looks.sort_unstable();
    looks
}
