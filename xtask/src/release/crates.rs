//! What the program is made of: the crates that are compiled into it and into its plugins, as Cargo knows them, with their licences.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use net_scout_tests::places;
use serde_json::Value;

use super::files::{names, output};
use super::stage::read;
use crate::{command, guests};

/// The program's own package; with the plugins it is what everything else is needed for.
pub(super) const PROGRAM: &str = "net-scout";
/// How the files begin that say under what terms something may be used.
const TERMS: [&str; 5] = ["copying", "copyright", "licence", "license", "notice"];

/// A crate.
#[derive(Debug)]
pub(super) struct Crate {
    pub(super) name: String,
    pub(super) version: String,
    /// As an SPDX expression; empty where its manifest names none.
    pub(super) licence: String,
    /// Of its source, as the lock file has it; none of the project's own.
    pub(super) sha256: Option<String>,
    /// The identities of the crates that it uses.
    pub(super) uses: BTreeSet<String>,
    folder: PathBuf,
}

/// All of them, by their identity, `name@version`.
#[derive(Debug)]
pub(super) struct Crates(pub(super) BTreeMap<String, Crate>);

impl Crates {
    /// Asks Cargo.
    pub(super) fn read(machine: &str) -> anyhow::Result<Self> {
        let platform = format!("{machine}-unknown-linux-gnu");
        let words = ["metadata", "--format-version", "1", "--locked", "--filter-platform", &platform];
        let metadata = serde_json::from_slice(&output(&mut command::cargo(&words))?).context("cargo metadata is not JSON")?;
        let mut roots = guests::plugins()?;
        roots.push(PROGRAM.to_owned());
        let lock = read(&places::root().join("Cargo.lock"))?;
        Self::of(&metadata, &sums(&lock), &roots).context("cargo metadata is not what it was")
    }

    /// The crates that these packages need to run.
    fn of(metadata: &Value, sums: &BTreeMap<String, String>, roots: &[String]) -> Option<Self> {
        let packages: BTreeMap<&str, &Value> =
            metadata["packages"].as_array()?.iter().filter_map(|package| Some((package["id"].as_str()?, package))).collect();
        let nodes: BTreeMap<&str, &Value> =
            metadata["resolve"]["nodes"].as_array()?.iter().filter_map(|node| Some((node["id"].as_str()?, node))).collect();
        let identity =
            |id: &str| Some(format!("{}@{}", packages.get(id)?["name"].as_str()?, packages.get(id)?["version"].as_str()?));
        let is_root = |package: &Value| package["name"].as_str().is_some_and(|name| roots.iter().any(|root| root == name));
        let mut open: Vec<&str> = packages.iter().filter(|(_, package)| is_root(package)).map(|(id, _)| *id).collect();
        let mut crates = BTreeMap::new();
        while let Some(id) = open.pop() {
            let name = identity(id)?;
            if crates.contains_key(&name) {
                continue;
            }
            let package = packages.get(id)?;
            let used: Vec<&str> = nodes.get(id)?["deps"]
                .as_array()?
                .iter()
                .filter(|dep| is_needed(dep))
                .filter_map(|dep| dep["pkg"].as_str())
                .collect();
            let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
            let folder = Path::new(package["manifest_path"].as_str()?).parent()?.to_owned();
            let uses = used.iter().filter_map(|id| identity(id)).collect();
            let sha256 = sums.get(&name).cloned();
            crates.insert(
                name,
                Crate { name: text("name"), version: text("version"), licence: text("license"), sha256, uses, folder },
            );
            open.extend(used);
        }
        Some(Self(crates))
    }

    /// The terms of all crates of others, each text once, under the names of those that have it.
    pub(super) fn licences(&self) -> anyhow::Result<String> {
        let mut texts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (identity, foreign) in self.0.iter().filter(|(_, one)| one.sha256.is_some()) {
            for name in names(&foreign.folder)? {
                let path = foreign.folder.join(&name);
                if TERMS.iter().any(|begin| name.to_lowercase().starts_with(begin)) && path.is_file() {
                    texts.entry(read(&path)?.replace('\r', "").trim().to_owned()).or_default().push(identity);
                }
            }
        }
        let mut all = String::from("net-scout contains the following libraries.\n\n");
        for (identity, foreign) in self.0.iter().filter(|(_, one)| one.sha256.is_some()) {
            let _ = writeln!(all, "{identity}: {}", foreign.licence);
        }
        for (text, mut whose) in texts {
            whose.dedup();
            let _ = write!(all, "\n{}\n{}\n\n{text}\n", "-".repeat(80), whose.join(", "));
        }
        Ok(all)
    }

    /// The version of SQLite, which is C and stands in one of the crates.
    pub(super) fn sqlite(&self) -> anyhow::Result<String> {
        let home = self.0.values().find(|one| one.name == "libsqlite3-sys").context("nothing brings SQLite any more")?;
        let header = home.folder.join("sqlite3/sqlite3.h");
        let text = fs::read_to_string(&header).with_context(|| format!("failed to read {}", header.display()))?;
        let line = text.lines().find_map(|line| line.strip_prefix("#define SQLITE_VERSION "));
        match line.map(|version| version.trim().trim_matches('"')) {
            Some(version) => Ok(version.to_owned()),
            None => bail!("{} does not say its version", header.display()),
        }
    }
}

/// Whether a crate needs another when it runs, not only to be built or tested.
fn is_needed(dep: &Value) -> bool {
    dep["dep_kinds"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
}

/// The sums of the lock file, by identity.
fn sums(lock: &str) -> BTreeMap<String, String> {
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "))?;
        Some(line.trim_matches('"').to_owned())
    };
    let one = |block: &str| Some((format!("{}@{}", value(block, "name")?, value(block, "version")?), value(block, "checksum")?));
    lock.split("[[package]]").filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_only_builds_and_tests_is_left_out() {
        let package = |name: &str| json!({"id": name, "name": name, "version": "1.0.0", "license": "MIT", "manifest_path": format!("/{name}/Cargo.toml")});
        let dep = |name: &str, kind: Value| json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        let metadata = json!({
            "packages": [package("a"), package("b"), package("c"), package("d"), package("e")],
            "resolve": {"nodes": [
                {"id": "a", "deps": [dep("b", Value::Null), dep("c", json!("dev")), dep("d", json!("build"))]},
                {"id": "b", "deps": []}, {"id": "c", "deps": []}, {"id": "d", "deps": []}, {"id": "e", "deps": []},
            ]},
        });
        let lock = "[[package]]\nname = \"b\"\nversion = \"1.0.0\"\nchecksum = \"00ff\"\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n";
        let crates = Crates::of(&metadata, &sums(lock), &["a".to_owned()]).expect("metadata");
        assert_eq!(crates.0.keys().collect::<Vec<_>>(), ["a@1.0.0", "b@1.0.0"]);
        assert_eq!(crates.0["b@1.0.0"].sha256.as_deref(), Some("00ff"));
        assert_eq!(crates.0["a@1.0.0"].uses, BTreeSet::from(["b@1.0.0".to_owned()]));
    }
}
