//! rsyslog as Debian sets it up, over UDP, TCP and a socket, which writes what it understood of each line as an object.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::Context as _;
use serde_json::Value;
use tempfile::TempDir;

use super::{Process, command, free_port, libraries, lines_of};

/// A logger that is running.
pub struct Logger {
    udp: u16,
    tcp: u16,
    folder: TempDir,
    _process: Process,
}

impl Logger {
    /// Starts one.
    ///
    /// # Errors
    /// When there is no rsyslog, or it does not start.
    pub fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (udp, tcp, place) = (free_port()?, free_port()?, folder.path().display().to_string());
        let property = |out: &str, name: &str| format!("property(outname=\"{out}\" name=\"{name}\" format=\"jsonf\")\n");
        let properties: String = [
            ("facility", "syslogfacility-text"),
            ("severity", "syslogseverity-text"),
            ("host", "hostname"),
            ("app", "app-name"),
            ("process", "procid"),
            ("id", "msgid"),
            ("text", "msg"),
            ("from", "inputname"),
        ]
        .map(|(out, name)| property(out, name))
        .concat();
        let configuration = folder.path().join("rsyslog.conf");
        let text = format!(
            "global(workDirectory=\"{place}\")
             module(load=\"imuxsock\" SysSock.Use=\"off\")
             module(load=\"imudp\")
             module(load=\"imtcp\")
             module(load=\"mmpstrucdata\")
             template(name=\"object\" type=\"list\" option.jsonf=\"on\") {{
               {properties}
               property(outname=\"at\" name=\"timereported\" dateFormat=\"rfc3339\" format=\"jsonf\")
               property(outname=\"data\" name=\"$!rfc5424-sd\" format=\"jsonf\")
             }}
             input(type=\"imuxsock\" Socket=\"{place}/log\")
             input(type=\"imudp\" address=\"127.0.0.1\" port=\"{udp}\")
             input(type=\"imtcp\" address=\"127.0.0.1\" port=\"{tcp}\")
             action(type=\"mmpstrucdata\")
             action(type=\"omfile\" file=\"{place}/lines\" template=\"object\")\n"
        );
        fs::write(&configuration, text)?;
        let mut logger = command("rsyslogd")?;
        let modules: Vec<String> = libraries().map(|folder| folder.join("rsyslog").display().to_string()).collect();
        if !modules.is_empty() {
            logger.args(["-M", &modules.join(":")]);
        }
        logger.arg("-n").arg("-f").arg(&configuration).arg("-i").arg(folder.path().join("pid"));
        let errors = fs::File::create(folder.path().join("errors"))?;
        let process = Process::start(
            {
                logger.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors);
                logger
            },
            tcp,
        );
        let said = fs::read_to_string(folder.path().join("errors")).unwrap_or_default();
        let process = process.with_context(|| format!("rsyslogd: {said}"))?;
        Ok(Self { udp, tcp, folder, _process: process })
    }

    /// Where it listens, by the name of the input there.
    #[must_use]
    pub fn addresses(&self) -> [(&'static str, String); 3] {
        [
            ("imuxsock", format!("unix:{}", self.socket().display())),
            ("imudp", format!("udp:127.0.0.1:{}", self.udp)),
            ("imtcp", format!("tcp:127.0.0.1:{}", self.tcp)),
        ]
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// What it understood, once so many lines are there.
    ///
    /// # Errors
    /// When they do not come.
    pub fn lines(&self, count: usize) -> anyhow::Result<Vec<Value>> {
        let lines = lines_of(&self.folder.path().join("lines"), count)?;
        let object = |line: &String| -> anyhow::Result<Value> {
            let mut object: Value = serde_json::from_str(line).with_context(|| format!("not an object: {line}"))?;
            // What it found in the structured data is an object itself, as text.
            let data = object["data"].as_str().and_then(|data| serde_json::from_str(data).ok());
            object["data"] = data.unwrap_or_default();
            Ok(object)
        };
        lines.iter().map(object).collect()
    }
}
