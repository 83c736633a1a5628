//! The processor time of one call: what the threads that worked on it spent, not what went by while it waited or others had the core.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// A clock for one call. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct CpuClock(Arc<Spent>);

#[derive(Debug, Default)]
struct Spent {
    /// Nanoseconds until the present poll.
    before: AtomicU64,
    /// The thread's own clock when the present poll began.
    began: AtomicU64,
}

impl CpuClock {
    /// Waits for a future, and counts the time of its polls.
    pub(super) async fn of<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        std::future::poll_fn(|context| {
            self.0.began.store(thread_time(), Ordering::Relaxed);
            let polled: Poll<T> = future.as_mut().poll(context);
            let spent = thread_time().saturating_sub(self.0.began.load(Ordering::Relaxed));
            self.0.before.fetch_add(spent, Ordering::Relaxed);
            polled
        })
        .await
    }

    /// What was spent between polls.
    pub(super) fn spent(&self) -> Duration {
        Duration::from_nanos(self.0.before.load(Ordering::Relaxed))
    }

    /// What was spent so far, asked inside a poll.
    pub(super) fn now(&self) -> Duration {
        self.spent() + Duration::from_nanos(thread_time().saturating_sub(self.0.began.load(Ordering::Relaxed)))
    }
}

/// Nanoseconds of processor time of this thread.
fn thread_time() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiting_costs_nothing() {
        let clock = CpuClock::default();
        clock.of(tokio::time::sleep(Duration::from_millis(200))).await;
        assert!(clock.spent() < Duration::from_millis(100), "{:?}", clock.spent());
        let within = clock
            .of(async {
                let begun = std::time::Instant::now();
                let mut sum = 0_u64;
                while begun.elapsed() < Duration::from_millis(20) {
                    sum = std::hint::black_box(sum.wrapping_add(1));
                }
                clock.now()
            })
            .await;
        assert!(within > Duration::ZERO && clock.spent() >= within, "{within:?} {:?}", clock.spent());
    }
}
