//! `cargo xtask book`: the pages of `docs/` as a book that one can search without a network, with a reference that the program writes: what
//! `--help` says of every command, and what every standard plugin says of itself.
//!
//! The pages stay as they are in the tree. Those at its root (README and the like) belong to the book too; a link to anything that is not a
//! page becomes its words.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use net_scout_tests::places;
use serde_json::Value;

use crate::{command, tools};

/// The pages at the root of the tree that are part of the book.
const ROOT_PAGES: [&str; 5] = ["ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"];

/// Makes the book.
pub(crate) fn make() -> anyhow::Result<()> {
    if !places::binary().is_file() {
        bail!("{} is not built: run `cargo xtask guests`, for the reference is what it says", places::binary().display());
    }
    let folder = places::target().join("book");
    let pages = folder.join("src");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("failed to empty {}", folder.display()))?;
    }
    fs::create_dir_all(pages.join("reference")).with_context(|| format!("failed to create {}", pages.display()))?;
    let mut copy = Command::new("cp");
    command::run(copy.arg("--recursive").arg(places::root().join("docs/.")).arg(&pages), "look at docs/")?;
    fs::rename(pages.join("book.toml"), folder.join("book.toml")).context("docs/book.toml is missing")?;
    let summary = read(&pages.join("SUMMARY.md"))?;
    write(&pages.join("SUMMARY.md"), &summary.replace("](../", "]("))?;
    let known: BTreeSet<String> = links(&summary).map(|link| link.trim_start_matches("../").to_owned()).collect();
    for name in ROOT_PAGES {
        write(&pages.join(name), &relink(&read(&places::root().join(name))?, &known))?;
    }
    write(&pages.join("reference/commands.md"), &commands()?)?;
    write(&pages.join("reference/plugins.md"), &plugins()?)?;
    let mut mdbook = Command::new(tools::MDBOOK.program()?);
    command::run(mdbook.arg("build").arg(&folder).arg("--dest-dir").arg(folder.join("html")), "see its message above")?;
    println!("{}", folder.join("html/index.html").display());
    Ok(())
}

/// The targets of the links in a page.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link)
}

/// A page of the root as one of the book: pages of `docs/` lie beside it, and what is not in the book is named but not linked.
fn relink(text: &str, known: &BTreeSet<String>) -> String {
    let mut page = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        let Some((link, after)) = after.split_once(')') else { break };
        let target = link.strip_prefix("docs/").unwrap_or(link);
        let is_there =
            link.contains("://") || link.starts_with('#') || known.contains(target.split('#').next().unwrap_or_default());
        match before.rfind('[') {
            Some(open) if !is_there => {
                page.push_str(&before[..open]);
                page.push_str(&before[open + 1..]);
            }
            _ => {
                let _ = write!(page, "{before}]({target})");
            }
        }
        rest = after;
    }
    page + rest
}

/// The help of every command, each with its heading.
fn commands() -> anyhow::Result<String> {
    let mut page = String::from("# Commands\n\nWhat `--help` says. `net-scout man DIR` writes the same as manual pages.\n");
    let mut open = vec![Vec::new()];
    while let Some(path) = open.pop() {
        let help = said(path.iter().map(String::as_str).chain(["--help"]))?;
        let _ = write!(
            page,
            "\n## {}\n\n```text\n{}\n```\n",
            [vec!["net-scout".to_owned()], path.clone()].concat().join(" "),
            help.trim()
        );
        let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        let names = list
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next());
        let below: Vec<_> =
            names.filter(|name| *name != "help").map(|name| [path.clone(), vec![name.to_owned()]].concat()).collect();
        open.extend(below.into_iter().rev());
    }
    Ok(page)
}

/// What every standard plugin is, requests and takes as parameters.
fn plugins() -> anyhow::Result<String> {
    let mut page = String::from("# Standard plugins\n\nWhat `net-scout plugin inspect` says of each.\n");
    let folder = places::plugins();
    let folder = folder.to_str().context("the path of the checkout is not UTF-8")?;
    let listed = said(["plugin", "list", "--format", "json", "--plugins", folder].into_iter())?;
    let listed: Vec<Value> = serde_json::from_str(&listed).context("`plugin list` is not JSON")?;
    for (kind, title) in [("rule", "Rules"), ("enricher", "Enrichers"), ("notifier", "Notifiers")] {
        let _ = write!(page, "\n## {title}\n");
        for plugin in listed.iter().filter(|plugin| plugin["kind"] == kind) {
            let name = plugin["plugin"].as_str().unwrap_or_default();
            let text = said(["plugin", "inspect", name, "--plugins", folder].into_iter())?;
            let _ = write!(page, "\n### {name}\n\n{}.\n\n", plugin["summary"].as_str().unwrap_or_default());
            // The file and what was approved of it are this machine's.
            let lines = text.lines().skip(1).map(str::trim).take_while(|line| !line.starts_with("status:"));
            for line in lines.filter(|line| !line.starts_with("file:")) {
                let _ = writeln!(page, "- {}", line.replace('*', "\\*").replace('<', "&lt;"));
            }
        }
    }
    Ok(page)
}

/// What the program writes.
fn said<'a>(words: impl Iterator<Item = &'a str>) -> anyhow::Result<String> {
    let mut program = Command::new(places::binary());
    program.args(words).env("COLUMNS", "100").current_dir(places::root());
    let ended = program.output().with_context(|| command::start_failed(&program))?;
    if !ended.status.success() {
        command::show(&program);
        bail!("it failed ({}): {}", ended.status, String::from_utf8_lossy(&ended.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::relink;

    #[test]
    fn links_lead_to_pages_of_the_book() {
        let known = BTreeSet::from(["a.md".to_owned(), "README.md".to_owned()]);
        let text = "see [a](docs/a.md#b), [`code`](tests/it), [r](README.md), [w](https://example.org/) and [x](#y).";
        assert_eq!(relink(text, &known), "see [a](a.md#b), `code`, [r](README.md), [w](https://example.org/) and [x](#y).");
    }
}
