//! Whose files are used without being named, and how files are made. What somebody else can write is not the operator's word: a
//! configuration grants programs that run in the name of whoever starts this one. As git (`safe.directory`) and sudo do it, a file counts
//! where it and its folder belong to the effective user or to root, and nobody else can write them.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Others may write; the group may write; only owners may rename (a folder such as /tmp).
const BY_OTHERS: u32 = 0o002;
const BY_GROUP: u32 = 0o020;
const STICKY: u32 = 0o1000;

/// Why a file is not used without being named. Completes "FILE ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Untrusted(String);

/// Checks the file or folder at a path, whatever it is a link to, and the folder that it is in. What is not there is not checked.
///
/// # Errors
/// Whose it is, or who can write it.
pub fn check(path: &Path) -> Result<(), Untrusted> {
    let link = std::fs::symlink_metadata(path).ok();
    if let Some(link) = link.filter(Metadata::is_symlink) {
        owner(&link, &[]).map_err(|reason| Untrusted(format!("is a link that {reason}")))?;
        if let Ok(real) = path.canonicalize() {
            check_folder(folder_of(&real))?;
        }
    }
    check_folder(folder_of(path))?;
    match std::fs::metadata(path) {
        Ok(file) => check_file(&file, &[]),
        Err(_) => Ok(()),
    }
}

/// Checks a file that is open. `also` may own it too.
///
/// # Errors
/// Whose it is, or who can write it.
pub fn check_file(file: &Metadata, also: &[u32]) -> Result<(), Untrusted> {
    owner(file, also).and_then(|()| writers(file)).map_err(Untrusted)
}

/// Checks a folder. One where everybody may make files, and nobody may rename those of others, is no harm.
fn check_folder(path: &Path) -> Result<(), Untrusted> {
    let Ok(folder) = std::fs::metadata(path) else { return Ok(()) };
    if folder.mode() & STICKY != 0 {
        return Ok(());
    }
    let reason = owner(&folder, &[]).and_then(|()| writers(&folder));
    reason.map_err(|reason| Untrusted(format!("is in the folder {}, which {reason}", path.display())))
}

/// Who, besides this user and root, may own what is in a folder: its own owner, where the operator named it. That counts as knowing whose
/// it is; that everybody can write it is another matter.
///
/// # Errors
/// When it was not named and is somebody else's, or everybody can write it.
pub fn owners(folder: &Path, named: bool) -> Result<Vec<u32>, Untrusted> {
    if !named {
        return check(folder).map(|()| Vec::new());
    }
    let Ok(found) = std::fs::metadata(folder) else { return Ok(Vec::new()) };
    if found.mode() & BY_OTHERS != 0 && found.mode() & STICKY == 0 {
        return Err(Untrusted("everybody can write".to_owned()));
    }
    Ok(vec![found.uid()])
}

fn owner(file: &Metadata, also: &[u32]) -> Result<(), String> {
    let (owner, user) = (file.uid(), rustix::process::geteuid().as_raw());
    if owner == user || owner == 0 || also.contains(&owner) {
        return Ok(());
    }
    Err(format!("belongs to user {owner}, and this is user {user}"))
}

fn writers(file: &Metadata) -> Result<(), String> {
    // A group of the same number is the owner's own.
    let group = file.mode() & BY_GROUP != 0 && file.gid() != file.uid() && file.gid() != 0;
    if file.mode() & BY_OTHERS != 0 {
        return Err("everybody can write".to_owned());
    }
    if group { Err(format!("group {} can write", file.gid())) } else { Ok(()) }
}

/// A file that is being written, under a name that nobody can guess, beside the one that it is to become. It is gone unless it is kept.
#[derive(Debug)]
pub struct NewFile {
    /// Made with `O_EXCL`, so that a link is not followed, and for this user alone.
    file: NamedTempFile,
    path: PathBuf,
}

impl NewFile {
    /// Begins a file that is to be at `path`.
    ///
    /// # Errors
    /// When its folder cannot be written.
    pub fn beside(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or_else(|| io::Error::other(format!("{} names no file", path.display())))?;
        let (folder, prefix) = (folder_of(path), format!(".{}.", name.to_string_lossy()));
        // A folder that is missing, and not a name that nobody chose in it, is what the operator can do something about.
        std::fs::metadata(folder)?;
        let file = tempfile::Builder::new().prefix(&prefix).suffix(".partial").tempfile_in(folder)?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Gives it its name, in place of what had it, with the permissions of a file of this user that had it: others may be meant to read it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_permissions(self) -> io::Result<()> {
        if let Ok(there) = std::fs::symlink_metadata(&self.path)
            && there.is_file()
            && there.uid() == rustix::process::geteuid().as_raw()
        {
            self.file.as_file().set_permissions(std::fs::Permissions::from_mode(there.mode() & 0o755))?;
        }
        self.keep()
    }

    /// Gives it its name, in place of what had it. What is there then survives a power failure. A link of that name is replaced, not
    /// followed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(self) -> io::Result<()> {
        let Self { file, path } = self;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        File::open(folder_of(&path))?.sync_all()
    }
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{chown, symlink};

    use super::*;

    fn mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("permissions");
    }

    #[test]
    fn what_others_can_write_is_not_trusted() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.toml");
        assert_eq!(check(&file), Ok(()), "what is not there");
        std::fs::write(&file, "").expect("a file");
        mode(&file, 0o644);
        assert_eq!(check(&file), Ok(()));
        mode(&file, 0o666);
        assert_eq!(check(&file).expect_err("others").to_string(), "everybody can write");
        mode(&file, 0o644);
        mode(folder.path(), 0o777);
        let reason = format!("is in the folder {}, which everybody can write", folder.path().display());
        assert_eq!(check(&file).expect_err("others").to_string(), reason);
        mode(folder.path(), 0o1777);
        assert_eq!(check(&file), Ok(()), "a folder such as /tmp");
        // Only root gives files away.
        if rustix::process::geteuid().is_root() {
            chown(&file, Some(4711), None).expect("chown");
            assert_eq!(check(&file).expect_err("foreign").to_string(), "belongs to user 4711, and this is user 0");
            let link = folder.path().join("link");
            symlink(&file, &link).expect("a link");
            assert_eq!(check(&link).expect_err("foreign").to_string(), "belongs to user 4711, and this is user 0");
        }
    }

    #[test]
    fn a_new_file_is_private_and_follows_no_link() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, victim) = (folder.path().join("a.scan"), folder.path().join("victim"));
        std::fs::write(&victim, "precious").expect("a file");
        symlink(&victim, &path).expect("a link");
        let mut new = NewFile::beside(&path).expect("a file");
        new.write_all(b"new").expect("written");
        new.keep().expect("kept");
        assert_eq!(
            (std::fs::read(&path).expect("new"), std::fs::read(&victim).expect("old")),
            (b"new".to_vec(), b"precious".to_vec())
        );
        assert_eq!(std::fs::symlink_metadata(&path).expect("a file").mode() & 0o777, 0o600);
        drop(NewFile::beside(&path).expect("a file"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2, "what is not kept is gone");
    }
}
