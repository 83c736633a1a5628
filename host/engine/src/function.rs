//! Functions: the aggregates, and the few scalar ones whose results are certain.

use std::sync::Arc;

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArgumentList,
    FunctionArguments,
};

use super::aggregate::{Aggregate, Fold};
use super::expression::{Comparison, Expression, Kind, Node, Operator};
use super::lower::{Lowered, Lowering, case, common};
use super::parse::order_list;

/// The arguments of a call.
struct Call {
    name: String,
    /// `COUNT(*)` has a star for its arguments.
    star: bool,
    arguments: Vec<Expr>,
    distinct: bool,
    order: Vec<(Expr, bool)>,
    filter: Option<Expr>,
}

/// What the functions are called that say something of all rows of a group.
const AGGREGATES: [&str; 6] = ["count", "sum", "total", "avg", "json_group_array", "group_concat"];

impl Call {
    fn of(function: &Function) -> Result<Self, String> {
        let Function {
            name,
            uses_odbc_syntax: false,
            parameters: FunctionArguments::None,
            args: FunctionArguments::List(FunctionArgumentList { duplicate_treatment, args, clauses }),
            within_group,
            filter,
            null_treatment: None,
            over: None,
        } = function
        else {
            return Err("it calls a function in a way that is not known here".to_owned());
        };
        let unknown = || format!("it calls `{name}` in a way that is not known here");
        let [part] = name.0.as_slice() else { return Err(unknown()) };
        let part = part.as_ident().filter(|name| name.quote_style.is_none()).ok_or_else(unknown)?;
        let (mut star, mut arguments) = (false, Vec::new());
        for argument in args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) => arguments.push(argument.clone()),
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => star = true,
                _ => return Err(unknown()),
            }
        }
        let order = match clauses.as_slice() {
            [] => Vec::new(),
            [FunctionArgumentClause::OrderBy(order)] => order_list(order.clone())?,
            _ => return Err(unknown()),
        };
        if !within_group.is_empty() || (star && !arguments.is_empty()) {
            return Err(unknown());
        }
        let distinct = *duplicate_treatment == Some(DuplicateTreatment::Distinct);
        let filter = filter.as_deref().cloned();
        Ok(Self { name: part.value.to_ascii_lowercase(), star, arguments, distinct, order, filter })
    }

    fn is_aggregate(&self) -> bool {
        AGGREGATES.contains(&self.name.as_str()) || (matches!(self.name.as_str(), "min" | "max") && self.arguments.len() == 1)
    }
}

impl Lowering<'_> {
    /// A call. The error says why SQLite has to make it.
    pub(super) fn function(&mut self, function: &Function) -> Lowered {
        let call = Call::of(function)?;
        if call.is_aggregate() {
            return self.aggregate(&call);
        }
        let Call { name, star: false, arguments, distinct: false, order, filter: None } = call else {
            return Err("it calls a function in a way that is not known here".to_owned());
        };
        if !order.is_empty() {
            return Err("it calls a function in a way that is not known here".to_owned());
        }
        let mut arguments = arguments.iter().map(|argument| self.lower(argument)).collect::<Result<Vec<_>, _>>()?;
        match (name.as_str(), arguments.len()) {
            ("min" | "max", 2..) => extreme(name == "max", arguments),
            ("coalesce" | "ifnull", 2) if matches!((&arguments[0].kind, &arguments[1].node), (Kind::Text(_), Node::Text(_))) => {
                let (otherwise, value) = (arguments.remove(1), arguments.remove(0));
                instead_of_null(value, &otherwise)
            }
            ("rtrim", 2) => {
                let (characters, value) = (arguments.remove(1), arguments.remove(0));
                trimmed(value, &characters)
            }
            ("coalesce", 2..) | ("ifnull", 2) => {
                let known = common(arguments.iter())?;
                let nullable = arguments.iter().all(|argument| argument.nullable);
                Ok(Expression { node: Node::Coalesce(arguments), nullable, ..known })
            }
            ("nullif", 2) => {
                let (other, value) = (arguments.remove(1), arguments.remove(0));
                let equal = self.compare(Comparison::Equal, value.clone(), other)?;
                case(vec![(equal, Expression::null())], value)
            }
            ("iif", 3) => {
                let (otherwise, value, condition) = (arguments.remove(2), arguments.remove(1), arguments.remove(0));
                if !matches!(condition.kind, Kind::Integer | Kind::Null) {
                    return Err("a condition is no integer".to_owned());
                }
                case(vec![(condition, value)], otherwise)
            }
            ("abs", 1) => absolute(arguments.remove(0)),
            _ => Err(format!("it calls `{name}`")),
        }
    }

    /// The slot of an aggregate.
    fn aggregate(&mut self, call: &Call) -> Lowered {
        let Some(groups) = self.groups.take() else {
            self.met_aggregate = true;
            return Err("it has an aggregate where there are no groups".to_owned());
        };
        let lowered = self.fold(call);
        let groups = self.groups.insert(groups);
        let aggregate = lowered?;
        let place = groups.aggregates.iter().position(|known| *known == aggregate).unwrap_or(groups.aggregates.len());
        let (node, known) = (Node::Slot(groups.keys.len() + place), aggregate.result(self.window.rows)?);
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
        let argument = self.lower(argument)?;
        if name == "json_group_array" {
            let mut order = Vec::new();
            for (term, descends) in &call.order {
                order.push((self.lower(term)?, *descends));
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
            // That a value comes twice changes neither.
            ("min", _) => Fold::Minimum,
            ("max", _) => Fold::Maximum,
            _ => return unknown(),
        };
        Ok(Aggregate { fold, argument, filter })
    }
}

/// A text, or where it is null a constant.
fn instead_of_null(value: Expression, otherwise: &Expression) -> Lowered {
    let (Kind::Text(dictionary), Node::Text(text)) = (&value.kind, &otherwise.node) else {
        return Err("its alternatives are of several types".to_owned());
    };
    if value.is_constant() {
        return Err("it asks whether a constant is null".to_owned());
    }
    if !value.nullable {
        return Ok(value);
    }
    let (dictionary, code) = dictionary.with(text);
    let codes = std::iter::once(code).chain(1..value_codes(&value)).collect();
    let (kind, made) = (Kind::Text(Arc::new(dictionary)), format!("coalesce {text}").into());
    Ok(Expression { node: Node::Rewritten(Box::new(value), codes, made), kind, nullable: false, low: 0, high: 0 })
}

fn value_codes(value: &Expression) -> u32 {
    if let Kind::Text(dictionary) = &value.kind { dictionary.codes() } else { 1 }
}

/// A text without some characters at its end.
fn trimmed(value: Expression, characters: &Expression) -> Lowered {
    let (Kind::Text(dictionary), Node::Text(characters)) = (&value.kind, &characters.node) else {
        return Err("it calls `rtrim` with what is no text, or without constant characters".to_owned());
    };
    if value.is_constant() || !characters.is_ascii() {
        return Err("it calls `rtrim` in a way that is not known here".to_owned());
    }
    let trimmed = dictionary.trimmed(characters);
    let (kind, nullable) = (Kind::Text(trimmed.dictionary), value.nullable);
    let made = format!("rtrim {characters}").into();
    Ok(Expression { node: Node::Rewritten(Box::new(value), trimmed.codes, made), kind, nullable, low: 0, high: 0 })
}

fn extreme(largest: bool, arguments: Vec<Expression>) -> Lowered {
    let known = common(arguments.iter())?;
    if !matches!(known.kind, Kind::Integer | Kind::Real) {
        return Err("it takes the smallest or largest of what are no numbers".to_owned());
    }
    if arguments.iter().any(|argument| matches!(argument.kind, Kind::Null)) {
        return Ok(Expression::null());
    }
    let bound = |of: fn(&Expression) -> i64| {
        let bounds = arguments.iter().map(of);
        if largest { bounds.max() } else { bounds.min() }.unwrap_or_default()
    };
    let (low, high) = (bound(|argument| argument.low), bound(|argument| argument.high));
    Ok(Expression { node: Node::Extreme(largest, arguments), low, high, ..known })
}

fn absolute(argument: Expression) -> Lowered {
    let (nullable, kind) = (argument.nullable, argument.kind.clone());
    let (low, high) = match kind {
        Kind::Null => return Ok(Expression::null()),
        Kind::Integer => {
            // The smallest integer has no positive counterpart.
            let negated = Expression::arithmetic(Operator::Subtract, Expression::integer(0), argument.clone())?;
            (0, argument.high.max(negated.high))
        }
        Kind::Real => (0, 0),
        _ => return Err("it calls `abs` with what is no number".to_owned()),
    };
    Ok(Expression { node: Node::Absolute(Box::new(argument)), kind, nullable, low, high })
}
