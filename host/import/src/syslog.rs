//! The head of a syslog line: priority, date, host and program, in the old form (RFC 3164), in the new one (RFC 5424), and as syslog
//! daemons write both into files.
//!
//! Programs log text that strangers choose, such as the name of a user who tries to log in. A program's name therefore counts only where
//! the name of the program stands, never further on.

use super::ImportOptions;
use super::reason::Reason;
use super::timestamp;
use net_scout_model::Timestamp;

/// A line behind its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) time: Timestamp,
    body: Body<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body<'a> {
    /// Mostly a host, then a program with a colon, then what it says.
    Old(&'a str),
    /// The program and what it says.
    New(&'a str, &'a str),
}

impl<'a> Entry<'a> {
    /// Reads the head of a line.
    ///
    /// # Errors
    /// When there is no date, or one that is in no calendar.
    pub(super) fn read(line: &'a str, options: &ImportOptions) -> Result<Self, Reason> {
        let line = line.trim_start();
        let Some((is_new, rest)) = priority(line) else {
            let (time, rest) = timestamp::split(line, options)?;
            return Ok(Self { time, body: Body::Old(rest) });
        };
        let (time, rest) = timestamp::split(rest, options)?;
        let body = is_new.then(|| new_form(rest)).flatten();
        Ok(Self { time, body: body.unwrap_or(Body::Old(rest)) })
    }

    /// What the kernel said: the text behind `kernel:`, which follows the date and, mostly, the host.
    pub(super) fn of_kernel(&self) -> Option<&'a str> {
        const PROGRAM: &str = "kernel:";
        let text = match self.body {
            Body::New(program, message) => return (program == "kernel").then_some(message),
            Body::Old(text) => text.trim_start(),
        };
        if let Some(message) = text.strip_prefix(PROGRAM) {
            return Some(message);
        }
        behind_host(text)?.strip_prefix(PROGRAM)
    }

    /// What that program said. Behind its name stand its number in brackets, a colon, or both.
    pub(super) fn of_program(&self, name: &str) -> Option<&'a str> {
        let said = |text: &'a str| {
            let rest = text.strip_prefix(name)?;
            let numbered = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(_, rest)| rest);
            match (rest.strip_prefix(':'), numbered) {
                (Some(message), _) => Some(message.trim_start()),
                (None, Some(rest)) => Some(rest.strip_prefix(':').unwrap_or(rest).trim_start()),
                (None, None) => None,
            }
        };
        match self.body {
            Body::New(program, message) => (program == name).then_some(message),
            Body::Old(text) => said(text.trim_start()).or_else(|| said(behind_host(text.trim_start())?)),
        }
    }

    /// What stands behind the host, and behind a repeated one, where no program is named. Some devices repeat their name.
    pub(super) fn unnamed(&self) -> Option<&'a str> {
        let Body::Old(text) = self.body else { return None };
        let text = text.trim_start();
        let rest = behind_host(text)?;
        let (host, _) = text.split_once(char::is_whitespace)?;
        Some(rest.strip_prefix(host).filter(|rest| rest.starts_with(char::is_whitespace)).map_or(rest, str::trim_start))
    }

    /// The first word with its rest, and the second one with its rest: where the topics of RouterOS may stand.
    pub(super) fn topics(&self) -> [Option<(&'a str, &'a str)>; 2] {
        match self.body {
            Body::New(program, message) => [Some((program, message)), None],
            Body::Old(text) => {
                let text = text.trim_start();
                [text.split_once(' '), behind_host(text).and_then(|text| text.split_once(' '))]
            }
        }
    }
}

/// The text behind the host. Without a host in the log, the first word is the name of a program.
fn behind_host(text: &str) -> Option<&str> {
    let (host, rest) = text.split_once(char::is_whitespace)?;
    (!host.ends_with(':')).then(|| rest.trim_start())
}

/// Whether a line with a priority, `<134>`, is in the new form, with its version behind, and what follows.
fn priority(line: &str) -> Option<(bool, &str)> {
    let (number, rest) = line.strip_prefix('<')?.split_once('>')?;
    let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| rest.strip_prefix("1 ").map_or((false, rest), |rest| (true, rest)))
}

/// Behind the date of the new form: host, program, number, kind, structured data, message.
fn new_form(text: &str) -> Option<Body<'_>> {
    let mut rest = text.trim_start();
    let mut words = [""; 4];
    for slot in &mut words {
        (*slot, rest) = rest.split_once(' ')?;
    }
    let message = match rest.strip_prefix('-') {
        Some(message) => message,
        None => behind_structured_data(rest)?,
    };
    let message = message.strip_prefix(' ').unwrap_or(message);
    Some(Body::New(words[1], message.strip_prefix('\u{feff}').unwrap_or(message)))
}

/// Elements in brackets, whose quoted values may hold escaped quotes and any bracket.
fn behind_structured_data(text: &str) -> Option<&str> {
    if !text.starts_with('[') {
        return None;
    }
    let (mut quoted, mut escaped, mut inside) = (false, false, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' if !quoted => inside = true,
            b']' if !quoted => inside = false,
            _ if !inside => return Some(&text[place..]),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DefaultVerdict;

    static OPTIONS: ImportOptions = ImportOptions {
        now: Timestamp(1_773_261_400_000_000),
        utc_offset_seconds: 0,
        default_verdict: DefaultVerdict::Drop,
        local_networks: None,
    };

    fn entry(line: &str) -> Entry<'_> {
        Entry::read(line, &OPTIONS).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    #[test]
    fn a_program_in_every_form() {
        for line in [
            "Mar 11 20:00:00 fw filterlog: 1,2",
            "Mar 11 20:00:00 fw filterlog[69805]: 1,2",
            "Mar 11 20:00:00 filterlog[69805]: 1,2",
            "<134>Mar 11 20:00:00 filterlog[69805]: 1,2",
            "2026-03-11T20:00:00Z fw filterlog[69805] 1,2",
            "<134>1 2026-03-11T20:00:00Z fw filterlog 69805 - - 1,2",
            r#"<134>1 2026-03-11T20:00:00Z fw filterlog 69805 - [meta sequenceId="1"] 1,2"#,
            r#"<134>1 2026-03-11T20:00:00Z fw filterlog - - [a b="]\"["][c d=""] 1,2"#,
        ] {
            let entry = entry(line);
            assert_eq!((entry.of_program("filterlog"), entry.time.0), (Some("1,2"), 1_773_259_200_000_000), "{line}");
            assert_eq!((entry.of_kernel(), entry.of_program("filter")), (None, None), "{line}");
        }
    }

    #[test]
    fn a_name_counts_only_in_its_place() {
        for line in [
            "Mar 11 20:00:00 fw sshd[1]: filterlog: 1,2",
            "Mar 11 20:00:00 sshd: filterlog: 1,2",
            "Mar 11 20:00:00 fw filterlog 1,2",
            "Mar 11 20:00:00 fw filterlogs: 1,2",
            "<134>1 2026-03-11T20:00:00Z fw sshd 1 - - filterlog: 1,2",
            "<134>1 2026-03-11T20:00:00Z fw sshd filterlog - [x",
        ] {
            assert_eq!(entry(line).of_program("filterlog"), None, "{line}");
        }
    }

    #[test]
    fn the_kernel_in_every_form() {
        for line in
            ["Mar 11 20:00:00 fw kernel: IN=", "<4>Mar 11 20:00:00 kernel: IN=", "<4>1 2026-03-11T20:00:00Z fw kernel - - -  IN="]
        {
            assert_eq!(entry(line).of_kernel().map(str::trim_start), Some("IN="), "{line}");
        }
    }

    #[test]
    fn no_head() {
        for line in ["<>Mar 11 20:00:00 fw x", "<1234>Mar 11 20:00:00 fw x", "<134>", "<134>1 - fw filterlog - - - x", ""] {
            assert_eq!(Entry::read(line, &OPTIONS), Err(Reason::NoDate), "{line}");
        }
    }
}
