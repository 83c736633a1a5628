//! Records of the systemd journal in the forms of `journalctl -o export`, `-o verbose` and `-o json`: the fields of an entry, each with a
//! name. A record says by itself who wrote it and when.
//!
//! <https://systemd.io/JOURNAL_EXPORT_FORMATS/>

use serde::Deserialize;
use serde_json::Value;

use super::date;
use crate::options::ImportOptions;
use crate::reason::Reason;
use net_scout_model::Timestamp;

/// An entry of the journal, as far as it is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct JournalEntry {
    /// Since 1970, in microseconds, as it is written.
    pub(crate) time: Option<String>,
    /// When it was, where the form says it as a date.
    pub(crate) date: Option<Timestamp>,
    pub(crate) program: Option<String>,
    pub(crate) message: Option<String>,
}

impl JournalEntry {
    fn set(&mut self, name: &str, value: &str) {
        let slot = match name {
            "__REALTIME_TIMESTAMP" => &mut self.time,
            "SYSLOG_IDENTIFIER" => &mut self.program,
            "MESSAGE" => &mut self.message,
            "_TRANSPORT" if value == "kernel" && self.program.is_none() => return self.program = Some(value.to_owned()),
            _ => return,
        };
        *slot = Some(value.to_owned());
    }

    /// When it was logged.
    ///
    /// # Errors
    /// When the entry does not say, or not as a number.
    pub(crate) fn time(&self, options: &ImportOptions) -> Result<Timestamp, Reason> {
        match self.date {
            Some(date) => Ok(date),
            None => date::any_unit("__REALTIME_TIMESTAMP", self.time.as_deref().unwrap_or_default(), options),
        }
    }
}

/// Collects the lines of an entry in the export form, or of `-o verbose`, which has them indented under a date.
#[derive(Debug, Default)]
pub(crate) struct Export {
    entry: JournalEntry,
    has_begun: bool,
    is_verbose: bool,
    /// The message follows as bytes, behind their number.
    is_binary: bool,
}

/// What a line is to the [`Export`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Nothing of a journal.
    Not,
    /// A part of an entry.
    Part,
    /// The beginning of one; the one before it has ended.
    Ended(JournalEntry),
}

impl Export {
    /// Whether a line begins an entry.
    fn begins(line: &str) -> bool {
        line.starts_with("__CURSOR=") || line.starts_with("__REALTIME_TIMESTAMP=")
    }

    /// Takes a line that is not blank.
    pub(crate) fn take(&mut self, line: &str, options: &ImportOptions) -> Taken {
        let line = line.trim_end_matches(['\r', '\n']);
        if let Some(at) = line.find(" [s=")
            && line.ends_with(']')
            && let Ok((time, rest)) = date::split(line, options)
            && line.len() - rest.trim_start().len() >= at
        {
            let ended = self.end();
            (self.has_begun, self.is_verbose, self.entry.date) = (true, true, Some(time));
            return ended.map_or(Taken::Part, Taken::Ended);
        }
        if !self.has_begun && !Self::begins(line) {
            return Taken::Not;
        }
        if std::mem::take(&mut self.is_binary) {
            // Eight bytes of the length, which are characters however they were read.
            let start = line.char_indices().nth(8).map_or(line.len(), |(place, _)| place);
            self.entry.set("MESSAGE", &line[start..]);
            return Taken::Part;
        }
        let fields = if self.is_verbose { line.trim_start() } else { line };
        let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'));
        match fields.split_once('=') {
            Some((name, value)) if is_name(name) => {
                let ended = if self.has_begun && name == "__CURSOR" { self.end() } else { None };
                self.has_begun = true;
                self.entry.set(name, value);
                ended.map_or(Taken::Part, Taken::Ended)
            }
            _ => {
                self.is_binary = fields == "MESSAGE";
                if is_name(fields) || self.is_verbose && line.starts_with(' ') { Taken::Part } else { Taken::Not }
            }
        }
    }

    /// Whether an entry has begun.
    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// The entry that ends here: at a blank line, or with the input.
    pub(crate) fn end(&mut self) -> Option<JournalEntry> {
        let had_begun = std::mem::take(&mut self.has_begun);
        let entry = std::mem::take(self).entry;
        had_begun.then_some(entry)
    }
}

/// An entry as JSON. A message that is not UTF-8 is an array of its bytes.
#[derive(Debug, Deserialize)]
struct Json {
    #[serde(rename = "__REALTIME_TIMESTAMP")]
    time: Option<Value>,
    #[serde(rename = "SYSLOG_IDENTIFIER")]
    program: Option<Value>,
    #[serde(rename = "_TRANSPORT")]
    transport: Option<Value>,
    #[serde(rename = "MESSAGE")]
    message: Option<Value>,
}

/// Reads an entry from JSON.
///
/// # Errors
/// When it is not JSON.
pub(crate) fn from_json(line: &str) -> Result<JournalEntry, serde_json::Error> {
    let json: Json = serde_json::from_str(line)?;
    let text = |value: Option<Value>| match value? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(bytes) => {
            let bytes: Vec<u8> = bytes.iter().filter_map(|byte| u8::try_from(byte.as_u64()?).ok()).collect();
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
        _ => None,
    };
    let is_kernel = json.transport.as_ref().is_some_and(|transport| transport == "kernel");
    let program = text(json.program).or_else(|| is_kernel.then(|| "kernel".to_owned()));
    Ok(JournalEntry { time: text(json.time), date: None, program, message: text(json.message) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::OPTIONS;

    #[test]
    fn json_with_bytes() {
        let entry = from_json(r#"{"__REALTIME_TIMESTAMP":"1642033008518660","_TRANSPORT":"kernel","MESSAGE":[73,78,61]}"#);
        let entry = entry.expect("an entry");
        assert_eq!((entry.program.as_deref(), entry.message.as_deref()), (Some("kernel"), Some("IN=")));
        assert_eq!(entry.time(&OPTIONS).map(|time| time.to_string()).as_deref(), Ok("2022-01-13T00:16:48.51866Z"));
    }

    #[test]
    fn export_and_verbose() {
        let mut export = Export::default();
        for line in ["__CURSOR=a", "__REALTIME_TIMESTAMP=1642033008518660", "SYSLOG_IDENTIFIER=kernel", "MESSAGE=IN=eth0 OUT="] {
            assert_eq!(export.take(line, &OPTIONS), Taken::Part, "{line}");
        }
        let entry = export.end().expect("an entry");
        assert_eq!((entry.program.as_deref(), entry.message.as_deref()), (Some("kernel"), Some("IN=eth0 OUT=")));
        assert_eq!(export.end(), None);
        for line in ["MESSAGE=x", "Mar 11 20:00:00 fw kernel: x"] {
            assert_eq!(export.take(line, &OPTIONS), Taken::Not, "{line}");
        }
        let verbose = [
            "Wed 2026-03-11 20:35:11.5 UTC [s=1;i=2;b=3]",
            "    _TRANSPORT=kernel",
            "    MESSAGE=IN=eth0",
            "Wed 2026-03-11 20:35:12.5 UTC [s=1;i=3;b=3]",
        ];
        assert_eq!(verbose[..3].iter().map(|line| export.take(line, &OPTIONS)).filter(|taken| *taken == Taken::Part).count(), 3);
        let Taken::Ended(entry) = export.take(verbose[3], &OPTIONS) else { panic!("an entry") };
        assert_eq!(entry.program.as_deref(), Some("kernel"));
        assert_eq!(entry.time(&OPTIONS).map(|time| time.to_string()).as_deref(), Ok("2026-03-11T20:35:11.5Z"));
    }
}
