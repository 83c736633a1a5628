//! What the README and SECURITY.md say of tests: each one that it names exists and runs. A claim that nothing checks would be worth nothing.

use std::fs;

use net_scout_tests::places;

/// How many rows the table has at least.
const ROWS: usize = 14;

/// The rows of the table below this heading, each as its cells.
fn table(text: &str, heading: &str) -> Vec<Vec<String>> {
    let section = text.split(&format!("\n{heading}\n")).nth(1).unwrap_or_else(|| panic!("SECURITY.md has no `{heading}`"));
    let lines = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    lines.skip(2).map(cells).collect()
}

/// The tests that a cell names: `file.rs::test_name`, file and name.
fn named(cell: &str) -> Vec<(&str, &str)> {
    cell.split('`').filter_map(|word| word.split_once(".rs::")).collect()
}

/// Whether a file has such a test, and runs it: a function, or a line of a list from which a macro makes one.
fn runs(source: &str, name: &str) -> bool {
    let (function, listed) = (format!("fn {name}()"), format!("{name}, "));
    let lines: Vec<&str> = source.lines().map(str::trim_start).collect();
    let Some(at) =
        lines.iter().position(|line| line.trim_start_matches("async ").starts_with(&function) || line.starts_with(&listed))
    else {
        return false;
    };
    let made_by = lines[..at].iter().rev().find_map(|line| line.split_once("! {"));
    let attributes: Vec<&str> = match made_by.filter(|_| lines[at].starts_with(&listed)) {
        None => lines[..at].iter().rev().take_while(|line| line.starts_with("#[")).copied().collect(),
        // What stands in the macro.
        Some((list, _)) => {
            let text = source.lines().skip_while(|line| !line.starts_with(&format!("macro_rules! {list} ")));
            text.take_while(|line| *line != "}").filter_map(|line| line.find("#[").map(|at| &line[at..])).collect()
        }
    };
    let has = |attribute: &str| attributes.iter().any(|line| line.starts_with(attribute));
    (has("#[test]") || has("#[tokio::test")) && !has("#[ignore")
}

#[test]
fn every_row_of_what_a_plugin_can_do_names_tests_that_run() {
    let page = fs::read_to_string(places::root().join("SECURITY.md")).expect("SECURITY.md");
    let rows = table(&page, "## What a plugin can and cannot do");
    assert!(rows.len() >= ROWS, "the table has only {} rows", rows.len());
    for row in rows {
        let tests = named(row.last().expect("cells"));
        assert!(!tests.is_empty(), "no test backs the row `{}`", row[0]);
        for (file, name) in tests {
            let path = places::root().join("tests/it").join(format!("{file}.rs"));
            let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("SECURITY.md names {file}.rs: {error}"));
            assert!(runs(&source, name), "SECURITY.md names the test {file}.rs::{name}, which does not exist, or is ignored");
        }
    }
}

#[test]
fn every_test_that_security_names_runs() {
    let security = fs::read_to_string(places::root().join("SECURITY.md")).expect("SECURITY.md");
    let promises: Vec<&str> = security.split("\n## What is not promised").next().unwrap_or_default().lines().collect();
    let tests: Vec<(&str, &str)> = promises.iter().flat_map(|line| named(line)).collect();
    assert!(tests.len() > 30, "SECURITY.md names only {} tests", tests.len());
    for (file, name) in tests {
        let paths = [format!("tests/it/{file}.rs"), format!("host/net-scout/tests/{file}.rs"), format!("{file}.rs")];
        let sources = paths.iter().filter_map(|path| fs::read_to_string(places::root().join(path)).ok());
        let sources: Vec<String> = sources.collect();
        assert!(!sources.is_empty(), "SECURITY.md names {file}.rs, which does not exist");
        let found = sources.iter().any(|source| runs(source, name));
        assert!(found, "SECURITY.md names the test {file}.rs::{name}, which does not exist, or is ignored");
    }
}

#[test]
fn tests_are_known_by_their_names() {
    assert_eq!(named("`a.rs::one`, `b.rs::two` and `c`"), [("a", "one"), ("b", "two")]);
    let source = "macro_rules! list {\n\n    $(#[test]\n    fn $name() {}\n}\n\nmacro_rules! ignored {\n    #[test]\n    #[ignore = $why]\n}\n\n\
                  #[test]\nfn one() {}\n\nlist! { kind:\n    two, \"\" => 1;\n    three_and_more, 1;\n}\n\nignored! {\n    four, 1;\n}\n\n\
                  #[test]\n#[ignore = \"slow\"]\nfn five() {}\n\nfn six() {}\n";
    assert!(["one", "two", "three_and_more"].iter().all(|name| runs(source, name)));
    assert!(!["on", "three", "four", "five", "six"].iter().any(|name| runs(source, name)));
}
