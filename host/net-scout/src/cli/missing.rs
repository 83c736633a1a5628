//! A command line without a command, as the Python program had it: what is to be typed instead.

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::ErrorKind;

use super::Cli;

/// What to type, where words make sense behind `scan`; none where something else is wrong.
pub(super) fn command(error: &clap::Error, words: &[OsString]) -> Option<String> {
    let is_missing = matches!(
        error.kind(),
        ErrorKind::UnknownArgument | ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    let (program, rest) = words.split_first()?;
    let begins_with_flag = rest.first()?.to_str()?.starts_with('-');
    let with: Vec<OsString> = [program.clone(), "scan".into()].into_iter().chain(rest.iter().cloned()).collect();
    if !is_missing || !begins_with_flag || Cli::try_parse_from(with).is_err() {
        return None;
    }
    let shown: Vec<String> = rest.iter().map(|word| quoted(&word.to_string_lossy())).collect();
    Some(format!("the command is missing; to scan, type: net-scout scan {}", shown.join(" ")))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_simple = |letter: char| letter.is_ascii_alphanumeric() || "/._-=:@%+,".contains(letter);
    if !word.is_empty() && word.chars().all(is_simple) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(words: &[&str]) -> Option<String> {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        command(&Cli::try_parse_from(&words).err()?, &words)
    }

    #[test]
    fn flags_of_a_scan_without_the_command() {
        assert_eq!(
            hint(&["net-scout", "--since", "1 hour"]).as_deref(),
            Some("the command is missing; to scan, type: net-scout scan --since '1 hour'")
        );
        assert_eq!(hint(&["net-scout", "--sinc", "1 hour"]), None);
        assert_eq!(hint(&["net-scout", "alerts", "--sinc"]), None);
        assert_eq!(hint(&["net-scout"]), None);
    }
}
