//! Binds constants: literals and parameters.

use sqlparser::ast::Value as Literal;

use super::binder::Binder;
use super::bound::{Bound, refused};
use crate::plan::Expression;
use net_scout_model::Value;

impl Binder<'_> {
    /// A literal, or a parameter by its number.
    pub(super) fn literal(&mut self, literal: &Literal) -> Bound {
        match literal {
            Literal::Number(text, false) => number(text),
            Literal::SingleQuotedString(text) => text_constant(text),
            Literal::Null => Ok(Expression::null()),
            Literal::Placeholder(name) => {
                let number: Option<usize> = name.strip_prefix('?').and_then(|number| number.parse().ok());
                match number.and_then(|number| self.parameters.get(number.checked_sub(1)?)) {
                    Some(Value::Null) => Ok(Expression::null()),
                    Some(Value::Boolean(value)) => Ok(Expression::integer(i64::from(*value))),
                    Some(Value::Integer(value)) => Ok(Expression::integer(*value)),
                    Some(Value::Real(value)) if value.is_nan() => Ok(Expression::null()),
                    Some(Value::Real(value)) => Ok(Expression::real(*value)),
                    Some(Value::Text(value)) => text_constant(value),
                    None => refused("a parameter has no value"),
                }
            }
            _ => refused("it has a literal that is not known here"),
        }
    }
}

fn number(text: &str) -> Bound {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map(Expression::integer).map_err(|_| "it has an integer that is too large".to_owned());
    }
    // Few digits are read alike by everyone.
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.len() <= 16;
    match text.parse() {
        Ok(value) if plain => Ok(Expression::real(value)),
        _ => refused("it has a number that is not plain"),
    }
}

fn text_constant(text: &str) -> Bound {
    if text.contains('\0') { refused("it has a text with a zero in it") } else { Ok(Expression::text(text)) }
}
