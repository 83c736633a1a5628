//! Walks through the parts of an expression.

use super::expression::{Expression, Kind, Node};

impl Expression {
    /// The slots that it names, each once and ascending.
    pub(crate) fn slots(&self) -> Vec<usize> {
        let mut slots = Vec::new();
        let mut open = vec![self];
        while let Some(expression) = open.pop() {
            match &expression.node {
                Node::Null | Node::Integer(_) | Node::Real(_) | Node::Text(_) => {}
                Node::Slot(slot) => slots.push(*slot),
                Node::Compare(_, left, right)
                | Node::And(left, right)
                | Node::Or(left, right)
                | Node::Arithmetic(_, left, right) => {
                    open.extend([&**left, &**right]);
                }
                Node::Test(inner, _) | Node::Among(inner, ..) | Node::Not(inner) | Node::IsNull(inner) => open.push(inner),
                Node::Rewritten(inner, ..)
                | Node::Absolute(inner)
                | Node::Computed(_, inner)
                | Node::ToReal(inner)
                | Node::ToInteger(inner) => open.push(inner),
                Node::Case(cases, otherwise) => {
                    open.extend(cases.iter().flat_map(|(condition, value)| [condition, value]));
                    open.push(otherwise);
                }
                Node::Coalesce(values) | Node::Extreme(_, values) => open.extend(values),
            }
            debug_assert!(!matches!(expression.kind, Kind::List(_)), "a list is only a result");
        }
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// The conditions of which all must be true, in their order.
    pub(crate) fn conjuncts(&self) -> Vec<&Self> {
        let (mut open, mut found) = (vec![self], Vec::new());
        while let Some(condition) = open.pop() {
            match &condition.node {
                Node::And(left, right) => open.extend([&**right, &**left]),
                _ => found.push(condition),
            }
        }
        found
    }

    /// Whether it is a condition that is true of every row, whatever is in it.
    pub(crate) fn is_always_true(&self) -> bool {
        match &self.node {
            Node::Integer(value) => *value != 0,
            Node::And(left, right) => left.is_always_true() && right.is_always_true(),
            _ => false,
        }
    }
}
