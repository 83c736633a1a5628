//! Why a message was not delivered, and whether to try again.

use crate::bindings::notifier::net_scout::plugin::notification::NotifyError as Wit;
use crate::recording::Unexpected;
use net_scout_model::plain;

/// How much of a notifier's words is kept, in characters.
const QUOTED: usize = 400;

/// Why a message was not delivered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// A capability or the receiver denied what the notifier needs.
    #[error("access denied: {0}")]
    AccessDenied(String),
    /// Something did not answer in time.
    #[error("timed out: {0}")]
    TimedOut(String),
    /// The receiver asks to slow down, for so many seconds where it says so.
    #[error("rate limited{}", .0.map(|seconds| format!(" for {seconds} s")).unwrap_or_default())]
    RateLimited(Option<u32>),
    /// Something is missing or out of order.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The receiver will never take it.
    #[error("refused: {0}")]
    Refused(String),
    /// A parameter, the message or an answer makes no sense.
    #[error("invalid: {0}")]
    Invalid(String),
    /// The notifier itself failed.
    #[error("plugin failed: {0}")]
    Failed(String),
    /// It did not do what it did when it was recorded, or what a scenario provides for.
    #[error(transparent)]
    Unexpected(#[from] Unexpected),
}

impl NotifyError {
    /// As it stands in results.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AccessDenied(_) => "access-denied",
            Self::TimedOut(_) => "timed-out",
            Self::RateLimited(_) => "rate-limited",
            Self::Unavailable(_) => "unavailable",
            Self::Refused(_) => "refused",
            Self::Invalid(_) => "invalid",
            Self::Failed(_) | Self::Unexpected(_) => "failed",
        }
    }

    /// Whether another attempt may succeed.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::TimedOut(_) | Self::RateLimited(_) | Self::Unavailable(_))
    }
}

impl From<Wit> for NotifyError {
    fn from(error: Wit) -> Self {
        let quoted = |text: String| plain(&text, QUOTED);
        match error {
            Wit::AccessDenied(text) => Self::AccessDenied(quoted(text)),
            Wit::TimedOut(text) => Self::TimedOut(quoted(text)),
            Wit::RateLimited(seconds) => Self::RateLimited(seconds),
            Wit::Unavailable(text) => Self::Unavailable(quoted(text)),
            Wit::Refused(text) => Self::Refused(quoted(text)),
            Wit::Invalid(text) => Self::Invalid(quoted(text)),
        }
    }
}
