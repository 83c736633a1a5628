//! Arguments that several commands have.

use std::ffi::OsString;
use std::ops::RangeInclusive;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;

use super::complete;
use crate::output::{AlertOutput, Format};
use net_scout_model::search::QUERY_FIELDS;
use net_scout_model::{Severity, not, parse_whole};
use net_scout_report::formats::AlertFormat;

#[derive(Args)]
pub(super) struct FormatArg {
    /// How results are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    format: FormatName,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum FormatName {
    Table,
    Json,
    Ndjson,
    Csv,
}

impl From<&FormatArg> for Format {
    fn from(arg: &FormatArg) -> Self {
        match arg.format {
            FormatName::Table => Self::Table,
            FormatName::Json => Self::Json,
            FormatName::Ndjson => Self::Ndjson,
            FormatName::Csv => Self::Csv,
        }
    }
}

#[derive(Args)]
pub(super) struct AlertFormatArg {
    /// How alerts are written: for people and programs, or an alert a line as Elastic Common Schema, OCSF Detection Finding or CEF
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    format: AlertFormatName,
}

#[derive(Clone, Copy, ValueEnum)]
enum AlertFormatName {
    Table,
    Json,
    Ndjson,
    Csv,
    Ecs,
    Ocsf,
    Cef,
}

impl From<&AlertFormatArg> for AlertOutput {
    fn from(arg: &AlertFormatArg) -> Self {
        match arg.format {
            AlertFormatName::Table => Self::Own(Format::Table),
            AlertFormatName::Json => Self::Own(Format::Json),
            AlertFormatName::Ndjson => Self::Own(Format::Ndjson),
            AlertFormatName::Csv => Self::Own(Format::Csv),
            AlertFormatName::Ecs => Self::Foreign(AlertFormat::Ecs),
            AlertFormatName::Ocsf => Self::Foreign(AlertFormat::Ocsf),
            AlertFormatName::Cef => Self::Foreign(AlertFormat::Cef),
        }
    }
}

#[derive(Args)]
pub(super) struct WindowArgs {
    /// Where the window begins: a duration back from its end (1 hour, 90m, 7 days, 2w), a date, or a date and time [default: 1 hour]
    #[arg(long, value_name = "WHEN")]
    pub(super) since: Option<String>,
    /// Where the window ends, in the same forms [default: open]
    #[arg(long, value_name = "WHEN")]
    pub(super) until: Option<String>,
    /// The table to look at [default: ip_events]
    #[arg(long, value_name = "TABLE")]
    pub(super) table: Option<String>,
}

#[derive(Args)]
pub(super) struct FolderArg {
    /// The folder of the plugins [default: plugins, else the standard ones in the program]
    #[arg(long, value_name = "DIR")]
    pub(super) plugins: Option<String>,
}

#[derive(Args)]
pub(super) struct PluginArgs {
    #[command(flatten)]
    pub(super) folder: FolderArg,
    /// Set a parameter of a plugin
    #[arg(long, value_name = "PLUGIN.PARAMETER=VALUE", value_parser = parameter, add = ArgValueCandidates::new(complete::parameters))]
    pub(super) set: Vec<(String, String, String)>,
}

/// How messages are to be written, where the words of the command line cannot be read as a whole: the flag, else the variable.
pub(super) fn log_format(words: impl Iterator<Item = OsString>) -> Option<String> {
    const FLAG: &str = "--log-format";
    let mut words = words.map(|word| word.to_string_lossy().into_owned());
    let flag = words.find_map(|word| match word.strip_prefix(FLAG)? {
        "" => Some(None),
        rest => rest.strip_prefix('=').map(|format| Some(format.to_owned())),
    });
    match flag {
        Some(Some(format)) => Some(format),
        Some(None) => words.next(),
        None => std::env::var("NET_SCOUT_LOG_FORMAT").ok(),
    }
}

/// Reads the name of one of these; help and completions list them.
pub(super) fn one_of<T: Copy + Send + Sync + 'static>(
    all: impl IntoIterator<Item = T>,
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let all: Vec<T> = all.into_iter().collect();
    let names: Vec<&'static str> = all.iter().map(|one| name(*one)).collect();
    PossibleValuesParser::new(names).try_map(move |text| all.iter().copied().find(|one| name(*one) == text).ok_or(text))
}

/// Reads a whole number within bounds.
pub(super) fn whole<T: TryFrom<u64>>(bounds: RangeInclusive<u64>) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| parse_whole(text, bounds.clone())
}

/// Reads the number of an alert, or of an entry.
pub(super) fn number(text: &str) -> Result<i64, String> {
    parse_whole::<i64>(text, 0..=i64::MAX as u64).map_err(|_| not(text, "a number, which the first column of the list shows"))
}

/// Reads a severity.
pub(super) fn severity(text: &str) -> Result<Severity, String> {
    Severity::of(&text.to_ascii_lowercase()).ok_or_else(|| {
        let names: Vec<&str> = Severity::ALL.into_iter().map(Severity::name).collect();
        not(text, format!("one of {}", names.join(", ")))
    })
}

/// A negated term of a query, `-dst:192.0.2.9`, as the command line takes it: `!dst:192.0.2.9`. No flag looks like that.
pub(super) fn negated(argument: OsString) -> OsString {
    let term = argument
        .to_str()
        .and_then(|text| text.strip_prefix('-'))
        .filter(|term| QUERY_FIELDS.iter().any(|field| term.strip_prefix(field).is_some_and(|behind| behind.starts_with(':'))));
    term.map(|term| format!("!{term}").into()).unwrap_or(argument)
}

pub(super) fn parameter(text: &str) -> Result<(String, String, String), String> {
    let parts =
        text.split_once('=').and_then(|(name, value)| name.split_once('.').map(|(rule, parameter)| (rule, parameter, value)));
    let (rule, parameter, value) = parts.ok_or("write RULE.PARAMETER=VALUE, such as vertical_scan.ports_threshold=20")?;
    Ok((rule.trim().to_owned(), parameter.trim().to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negated_terms_are_no_flags() {
        let as_taken = |text: &str| negated(text.into()).into_string().expect("text");
        for (written, taken) in
            [("-dst:192.0.2.9", "!dst:192.0.2.9"), ("-d", "-d"), ("--dst", "--dst"), ("dst:a", "dst:a"), ("-dst", "-dst")]
        {
            assert_eq!(as_taken(written), taken);
        }
    }

    #[test]
    fn parameters() {
        assert_eq!(parameter("a.b=c=d"), Ok(("a".into(), "b".into(), "c=d".into())));
        assert!(parameter("a=b").is_err());
    }

    #[test]
    fn the_form_of_messages_is_known_before_the_words_are() {
        let of = |words: &[&str]| log_format(words.iter().map(OsString::from));
        assert_eq!(of(&["net-scout", "--log-format", "json", "scam"]).as_deref(), Some("json"));
        assert_eq!(of(&["net-scout", "scam", "--log-format=text"]).as_deref(), Some("text"));
    }
}
