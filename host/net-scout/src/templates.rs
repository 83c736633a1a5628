//! The files of a new plugin's project, kept in the program: templates, the SDK of the language, and `wit/`.
//!
//! It must never be told by hand what a template needs: whatever lies in these folders of the repository is part of the project.

/// A language that plugins are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Rust.
    Rust,
    /// C.
    C,
    /// JavaScript.
    JavaScript,
    /// Python.
    Python,
}

/// What the plugin is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A rule.
    Rule,
    /// An enricher.
    Enricher,
    /// A notifier.
    Notifier,
}

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
    let (from, to) = language.sdk();
    let rest = path.strip_prefix(from)?;
    let is_other = |part: &str| Role::ALL.iter().any(|other| *other != role && part.split('.').next() == Some(other.word()));
    (!rest.split('/').any(is_other)).then(|| format!("{to}{rest}"))
}

impl Language {
    /// The name of its folder of templates.
    fn word(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::C => "c",
            Self::JavaScript => "javascript",
            Self::Python => "python",
        }
    }

    /// Where its SDK lies in the repository, and where in a project. The Rust SDK looks for `../../wit`.
    fn sdk(self) -> (&'static str, &'static str) {
        match self {
            Self::Rust => ("plugins/sdk/src/", "vendor/net-scout-sdk/src/"),
            Self::C => ("plugins/sdk/c/", "sdk/"),
            Self::JavaScript => ("plugins/sdk/javascript/", "sdk/"),
            Self::Python => ("plugins/sdk/python/", "sdk/"),
        }
    }

    /// Whether there are templates for this in the language.
    #[must_use]
    pub fn has(self, role: Role) -> bool {
        self == Self::Rust || role != Role::Notifier
    }

    /// The file that its author writes.
    #[must_use]
    pub fn source(self) -> &'static str {
        match self {
            Self::Rust => "src/lib.rs",
            Self::C => "plugin.c",
            Self::JavaScript => "plugin.js",
            Self::Python => "plugin.py",
        }
    }

    /// The commands that build it.
    #[must_use]
    pub fn build(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["rustup target add wasm32-unknown-unknown", "cargo build --release"],
            Self::C | Self::Python => &["make"],
            Self::JavaScript => &["npm install", "npm run build"],
        }
    }

    /// The folder of the project in which the component ends up, with a slash behind it.
    #[must_use]
    pub fn built(self) -> &'static str {
        if self == Self::Rust { "target/wasm32-unknown-unknown/release/" } else { "" }
    }
}

impl Role {
    const ALL: [Self; 3] = [Self::Rule, Self::Enricher, Self::Notifier];

    /// As the world in `wit/` is called.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Enricher => "enricher",
            Self::Notifier => "notifier",
        }
    }
}

macro_rules! embedded {
    ($($path:literal)*) => { &[$(($path, include_bytes!(concat!("../../../", $path)))),*] };
}

/// Every file that any project takes, by its path in the repository. A test compares it with the folders.
const FILES: &[(&str, &[u8])] = embedded! {
    "plugins/sdk/c/bindings/enricher/plugin.c"
    "plugins/sdk/c/bindings/enricher/plugin.h"
    "plugins/sdk/c/bindings/enricher/plugin_component_type.o"
    "plugins/sdk/c/bindings/rule/plugin.c"
    "plugins/sdk/c/bindings/rule/plugin.h"
    "plugins/sdk/c/bindings/rule/plugin_component_type.o"
    "plugins/sdk/c/enricher.c"
    "plugins/sdk/c/enricher.h"
    "plugins/sdk/c/include/stdlib.h"
    "plugins/sdk/c/include/string.h"
    "plugins/sdk/c/memory.c"
    "plugins/sdk/c/net_scout.c"
    "plugins/sdk/c/net_scout.h"
    "plugins/sdk/c/plugin.mk"
    "plugins/sdk/c/rule.c"
    "plugins/sdk/c/rule.h"
    "plugins/sdk/javascript/enricher.js"
    "plugins/sdk/javascript/plugin.js"
    "plugins/sdk/javascript/rule.js"
    "plugins/sdk/python/net_scout/__init__.py"
    "plugins/sdk/python/net_scout/enricher.py"
    "plugins/sdk/python/net_scout/rule.py"
    "plugins/sdk/python/plugin.mk"
    "plugins/sdk/python/requirements.txt"
    "plugins/sdk/src/alert.rs"
    "plugins/sdk/src/describe.rs"
    "plugins/sdk/src/enrich.rs"
    "plugins/sdk/src/lib.rs"
    "plugins/sdk/src/network.rs"
    "plugins/sdk/src/notify.rs"
    "plugins/sdk/src/query.rs"
    "plugins/sdk/src/time.rs"
    "plugins/templates/c/both/.gitignore"
    "plugins/templates/c/both/Makefile"
    "plugins/templates/c/both/README.md"
    "plugins/templates/c/enricher/plugin.c"
    "plugins/templates/c/rule/plugin.c"
    "plugins/templates/enricher/scenarios/name.toml"
    "plugins/templates/enricher/scenarios/no_name.toml"
    "plugins/templates/javascript/both/.gitignore"
    "plugins/templates/javascript/both/README.md"
    "plugins/templates/javascript/both/package-lock.json"
    "plugins/templates/javascript/both/package.json"
    "plugins/templates/javascript/enricher/plugin.js"
    "plugins/templates/javascript/rule/plugin.js"
    "plugins/templates/notifier/scenarios/delivered.toml"
    "plugins/templates/notifier/scenarios/server_fails.toml"
    "plugins/templates/python/both/.gitignore"
    "plugins/templates/python/both/Makefile"
    "plugins/templates/python/both/README.md"
    "plugins/templates/python/both/requirements.txt"
    "plugins/templates/python/enricher/plugin.py"
    "plugins/templates/python/rule/plugin.py"
    "plugins/templates/rule/scenarios/few_tries.toml"
    "plugins/templates/rule/scenarios/many_tries.toml"
    "plugins/templates/rust/both/.cargo/config.toml"
    "plugins/templates/rust/both/.gitignore"
    "plugins/templates/rust/both/README.md"
    "plugins/templates/rust/both/vendor/net-scout-sdk/Cargo.toml"
    "plugins/templates/rust/enricher/Cargo.toml"
    "plugins/templates/rust/enricher/src/lib.rs"
    "plugins/templates/rust/notifier/Cargo.toml"
    "plugins/templates/rust/notifier/src/lib.rs"
    "plugins/templates/rust/rule/Cargo.toml"
    "plugins/templates/rust/rule/src/lib.rs"
    "wit/description.wit"
    "wit/detection.wit"
    "wit/dns.wit"
    "wit/enricher.wit"
    "wit/enrichment.wit"
    "wit/exec.wit"
    "wit/files.wit"
    "wit/http.wit"
    "wit/log.wit"
    "wit/notification.wit"
    "wit/notifier.wit"
    "wit/query.wit"
    "wit/rule.wit"
    "wit/state.wit"
    "wit/types.wit"
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    const LANGUAGES: [Language; 4] = [Language::Rust, Language::C, Language::JavaScript, Language::Python];

    /// Files in these folders that are for this repository alone.
    const NOT_FOR_PROJECTS: [&str; 2] = ["plugins/sdk/Cargo.toml", "plugins/sdk/c/README.md"];

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
            assert!(LANGUAGES.into_iter().any(taken), "{path}");
        }
    }

    #[test]
    fn a_project_is_of_one_kind() {
        for language in LANGUAGES {
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
