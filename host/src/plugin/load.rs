//! Loads the plugins of a folder: every `*.wasm` directly in it, in the order of their names. One that cannot be loaded is reported, and
//! the others are loaded all the same.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use wasmtime::component::Component;

use super::convert;
use super::engine::PluginEngine;
use super::enricher::{self, UngrantedEnricher};
use super::error::LoadError;
use super::limits::Limits;
use super::rule::{self, Rule};
use crate::model::{Kind, plain};

/// The largest component, in bytes. Components with a Python interpreter inside have 20 MB.
const LARGEST: u64 = 64 << 20;
/// The package that this host speaks.
const PACKAGE: &str = "net-scout:plugin/";
/// Its version.
const VERSION: &str = "@0.1.0";
/// The interfaces that hold types only: to import them gives nothing. The errors of rules name those of `query`.
const TYPES: [&str; 4] = ["types", "description", "detection", "enrichment"];
/// The capabilities that a rule may import.
const RULE_IMPORTS: [&str; 3] = ["query", "state", "log"];
/// The capabilities that an enricher may import. Of `query` it sees the types alone: its functions are not linked.
const ENRICHER_IMPORTS: [&str; 7] = ["query", "dns", "exec", "http", "files", "state", "log"];
/// How much of an error of the compiler is shown, in characters.
const QUOTED: usize = 300;

/// The plugins of a folder.
#[derive(Default)]
pub struct Plugins {
    /// The rules, by file name.
    pub rules: Vec<Rule>,
    /// The enrichers, by file name.
    pub enrichers: Vec<UngrantedEnricher>,
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
    let mut names: Vec<(String, String)> = Vec::new();
    for (file, task) in tasks {
        let loaded = task.await.unwrap_or_else(|error| Err(LoadError::Malformed(error.to_string())));
        let known = |loaded: &Loaded| names.iter().find(|(name, _)| *name == loaded.name()).cloned();
        match loaded.map(|loaded| (known(&loaded), loaded)) {
            Err(error) => plugins.refused.push(Refused { file, error }),
            Ok((Some((name, other)), _)) => plugins.refused.push(Refused { file, error: LoadError::Duplicate { name, other } }),
            Ok((None, loaded)) => {
                names.push((loaded.name().to_owned(), file));
                match loaded {
                    Loaded::Rule(rule) => plugins.rules.push(rule),
                    Loaded::Enricher(enricher) => plugins.enrichers.push(enricher),
                }
            }
        }
    }
    Ok(plugins)
}

enum Loaded {
    Rule(Rule),
    Enricher(UngrantedEnricher),
}

impl Loaded {
    fn name(&self) -> &str {
        match self {
            Self::Rule(rule) => &rule.description.name,
            Self::Enricher(enricher) => &enricher.description.name,
        }
    }
}

async fn load(engine: PluginEngine, path: PathBuf, file: String, limits: Limits) -> Result<Loaded, LoadError> {
    let (compiler, name) = (engine.clone(), file.clone());
    let compiled = tokio::task::spawn_blocking(move || compile(&compiler, &path, &name));
    let (component, hash) = compiled.await.map_err(|error| LoadError::Malformed(error.to_string()))??;
    let world = |error: wasmtime::Error| LoadError::World(plain(&format!("{error:#}"), QUOTED));
    let exports = |name| component.get_export_index(None, name).is_some();
    if exports("enrich") {
        check_imports(&engine, &component, "enricher", &ENRICHER_IMPORTS)?;
        let code = enricher::Code::link(&engine, &component).map_err(world)?;
        let described = code.describe(&file, &limits).await.map_err(LoadError::Describe)?;
        let description = convert::description(described).map_err(LoadError::Description)?;
        if !matches!(description.kind, Kind::Enricher { .. }) {
            return Err(LoadError::Description("it exports `enrich`, but says that it is no enricher".to_owned()));
        }
        return Ok(Loaded::Enricher(UngrantedEnricher { file, hash, description, code }));
    }
    check_imports(&engine, &component, "rule", &RULE_IMPORTS)?;
    let code = rule::Code::link(&engine, &component).map_err(world)?;
    let described = code.describe(&file, &limits).await.map_err(LoadError::Describe)?;
    let description = convert::description(described).map_err(LoadError::Description)?;
    if !matches!(description.kind, Kind::Rule { .. }) {
        return Err(LoadError::Description("it exports no `enrich`, but says that it is no rule".to_owned()));
    }
    Ok(Loaded::Rule(Rule::new(file, description, code)))
}

/// The component of a file, and the SHA-256 of the file.
fn compile(engine: &PluginEngine, path: &Path, file: &str) -> Result<(Component, String), LoadError> {
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
    let component = engine.component(&bytes).map_err(|error| LoadError::Malformed(plain(&format!("{error:#}"), QUOTED)))?;
    let hash = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((component, hash))
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
fn check_imports(engine: &PluginEngine, component: &Component, kind: &'static str, known: &[&str]) -> Result<(), LoadError> {
    for (import, _) in component.component_type().imports(engine.engine()) {
        let interface = import.strip_prefix(PACKAGE);
        match interface.and_then(|interface| interface.split_once('@')) {
            Some((name, _)) if import.ends_with(VERSION) && (TYPES.contains(&name) || known.contains(&name)) => {}
            Some((_, version)) if format!("@{version}") != VERSION => {
                return Err(LoadError::Version { found: plain(&format!("net-scout:plugin@{version}"), QUOTED) });
            }
            _ => return Err(LoadError::Import { import: plain(import, QUOTED), kind, known: known.join(", ") }),
        }
    }
    Ok(())
}
