//! What a shell proposes when Tab is pressed. The shell runs this program with [`VARIABLE`] set; it answers with commands, flags and values,
//! also with those that only this machine knows: the plugins of the folder, their parameters, the stored alerts. Nothing of a plugin runs
//! that was not compiled before, nothing is written, and where something cannot be read there is nothing to propose: an error would end up
//! in the line that is being typed.

use std::ffi::OsStr;
use std::path::Path;

use clap::{Command, ValueEnum};
use clap_complete::CompletionCandidate;
use clap_complete::env::{CompleteEnv, Shells};

use crate::commands::{names, standard};
use crate::config::{Config, ConfigFile, Flags, Layers, Setting};
use crate::{exit, output};
use net_scout_model::plain;

/// The variable that makes an answer of a run: nobody has it by chance.
const VARIABLE: &str = "NET_SCOUT_COMPLETE";
const PROGRAM: &str = "net-scout";

/// The shells that completions can be had for.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

impl Shell {
    fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Elvish => "elvish",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Zsh => "zsh",
        }
    }
}

/// Answers a shell and ends, if it is one that asks.
pub(super) fn answer(command: fn() -> Command) {
    CompleteEnv::with_factory(command).var(VARIABLE).bin(PROGRAM).completer(PROGRAM).complete();
}

/// Writes what a shell reads to know of the program.
///
/// # Errors
/// When standard output cannot be written.
pub(super) fn script(shell: Shell) -> anyhow::Result<u8> {
    let shells = Shells::builtins();
    let completer = shells.completer(shell.name()).ok_or_else(|| anyhow::anyhow!("no completions for {}", shell.name()))?;
    completer.write_registration(VARIABLE, "net_scout", PROGRAM, PROGRAM, &mut output::stdout())?;
    Ok(exit::SUCCESS)
}

/// The names of the plugins in the folder.
pub(super) fn plugins() -> Vec<CompletionCandidate> {
    named(names::plugins)
}

/// The rules in the folder.
pub(super) fn rules() -> Vec<CompletionCandidate> {
    named(names::rules)
}

/// The parameters of plugins with their defaults, to be changed.
pub(super) fn parameters() -> Vec<CompletionCandidate> {
    explained(names::parameters)
}

/// The numbers of the newest alerts.
pub(super) fn alerts() -> Vec<CompletionCandidate> {
    explained(names::alerts)
}

fn named(names: fn(&Config) -> Vec<String>) -> Vec<CompletionCandidate> {
    config().map(|config| names(&config)).unwrap_or_default().into_iter().map(CompletionCandidate::new).collect()
}

/// Attackers write parts of what is about an alert: no control character gets to the terminal.
fn explained(texts: fn(&Config) -> Vec<(String, String)>) -> Vec<CompletionCandidate> {
    let found = config().map(|config| texts(&config)).unwrap_or_default();
    let one = |(text, help): (String, String)| CompletionCandidate::new(text).help(Some(plain(&help, 100).to_string().into()));
    found.into_iter().map(one).collect()
}

/// The configuration with the flags that were typed so far and name the place to look at.
fn config() -> Option<Config> {
    // What the shell hands over: the program, `--`, and the words of the line.
    let words: Vec<_> = std::env::args_os().skip_while(|word| word != "--").skip(1).collect();
    let said = |flag: &str| {
        let given = words.windows(2).rev().find(|pair| pair[0] == OsStr::new(flag)).map(|pair| pair[1].clone());
        let joined = || words.iter().rev().find_map(|word| word.to_str()?.strip_prefix(flag)?.strip_prefix('=').map(Into::into));
        given.or_else(joined)
    };
    let flag = |name| Some(Setting::flag(name, said(name)?.into_string().ok()?));
    let flags = Flags { db_path: flag("--db-path"), plugins: flag("--plugins"), ..Flags::default() };
    let file = ConfigFile::find(said("--config").as_deref().map(Path::new)).ok()?;
    Some(standard::if_there(Config::resolve(&Layers::around(flags, file)).ok()?))
}
