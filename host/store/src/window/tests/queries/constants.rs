//! Random constants, in the text or as parameters.

use super::super::rows::ADDRESSES;
use super::Writer;
use net_scout_model::Value;

impl Writer<'_> {
    pub(super) fn integer_constant(&mut self) -> String {
        let value = match self.random.below(8) {
            0 => 0,
            1 => 1,
            2 => -1,
            3 => 22,
            4 => 1_773_200_000_000_000,
            5 => 443,
            _ => self.random.below(10) as i64,
        };
        if self.random.chance(30) {
            self.parameters.push(match self.random.below(12) {
                0 => Value::Null,
                1 => Value::Boolean(true),
                _ => Value::Integer(value),
            });
            return format!("?{}", self.parameters.len());
        }
        if self.random.chance(3) { "NULL".to_owned() } else { value.to_string() }
    }

    pub(super) fn text_constant(&mut self) -> String {
        let value = *self.random.pick(&["TCP", "DROP", "DE", "", "é", "z", "10.0.0.1", "10.0.0.5", "::1"]);
        let value = if self.random.chance(40) { *self.random.pick(&ADDRESSES) } else { value };
        if self.random.chance(30) {
            self.parameters.push(Value::Text(value.to_owned()));
            return format!("?{}", self.parameters.len());
        }
        format!("'{}'", value.replace('\'', "''"))
    }
}
