//! Rules that count: they accuse whoever does much, and say so in their description. The host knows no rule by its name.

use super::Value;

/// What a rule counts, as the switches among its parameters say. They are the operator's to set, as all parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counting {
    /// It asks what kind of event it was.
    #[default]
    Nothing,
    /// Connections: the resolvers of this host have many.
    Connections,
    /// Whatever a source does: the role of a source may explain it.
    Everything,
}

/// The switch of a rule that counts whatever a source does.
const EVERYTHING: &str = "counts_everything";
/// The switch of a rule that counts connections.
const CONNECTIONS: &str = "counts_connections";

impl Counting {
    /// What a rule counts that is given these values for its parameters.
    #[must_use]
    pub fn of(arguments: &[(String, Value)]) -> Self {
        let is_on = |switch: &str| arguments.iter().any(|(name, value)| name == switch && *value == Value::Boolean(true));
        match (is_on(EVERYTHING), is_on(CONNECTIONS)) {
            (true, _) => Self::Everything,
            (false, true) => Self::Connections,
            (false, false) => Self::Nothing,
        }
    }

    /// Whether it counts whatever a source does.
    #[must_use]
    pub fn is_everything(self) -> bool {
        self == Self::Everything
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switches_say_what_is_counted() {
        let of = |name: &str, value| Counting::of(&[("ports_threshold".to_owned(), Value::Integer(1)), (name.to_owned(), value)]);
        assert_eq!(of("counts_everything", Value::Boolean(true)), Counting::Everything);
        assert_eq!(of("counts_connections", Value::Boolean(true)), Counting::Connections);
        assert_eq!(of("counts_everything", Value::Boolean(false)), Counting::Nothing);
        assert_eq!(of("counts_everything", Value::Integer(1)), Counting::Nothing);
    }
}
