//! What the values of each field are.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::error::unknown;
use super::token::Token;
use super::{AlertQueryError, AlertSide, AlertTest, KnownNames, QUERY_FIELDS};
use crate::nearest::nearest;
use crate::{CLOSED_STATUSES, Network, OPEN_STATUSES, SNOOZED, Severity, Verdict, check_label, plain};

/// The name of nobody.
const NOBODY: &str = "none";

/// What a term says.
pub(super) fn test(token: &Token, known: &KnownNames) -> Result<AlertTest, AlertQueryError> {
    let Some(name) = &token.field else { return text(token) };
    let Some(field) = QUERY_FIELDS.into_iter().find(|field| field == name) else {
        let nearest = nearest(name, QUERY_FIELDS.into_iter());
        return Err(AlertQueryError::Field { name: plain(name, 100), nearest });
    };
    if let Some(reason) = token.values.iter().any(String::is_empty).then(|| "a value is missing".to_owned()) {
        return Err(AlertQueryError::Value { field, reason });
    }
    let each = || token.values.iter().map(String::as_str);
    let numbers = |what, most| {
        let one = |text| range(text, |text| number(text, most)).ok_or_else(|| not(field, text, what));
        each().map(one).collect::<Result<Vec<_>, _>>()
    };
    Ok(match field {
        "id" => AlertTest::Id(numbers("the number of an alert", i64::MAX)?),
        "rule" => AlertTest::Rule(names(field, "rule", each(), &known.rules)?),
        "type" => AlertTest::Type(names(field, "type of alerts", each(), &known.types)?),
        "src" => AlertTest::Address(AlertSide::Source, networks(field, each())?.into_iter().collect()),
        "dst" => AlertTest::Address(AlertSide::Target, networks(field, each())?.into_iter().collect()),
        "ip" => AlertTest::Address(AlertSide::Either, networks(field, each())?.into_iter().collect()),
        "port" => AlertTest::Port(numbers("a port, or ports such as 8000..8100", 65_535)?),
        "score" => AlertTest::Score(numbers("a score from 0 to 100, or scores such as 80.., >=80 or 50..80", 100)?),
        "severity" => AlertTest::Severity(each().map(|text| severities(field, text)).collect::<Result<_, _>>()?),
        "status" => AlertTest::Status(statuses(field, each())?),
        "verdict" => {
            let one = |text| Verdict::of(text).map(Verdict::name).ok_or_else(|| unknown(field, "verdict", text, verdicts()));
            AlertTest::Verdict(each().map(one).collect::<Result<_, _>>()?)
        }
        "label" => {
            let one = |text| check_label(text).map_err(|reason| AlertQueryError::Value { field, reason });
            AlertTest::Label(each().map(one).collect::<Result<_, _>>()?)
        }
        "assignee" => AlertTest::Assignee(each().map(|name| (name != NOBODY).then(|| name.to_owned())).collect()),
        bound => {
            let moment = token.text().parse().map_err(|error| AlertQueryError::Value { field, reason: format!("{error}") })?;
            if bound == "since" { AlertTest::Since(moment) } else { AlertTest::Until(moment) }
        }
    })
}

/// A term without a field: an address or a network, or else any text.
fn text(token: &Token) -> Result<AlertTest, AlertQueryError> {
    if token.is_operator() {
        return Err(AlertQueryError::Operator(token.text()));
    }
    let text = token.text();
    let wrong = |reason: String| Err(AlertQueryError::Value { field: "text", reason });
    match text.parse::<Network>() {
        Ok(network) => Ok(AlertTest::Address(AlertSide::Either, std::iter::once(network).collect())),
        // It would be found in every alert.
        Err(_) if text.trim().is_empty() => wrong("it is empty".to_owned()),
        Err(error) if !token.has_quote && is_like_an_address(&text) => wrong(format!("{error}; write a text in quotes")),
        Err(_) => Ok(AlertTest::Text(text.to_lowercase())),
    }
}

/// Whether somebody means an address or a network by it.
fn is_like_an_address(text: &str) -> bool {
    let is_v4 = text.contains('.') && text.bytes().all(|letter| letter.is_ascii_digit() || b"./-".contains(&letter));
    let is_v6 =
        text.matches(':').count() > 1 && text.bytes().all(|letter| letter.is_ascii_hexdigit() || b":/.".contains(&letter));
    is_v4 || is_v6
}

fn not(field: &'static str, text: &str, what: &str) -> AlertQueryError {
    AlertQueryError::Value { field, reason: crate::not(text, what) }
}

fn names<'a>(
    field: &'static str,
    what: &'static str,
    values: impl Iterator<Item = &'a str>,
    known: &BTreeSet<String>,
) -> Result<Vec<String>, AlertQueryError> {
    let one = |name: &'a str| match known.is_empty() || known.contains(name) {
        true => Ok(name.to_owned()),
        false => Err(unknown(field, what, name, known.iter().map(String::as_str))),
    };
    values.map(one).collect()
}

fn networks<'a>(field: &'static str, values: impl Iterator<Item = &'a str>) -> Result<Vec<Network>, AlertQueryError> {
    let one = |text: &'a str| text.parse().map_err(|error| AlertQueryError::Value { field, reason: format!("{error}") });
    values.map(one).collect()
}

fn verdicts() -> impl Iterator<Item = &'static str> + Clone {
    Verdict::ALL.into_iter().map(Verdict::name)
}

/// Statuses; `open` and `closed` are all of that kind.
fn statuses<'a>(field: &'static str, values: impl Iterator<Item = &'a str>) -> Result<BTreeSet<&'static str>, AlertQueryError> {
    let single = || OPEN_STATUSES.into_iter().chain([SNOOZED]).chain(CLOSED_STATUSES);
    let mut statuses = BTreeSet::new();
    for text in values {
        match text {
            "open" => statuses.extend(OPEN_STATUSES),
            "closed" => statuses.extend(CLOSED_STATUSES),
            text => {
                let all = std::iter::once("open").chain(single());
                statuses.insert(single().find(|name| *name == text).ok_or_else(|| unknown(field, "status", text, all))?);
            }
        }
    }
    Ok(statuses)
}

fn severities(field: &'static str, text: &str) -> Result<RangeInclusive<i64>, AlertQueryError> {
    let rank = |name: &str| Severity::of(name).map(Severity::rank);
    range(text, rank).ok_or_else(|| {
        let name = text.trim_start_matches(['<', '>', '=']).split("..").find(|name| !name.is_empty()).unwrap_or(text);
        unknown(field, "severity", if rank(name).is_some() { text } else { name }, Severity::ALL.into_iter().map(Severity::name))
    })
}

fn number(text: &str, most: i64) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|number| is_number && *number <= most)
}

/// `80`, `>=80`, `>80`, `<=80`, `<80`, `50..80`, `80..` or `..80`, both ends inside.
fn range(text: &str, value: impl Fn(&str) -> Option<i64>) -> Option<RangeInclusive<i64>> {
    const ALL: RangeInclusive<i64> = i64::MIN..=i64::MAX;
    for (operator, more, less) in [(">=", Some(0), None), ("<=", None, Some(0)), (">", Some(1), None), ("<", None, Some(-1))] {
        if let Some(bound) = text.strip_prefix(operator) {
            let bound = value(bound)?;
            let end = |by: Option<i64>, open: i64| by.map_or(open, |by| bound.saturating_add(by));
            return Some(end(more, *ALL.start())..=end(less, *ALL.end()));
        }
    }
    match text.split_once("..") {
        Some(("", "")) => None,
        Some((first, last)) => {
            let end = |text: &str, open: &i64| if text.is_empty() { Some(*open) } else { value(text) };
            let range = end(first, ALL.start())?..=end(last, ALL.end())?;
            (!range.is_empty()).then_some(range)
        }
        None => value(text).map(|value| value..=value),
    }
}
