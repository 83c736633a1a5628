//! What a plugin is to be: a world of `wit/`.

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

impl Role {
    /// Every role.
    pub(super) const ALL: [Self; 3] = [Self::Rule, Self::Enricher, Self::Notifier];

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
