//! The package in a Debian of its own, without a network: installed, used as a newcomer would, purged, and installed again for its service.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use net_scout_tests::sample::{self, Layout, SampleOptions, Scale, TimestampForm};

use super::boot;
use super::files::output;
use crate::command;

/// The release of Debian that the package is tried in.
const RELEASE: &str = "bookworm";
/// What the database is called where the package looks for it.
const DATABASE: &str = "var/lib/net-scout/net_sentinel.db";
/// Where packages leave what says nothing of them: their own records, caches, logs, and the users of the machine.
const OF_NOBODY: [&str; 9] =
    ["./dev", "./proc", "./run", "./tmp", "./var/lib/apt", "./var/lib/dpkg", "./var/lib/systemd", "./var/cache", "./var/log"];
/// Files that every change of users rewrites, with the copies that are kept of them.
const USERS: [&str; 5] = ["./etc/passwd", "./etc/group", "./etc/shadow", "./etc/gshadow", "./etc/.pwd.lock"];

/// Installs Debian into a folder, and the package there; removes the folder.
pub(super) fn install_and_purge(deb: &Path, folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        bail!("--debian {}: it is there already; name a folder that is not", folder.display());
    }
    for program in ["debootstrap", "unshare"] {
        if command::answer(program, &["--version"])?.is_none() {
            bail!("{program} is missing: run `apt-get install -y debootstrap util-linux` as root");
        }
    }
    let mut debootstrap = Command::new("debootstrap");
    debootstrap.arg(RELEASE).arg(folder).stdout(std::process::Stdio::null());
    let tried = command::run(&mut debootstrap, "it needs root, and the network").and_then(|()| try_in(deb, folder));
    let removed = std::fs::remove_dir_all(folder).with_context(|| format!("failed to remove {}", folder.display()));
    tried.and(removed)
}

fn try_in(deb: &Path, root: &Path) -> anyhow::Result<()> {
    let before = tree(root)?;
    std::fs::copy(deb, root.join("tmp/net-scout.deb")).context("failed to copy the package")?;
    let begun = Instant::now();
    inside(root, "apt-get install -y /tmp/net-scout.deb")?;
    eprintln!("installed in {:.1} s", begun.elapsed().as_secs_f64());
    enabled(root)?;
    database(&root.join(DATABASE))?;
    inside(root, "chown -R net-scout:net-scout /var/lib/net-scout")?;

    let begun = Instant::now();
    let found = as_service(root, "net-scout scan --format ndjson")?;
    let first = begun.elapsed();
    let listed = as_service(root, "net-scout alerts --format ndjson")?;
    let (found, listed) = (found.lines().count(), listed.lines().count());
    if found == 0 || listed == 0 {
        bail!("the scan raised {found} alerts, and {listed} are listed: attacks were planted");
    }
    eprintln!("{found} alerts {:.1} s after the first command, {listed} listed", first.as_secs_f64());

    inside(root, "apt-get purge -y net-scout")?;
    let left: Vec<String> = tree(root)?.difference(&before).cloned().collect();
    let is_database = |path: &String| path.trim_start_matches("./").starts_with("var/lib/net-scout");
    if !left.iter().any(|path| path.ends_with(DATABASE)) || !left.iter().all(is_database) {
        bail!("after the purge these are left, and only the database should be:\n  {}", left.join("\n  "));
    }
    eprintln!("purged: only the database is left");
    inside(root, "apt-get install -y /tmp/net-scout.deb")?;
    boot::with_its_service(root)
}

/// What runs a command in it: the first argument is its root, the second the command.
const INSIDE: &str = r#"mount -t proc proc "$1/proc"
exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive sh -c "$2""#;

/// A command in it, without a network, with processes of its own.
fn inside(root: &Path, words: &str) -> anyhow::Result<String> {
    let mut unshare = Command::new("unshare");
    unshare.args(["--net", "--mount", "--pid", "--fork", "sh", "-e", "-c", INSIDE, "sh"]).arg(root).arg(words);
    eprintln!("# {words}");
    output(&mut unshare).map(|text| String::from_utf8_lossy(&text).into_owned())
}

/// The same as the user of the service, in its folder, with its place for compiled code.
fn as_service(root: &Path, words: &str) -> anyhow::Result<String> {
    inside(root, &format!("cd /var/lib/net-scout && exec runuser -u net-scout -- env XDG_CACHE_HOME=/var/cache {words}"))
}

/// Nothing is to run that nobody asked for.
fn enabled(root: &Path) -> anyhow::Result<()> {
    for unit in ["net-scout.service", "net-scout.timer"] {
        let answer = inside(root, &format!("systemctl is-enabled {unit} || true"))?;
        if answer.trim() != "disabled" {
            bail!("{unit} is `{}` after the installation, not disabled", answer.trim());
        }
    }
    Ok(())
}

/// A database with attacks in its last hour.
fn database(path: &Path) -> anyhow::Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    let end = i64::try_from(now.as_micros()).context("the clock is too far in the future")?;
    let (layout, timestamps, scale) = (Layout::V2, TimestampForm::Zulu, Scale::Home);
    sample::make(path, &SampleOptions { seed: 1, events: 20_000, end, days: 1, layout, timestamps, scale }).map(drop)
}

/// All paths in it that could be a package's.
fn tree(root: &Path) -> anyhow::Result<BTreeSet<String>> {
    let listed = output(Command::new("find").arg(".").current_dir(root))?;
    let listed = String::from_utf8_lossy(&listed);
    let is_kept = |path: &&str| {
        let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_user = USERS.iter().any(|file| path.starts_with(file));
        let is_own = path.starts_with("./var/cache/net-scout");
        is_own || !is_user && !OF_NOBODY.iter().any(|folder| below(folder))
    };
    Ok(listed.lines().filter(is_kept).map(str::to_owned).collect())
}
