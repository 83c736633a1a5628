//! The period that a page is about, as it stands in its address.

use maud::{Markup, html};
use net_scout_model::time::parse_moment;
use net_scout_model::{Span, Timestamp};

use super::act::options;
use crate::problem::Problem;

/// The periods that are offered.
const PERIODS: [(&str, &str); 6] = [
    ("1h", "the last hour"),
    ("6h", "six hours"),
    ("24h", "a day"),
    ("7 days", "a week"),
    ("30 days", "30 days"),
    ("365 days", "a year"),
];

/// From `since` to `until`, as they were written; empty for the usual ones.
pub(super) fn period(since: &str, until: &str, usual: &str, now: Timestamp) -> Result<Span, Problem> {
    let wrong = |name: &str, error: String| {
        Problem::bad(format!("{name}: {error}")).fix("write 24h, 7 days, 2026-03-11 or 2026-03-11T20:35")
    };
    // The second that is under way belongs to it.
    let ends = if until.is_empty() {
        now.plus(1_000_000)
    } else {
        parse_moment(until, now).map_err(|error| wrong("until", error.to_string()))?
    };
    let since = if since.is_empty() { usual } else { since };
    let begins = parse_moment(since, ends).map_err(|error| wrong("since", error.to_string()))?;
    Span::new(begins, ends).ok_or_else(|| {
        Problem::bad(format!("the period is empty: it begins at {} and ends at {}", begins.seconds(), ends.seconds()))
    })
}

/// A choice of periods that end now.
pub(super) fn choice(chosen: &str) -> Markup {
    let is_known = PERIODS.iter().any(|(value, _)| *value == chosen);
    html! {
        select name="since" {
            @if !is_known && !chosen.is_empty() { option value=(chosen) selected { "since " (chosen) } }
            (options(&PERIODS, chosen))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_and_what_is_wrong_with_them() {
        let now = Timestamp(1_773_261_311_000_000);
        let length = |since: &str, until: &str| {
            period(since, until, "1h", now).map(|span| span.length() / 1_000_000).map_err(|problem| problem.detail)
        };
        assert_eq!((length("", ""), length("24h", "2026-03-11")), (Ok(3_600), Ok(86_400)));
        assert!(length("soon", "").is_err_and(|detail| detail.starts_with("since: ")));
        assert!(length("2026-03-12", "2026-03-11").is_err_and(|detail| detail.starts_with("the period is empty")));
    }
}
