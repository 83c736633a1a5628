//! Servers of Debian on loopback, each a process of its own with a configuration of its own: mosquitto, a broker of MQTT, and rsyslog. They end
//! when their handles are dropped. `cargo xtask test` unpacks them.

mod broker;
mod logger;

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

pub use broker::{Broker, Subscriber};
pub use logger::Logger;

use crate::places;

/// The programs that there must be.
pub const PROGRAMS: [&str; 4] = ["mosquitto", "mosquitto_passwd", "mosquitto_sub", "rsyslogd"];
/// How long a server may take to start, and a message to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a program is: below `target/`, or where the system has it.
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    let own = places::debian().join("usr");
    let folders = [own.join("sbin"), own.join("bin"), "/usr/sbin".into(), "/usr/bin".into()];
    folders.into_iter().map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// A program with the libraries that were unpacked beside it.
fn command(name: &str) -> anyhow::Result<Command> {
    let program = program(name).with_context(|| format!("there is no {name}: run `cargo xtask test`, which unpacks it"))?;
    let mut command = Command::new(program);
    let libraries: Vec<PathBuf> = libraries().collect();
    if !libraries.is_empty() {
        command.env("LD_LIBRARY_PATH", std::env::join_paths(libraries)?);
    }
    Ok(command)
}

/// The folders of unpacked libraries, one for each kind of machine.
fn libraries() -> impl Iterator<Item = PathBuf> {
    let roots = ["lib", "usr/lib"].map(|folder| places::debian().join(folder));
    let inside = roots.into_iter().filter_map(|root| std::fs::read_dir(root).ok()).flatten().flatten();
    inside.map(|entry| entry.path()).filter(|path| path.to_string_lossy().ends_with("-linux-gnu"))
}

/// A port that nobody uses now.
fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("failed to find a free port")?;
    Ok(listener.local_addr()?.port())
}

/// A process that ends with its handle.
struct Process(Child);

impl Process {
    /// Starts it, and waits until it takes connections.
    fn start(mut command: Command, port: u16) -> anyhow::Result<Self> {
        let mut process = Self(command.spawn().with_context(|| format!("failed to start {command:?}"))?);
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(status) = process.0.try_wait()? {
                bail!("{command:?} ended at once ({status})");
            }
            if begun.elapsed() > PATIENCE {
                bail!("{command:?} does not listen on port {port}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(process)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A file that holds something once somebody wrote it.
fn lines_of(path: &Path, count: usize) -> anyhow::Result<Vec<String>> {
    let begun = Instant::now();
    loop {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if lines.len() >= count && text.ends_with('\n') {
            return Ok(lines);
        }
        if begun.elapsed() > PATIENCE {
            bail!("{} holds {} lines instead of {count}:\n{text}", path.display(), lines.len());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
