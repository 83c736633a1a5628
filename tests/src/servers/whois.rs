//! A WHOIS server: one line comes in, a text goes out, the connection is closed (RFC 3912).

pub mod samples;

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use super::ANY_PORT;
use super::journal::Journal;
use super::listener::{Listener, finish};
use super::stop::Stop;

/// The longest line that is read, in bytes.
const LINE: u64 = 1_024;
/// How long a client may take to send its line.
const PATIENCE: Duration = Duration::from_secs(10);
/// A line of an endless answer.
const FILLER: &[u8] = b"remarks:        this answer is longer than anybody wants to read, and it goes on and on and on\r\n";

/// What to answer to which line.
///
/// A line is looked up as a whole, and then by its last word: `n + 192.0.2.1` is also `192.0.2.1`. Case does not count.
#[derive(Clone, Debug)]
pub struct WhoisAnswers {
    subjects: HashMap<String, Entry>,
    otherwise: Vec<u8>,
}

/// What happens to one subject.
#[derive(Clone, Debug, Default)]
struct Entry {
    /// The answer, where it is not the default one.
    text: Option<Vec<u8>>,
    delay: Duration,
    behaviour: Behaviour,
}

#[derive(Clone, Copy, Debug, Default)]
enum Behaviour {
    #[default]
    Answers,
    Hangs,
    Closes,
    Huge(u64),
}

impl Default for WhoisAnswers {
    fn default() -> Self {
        Self { subjects: HashMap::new(), otherwise: samples::NO_MATCH.into() }
    }
}

impl WhoisAnswers {
    /// Answers [`samples::NO_MATCH`] to everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers `text` to `subject`. A line feed becomes CRLF, and the last line is ended. The text need not be UTF-8, as that of registries
    /// often is not.
    #[must_use]
    pub fn answer(self, subject: &str, text: impl AsRef<[u8]>) -> Self {
        self.with(subject, |entry| entry.text = Some(text.as_ref().to_owned()))
    }

    /// Answers `text` to every other subject, as [`answer`](Self::answer) does.
    #[must_use]
    pub fn default_answer(mut self, text: impl AsRef<[u8]>) -> Self {
        text.as_ref().clone_into(&mut self.otherwise);
        self
    }

    /// Answers to `subject` after `delay`.
    #[must_use]
    pub fn slow(self, subject: &str, delay: Duration) -> Self {
        self.with(subject, |entry| entry.delay = delay)
    }

    /// Reads `subject` and then leaves the connection as it is, until the server stops.
    #[must_use]
    pub fn hangs(self, subject: &str) -> Self {
        self.with(subject, |entry| entry.behaviour = Behaviour::Hangs)
    }

    /// Reads `subject` and closes the connection without a word.
    #[must_use]
    pub fn closes(self, subject: &str) -> Self {
        self.with(subject, |entry| entry.behaviour = Behaviour::Closes)
    }

    /// Answers exactly this many bytes of remarks to `subject`.
    #[must_use]
    pub fn huge(self, subject: &str, bytes: u64) -> Self {
        self.with(subject, |entry| entry.behaviour = Behaviour::Huge(bytes))
    }

    fn with(mut self, subject: &str, change: impl FnOnce(&mut Entry)) -> Self {
        change(self.subjects.entry(subject.to_ascii_lowercase()).or_default());
        self
    }

    /// What happens to a line.
    fn entry(&self, line: &str) -> Entry {
        let line = line.to_ascii_lowercase();
        let last = line.split_ascii_whitespace().last().unwrap_or_default();
        self.subjects.get(line.trim()).or_else(|| self.subjects.get(last)).cloned().unwrap_or_default()
    }
}

/// A running WHOIS server. It stops when this is dropped.
#[derive(Debug)]
pub struct WhoisServer {
    listener: Listener,
    asked: Arc<Journal<String>>,
}

impl WhoisServer {
    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port or thread is to be had.
    pub fn start(answers: WhoisAnswers) -> anyhow::Result<Self> {
        Self::start_on(ANY_PORT, answers)
    }

    /// Starts on an address, with port 0 on a free port of it.
    ///
    /// # Errors
    /// As [`start`](Self::start), and when the address is taken.
    pub fn start_on(address: SocketAddr, answers: WhoisAnswers) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).with_context(|| format!("failed to bind {address} for WHOIS"))?;
        let asked = Arc::new(Journal::default());
        let stop = Arc::new(Stop::default());
        let (journal, told) = (Arc::clone(&asked), Arc::clone(&stop));
        let listener = Listener::start(listener, stop, move |stream| serve(&stream, &answers, &journal, &told))?;
        Ok(Self { listener, asked })
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// The lines that were asked, in order, without their ends.
    #[must_use]
    pub fn queries(&self) -> Vec<String> {
        self.asked.read()
    }

    /// How often exactly this line was asked.
    #[must_use]
    pub fn count(&self, line: &str) -> usize {
        self.asked.count(|asked| asked == line)
    }
}

/// Serves one connection.
fn serve(mut stream: &TcpStream, answers: &WhoisAnswers, asked: &Journal<String>, stop: &Stop) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut line = Vec::new();
    BufReader::new(stream.take(LINE)).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        // A client that only looks whether the port is open.
        return Ok(());
    }
    let whole = line.ends_with(b"\n");
    let line = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
    asked.write(line.clone());
    if !whole {
        stream.write_all(b"%ERROR:108: bad input: the line is too long or has no end\r\n")?;
        return finish(stream);
    }
    let entry = answers.entry(&line);
    stop.sleep(entry.delay);
    match entry.behaviour {
        Behaviour::Answers => {
            let text = entry.text.as_deref().unwrap_or(&answers.otherwise);
            let lines = text.strip_suffix(b"\n").unwrap_or(text).split(|byte| *byte == b'\n');
            let ended = lines.flat_map(|line| [line.strip_suffix(b"\r").unwrap_or(line), b"\r\n"]);
            stream.write_all(&ended.collect::<Vec<_>>().concat())?;
        }
        Behaviour::Hangs => stop.wait(),
        Behaviour::Closes => {}
        Behaviour::Huge(bytes) => {
            let mut left = bytes;
            while left > 0 {
                let length = FILLER.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                stream.write_all(FILLER.get(..length).unwrap_or_default())?;
                left -= length as u64;
            }
        }
    }
    finish(stream)
}

#[cfg(test)]
mod tests;
