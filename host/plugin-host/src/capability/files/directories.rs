//! The directories of the configuration. Each is opened once for a run, and nothing here leaves it.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, FileExt as _, MetadataExt as _, OpenOptions, OpenOptionsExt as _};
use rustix::fs::OFlags;

use super::{QUOTED, wit};
use net_scout_model::plain;
use net_scout_store::belongs_to;

/// The most files that are listed.
pub(super) const MOST_LISTED: usize = 1_000;
/// The longest path, in bytes.
const LONGEST_PATH: usize = 1_024;

/// The directories of the configuration, each opened once. Cheap to clone.
#[derive(Clone, Default)]
pub struct Directories {
    opened: Arc<BTreeMap<String, (PathBuf, Opened)>>,
    /// The database of the scan, whose files are never opened here: to close one would drop its locks.
    pub(super) database: Option<Arc<Path>>,
}

/// A directory, or why it could not be opened.
type Opened = Result<Arc<Dir>, String>;

impl Directories {
    /// Opens the directories. One that cannot be opened is an error where it is used, and nowhere else.
    #[must_use]
    pub fn open(paths: &BTreeMap<String, PathBuf>) -> Self {
        let open = |path: &PathBuf| Dir::open_ambient_dir(path, ambient_authority()).map(Arc::new);
        let opened = paths.iter().map(|(name, path)| {
            let directory = open(path).map_err(|error| error.to_string());
            (name.clone(), (path.clone(), directory))
        });
        Self { opened: Arc::new(opened.collect()), database: None }
    }

    /// The same without the files of this database, should they lie in one of the directories.
    #[must_use]
    pub fn without(self, database: &Path) -> Self {
        Self { database: Some(database.into()), ..self }
    }

    pub(super) fn get(&self, name: &str) -> Result<Arc<Dir>, wit::FilesError> {
        let Some((path, opened)) = self.opened.get(name) else {
            return Err(wit::FilesError::NotFound(unconfigured(&plain(name, QUOTED))));
        };
        opened.clone().map_err(|error| {
            wit::FilesError::NotFound(format!("the directory {name} ({}) cannot be opened: {error}", path.display()))
        })
    }
}

/// What to say of a directory that the configuration does not have.
#[must_use]
pub fn unconfigured(name: &str) -> String {
    format!("the directory {name} is not configured; to configure it, add [directories] {name} = \"PATH\"")
}

/// The path must stay in its directory by its words alone; links are looked after when it is opened.
pub(super) fn check_path(directory: &str, path: &str) -> Result<(), wit::FilesError> {
    let shown = plain(path, QUOTED);
    if path.is_empty() || path.len() > LONGEST_PATH || path.contains('\0') {
        return Err(wit::FilesError::Invalid(format!("`{shown}` is no path of 1 to {LONGEST_PATH} bytes without a zero")));
    }
    if Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Ok(());
    }
    Err(outside(directory, &shown))
}

fn outside(directory: &str, shown: &str) -> wit::FilesError {
    wit::FilesError::AccessDenied(format!(
        "`{shown}` leads out of the directory {directory}, and only what is in it can be granted"
    ))
}

/// Opens a regular file to read it. A pipe or a device is not waited for.
pub(super) fn open_regular(
    directory: &Dir,
    name: &str,
    path: &str,
    database: Option<&Path>,
) -> Result<(Arc<File>, u64), wit::FilesError> {
    let shown = plain(path, QUOTED);
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            wit::FilesError::NotFound(format!("there is no file `{shown}` in the directory {name}"))
        }
        // The system's own refusal has a number; that of cap-std has none.
        ErrorKind::PermissionDenied if error.raw_os_error().is_none() => outside(name, &shown),
        _ => wit::FilesError::Unavailable(format!("`{shown}` in the directory {name} cannot be opened: {error}")),
    };
    let irregular = || wit::FilesError::Invalid(format!("`{shown}` in the directory {name} is not a regular file"));
    let metadata = directory.metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(irregular());
    }
    if database.is_some_and(|database| belongs_to(database, metadata.dev(), metadata.ino())) {
        let text = format!("`{shown}` in the directory {name} belongs to the database of net-sentinel, which no plugin opens");
        return Err(wit::FilesError::Unavailable(text));
    }
    // It may have been replaced since: a pipe must not make this wait, and what counts is what was opened.
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(OFlags::NONBLOCK.bits() as i32);
    let file = directory.open_with(path, &options).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(irregular());
    }
    Ok((Arc::new(file), metadata.len()))
}

/// The names of the regular files of a directory. A link counts as what it leads to, if that is in the directory.
pub(super) fn listed(directory: &Dir, name: &str) -> Result<Vec<String>, wit::FilesError> {
    let failed = |error| wit::FilesError::Unavailable(format!("the directory {name} cannot be listed: {error}"));
    let mut names = Vec::new();
    for entry in directory.entries().map_err(failed)? {
        let Ok(file) = entry.map_err(failed)?.file_name().into_string() else { continue };
        if file.starts_with('.') || !directory.metadata(&file).is_ok_and(|metadata| metadata.is_file()) {
            continue;
        }
        if names.len() == MOST_LISTED {
            return Err(wit::FilesError::TooLarge(format!("the directory {name} has more than {MOST_LISTED} files")));
        }
        names.push(file);
    }
    names.sort();
    Ok(names)
}

/// Up to `length` bytes; fewer where the file became shorter.
pub(super) fn read(file: &File, offset: u64, length: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while filled < length {
        match file.read_at(&mut bytes[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}
