//! Which programs a plugin may run, with which arguments.

use std::net::IpAddr;

use super::{QUOTED, wit};
use net_scout_model::{Observable, ObservableKind, Request, plain};

/// What a plugin may run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecGrant {
    plugin: String,
    lines: Vec<(String, Vec<String>)>,
}

impl ExecGrant {
    /// The lines for programs among what was granted.
    #[must_use]
    pub fn new(plugin: &str, granted: &[Request]) -> Self {
        let lines = granted.iter().filter_map(|request| match request {
            Request::Exec { program, arguments } => Some((program.clone(), arguments.clone())),
            _ => None,
        });
        Self { plugin: plugin.to_owned(), lines: lines.collect() }
    }

    /// Checks a call against the grant.
    pub(super) fn check(&self, program: &str, arguments: &[String]) -> Result<(), wit::ExecError> {
        let granted = |(granted, template): &(String, Vec<String>)| {
            granted == program
                && template.len() == arguments.len()
                && template.iter().zip(arguments).all(|(word, argument)| fits(word, argument))
        };
        if self.lines.iter().any(granted) {
            return Ok(());
        }
        let arguments = arguments.iter().map(|argument| plain(argument, QUOTED)).collect();
        let request = Request::Exec { program: plain(program, QUOTED), arguments };
        let line = Request::configuration(&self.plugin, &[&request]);
        Err(wit::ExecError::AccessDenied(format!("to run `{request}` is not granted; to grant it, add {line}")))
    }
}

/// Whether an argument is what a word of a template stands for.
fn fits(word: &str, argument: &str) -> bool {
    let domain =
        || Observable::parse(argument).is_some_and(|found| found.kind == ObservableKind::Domain && found.value == argument);
    match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
        // A program would take it for an option.
        Some(_) if argument.starts_with('-') => false,
        Some("ip") => argument.parse::<IpAddr>().is_ok(),
        Some("domain") => domain(),
        Some(other) => match other.strip_prefix("int:").and_then(|bounds| bounds.split_once("..")) {
            Some((low, high)) => match (low.parse::<u32>(), high.parse::<u32>(), argument.parse::<u32>()) {
                (Ok(low), Ok(high), Ok(value)) => {
                    (low..=high).contains(&value) && argument.bytes().all(|byte| byte.is_ascii_digit())
                }
                _ => false,
            },
            None => false,
        },
        None => word == argument,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(lines: &[&str]) -> ExecGrant {
        let lines: Vec<Request> = lines.iter().map(|line| Request::parse("exec", line).expect(line)).collect();
        ExecGrant::new("whois", &lines)
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn allowed_denied_and_almost_allowed() {
        let grant = grant(&["whois {ip}", "whois -h 127.0.0.1 -p 4343 {domain}", "traceroute -n -m {int:1..64} {ip}"]);
        for (program, arguments) in [
            ("whois", "192.0.2.1"),
            ("whois", "2001:db8::1"),
            ("whois", "-h 127.0.0.1 -p 4343 example.com"),
            ("traceroute", "-n -m 64 192.0.2.1"),
        ] {
            assert!(grant.check(program, &words(arguments)).is_ok(), "{program} {arguments}");
        }
        for (program, arguments) in [
            ("whois", ""),
            ("whois", "--help"),
            ("whois", "example.com"),
            ("whois", "-h evil.example -p 4343 example.com"),
            ("whois", "-h 127.0.0.1 -p 4343 -x.example"),
            ("whois", "192.0.2.1 192.0.2.2"),
            ("/usr/bin/whois", "192.0.2.1"),
            ("traceroute", "-n -m 65 192.0.2.1"),
            ("traceroute", "-n -m +5 192.0.2.1"),
            ("traceroute", "-n -m 0 192.0.2.1"),
            ("sh", "-c id"),
        ] {
            assert!(grant.check(program, &words(arguments)).is_err(), "{program} {arguments}");
        }
        // One argument with a space in it is one argument.
        assert!(grant.check("whois", &["1.2.3.4; id".to_owned()]).is_err());
        assert!(grant.check("whois", &["1.2.3.4 ".to_owned()]).is_err());
    }

    #[test]
    fn a_denial_shows_the_line_that_would_grant_it() {
        let Err(wit::ExecError::AccessDenied(text)) = grant(&["whois {ip}"]).check("whois", &words("-h evil 1.2.3.4")) else {
            panic!("allowed")
        };
        let expected =
            "to run `whois -h evil 1.2.3.4` is not granted; to grant it, add [grants.whois] exec = [\"whois -h evil 1.2.3.4\"]";
        assert_eq!(text, expected);
    }
}
