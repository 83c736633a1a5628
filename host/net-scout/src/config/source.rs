//! Values as they were written, with the place: what an error and `net-scout config` name.

use std::fmt;
use std::path::PathBuf;

use crate::exit::UsageError;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A flag of the command line.
    Flag(&'static str),
    /// An environment variable.
    Environment(&'static str),
    /// A line of the configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// Nothing was set.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Environment(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value as it was written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub source: Source,
}

impl Setting {
    /// What a flag says.
    #[must_use]
    pub fn flag(name: &'static str, text: impl Into<String>) -> Self {
        Self { text: text.into(), source: Source::Flag(name) }
    }

    /// That the value of a key is wrong: a sentence that names the value.
    pub(super) fn wrong(&self, key: &str, what: &str) -> UsageError {
        UsageError(format!("{key} (from {}): {what}", self.source))
    }
}
