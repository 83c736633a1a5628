//! A file that is replaced as a whole: whoever reads it meanwhile gets the old one or the new one, never a part, and never nothing.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::Builder;

use crate::ReportError;

/// Who may read a file that is new, before the umask.
const MODE: u32 = 0o644;

/// Replaces a file, or makes it. One that is there keeps who may read it.
///
/// # Errors
/// When it cannot be written. Then it is as it was.
pub fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    replace(path, bytes).map_err(|source| ReportError::File { path: path.to_owned(), source })
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut mode = MODE;
    // A link stays one: what it names is replaced.
    let path = if path.is_symlink() { &path.canonicalize()? } else { path };
    if let Ok(before) = path.metadata() {
        if !before.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        mode = before.permissions().mode() & 0o7777;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(folder);
    let permissions = std::fs::Permissions::from_mode(mode);
    let mut file = Builder::new().prefix(".net-scout-").permissions(permissions).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // So that the name is there after a loss of power, too. Some file systems have no such thing.
    let _synced = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_or_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("list.txt");
        replace_file(&path, b"one").expect("made");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("permissions");
        replace_file(&path, b"two").expect("replaced");
        assert_eq!(std::fs::read(&path).expect("read"), b"two");
        assert_eq!(path.metadata().expect("there").permissions().mode() & 0o7777, 0o640);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("list.txt", &link).expect("a link");
        replace_file(&link, b"three").expect("replaced");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read(&path).expect("read"), b"three");
        let error = replace_file(&folder.path().join("gone/list"), b"x").expect_err("no folder").to_string();
        assert!(error.contains("gone/list cannot be written: "), "{error}");
        let error = replace_file(folder.path(), b"x").expect_err("a folder").to_string();
        assert!(error.ends_with("it is not a file"), "{error}");
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
        assert_eq!(left.len(), 2);
    }
}
