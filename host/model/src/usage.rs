//! What an operator wrote: in a flag, in a setting, in a request to a service.

use std::collections::BTreeMap;

/// An error in what the operator wrote. Nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// A value as it was written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The text.
    pub text: String,
    /// Where it stands, in words.
    pub from: String,
}

impl Written {
    /// Whether it stands on the command line, where nothing can be meant for later.
    #[must_use]
    pub fn is_flag(&self) -> bool {
        self.from.starts_with("--")
    }
}

/// What is set for the parameters of plugins, as it was written: plugin, parameter, value.
pub type WrittenParameters = BTreeMap<String, BTreeMap<String, Written>>;
