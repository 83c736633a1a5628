//! The figures as a file that the textfile collector of Prometheus' node exporter reads: whole at every moment.

use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::Builder;

/// Everybody may read it: the node exporter is another user.
const MODE: u32 = 0o644;

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the figures cannot be written to {path} ({reason}); its folder must exist, and this user must be able to write it", path = path.display())]
pub struct TextfileError {
    path: PathBuf,
    reason: io::Error,
}

/// Writes the figures in place of what is there.
///
/// # Errors
/// When that cannot be done. What is there stays as it is.
pub fn write_textfile(path: &Path, text: &str) -> Result<(), TextfileError> {
    let write = || -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        // The collector reads what ends in `.prom`.
        let mut file = Builder::new().prefix(".net-scout-").suffix(".tmp").tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().set_permissions(Permissions::from_mode(MODE))?;
        file.persist(path).map(drop).map_err(|error| error.error)
    };
    write().map_err(|reason| TextfileError { path: path.to_owned(), reason })
}
