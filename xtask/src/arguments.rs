//! Reads the words after a command. A word that is not understood is an error, never ignored.

use std::str::FromStr;

use anyhow::{anyhow, bail};

use crate::USAGE;

/// For a command without options.
pub(crate) fn none(words: Vec<String>) -> anyhow::Result<()> {
    Arguments::new(words).finish()
}

/// Options of the form `--name value`, taken one after another.
pub(crate) struct Arguments(Vec<String>);

impl Arguments {
    pub(crate) fn new(words: Vec<String>) -> Self {
        Self(words)
    }

    /// The value of an option; none where it was not given.
    pub(crate) fn take<T: FromStr>(&mut self, name: &str, meaning: &str) -> anyhow::Result<Option<T>> {
        let Some(place) = self.0.iter().position(|word| word == name) else {
            return Ok(None);
        };
        let value = self.0.get(place + 1).ok_or_else(|| anyhow!("`{name}` needs {meaning}\n\n{USAGE}"))?;
        let value = value.parse().map_err(|_| anyhow!("`{name} {value}`: `{value}` is not {meaning}\n\n{USAGE}"))?;
        self.0.drain(place..place + 2);
        Ok(Some(value))
    }

    /// Whether an option without a value was given.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let place = self.0.iter().position(|word| word == name);
        place.map(|place| self.0.remove(place)).is_some()
    }

    /// Must come last: whatever was not taken is an error.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        match self.0.first() {
            None => Ok(()),
            Some(word) => bail!("`{word}` is not understood here, or was given twice\n\n{USAGE}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;

    fn arguments(text: &str) -> Arguments {
        Arguments::new(text.split_whitespace().map(str::to_owned).collect())
    }

    #[test]
    fn options_are_taken_in_any_order() {
        let mut arguments = arguments("--seed 7 --events 100");
        assert_eq!(arguments.take("--events", "a number").expect("is one"), Some(100_u64));
        assert_eq!(arguments.take("--seed", "a number").expect("is one"), Some(7_u64));
        assert_eq!(arguments.take::<u64>("--runs", "a number").expect("is absent"), None);
        arguments.finish().expect("nothing is left");
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let error = |text, name| {
            let mut arguments = arguments(text);
            let taken = arguments.take::<u64>(name, "a number").map(drop);
            taken.and_then(|()| arguments.finish()).expect_err(text).to_string()
        };
        assert!(error("--events many", "--events").starts_with("`--events many`: `many` is not a number"));
        assert!(error("--events", "--events").starts_with("`--events` needs a number"));
        assert!(error("--evnts 5", "--events").starts_with("`--evnts` is not understood"));
        assert!(error("--events 5 --events 6", "--events").starts_with("`--events` is not understood here, or was given twice"));
    }
}
