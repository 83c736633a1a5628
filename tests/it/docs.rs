//! The pages: links lead somewhere, every command that is shown is one, the book has every page, and what the tutorial shows is what one sees.
//! `INSTA_UPDATE=always` writes the tutorial anew, as it does the snapshots.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use net_scout_tests::harness::{Run, Scene};
use net_scout_tests::places;

/// Folders that hold no pages of the project.
const OTHERS: [&str; 4] = ["target", ".git", "node_modules", "vendor"];
/// What `cargo xtask book` adds.
const MADE: &str = "reference/";

/// All pages, sorted.
fn pages() -> Vec<PathBuf> {
    let (mut open, mut pages) = (vec![places::root().to_owned()], Vec::new());
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            match entry.file_type().expect("a type") {
                kind if kind.is_dir() && !OTHERS.iter().any(|other| name == *other) => open.push(path),
                kind if kind.is_file() && path.extension().is_some_and(|end| end == "md") => pages.push(path),
                _ => {}
            }
        }
    }
    pages.sort();
    assert!(pages.len() > 30, "{pages:?}");
    pages
}

/// The lines of a page, each with the language of its block; none outside of blocks.
fn lines(text: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    let mut block = None;
    text.lines().filter_map(move |line| match line.trim_start().strip_prefix("```") {
        Some(language) => {
            block = if block.is_some() { None } else { Some(language) };
            None
        }
        None => Some((block, line)),
    })
}

/// What GitHub and mdBook call a heading.
fn slug(heading: &str) -> String {
    let kept = heading.trim().to_lowercase().replace(' ', "-");
    kept.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_')).collect()
}

/// The targets of the links outside of blocks and of code.
fn links(text: &str) -> Vec<String> {
    let words =
        lines(text).filter(|(block, _)| block.is_none()).flat_map(|(_, line)| line.split('`').step_by(2).collect::<Vec<_>>());
    let text: String = words.collect::<Vec<_>>().join("`");
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link.to_owned()).collect()
}

#[test]
fn links_lead_somewhere() {
    let mut wrong = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        for link in links(&text).into_iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            let (path, anchor) = link.split_once('#').map_or((link.as_str(), None), |(path, anchor)| (path, Some(anchor)));
            let target = if path.is_empty() { page.clone() } else { page.parent().expect("a folder").join(path) };
            let is_made = page.ends_with("docs/SUMMARY.md") && path.starts_with(MADE);
            let headings = |anchor: &str| {
                let there = fs::read_to_string(&target).unwrap_or_default();
                lines(&there)
                    .any(|(block, line)| block.is_none() && line.starts_with('#') && slug(line.trim_start_matches('#')) == anchor)
            };
            if !is_made && (!target.exists() || anchor.is_some_and(|anchor| !headings(anchor))) {
                wrong.push(format!("{}: {link}", page.strip_prefix(places::root()).expect("below").display()));
            }
        }
    }
    assert!(wrong.is_empty(), "links that lead nowhere:\n{}", wrong.join("\n"));
}

#[test]
fn the_book_has_every_page() {
    let docs = places::root().join("docs");
    let summary = fs::read_to_string(docs.join("SUMMARY.md")).expect("the list of pages");
    let listed: BTreeSet<String> = links(&summary).into_iter().collect();
    for page in pages() {
        let Ok(name) = page.strip_prefix(&docs) else { continue };
        let name = name.to_str().expect("a name");
        assert!(name == "SUMMARY.md" || listed.contains(name), "docs/SUMMARY.md lacks {name}");
    }
}

/// The words of a command line up to what is not the program's: a pipe, a redirection, another command, a comment.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in line.chars().chain([' ']) {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None, ' ') if word.is_empty() => {}
            (None, ' ') => words.push(std::mem::take(&mut word)),
            (None, '#' | '|' | '>' | '<' | '&' | ';' | ')') if word.is_empty() || matches!(letter, ';' | ')') => break,
            (_, letter) => word.push(letter),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// The command lines of the program in a line.
fn commands(line: &str) -> Vec<Vec<String>> {
    let before = ["", "$ ", "| ", "&& ", "(", "; "];
    let starts =
        line.match_indices("net-scout ").filter(|(at, _)| *at == 0 || before[1..].iter().any(|end| line[..*at].ends_with(end)));
    starts.map(|(at, found)| words(&line[at + found.len()..])).collect()
}

#[test]
fn every_command_that_is_shown_is_understood() {
    let scene = Scene::new();
    let (mut tried, mut wrong) = (0, Vec::new());
    for page in pages().into_iter().filter(|page| !page.ends_with("CHANGELOG.md")) {
        let text = fs::read_to_string(&page).expect("a page");
        let shown = lines(&text)
            .filter(|(block, line)| matches!(block, Some("sh")) || matches!(block, Some("console")) && line.starts_with("$ "));
        for words in shown.flat_map(|(_, line)| commands(line)) {
            let run = scene.run(&words.iter().map(String::as_str).chain(["--help"]).collect::<Vec<_>>());
            tried += 1;
            if run.code != 0 {
                let page = page.strip_prefix(places::root()).expect("below").display();
                wrong.push(format!("{page}: net-scout {}\n  {}", words.join(" "), run.stderr.lines().next().unwrap_or_default()));
            }
        }
    }
    assert!(tried > 100, "only {tried} commands are shown");
    assert!(wrong.is_empty(), "commands that the program does not know:\n{}", wrong.join("\n"));
}

#[test]
fn words_end_where_the_shell_goes_on() {
    assert_eq!(commands("$ net-scout scan --since '7 days' | jq . # a"), [["scan", "--since", "7 days"]]);
    assert_eq!(commands("source <(net-scout completions bash)   # b"), [["completions", "bash"]]);
    assert_eq!(
        commands("net-scout alerts close 7 --reason 'a; b' > x && net-scout scan"),
        [vec!["alerts", "close", "7", "--reason", "a; b"], vec!["scan"]]
    );
    assert_eq!(commands("docker build --tag net-scout ."), Vec::<Vec<String>>::new());
    assert_eq!(slug("What a `source` is for"), "what-a-source-is-for");
}

#[test]
fn the_tutorial_is_what_one_sees() {
    let path = places::root().join("docs/tutorial.md");
    let text = fs::read_to_string(&path).expect("the page");
    let now = replayed(&text);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(&path, &now).expect("written");
    }
    let (line, (old, new)) =
        text.lines().zip(now.lines()).enumerate().find(|(_, (old, new))| old != new).unwrap_or((0, ("", "")));
    assert!(text == now, "docs/tutorial.md:{}: `{old}` is now `{new}`; `cargo xtask snapshots` writes it anew", line + 1);
}

/// A page with what its commands say now. They run one after another in one shell, in a folder that is empty but for a configuration.
fn replayed(text: &str) -> String {
    let scene = Scene::new();
    fs::remove_dir_all(scene.path("plugins")).expect("the standard plugins are used");
    let commands: Vec<&str> =
        lines(text).filter(|(block, _)| *block == Some("console")).filter_map(|(_, line)| line.strip_prefix("$ ")).collect();
    // Between what two commands say stands a line that neither says.
    let script: String = commands.iter().map(|command| format!("{command}\nprintf '\\036\\n'\n")).collect();
    let said = shell(&scene, &script);
    let mut said = said.split("\x1e\n");
    let mut page = String::new();
    let mut in_console = false;
    for line in text.lines() {
        let is_fence = line.starts_with("```");
        match line.strip_prefix("$ ").filter(|_| in_console) {
            Some(_) => page.extend([line, "\n", said.next().unwrap_or_default()]),
            None if in_console && !is_fence => {}
            None => page.extend([line, "\n"]),
        }
        in_console = if is_fence { line == "```console" && !in_console } else { in_console };
    }
    page
}

/// What a shell says to a script, errors among the rest.
fn shell(scene: &Scene, script: &str) -> String {
    let binary = places::binary();
    let path = format!("{}:/usr/bin:/bin", binary.parent().expect("a folder").display());
    let like = scene.command(&[]);
    let mut shell = Command::new("bash");
    shell.args(["--norc", "-c", &format!("exec 2>&1\n{script}")]).current_dir(scene.path("")).env_clear();
    shell
        .envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .env("PATH", path)
        .env("COLUMNS", "100")
        .env("USER", "ann");
    // Tests switch off what is on by itself.
    shell.env_remove("NET_SCOUT_GROUP");
    let run = Run::of(&mut shell);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    run.stdout
}
