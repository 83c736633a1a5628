//! What syslog daemons write in place of lines that repeat.

/// `message repeated 3 times: [ ... ]` of rsyslog: how often, and the message. The message may hold brackets itself.
pub(crate) fn repeated(message: &str) -> Option<(i64, &str)> {
    let (count, rest) = message.strip_prefix("message repeated ")?.split_once(' ')?;
    let rest = rest.strip_prefix("times: [")?.trim_end();
    let message = rest.strip_suffix(']').unwrap_or(rest);
    Some((times(count)?, message.trim()))
}

/// `last message repeated 2 times`, also as `--- last message repeated 2 times ---` and `last message buffered 2 times`.
pub(crate) fn last_repeated(message: &str) -> Option<i64> {
    let message = message.trim().trim_matches('-').trim();
    let rest = message.strip_prefix("last message repeated ").or_else(|| message.strip_prefix("last message buffered "))?;
    let count = rest.strip_suffix(" times").or_else(|| rest.strip_suffix(" time"))?;
    times(count)
}

fn times(text: &str) -> Option<i64> {
    let is_count = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        assert_eq!(repeated("message repeated 3 times: [ [UFW BLOCK] IN=eth0 ]"), Some((3, "[UFW BLOCK] IN=eth0")));
        assert_eq!(repeated("message repeated 12 times: [x]"), Some((12, "x")));
        for message in ["message repeated -1 times: [x]", "message repeated x times: [x]", "x message repeated 3 times: [x]"] {
            assert_eq!(repeated(message), None, "{message}");
        }
        assert_eq!(last_repeated("last message repeated 2 times"), Some(2));
        assert_eq!(last_repeated("--- last message repeated 1 time ---"), Some(1));
        assert_eq!(last_repeated("last message repeated 99999999999 times"), None);
        assert_eq!(last_repeated("the last message repeated 2 times"), None);
    }
}
