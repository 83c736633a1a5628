//! `net-scout serve` as a process, on the clock of the machine.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Scene, add_event};

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A running service.
pub struct Service {
    /// The process.
    pub child: Child,
}

impl Service {
    /// Starts it, with more words and variables.
    #[must_use]
    pub fn start(scene: &Scene, words: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = scene.command(&[&["serve", "--every", "1 second"], words].concat());
        Self::of(command.envs(variables.iter().copied()))
    }

    /// Starts it as a command that is ready.
    #[must_use]
    pub fn of(command: &mut Command) -> Self {
        // The clock of the machine, and nothing to wait for.
        command.env_remove("NET_SCOUT_NOW").env("NET_SCOUT_SETTLE", "0");
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        Self { child: command.spawn().expect("started") }
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().expect("kill");
        assert!(sent.success());
    }

    /// Asks it to end. How long that took, and what it said.
    pub fn end(mut self) -> (Duration, String) {
        let asked = Instant::now();
        self.signal("TERM");
        let status = self.child.wait().expect("a status");
        assert_eq!(status.code(), Some(0), "{status}");
        let took = asked.elapsed();
        let mut said = String::new();
        // Another may read it already.
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut said).expect("text");
        }
        (took, said)
    }

    /// Kills it.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("a status");
    }
}

impl Drop for Service {
    /// A test that fails leaves none behind.
    fn drop(&mut self) {
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// What the service says of itself, as it is stored: where a configuration is wrong, the command cannot be asked.
#[must_use]
pub fn stored_status(scene: &Scene) -> String {
    let sql = "SELECT state_json FROM scout_service WHERE job = 'service'";
    scene.connect().query_row(sql, [], |row| row.get(0)).unwrap_or_default()
}

/// Somebody tries many ports, a moment ago.
pub fn attack(scene: &Scene, source: &str) {
    let connection = scene.connect();
    let time: String =
        connection.query_row("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')", [], |row| row.get(0)).expect("the time");
    connection.execute_batch("BEGIN").expect("begin");
    for port in 1..=80 {
        add_event(&connection, &time, source, 40_000, "198.51.100.1", port);
    }
    connection.execute_batch("COMMIT").expect("commit");
}

/// What `net-scout status` says, and its exit status.
#[must_use]
pub fn status(scene: &Scene) -> (Value, i32) {
    let mut command = scene.command(&["status", "--format", "ndjson"]);
    let output = command.env_remove("NET_SCOUT_NOW").output().expect("run");
    let said = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (said, output.status.code().expect("a code"))
}

/// Waits until something holds.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// How many alerts there are about a source.
#[must_use]
pub fn alerts(scene: &Scene, source: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM scout_alerts WHERE src_ip = ?1";
    scene.connect().query_row(sql, [source], |row| row.get(0)).unwrap_or(0)
}
