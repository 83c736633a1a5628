//! The window of a scan as an operator writes it.

use net_scout_model::time::{Moment, parse_moment};
use net_scout_model::{Timestamp, UsageError, Window};

/// The window from `since`, a duration back from its end or an instant, up to `until`, or open.
///
/// # Errors
/// When `until` is not a time, or the window is empty.
pub fn read_window(since: Moment, until: Option<&str>, now: Timestamp) -> Result<Window, UsageError> {
    let until = until.map(|text| parse_moment(text, now)).transpose().map_err(|error| UsageError(format!("--until: {error}")))?;
    let since = since.until(until.unwrap_or(now));
    match until {
        Some(until) if until <= since => {
            Err(UsageError(format!("the window is empty: it begins at {since} and ends at {until}")))
        }
        _ => Ok(Window { since, until, now }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);

    fn read(since: &str, until: Option<&str>) -> Result<String, String> {
        read_window(since.parse().expect("a moment"), until, NOW).map(|window| window.to_string()).map_err(|error| error.0)
    }

    #[test]
    fn windows_and_what_is_wrong_with_them() {
        assert_eq!(read("1 hour", None).as_deref(), Ok("since 2026-03-11T19:35:11Z"));
        assert_eq!(read("1 hour", Some("2026-03-11")).as_deref(), Ok("2026-03-10T23:00:00Z to 2026-03-11T00:00:00Z"));
        let empty = "the window is empty: it begins at 2026-03-12T00:00:00Z and ends at 2026-03-11T00:00:00Z";
        assert_eq!(read("2026-03-12", Some("2026-03-11")), Err(empty.to_owned()));
        assert!(read("1 hour", Some("soon")).expect_err("no time").starts_with("--until: "));
    }
}
