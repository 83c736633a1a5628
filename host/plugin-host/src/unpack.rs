//! Plugins that are bytes in the program become a folder with its lock: for this user alone, among the compiled code, or where the operator
//! wants it. They are approved by whoever built the program, as its own code is; from then on they are plugins like others.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::approve::Approvals;
use crate::installed::{PluginOptions, PluginsError};
use crate::lock::LOCK;
use crate::ownership::NewFile;
use net_scout_model::{Sink, UsageError};

/// The name of a folder that is being written.
const PREFIX: &str = ".plugins.";
const SUFFIX: &str = ".partial";
/// After so long nobody writes it any more.
const ABANDONED: Duration = Duration::from_secs(3_600);

/// Plugins that are bytes in the program.
#[derive(Clone, Copy, Debug)]
pub struct Packed {
    /// The name of their folder, which other files would not have.
    pub name: &'static str,
    /// Their files: name and bytes.
    pub files: &'static [(&'static str, &'static [u8])],
}

/// The folder of these plugins among the compiled code, if it is there and nothing is missing or too much.
#[must_use]
pub fn unpacked_before(packed: Packed, options: &PluginOptions) -> Option<PathBuf> {
    place(packed, options).filter(|folder| is_whole(packed, folder))
}

/// Where the folder of these plugins belongs.
fn place(packed: Packed, options: &PluginOptions) -> Option<PathBuf> {
    Some(options.cache_dir.as_deref()?.join(packed.name))
}

/// The folder of these plugins among the compiled code; it is made where it is not there, and again where something cleaned it up.
///
/// # Errors
/// When there is no folder for compiled code, or it cannot be written.
pub async fn unpacked(packed: Packed, options: &PluginOptions, sink: &dyn Sink) -> Result<PathBuf, PluginsError> {
    if packed.files.is_empty() {
        return Err(missing(options, "this program was built without its plugins"));
    }
    if let Some(folder) = unpacked_before(packed, options) {
        return Ok(folder);
    }
    let folder =
        place(packed, options).ok_or_else(|| missing(options, "without cache_dir there is no place for the standard ones"))?;
    make(packed, &folder, options, sink).await?;
    Ok(folder)
}

/// Writes these plugins into a folder of that name, which must not be there.
///
/// # Errors
/// When it is there, or cannot be written.
pub async fn extract(packed: Packed, folder: &Path, options: &PluginOptions, sink: &dyn Sink) -> Result<(), PluginsError> {
    if packed.files.is_empty() {
        return Err(missing(options, "this program was built without its plugins"));
    }
    if folder.symlink_metadata().is_ok() {
        return Err(UsageError(format!("{} is there already; name a folder that is not", folder.display())).into());
    }
    make(packed, folder, options, sink).await
}

/// Whether a folder has these files and no other plugin. What is in them, the lock says.
fn is_whole(packed: Packed, folder: &Path) -> bool {
    let has = |name: &str, bytes: &[u8]| folder.join(name).metadata().is_ok_and(|file| file.len() == bytes.len() as u64);
    let is_plugin = |entry: &fs::DirEntry| entry.path().extension().is_some_and(|extension| extension == "wasm");
    let there = fs::read_dir(folder).map_or(0, |entries| entries.flatten().filter(is_plugin).count());
    folder.join(LOCK).is_file() && there == packed.files.len() && packed.files.iter().all(|(name, bytes)| has(name, bytes))
}

fn missing(options: &PluginOptions, reason: &str) -> PluginsError {
    UsageError(format!("there is no plugin folder {}, and {reason}; name a folder with --plugins DIR", options.folder.display()))
        .into()
}

/// Makes the folder beside its place and gives it its name when all is in it: nobody sees half of it.
async fn make(packed: Packed, folder: &Path, options: &PluginOptions, sink: &dyn Sink) -> Result<(), PluginsError> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = |source: io::Error| PluginsError::NotUnpacked { folder: folder.display().to_string(), source };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(written)?;
    sweep(parent);
    let new = tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).tempdir_in(parent).map_err(written)?;
    for (name, bytes) in packed.files {
        write(&new.path().join(name), bytes).map_err(written)?;
    }
    let within = PluginOptions { folder: new.path().to_owned(), is_named: true, ..options.clone() };
    let mut approvals = Approvals::propose(&within, &[], BTreeMap::new(), sink).await?;
    for proposal in std::mem::take(&mut approvals.proposals) {
        approvals.approve(&proposal)?;
    }
    // What was there is not whole, or it would not be made.
    let old = new.path().with_extension("old");
    match fs::rename(folder, &old) {
        Ok(()) => fs::remove_dir_all(&old).map_err(written)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(written(error)),
    }
    match fs::rename(new.path(), folder) {
        // What has its name now is no longer removed at the end.
        Ok(()) => drop(new.keep()),
        // Another process was faster, with the same files.
        Err(_) if is_whole(packed, folder) => {}
        Err(error) => return Err(written(error)),
    }
    fs::File::open(parent).and_then(|parent| parent.sync_all()).map_err(written)
}

/// Removes what a process left that was killed while it wrote. One that is at work is done within minutes.
fn sweep(parent: &Path) {
    let is_old = |entry: &fs::DirEntry| {
        let changed = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        changed.and_then(|changed| changed.elapsed().ok()).is_some_and(|age| age > ABANDONED)
    };
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        if is_ours && is_old(&entry) {
            // Where it cannot be removed, it is no harm.
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = NewFile::beside(path)?;
    file.write_all(bytes)?;
    file.keep()
}

#[cfg(test)]
mod tests {
    use net_scout_model::Messages;

    use super::*;

    fn packed(files: &'static [(&'static str, &'static [u8])]) -> Packed {
        Packed { name: "standard", files }
    }

    fn options(folder: &Path) -> PluginOptions {
        PluginOptions { folder: folder.join("plugins"), cache_dir: Some(folder.join("cache/code")), ..PluginOptions::default() }
    }

    #[tokio::test]
    async fn what_cannot_be_unpacked_is_said_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let (options, sink) = (options(folder.path()), Messages::default());
        let none = unpacked(packed(&[]), &options, &sink).await.expect_err("nothing to unpack").to_string();
        assert!(none.contains("built without its plugins") && none.contains("--plugins DIR"), "{none}");
        let nowhere = PluginOptions { cache_dir: None, ..options.clone() };
        let error = unpacked(packed(&[("a.wasm", b"a")]), &nowhere, &sink).await.expect_err("no place").to_string();
        assert!(error.contains("cache_dir"), "{error}");
        let there =
            extract(packed(&[("a.wasm", b"a")]), folder.path(), &options, &sink).await.expect_err("it is there").to_string();
        assert!(there.contains("is there already"), "{there}");
    }
}
