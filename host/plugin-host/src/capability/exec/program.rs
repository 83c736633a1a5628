//! How a program is found and run: alone in its process group, without input, and with an environment of two words.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use super::{MARGIN, wit};

/// How much of its output is read, in bytes.
pub(super) const LARGEST_OUTPUT: u64 = 256 << 10;
/// How much of its errors is read, in bytes.
const LARGEST_ERRORS: u64 = 16 << 10;

/// Where programs are looked for first, whatever the host's own PATH says: these folders are root's.
const FOLDERS: [&str; 6] = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

/// What to do where a program is missing.
#[must_use]
pub fn advice(program: &str) -> String {
    match program {
        "whois" | "traceroute" => format!("install it, on Debian with `apt-get install {program}`"),
        _ => "install the package that has it".to_owned(),
    }
}

/// The absolute path of a program; only folders with absolute names count.
#[must_use]
pub fn find(program: &str) -> Option<PathBuf> {
    if program.is_empty() || program.contains('/') {
        return None;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    let folders = FOLDERS.iter().map(PathBuf::from).chain(own);
    let runs =
        |path: &PathBuf| std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
    folders.map(|folder| folder.join(program)).find(runs)
}

/// The process group of a program. All of it is killed when this is dropped, at its end or when nobody waits for it any more.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // There may be nobody left in it.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

pub(super) async fn run(path: &Path, arguments: &[String], longest: Duration) -> std::io::Result<wit::Output> {
    let mut command = Command::new(path);
    command.args(arguments).env_clear().env("PATH", FOLDERS.join(":")).env("LC_ALL", "C").current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
    let mut child: Child = command.spawn()?;
    let group = Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)));
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let reading = async { tokio::try_join!(read(out, LARGEST_OUTPUT, &mut stdout), read(err, LARGEST_ERRORS, &mut stderr)) };
    let (timed_out, truncated) = match tokio::time::timeout(longest, reading).await {
        Ok(Ok(_)) => (false, false),
        Ok(Err(End::TooMuch)) => (false, true),
        Ok(Err(End::Failed(error))) => return Err(error),
        Err(_) => (true, false),
    };
    let status = if timed_out || truncated {
        None
    } else {
        // It closed its output, so it is about to end; if it is not, it is killed.
        tokio::time::timeout(MARGIN, child.wait()).await.ok().transpose()?
    };
    drop(group);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let status = status.and_then(|status| status.code());
    Ok(wit::Output { status, stdout: text(&stdout), stderr: text(&stderr), truncated, timed_out })
}

/// Why reading stopped before the end.
enum End {
    TooMuch,
    Failed(std::io::Error),
}

/// Reads to the end, or to the limit.
async fn read(from: Option<impl AsyncRead + Unpin>, limit: u64, to: &mut Vec<u8>) -> Result<(), End> {
    let Some(from) = from else { return Ok(()) };
    from.take(limit + 1).read_to_end(to).await.map_err(End::Failed)?;
    if to.len() as u64 <= limit {
        return Ok(());
    }
    to.truncate(limit as usize);
    Err(End::TooMuch)
}
