//! What stands around every receiver: no failure shows a secret or speaks to a terminal.

use std::sync::Arc;

use crate::message::{Delivery, Failure, Message, Receiver};
use net_scout_model::{Secrets, plain};

/// The most characters of a reason.
const LONGEST: usize = 300;

pub(super) struct Guard {
    pub(super) inner: Arc<dyn Receiver>,
    pub(super) secrets: Vec<String>,
}

impl Receiver for Guard {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        Box::pin(async move {
            self.inner.deliver(message).await.map_err(|failure| {
                let hidden = self.secrets.iter().fold(failure.reason, |reason, secret| Secrets::hide(secret, &reason));
                Failure { reason: plain(&hidden, LONGEST), ..failure }
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::message;

    /// Says what it knows.
    struct Chatty;

    impl Receiver for Chatty {
        fn deliver<'a>(&'a self, _: &'a Message) -> Delivery<'a> {
            Box::pin(async { Err(Failure::refused("token s3cret\u{1b}[2J is wrong")) })
        }
    }

    #[tokio::test]
    async fn no_secret_is_shown() {
        let guard = Guard { inner: Arc::new(Chatty), secrets: vec!["s3cret".to_owned()] };
        let failure = guard.deliver(&message(Vec::new())).await.expect_err("refused");
        assert_eq!(failure.reason, "token [secret]\\u{1b}[2J is wrong");
    }
}
