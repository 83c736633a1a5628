//! Numbers and times as people read them.

use net_scout_model::Timestamp;

/// A number with a thin separator of thousands: `1,234,567`.
#[must_use]
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How a number compares with an earlier one: `+12 %`, `-3 %`, `same`, `none before`.
#[must_use]
pub fn change(now: u64, before: u64) -> String {
    if now == before {
        return "same as before".to_owned();
    }
    if before == 0 {
        return "none before".to_owned();
    }
    let percent = (now as f64 - before as f64) * 100.0 / before as f64;
    if percent.abs() >= 1_000.0 {
        return format!("{:.0} times {}", now as f64 / before as f64, number(before));
    }
    format!("{percent:+.0} %, {} before", number(before))
}

/// An instant to the second: `2026-03-11 20:35:11Z`.
#[must_use]
pub fn seconds(at: Timestamp) -> String {
    at.seconds().replacen('T', " ", 1)
}

/// A length of time, in its two largest units.
#[must_use]
pub fn duration(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let seconds = seconds.max(0);
    let Some(first) = UNITS.iter().position(|(length, _)| seconds >= *length) else { return "0 s".to_owned() };
    let mut text = String::new();
    let mut rest = seconds;
    for (length, unit) in UNITS.iter().skip(first).take(2) {
        if rest >= *length {
            let gap = if text.is_empty() { "" } else { " " };
            text.push_str(&format!("{gap}{} {unit}", rest / length));
            rest %= length;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 59, 60, 3_661, 90_000, 604_800].map(duration), ["0 s", "59 s", "1 min", "1 h 1 min", "1 d 1 h", "7 d"]);
        assert_eq!(change(112, 100), "+12 %, 100 before");
        assert_eq!(change(97, 100), "-3 %, 100 before");
        assert_eq!((change(5, 0), change(5, 5)), ("none before".to_owned(), "same as before".to_owned()));
        assert_eq!(change(90_000, 30), "3000 times 30");
        assert_eq!(seconds(Timestamp(1_773_261_311_000_000)), "2026-03-11 20:35:11Z");
    }
}
