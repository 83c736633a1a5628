//! `files`: reads in directories that the operator named in `[directories]`, for granted names.
//!
//! Each directory is opened once for a run. A guest's path is resolved inside it by cap-std, which follows no link out of it; nothing here
//! may ever turn a guest's text into a path of the system's.

mod directories;
mod grant;

use std::sync::Arc;

use cap_std::fs::{Dir, File};
use serde_json::json;
use wasmtime::component::{HasSelf, Linker, Resource, ResourceTable};

use super::interface::{Call, Capability, World, wit_request};
use crate::bindings::rule::net_scout::plugin::files as wit;
use crate::host_calls::{HostCalls, failure};
use net_scout_model::Request;

pub use directories::{Directories, unconfigured};
use directories::{check_path, listed, open_regular, read};
pub use grant::FilesGrant;

/// How many files a call may have open at once.
const OPEN_FILES: usize = 8;
/// The most bytes of one read.
const LARGEST_READ: u32 = 1 << 20;

/// How much of a name stands in an error, in characters.
const QUOTED: usize = 100;

/// A file that is open.
struct OpenFile {
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
    host_calls: HostCalls,
    table: ResourceTable,
    open: usize,
    /// How many were opened so far.
    opened: u64,
}

failure!(wit::FilesError);

impl Capability for FilesContext {
    const NAME: &'static str = "files";
    const WORLDS: &'static [World] = &[World::Rule, World::Enricher];

    type Grant = FilesGrant;
    type Shared = Directories;

    fn requested(asked: &wit_request::Request, _world: World) -> Option<Result<Request, String>> {
        let wit_request::Request::Files(directory) = asked else { return None };
        Some(Ok(Request::Files { directory: directory.clone() }))
    }

    fn words(request: &Request) -> Option<String> {
        let words = "it requests the files of the directory that you call";
        matches!(request, Request::Files { .. }).then(|| format!("{words}: {request}"))
    }

    fn grant(plugin: &str, granted: &[Request]) -> FilesGrant {
        FilesGrant::new(plugin, granted)
    }

    fn context(grant: &FilesGrant, directories: Option<&Directories>, call: &Call<'_>) -> Self {
        Self {
            grant: grant.clone(),
            directories: directories.cloned(),
            host_calls: call.host_calls.clone(),
            table: ResourceTable::new(),
            open: 0,
            opened: 0,
        }
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, context: fn(&mut T) -> &mut Self) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<Self>>(linker, context)
    }
}

impl FilesContext {
    /// A guest's handle, as what stands for it in the table.
    fn own(file: &Resource<wit::File>) -> Resource<OpenFile> {
        Resource::new_own(file.rep())
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

    /// The names of the files in a directory.
    async fn list(&self, directories: Option<&Directories>, name: &str) -> Result<Vec<String>, wit::FilesError> {
        let directory = self.directory(directories, name)?;
        let name = name.to_owned();
        blocking(move || listed(&directory, &name)).await?
    }

    /// A directory, if it is granted.
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
        self.host_calls.make("files.list", directory.len(), arguments, work).await
    }

    async fn open(&mut self, directory: String, path: String) -> wasmtime::Result<Result<Resource<wit::File>, wit::FilesError>> {
        let arguments = || json!({ "directory": directory, "path": path });
        let mut opened = None;
        let (grant, directories, open) = (&self.grant, self.directories.as_ref(), self.open);
        let work = async {
            let (file, size) = grant.open_file(directories, open, &directory, &path).await?;
            opened = Some(file);
            Ok(size)
        };
        let size = match self.host_calls.make("files.open", directory.len() + path.len(), arguments, work).await? {
            Ok(size) => size,
            Err(error) => return Ok(Err(error)),
        };
        self.open += 1;
        self.opened += 1;
        let file = self.table.push(OpenFile { number: self.opened, file: opened, size })?;
        Ok(Ok(Resource::new_own(file.rep())))
    }
}

impl wit::HostFile for FilesContext {
    async fn size(&mut self, file: Resource<wit::File>) -> wasmtime::Result<u64> {
        self.host_calls.count("files.size", 0)?;
        Ok(self.table.get(&Self::own(&file))?.size)
    }

    async fn read_at(
        &mut self,
        file: Resource<wit::File>,
        offset: u64,
        length: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, wit::FilesError>> {
        let OpenFile { number, file, size } = self.table.get(&Self::own(&file))?;
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
        self.host_calls.make("files.read-at", 0, arguments, work).await
    }

    async fn drop(&mut self, file: Resource<wit::File>) -> wasmtime::Result<()> {
        self.table.delete(Self::own(&file))?;
        self.open -= 1;
        Ok(())
    }
}

/// Runs what waits for a disk where it holds up no other call.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, wit::FilesError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| wit::FilesError::Unavailable(error.to_string()))
}

#[cfg(test)]
mod tests;
