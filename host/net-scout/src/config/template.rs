//! A configuration file with every key: its meaning, its variable and its default, each as a comment.

use std::fmt::Write as _;

use net_scout_model::LIMITS;

use super::grammar::Shape;
use super::keys::{self, Layer};
use super::layer::Key;

/// The widest line of a comment.
const WIDTH: usize = 110;

/// What follows the keys: the tables whose names are the operator's.
const TABLES: &str = "\
# Parameters of a rule or an enricher; `net-scout plugin inspect NAME` lists them
# [rules.vertical_scan]
# ports_threshold = 20

# Limits of one plugin
# [limits.whois]
# cpu_seconds = 5

# Directories whose files plugins may be granted
# [directories]
# geoip = \"/var/lib/GeoIP\"

# What raises no alert; see `net-scout allow --help`
# [[allow]]
# network = \"198.51.100.7\"
# reason = \"our own scanner\"

# Who is told, and of what; see docs/notifications.md
# [[receiver]]
# name = \"ops\"
# kind = \"ntfy\"
# topic = \"firewall\"
# [[route]]
# name = \"urgent\"
# filter = \"severity:>=high\"
# receivers = [\"ops\"]
";

/// The file.
///
/// # Panics
/// Never: the defaults are in the grammar of their keys, which a test proves.
#[must_use]
pub fn template() -> String {
    let nothing = Layer::of(|_| Ok(None)).and_then(Layer::values);
    let defaults: Vec<(Key, String)> =
        nothing.map(|(_, all)| all).unwrap_or_default().into_iter().map(|(key, set)| (key, set.text)).collect();
    let limits = keys::limits::limits().zip(&LIMITS).map(|(key, limit)| (key, limit.default.to_owned()));
    let mut text = String::from(
        "# The configuration of net-scout. Each line is a comment that shows a default: take the # away to change it.\n\
         # A flag wins over a variable of the environment, which wins over this file. `net-scout config` shows what holds.\n",
    );
    let mut section = "";
    for (key, default) in defaults.into_iter().chain(limits) {
        let (table, name) = key.name.rsplit_once('.').unwrap_or(("", key.name));
        if table != section {
            let _ = write!(text, "\n[{table}]\n");
            section = table;
        }
        let variable = key.variable.map(|variable| format!(" ({variable})")).unwrap_or_default();
        let _ = write!(text, "\n{}# {name} = {}\n", comment(&format!("{}{variable}", key.meaning)), value(key.shape, &default));
    }
    text + "\n" + TABLES
}

/// A text as lines of comment.
fn comment(text: &str) -> String {
    let mut lines = String::new();
    let mut line = String::from("#");
    for word in text.split(' ') {
        if line.len() + word.len() >= WIDTH {
            lines = lines + &line + "\n";
            line = String::from("#");
        }
        line = line + " " + word;
    }
    lines + &line + "\n"
}

/// A default as TOML.
fn value(shape: Shape, default: &str) -> String {
    let is_bare = match shape {
        Shape::Number | Shape::Any => default.parse::<f64>().is_ok(),
        Shape::Switch => ["true", "false"].contains(&default),
        Shape::Text | Shape::Date | Shape::List => false,
    };
    match shape {
        Shape::List if default.is_empty() => "[]".to_owned(),
        Shape::List => format!("[{}]", default.split(',').map(quoted).collect::<Vec<_>>().join(", ")),
        _ if is_bare => default.to_owned(),
        _ => quoted(default),
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.trim().to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, ConfigFile, Flags, Layers};

    fn resolved(text: &str) -> Config {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("net-scout.toml");
        std::fs::write(&path, text).expect("written");
        let file = ConfigFile::find(Some(&path)).expect("read");
        Config::resolve(&Layers { flags: Flags::default(), environment: std::collections::BTreeMap::new(), file })
            .expect("resolved")
    }

    #[test]
    fn every_key_stands_in_it_and_as_it_is_it_changes_nothing() {
        let text = template();
        for key in keys::all() {
            let name = key.name.rsplit_once('.').map_or(key.name, |(_, name)| name);
            assert!(text.contains(&format!("\n# {name} = ")), "{name} is not there");
        }
        assert!(text.lines().all(|line| line.len() <= WIDTH + 10), "{text}");
        assert!(resolved(&text).settings.iter().all(|(_, setting)| setting.source == crate::config::Source::Default));
    }

    #[test]
    fn every_default_of_it_is_what_the_program_takes() {
        let (before, after) = template()
            .split_once("# Parameters of a rule")
            .map(|(keys, rest)| (keys.to_owned(), rest.len()))
            .expect("both parts");
        let is_key = |line: &&str| {
            line.strip_prefix("# ").and_then(|line| line.split_once(" = ")).is_some_and(|(name, _)| !name.contains(' '))
        };
        let lines: Vec<String> = before
            .lines()
            .map(|line| if is_key(&line) { line.trim_start_matches("# ").to_owned() } else { line.to_owned() })
            .collect();
        let (set, unset) = (resolved(&lines.join("\n")), resolved(""));
        assert!(after > 0);
        for ((key, set), (_, unset)) in set.settings.iter().zip(&unset.settings) {
            assert_eq!(set.text, unset.text, "{}", key.name);
        }
    }
}
