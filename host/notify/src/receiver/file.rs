//! A file: a line of JSON for each message. It is opened for each, so that it may be moved away at any time.

use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Surroundings, rest};
use crate::message::{Delivered, Delivery, Failure, Message, Receiver};
use net_scout_store::not_the_database;

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    path: PathBuf,
}

/// Writes messages to a file.
struct File(PathBuf);

impl Written {
    pub(super) fn read(table: Map<String, Value>) -> Result<Self, String> {
        rest(table, &[])
    }

    pub(super) fn build(&self, around: &Surroundings) -> Result<Arc<dyn Receiver>, String> {
        not_the_database(&around.database, "path", &self.path).map_err(|error| error.to_string())?;
        Ok(Arc::new(File(self.path.clone())))
    }
}

impl Receiver for File {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        Box::pin(async move {
            let (path, line) = (self.0.clone(), message.json().to_string());
            let written = tokio::task::spawn_blocking(move || append(&path, &line)).await;
            match written {
                Ok(Ok(())) => Ok(Delivered),
                Ok(Err(error)) => Err(Failure::unreachable(format!("{} cannot be written: {error}", self.0.display()))),
                Err(error) => Err(Failure::unsure(error.to_string())),
            }
        })
    }
}

/// Adds a line. One that was broken off before ends first.
fn append(path: &Path, line: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("it is not a file"));
    }
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(-1)).is_ok() {
        file.read_exact(&mut last)?;
    }
    let begin = if last == *b"\n" { "" } else { "\n" };
    // In one piece: lines of several writers do not mix.
    file.write_all(format!("{begin}{line}\n").as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::message;

    #[tokio::test]
    async fn a_file_may_be_moved_away_and_a_broken_line_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("alerts.ndjson");
        let file = File(path.clone());
        file.deliver(&message(Vec::new())).await.expect("written");
        std::fs::rename(&path, folder.path().join("old")).expect("moved");
        std::fs::write(&path, "{\"broken").expect("written");
        file.deliver(&message(Vec::new())).await.expect("written");
        let text = std::fs::read_to_string(&path).expect("text");
        assert_eq!(text.lines().count(), 2);
        let line: Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
        assert_eq!(line["data"]["key"], "msg_1");
        let wrong = File(folder.path().to_owned()).deliver(&message(Vec::new())).await.expect_err("a folder");
        assert!(wrong.reason.contains("cannot be written"), "{wrong}");
    }

    #[test]
    fn it_is_not_the_database() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("a.db");
        std::fs::write(&database, "").expect("a file");
        let around = Surroundings { database: database.clone() };
        assert!(Written { path: database }.build(&around).is_err());
    }
}
