//! `net-scout plugin new`: a folder with all that a plugin of one's own needs to be written, built and tested.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::exit::UsageError;
use crate::templates::{Language, Role};
use crate::{exit, output, templates};

/// The most characters of a plugin's name; see `description.wit`.
const LONGEST_NAME: usize = 64;

/// Makes the folder `name` in `parent`, and says what to do next.
///
/// # Errors
/// When the name is none for a plugin, the folder is there already, or it cannot be written.
pub fn run(name: &str, role: Role, language: Language, parent: &Path) -> anyhow::Result<u8> {
    check(name)?;
    if !language.has(role) {
        let kind = role.word();
        return Err(
            UsageError(format!("there is no template for a {kind} in {language:?} yet; write it with --lang rust")).into()
        );
    }
    let folder = if parent == Path::new(".") { name.into() } else { parent.join(name) };
    if let Err(error) = fs::create_dir(&folder) {
        if error.kind() == io::ErrorKind::AlreadyExists {
            bail!("{} is there already; choose another name, or another folder with --dir", folder.display());
        }
        return Err(error).with_context(|| format!("{} cannot be made; does {} exist?", folder.display(), parent.display()));
    }
    let files = templates::project(name, language, role);
    for file in &files {
        let path = folder.join(&file.path);
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&path, &file.bytes))
            .with_context(|| format!("{} cannot be written; {} is not complete", path.display(), folder.display()))?;
    }
    output::note(&format_args!("made {} with {} files; yours to write is {}", folder.display(), files.len(), language.source()));
    output::note(&"next:");
    let mut stdout = output::stdout();
    writeln!(stdout, "cd {}", folder.display())?;
    for command in language.build() {
        writeln!(stdout, "{command}")?;
    }
    writeln!(stdout, "net-scout plugin test {}{name}.wasm scenarios/*.toml", language.built())?;
    Ok(exit::SUCCESS)
}

/// What `description.wit` says of names. Cargo, npm and make take all of them.
fn check(name: &str) -> Result<(), UsageError> {
    let known = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if name.starts_with(|first: char| first.is_ascii_lowercase()) && name.chars().all(known) && name.len() <= LONGEST_NAME {
        return Ok(());
    }
    Err(UsageError(format!(
        "`{name}` is not a name for a plugin: write lower-case letters, digits and underscores, a letter first, at most {LONGEST_NAME}"
    )))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn names() {
        for name in ["a", "night_watch", "a2", &"a".repeat(64)] {
            assert!(check(name).is_ok(), "{name}");
        }
        for name in ["", "2a", "_a", "A", "night-watch", "../a", "a/b", "\u{e9}t\u{e9}", &"a".repeat(65)] {
            assert!(check(name).is_err(), "{name}");
        }
    }
}
