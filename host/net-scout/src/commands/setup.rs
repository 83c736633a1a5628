//! `net-scout setup`: a first configuration, shown before it is written.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;

use super::{ask, consent, not_the_database, runtime};
use crate::config::{Config, ConfigFile, Flags, Layers};
use crate::exit::UsageError;
use crate::{exit, output};
use net_scout_doctor::setup::{Choices, Found, MAIL, Places, configuration_file, find, usual_place, write_file};
use net_scout_model::Timestamp;
use net_scout_notify::send_test;

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct SetupFlags {
    /// The file to write.
    pub output: Option<PathBuf>,
    /// Who gets mail about alerts.
    pub mail: Option<String>,
    /// Write without asking.
    pub yes: bool,
    /// Only show it.
    pub dry_run: bool,
    /// Replace a file that is there.
    pub replace: bool,
}

/// Looks around, shows the file, asks, writes it, and offers a test message.
///
/// # Errors
/// When nobody can be asked, the file is there, or it cannot be written.
pub fn run(config: &Config, flags: &SetupFlags, now: Timestamp) -> anyhow::Result<u8> {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    let places = Places { root: "/".into(), folder: std::env::current_dir()?, home: home.clone() };
    let named = config.names_database().then_some(config.db_path.as_path());
    let found = find(&places, named, &config.database_options(), &config.table);
    output::write_found(&mut output::stderr(), &found, now)?;

    let is_root = rustix::process::geteuid().is_root();
    let path = flags.output.clone().unwrap_or_else(|| usual_place(home.as_deref(), is_root));
    let shown = path.display().to_string();
    not_the_database(config, "--output", &path)?;
    let can_ask = std::io::stdin().is_terminal() && !flags.yes && !flags.dry_run;
    let mail_to = match &flags.mail {
        None if can_ask && found.has_mail => ask("Mail address for alerts of high and critical severity (empty for none):")?,
        named => named.clone(),
    };
    let text = configuration_file(&found, &Choices { mail_to });
    // What it says must be what the program reads.
    let file = ConfigFile::parse(&path, &text).context("this file would not be understood")?;
    let resolved = Config::resolve(&Layers::around(Flags::default(), Some(file)))?;
    output::stdout().write_all(text.as_bytes())?;
    if flags.dry_run {
        output::note(&format_args!("nothing written (dry run); it would be {shown}"));
        return Ok(exit::SUCCESS);
    }
    if path.symlink_metadata().is_ok() && !flags.replace {
        let advice = "name another with --output, or take --replace, which keeps the old one beside it";
        return Err(UsageError(format!("{shown} is there already; nothing was written; {advice}")).into());
    }
    let nobody = "nobody can be asked; nothing was written; --yes writes the file, --dry-run only shows it";
    if !flags.yes && !consent(&format!("Write {shown}?"), nobody)? {
        output::note(&"nothing written");
        return Ok(exit::SUCCESS);
    }
    let before = write_file(&path, &text).with_context(|| format!("{shown} cannot be written"))?;
    if let Some(before) = before {
        output::note(&format_args!("the old one is kept as {}", before.display()));
    }
    output::note(&format_args!("{shown} is written"));
    if let Some(Ok(receiver)) = resolved.notify.receivers.get(MAIL)
        && can_ask
        && consent("Send a test message?", nobody)?
    {
        let sent = runtime()?.block_on(send_test(receiver, MAIL, now));
        sent.context("the test message did not arrive")?;
        output::note(&"the test message arrived");
    }
    next_steps(&found);
    Ok(exit::SUCCESS)
}

/// Says what to type next.
fn next_steps(found: &Found) {
    match (&found.database, found.logs.first()) {
        (None, Some(log)) => output::note(&format_args!("next: net-scout import {}", log.display())),
        (None, None) => output::note(&"next: start net-sentinel, or net-scout import LOG"),
        (Some(_), _) => output::note(&"next: net-scout doctor, then net-scout scan"),
    }
}
