//! The folder that an image of a container is made from: the program, the libraries that it was linked with, and nothing else that runs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use super::archive::install;
use super::empty;
use super::files::output;
use super::stage::Stage;
use crate::command;

/// The certificates of authorities, where Debian has them, and where a program looks for them.
const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";
/// Whom the image runs as, unless it is told.
const USERS: &str = "root:x:0:0:root:/:/sbin/nologin\nnet-scout:x:65532:65532:net-scout:/data:/sbin/nologin\n";
/// Names are looked up in this order, which a C library without this file would not know.
const NAMES: &str = "hosts: files dns\n";

/// Makes the archive of the folder, with the file that an image is built by.
pub(super) fn make(stage: &Stage, folder: &Path) -> anyhow::Result<()> {
    let name = format!("net-scout-{}-{}-container", stage.version, stage.machine);
    let root = root(stage)?;
    let context = root.parent().context("a folder has a parent")?;
    fs::copy(stage.path("Containerfile"), context.join("Containerfile")).context("failed to copy the Containerfile")?;
    let packed = stage.path(&format!("{name}.tar"));
    let mut tar = Command::new("tar");
    tar.args(["--create", "--format=ustar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime"]);
    tar.arg(format!("@{}", stage.epoch))
        .arg("--file")
        .arg(&packed)
        .arg("--directory")
        .arg(context)
        .args(["Containerfile", "rootfs"]);
    output(&mut tar)?;
    let compressed = output(Command::new("gzip").args(["-9", "--no-name", "--stdout"]).arg(&packed))?;
    let path = folder.join(format!("{name}.tar.gz"));
    fs::write(&path, compressed).with_context(|| format!("failed to write {}", path.display()))
}

/// Lays out the root of the image.
pub(super) fn root(stage: &Stage) -> anyhow::Result<PathBuf> {
    let root = stage.path("container/rootfs");
    empty(&root)?;
    install(stage, "net-scout", &root.join("usr/bin/net-scout"), "755", false)?;
    // It refuses a program that needs none.
    let listed = command::answer("ldd", &[&stage.path("net-scout").to_string_lossy()])?.unwrap_or_default();
    for library in libraries(&listed) {
        copy(&root, &library, 0o755)?;
    }
    if !Path::new(CERTIFICATES).is_file() {
        bail!("{CERTIFICATES} is missing, which a container needs to know whom it talks to: install ca-certificates");
    }
    copy(&root, CERTIFICATES, 0o644)?;
    for (name, text) in [("etc/passwd", USERS), ("etc/group", "root:x:0:\nnet-scout:x:65532:\n"), ("etc/nsswitch.conf", NAMES)] {
        fs::write(root.join(name), text).with_context(|| format!("failed to write {name}"))?;
    }
    // Whoever it runs as: what is in them belongs to the one who made it.
    for name in ["data", "cache", "tmp"] {
        fs::create_dir(root.join(name)).with_context(|| format!("failed to make {name}"))?;
        fs::set_permissions(root.join(name), fs::Permissions::from_mode(0o1777))
            .with_context(|| format!("failed to open {name}"))?;
    }
    Ok(root)
}

/// The files that `ldd` names: `name => /path (address)`, or the loader's own path.
fn libraries(listed: &str) -> Vec<String> {
    let paths = listed.lines().filter_map(|line| line.split_whitespace().find(|word| word.starts_with('/')));
    paths.map(str::to_owned).collect()
}

fn copy(root: &Path, path: &str, mode: u32) -> anyhow::Result<()> {
    let to = root.join(path.trim_start_matches('/'));
    let failed = || format!("failed to copy {path} to {}", to.display());
    to.parent().map_or(Ok(()), fs::create_dir_all).with_context(failed)?;
    fs::copy(path, &to).with_context(failed)?;
    fs::set_permissions(&to, fs::Permissions::from_mode(mode)).with_context(failed)
}

#[cfg(test)]
mod tests {
    use super::libraries;

    #[test]
    fn the_loader_is_one_of_the_libraries() {
        let listed = "\tlinux-vdso.so.1 (0x00007ffd)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)\n\
                      \t/lib64/ld-linux-x86-64.so.2 (0x00007f)\n";
        assert_eq!(libraries(listed), ["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"]);
    }
}
