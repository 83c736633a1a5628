//! What plugins are and ask for, in words, and how they stand with the lock.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Cell, Format, Table, write_objects};
use net_scout_model::{AlertField, Description, Kind, ObservableKind, Request};
use net_scout_plugin_host::capability::words;
use net_scout_plugin_host::{Artifact, Lock, PluginOptions, Plugins, Standing};

/// Writes the plugins of a folder, a line for each.
///
/// # Errors
/// When they cannot be written.
pub fn write_plugins(
    out: &mut dyn Write,
    plugins: &Plugins,
    lock: &Lock,
    format: Format,
    width: Option<usize>,
) -> io::Result<()> {
    let loaded = plugins.each().map(|(artifact, description)| {
        json!({
            "plugin": description.name,
            "version": description.version,
            "kind": description.kind.name(),
            "file": artifact.file,
            "status": Standing::of(lock, artifact, description).name(),
            "summary": description.summary,
        })
    });
    let refused = plugins.refused.iter().map(|refused| {
        json!({"plugin": null, "version": null, "kind": null, "file": refused.file, "status": "refused", "summary": refused.error.to_string()})
    });
    let rows: Vec<Value> = loaded.chain(refused).collect();
    write_objects(out, &rows, format, width, || {
        let columns = ["plugin", "version", "kind", "file", "status", "summary"];
        let mut table = Table::new(&columns).compact();
        for row in &rows {
            table.row(columns.map(|column| Cell::new(row[column].as_str().unwrap_or_default())).to_vec());
        }
        table
    })
}

/// What a plugin is, in plain words.
#[must_use]
pub fn plugin_text(
    options: &PluginOptions,
    artifact: &Artifact,
    description: &Description,
    limits: &BTreeMap<String, String>,
) -> String {
    let (set, private) = (&options.texts(&description.name), options.is_private(&description.name));
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
        Kind::Notifier => {
            let fields: Vec<AlertField> = description.requests.iter().filter_map(Request::field).collect();
            line(format!("it is a notifier; of an alert it is told {}", told(&fields)));
            if !fields.contains(&AlertField::OwnAddresses) {
                line("your own addresses are pseudonyms to it; [grants] with the field own_addresses changes that".to_owned());
            }
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
    for request in description.requests.iter().filter(|request| request.field().is_none()) {
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

/// Fields of an alert in words.
fn told(fields: &[AlertField]) -> String {
    let words: Vec<&str> = fields.iter().map(|field| field.words()).collect();
    if words.is_empty() { "nothing but that there is one".to_owned() } else { words.join(", ") }
}
