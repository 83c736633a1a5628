//! Binds aggregates: each becomes a slot of its group.

use super::binder::Binder;
use super::bound::Bound;
use super::call::Call;
use crate::plan::{Aggregate, Expression, Fold, Node};
use net_scout_model::sql_function::MEDIAN;

impl Binder<'_> {
    /// The slot of an aggregate.
    pub(super) fn aggregate(&mut self, call: &Call) -> Bound {
        let Some(groups) = self.groups.take() else {
            self.met_aggregate = true;
            return Err("it has an aggregate where there are no groups".to_owned());
        };
        let bound = self.fold(call);
        let groups = self.groups.insert(groups);
        let aggregate = bound?;
        let place = groups.aggregates.iter().position(|known| *known == aggregate).unwrap_or(groups.aggregates.len());
        let (node, known) = (Node::Slot(groups.keys.len() + place), aggregate.result(self.events.rows())?);
        if place == groups.aggregates.len() {
            groups.aggregates.push(aggregate);
        }
        Ok(Expression { node, ..known })
    }

    /// An aggregate, whose arguments are expressions of each row.
    fn fold(&mut self, call: &Call) -> Result<Aggregate, String> {
        let name = &call.name;
        let unknown = || Err(format!("it calls `{name}` in a way that is not known here"));
        let filter = call.filter.as_ref().map(|filter| self.truth(filter)).transpose()?;
        if call.star || call.arguments.is_empty() {
            let plain = name == "count" && !call.distinct && call.order.is_empty();
            return if plain { Ok(Aggregate { fold: Fold::Rows, argument: Expression::integer(1), filter }) } else { unknown() };
        }
        let [argument] = call.arguments.as_slice() else { return unknown() };
        let argument = self.bind(argument)?;
        if name == "json_group_array" {
            let mut order = Vec::new();
            for (term, descends) in &call.order {
                order.push((self.bind(term)?, *descends));
            }
            return Ok(Aggregate { fold: Fold::List { distinct: call.distinct, order }, argument, filter });
        }
        if !call.order.is_empty() {
            return unknown();
        }
        let number = argument.is_number();
        let fold = match (name.as_str(), call.distinct) {
            ("count", false) if !argument.nullable => Fold::Rows,
            ("count", false) => Fold::Count,
            ("count", true) => Fold::Distinct,
            ("sum", false) if number => Fold::Sum,
            ("total", false) if number => Fold::Total,
            ("avg", false) if number => Fold::Average,
            (MEDIAN, false) if number => Fold::Median,
            // That a value comes twice changes neither.
            ("min", _) => Fold::Minimum,
            ("max", _) => Fold::Maximum,
            _ => return unknown(),
        };
        Ok(Aggregate { fold, argument, filter })
    }
}
