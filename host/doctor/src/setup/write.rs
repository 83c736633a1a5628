//! Writes the configuration file, whole or not at all.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use net_scout_plugin_host::ownership::NewFile;

/// What is added to the name of the old file.
const BEFORE: &str = ".before";
/// No secret stands in it, and the service may be another user's.
const MODE: u32 = 0o644;

/// Writes the file, and the folder where it is not there. A file that is there is kept beside it: where.
///
/// # Errors
/// When the folder cannot be written. Then the old file is still there.
pub fn write_file(path: &Path, text: &str) -> io::Result<Option<PathBuf>> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o755).create(folder)?;
    }
    let mut before = None;
    if path.symlink_metadata().is_ok() {
        let kept = PathBuf::from(format!("{}{BEFORE}", path.display()));
        fs::copy(path, &kept)?;
        before = Some(kept);
    }
    let mut file = NewFile::beside(path)?;
    file.write_all(text.as_bytes())?;
    file.keep()?;
    fs::set_permissions(path, Permissions::from_mode(MODE))?;
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_one_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/net-scout.toml");
        assert_eq!(write_file(&path, "a = 1").expect("written"), None);
        let kept = write_file(&path, "a = 2").expect("written").expect("the old one");
        assert_eq!(
            (fs::read_to_string(&path).expect("read"), fs::read_to_string(&kept).expect("read")),
            ("a = 2".into(), "a = 1".into())
        );
        assert_eq!(kept.file_name().and_then(|name| name.to_str()), Some("net-scout.toml.before"));
        assert_eq!(path.metadata().expect("metadata").permissions().mode() & 0o777, MODE);
    }
}
