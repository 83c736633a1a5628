//! Loads the plugins of a folder: every `*.wasm` directly in it, in the order of their names. One that cannot be loaded is reported, and
//! the others are loaded all the same.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use wasmtime::component::Component;

use super::artifact::{Artifact, open_regular};
use super::engine::PluginEngine;
use super::enricher::{LinkedEnricher, UngrantedEnricher};
use super::error::{LoadError, PluginError};
use super::guest::Code;
use super::lock::Lock;
use super::notifier::{LinkedNotifier, UngrantedNotifier};
use super::rule::{LinkedRule, Rule};
use super::{convert, wasi};
use crate::capability::{self, World};
use crate::ownership;
use net_scout_model::{Description, Kind, Limits, hex, plain};

/// The package that this host speaks.
const PACKAGE: &str = "net-scout:plugin/";
/// Its version.
const VERSION: &str = "@0.1.0";
/// The interfaces that hold types only: to import them gives nothing.
const TYPES: [&str; 5] = ["types", "description", "detection", "enrichment", "notification"];
/// What holds types only for all but rules: the functions of `query` are not linked for them. The SDK for Rust has all worlds, and so the
/// types of all.
const QUERY_TYPES: [&str; 1] = ["query"];
/// How much of an error is shown, in characters.
const QUOTED: usize = 300;
/// What is read of a file to see whether it begins as a component does, in bytes.
const FORM: u64 = 8;

/// What may be used by one call of each plugin.
#[derive(Clone, Debug, Default)]
pub struct PluginLimits {
    /// Of all plugins.
    pub common: Limits,
    /// What is set for single ones: plugin, limit, value. Each was checked by [`Limits::set`].
    pub own: BTreeMap<String, BTreeMap<String, String>>,
}

impl PluginLimits {
    /// Those of a plugin: what is set for it, over what its entry in the lock says, over those of all.
    fn of(&self, name: &str, kind: &Kind, locked: &BTreeMap<String, String>) -> Limits {
        let mut limits = match kind {
            Kind::Rule { .. } => self.common,
            Kind::Enricher { .. } | Kind::Notifier => self.common.for_lookup(),
        };
        for (limit, value) in locked.iter().chain(self.own.get(name).into_iter().flatten()) {
            // What was checked before.
            let _ = limits.set(limit, value);
        }
        limits
    }
}

/// The plugins of a folder.
#[derive(Default)]
pub struct Plugins {
    /// The rules, by file name.
    pub rules: Vec<Rule>,
    /// The enrichers, by file name.
    pub enrichers: Vec<UngrantedEnricher>,
    /// The notifiers, by file name.
    pub notifiers: Vec<UngrantedNotifier>,
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

/// Loads every `*.wasm` directly in the folder. One that the lock knows in another form is refused, and one that belongs to somebody else
/// than this user, root and the `owners`, or that others can write.
///
/// # Errors
/// When the folder cannot be read.
pub async fn load_folder(
    engine: &PluginEngine,
    folder: &Path,
    limits: &PluginLimits,
    lock: &Lock,
    owners: &[u32],
) -> std::io::Result<Plugins> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            files.push(path);
        }
    }
    files.sort();
    let (limits, lock) = (Arc::new(limits.clone()), Arc::new(lock.clone()));
    let tasks: Vec<_> = files
        .into_iter()
        .map(|path| {
            let file = plain(&path.file_name().unwrap_or_default().to_string_lossy(), QUOTED);
            let (engine, name, limits, lock) = (engine.clone(), file.clone(), Arc::clone(&limits), Arc::clone(&lock));
            let owners = Some(owners.to_vec());
            (file, tokio::spawn(async move { load(&engine, path, name, &limits, &lock, owners).await }))
        })
        .collect();
    let mut plugins = Plugins::default();
    for (file, task) in tasks {
        let loaded = task.await.unwrap_or_else(|error| Err(LoadError::Malformed(error.to_string())));
        plugins.add(file, loaded);
    }
    Ok(plugins)
}

/// Loads one file, whatever the lock says.
///
/// # Errors
/// When it is no plugin.
pub async fn load_file(engine: &PluginEngine, path: &Path, limits: &PluginLimits) -> Result<Plugins, LoadError> {
    let file = plain(&path.file_name().unwrap_or_default().to_string_lossy(), QUOTED);
    let loaded = load(engine, path.to_owned(), file.clone(), limits, &Lock::default(), None).await?;
    let mut plugins = Plugins::default();
    plugins.add(file, Ok(loaded));
    Ok(plugins)
}

impl Plugins {
    fn add(&mut self, file: String, loaded: Result<Loaded, LoadError>) {
        let known =
            |name: &str| self.each().find(|(_, description)| description.name == name).map(|(artifact, _)| artifact.file.clone());
        match loaded {
            Err(error) => self.refused.push(Refused { file, error }),
            Ok(loaded) => match (known(&loaded.description().name), loaded) {
                (Some(other), loaded) => {
                    let name = loaded.description().name.clone();
                    self.refused.push(Refused { file, error: LoadError::Duplicate { name, other } });
                }
                (None, Loaded::Rule(rule)) => self.rules.push(*rule),
                (None, Loaded::Enricher(enricher)) => self.enrichers.push(*enricher),
                (None, Loaded::Notifier(notifier)) => self.notifiers.push(*notifier),
            },
        }
    }

    /// The files that were loaded, with what they say of themselves: rules, then enrichers, then notifiers.
    pub fn each(&self) -> impl Iterator<Item = (&Artifact, &Description)> {
        let rules = self.rules.iter().map(|rule| (&rule.artifact, &rule.description));
        let enrichers = self.enrichers.iter().map(|enricher| (&enricher.artifact, &enricher.description));
        rules.chain(enrichers).chain(self.notifiers.iter().map(|notifier| (&notifier.artifact, &notifier.description)))
    }
}

enum Loaded {
    Rule(Box<Rule>),
    Enricher(Box<UngrantedEnricher>),
    Notifier(Box<UngrantedNotifier>),
}

impl Loaded {
    fn description(&self) -> &Description {
        match self {
            Self::Rule(rule) => &rule.description,
            Self::Enricher(enricher) => &enricher.description,
            Self::Notifier(notifier) => &notifier.description,
        }
    }
}

async fn load(
    engine: &PluginEngine,
    path: PathBuf,
    file: String,
    limits: &PluginLimits,
    lock: &Lock,
    owners: Option<Vec<u32>>,
) -> Result<Loaded, LoadError> {
    let common = &limits.common;
    let largest = common.component;
    let _place = engine.place().await?;
    let read = tokio::task::spawn_blocking(move || read(&path, largest, owners.as_deref())).await;
    let bytes = read.map_err(|error| LoadError::Malformed(error.to_string()))??;
    tracing::debug!("loading {file} ({} bytes)", bytes.len());
    let sha256 = hex(&Sha256::digest(&bytes));
    let size = bytes.len() as u64;
    let component = engine.component(&file, &bytes, &sha256, common).await?;
    drop(bytes);
    let exports = |name| component.get_export_index(None, name).is_some();
    let world = match (exports("enrich"), exports("notify")) {
        (true, _) => World::Enricher,
        (false, true) => World::Notifier,
        (false, false) => World::Rule,
    };
    let imports = check_imports(engine, &component, world)?;
    let artifact = Artifact { file, size, sha256, imports };
    let of_another = |error: wasmtime::Error| LoadError::World(plain(&format!("{error:#}"), QUOTED));
    let known = |description: Description| {
        lock.check(&artifact, &description).map_err(LoadError::Changed)?;
        let limits = limits.of(&description.name, &description.kind, lock.limits(&description.name));
        Ok::<_, LoadError>((description, limits))
    };
    Ok(match world {
        World::Rule => {
            let linked = LinkedRule::new(engine, &component, &artifact).map_err(of_another)?;
            let (description, limits) = known(described(&linked.code, &artifact, common, world).await?)?;
            Loaded::Rule(Box::new(linked.described(artifact, description, limits)))
        }
        World::Enricher => {
            let linked = LinkedEnricher::new(engine, &component, &artifact).map_err(of_another)?;
            let (description, limits) = known(described(&linked.code, &artifact, common, world).await?)?;
            Loaded::Enricher(Box::new(UngrantedEnricher { artifact, description, limits, linked }))
        }
        World::Notifier => {
            let linked = LinkedNotifier::new(engine, &component, &artifact).map_err(of_another)?;
            let said = linked
                .code
                .describe(&artifact.file, common)
                .await
                .inspect_err(PluginError::log_backtrace)
                .map_err(LoadError::Describe)?;
            let (description, limits) = known(convert::notifier(said).map_err(LoadError::Description)?)?;
            Loaded::Notifier(Box::new(UngrantedNotifier { artifact, description, limits, linked }))
        }
    })
}

/// What a rule or an enricher says of itself, which must be what it exports.
async fn described(code: &Code, artifact: &Artifact, limits: &Limits, world: World) -> Result<Description, LoadError> {
    let said =
        code.describe(&artifact.file, limits).await.inspect_err(PluginError::log_backtrace).map_err(LoadError::Describe)?;
    let description = convert::description(said).map_err(LoadError::Description)?;
    let wrong = |text: &str| Err(LoadError::Description(text.to_owned()));
    match (world, World::of(&description.kind)) {
        (World::Enricher, World::Rule) => wrong("it exports `enrich`, but says that it is no enricher"),
        (World::Rule, World::Enricher) => wrong("it exports no `enrich`, but says that it is no rule"),
        _ => Ok(description),
    }
}

/// Whether a file begins as a component does.
fn check_form(bytes: &[u8]) -> Result<(), LoadError> {
    // The fifth to eighth byte: a version, and the layer that tells a component from a module.
    match bytes.get(..8) {
        Some([0, b'a', b's', b'm', _, _, 1, 0]) => Ok(()),
        Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => Err(LoadError::CoreModule),
        Some([0x7f, b'E', b'L', b'F', ..]) => Err(LoadError::Precompiled),
        Some([0, b'a', b's', b'm', ..]) => Err(LoadError::Malformed("its version is unknown".to_owned())),
        _ => Err(LoadError::NotWasm),
    }
}

fn read(path: &Path, limit: u64, owners: Option<&[u32]>) -> Result<Vec<u8>, LoadError> {
    let (mut file, size) = open_regular(path)?;
    if let Some(owners) = owners {
        ownership::check_file(&file.metadata()?, owners)?;
    }
    let too_large = |size| LoadError::TooLarge { size, limit };
    if size > limit {
        return Err(too_large(size));
    }
    let mut bytes = Vec::new();
    file.by_ref().take(FORM).read_to_end(&mut bytes)?;
    check_form(&bytes)?;
    file.take(limit + 1 - FORM).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(too_large(bytes.len() as u64)) } else { Ok(bytes) }
}

/// The first sandbox: what is not on the list is not linked, and what needs it does not run. Gives what is imported.
fn check_imports(engine: &PluginEngine, component: &Component, world: World) -> Result<Vec<String>, LoadError> {
    let (known, kind) = (capability::imports(world), world.name());
    let mut imports = Vec::new();
    for (import, _) in component.component_type().imports(engine.engine()) {
        let interface = import.strip_prefix(PACKAGE);
        match interface.and_then(|interface| interface.split_once('@')) {
            Some((name, _)) if import.ends_with(VERSION) && TYPES.contains(&name) => {}
            Some((name, _)) if import.ends_with(VERSION) && world != World::Rule && QUERY_TYPES.contains(&name) => {}
            Some((name, _)) if import.ends_with(VERSION) && known.contains(&name) => imports.push(import.to_owned()),
            None if wasi::is_wasi(import) => imports.push(plain(import, QUOTED)),
            Some((_, version)) if format!("@{version}") != VERSION => {
                return Err(LoadError::Version { found: plain(&format!("net-scout:plugin@{version}"), QUOTED) });
            }
            _ => return Err(LoadError::Import { import: plain(import, QUOTED), kind, known: known.join(", ") }),
        }
    }
    Ok(imports)
}
