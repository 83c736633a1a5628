//! HAVING: which groups a query keeps, and what the rows of a group must be like at least for it to be kept.

use super::budget::Budget;
use super::evaluate::evaluate;
use super::vector::Vector;
use crate::plan::{Comparison, Expression, Fold, Grouping, Kind, Node};
use crate::storage::Rows;

impl Grouping {
    /// How many rows a group must have at least for HAVING.
    pub(super) fn least(&self) -> u32 {
        self.having.as_ref().map_or(1, |having| self.least_for(having))
    }

    /// A condition that is true of a row at least in each group that HAVING keeps: where it wants the largest of some values to reach a
    /// number, one of them does.
    pub(super) fn reached(&self) -> Option<Expression> {
        let reached = |condition: &Expression| {
            let Node::Compare(comparison, left, right) = &condition.node else { return None };
            let (comparison, slot, number) = match (&left.node, &right.node) {
                (Node::Slot(slot), Node::Integer(_)) => (*comparison, *slot, right),
                (Node::Integer(_), Node::Slot(slot)) => (comparison.mirrored(), *slot, left),
                _ => return None,
            };
            let aggregate = self.aggregates.get(slot.checked_sub(self.keys.len())?)?;
            let reaches = matches!(comparison, Comparison::Greater | Comparison::GreaterOrEqual);
            let is_largest = aggregate.fold == Fold::Maximum && aggregate.filter.is_none();
            let is_column = matches!((&aggregate.argument.node, &aggregate.argument.kind), (Node::Slot(_), Kind::Integer));
            let value = Box::new(aggregate.argument.clone());
            let node = || Node::Compare(comparison, value, number.clone());
            (reaches && is_largest && is_column).then(|| Expression::truth(node(), true))
        };
        self.having.iter().flat_map(Expression::conjuncts).find_map(reached)
    }

    /// How many rows a group must have at least for a condition: as many as it counts, of all or of different ones.
    fn least_for(&self, condition: &Expression) -> u32 {
        let counts = |expression: &Expression| {
            let Node::Slot(slot) = expression.node else { return false };
            let aggregate = slot.checked_sub(self.keys.len()).and_then(|number| self.aggregates.get(number));
            aggregate.is_some_and(|aggregate| matches!(aggregate.fold, Fold::Rows | Fold::Count | Fold::Distinct))
        };
        let (comparison, count) = match &condition.node {
            Node::And(left, right) => return self.least_for(left).max(self.least_for(right)),
            Node::Or(left, right) => return self.least_for(left).min(self.least_for(right)),
            Node::Compare(comparison, left, right) => match (&left.node, &right.node) {
                (_, Node::Integer(count)) if counts(left) => (*comparison, *count),
                (Node::Integer(count), _) if counts(right) => (comparison.mirrored(), *count),
                _ => return 1,
            },
            _ => return 1,
        };
        let least = match comparison {
            Comparison::Greater => count.saturating_add(1),
            Comparison::GreaterOrEqual | Comparison::Equal => count,
            Comparison::NotEqual | Comparison::Less | Comparison::LessOrEqual => 1,
        };
        least.clamp(1, i64::from(u32::MAX)) as u32
    }
}

/// Where a condition is true of the slots of so many groups.
pub(super) fn true_places(condition: &Expression, slots: &[Vector], groups: usize, budget: &Budget<'_>) -> Vec<u32> {
    let mut places = Vec::new();
    for (from, to) in budget.strides(groups) {
        let truths = evaluate(condition, slots, Rows::Range(from as u32, to as u32));
        places.extend((from..to).filter(|place| truths.is_true(place - from)).map(|place| place as u32));
    }
    places
}
