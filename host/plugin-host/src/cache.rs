//! Compiled code, kept between runs for this user alone.
//!
//! Loading compiled code runs it, so a folder that others can write is never used: not one that is readable by them either, so that
//! nobody is tempted to share it. A file is named by the hash of the component and of the engine. It begins with the SHA-256 of the code: to
//! run what a crash or a disk damaged could do anything, so it is compiled anew.

use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use wasmtime::component::Component;
use wasmtime::{Engine, Precompiled};

use crate::ownership::NewFile;

/// When the folder holds more than this, the files that were made first go.
const LARGEST: u64 = 512 << 20;
/// How compiled code is called in the folder.
const EXTENSION: &str = "code";
/// What a file begins with, before the SHA-256 of the code and the code.
const MAGIC: &[u8; 8] = b"nscode1\n";
/// How many bytes a SHA-256 has.
const DIGEST: usize = 32;

/// Where compiled code is kept, if anywhere.
#[derive(Clone, Debug)]
pub struct CodeCache {
    folder: Option<PathBuf>,
}

impl CodeCache {
    /// Uses the folder, which is made where it is missing. A folder that is not for this user alone is not used, with a warning.
    #[must_use]
    pub fn new(folder: Option<&Path>) -> Self {
        let folder = folder.and_then(|folder| match private(folder) {
            Ok(()) => Some(folder.to_owned()),
            Err(reason) => {
                tracing::warn!("compiled plugins are not kept: {} {reason}", folder.display());
                None
            }
        });
        Self { folder }
    }

    /// The code of the component with this hash, if it is kept.
    pub(super) fn get(&self, engine: &Engine, sha256: &str) -> Option<Component> {
        let path = self.path(engine, sha256)?;
        let file = read(&path)?;
        // `private` made sure that nobody else can write the folder, and the file is this user's.
        let component = sound(&file).and_then(|code| trusted(engine, code).ok());
        // What an earlier version kept is not damaged, only of another form.
        if component.is_none() && Engine::detect_precompiled(&file).is_none() {
            tracing::warn!("the compiled plugin {} is damaged; the plugin is compiled again", path.display());
        }
        component
    }

    /// Keeps the code of a component. Where that fails it is compiled again the next time.
    pub(super) fn keep(&self, engine: &Engine, sha256: &str, code: &[u8]) {
        let (Some(folder), Some(path)) = (&self.folder, self.path(engine, sha256)) else { return };
        if let Err(error) = store(folder, &path, code) {
            tracing::warn!("a compiled plugin could not be kept in {}: {error}", folder.display());
        }
    }

    /// The file of a component's code: what it was, and what compiled it.
    fn path(&self, engine: &Engine, sha256: &str) -> Option<PathBuf> {
        let mut engine_hash = std::hash::DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut engine_hash);
        Some(self.folder.as_ref()?.join(format!("{sha256}-{:016x}.{EXTENSION}", engine_hash.finish())))
    }
}

/// A file of this user's; none where there is none.
fn read(path: &Path) -> Option<Vec<u8>> {
    let metadata = fs::symlink_metadata(path).ok()?;
    if !metadata.is_file() || metadata.uid() != user() {
        return None;
    }
    fs::read(path).ok()
}

/// The code in a file, if it is what was written.
fn sound(file: &[u8]) -> Option<&[u8]> {
    let (digest, code) = file.strip_prefix(MAGIC)?.split_at_checked(DIGEST)?;
    (Sha256::digest(code).as_slice() == digest).then_some(code)
}

/// A component of machine code that this program made: in a process of its own just now, or earlier, and kept since where only this user
/// can write.
#[expect(unsafe_code, reason = "to load machine code is to run it; both callers have it from this program")]
pub(super) fn trusted(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    if Engine::detect_precompiled(code) != Some(Precompiled::Component) {
        return Err(wasmtime::Error::msg("the compiler gave no component"));
    }
    // SAFETY: as above.
    unsafe { Component::deserialize(engine, code) }
}

fn store(folder: &Path, path: &Path, code: &[u8]) -> std::io::Result<()> {
    let mut file = NewFile::beside(path)?;
    file.write_all(MAGIC)?;
    file.write_all(&Sha256::digest(code))?;
    file.write_all(code)?;
    file.keep()?;
    evict(folder)
}

/// Removes the files that were made first until the rest fits.
fn evict(folder: &Path) -> std::io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Another run may be at work in it.
        let Ok(metadata) = entry.metadata() else { continue };
        if entry.path().extension().is_some_and(|extension| extension == EXTENSION) {
            files.push((metadata.modified()?, metadata.len(), entry.path()));
        }
    }
    files.sort();
    let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
    for (_, size, path) in files {
        if total <= LARGEST {
            break;
        }
        match fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        total -= size;
    }
    Ok(())
}

/// Makes the folder for this user alone, or makes sure that it is.
fn private(folder: &Path) -> Result<(), String> {
    if !folder.exists() {
        if let Some(parent) = folder.parent() {
            fs::create_dir_all(parent).map_err(|error| format!("cannot be made: {error}"))?;
        }
        match fs::DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(format!("cannot be made: {error}")),
            _ => {}
        }
    }
    let metadata = fs::symlink_metadata(folder).map_err(|error| format!("cannot be read: {error}"))?;
    if !metadata.is_dir() {
        return Err("is no folder".to_owned());
    }
    if metadata.uid() != user() {
        return Err("belongs to another user".to_owned());
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err("is open to other users; make it private with chmod 700".to_owned());
    }
    Ok(())
}

/// The user that this process runs as: the owner of its own entry in /proc.
fn user() -> u32 {
    fs::metadata("/proc/self").map_or(u32::MAX, |metadata| metadata.uid())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    fn files(folder: &Path) -> Vec<PathBuf> {
        fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect()
    }

    #[test]
    fn code_is_kept_and_damage_is_noticed() {
        let parent = tempfile::tempdir().expect("folder");
        let folder = parent.path().join("deep/code");
        let cache = CodeCache::new(Some(&folder));
        let engine = Engine::default();
        let code = engine.precompile_component(EMPTY).expect("compile");
        assert!(cache.get(&engine, "a").is_none());
        cache.keep(&engine, "a", &code);
        assert!(cache.get(&engine, "a").is_some() && cache.get(&engine, "b").is_none());
        let kept = files(&folder);
        assert_eq!(kept.len(), 1);
        fs::write(&kept[0], b"junk").expect("damage");
        assert!(cache.get(&engine, "a").is_none());
        cache.keep(&engine, "a", &code);
        assert!(cache.get(&engine, "a").is_some());
        // No bit may change, and nothing be cut off or added.
        let whole = fs::read(&kept[0]).expect("file");
        for place in (0..whole.len()).step_by(whole.len() / 50 + 1).chain([8, 39, 40, whole.len() - 1]) {
            let mut damaged = whole.clone();
            damaged[place] ^= 1 << (place % 8);
            fs::write(&kept[0], &damaged).expect("damage");
            assert!(cache.get(&engine, "a").is_none(), "{place}");
            fs::write(&kept[0], &whole[..place]).expect("cut");
            assert!(cache.get(&engine, "a").is_none(), "{place}");
        }
        fs::write(&kept[0], [whole.as_slice(), b"x"].concat()).expect("longer");
        assert!(cache.get(&engine, "a").is_none());
        // As an earlier version wrote it.
        fs::write(&kept[0], &code).expect("older");
        assert!(cache.get(&engine, "a").is_none());
        cache.keep(&engine, "a", &code);
        assert!(cache.get(&engine, "a").is_some());
        assert_eq!(fs::metadata(&folder).expect("folder").permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_folder_of_others_is_not_used() {
        let folder = tempfile::tempdir().expect("folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("open up");
        CodeCache::new(Some(folder.path())).keep(&Engine::default(), "a", b"code");
        assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
    }

    #[test]
    fn many_at_once_do_not_disturb_each_other() {
        let parent = tempfile::tempdir().expect("folder");
        let folder = parent.path().join("code");
        let cache = CodeCache::new(Some(&folder));
        let engine = Engine::default();
        let code = engine.precompile_component(EMPTY).expect("compile");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..50).for_each(|index| cache.keep(&engine, &format!("{}", index % 5), &code)));
            }
        });
        assert_eq!(files(&folder).len(), 5);
        assert!((0..5).all(|index| cache.get(&engine, &index.to_string()).is_some()));
    }
}
