//! Which directories a plugin may read.

use super::{QUOTED, wit};
use net_scout_model::{Request, plain};

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

    /// Checks a call against the grant.
    pub(super) fn check(&self, directory: &str) -> Result<(), wit::FilesError> {
        if self.directories.iter().any(|granted| granted == directory) {
            return Ok(());
        }
        let request = Request::Files { directory: plain(directory, QUOTED) };
        let line = Request::configuration(&self.plugin, &[&request]);
        Err(wit::FilesError::AccessDenied(format!("the directory {request} is not granted; to grant it, add {line}")))
    }
}
