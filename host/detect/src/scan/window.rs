//! The window of a scan as an operator writes it.

use net_scout_model::time::parse_moment;
use net_scout_model::{Timestamp, UsageError, Window, Written};

/// The window from `since`, a duration back from its end or an instant, up to `until`, or open.
///
/// # Errors
/// When one of them is no time, or the window is empty.
pub fn read_window(since: &Written, until: Option<&str>, now: Timestamp) -> Result<Window, UsageError> {
    let until = until.map(|text| parse_moment(text, now)).transpose().map_err(|error| UsageError(format!("--until: {error}")))?;
    let since = parse_moment(&since.text, until.unwrap_or(now))
        .map_err(|error| UsageError(format!("since (from {}): {error}", since.from)))?;
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
        let since = Written { text: since.to_owned(), from: "--since".to_owned() };
        read_window(&since, until, NOW).map(|window| window.to_string()).map_err(|error| error.0)
    }

    #[test]
    fn windows_and_what_is_wrong_with_them() {
        assert_eq!(read("1 hour", None).as_deref(), Ok("since 2026-03-11T19:35:11Z"));
        assert_eq!(read("1 hour", Some("2026-03-11")).as_deref(), Ok("2026-03-10T23:00:00Z to 2026-03-11T00:00:00Z"));
        let empty = "the window is empty: it begins at 2026-03-12T00:00:00Z and ends at 2026-03-11T00:00:00Z";
        assert_eq!(read("2026-03-12", Some("2026-03-11")), Err(empty.to_owned()));
        assert!(read("soon", None).expect_err("no time").starts_with("since (from --since): "));
        assert!(read("1 hour", Some("soon")).expect_err("no time").starts_with("--until: "));
    }
}
