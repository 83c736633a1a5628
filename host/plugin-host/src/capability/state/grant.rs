//! How much a plugin may keep.

use super::wit;
use net_scout_model::Request;

/// What a rule may ask for and is given without approval, in bytes: a rule that holds each local host against its own past needs some
/// bytes for each, and networks have thousands.
pub const RULE_QUOTA: u32 = 256 << 10;

/// How much a plugin may keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateGrant {
    pub(super) plugin: String,
    pub(super) quota: Option<u32>,
}

impl StateGrant {
    /// The largest of the lines for state among what was granted.
    #[must_use]
    pub fn new(plugin: &str, granted: &[Request]) -> Self {
        let quota = granted.iter().filter_map(|request| match request {
            Request::State { bytes } => Some(*bytes),
            _ => None,
        });
        Self { plugin: plugin.to_owned(), quota: quota.max() }
    }

    /// Checks a call against the grant: how many bytes may be kept.
    pub(super) fn check(&self) -> Result<u32, wit::StateError> {
        self.quota.ok_or_else(|| {
            let line = Request::configuration(&self.plugin, &[&Request::State { bytes: RULE_QUOTA }]);
            wit::StateError::AccessDenied(format!("no store is granted; to grant one of {RULE_QUOTA} bytes, add {line}"))
        })
    }
}
