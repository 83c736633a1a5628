//! `net-scout.toml`. A key that is not known is an error: a misspelt one would silently change nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::allow::{ALLOW, allow};
use super::keys;
use crate::exit::UsageError;
use net_scout_model::{Allow, Limits, Request};
use net_scout_plugin_host::ownership;

/// The tables of the parameters of plugins: `[rules.RULE]` and `[enrichers.ENRICHER]`.
const PARAMETERS: [&str; 2] = ["rules", "enrichers"];
/// The table of what plugins are granted: `[grants.PLUGIN]`.
const GRANTS: &str = "grants";
/// The table of the directories whose files plugins may be granted: name and path.
const DIRECTORIES: &str = "directories";

/// The table of limits: those of all plugins, and `[limits.PLUGIN]`.
const LIMITS: &str = "limits";

/// A configuration file that was read.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// Where it is.
    pub path: PathBuf,
    table: Table,
}

impl ConfigFile {
    /// Reads the file that was named, else the first that exists of `./net-scout.toml`, `net-scout/net-scout.toml` in the user's
    /// configuration folder, and `/etc/net-scout.toml`.
    ///
    /// # Errors
    /// When the named file is missing, a file is no TOML or has a key that is not known, or one that was not named may be somebody else's.
    pub fn find(named: Option<&Path>) -> Result<Option<Self>, UsageError> {
        let user = std::env::var_os("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".config")))
            .map(|folder| folder.join("net-scout/net-scout.toml"));
        let path = match named {
            Some(path) => path.to_owned(),
            None => {
                let candidates = [Some(PathBuf::from("net-scout.toml")), user, Some(PathBuf::from("/etc/net-scout.toml"))];
                match candidates.into_iter().flatten().find(|path| path.exists()) {
                    Some(path) => path,
                    None => return Ok(None),
                }
            }
        };
        let unreadable =
            |error: std::io::Error| UsageError(format!("the configuration file {} cannot be read: {error}", path.display()));
        let mut file = File::open(&path).map_err(unreadable)?;
        if named.is_none() {
            // It grants programs that run in the name of this user. What counts is what was opened.
            let metadata = file.metadata().map_err(unreadable)?;
            ownership::check(&path).and_then(|()| ownership::check_file(&metadata, &[])).map_err(|reason| {
                let path = path.display();
                UsageError(format!(
                    "the configuration file {path} is not used: {path} {reason}; look at it, then name it with --config {path}"
                ))
            })?;
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(unreadable)?;
        Self::parse(&path, &text).map(Some)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn parse(path: &Path, text: &str) -> Result<Self, UsageError> {
        let table: Table = text.parse().map_err(|error| UsageError(format!("{}: {error}", path.display())))?;
        let file = Self { path: path.to_owned(), table };
        file.check()?;
        Ok(file)
    }

    fn check(&self) -> Result<(), UsageError> {
        let unknown = |key: &str| {
            let known: Vec<&str> = keys::all().map(|key| key.name).collect();
            UsageError(format!(
                "{}: key `{key}` is not known; there are {}, [rules.RULE], [enrichers.ENRICHER], [limits.PLUGIN], [grants.PLUGIN], [directories] and [[allow]]",
                self.path.display(),
                known.join(", ")
            ))
        };
        for (name, value) in &self.table {
            match value {
                Value::Table(plugins) if PARAMETERS.contains(&name.as_str()) => {
                    for (plugin, parameters) in plugins {
                        let Value::Table(parameters) = parameters else { return Err(unknown(&format!("{name}.{plugin}"))) };
                        if let Some((key, _)) = parameters.iter().find(|(_, value)| scalar(value).is_none()) {
                            return Err(self.no_value(&format!("{name}.{plugin}.{key}")));
                        }
                    }
                }
                Value::Table(_) if name == GRANTS => {
                    self.grants()?;
                }
                _ if name == ALLOW => {
                    self.allow()?;
                }
                Value::Table(_) if name == DIRECTORIES => {
                    self.directories()?;
                }
                Value::Table(inner) => {
                    if name == LIMITS {
                        self.limits()?;
                    }
                    for (key, value) in inner.iter().filter(|(_, value)| name != LIMITS || !value.is_table()) {
                        self.check_key(&format!("{name}.{key}"), value, unknown)?;
                    }
                }
                value => self.check_key(name, value, unknown)?,
            }
        }
        Ok(())
    }

    fn check_key(&self, name: &str, value: &Value, unknown: impl Fn(&str) -> UsageError) -> Result<(), UsageError> {
        if keys::all().all(|key| key.name != name) {
            return Err(unknown(name));
        }
        match text(name, value) {
            Some(_) => Ok(()),
            None if name == keys::LOCAL_NETWORKS => {
                Err(UsageError(format!("{}: `{name}` is not a list of texts", self.path.display())))
            }
            None => Err(self.no_value(name)),
        }
    }

    /// The entries of the allowlist.
    ///
    /// # Errors
    /// When one makes no sense.
    pub fn allow(&self) -> Result<Vec<Allow>, UsageError> {
        self.table.get(ALLOW).map_or(Ok(Vec::new()), |value| allow(&self.path, value))
    }

    fn no_value(&self, name: &str) -> UsageError {
        UsageError(format!("{}: `{name}` is not a text, a number or a boolean", self.path.display()))
    }

    /// The value of a key.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        match name.split_once('.') {
            Some((table, key)) => self.table.get(table)?.get(key).and_then(scalar),
            None => self.table.get(name).and_then(|value| text(name, value)),
        }
    }

    /// What is set for parameters of plugins: plugin, parameter, value.
    pub fn parameters(&self) -> impl Iterator<Item = (String, String, String)> {
        let plugins = PARAMETERS.into_iter().filter_map(|table| self.table.get(table)?.as_table()).flatten();
        plugins.flat_map(|(plugin, parameters)| {
            let parameters = parameters.as_table().into_iter().flatten();
            parameters.filter_map(|(name, value)| Some((plugin.clone(), name.clone(), scalar(value)?)))
        })
    }

    /// What is set for the limits of single plugins: plugin, limit, value.
    ///
    /// # Errors
    /// When there is no such limit, or its value is not within its bounds.
    pub fn limits(&self) -> Result<BTreeMap<String, BTreeMap<String, String>>, UsageError> {
        let tables = self.table.get(LIMITS).and_then(Value::as_table).into_iter().flatten();
        let mut own = BTreeMap::new();
        for (plugin, limits) in tables.filter_map(|(plugin, limits)| Some((plugin, limits.as_table()?))) {
            let mut set = BTreeMap::new();
            for (limit, value) in limits {
                let name = format!("{LIMITS}.{plugin}.{limit}");
                let text = scalar(value).ok_or_else(|| self.no_value(&name))?;
                let checked = Limits::default().set_own(limit, &text);
                checked.map_err(|wrong| UsageError(format!("{}: {name}: {wrong}", self.path.display())))?;
                set.insert(limit.clone(), text);
            }
            own.insert(plugin.clone(), set);
        }
        Ok(own)
    }

    /// The directories whose files plugins may be granted.
    ///
    /// # Errors
    /// When a name is not one word of letters, digits, `_` and `-`, or a path is not a text.
    pub fn directories(&self) -> Result<BTreeMap<String, PathBuf>, UsageError> {
        let table = self.table.get(DIRECTORIES).and_then(Value::as_table);
        let directory = |(name, path): (&String, &Value)| {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            match path.as_str() {
                Some(path) if !path.is_empty() && name.chars().all(fits) => Ok((name.clone(), PathBuf::from(path))),
                _ => Err(UsageError(format!(
                    "{}: `{DIRECTORIES}.{}` does not have the form NAME = \"PATH\", with a name of letters, digits, _ and -",
                    self.path.display(),
                    net_scout_model::plain(name, 100)
                ))),
            }
        };
        table.into_iter().flatten().map(directory).collect()
    }

    /// What plugins are granted.
    ///
    /// # Errors
    /// When a grant is not a list of lines in the form of its capability.
    pub fn grants(&self) -> Result<BTreeMap<String, Vec<Request>>, UsageError> {
        let table = self.table.get(GRANTS).and_then(Value::as_table);
        table.into_iter().flatten().map(|(plugin, lines)| Ok((plugin.clone(), grants(&self.path, plugin, lines)?))).collect()
    }
}

/// The lines of a table whose keys are capabilities.
pub(crate) fn grants(path: &Path, plugin: &str, table: &Value) -> Result<Vec<Request>, UsageError> {
    let error = |text: String| UsageError(format!("{}: {GRANTS}.{plugin}: {text}", path.display()));
    let table = table.as_table().ok_or_else(|| error("is no table".to_owned()))?;
    let mut granted = Vec::new();
    for (capability, lines) in table {
        let lines = lines.as_array().ok_or_else(|| error(format!("{capability} is no list of lines")))?;
        for line in lines {
            let line = line.as_str().ok_or_else(|| error(format!("{capability} is no list of lines")))?;
            granted.push(Request::parse(capability, line).map_err(|reason| error(format!("the grant `{line}` {reason}")))?);
        }
    }
    Ok(granted)
}

/// The text of a value; that of a list has commas.
fn text(name: &str, value: &Value) -> Option<String> {
    match value {
        Value::Array(list) if name == keys::LOCAL_NETWORKS => {
            list.iter().map(Value::as_str).collect::<Option<Vec<_>>>().map(|list| list.join(","))
        }
        value => scalar(value),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(value) => Some(value.to_string()),
        Value::Datetime(instant) => Some(instant.to_string()),
        Value::Array(_) | Value::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_have_a_name_and_a_path() {
        let file = |text| ConfigFile::parse(Path::new("a.toml"), text);
        let read = file("[directories]\ngeoip = '/var/lib/GeoIP'").expect("file").directories().expect("directories");
        assert_eq!(read, [("geoip".to_owned(), PathBuf::from("/var/lib/GeoIP"))].into());
        for text in ["[directories]\ngeoip = 3", "[directories]\n'a b' = 'x'", "[directories]\ngeoip = ''"] {
            let error = file(text).expect_err(text).0;
            assert!(error.contains("does not have the form NAME = \"PATH\""), "{error}");
        }
    }

    #[test]
    fn misspelt_keys_and_wrong_shapes_are_errors() {
        let error = |text| ConfigFile::parse(Path::new("a.toml"), text).expect_err(text).0;
        assert!(error("db_pth = 'x'").starts_with("a.toml: key `db_pth` is not known; there are db_path, table,"));
        assert!(error("[limits]\ncpu = 3").contains("key `limits.cpu` is not known"));
        assert_eq!(error("db_path = ['x']"), "a.toml: `db_path` is not a text, a number or a boolean");
        assert_eq!(error("[rules.a]\nb = []"), "a.toml: `rules.a.b` is not a text, a number or a boolean");
        assert!(error("db_path = ").starts_with("a.toml: TOML parse error at line 1"));
    }
}
