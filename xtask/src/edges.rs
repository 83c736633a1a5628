//! Which crate of the host may use which: the architecture, as a check. An edge that is not listed here does not pass.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::command;

/// What each crate in `host/` is built on, beside what comes from outside.
const EDGES: [(&str, &[&str]); 15] = [
    ("net-scout-model", &[]),
    ("net-scout-engine", &["net-scout-model"]),
    ("net-scout-store", &["net-scout-engine", "net-scout-model"]),
    ("net-scout-import", &["net-scout-model"]),
    ("net-scout-ingest", &["net-scout-import", "net-scout-model", "net-scout-store"]),
    ("net-scout-plugin-host", &["net-scout-model", "net-scout-store"]),
    ("net-scout-detect", &["net-scout-algorithms", "net-scout-model", "net-scout-plugin-host", "net-scout-store"]),
    (
        "net-scout-doctor",
        &[
            "net-scout-detect",
            "net-scout-model",
            "net-scout-notify",
            "net-scout-plugin-host",
            "net-scout-serve",
            "net-scout-store",
        ],
    ),
    ("net-scout-lab", &["net-scout-detect", "net-scout-model", "net-scout-plugin-host", "net-scout-store"]),
    ("net-scout-notify", &["net-scout-model", "net-scout-store"]),
    (
        "net-scout-serve",
        &[
            "net-scout-detect",
            "net-scout-model",
            "net-scout-notify",
            "net-scout-plugin-host",
            "net-scout-report",
            "net-scout-store",
        ],
    ),
    ("net-scout-standard", &[]),
    ("net-scout-report", &["net-scout-detect", "net-scout-model", "net-scout-store"]),
    (
        "net-scout-web",
        &[
            "net-scout-detect",
            "net-scout-model",
            "net-scout-notify",
            "net-scout-plugin-host",
            "net-scout-report",
            "net-scout-serve",
            "net-scout-store",
        ],
    ),
    (
        "net-scout",
        &[
            "net-scout-detect",
            "net-scout-doctor",
            "net-scout-import",
            "net-scout-ingest",
            "net-scout-lab",
            "net-scout-model",
            "net-scout-notify",
            "net-scout-plugin-host",
            "net-scout-report",
            "net-scout-serve",
            "net-scout-standard",
            "net-scout-store",
            "net-scout-web",
        ],
    ),
];

/// Libraries from outside that only these parts may know.
const ONLY_IN: [(&str, &[&str]); 10] = [
    ("rusqlite", &["net-scout-store"]),
    ("wasmtime", &["net-scout-plugin-host"]),
    ("wasmtime-wasi", &["net-scout-plugin-host"]),
    ("clap", &["net-scout"]),
    ("lettre", &["net-scout-notify"]),
    ("axum", &["net-scout-serve", "net-scout-web"]),
    ("croner", &["net-scout-serve"]),
    ("prometheus-client", &["net-scout-serve"]),
    ("maud", &["net-scout-report", "net-scout-web"]),
    ("argon2", &["net-scout-web"]),
];

/// The crates of the host.
pub(crate) fn crates() -> impl Iterator<Item = &'static str> {
    EDGES.into_iter().map(|(name, _)| name)
}

/// Fails where a crate of the host is built on one that it must not know.
pub(crate) fn check() -> anyhow::Result<()> {
    let words = ["metadata", "--no-deps", "--locked", "--format-version", "1"];
    let output = command::cargo(&words).output().context("failed to start `cargo metadata`")?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("`cargo metadata` gave no JSON")?;
    let wrong = wrong_edges(&metadata);
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{}\nwhich crate may use which is listed in xtask/src/edges.rs", wrong.join("\n"))
}

/// A line for each edge that must not be.
fn wrong_edges(metadata: &Value) -> Vec<String> {
    let allowed: BTreeMap<&str, &[&str]> = EDGES.into_iter().collect();
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let in_host = package["manifest_path"].as_str().is_some_and(|path| path.contains("/host/"));
        if !in_host {
            continue;
        }
        let Some(edges) = allowed.get(name) else {
            wrong.push(format!("{name} is not listed"));
            continue;
        };
        let uses = package["dependencies"].as_array().into_iter().flatten().filter(|used| used["kind"].is_null());
        for used in uses.filter_map(|used| used["name"].as_str()) {
            let outside = !used.starts_with("net-scout");
            let reserved = ONLY_IN.iter().find(|(library, owners)| *library == used && !owners.contains(&name));
            if !outside && !edges.contains(&used) {
                wrong.push(format!("{name} must not use {used}"));
            } else if let Some((library, owners)) = reserved {
                wrong.push(format!("{name} must not use {library}: only {} may", owners.join(" and ")));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_edge_is_named() {
        let package = |name: &str, used: &str, kind: Value| {
            let dependencies = serde_json::json!([{ "name": used, "kind": kind }]);
            serde_json::json!({ "packages": [{ "name": name, "manifest_path": "/x/host/y/Cargo.toml", "dependencies": dependencies }] })
        };
        assert_eq!(
            wrong_edges(&package("net-scout-model", "net-scout-store", Value::Null)),
            ["net-scout-model must not use net-scout-store"]
        );
        assert_eq!(
            wrong_edges(&package("net-scout-detect", "rusqlite", Value::Null)),
            ["net-scout-detect must not use rusqlite: only net-scout-store may"]
        );
        assert_eq!(wrong_edges(&package("net-scout-extra", "serde", Value::Null)), ["net-scout-extra is not listed"]);
        assert!(wrong_edges(&package("net-scout", "rusqlite", Value::from("dev"))).is_empty());
        assert!(wrong_edges(&package("net-scout-store", "net-scout-engine", Value::Null)).is_empty());
    }

    #[test]
    fn the_workspace_keeps_to_the_list() {
        check().expect("no forbidden edge");
    }
}
