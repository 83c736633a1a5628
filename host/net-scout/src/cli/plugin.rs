//! `net-scout plugin`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use clap_complete::ArgValueCandidates;

use super::arguments::{FolderArg, FormatArg, number, whole};
use super::complete;
use crate::commands::{approve, egress, enable, inspect, new, plugin_test, send, standard, stats};
use crate::config::Config;
use crate::templates::{Language, Role};
use net_scout_detect::send::SendRequest;
use net_scout_model::Timestamp;

#[derive(Subcommand)]
pub(super) enum PluginCommand {
    /// List the plugins of the folder, and how they stand with plugins.lock
    List(ListArgs),
    /// Show what a plugin is, imports and requests; it is run without any capability
    Inspect(InspectArgs),
    /// Show what plugins are and request, and grant it after your consent
    Approve(ApproveArgs),
    /// Take approvals back
    Revoke(RevokeArgs),
    /// Let rules run again that the service benched because they failed
    Enable(EnableArgs),
    /// Show what plugins used in past runs
    Stats(StatsArgs),
    /// Show which addresses and names plugins told to whom
    Egress(EgressArgs),
    /// Send stored alerts through a notifier, or a test
    Send(SendArgs),
    /// Test a plugin on scenarios: the events or answers that it gets, and what it has to return
    Test(TestArgs),
    /// Check a plugin for conformance: what every plugin has to do, whatever input it gets
    Conform(ConformArgs),
    /// Write the plugins that are in the program into a folder, approved, to change or to add to
    Extract(ExtractArgs),
    /// Make a folder with a plugin to begin with, in the language of your choice
    New(NewArgs),
}

impl PluginCommand {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        match self {
            Self::List(args) => inspect::list(config, (&args.format).into()),
            Self::Inspect(args) => inspect::inspect(config, &args.name),
            Self::Approve(args) => approve::run(config, &args.names, &args.limits, args.yes),
            Self::Enable(args) => enable::run(config, &args.names, now),
            Self::Revoke(args) => approve::revoke(config, &args.names),
            Self::Extract(args) => standard::extract(config, &args.folder),
            Self::New(args) => new::run(&args.name, args.role(), args.language(), &args.dir),
            Self::Test(args) => plugin_test::test(config, &args.plugin, &args.scenarios),
            Self::Conform(args) => plugin_test::conform(config, &args.plugin, args.events),
            Self::Egress(args) => egress::run(config, &args.names, &args.since, (&args.format).into(), now),
            Self::Send(args) => send::run(config, &args.request(), now),
            Self::Stats(args) => stats::run(config, &args.names, &args.since, (&args.format).into(), now),
        }
    }

    /// The folder of the plugins, where the command names it.
    pub(super) fn folder(&self) -> Option<&FolderArg> {
        match self {
            Self::List(ListArgs { folder, .. })
            | Self::Inspect(InspectArgs { folder, .. })
            | Self::Approve(ApproveArgs { folder, .. })
            | Self::Revoke(RevokeArgs { folder, .. })
            | Self::Send(SendArgs { folder, .. }) => Some(folder),
            Self::Enable(_) | Self::Extract(_) | Self::Stats(_) | Self::Egress(_) => None,
            Self::New(_) | Self::Test(_) | Self::Conform(_) => None,
        }
    }
}

#[derive(Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    folder: FolderArg,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args)]
pub(super) struct InspectArgs {
    /// The plugin, by file or by name
    #[arg(value_name = "PLUGIN", add = ArgValueCandidates::new(complete::plugins))]
    name: String,
    #[command(flatten)]
    folder: FolderArg,
}

#[derive(Args)]
pub(super) struct ApproveArgs {
    /// The plugins, by file or by name; none for all in the folder
    #[arg(value_name = "PLUGIN", add = ArgValueCandidates::new(complete::plugins))]
    names: Vec<String>,
    /// Set a limit of theirs, such as cpu_seconds=60
    #[arg(long = "limit", value_name = "LIMIT=VALUE", value_parser = limit)]
    limits: Vec<(String, String)>,
    /// Consent without being asked
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    folder: FolderArg,
}

#[derive(Args)]
pub(super) struct RevokeArgs {
    /// The plugins, by name
    #[arg(required = true, value_name = "NAME", add = ArgValueCandidates::new(complete::plugins))]
    names: Vec<String>,
    #[command(flatten)]
    folder: FolderArg,
}

#[derive(Args)]
pub(super) struct ExtractArgs {
    /// The folder, which must not be there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

#[derive(Args)]
pub(super) struct EnableArgs {
    /// The rules, by name; `net-scout status` shows which are benched
    #[arg(required = true, value_name = "RULE", add = ArgValueCandidates::new(complete::rules))]
    names: Vec<String>,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  net-scout plugin stats --since '7 days'\n  net-scout plugin stats whois --format csv")]
pub(super) struct StatsArgs {
    /// Only these plugins
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(complete::plugins))]
    names: Vec<String>,
    /// Only runs since then
    #[arg(long, value_name = "WHEN", default_value = "90 days")]
    since: String,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  net-scout plugin egress --since 30d\n  net-scout plugin egress slack --format ndjson")]
pub(super) struct EgressArgs {
    /// Only these plugins
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(complete::plugins))]
    names: Vec<String>,
    /// Only runs since then
    #[arg(long, value_name = "WHEN", default_value = "30 days")]
    since: String,
    #[command(flatten)]
    format: FormatArg,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  net-scout plugin send slack\n  net-scout plugin send telegram 7 12")]
pub(super) struct SendArgs {
    /// The notifier, by name
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(complete::plugins))]
    name: String,
    /// The alerts, by number; none for a message that says that messages arrive
    #[arg(value_name = "ID", value_parser = number, add = ArgValueCandidates::new(complete::alerts))]
    alerts: Vec<i64>,
    /// Keep what passes between plugin and host in this file, for `scan --replay`
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    #[command(flatten)]
    folder: FolderArg,
}

impl SendArgs {
    fn request(&self) -> SendRequest {
        SendRequest { notifier: self.name.clone(), alerts: self.alerts.clone(), record: self.record.clone() }
    }
}

#[derive(Args)]
#[command(after_help = "Example:\n  net-scout plugin test telnet.wasm scenarios/*.toml")]
pub(super) struct TestArgs {
    /// The component
    #[arg(value_name = "FILE")]
    plugin: PathBuf,
    /// The scenarios
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
}

#[derive(Args)]
pub(super) struct ConformArgs {
    /// The component
    #[arg(value_name = "FILE")]
    plugin: PathBuf,
    /// How many events the large test has
    #[arg(long, value_name = "N", default_value = "10000000", value_parser = whole::<u64>(1..=1_000_000_000))]
    events: u64,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    net-scout plugin new night_watch --kind rule --lang python\n  \
    net-scout plugin new whois_mirror --kind enricher --lang rust --dir ~/src\n  \
    net-scout plugin new pager --kind notifier --lang rust")]
pub(super) struct NewArgs {
    /// The plugin's name: lower-case letters, digits and underscores, a letter first, at most 64
    #[arg(value_name = "NAME")]
    name: String,
    /// What it is to be
    #[arg(long, value_enum, value_name = "KIND")]
    kind: RoleName,
    /// What it is to be written in
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    lang: LanguageName,
    /// The folder in which the plugin's own is made
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleName {
    Rule,
    Enricher,
    /// In Rust only, so far
    Notifier,
}

#[derive(Clone, Copy, ValueEnum)]
enum LanguageName {
    Rust,
    C,
    #[value(alias = "c++")]
    Cpp,
    Go,
    #[value(alias = "javascript")]
    Js,
    #[value(alias = "typescript")]
    Ts,
    Python,
    Zig,
}

impl NewArgs {
    fn role(&self) -> Role {
        match self.kind {
            RoleName::Rule => Role::Rule,
            RoleName::Enricher => Role::Enricher,
            RoleName::Notifier => Role::Notifier,
        }
    }

    fn language(&self) -> Language {
        match self.lang {
            LanguageName::Rust => Language::Rust,
            LanguageName::C => Language::C,
            LanguageName::Cpp => Language::Cpp,
            LanguageName::Go => Language::Go,
            LanguageName::Js => Language::JavaScript,
            LanguageName::Ts => Language::TypeScript,
            LanguageName::Python => Language::Python,
            LanguageName::Zig => Language::Zig,
        }
    }
}

fn limit(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write LIMIT=VALUE, such as cpu_seconds=60")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
