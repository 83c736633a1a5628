//! `net-scout alerts ack`, `snooze`, `close`, `reopen`, `assign`, `note`, `label`, `history` and `undo`.

use clap::{Args, ValueEnum};

use super::super::arguments::{FormatArg, number};
use crate::commands::act;
use crate::commands::act::ActRequest;
use crate::config::Config;
use crate::exit::UsageError;
use net_scout_detect::known::WrittenQuery;
use net_scout_model::time::{parse_duration, parse_timestamp};
use net_scout_model::{AlertAction, Timestamp, Verdict, check_comment, check_label, check_person};

#[derive(Args)]
pub(super) struct WhichArgs {
    /// Which alerts: their numbers, or a query as for the list (rule:port_scan since:24h)
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,
    /// A note beside
    #[arg(long, value_name = "TEXT", value_parser = check_comment)]
    note: Option<String>,
    /// Do it without asking; numbers alone are never asked about
    #[arg(long)]
    yes: bool,
    /// Only show which alerts it would change
    #[arg(long)]
    dry_run: bool,
}

impl WhichArgs {
    pub(super) fn run(&self, config: &Config, action: AlertAction, now: Timestamp) -> anyhow::Result<u8> {
        let query = WrittenQuery::new(self.query.join(" "));
        act::run(config, &ActRequest { query, action, note: self.note.clone(), yes: self.yes, dry_run: self.dry_run }, now)
    }
}

#[derive(Args)]
#[command(
    after_help = "Examples:\n  net-scout alerts snooze 7 --for 8h\n  net-scout alerts snooze src:203.0.113.0/24 --until 2026-12-01 --yes\n  \
        net-scout alerts snooze 7 9 --until-worse --note 'known, and harmless'"
)]
pub(super) struct SnoozeArgs {
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    end: SnoozeEnd,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct SnoozeEnd {
    /// For so long: 8h, 2 days
    #[arg(long = "for", value_name = "DURATION")]
    duration: Option<String>,
    /// Until a date, or a date and time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Until it gets worse: more severe, or found by another rule; that ends every snooze
    #[arg(long)]
    until_worse: bool,
}

impl SnoozeArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        self.which.run(config, AlertAction::Snooze(self.end.instant(now)?), now)
    }
}

impl SnoozeEnd {
    /// None for until it gets worse.
    fn instant(&self, now: Timestamp) -> Result<Option<Timestamp>, UsageError> {
        let until = match (&self.duration, &self.until) {
            (Some(text), _) => now.plus(parse_duration(text).map_err(|error| UsageError(format!("--for: {error}")))?),
            (None, Some(text)) => parse_timestamp(text).ok_or_else(|| {
                UsageError(format!(
                    "--until: `{text}` is not an instant such as 2026-12-31 or 2026-12-31T06:00:00Z; a duration goes with --for"
                ))
            })?,
            (None, None) => return Ok(None),
        };
        if until <= now {
            return Err(UsageError(format!("--until: {} is past", until.seconds())));
        }
        Ok(Some(until))
    }
}

#[derive(Args)]
#[command(after_help = "Examples:\n  net-scout alerts close 7 --as benign --reason 'our scanner'\n  \
        net-scout alerts close src:192.0.2.0/24 --as false_positive --reason 'load test'")]
pub(super) struct CloseArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// What it turned out to be
    #[arg(long = "as", value_enum, value_name = "VERDICT")]
    verdict: VerdictName,
    /// Why, for whoever reads the history later
    #[arg(long, value_name = "TEXT", value_parser = check_comment)]
    reason: String,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum VerdictName {
    /// What the rule looks for
    TruePositive,
    /// What the rule looks for, by somebody who may do it
    Benign,
    /// Something else
    FalsePositive,
    /// What another alert is about
    Duplicate,
}

impl CloseArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        let verdict = match self.verdict {
            VerdictName::TruePositive => Verdict::TruePositive,
            VerdictName::Benign => Verdict::Benign,
            VerdictName::FalsePositive => Verdict::FalsePositive,
            VerdictName::Duplicate => Verdict::Duplicate,
        };
        self.which.run(config, AlertAction::Close(verdict, self.reason.clone()), now)
    }
}

#[derive(Args)]
#[command(after_help = "Examples:\n  net-scout alerts assign anna 7 9\n  net-scout alerts assign none assignee:anna --yes")]
pub(super) struct AssignArgs {
    /// Whose they are from now on; `none` for nobody's
    #[arg(value_name = "NAME", value_parser = check_person)]
    name: String,
    #[command(flatten)]
    which: WhichArgs,
}

impl AssignArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        let name = Some(self.name.clone()).filter(|name| name != "none");
        self.which.run(config, AlertAction::Assign(name), now)
    }
}

#[derive(Args)]
#[command(
    after_help = "Examples:\n  net-scout alerts note 'asked the owner' 7\n  net-scout alerts note 'part of the test of May' label:pentest --yes"
)]
pub(super) struct NoteArgs {
    /// The note; earlier ones stay in the history
    #[arg(value_name = "TEXT", value_parser = check_comment)]
    text: String,
    /// Which alerts: their numbers, or a query as for the list
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,
    /// Do it without asking; numbers alone are never asked about
    #[arg(long)]
    yes: bool,
    /// Only show which alerts it would change
    #[arg(long)]
    dry_run: bool,
}

impl NoteArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        let Self { text, query, yes, dry_run } = self;
        let which = WhichArgs { query: query.clone(), note: None, yes: *yes, dry_run: *dry_run };
        which.run(config, AlertAction::Note(text.clone()), now)
    }
}

#[derive(Args)]
#[command(
    after_help = "Examples:\n  net-scout alerts label 7 9 --add pentest\n  net-scout alerts label label:pentest --remove pentest --yes"
)]
pub(super) struct LabelArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Add a label; may be given several times
    #[arg(long, value_name = "LABEL", value_parser = check_label, required_unless_present = "remove")]
    add: Vec<String>,
    /// Remove a label; may be given several times
    #[arg(long, value_name = "LABEL", value_parser = check_label)]
    remove: Vec<String>,
}

impl LabelArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        self.which.run(config, AlertAction::Label { add: self.add.clone(), remove: self.remove.clone() }, now)
    }
}

#[derive(Args)]
pub(super) struct HistoryArgs {
    /// The number of the alert
    #[arg(value_parser = number)]
    id: i64,
    #[command(flatten)]
    format: FormatArg,
}

impl HistoryArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        act::history(config, self.id, (&self.format).into(), now)
    }
}

#[derive(Args)]
pub(super) struct UndoArgs {
    /// Do it without asking
    #[arg(long)]
    yes: bool,
}

impl UndoArgs {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        act::undo(config, self.yes, now)
    }
}
