//! The structure inside a crate: no file is too long, and no circle of uses goes through files of several folders.
//!
//! A module `a` and what lies in `a/` are one folder. Who uses whom is read from paths that begin with `crate`, `super` or `self`, and from
//! `use` of child modules. Tests may use what they like.

mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use net_scout_tests::places;

use paths::used;

/// The most lines of a file.
const LINES: usize = 400;
/// Half of the files of a crate have at most so many.
const MEDIAN: usize = 150;

/// Where crates lie: folders of them, and single ones with the folders of their sources.
const MANY: &str = "host";
const SINGLE: [&str; 4] = ["xtask/src", "tests/src", "tests/it", "tests/soak/src"];

/// A file of a crate.
#[derive(Debug)]
struct Source {
    /// Its path inside `src`.
    path: String,
    text: String,
}

/// Fails where a file is too long, or where folders use each other in a circle.
pub(crate) fn check() -> anyhow::Result<()> {
    let many = places::root().join(MANY);
    let mut folders: Vec<String> = SINGLE.map(str::to_owned).into();
    for entry in fs::read_dir(&many).with_context(|| format!("failed to read {}", many.display()))? {
        let name = entry.with_context(|| format!("failed to read {}", many.display()))?.file_name();
        folders.push(format!("{MANY}/{}/src", name.to_string_lossy()));
    }
    folders.sort();
    let mut wrong = Vec::new();
    for folder in folders {
        let mut sources = Vec::new();
        read(&places::root().join(&folder), "", &mut sources)?;
        wrong.extend(complaints(&folder, &sources));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{}\nwhat is checked is said in xtask/src/structure.rs", wrong.join("\n"))
}

/// Reads all files of a folder, in the order of their names.
fn read(folder: &Path, prefix: &str, sources: &mut Vec<Source>) -> anyhow::Result<()> {
    let failed = || format!("failed to read {}", folder.display());
    let mut entries = fs::read_dir(folder).with_context(failed)?.collect::<Result<Vec<_>, _>>().with_context(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (file, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let path = format!("{prefix}{name}");
        if file.is_dir() {
            read(&file, &format!("{path}/"), sources)?;
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&file).with_context(|| format!("failed to read {}", file.display()))?;
            sources.push(Source { path, text });
        }
    }
    Ok(())
}

/// A line for each file that is too long, for a crate of long files, and for each circle.
fn complaints(folder: &str, sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut lengths = Vec::new();
    for source in sources {
        let lines = source.text.lines().count();
        lengths.push(lines);
        if lines > LINES {
            wrong.push(format!("{folder}/{}: {lines} lines; the most are {LINES}", source.path));
        }
    }
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
    if median > MEDIAN {
        wrong.push(format!("{folder}: half of the files have more than {median} lines; {MEDIAN} are enough"));
    }
    wrong.extend(circles(sources).into_iter().map(|circle| format!("{folder}: {circle}")));
    wrong
}

/// The module that a file is: `["storage", "table"]` for `storage/table.rs`.
fn module(path: &str) -> Vec<&str> {
    match path.strip_suffix(".rs").unwrap_or(path) {
        "lib" | "main" => Vec::new(),
        path => path.split('/').collect(),
    }
}

fn is_test(path: &str) -> bool {
    module(path).contains(&"tests")
}

/// A line for each circle of files that lie in several folders.
fn circles(sources: &[Source]) -> Vec<String> {
    let files: BTreeMap<Vec<&str>, &Source> =
        sources.iter().filter(|source| !is_test(&source.path)).map(|source| (module(&source.path), source)).collect();
    let edges: BTreeMap<&[&str], BTreeSet<&[&str]>> = files
        .iter()
        .map(|(from, source)| {
            let to = used(&source.text, from).into_iter().filter_map(|path| file_of(&path, &files)).filter(|to| to != from);
            (from.as_slice(), to.collect())
        })
        .collect();
    // Where each file leads to, by one use or many.
    let reached: BTreeMap<&[&str], BTreeSet<&[&str]>> = edges.keys().map(|from| (*from, reach(from, &edges))).collect();
    let mut found = Vec::new();
    let mut done: BTreeSet<&[&str]> = BTreeSet::new();
    for (from, to) in &reached {
        let circle: Vec<&[&str]> = to.iter().copied().filter(|file| reached[file].contains(from)).collect();
        if !done.insert(from) || circle.is_empty() {
            continue;
        }
        done.extend(&circle);
        let folders: BTreeSet<Vec<&str>> = circle.iter().map(|file| folder(file, &files)).collect();
        if folders.len() > 1 {
            let inside = |file: &&[&str]| edges[file].iter().filter(|to| circle.contains(to)).map(|to| written(to)).collect();
            let lines = circle.iter().map(|file| {
                let to: Vec<String> = inside(file);
                format!("  {} uses {}", written(file), to.join(", "))
            });
            found.push(format!("these files use each other in a circle:\n{}", lines.collect::<Vec<_>>().join("\n")));
        }
    }
    found
}

fn written(module: &[&str]) -> String {
    if module.is_empty() { "crate".to_owned() } else { module.join("::") }
}

/// The file that holds what a path names.
fn file_of<'a>(path: &[String], files: &'a BTreeMap<Vec<&str>, &Source>) -> Option<&'a [&'a str]> {
    // The longest of the paths of files that it begins with.
    let begins = |file: &&Vec<&str>| file.len() <= path.len() && file.iter().zip(path).all(|(one, other)| one == other);
    files.keys().filter(begins).max_by_key(|file| file.len()).map(Vec::as_slice)
}

/// The folder that a file belongs to: its own, where there are files below it.
fn folder<'a>(file: &[&'a str], files: &BTreeMap<Vec<&str>, &Source>) -> Vec<&'a str> {
    let owns = file.is_empty() || files.keys().any(|other| other.len() > file.len() && other.starts_with(file));
    file[..if owns { file.len() } else { file.len() - 1 }].to_vec()
}

/// All files that one leads to.
fn reach<'a>(from: &[&str], edges: &BTreeMap<&'a [&'a str], BTreeSet<&'a [&'a str]>>) -> BTreeSet<&'a [&'a str]> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&[&str]> = edges.get(from).into_iter().flatten().copied().collect();
    while let Some(file) = open.pop() {
        if reached.insert(file) {
            open.extend(edges.get(file).into_iter().flatten());
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_long_file_is_named() {
        let complaints = |lines| {
            let short = || source("lib.rs", "");
            complaints("here", &[short(), short(), source("a.rs", &"\n".repeat(lines))])
        };
        assert_eq!(complaints(401), ["here/a.rs: 401 lines; the most are 400"]);
        assert!(complaints(400).is_empty());
    }

    #[test]
    fn a_crate_of_long_files_is_named() {
        let sources = [source("a.rs", ""), source("b.rs", &"\n".repeat(151)), source("c.rs", &"\n".repeat(152))];
        assert_eq!(complaints("here", &sources), ["here: half of the files have more than 151 lines; 150 are enough"]);
    }

    #[test]
    fn a_circle_through_two_folders_is_named() {
        let sources = [
            source("lib.rs", "mod one;\nmod two;\npub use one::A;\n"),
            source("one.rs", "mod a;\npub use a::A;\n"),
            source("one/a.rs", "use crate::two::{B, b::C};\n"),
            source("two.rs", "mod b;\npub(crate) use b::B;\n"),
            source("two/b.rs", "fn b() { super::super::one::a::A }\n"),
        ];
        let found = circles(&sources);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("one::a uses two, two::b\n") && found[0].contains("two::b uses one::a"), "{found:?}");
        assert!(!found[0].contains("crate"), "{found:?}");
    }

    #[test]
    fn files_of_one_folder_and_tests_may_use_each_other() {
        let sources = [
            source("lib.rs", "mod one;\nmod two;\n"),
            source("one.rs", "mod a;\nmod b;\nuse a::A;\npub(crate) struct One;\n"),
            source("one/a.rs", "use super::One;\nuse super::b::B;\n"),
            source("one/b.rs", "use super::a::A;\n#[cfg(test)]\nmod tests {\n    use crate::two::Two;\n}\n"),
            source("two.rs", "use crate::one::One; // not crate::two\n"),
            source("one/tests.rs", "use crate::two::Two;\n"),
        ];
        assert_eq!(circles(&sources), Vec::<String>::new());
    }

    #[test]
    fn the_checked_crates_keep_to_it() {
        check().expect("no complaint");
    }
}
