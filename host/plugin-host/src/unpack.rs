//! Plugins that are bytes in the program become a folder with its lock: for this user alone, beside the compiled code, or where the operator
//! wants it. They are approved by whoever built the program, as its own code is; from then on they are plugins like others.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::ownership::NewFile;
use crate::{Approvals, LOCK, PluginOptions, PluginsError};
use net_scout_model::{Sink, UsageError, hex};

/// The files of plugins: name and bytes.
type Files = [(&'static str, &'static [u8])];

/// The folder of these plugins beside the compiled code, if it is there.
#[must_use]
pub fn unpacked_before(files: &Files, options: &PluginOptions) -> Option<PathBuf> {
    // It got its name when it was whole.
    place(files, options).filter(|folder| folder.join(LOCK).is_file())
}

/// Where the folder of these plugins belongs.
fn place(files: &Files, options: &PluginOptions) -> Option<PathBuf> {
    Some(options.cache_dir.as_deref()?.with_file_name(format!("standard-{}", &hex(&digest(files))[..16])))
}

/// The folder of these plugins beside the compiled code; it is made where it is not there.
///
/// # Errors
/// When there is no folder for compiled code, or it cannot be written.
pub async fn unpacked(files: &Files, options: &PluginOptions, sink: &dyn Sink) -> Result<PathBuf, PluginsError> {
    if files.is_empty() {
        return Err(missing(options, "this program was built without its plugins"));
    }
    if let Some(folder) = unpacked_before(files, options) {
        return Ok(folder);
    }
    let folder =
        place(files, options).ok_or_else(|| missing(options, "without cache_dir there is no place for the standard ones"))?;
    make(files, &folder, options, sink).await?;
    Ok(folder)
}

/// Writes these plugins into a folder of that name, which must not be there.
///
/// # Errors
/// When it is there, or cannot be written.
pub async fn extract(files: &Files, folder: &Path, options: &PluginOptions, sink: &dyn Sink) -> Result<(), PluginsError> {
    if files.is_empty() {
        return Err(missing(options, "this program was built without its plugins"));
    }
    if folder.symlink_metadata().is_ok() {
        return Err(UsageError(format!("{} is there already; name a folder that is not", folder.display())).into());
    }
    make(files, folder, options, sink).await
}

fn missing(options: &PluginOptions, reason: &str) -> PluginsError {
    UsageError(format!("there is no plugin folder {}, and {reason}; name a folder with --plugins DIR", options.folder.display()))
        .into()
}

fn digest(files: &Files) -> Vec<u8> {
    let mut digest = Sha256::new();
    for (name, bytes) in files {
        digest.update(name.as_bytes());
        digest.update((bytes.len() as u64).to_le_bytes());
        digest.update(bytes);
    }
    digest.finalize().to_vec()
}

/// Makes the folder beside its place and gives it its name when all is in it: nobody sees half of it.
async fn make(files: &Files, folder: &Path, options: &PluginOptions, sink: &dyn Sink) -> Result<(), PluginsError> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = |source: io::Error| PluginsError::NotUnpacked { folder: folder.display().to_string(), source };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(written)?;
    let new = tempfile::Builder::new().prefix(".plugins.").suffix(".partial").tempdir_in(parent).map_err(written)?;
    for (name, bytes) in files {
        write(&new.path().join(name), bytes).map_err(written)?;
    }
    let within = PluginOptions { folder: new.path().to_owned(), is_named: true, ..options.clone() };
    let mut approvals = Approvals::propose(&within, &[], BTreeMap::new(), sink).await?;
    for proposal in std::mem::take(&mut approvals.proposals) {
        approvals.approve(&proposal)?;
    }
    match fs::rename(new.path(), folder) {
        // What has its name now is no longer removed at the end.
        Ok(()) => drop(new.keep()),
        // Another process was faster, with the same files.
        Err(_) if folder.join(LOCK).is_file() => {}
        Err(error) => return Err(written(error)),
    }
    fs::File::open(parent).and_then(|parent| parent.sync_all()).map_err(written)
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

    fn options(folder: &Path) -> PluginOptions {
        PluginOptions { folder: folder.join("plugins"), cache_dir: Some(folder.join("cache/code")), ..PluginOptions::default() }
    }

    #[tokio::test]
    async fn what_cannot_be_unpacked_is_said_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let (options, sink) = (options(folder.path()), Messages::default());
        let none = unpacked(&[], &options, &sink).await.expect_err("nothing to unpack").to_string();
        assert!(none.contains("built without its plugins") && none.contains("--plugins DIR"), "{none}");
        let nowhere = PluginOptions { cache_dir: None, ..options.clone() };
        let error = unpacked(&[("a.wasm", b"a")], &nowhere, &sink).await.expect_err("no place").to_string();
        assert!(error.contains("cache_dir"), "{error}");
        let there = extract(&[("a.wasm", b"a")], folder.path(), &options, &sink).await.expect_err("it is there").to_string();
        assert!(there.contains("is there already"), "{there}");
    }
}
