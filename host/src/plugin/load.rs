//! Loads the plugins of a folder: every `*.wasm` directly in it, in the order of their names. One that cannot be loaded is reported, and
//! the others are loaded all the same.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use wasmtime::component::Component;

use super::convert;
use super::engine::PluginEngine;
use super::error::LoadError;
use super::limits::Limits;
use super::rule::{Code, Rule};
use crate::model::plain;

/// The largest component, in bytes. Components with a Python interpreter inside have 20 MB.
const LARGEST: u64 = 64 << 20;
/// The package that this host speaks.
const PACKAGE: &str = "net-scout:plugin/";
/// Its version.
const VERSION: &str = "@0.1.0";
/// The interfaces that a rule may import. The first three hold types only.
const RULE_IMPORTS: [&str; 5] = ["types", "description", "detection", "query", "log"];
/// How much of an error of the compiler is shown, in characters.
const QUOTED: usize = 300;

/// The plugins of a folder.
#[derive(Default)]
pub struct Plugins {
    /// The rules, by file name.
    pub rules: Vec<Rule>,
    /// The files that were not loaded.
    pub refused: Vec<Refused>,
}

/// A file that was not loaded.
#[derive(Debug)]
pub struct Refused {
    /// The name of the file.
    pub file: String,
    /// Why not.
    pub error: LoadError,
}

/// Loads every `*.wasm` directly in the folder.
///
/// # Errors
/// When the folder cannot be read.
pub async fn load_folder(engine: &PluginEngine, folder: &Path, limits: &Limits) -> std::io::Result<Plugins> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            files.push(path);
        }
    }
    files.sort();
    let tasks: Vec<_> = files
        .into_iter()
        .map(|path| {
            let file = plain(&path.file_name().unwrap_or_default().to_string_lossy(), QUOTED);
            let task = tokio::spawn(load(engine.clone(), path, file.clone(), *limits));
            (file, task)
        })
        .collect();
    let mut plugins = Plugins::default();
    for (file, task) in tasks {
        let loaded = task.await.unwrap_or_else(|error| Err(LoadError::Malformed(error.to_string())));
        let error = match loaded {
            Err(error) => error,
            Ok(rule) => match plugins.rules.iter().find(|other| other.description.name == rule.description.name) {
                None => {
                    plugins.rules.push(rule);
                    continue;
                }
                Some(other) => LoadError::Duplicate { name: rule.description.name, other: other.file.clone() },
            },
        };
        plugins.refused.push(Refused { file, error });
    }
    Ok(plugins)
}

async fn load(engine: PluginEngine, path: PathBuf, file: String, limits: Limits) -> Result<Rule, LoadError> {
    let (compiler, name) = (engine.clone(), file.clone());
    let compiled = tokio::task::spawn_blocking(move || compile(&compiler, &path, &name));
    let component = compiled.await.map_err(|error| LoadError::Malformed(error.to_string()))??;
    check_imports(&engine, &component)?;
    let code = Code::link(&engine, &component).map_err(|error| LoadError::World(plain(&format!("{error:#}"), QUOTED)))?;
    let described = code.describe(&file, &limits).await.map_err(LoadError::Describe)?;
    let description = convert::description(described).map_err(LoadError::Description)?;
    Ok(Rule::new(file, description, code))
}

fn compile(engine: &PluginEngine, path: &Path, file: &str) -> Result<Component, LoadError> {
    let bytes = read(path)?;
    // The fifth to eighth byte: a version, and the layer that tells a component from a module.
    match bytes.get(..8) {
        Some([0, b'a', b's', b'm', _, _, 1, 0]) => {}
        Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => return Err(LoadError::CoreModule),
        Some([0x7f, b'E', b'L', b'F', ..]) => return Err(LoadError::Precompiled),
        Some([0, b'a', b's', b'm', ..]) => return Err(LoadError::Malformed("its version is unknown".to_owned())),
        _ => return Err(LoadError::NotWasm),
    }
    tracing::debug!("loading {file} ({} bytes)", bytes.len());
    engine.component(&bytes).map_err(|error| LoadError::Malformed(plain(&format!("{error:#}"), QUOTED)))
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(LoadError::NotAFile);
    }
    let too_large = |size| LoadError::TooLarge { size, limit: LARGEST };
    if metadata.len() > LARGEST {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST { Err(too_large(bytes.len() as u64)) } else { Ok(bytes) }
}

/// The first sandbox: what is not on the list is not linked, and what needs it does not run.
fn check_imports(engine: &PluginEngine, component: &Component) -> Result<(), LoadError> {
    for (import, _) in component.component_type().imports(engine.engine()) {
        let interface = import.strip_prefix(PACKAGE);
        match interface.and_then(|interface| interface.split_once('@')) {
            Some((name, _)) if import.ends_with(VERSION) && RULE_IMPORTS.contains(&name) => {}
            Some((_, version)) if format!("@{version}") != VERSION => {
                return Err(LoadError::Version { found: plain(&format!("net-scout:plugin@{version}"), QUOTED) });
            }
            _ => return Err(LoadError::Import(plain(import, QUOTED))),
        }
    }
    Ok(())
}
