//! Tells pages that alerts have changed. The database is looked at every two seconds, once for all that watch, and not where nobody does.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::problem::Problem;

/// How often the database is looked at.
const PACE: Duration = Duration::from_secs(2);

/// The number of the last change of an alert.
pub(crate) struct Live {
    last: Arc<watch::Sender<i64>>,
    /// Whether somebody looks.
    runs: Arc<Mutex<bool>>,
}

impl Default for Live {
    fn default() -> Self {
        Self { last: Arc::new(watch::Sender::new(0)), runs: Arc::default() }
    }
}

impl Live {
    /// Watches. `read` reads the number.
    pub(crate) fn watch<F>(&self, read: impl Fn() -> F + Send + 'static) -> watch::Receiver<i64>
    where
        F: Future<Output = Result<i64, Problem>> + Send,
    {
        let watched = self.last.subscribe();
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if !*runs {
            *runs = true;
            let (last, runs) = (Arc::clone(&self.last), Arc::clone(&self.runs));
            tokio::spawn(async move {
                loop {
                    // A database that cannot be read now may be later.
                    if let Ok(number) = read().await {
                        last.send_if_modified(|last| std::mem::replace(last, number) != number);
                    }
                    tokio::time::sleep(PACE).await;
                    let mut runs = runs.lock().unwrap_or_else(PoisonError::into_inner);
                    if last.receiver_count() == 0 {
                        *runs = false;
                        return;
                    }
                }
            });
        }
        watched
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_change_is_told_to_all_who_watch() {
        let (live, number) = (Live::default(), Arc::new(AtomicI64::new(1)));
        let read = |number: &Arc<AtomicI64>| {
            let number = Arc::clone(number);
            move || {
                let number = number.load(Ordering::Relaxed);
                async move { Ok(number) }
            }
        };
        let (mut one, mut two) = (live.watch(read(&number)), live.watch(read(&number)));
        assert_eq!(
            (*one.wait_for(|last| *last == 1).await.expect("told"), *two.wait_for(|last| *last == 1).await.expect("told")),
            (1, 1)
        );
        number.store(2, Ordering::Relaxed);
        one.wait_for(|last| *last == 2).await.expect("told");
        two.wait_for(|last| *last == 2).await.expect("told");
    }
}
