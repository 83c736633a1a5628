//! mosquitto, which takes no messages from those who have no password.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use super::{Process, command, free_port};

/// A broker that is running.
pub struct Broker {
    port: u16,
    user: &'static str,
    password: &'static str,
    _process: Process,
    _folder: TempDir,
}

/// Somebody who listens for one message. He ends with his handle.
pub struct Subscriber {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Broker {
    /// Starts one with one user.
    ///
    /// # Errors
    /// When there is no mosquitto, or it does not start.
    pub fn start(user: &'static str, password: &'static str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (passwords, configuration) = (folder.path().join("passwords"), folder.path().join("mosquitto.conf"));
        let mut made = command("mosquitto_passwd")?;
        let made = made.args(["-b", "-c"]).arg(&passwords).args([user, password]).output().context("mosquitto_passwd")?;
        if !made.status.success() {
            bail!("mosquitto_passwd: {}", String::from_utf8_lossy(&made.stderr));
        }
        let port = free_port()?;
        // As root it would become another user, who cannot read the file.
        let text = format!(
            "listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {}\nuser root\nlog_type error\n",
            passwords.display()
        );
        fs::write(&configuration, text)?;
        let mut broker = command("mosquitto")?;
        broker.arg("-c").arg(&configuration).stdout(Stdio::null()).stderr(Stdio::null());
        let process = Process::start(broker, port)?;
        Ok(Self { port, user, password, _process: process, _folder: folder })
    }

    /// Where it listens: `127.0.0.1:1883`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Listens for a message to a topic with the broker's own client, which is there for it when this returns.
    ///
    /// # Errors
    /// When there is no `mosquitto_sub`, or the broker does not take it.
    pub fn subscribe(&self, topic: &str) -> anyhow::Result<Subscriber> {
        // To a pipe it would say nothing before its end.
        let own = command("mosquitto_sub")?;
        let mut client = Command::new("stdbuf");
        client.arg("-oL").arg(own.get_program());
        client.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        client.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-u", self.user, "-P", self.password]);
        client.args(["-t", topic, "-q", "1", "-C", "1", "-W", "60", "-d"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = client.spawn().context("failed to start mosquitto_sub")?;
        let output = BufReader::new(child.stdout.take().context("no output")?);
        let mut subscriber = Subscriber { child, output };
        subscriber.line_with("Subscribed")?;
        Ok(subscriber)
    }
}

impl Subscriber {
    /// The message.
    ///
    /// # Errors
    /// When none came.
    pub fn message(mut self) -> anyhow::Result<String> {
        self.line_with("{")
    }

    /// The next line that begins with this.
    fn line_with(&mut self, beginning: &str) -> anyhow::Result<String> {
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line)? == 0 {
                bail!("mosquitto_sub ended before it said `{beginning}`");
            }
            if line.starts_with(beginning) {
                return Ok(line.trim_end().to_owned());
            }
        }
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        // It ends by itself after a message.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
