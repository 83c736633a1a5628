//! What the alerts of a scan come to: how many of which severity and rule, the sources with most of them, and what to look at next.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Shown;
use super::incidents::{Known, about};
use net_scout_model::{Severity, counted, plain};

/// How many rules and sources are named.
const NAMED: usize = 5;
/// How wide what names a line is.
const HEAD: usize = 10;

/// Writes it, in lines of at most so many columns. `database` is what names the database on a command line, and empty where nothing has to.
pub(super) fn write_summary(
    out: &mut dyn Write,
    alerts: &[Shown],
    known: &Known,
    database: &str,
    width: usize,
) -> io::Result<()> {
    let Some(first) = alerts.first() else { return Ok(()) };
    writeln!(out)?;
    let of = |severity: Severity| alerts.iter().filter(|alert| alert.severity.as_deref() == Some(severity.name())).count();
    let severities = Severity::ALL.into_iter().rev().map(|severity| (severity, of(severity))).filter(|(_, count)| *count > 0);
    paragraph(out, "severity", &severities.map(|(severity, count)| format!("{count} {severity}")).collect::<Vec<_>>(), width)?;
    let rules = most(alerts, |alert| Some(alert.rule.as_deref().unwrap_or(&alert.alert_type)));
    paragraph(out, "rules", &named(rules, |rule, count| format!("{count} {}", plain(rule, 60))), width)?;
    let source = |source: &str, count: usize| {
        let count = if count > 1 { format!(": {}", counted(count, "alert")) } else { String::new() };
        format!("{}{}{count}", plain(source, 60), plain(&about(known.get(source)), 80))
    };
    let sources = most(alerts, |alert| alert.src_ip.as_deref());
    paragraph(out, "sources", &named(sources, source), width)?;
    let next = match (first.id(), &first.src_ip) {
        (Some(id), _) => format!("net-scout alerts show {id}{database}"),
        (None, Some(source)) => format!("net-scout explain {}{database}", plain(source, 60)),
        (None, None) => return Ok(()),
    };
    // A command is not broken: it is there to be copied.
    writeln!(out, "{:HEAD$}{next}", "next")
}

/// How often each value occurs, most frequent first.
fn most<'a>(alerts: &'a [Shown], value: impl Fn(&'a Shown) -> Option<&'a str>) -> Vec<(&'a str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    alerts.iter().filter_map(value).for_each(|value| *counts.entry(value).or_default() += 1);
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts
}

/// The most frequent ones with their counts, and how many others there are.
fn named(counts: Vec<(&str, usize)>, name: impl Fn(&str, usize) -> String) -> Vec<String> {
    let others = counts.len().saturating_sub(NAMED);
    let mut words: Vec<String> = counts.into_iter().take(NAMED).map(|(value, count)| name(value, count)).collect();
    words.extend((others > 0).then(|| format!("{others} more")));
    words
}

/// A list behind its name, broken between its members.
fn paragraph(out: &mut dyn Write, head: &str, members: &[String], width: usize) -> io::Result<()> {
    if members.is_empty() {
        return Ok(());
    }
    let mut line = format!("{head:HEAD$}");
    for (place, member) in members.iter().enumerate() {
        let member = if place + 1 < members.len() { format!("{member},") } else { member.clone() };
        let is_first = line.len() == HEAD;
        if !is_first && line.chars().count() + 1 + member.chars().count() > width {
            writeln!(out, "{line}")?;
            line = " ".repeat(HEAD);
        } else if !is_first {
            line.push(' ');
        }
        line.push_str(&member);
    }
    writeln!(out, "{line}")
}
