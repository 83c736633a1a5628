//! The configuration: flags over environment over `net-scout.toml` over defaults. Each of them is a layer of typed optional values, each value
//! with where it stands; everything is read and checked before the work begins. A new key is added in `config/keys.rs`.

mod allow;
mod environment;
mod file;
mod grammar;
mod keys;
mod layer;
mod notify;
mod options;
mod source;
mod template;
mod tree;
mod usable;

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::PathBuf;

pub use environment::Unset;
pub use file::ConfigFile;
pub use keys::{Flags, Values};
pub use layer::Key;
pub(crate) use options::cores;
pub use source::{Setting, Source};
pub use template::template;

use crate::exit::UsageError;
use keys::Layer;
use net_scout_model::time::Moment;
use net_scout_model::{Allow, LIMITS, Limits, Request, Secrets};
use net_scout_notify::Notify;
use net_scout_plugin_host::schedule::Rate;
use net_scout_plugin_host::{PluginLimits, ownership};

/// The layers that values come from, strongest first.
pub struct Layers {
    /// The command line.
    pub flags: Flags,
    /// The environment, `NET_SCOUT_...` and `PDNS_...` only.
    pub environment: BTreeMap<String, String>,
    /// The configuration file, if there is one.
    pub file: Option<ConfigFile>,
}

/// The whole configuration, checked. The values of the keys are its fields too.
#[derive(Clone, Debug)]
pub struct Config {
    /// The values of the keys.
    pub values: Values,
    /// Where the window of a scan begins that is not told so by a flag.
    pub usual_since: Moment,
    /// What one call of a plugin may use.
    pub limits: PluginLimits,
    /// How often each kind of lookup, and each HTTP server, may be asked.
    pub enrichment_rate: Rate,
    /// The directories whose files plugins may be granted, by name.
    pub directories: BTreeMap<String, PathBuf>,
    /// What the host may add to requests that are granted with a secret.
    pub secrets: Secrets,
    /// What plugins are granted.
    pub grants: BTreeMap<String, Vec<Request>>,
    /// The entries of the allowlist.
    pub allow: Vec<Allow>,
    /// Who is told of alerts.
    pub notify: Notify,
    /// What is set for the parameters of plugins: plugin, parameter, value.
    pub parameters: BTreeMap<String, BTreeMap<String, Setting>>,
    /// The file that was read, if there is one.
    pub file: Option<PathBuf>,
    /// Every key with its value as it was written.
    pub settings: Vec<(Key, Setting)>,
    /// The variables that look like settings and are none.
    pub unset: Vec<Unset>,
}

impl Deref for Config {
    type Target = Values;

    fn deref(&self) -> &Values {
        &self.values
    }
}

impl Config {
    /// Resolves the layers.
    ///
    /// # Errors
    /// When a value is not in its key's grammar, in whatever layer it stands. The error names value and place.
    pub fn resolve(layers: &Layers) -> Result<Self, UsageError> {
        let file = layers.file.as_ref();
        let in_file = |key: &Key| file.map_or(Ok(None), |file| file.find_key(key));
        let merge = |flags: &Flags| -> Result<Layer, UsageError> {
            Ok(Layer::of_flags(flags)?.over(Layer::of(|key| Ok(layers.variable(key)))?).over(Layer::of(in_file)?))
        };
        let (values, mut settings) = merge(&layers.flags)?.values()?;
        let usual_since = merge(&Flags::default())?.values()?.0.since;
        let mut common = Limits::default();
        for (key, limit) in keys::limits::limits().zip(&LIMITS) {
            let default = || Setting { text: limit.default.to_owned(), source: Source::Default };
            let setting = in_file(&key)?.unwrap_or_else(default);
            common.set(limit.name, &setting.text).map_err(|what| setting.wrong(key.name, &what))?;
            settings.push((key, setting));
        }
        let mut config = Self {
            usual_since,
            limits: PluginLimits { common, own: file.map(ConfigFile::limits).transpose()?.unwrap_or_default() },
            enrichment_rate: Rate { interval: values.enrichment_sleep, burst: values.enrichment_burst },
            directories: layers.directories()?,
            notify: notify::notify(file, layers.secrets(), &values.db_path)?,
            secrets: layers.secrets(),
            grants: file.map(ConfigFile::grants).transpose()?.unwrap_or_default(),
            allow: file.map(ConfigFile::allow).transpose()?.unwrap_or_default(),
            parameters: layers.parameters()?,
            file: file.map(|file| file.path.clone()),
            values,
            settings,
            unset: layers.unset_variables(),
        };
        config.check_found_database()?;
        config.check_report()?;
        let plugins = config.notify.plugins.iter().map(|(name, written)| (name.clone(), config.plugin_receiver(written)));
        let plugins: Vec<_> = plugins.collect();
        config.notify.receivers.extend(plugins);
        Ok(config)
    }

    /// A database that is found without being named must not be somebody else's.
    fn check_found_database(&self) -> Result<(), UsageError> {
        if self.names_database() {
            return Ok(());
        }
        ownership::check(&self.db_path).map_err(|reason| {
            let path = self.db_path.display();
            UsageError(format!(
                "the database {path} is not used: {path} {reason}; if it is the one, name it with --db-path {path}"
            ))
        })
    }

    /// Whether the operator named the database, instead of leaving it to where the program runs.
    #[must_use]
    pub fn names_database(&self) -> bool {
        self.is_set(keys::DB_PATH)
    }

    /// What names the database in another command that is to use it: the flag, where it was named by a flag.
    #[must_use]
    pub fn database_flag(&self) -> String {
        let by_flag = |(key, setting): &&(Key, Setting)| key.name == keys::DB_PATH && matches!(setting.source, Source::Flag(_));
        let Some((_, setting)) = self.settings.iter().find(by_flag) else { return String::new() };
        let is_simple = |letter: char| letter.is_ascii_alphanumeric() || "/._-".contains(letter);
        let text = &setting.text;
        if text.chars().all(is_simple) {
            format!(" --db-path {text}")
        } else {
            format!(" --db-path '{}'", text.replace('\'', "'\\''"))
        }
    }

    /// Whether the operator named the folder of the plugins.
    #[must_use]
    pub fn names_plugins(&self) -> bool {
        self.is_set(keys::PLUGINS)
    }

    fn is_set(&self, name: &str) -> bool {
        self.settings.iter().any(|(key, setting)| key.name == name && setting.source != Source::Default)
    }
}

impl Layers {
    /// These flags and this file, with the environment of the program.
    #[must_use]
    pub fn around(flags: Flags, file: Option<ConfigFile>) -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .filter(|(name, _)| name.starts_with("NET_SCOUT_") || name.starts_with("PDNS_"))
            .collect();
        Self { flags, environment, file }
    }

    /// What the environment says of a key.
    fn variable(&self, key: &Key) -> Option<Setting> {
        let variable = key.variable?;
        let text = self.environment.get(variable)?.clone();
        Some(Setting { text, source: Source::Environment(variable) })
    }

    /// What of the environment can be a secret. A variable that sets a parameter is none: plugins see parameters.
    fn secrets(&self) -> Secrets {
        let is_parameter = |name: &str| keys::PARAMETER_VARIABLES.iter().any(|(variable, ..)| *variable == name);
        let environment = self.environment.iter().filter(|(name, _)| !is_parameter(name));
        Secrets::from_environment(&environment.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    fn directories(&self) -> Result<BTreeMap<String, PathBuf>, UsageError> {
        let mut directories = self.file.as_ref().map(ConfigFile::directories).transpose()?.unwrap_or_default();
        for (variable, name) in keys::DIRECTORY_VARIABLES {
            if let Some(path) = self.environment.get(variable).filter(|path| !path.is_empty()) {
                directories.insert(name.to_owned(), PathBuf::from(path));
            }
        }
        Ok(directories)
    }

    fn parameters(&self) -> Result<BTreeMap<String, BTreeMap<String, Setting>>, UsageError> {
        let in_file = self.file.as_ref().map(ConfigFile::parameters).transpose()?.unwrap_or_default();
        let variables = keys::PARAMETER_VARIABLES.into_iter().filter_map(|(name, plugin, parameter)| {
            let setting = Setting { text: self.environment.get(name)?.clone(), source: Source::Environment(name) };
            Some((plugin.to_owned(), parameter.to_owned(), setting))
        });
        let flags = self.flags.parameters.iter();
        let flags = flags.map(|(plugin, parameter, text)| (plugin.clone(), parameter.clone(), Setting::flag("--set", text)));
        // What comes later wins.
        let mut all: BTreeMap<String, BTreeMap<String, Setting>> = BTreeMap::new();
        for (plugin, parameter, setting) in in_file.into_iter().chain(variables).chain(flags) {
            all.entry(plugin).or_default().insert(parameter, setting);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests;
