//! The file of a component: what is known of it, and how it is opened.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;

use super::error::LoadError;
use super::wasi;

/// The file of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The name of the file.
    pub file: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// What the component imports, but for what holds types only.
    pub imports: Vec<String>,
}

impl Artifact {
    /// Whether it imports WASI, of which it gets an empty one.
    #[must_use]
    pub fn imports_wasi(&self) -> bool {
        self.imports.iter().any(|import| wasi::is_wasi(import))
    }
}

/// Opens a regular file, and says its size. A pipe or a device is not waited for, whatever it was called.
pub(super) fn open_regular(path: &Path) -> Result<(File, u64), LoadError> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(LoadError::NotAFile);
    }
    // It may have been replaced since: what counts is what was opened.
    let file = File::options().read(true).custom_flags(OFlags::NONBLOCK.bits() as i32).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok((file, metadata.len())) } else { Err(LoadError::NotAFile) }
}
