//! What can be used of a configuration file that has something wrong in it: for `status`, which shows what is wrong instead of giving up.

use std::collections::BTreeMap;
use std::path::Path;

use super::tree::{self, Node, Table, Value};
use super::{Config, ConfigFile, Flags, Layers};

/// What says which database it is, and how a service is to run.
const NEEDED: [&str; 7] = ["db_path", "table", "alert_table", "busy_timeout", "since", "schedule.scan", "serve.settle"];

impl ConfigFile {
    /// Of the file that [`Self::find`] finds, the keys that say which database it is and how a service is to run, each where its value is
    /// right; none where the file cannot be read at all.
    #[must_use]
    pub fn find_usable(named: Option<&Path>) -> Option<Self> {
        let (path, text) = Self::read(named).ok()??;
        let whole = tree::parse(&path, &text).ok()?;
        let mut table = Table::new();
        for (section, name, node) in NEEDED.iter().filter_map(|key| find(&whole, key)) {
            let mut alone = Table::new();
            put(&mut alone, section, name, node);
            let file = Some(Self { path: path.clone(), table: alone });
            if Config::resolve(&Layers { flags: Flags::default(), environment: BTreeMap::new(), file }).is_ok() {
                put(&mut table, section, name, node);
            }
        }
        Some(Self { path, table })
    }
}

/// The value of a key, with its section and its name there.
fn find<'a>(table: &'a Table, key: &'a str) -> Option<(Option<&'a str>, &'a str, &'a Node)> {
    match key.split_once('.') {
        Some((section, name)) => Some((Some(section), name, table.get(section)?.table()?.get(name)?)),
        None => Some((None, key, table.get(key)?)),
    }
}

fn put(table: &mut Table, section: Option<&str>, name: &str, node: &Node) {
    let Some(section) = section else { return drop(table.insert(name.to_owned(), node.clone())) };
    let empty = || Node { line: node.line, value: Value::Table(Table::new()) };
    if let Value::Table(inside) = &mut table.entry(section.to_owned()).or_insert_with(empty).value {
        inside.insert(name.to_owned(), node.clone());
    }
}
