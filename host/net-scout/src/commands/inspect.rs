//! `net-scout plugin list` and `inspect`: what plugins are, what they ask for and what they were given. Nothing of a plugin runs but
//! `describe`, without any capability.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use serde_json::{Value, json};

use super::approve::Found;
use super::{plugins, terminal_width};
use crate::config::Config;
use crate::output::{Cell, Format, Table};
use crate::{exit, output};
use net_scout_model::{Description, Kind, ObservableKind, Request};
use net_scout_plugin_host::capability::files::unconfigured;
use net_scout_plugin_host::capability::words;
use net_scout_plugin_host::{Artifact, Lock};

/// Lists the plugins of the folder.
///
/// # Errors
/// When the folder or its lock cannot be read.
pub fn list(config: &Config, format: Format) -> anyhow::Result<u8> {
    let lock = plugins::lock(config)?;
    let plugins = super::runtime()?.block_on(plugins::load_all(config))?;
    let mut rows: Vec<Value> = plugins
        .each()
        .map(|(artifact, description)| {
            json!({
                "plugin": description.name,
                "version": description.version,
                "kind": kind(&description.kind),
                "file": artifact.file,
                "status": status(&lock, artifact, description),
                "summary": description.summary,
            })
        })
        .collect();
    rows.extend(plugins.refused.iter().map(|refused| {
        json!({"plugin": null, "version": null, "kind": null, "file": refused.file, "status": "refused", "summary": refused.error.to_string()})
    }));
    let table = || {
        let columns = ["plugin", "version", "kind", "file", "status", "summary"];
        let mut table = Table::new(&columns);
        for row in &rows {
            table.row(columns.map(|column| Cell::new(row[column].as_str().unwrap_or_default())).to_vec());
        }
        table
    };
    output::write_objects(&mut output::stdout(), &rows, format, terminal_width(format), table)?;
    Ok(if plugins.refused.is_empty() { exit::SUCCESS } else { exit::PLUGIN_FAILED })
}

/// Shows one plugin, by name or by file.
///
/// # Errors
/// When it is not there, or is no plugin.
pub fn inspect(config: &Config, name: &str) -> anyhow::Result<u8> {
    let lock = plugins::lock(config)?;
    let mut found = Found::default();
    found.look_for(config, name)?;
    let (artifact, description) = found.get(config, name)?;
    let nothing = BTreeMap::new();
    let limits = lock.approval(&description.name).map_or(&nothing, |approval| &approval.limits);
    let mut out = output::stdout();
    writeln!(out, "{}", text(config, artifact, description, limits))?;
    writeln!(out, "  status: {}", status(&lock, artifact, description))?;
    if let Some(directory) = description.unconfigured(&config.directories) {
        writeln!(out, "  it is off: {}", unconfigured(directory))?;
    }
    if let Some(approval) = lock.approval(&description.name).filter(|approval| approval.sha256 != artifact.sha256) {
        writeln!(out, "  {} {}", artifact.file, approval.difference(artifact, description))?;
    }
    Ok(exit::SUCCESS)
}

/// What a plugin is, in plain words.
pub(super) fn text(config: &Config, artifact: &Artifact, description: &Description, limits: &BTreeMap<String, String>) -> String {
    let set = &plugins::texts(config, &description.name);
    let private = plugins::is_private(config, &description.name);
    let mut text = format!("{} {}: {}", description.name, description.version, description.summary);
    let mut line = |line: String| {
        let _ = write!(text, "\n  {line}");
    };
    line(format!("file: {}, {} bytes, SHA-256 {}", artifact.file, artifact.size, artifact.sha256));
    match &description.kind {
        Kind::Rule { alert_types, .. } => line(format!("it is a rule; its alerts are of type {}", alert_types.join(", "))),
        Kind::Enricher { observables, .. } => {
            let kinds = observables.iter().map(|kind| match kind {
                ObservableKind::Ip => "addresses",
                ObservableKind::Domain => "domain names",
            });
            line(format!("it is an enricher; it looks up {}", kinds.collect::<Vec<_>>().join(" and ")));
            let told = match (description.reaches_outside(), private) {
                (true, true) => "yes; private addresses too, as you set it",
                (true, false) => "yes; private addresses never reach it",
                (false, _) => "no",
            };
            line(format!("it tells others what it looks up: {told}"));
        }
    }
    let (wasi, own): (Vec<&String>, Vec<&String>) = artifact.imports.iter().partition(|import| import.starts_with("wasi:"));
    let own: Vec<&str> = own.into_iter().map(String::as_str).collect();
    line(format!("it imports: {}", if own.is_empty() { "nothing".to_owned() } else { own.join(", ") }));
    if !wasi.is_empty() {
        line(format!(
            "it imports {} interfaces of WASI and gets an empty one: no files, network, environment or clock",
            wasi.len()
        ));
    }
    for request in &description.requests {
        line(words(request));
        if request.is_open() {
            let filled: Vec<String> = request.filled(set).iter().map(Request::to_string).collect();
            let filled = if filled.is_empty() { "nothing, until you set it".to_owned() } else { filled.join(", ") };
            line(format!("  with what you set: {filled}"));
        }
    }
    if description.requests.is_empty() {
        line("it requests nothing".to_owned());
    }
    for parameter in &description.parameters {
        line(format!(
            "parameter {}: {}; {}, by default {}",
            parameter.name,
            parameter.meaning,
            parameter.expected(),
            parameter.default()
        ));
    }
    for (limit, value) in limits {
        line(format!("its limit {limit} is {value}"));
    }
    text
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Rule { .. } => "rule",
        Kind::Enricher { .. } => "enricher",
    }
}

/// How a plugin stands with the lock.
fn status(lock: &Lock, artifact: &Artifact, description: &Description) -> &'static str {
    match (lock.approval(&description.name), &description.kind) {
        (Some(approval), _) if approval.sha256 == artifact.sha256 => "approved",
        (Some(_), _) => "changed since approval",
        (None, Kind::Rule { .. }) if description.missing(&[]).is_empty() => "runs without approval",
        (None, _) => "not approved",
    }
}
