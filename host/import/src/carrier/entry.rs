//! The head of a line of syslog: priority, dates, hosts and program, in the old form (RFC 3164), in the new one (RFC 5424), and as
//! syslog daemons, relays and `journalctl` write both into files.
//!
//! Programs log text that strangers choose, such as the name of a user who tries to log in. The name of a program therefore counts only in
//! its place, behind the date and what can only be hosts and levels, never further on.

use std::net::IpAddr;

use super::{date, month};
use crate::options::ImportOptions;
use crate::reason::Reason;
use net_scout_model::Timestamp;

/// The most words that may stand between the date and the name of the program.
const MAXIMUM_WORDS: usize = 10;
/// Facilities and severities of syslog, and what stands between them.
const LEVELS: [&str; 27] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "security", "console",
    "emerg", "panic", "alert", "crit", "critical", "err", "error", "warning", "warn", "notice", "info", "debug", "-",
];

/// A line, and what its head says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// The date at its beginning.
    pub(crate) time: Result<Timestamp, Reason>,
    /// Everything behind priority and date.
    pub(crate) body: &'a str,
    /// The first host behind the date, or what looks like one.
    pub(crate) host: Option<&'a str>,
    /// The program that stands in its place.
    pub(crate) program: Option<&'a str>,
    /// What the program said, or what stands behind the hosts where no program does.
    pub(crate) message: &'a str,
    /// What stands where the name of a program would, with what follows: `DENY: IN=eth0` has no program, but looks as if.
    pub(crate) unnamed: &'a str,
    /// What kind of message it is, in the new form.
    pub(crate) kind: Option<&'a str>,
    /// The structured data of the new form, with its brackets.
    pub(crate) data: &'a str,
    /// Whether the program has a number, as only processes have.
    pub(crate) is_process: bool,
}

impl<'a> Entry<'a> {
    /// Reads the head of a line; there may be none.
    pub(crate) fn read(line: &'a str, options: &ImportOptions) -> Self {
        let line = line.trim_start().trim_end_matches(['\r', '\n']);
        let (is_new, line) = priority(line);
        // Of `conntrack` the brackets hold a number.
        let is_bracketed = line.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(char::is_alphabetic));
        let (time, body) = match date::split(line, options) {
            Ok((time, rest)) => (Ok(time), rest.trim_start()),
            Err(reason) => (Err(reason), line),
        };
        // RFC 5424 has a dash where the sender knows no time.
        let body = if is_new && time.is_err() { body.strip_prefix("- ").unwrap_or(body) } else { body };
        if is_new && let Some([program, kind, data, message]) = new_form(body) {
            return Self {
                time,
                body: message,
                host: None,
                program: Some(program),
                message,
                unnamed: message,
                kind: Some(kind),
                data,
                is_process: false,
            };
        }
        let head = Head::read(body, options);
        // `dmesg` prints only what the kernel said.
        let program = if is_bracketed && time.is_ok() { Some("kernel") } else { head.program };
        let message = if is_bracketed && time.is_ok() { body } else { head.message };
        Self {
            time,
            body,
            host: head.host,
            program,
            message,
            unnamed: head.unnamed,
            kind: None,
            data: "",
            is_process: head.is_process,
        }
    }

    /// The date at its beginning.
    ///
    /// # Errors
    /// When there is none, or it is in no calendar.
    pub(crate) fn time(&self) -> Result<Timestamp, Reason> {
        self.time.clone()
    }

    /// What that program said.
    pub(crate) fn of_program(&self, name: &str) -> Option<&'a str> {
        (self.program? == name).then_some(self.message)
    }

    /// The message of a record that carries program and time by itself, such as one of the journal.
    pub(crate) fn of_record(time: Timestamp, program: Option<&'a str>, message: &'a str) -> Self {
        Self {
            time: Ok(time),
            body: message,
            host: None,
            program,
            message,
            unnamed: message,
            kind: None,
            data: "",
            is_process: false,
        }
    }
}

/// What stands between the date and the message, in the old form.
struct Head<'a> {
    host: Option<&'a str>,
    program: Option<&'a str>,
    message: &'a str,
    unnamed: &'a str,
    is_process: bool,
}

impl<'a> Head<'a> {
    fn read(body: &'a str, options: &ImportOptions) -> Self {
        let mut rest = body;
        let mut host = None;
        for _ in 0..MAXIMUM_WORDS {
            let (word, behind) = date::word(rest);
            if let Some((program, is_process)) = program(word) {
                return Self {
                    host,
                    program: Some(program),
                    message: behind.trim_start(),
                    unnamed: rest.trim_start(),
                    is_process,
                };
            }
            if is_date(word)
                && let Ok((_, behind)) = date::split(rest, options)
            {
                // A relay puts its own head before the one that was there.
                (rest, host) = (behind, None);
            } else if is_between(word, host) {
                rest = behind;
            } else if host.is_none() && is_host(word) {
                (rest, host) = (behind, Some(word));
            } else {
                break;
            }
        }
        let rest = rest.trim_start();
        Self { host, program: None, message: rest, unnamed: rest, is_process: false }
    }
}

/// The name of a program, with a colon, or a number in brackets, or both behind it.
fn program(word: &str) -> Option<(&str, bool)> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.len() <= 48
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'%' | b'@' | b'(' | b')'))
    };
    let plain = word.strip_suffix(':');
    if let Some((name, number)) = plain.unwrap_or(word).strip_suffix(']').and_then(|word| word.split_once('['))
        && is_name(name)
        && !number.is_empty()
        && number.len() <= 16
        && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
    {
        return Some((name, true));
    }
    plain.filter(|name| is_name(name)).map(|name| (name, false))
}

/// Whether a word may begin a date behind a host.
fn is_date(word: &str) -> bool {
    match word.as_bytes() {
        [first, ..] if first.is_ascii_digit() => word.contains([':', '/']) || word.len() == 10 && word.as_bytes()[4] == b'-',
        bytes => bytes.len() <= 4 && month::number(word).is_some(),
    }
}

/// Whether a word stands between hosts: a level, an address, the host again, a date of the device in parentheses, a colon alone.
fn is_between(word: &str, host: Option<&str>) -> bool {
    if host == Some(word) || word == ":" || LEVELS.contains(&word) {
        return true;
    }
    let is_level = |word: &str| LEVELS.contains(&word) || word.strip_prefix("local").is_some_and(|digit| digit.len() == 1);
    match word.as_bytes() {
        [b'(', .., b')'] => true,
        [b'<', .., b'>'] => word.len() <= 5,
        [b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b':', ..] if word.parse::<IpAddr>().is_ok() => true,
        _ => match word.split_once('.') {
            Some((facility, severity)) => is_level(facility) && is_level(severity),
            None => is_level(word),
        },
    }
}

/// Whether a word may be the name of a host.
fn is_host(word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '.' | '-' | '_' | ':');
    !word.is_empty() && word.len() <= 255 && word.chars().all(is_part)
}

/// Whether a line has a priority of the new form, `<134>1 `, and what stands behind either.
fn priority(line: &str) -> (bool, &str) {
    let split = line.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    let Some((_, rest)) =
        split.filter(|(number, _)| (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()))
    else {
        return (false, line);
    };
    match rest.strip_prefix("1 ") {
        Some(rest) => (true, rest),
        None => (false, rest.trim_start()),
    }
}

/// Behind the date of the new form: host, program, number, kind, structured data, message. The program, the kind, the data and the
/// message; where there is no message the data, in which Juniper and Check Point say everything.
fn new_form(text: &str) -> Option<[&str; 4]> {
    let mut rest = text.trim_start();
    let mut words = [""; 4];
    for slot in &mut words {
        (*slot, rest) = rest.split_once(' ')?;
    }
    let (data, message) = match rest.strip_prefix('-') {
        Some(message) => ("", message.strip_prefix(' ').unwrap_or(message)),
        None => {
            let message = behind_structured_data(rest)?;
            let data = rest[..rest.len() - message.len()].trim_end();
            (data, if message.is_empty() { rest } else { message })
        }
    };
    Some([words[1], words[3], data, message.strip_prefix('\u{feff}').unwrap_or(message)])
}

/// What stands behind elements in brackets, whose quoted values may hold escaped quotes and any bracket.
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
            _ if !inside => {
                return Some(text[place..].trim_start());
            }
            _ => {}
        }
    }
    (!quoted && !inside).then_some("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::OPTIONS;

    fn entry(line: &str) -> Entry<'_> {
        Entry::read(line, &OPTIONS)
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
            // Relays, levels, and the host or its address again.
            "Mar 11 20:00:00 relay Mar 11 20:00:00 fw filterlog[1]: 1,2",
            "Mar 11 20:00:00 10.0.0.1 2026-03-11T20:00:00Z fw filterlog[1]: 1,2",
            "Mar 11 20:00:00 fw fw filterlog[1]: 1,2",
            "Mar 11 20:00:00 fw local0.info filterlog[1]: 1,2",
            "2026-03-11T20:00:00Z local0 info fw 10.0.0.1 filterlog[1]: 1,2",
            "Wed Mar 11 20:00:00 2026 daemon.notice filterlog[1]: 1,2",
            "Wed 2026-03-11 20:00:00 UTC fw filterlog[1]: 1,2",
            "Wed 2026-03-11 21:00:00 CET fw filterlog[1]: 1,2",
            "1773259200.000000 fw filterlog[1]: 1,2",
            "Mar 11 2026 20:00:00 fw : filterlog: 1,2",
        ] {
            let entry = entry(line);
            let time = entry.time().expect(line);
            assert_eq!((entry.of_program("filterlog"), time.0), (Some("1,2"), 1_773_259_200_000_000), "{line}");
            assert_eq!(entry.of_program("kernel"), None, "{line}");
        }
    }

    #[test]
    fn a_name_counts_only_in_its_place() {
        for line in [
            "Mar 11 20:00:00 fw sshd[1]: filterlog: 1,2",
            "Mar 11 20:00:00 sshd: filterlog: 1,2",
            "Mar 11 20:00:00 fw filterlog 1,2",
            "Mar 11 20:00:00 fw filterlogs: 1,2",
            "Mar 11 20:00:00 fw a message of filterlog: 1,2",
            "<134>1 2026-03-11T20:00:00Z fw sshd 1 - - filterlog: 1,2",
        ] {
            assert_eq!(entry(line).of_program("filterlog"), None, "{line}");
        }
    }

    #[test]
    fn without_a_program() {
        assert_eq!(entry("Mar 11 20:00:00 gate gate [WAN-D-1] IN=").unnamed, "[WAN-D-1] IN=");
        assert_eq!(entry("Mar 11 20:00:00 DENY: IN=eth0").unnamed, "DENY: IN=eth0");
        assert_eq!(entry("Mar 11 20:00:00 fw DROP IN=eth0").message, "DROP IN=eth0");
        assert_eq!(entry("[Wed Mar 11 20:00:00 2026] DROP IN=eth0").of_program("kernel"), Some("DROP IN=eth0"));
        assert_eq!(entry("[12.5] DROP IN=eth0").time, Err(Reason::SinceBoot));
    }

    #[test]
    fn no_date() {
        for line in ["<>Mar 11 20:00:00 fw x", "<1234>Mar 11 20:00:00 fw x", "<134>", "<134>1 - fw filterlog - - - x", ""] {
            assert_eq!(entry(line).time, Err(Reason::NoDate), "{line}");
        }
    }
}
