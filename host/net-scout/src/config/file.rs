//! `net-scout.toml`. A key that is not known is an error: a misspelt one would silently change nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::allow::{ALLOW, allow};
use super::grammar::Shape;
use super::keys;
use super::keys::limits::LIMITS_SECTION;
use super::layer::Key;
use super::notify::{RECEIVER, ROUTE, tables};
use super::source::Setting;
use super::tree::{self, Node, Table, Value};
use crate::exit::UsageError;
use net_scout_model::{Allow, Limits, Request, meant, nearest, plain};
use net_scout_notify::WrittenEntry;
use net_scout_plugin_host::ownership;

/// The tables of the parameters of plugins: `[rules.RULE]`, `[enrichers.ENRICHER]` and `[notifiers.NOTIFIER]`.
const PARAMETERS: [&str; 3] = ["rules", "enrichers", "notifiers"];
/// The table of what plugins are granted: `[grants.PLUGIN]`.
const GRANTS: &str = "grants";
/// The table of the directories whose files plugins may be granted: name and path.
const DIRECTORIES: &str = "directories";
/// Their names, and those of the lists, for whoever misspells one.
const NAMES: [&str; 11] =
    ["rules", "enrichers", "notifiers", "limits", "grants", "directories", "schedule", "serve", "retention", ALLOW, RECEIVER];
/// What there is beside keys.
const TABLES: &str = "[rules.RULE], [enrichers.ENRICHER], [notifiers.NOTIFIER], [limits], [limits.PLUGIN], [grants.PLUGIN], [directories], [schedule], [report], [serve], [retention], [[allow]], [[receiver]] and [[route]]";

/// A configuration file that was read.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// Where it is.
    pub path: PathBuf,
    pub(super) table: Table,
}

impl ConfigFile {
    /// Finds and reads the file that was named, else the first that exists of `./net-scout.toml`, `net-scout/net-scout.toml` in the user's
    /// configuration folder, and `/etc/net-scout.toml`.
    ///
    /// # Errors
    /// When the named file is missing, a file is not TOML or has a key that is not known, or one that was not named may be somebody else's.
    pub(super) fn read(named: Option<&Path>) -> Result<Option<(PathBuf, String)>, UsageError> {
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
        Ok(Some((path, text)))
    }

    /// The same file as a configuration.
    ///
    /// # Errors
    /// As the reading of it, and when it is not TOML or has a key that is not known.
    pub fn find(named: Option<&Path>) -> Result<Option<Self>, UsageError> {
        Self::read(named)?.map(|(path, text)| Self::parse(&path, &text)).transpose()
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn parse(path: &Path, text: &str) -> Result<Self, UsageError> {
        let file = Self { path: path.to_owned(), table: tree::parse(path, text)? };
        file.check()?;
        Ok(file)
    }

    /// Fails where a key is not known.
    fn check(&self) -> Result<(), UsageError> {
        let known = |name: &str| keys::all().any(|key| key.name == name);
        for (name, node) in &self.table {
            match (name.as_str(), &node.value) {
                (ALLOW | RECEIVER | ROUTE, _) => {}
                (GRANTS | DIRECTORIES, Value::Table(_)) => {}
                (name, Value::Table(plugins)) if PARAMETERS.contains(&name) => {
                    if let Some((plugin, node)) = plugins.iter().find(|(_, node)| node.table().is_none()) {
                        return Err(node.wrong(&self.path, &format!("`{name}.{plugin}` must be a table: [{name}.{plugin}]")));
                    }
                }
                (name, Value::Table(section)) => {
                    // Tables in the section of the limits are those of single plugins.
                    let own = |node: &Node| name == LIMITS_SECTION && node.table().is_some();
                    let unknown = section.iter().find(|(key, node)| !own(node) && !known(&format!("{name}.{key}")));
                    if let Some((key, node)) = unknown {
                        return Err(self.unknown(Some(name), key, node));
                    }
                }
                (name, _) if known(name) => {}
                (name, _) => return Err(self.unknown(None, name, node)),
            }
        }
        Ok(())
    }

    /// That a key is not known, with those that are: in its section, where there is such a one.
    fn unknown(&self, section: Option<&str>, key: &str, node: &Node) -> UsageError {
        let inside = |section: &str| -> Vec<&str> {
            keys::all().filter_map(|key| key.name.strip_prefix(section)?.strip_prefix('.')).collect()
        };
        let written = section.map_or(key.to_owned(), |section| format!("{section}.{key}"));
        let there = match section.map(inside).filter(|inside| !inside.is_empty()) {
            Some(inside) => inside.join(", "),
            None => {
                let outside: Vec<&str> = keys::all().map(|key| key.name).filter(|name| !name.contains('.')).collect();
                format!("{}, {TABLES}", outside.join(", "))
            }
        };
        let meant = meant(nearest(&written, keys::all().map(|key| key.name).chain(NAMES).chain([ROUTE])).as_deref());
        node.wrong(&self.path, &format!("`{}` is not a key{meant}; there are {there}", plain(&written, 100)))
    }

    /// The value of a key, where it stands.
    ///
    /// # Errors
    /// When it is not of the key's shape.
    pub(super) fn find_key(&self, key: &Key) -> Result<Option<Setting>, UsageError> {
        let node = match key.name.split_once('.') {
            Some((section, name)) => self.table.get(section).and_then(Node::table).and_then(|section| section.get(name)),
            None => self.table.get(key.name),
        };
        node.map(|node| node.setting(&self.path, key.name, key.shape)).transpose()
    }

    /// The tables in a table, with its keys.
    fn tables(&self, name: &str) -> impl Iterator<Item = (&String, &Table)> {
        let table = self.table.get(name).and_then(Node::table).into_iter().flatten();
        table.filter_map(|(key, node)| Some((key, node.table()?)))
    }

    /// The entries of the allowlist.
    ///
    /// # Errors
    /// When one is wrong.
    pub fn allow(&self) -> Result<Vec<Allow>, UsageError> {
        self.table.get(ALLOW).map_or(Ok(Vec::new()), |node| allow(&self.path, node))
    }

    /// The tables of a list of tables, as they are written.
    ///
    /// # Errors
    /// When it is something else.
    pub(super) fn entries(&self, name: &str) -> Result<Vec<WrittenEntry>, UsageError> {
        self.table.get(name).map_or(Ok(Vec::new()), |node| tables(&self.path, name, node))
    }

    /// What is set for parameters of plugins: plugin, parameter, value.
    ///
    /// # Errors
    /// When a value is a list or a table.
    pub(super) fn parameters(&self) -> Result<Vec<(String, String, Setting)>, UsageError> {
        let mut all = Vec::new();
        for table in PARAMETERS {
            for (plugin, parameters) in self.tables(table) {
                for (name, node) in parameters {
                    let setting = node.setting(&self.path, &format!("{table}.{plugin}.{name}"), Shape::Any)?;
                    all.push((plugin.clone(), name.clone(), setting));
                }
            }
        }
        Ok(all)
    }

    /// What is set for the limits of single plugins: plugin, limit, value.
    ///
    /// # Errors
    /// When there is no such limit, or its value is not within its bounds.
    pub(super) fn limits(&self) -> Result<BTreeMap<String, BTreeMap<String, String>>, UsageError> {
        let mut own = BTreeMap::new();
        for (plugin, limits) in self.tables(LIMITS_SECTION) {
            let mut set = BTreeMap::new();
            for (limit, node) in limits {
                let name = format!("{LIMITS_SECTION}.{plugin}.{limit}");
                let setting = node.setting(&self.path, &name, Shape::Number)?;
                Limits::default().set_own(limit, &setting.text).map_err(|what| setting.wrong(&name, &what))?;
                set.insert(limit.clone(), setting.text);
            }
            own.insert(plugin.clone(), set);
        }
        Ok(own)
    }

    /// The directories whose files plugins may be granted.
    ///
    /// # Errors
    /// When a name is not one word of letters, digits, `_` and `-`, or a path is not a text.
    pub(super) fn directories(&self) -> Result<BTreeMap<String, PathBuf>, UsageError> {
        let table = self.table.get(DIRECTORIES).and_then(Node::table);
        let directory = |(name, node): (&String, &Node)| {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            match node.text() {
                Some(path) if !path.is_empty() && name.chars().all(fits) => Ok((name.clone(), PathBuf::from(path))),
                _ => {
                    let name = plain(name, 100);
                    let form = "does not have the form NAME = \"PATH\", with a name of letters, digits, _ and -";
                    Err(node.wrong(&self.path, &format!("`{DIRECTORIES}.{name}` {form}")))
                }
            }
        };
        table.into_iter().flatten().map(directory).collect()
    }

    /// What plugins are granted.
    ///
    /// # Errors
    /// When a grant is not a list of lines in the form of its capability.
    pub(super) fn grants(&self) -> Result<BTreeMap<String, Vec<Request>>, UsageError> {
        let table = self.table.get(GRANTS).and_then(Node::table);
        table.into_iter().flatten().map(|(plugin, node)| Ok((plugin.clone(), self.granted(plugin, node)?))).collect()
    }

    /// The lines of a table whose keys are capabilities.
    fn granted(&self, plugin: &str, node: &Node) -> Result<Vec<Request>, UsageError> {
        let error = |node: &Node, text: String| node.wrong(&self.path, &format!("{GRANTS}.{plugin}: {text}"));
        let table = node.table().ok_or_else(|| error(node, "it must be a table of capabilities".to_owned()))?;
        let mut granted = Vec::new();
        for (capability, node) in table {
            let lines = || error(node, format!("{capability} must be a list of texts"));
            let Value::List(list) = &node.value else { return Err(lines()) };
            for node in list {
                let line = node.text().ok_or_else(lines)?;
                granted.push(
                    Request::parse(capability, line).map_err(|reason| error(node, format!("the grant `{line}` {reason}")))?,
                );
            }
        }
        Ok(granted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Result<ConfigFile, UsageError> {
        ConfigFile::parse(Path::new("a.toml"), text)
    }

    #[test]
    fn directories_have_a_name_and_a_path() {
        let read = |text| file(text).expect("file").directories();
        let directories = read("[directories]\ngeoip = '/var/lib/GeoIP'").expect("directories");
        assert_eq!(directories, [("geoip".to_owned(), PathBuf::from("/var/lib/GeoIP"))].into());
        for text in ["[directories]\ngeoip = 3", "[directories]\n'a b' = 'x'", "[directories]\ngeoip = ''"] {
            let error = read(text).expect_err(text).0;
            assert!(error.starts_with("a.toml:2: ") && error.contains("does not have the form NAME = \"PATH\""), "{error}");
        }
    }

    #[test]
    fn misspelt_keys_are_errors_that_name_the_place_and_what_there_is() {
        let error = |text| file(text).expect_err(text).0;
        assert!(
            error("\ndb_pth = 'x'")
                .starts_with("a.toml:2: `db_pth` is not a key (did you mean `db_path`?); there are db_path, table,")
        );
        assert!(
            error("[limits]\ncpu = 3")
                .starts_with("a.toml:2: `limits.cpu` is not a key (did you mean `limits.cpu_seconds`?); there are cpu_seconds, ")
        );
        assert!(error("[[recievers]]\nname = 'x'").contains("`recievers` is not a key (did you mean `receiver`?)"));
        assert!(error("xyzzy = 1").contains("`xyzzy` is not a key; there are"));
        let limit = "a.toml:2: `limit.cpu_seconds` is not a key (did you mean `limits.cpu_seconds`?); there are db_path,";
        assert!(error("[limit]\ncpu_seconds = 3").starts_with(limit));
        assert_eq!(error("[rules]\na = 1"), "a.toml:2: `rules.a` must be a table: [rules.a]");
        assert!(error("db_path = ").starts_with("a.toml:1: this is not TOML, at byte "));
    }

    #[test]
    fn wrong_shapes_are_errors_that_name_the_place() {
        let parameters = file("[rules.a]\nb = []").expect("file").parameters().expect_err("a list").0;
        assert_eq!(parameters, "a.toml:2: `rules.a.b` must be a text, a number, or true or false");
        let grants = |text| file(text).expect("file").grants().expect_err(text).0;
        assert_eq!(grants("[grants.a]\ndns = 'x'"), "a.toml:2: grants.a: dns must be a list of texts");
        assert_eq!(grants("[grants]\na = 1"), "a.toml:2: grants.a: it must be a table of capabilities");
        let limits = file("[limits.a]\nscan_seconds = 1").expect("file").limits().expect_err("not for one plugin").0;
        assert!(
            limits.starts_with("limits.a.scan_seconds (from a.toml:2): not a limit of a single plugin; there are "),
            "{limits}"
        );
    }
}
