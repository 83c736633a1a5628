//! The paths in the text of a Rust file, without a parser of Rust: comments and the tests at the end are left out, and that is all.

/// The paths that a file names, from the root of its crate. `module` is the file's own.
pub(super) fn used(text: &str, module: &[&str]) -> Vec<Vec<String>> {
    let code: String = before_tests(text).lines().map(|line| format!("{}\n", without_comment(line))).collect();
    let mut paths = Vec::new();
    let mut rest = code.as_str();
    let mut in_use = false;
    while let Some(place) = rest.find(|letter: char| letter.is_alphabetic() || letter == '_') {
        let after_path = rest[..place].ends_with("::");
        rest = &rest[place..];
        let word = name(rest);
        if matches!(word, "crate" | "super" | "self") && !after_path && rest[word.len()..].starts_with("::") {
            rest = tree(rest, &[], &mut paths);
        } else if in_use {
            // A path that begins otherwise names a child of this module, or another crate.
            let mut found = Vec::new();
            rest = tree(rest, &["self".to_owned()], &mut found);
            paths.append(&mut found);
        } else {
            rest = &rest[word.len()..];
        }
        in_use = word == "use";
    }
    paths.into_iter().filter_map(|path| from_root(path, module)).collect()
}

fn before_tests(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod tests {").map_or(text, |place| &text[..place])
}

fn without_comment(line: &str) -> &str {
    line.find("//").map_or(line, |place| &line[..place])
}

/// The word at the beginning of a text.
fn name(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    &text[..end]
}

/// Reads a path, or several in braces, and gives what comes behind.
fn tree<'a>(text: &'a str, prefix: &[String], paths: &mut Vec<Vec<String>>) -> &'a str {
    let mut path = prefix.to_vec();
    let mut rest = text;
    loop {
        let word = name(rest);
        if !word.is_empty() {
            path.push(word.to_owned());
        }
        rest = &rest[word.len()..];
        match rest.strip_prefix("::") {
            Some(next) if next.starts_with('{') => return braces(&next[1..], &path, paths),
            Some(next) => rest = next,
            None => break,
        }
        if name(rest).is_empty() {
            break;
        }
    }
    paths.push(path);
    rest
}

/// Reads paths in braces up to the brace that closes.
fn braces<'a>(mut rest: &'a str, prefix: &[String], paths: &mut Vec<Vec<String>>) -> &'a str {
    loop {
        rest = rest.trim_start_matches([' ', '\n', ',', '*']);
        if rest.is_empty() || rest.starts_with('}') {
            return rest.get(1..).unwrap_or_default();
        }
        let before = rest.len();
        rest = tree(rest, prefix, paths);
        if let Some(renamed) = rest.trim_start().strip_prefix("as ") {
            rest = &renamed[name(renamed).len()..];
        }
        if rest.len() == before {
            return rest;
        }
    }
}

/// The path from the root of the crate; none where it leads out of it.
fn from_root(path: Vec<String>, module: &[&str]) -> Option<Vec<String>> {
    let mut found: Vec<String> = module.iter().map(|name| (*name).to_owned()).collect();
    for (place, name) in path.into_iter().enumerate() {
        match name.as_str() {
            "crate" if place == 0 => found.clear(),
            "super" => drop(found.pop()?),
            "self" => {}
            _ => found.push(name),
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_from_the_root() {
        let read = |text: &str| {
            let paths = used(text, &["one", "a"]).into_iter().map(|path| path.join("::"));
            paths.collect::<Vec<_>>()
        };
        assert_eq!(read("use crate::two::{B, b::{C, D as E}, self};\n"), ["two::B", "two::b::C", "two::b::D", "two"]);
        assert_eq!(read("use super::{\n    b::B,\n    One,\n};\n"), ["one::b::B", "one::One"]);
        assert_eq!(read("pub(super) use super::super::two::*;\n"), ["two"]);
        assert_eq!(read("use child::Child;\nfn f() { crate::two::f(x::y()) }\n"), ["one::a::child::Child", "two::f"]);
        assert_eq!(read("// crate::two\nlet x = $crate::two::Y; self.x\n"), ["two::Y"]);
        assert!(read("#[cfg(test)]\nmod tests {\n    use crate::two;\n}\n").is_empty());
    }
}
