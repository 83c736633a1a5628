//! The coverage, summed up.

use serde::{Deserialize, Serialize};

use super::SECOND;
use net_scout_model::{Coverage, CoverageState, Span, Timestamp};

/// How many spans of a kind are listed.
pub(super) const LISTED: usize = 20;

/// What is said of the coverage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CoverageStatus {
    /// The end of the last scan that ended well.
    pub good_until: Option<Timestamp>,
    /// From there to where a scan would look now, in seconds.
    pub lag_seconds: i64,
    /// Stretches whose scan failed; of many the last.
    pub failed: Vec<Span>,
    /// Stretches that rows came late for; of many the last.
    pub late: Vec<Span>,
    /// Stretches that were left out or never scanned; of many the last.
    pub gaps: Vec<Span>,
    /// How much time failed, or was left out, in seconds.
    pub open_seconds: i64,
    /// How much time rows came late for that the service does not go back to any more, in seconds.
    pub stale_seconds: i64,
    /// The oldest event, where it lies before what was scanned.
    pub events_before: Option<Timestamp>,
}

impl CoverageStatus {
    /// Of the coverage from its beginning to `target`. The service goes back to `oldest`.
    #[must_use]
    pub fn of(coverage: &Coverage, oldest: Timestamp, target: Timestamp) -> Self {
        let good_until = coverage.good_until();
        let mut status = Self {
            good_until,
            lag_seconds: good_until.map_or(0, |good| target.0.saturating_sub(good.0).max(0) / SECOND),
            ..Self::default()
        };
        let whole = coverage.stretches().first().and_then(|first| Span::new(first.span.begins, good_until?));
        let mut open = 0_i64;
        for (span, stretch) in whole.map(|whole| coverage.parts(whole)).unwrap_or_default() {
            let list = match stretch.map(|stretch| stretch.state) {
                Some(CoverageState::Scanned) => continue,
                Some(CoverageState::Late) => {
                    let stale = Span::new(span.begins, span.ends.min(oldest)).map_or(0, Span::length);
                    status.stale_seconds = status.stale_seconds.saturating_add(stale);
                    &mut status.late
                }
                Some(CoverageState::Failed) => &mut status.failed,
                Some(CoverageState::Gap) | None => &mut status.gaps,
            };
            if stretch.is_none_or(|stretch| !stretch.state.is_good()) {
                open = open.saturating_add(span.length());
            }
            span.append(list);
        }
        status.open_seconds = open / SECOND;
        status.stale_seconds /= SECOND;
        for list in [&mut status.failed, &mut status.late, &mut status.gaps] {
            list.drain(..list.len().saturating_sub(LISTED));
        }
        status
    }
}
