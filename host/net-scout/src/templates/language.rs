//! The languages that plugins are written in: where their files lie, and how a project is built.

use crate::templates::role::Role;

/// A language that plugins are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Rust.
    Rust,
    /// C.
    C,
    /// C++.
    Cpp,
    /// Go.
    Go,
    /// JavaScript.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// Python.
    Python,
    /// Zig.
    Zig,
}

impl Language {
    /// Every language.
    #[cfg(test)]
    pub(super) const ALL: [Self; 8] =
        [Self::Rust, Self::C, Self::Cpp, Self::Go, Self::JavaScript, Self::TypeScript, Self::Python, Self::Zig];

    /// The name of its folder of templates.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::Go => "go",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::Python => "python",
            Self::Zig => "zig",
        }
    }

    /// Where its SDK lies in the repository, and where in a project. The Rust SDK looks for `../../wit`.
    pub(super) fn sdk(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Rust => &[("plugins/sdk/src/", "vendor/net-scout-sdk/src/")],
            Self::C => &[("plugins/sdk/c/", "sdk/")],
            Self::Cpp => &[("plugins/sdk/cpp/", "sdk/cpp/"), ("plugins/sdk/c/", "sdk/c/")],
            Self::Go => &[("plugins/sdk/go/", "sdk/")],
            Self::JavaScript | Self::TypeScript => &[("plugins/sdk/javascript/", "sdk/")],
            Self::Python => &[("plugins/sdk/python/", "sdk/")],
            Self::Zig => &[("plugins/sdk/zig/", "sdk/zig/"), ("plugins/sdk/c/", "sdk/c/")],
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
            Self::Cpp => "plugin.cpp",
            Self::Go => "plugin.go",
            Self::JavaScript => "plugin.js",
            Self::TypeScript => "plugin.ts",
            Self::Python => "plugin.py",
            Self::Zig => "plugin.zig",
        }
    }

    /// The commands that build it.
    #[must_use]
    pub fn build(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["rustup target add wasm32-unknown-unknown", "cargo build --release"],
            Self::C | Self::Cpp | Self::Go | Self::Python | Self::Zig => &["make"],
            Self::JavaScript | Self::TypeScript => &["npm install", "npm run build"],
        }
    }

    /// The folder of the project in which the component ends up, with a slash behind it.
    #[must_use]
    pub fn built(self) -> &'static str {
        if self == Self::Rust { "target/wasm32-unknown-unknown/release/" } else { "" }
    }
}
