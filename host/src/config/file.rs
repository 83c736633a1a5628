//! `net-scout.toml`. A key that is not known is an error: a misspelt one would silently change nothing.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::keys::KEYS;
use crate::exit::UsageError;

/// The table of the parameters of rules: `[rules.RULE]`.
const RULES: &str = "rules";

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
    /// When the named file is missing, or a file is no TOML or has a key that is not known.
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
        let text = std::fs::read_to_string(&path)
            .map_err(|error| UsageError(format!("the configuration file {} cannot be read: {error}", path.display())))?;
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
            let known: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
            UsageError(format!(
                "{}: key `{key}` is not known; there are {}, and [rules.RULE]",
                self.path.display(),
                known.join(", ")
            ))
        };
        for (name, value) in &self.table {
            match value {
                Value::Table(rules) if name == RULES => {
                    for (rule, parameters) in rules {
                        let Value::Table(parameters) = parameters else { return Err(unknown(&format!("{RULES}.{rule}"))) };
                        if let Some((key, _)) = parameters.iter().find(|(_, value)| scalar(value).is_none()) {
                            return Err(self.no_value(&format!("{RULES}.{rule}.{key}")));
                        }
                    }
                }
                Value::Table(inner) => {
                    for (key, value) in inner {
                        self.check_key(&format!("{name}.{key}"), value, unknown)?;
                    }
                }
                value => self.check_key(name, value, unknown)?,
            }
        }
        Ok(())
    }

    fn check_key(&self, name: &str, value: &Value, unknown: impl Fn(&str) -> UsageError) -> Result<(), UsageError> {
        if KEYS.iter().all(|key| key.name != name) {
            return Err(unknown(name));
        }
        if scalar(value).is_none() { Err(self.no_value(name)) } else { Ok(()) }
    }

    fn no_value(&self, name: &str) -> UsageError {
        UsageError(format!("{}: `{name}` is not a text, a number or a boolean", self.path.display()))
    }

    /// The value of a key.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        match name.split_once('.') {
            Some((table, key)) => self.table.get(table)?.get(key).and_then(scalar),
            None => self.table.get(name).and_then(scalar),
        }
    }

    /// What is set for parameters of rules: rule, parameter, value.
    pub fn parameters(&self) -> impl Iterator<Item = (String, String, String)> {
        let rules = self.table.get(RULES).and_then(Value::as_table).into_iter().flatten();
        rules.flat_map(|(rule, parameters)| {
            let parameters = parameters.as_table().into_iter().flatten();
            parameters.filter_map(|(name, value)| Some((rule.clone(), name.clone(), scalar(value)?)))
        })
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
    fn misspelt_keys_and_wrong_shapes_are_errors() {
        let error = |text| ConfigFile::parse(Path::new("a.toml"), text).expect_err(text).0;
        assert!(error("db_pth = 'x'").starts_with("a.toml: key `db_pth` is not known; there are db_path, table,"));
        assert!(error("[limits]\ncpu = 3").contains("key `limits.cpu` is not known"));
        assert_eq!(error("db_path = ['x']"), "a.toml: `db_path` is not a text, a number or a boolean");
        assert_eq!(error("[rules.a]\nb = []"), "a.toml: `rules.a.b` is not a text, a number or a boolean");
        assert!(error("db_path = ").starts_with("a.toml: TOML parse error at line 1"));
    }
}
