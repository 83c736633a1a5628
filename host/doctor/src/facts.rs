//! What the checks look at, gathered once: nothing here judges.

use std::path::PathBuf;
use std::time::Duration;

use crate::answer::Unknown;
use net_scout_model::{Description, Message, Messages, Timestamp};
use net_scout_plugin_host::capability::dns::Resolvers;
use net_scout_plugin_host::{EnricherSet, LoadError, LoadedPlugins, PluginOptions, RuleSet, load_plugins};
use net_scout_serve::service::ServiceOptions;
use net_scout_serve::status::Status;
use net_scout_store::{Database, DatabaseError, SampledEvent};

/// How many of the events that were stored last are looked at.
const SAMPLE: u32 = 1_000;
/// How long the file is checked.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is looked over.
pub struct Installation {
    /// What the service is told, and so every part of the program.
    pub options: ServiceOptions,
    /// The configuration file.
    pub file: Option<PathBuf>,
    /// What is wrong with the configuration, where not all of it can be used.
    pub wrong: Option<String>,
    /// Variables of the environment that look like settings and are none.
    pub strangers: Vec<Stranger>,
}

/// A variable that sets nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// Its name.
    pub name: String,
    /// The setting whose name is like it.
    pub nearest: Option<String>,
}

/// What was found out.
pub(crate) struct Facts<'a> {
    pub(crate) of: &'a Installation,
    pub(crate) now: Timestamp,
    database: Result<Opened, DatabaseError>,
    plugins: Result<Loaded, String>,
    /// Whether a resolver answers; none where nobody asks one.
    pub(crate) dns: Option<Result<(), String>>,
}

/// The database, and what was read of it.
pub(crate) struct Opened {
    pub(crate) database: Database,
    /// What SQLite finds wrong with it; none where that was not done in time, or would have kept its writer waiting.
    pub(crate) faults: Option<Vec<String>>,
    /// The events that were stored last.
    pub(crate) sample: Vec<SampledEvent>,
    pub(crate) status: Status,
}

/// The plugins.
pub(crate) struct Loaded {
    /// All that could be loaded: file and description.
    pub(crate) all: Vec<(String, Description)>,
    pub(crate) rules: RuleSet,
    pub(crate) enrichers: EnricherSet,
    /// Files that could not be loaded, and why.
    pub(crate) refused: Vec<(String, String)>,
    /// Files that are not what was approved, and why.
    pub(crate) changed: Vec<(String, String)>,
    /// Why enrichers do not run.
    pub(crate) ungranted: Vec<String>,
    /// What a setting of a plugin is wrong in.
    pub(crate) settings: Vec<String>,
}

impl<'a> Facts<'a> {
    /// Finds them out.
    pub(crate) async fn gather(of: &'a Installation, now: Timestamp) -> Self {
        let options = &of.options;
        let plugins = load(&options.plugins).await;
        let asks = |loaded: &Loaded| {
            let mut running = loaded.enrichers.enrichers.iter().flat_map(|approved| &approved.enricher.description.requests);
            running.any(|request| request.capability() == "dns")
        };
        let dns = if plugins.as_ref().is_ok_and(asks) {
            Some(match Resolvers::new(&options.enrich.dns_servers) {
                Ok(resolvers) => resolvers.probe().await,
                Err(error) => Err(error),
            })
        } else {
            None
        };
        Self { of, now, database: open(options, now), plugins, dns }
    }

    /// The database, where it can be read.
    pub(crate) fn opened(&self) -> Result<&Opened, Unknown> {
        self.database.as_ref().map_err(|_| Unknown("the database cannot be read".to_owned()))
    }

    /// The database, or why it cannot be read.
    pub(crate) fn database(&self) -> Result<&Opened, &DatabaseError> {
        self.database.as_ref()
    }

    /// The plugins, where they can be loaded.
    pub(crate) fn loaded(&self) -> Result<&Loaded, Unknown> {
        self.plugins.as_ref().map_err(|_| Unknown("the plugins cannot be loaded".to_owned()))
    }

    /// The plugins, or why they cannot be loaded.
    pub(crate) fn plugins(&self) -> Result<&Loaded, &String> {
        self.plugins.as_ref()
    }

    /// The events that were stored last, where there are any.
    pub(crate) fn sample(&self) -> Result<&[SampledEvent], Unknown> {
        let opened = self.opened()?;
        opened.database.check_events(&self.of.options.scan.table)?;
        match opened.sample.as_slice() {
            [] => Err(Unknown("there are no events".to_owned())),
            sample => Ok(sample),
        }
    }
}

fn open(options: &ServiceOptions, now: Timestamp) -> Result<Opened, DatabaseError> {
    let table = &options.scan.table;
    let mut database = options.scan.database.open_read_only()?;
    let waits = database.has_rollback_journal()?;
    let faults = if waits { None } else { database.faults(PATIENCE)? };
    let sample = if database.check_events(table).is_ok() { database.last_events(table, SAMPLE)? } else { Vec::new() };
    let status = Status::read(&database, now)?.current(&database, table, &options.tick, now)?;
    Ok(Opened { database, faults, sample, status })
}

async fn load(options: &PluginOptions) -> Result<Loaded, String> {
    let messages = Messages::default();
    let mut loaded = load_plugins(options, &messages).await.map_err(|error| error.to_string())?;
    let all = loaded.plugins.each().map(|(artifact, description)| (artifact.file.clone(), description.clone())).collect();
    let (mut refused, mut changed, mut settings) = (Vec::new(), Vec::new(), Vec::new());
    for one in &loaded.plugins.refused {
        let list = if matches!(one.error, LoadError::Changed(_)) { &mut changed } else { &mut refused };
        list.push((one.file.clone(), one.error.to_string()));
    }
    let rules = rules(&mut loaded, options, &mut settings);
    drop(messages.take());
    let enrichers = loaded.enrichers(options, &[], &messages).unwrap_or_else(|error| {
        if error.is_usage() {
            settings.push(error.to_string());
        }
        EnricherSet::default()
    });
    let ungranted = messages.take().into_iter().filter_map(|message| match message {
        Message::Warning(text) => Some(text),
        Message::Note(_) => None,
    });
    let ungranted = ungranted.collect();
    Ok(Loaded { all, rules, enrichers, refused, changed, ungranted, settings })
}

fn rules(loaded: &mut LoadedPlugins, options: &PluginOptions, settings: &mut Vec<String>) -> RuleSet {
    loaded.rules(options, &Messages::default()).unwrap_or_else(|error| {
        settings.push(error.to_string());
        RuleSet::default()
    })
}
