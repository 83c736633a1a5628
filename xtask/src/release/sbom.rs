//! What the program is made of, as CycloneDX 1.5: for tools that look for components with known faults.

use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::crates::{Crate, Crates, PROGRAM};
use super::files::output;
use super::stage::Stage;

/// The list, as JSON.
pub(super) fn write(crates: &Crates, stage: &Stage) -> anyhow::Result<String> {
    let time = output(Command::new("date").args(["--utc", "+%Y-%m-%dT%H:%M:%SZ", &format!("--date=@{}", stage.epoch)]))?;
    let sum = output(Command::new("sha256sum").arg(stage.path("net-scout")))?;
    let sum = String::from_utf8_lossy(&sum).split_whitespace().next().unwrap_or_default().to_owned();
    let list = bill(crates, String::from_utf8_lossy(&time).trim(), &sum, &crates.sqlite()?);
    serde_json::to_string_pretty(&list).map(|text| text + "\n").context("a list of components is JSON")
}

fn bill(crates: &Crates, time: &str, sum: &str, sqlite: &str) -> Value {
    let own = crates.0.values().find(|one| one.name == PROGRAM);
    let mut program = own.map_or(Value::Null, component);
    program["type"] = "application".into();
    program["hashes"] = json!([{"alg": "SHA-256", "content": sum}]);
    let mut components: Vec<Value> = crates.0.values().filter(|one| one.name != PROGRAM).map(component).collect();
    let sqlite_reference = format!("pkg:generic/sqlite@{sqlite}");
    components.push(json!({
        "type": "library", "bom-ref": sqlite_reference, "name": "sqlite", "version": sqlite, "purl": sqlite_reference,
        "cpe": format!("cpe:2.3:a:sqlite:sqlite:{sqlite}:*:*:*:*:*:*:*"), "licenses": [{"expression": "blessing"}],
    }));
    let edges = crates.0.values().map(|one| {
        let mut uses: Vec<String> = one.uses.iter().map(|identity| format!("pkg:cargo/{identity}")).collect();
        uses.extend((one.name == "libsqlite3-sys").then(|| sqlite_reference.clone()));
        json!({"ref": reference(one), "dependsOn": uses})
    });
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"timestamp": time, "component": program},
        "components": components,
        "dependencies": edges.collect::<Vec<_>>(),
    })
}

fn reference(one: &Crate) -> String {
    format!("pkg:cargo/{}@{}", one.name, one.version)
}

fn component(one: &Crate) -> Value {
    let reference = reference(one);
    let mut component =
        json!({"type": "library", "bom-ref": reference, "name": one.name, "version": one.version, "purl": reference});
    // Older crates write a stroke for what SPDX calls OR.
    let licence = one.licence.replace('/', " OR ");
    if !licence.is_empty() {
        component["licenses"] = json!([{"expression": licence}]);
    }
    if let Some(sum) = &one.sha256 {
        component["hashes"] = json!([{"alg": "SHA-256", "content": sum}]);
    }
    component
}
