//! A program of the operator: its arguments as they are written, no shell, the message as JSON on its standard input, and nothing of the
//! environment but the path. What attackers write is never an argument.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::rest;
use crate::message::{Delivered, Delivery, Failure, Message, Receiver};
use net_scout_model::{not, plain};

/// How long it may run.
const LONGEST: Duration = Duration::from_secs(15);
/// The exit status of a program that does not take this message: `EX_DATAERR` of sysexits.h.
const UNFIT: i32 = 65;

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    command: Vec<String>,
}

/// Runs a program.
struct Exec(Vec<String>);

impl Written {
    pub(super) fn read(table: Map<String, Value>) -> Result<Self, String> {
        let written: Self = rest(table, &[])?;
        match written.command.first() {
            Some(program) if program.starts_with('/') => Ok(written),
            Some(program) => {
                Err(format!("command: {}", not(program, "a program with its whole path, such as /usr/local/bin/page")))
            }
            None => Err("`command` is empty: write a program and its arguments, each a text of its own".to_owned()),
        }
    }

    pub(super) fn build(&self) -> Arc<dyn Receiver> {
        Arc::new(Exec(self.command.clone()))
    }
}

impl Receiver for Exec {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        Box::pin(async move {
            let late = || Failure::unsure(format!("it did not end within {} s", LONGEST.as_secs()));
            tokio::time::timeout(LONGEST, self.run(message)).await.unwrap_or_else(|_| Err(late()))
        })
    }
}

impl Exec {
    async fn run(&self, message: &Message) -> Result<Delivered, Failure> {
        let (program, arguments) = self.0.split_first().ok_or_else(|| Failure::refused("there is no program"))?;
        let mut command = Command::new(program);
        command.args(arguments).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.env("NET_SCOUT_KEY", &message.key).kill_on_drop(true).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let shown = plain(program, 100);
        let mut child = command.spawn().map_err(|error| Failure::refused(format!("{shown} cannot be started: {error}")))?;
        let _group = Group(child.id());
        if let Some(mut input) = child.stdin.take() {
            // A program that does not read is no error: its exit status says what became of it.
            let _ = input.write_all(format!("{}\n", message.json()).as_bytes()).await;
        }
        let output = child.wait_with_output().await.map_err(|error| Failure::unsure(error.to_string()))?;
        if output.status.success() {
            return Ok(Delivered);
        }
        let said = plain(String::from_utf8_lossy(&output.stderr).trim(), 200);
        let reason = format!("{shown} ended with {}{}{said}", output.status, if said.is_empty() { "" } else { ": " });
        Err(if output.status.code() == Some(UNFIT) { Failure::unfit(reason) } else { Failure::unreachable(reason) })
    }
}

/// A program and all that it started: they end when this is dropped.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        let id = self.0.and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        // It has ended already, as a rule.
        let _ = id.map(|id| rustix::process::kill_process_group(id, rustix::process::Signal::KILL));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FailureKind;
    use crate::test_support::message;

    async fn run(words: &[&str]) -> Result<Delivered, Failure> {
        Exec(words.iter().map(|word| (*word).to_owned()).collect()).deliver(&message(Vec::new())).await
    }

    #[tokio::test]
    async fn its_exit_status_says_what_became_of_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("got").display().to_string();
        assert_eq!(run(&["/bin/sh", "-c", "cat > \"$1\"; env | grep -c . >> \"$1\"", "sh", &file]).await, Ok(Delivered));
        let got = std::fs::read_to_string(&file).expect("text");
        assert!(got.starts_with("{\"type\":\"net-scout.alerts\"") && got.contains("\"key\":\"msg_1\""), "{got}");
        let failed = run(&["/bin/sh", "-c", "echo no >&2; exit 3"]).await.expect_err("failed");
        assert_eq!(failed, Failure::unreachable("/bin/sh ended with exit status: 3: no"));
        assert_eq!(run(&["/bin/sh", "-c", "exit 65"]).await.expect_err("unfit").kind, FailureKind::Unfit);
        assert_eq!(run(&["/nowhere/x"]).await.expect_err("missing").kind, FailureKind::Refused);
    }

    #[test]
    fn a_program_is_named_with_its_path() {
        let read = |command: Value| {
            Written::read(serde_json::json!({ "command": command }).as_object().cloned().expect("a table")).err()
        };
        assert!(read(serde_json::json!(["page"])).expect("no path").contains("`page` is not a program with its whole path"));
        assert!(read(serde_json::json!([])).expect("nothing").contains("is empty"));
        assert!(read(serde_json::json!("rm -rf /")).expect("a text").contains("expected a sequence"));
    }
}
