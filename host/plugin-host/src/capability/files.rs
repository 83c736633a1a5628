//! `files`: reads in directories that the operator named in `[directories]`, for granted names.
//!
//! Each directory is opened once for a run. A guest's path is resolved inside it by cap-std, which follows no link out of it; nothing here
//! may ever turn a guest's text into a path of the system's.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, FileExt as _, MetadataExt as _, OpenOptions, OpenOptionsExt as _};
use rustix::fs::OFlags;
use wasmtime::component::{Resource, ResourceTable};

use serde_json::json;

use crate::bindings::net_scout::plugin::files as wit;
use crate::{Boundary, failure};
use net_scout_model::{Request, plain};
use net_scout_store::belongs_to;

/// How many files a call may have open at once.
const OPEN_FILES: usize = 8;
/// The most bytes of one read.
const LARGEST_READ: u32 = 1 << 20;
/// The most files that are listed.
const MOST_LISTED: usize = 1_000;
/// The longest path, in bytes.
const LONGEST_PATH: usize = 1_024;
/// How much of a name stands in an error, in characters.
const QUOTED: usize = 100;

/// The directories of the configuration, each opened once. Cheap to clone.
#[derive(Clone, Default)]
pub struct Directories {
    opened: Arc<BTreeMap<String, (PathBuf, Opened)>>,
    /// The database of the scan, whose files are never opened here: to close one would drop its locks.
    database: Option<Arc<Path>>,
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

    fn get(&self, name: &str) -> Result<Arc<Dir>, wit::FilesError> {
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

/// The directories that a plugin may read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilesGrant {
    plugin: String,
    directories: Vec<String>,
}

impl FilesGrant {
    /// The lines for files among what was granted.
    #[must_use]
    pub fn new(plugin: &str, granted: &[Request]) -> Self {
        let directories = granted.iter().filter_map(|request| match request {
            Request::Files { directory } => Some(directory.clone()),
            _ => None,
        });
        Self { plugin: plugin.to_owned(), directories: directories.collect() }
    }

    /// The gate.
    fn check(&self, directory: &str) -> Result<(), wit::FilesError> {
        if self.directories.iter().any(|granted| granted == directory) {
            return Ok(());
        }
        let request = Request::Files { directory: plain(directory, QUOTED) };
        let line = Request::configuration(&self.plugin, &[&request]);
        Err(wit::FilesError::AccessDenied(format!("the directory {request} is not granted; to grant it, add {line}")))
    }
}

/// A file that is open.
pub struct OpenFile {
    /// Which of the call's files it is, from 1.
    number: u64,
    /// None where a recording is played.
    file: Option<Arc<File>>,
    size: u64,
}

/// The files of one call.
pub struct FilesContext {
    grant: FilesGrant,
    directories: Option<Directories>,
    boundary: Boundary,
    table: ResourceTable,
    open: usize,
    /// How many were opened so far.
    opened: u64,
}

failure!(wit::FilesError);

impl FilesContext {
    /// For a plugin with this grant; without directories where nothing is read.
    #[must_use]
    pub fn new(grant: FilesGrant, directories: Option<Directories>, boundary: Boundary) -> Self {
        Self { grant, directories, boundary, table: ResourceTable::new(), open: 0, opened: 0 }
    }
}

impl FilesGrant {
    /// Opens a file where `open` others are.
    async fn open_file(
        &self,
        directories: Option<&Directories>,
        open: usize,
        name: &str,
        path: &str,
    ) -> Result<(Arc<File>, u64), wit::FilesError> {
        let directory = self.directory(directories, name)?;
        check_path(name, path)?;
        if open >= OPEN_FILES {
            let text = format!("at most {OPEN_FILES} files may be open at once; drop one before opening another");
            return Err(wit::FilesError::TooLarge(text));
        }
        let (name, path) = (name.to_owned(), path.to_owned());
        let database = directories.and_then(|directories| directories.database.clone());
        blocking(move || open_regular(&directory, &name, &path, database.as_deref())).await?
    }
}

impl FilesGrant {
    /// The names of the files in a directory.
    async fn list(&self, directories: Option<&Directories>, name: &str) -> Result<Vec<String>, wit::FilesError> {
        let directory = self.directory(directories, name)?;
        let name = name.to_owned();
        blocking(move || listed(&directory, &name)).await?
    }

    /// A directory behind the gate.
    fn directory(&self, directories: Option<&Directories>, name: &str) -> Result<Arc<Dir>, wit::FilesError> {
        self.check(name)?;
        let unavailable = || wit::FilesError::Unavailable("there is no directory".to_owned());
        directories.ok_or_else(unavailable)?.get(name)
    }
}

impl wit::Host for FilesContext {
    async fn list(&mut self, directory: String) -> wasmtime::Result<Result<Vec<String>, wit::FilesError>> {
        let arguments = || json!({ "directory": directory });
        let work = self.grant.list(self.directories.as_ref(), &directory);
        self.boundary.cross("files.list", directory.len(), arguments, work).await
    }

    async fn open(&mut self, directory: String, path: String) -> wasmtime::Result<Result<Resource<OpenFile>, wit::FilesError>> {
        let arguments = || json!({ "directory": directory, "path": path });
        let mut opened = None;
        let (grant, directories, open) = (&self.grant, self.directories.as_ref(), self.open);
        let work = async {
            let (file, size) = grant.open_file(directories, open, &directory, &path).await?;
            opened = Some(file);
            Ok(size)
        };
        let size = match self.boundary.cross("files.open", directory.len() + path.len(), arguments, work).await? {
            Ok(size) => size,
            Err(error) => return Ok(Err(error)),
        };
        self.open += 1;
        self.opened += 1;
        Ok(Ok(self.table.push(OpenFile { number: self.opened, file: opened, size })?))
    }
}

impl wit::HostFile for FilesContext {
    async fn size(&mut self, file: Resource<OpenFile>) -> wasmtime::Result<u64> {
        self.boundary.count("files.size", 0)?;
        Ok(self.table.get(&file)?.size)
    }

    async fn read_at(
        &mut self,
        file: Resource<OpenFile>,
        offset: u64,
        length: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, wit::FilesError>> {
        let OpenFile { number, file, size } = self.table.get(&file)?;
        let arguments = || json!({ "file": number, "offset": offset, "length": length });
        let work = async {
            if length > LARGEST_READ {
                let text = format!("at most {LARGEST_READ} bytes may be read at once, not {length}");
                return Err(wit::FilesError::TooLarge(text));
            }
            let length = u64::from(length).min(size.saturating_sub(offset)) as usize;
            let Some(file) = file.as_ref().filter(|_| length > 0).map(Arc::clone) else { return Ok(Vec::new()) };
            let read = blocking(move || read(&file, offset, length)).await?;
            read.map_err(|error| wit::FilesError::Unavailable(format!("the file cannot be read: {error}")))
        };
        self.boundary.cross("files.read-at", 0, arguments, work).await
    }

    async fn drop(&mut self, file: Resource<OpenFile>) -> wasmtime::Result<()> {
        self.table.delete(file)?;
        self.open -= 1;
        Ok(())
    }
}

/// Runs what waits for a disk where it holds up no other call.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, wit::FilesError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| wit::FilesError::Unavailable(error.to_string()))
}

/// The path must stay in its directory by its words alone; links are looked after when it is opened.
fn check_path(directory: &str, path: &str) -> Result<(), wit::FilesError> {
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
fn open_regular(directory: &Dir, name: &str, path: &str, database: Option<&Path>) -> Result<(Arc<File>, u64), wit::FilesError> {
    let shown = plain(path, QUOTED);
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            wit::FilesError::NotFound(format!("there is no file `{shown}` in the directory {name}"))
        }
        // The system's own refusal has a number; that of cap-std has none.
        ErrorKind::PermissionDenied if error.raw_os_error().is_none() => outside(name, &shown),
        _ => wit::FilesError::Unavailable(format!("`{shown}` in the directory {name} cannot be opened: {error}")),
    };
    let irregular = || wit::FilesError::Invalid(format!("`{shown}` in the directory {name} is no regular file"));
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
fn listed(directory: &Dir, name: &str) -> Result<Vec<String>, wit::FilesError> {
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
fn read(file: &File, offset: u64, length: usize) -> std::io::Result<Vec<u8>> {
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

#[cfg(test)]
mod tests {
    use wit::{FilesError, Host as _, HostFile as _};

    use super::*;
    use crate::LimitExceeded;
    use crate::recording::Session;
    use net_scout_model::Limits;

    /// A folder `in` with a file `a` and links, beside a file `secret`; the context may read `in` as `data`.
    fn scene() -> (tempfile::TempDir, FilesContext) {
        let folder = tempfile::tempdir().expect("folder");
        let inside = folder.path().join("in");
        std::fs::create_dir(&inside).expect("folder");
        std::fs::write(folder.path().join("secret"), "secret").expect("file");
        std::fs::write(inside.join("a"), "0123456789").expect("file");
        for (target, link) in
            [("a", "good"), ("../secret", "up"), ("/etc/passwd", "absolute"), ("nothing", "dangling"), ("..", "parent")]
        {
            std::os::unix::fs::symlink(target, inside.join(link)).expect("link");
        }
        let paths = BTreeMap::from([
            ("data".to_owned(), inside.clone()),
            ("gone".to_owned(), folder.path().join("gone")),
            ("other".to_owned(), inside),
        ]);
        let granted = ["data", "gone", "ghost"].map(|name| Request::Files { directory: name.to_owned() });
        let grant = FilesGrant::new("reader", &granted);
        (folder, FilesContext::new(grant, Some(Directories::open(&paths)), Boundary::new(Limits::default(), Session::Live)))
    }

    async fn refused(context: &mut FilesContext, directory: &str, path: &str) -> FilesError {
        match context.open(directory.to_owned(), path.to_owned()).await.expect("no trap") {
            Ok(_) => panic!("{directory} {path} was opened"),
            Err(error) => error,
        }
    }

    #[tokio::test]
    async fn reads_ranges_of_granted_files() {
        let (_folder, mut context) = scene();
        for path in ["a", "./a", "good"] {
            let file = context.open("data".to_owned(), path.to_owned()).await.expect("no trap").expect(path);
            let mut at =
                async |offset, length| context.read_at(Resource::new_borrow(file.rep()), offset, length).await.expect("no trap");
            assert_eq!(at(2, 3).await.expect("read"), b"234");
            assert_eq!(at(8, 100).await.expect("read"), b"89");
            assert_eq!(at(u64::MAX, LARGEST_READ).await.expect("read"), b"");
            let Err(FilesError::TooLarge(text)) = at(0, LARGEST_READ + 1).await else { panic!("read") };
            assert_eq!(text, "at most 1048576 bytes may be read at once, not 1048577");
            assert_eq!(context.size(Resource::new_borrow(file.rep())).await.expect("no trap"), 10);
            context.drop(file).await.expect("dropped");
        }
    }

    /// To open and close a file of the database would drop the locks of this process on it.
    #[tokio::test]
    async fn the_files_of_the_database_are_never_opened() {
        let (folder, mut context) = scene();
        let inside = folder.path().join("in");
        std::fs::hard_link(inside.join("a"), folder.path().join("net_sentinel.db")).expect("link");
        std::fs::write(folder.path().join("net_sentinel.db-wal"), "log").expect("file");
        std::fs::hard_link(folder.path().join("net_sentinel.db-wal"), inside.join("log")).expect("link");
        context.directories = context.directories.map(|directories| directories.without(&folder.path().join("net_sentinel.db")));
        for path in ["a", "good", "log"] {
            let FilesError::Unavailable(text) = refused(&mut context, "data", path).await else { panic!("{path}") };
            assert!(text.ends_with("belongs to the database of net-sentinel, which no plugin opens"), "{text}");
        }
    }

    #[tokio::test]
    async fn what_leads_out_is_denied() {
        let (_folder, mut context) = scene();
        for path in ["../secret", "/etc/passwd", "x/../../secret", "..", "/", "up", "absolute", "parent/secret"] {
            let error = refused(&mut context, "data", path).await;
            let FilesError::AccessDenied(text) = &error else { panic!("{path}: {error:?}") };
            assert_eq!(*text, format!("`{path}` leads out of the directory data, and only what is in it can be granted"));
        }
    }

    #[tokio::test]
    async fn other_directories_are_denied_with_the_line_that_would_grant_them() {
        let (_folder, mut context) = scene();
        let FilesError::AccessDenied(text) = refused(&mut context, "other", "a").await else { panic!("another error") };
        assert_eq!(text, "the directory other is not granted; to grant it, add [grants.reader] files = [\"other\"]");
        assert!(matches!(refused(&mut context, "dat", "a").await, FilesError::AccessDenied(_)));
        let FilesError::NotFound(text) = refused(&mut context, "ghost", "a").await else { panic!("another error") };
        assert_eq!(text, "the directory ghost is not configured; to configure it, add [directories] ghost = \"PATH\"");
        let FilesError::NotFound(text) = refused(&mut context, "gone", "a").await else { panic!("another error") };
        assert!(text.starts_with("the directory gone (/") && text.contains("cannot be opened: No such file"), "{text}");
    }

    #[tokio::test]
    async fn files_are_listed_and_nothing_else() {
        let (folder, mut context) = scene();
        let inside = folder.path().join("in");
        std::fs::create_dir(inside.join("folder")).expect("folder");
        for name in ["b", ".hidden"] {
            std::fs::write(inside.join(name), "").expect("file");
        }
        let mut list = async |directory: &str| context.list(directory.to_owned()).await.expect("no trap");
        assert_eq!(list("data").await.expect("listed"), ["a", "b", "good"]);
        let FilesError::AccessDenied(text) = list("other").await.expect_err("denied") else { panic!("another error") };
        assert_eq!(text, "the directory other is not granted; to grant it, add [grants.reader] files = [\"other\"]");
        assert!(matches!(list("data/folder").await, Err(FilesError::AccessDenied(_))));
        assert!(matches!(list("gone").await, Err(FilesError::NotFound(_))));
        for number in 0..MOST_LISTED {
            std::fs::write(inside.join(number.to_string()), "").expect("file");
        }
        let FilesError::TooLarge(text) = list("data").await.expect_err("too many") else { panic!("another error") };
        assert_eq!(text, "the directory data has more than 1000 files");
    }

    #[tokio::test]
    async fn what_is_no_file() {
        let (folder, mut context) = scene();
        std::fs::create_dir(folder.path().join("in/folder")).expect("folder");
        let made = std::process::Command::new("mkfifo").arg(folder.path().join("in/pipe")).status().expect("mkfifo");
        assert!(made.success());
        for path in ["folder", ".", "pipe", "", "a\0b"] {
            assert!(matches!(refused(&mut context, "data", path).await, FilesError::Invalid(_)), "{path}");
        }
        for path in ["b", "dangling", "a/b"] {
            assert!(matches!(refused(&mut context, "data", path).await, FilesError::NotFound(_)), "{path}");
        }
    }

    #[tokio::test]
    async fn only_so_many_are_open() {
        let (_folder, mut context) = scene();
        let mut files = Vec::new();
        for _ in 0..OPEN_FILES {
            files.push(context.open("data".to_owned(), "a".to_owned()).await.expect("no trap").expect("open"));
        }
        assert!(matches!(refused(&mut context, "data", "a").await, FilesError::TooLarge(_)));
        context.drop(files.pop().expect("a file")).await.expect("dropped");
        assert!(context.open("data".to_owned(), "a".to_owned()).await.expect("no trap").is_ok());
    }

    #[tokio::test]
    async fn describe_has_no_files() {
        let mut context = FilesContext::new(FilesGrant::default(), None, Boundary::closed());
        let error = context.open("data".to_owned(), "a".to_owned()).await.expect_err("trap");
        assert_eq!(error.downcast_ref(), Some(&LimitExceeded::NoCapability));
        let error = context.list("data".to_owned()).await.expect_err("trap");
        assert_eq!(error.downcast_ref(), Some(&LimitExceeded::NoCapability));
    }
}
