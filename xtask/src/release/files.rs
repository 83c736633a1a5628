//! What a package holds: the list in `packaging/files`, which all packages are made by.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::command;

/// A kind of package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Debian,
    Rpm,
    Archive,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Debian => "deb",
            Self::Rpm => "rpm",
            Self::Archive => "archive",
        }
    }
}

/// A line of the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Its mode, octal.
    pub(super) mode: String,
    /// Its place below the root of a system; a folder ends with a stroke.
    pub(super) place: String,
    /// What it is made of, in the folder of the stage; a star stands for any name.
    pub(super) source: String,
    /// Whether the operator may change it.
    pub(super) is_config: bool,
    kinds: Vec<String>,
}

impl File {
    fn parse(line: &str) -> anyhow::Result<Self> {
        let mut words = line.split_whitespace();
        let mut word = || words.next().map(str::to_owned);
        let (Some(mode), Some(place), Some(source)) = (word(), word(), word()) else {
            bail!("packaging/files: `{line}` is not a mode, a place and a source");
        };
        let mut kinds: Vec<String> = words.map(str::to_owned).collect();
        let all = kinds.len();
        kinds.retain(|kind| kind != "config");
        let is_config = kinds.len() < all;
        let known = [Kind::Debian, Kind::Rpm, Kind::Archive].map(Kind::word);
        match kinds.iter().find(|kind| !known.contains(&kind.as_str())) {
            Some(kind) => bail!("packaging/files: `{kind}` in `{line}` is not config, {}", known.join(" or ")),
            None => Ok(Self { mode, place, source, is_config, kinds }),
        }
    }
}

/// The whole list.
pub(super) fn parse(text: &str) -> anyhow::Result<Vec<File>> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(File::parse).collect()
}

/// What a package of a kind holds.
pub(super) fn of(files: &[File], kind: Kind) -> impl Iterator<Item = &File> {
    files.iter().filter(move |file| file.kinds.is_empty() || file.kinds.iter().any(|word| word == kind.word()))
}

/// The names in a folder, sorted.
pub(super) fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let failed = || format!("failed to list {}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(failed)? {
        names.extend(entry.with_context(failed)?.file_name().into_string());
    }
    names.sort_unstable();
    Ok(names)
}

/// What another program writes to standard output.
pub(super) fn output(program: &mut Command) -> anyhow::Result<Vec<u8>> {
    let ended = program.output().with_context(|| command::start_failed(program))?;
    if !ended.status.success() {
        let said = String::from_utf8_lossy(&ended.stderr);
        bail!("`{}` failed ({}): {}", program.get_program().display(), ended.status, said.trim());
    }
    Ok(ended.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_for_which_packages_it_is() {
        let files = parse("# words\n\n755 usr/bin/a  a\n644 etc/a.toml  b config deb rpm\n644 c d archive\n").expect("a list");
        let places = |kind| of(&files, kind).map(|file| file.place.as_str()).collect::<Vec<_>>();
        assert_eq!(places(Kind::Debian), ["usr/bin/a", "etc/a.toml"]);
        assert_eq!(places(Kind::Archive), ["usr/bin/a", "c"]);
        assert!(files[1].is_config && !files[2].is_config);
        assert!(parse("755 usr/bin/a").expect_err("no source").to_string().contains("`755 usr/bin/a`"));
        assert!(parse("755 a a dep").expect_err("no kind").to_string().contains("`dep`"));
    }
}
