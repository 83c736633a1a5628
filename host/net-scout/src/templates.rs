//! The files of a new plugin's project, kept in the program: templates, the SDK of the language, and `wit/`.
//!
//! It must never be told by hand what a template needs: whatever lies in these folders of the repository is part of the project.

mod files;
mod language;
mod role;

use files::FILES;
pub use language::Language;
pub use role::Role;

/// A file of a project.
#[derive(Debug, PartialEq, Eq)]
pub struct ProjectFile {
    /// Where it lies in the project.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// What stands for the plugin's name in a template.
const NAME: &str = "plugin_name";
/// What stands for `rule`, `enricher` or `notifier` in a template.
const ROLE: &str = "plugin_kind";

/// The files of a project, sorted by path.
#[must_use]
pub fn project(name: &str, language: Language, role: Role) -> Vec<ProjectFile> {
    let mut files: Vec<ProjectFile> = Vec::new();
    for &(path, bytes) in FILES {
        let Some(to) = place(path, language, role) else { continue };
        let bytes = match std::str::from_utf8(bytes) {
            Ok(text) if path.starts_with(TEMPLATES) => text.replace(NAME, name).replace(ROLE, role.word()).into_bytes(),
            _ => bytes.to_vec(),
        };
        files.push(ProjectFile { path: to, bytes });
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files
}

const TEMPLATES: &str = "plugins/templates/";

/// Where a file of the repository lies in a project; none where it is no part of it.
fn place(path: &str, language: Language, role: Role) -> Option<String> {
    if path.starts_with("wit/") {
        return Some(path.to_owned());
    }
    if let Some(template) = path.strip_prefix(TEMPLATES) {
        if let Some(rest) = template.strip_prefix(role.word()) {
            return rest.strip_prefix('/').map(str::to_owned);
        }
        let (folder, rest) = template.strip_prefix(language.word())?.strip_prefix('/')?.split_once('/')?;
        return (folder == "both" || folder == role.word()).then(|| rest.to_owned());
    }
    let (rest, to) = language.sdk().iter().find_map(|(from, to)| Some((path.strip_prefix(from)?, to)))?;
    let is_other = |part: &str| Role::ALL.iter().any(|other| *other != role && part.split('.').next() == Some(other.word()));
    (!rest.split('/').any(is_other)).then(|| format!("{to}{rest}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Files in these folders that are for this repository alone.
    const NOT_FOR_PROJECTS: [&str; 4] =
        ["plugins/sdk/Cargo.toml", "plugins/sdk/c/README.md", "plugins/sdk/go/adapter.wat", "plugins/sdk/zig/translate.sh"];

    fn walk(root: &Path, folder: &str, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(root.join(folder)).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = entry.file_name().into_string().expect("a name");
            let path = format!("{folder}/{name}");
            // What Python leaves behind where it runs.
            if entry.path().is_dir() && name != "__pycache__" {
                walk(root, &path, found);
            } else if entry.path().is_file() && !NOT_FOR_PROJECTS.contains(&path.as_str()) {
                found.insert(path);
            }
        }
    }

    #[test]
    fn no_file_is_missing() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the repository");
        let mut found = BTreeSet::new();
        for folder in ["wit", "plugins/sdk", "plugins/templates"] {
            walk(root, folder, &mut found);
        }
        let embedded: BTreeSet<String> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(embedded, found, "name every file in templates.rs, and remove what is only left over from a try");
    }

    #[test]
    fn every_file_is_part_of_a_project() {
        for (path, _) in FILES {
            let taken = |language| Role::ALL.into_iter().any(|role| place(path, language, role).is_some());
            assert!(Language::ALL.into_iter().any(taken), "{path}");
        }
    }

    #[test]
    fn a_project_is_of_one_kind() {
        for language in Language::ALL {
            for role in Role::ALL.into_iter().filter(|role| language.has(*role)) {
                let files = project("night_watch", language, role);
                let text = |path: &str| {
                    let file = files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{path}: {language:?}"));
                    std::str::from_utf8(&file.bytes).expect("text")
                };
                assert!(text(language.source()).contains("night_watch"));
                assert!(text("README.md").contains(role.word()));
                for file in &files {
                    assert!(!file.path.contains("both/") && !file.path.contains(NAME), "{}", file.path);
                    if let Ok(text) = std::str::from_utf8(&file.bytes) {
                        assert!(!text.contains(NAME) && !text.contains(ROLE), "{}", file.path);
                    }
                }
            }
        }
    }
}
