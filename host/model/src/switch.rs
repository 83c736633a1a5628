//! Switches as an operator writes them, in the environment, in a file, and behind `--set`: one grammar for all.

/// What a switch takes, to complete "is not ...".
pub const SWITCH: &str = "true or false, yes or no, on or off, 1 or 0";

/// Reads a switch, in any case.
#[must_use]
pub fn parse_switch(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_in_any_case() {
        for (text, value) in [
            ("1", true),
            ("TRUE", true),
            (" yes ", true),
            ("On", true),
            ("0", false),
            ("False", false),
            ("NO", false),
            ("off", false),
        ] {
            assert_eq!(parse_switch(text), Some(value), "{text}");
        }
        for text in ["", "2", "y", "enable", "truefalse", "-1"] {
            assert_eq!(parse_switch(text), None, "{text}");
        }
    }
}
