//! Binds what is true or false of values: comparisons, IN, LIKE, GLOB and REGEXP.

use std::sync::Arc;

use sqlparser::ast::Expr;

use super::binder::Binder;
use super::bound::{Bound, refused};
use super::pattern::{Style, held, is_plain, matches, prefix};
use crate::plan::{Comparison, Expression, Kind, Node};
use crate::storage::Dictionary;
use net_scout_model::Networks;
use net_scout_model::sql_function::Pattern;

/// The most tests of texts in one query: each looks at every distinct text before the first row.
const MAXIMUM_TESTS: u32 = 64;

impl Binder<'_> {
    pub(super) fn compare(&mut self, comparison: Comparison, left: Expression, right: Expression) -> Bound {
        if matches!(left.kind, Kind::Null) || matches!(right.kind, Kind::Null) {
            return Ok(Expression::null());
        }
        let nullable = left.nullable || right.nullable;
        match (&left.node, &right.node) {
            (Node::Text(_), Node::Text(_)) => refused("it compares constants"),
            (Node::Text(_), _) => self.compare(comparison.mirrored(), right, left),
            (_, Node::Text(text)) => {
                let text = Arc::clone(text);
                if comparison == Comparison::Equal {
                    return self.tested(left, |dictionary| dictionary.among([&*text]));
                }
                self.test(left, |value| comparison.holds(value.cmp(&text)))
            }
            _ => match (&left.kind, &right.kind) {
                (Kind::Text(_), Kind::Text(_)) => {
                    Ok(Expression::truth(Node::Compare(comparison, Box::new(left), Box::new(right)), nullable))
                }
                _ if left.is_number() && right.is_number() => {
                    Ok(Expression::truth(Node::Compare(comparison, Box::new(left), Box::new(right)), nullable))
                }
                (one, two) => Err(format!("it compares {} with {}", one.name(), two.name())),
            },
        }
    }

    /// A test of a text that is not constant.
    fn test(&mut self, text: Expression, test: impl Fn(&str) -> bool) -> Bound {
        self.tested(text, |dictionary| Dictionary::table(dictionary, test))
    }

    fn tested(&mut self, text: Expression, table: impl FnOnce(&Dictionary) -> Vec<u8>) -> Bound {
        let Kind::Text(dictionary) = &text.kind else { return Err(format!("it compares {} with text", text.kind.name())) };
        if text.is_constant() {
            return refused("it compares constants");
        }
        self.tests += 1;
        if self.tests > MAXIMUM_TESTS {
            return refused("it has too many tests of texts");
        }
        let (table, nullable) = (table(dictionary).into(), text.nullable);
        Ok(Expression::truth(Node::Test(Box::new(text), table), nullable))
    }

    /// Whether an address lies in one of some networks.
    pub(super) fn inside(&mut self, address: Expression, networks: &Expression) -> Bound {
        let Node::Text(networks) = &networks.node else { return refused("it asks for networks that are not constant") };
        // SQLite says what is wrong with them.
        let Ok(networks) = networks.parse::<Networks>() else { return refused("it asks for networks that are none") };
        self.tested(address, |dictionary| dictionary.inside(&networks))
    }

    /// REGEXP.
    pub(super) fn regexp(&mut self, text: Expression, pattern: &Expression) -> Bound {
        let Node::Text(pattern) = &pattern.node else { return refused("it has a regular expression that is not constant") };
        // SQLite says what is wrong with it.
        let Ok(pattern) = Pattern::new(pattern) else { return refused("it has a regular expression that is none") };
        self.test(text, |text| pattern.matches(text))
    }

    /// LIKE and GLOB.
    pub(super) fn pattern(&mut self, style: Style, text: &Expr, pattern: &Expr) -> Bound {
        let (text, pattern) = (self.operand(text)?, self.operand(pattern)?);
        match &pattern.node {
            Node::Text(pattern) if is_plain(style, pattern) => {
                let matches = |value: &str| matches(style, pattern, value);
                self.tested(text, |dictionary| match (held(style, pattern), prefix(style, pattern)) {
                    (Some(held), _) => dictionary.holding(held),
                    (None, Some(prefix)) => dictionary.beginning(prefix, matches),
                    (None, None) => dictionary.table(matches),
                })
            }
            _ => refused("it has a pattern that is not plain"),
        }
    }

    /// IN.
    pub(super) fn among(&mut self, value: Expression, list: Vec<Expression>) -> Bound {
        if list.is_empty() {
            return Ok(Expression::integer(0));
        }
        let has_null = list.iter().any(|element| matches!(element.kind, Kind::Null));
        let (mut integers, mut texts) = (Vec::new(), Vec::new());
        for element in &list {
            match (&value.kind, &element.node) {
                (Kind::Null, _) => return Ok(Expression::null()),
                (_, Node::Null) => {}
                (Kind::Integer, Node::Integer(integer)) => integers.push(*integer),
                (Kind::Text(_), Node::Text(text)) => texts.push(&**text),
                _ => return refused("its IN list is not of constants of one type"),
            }
        }
        if matches!(value.kind, Kind::Integer) {
            integers.sort_unstable();
            let nullable = value.nullable || has_null;
            return Ok(Expression::truth(Node::Among(Box::new(value), integers.into(), has_null), nullable));
        }
        if has_null {
            return refused("its IN list of texts has a null");
        }
        self.tested(value, |dictionary| dictionary.among(texts))
    }
}
