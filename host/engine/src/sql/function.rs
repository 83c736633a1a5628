//! Binds the few scalar functions whose results are certain.

use std::sync::Arc;

use sqlparser::ast::Function;

use super::alternatives::{case, common};
use super::binder::Binder;
use super::bound::Bound;
use super::call::Call;
use crate::plan::{Comparison, Computation, Expression, Kind, Node, Operator};
use net_scout_model::IN_NETWORKS;
use net_scout_model::sql_function::{HOUR, LN, REGEXP, SQRT, WEEKDAY, Zone};

impl Binder<'_> {
    /// A call. The error says why SQLite has to make it.
    pub(super) fn function(&mut self, function: &Function) -> Bound {
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
        let mut arguments = arguments.iter().map(|argument| self.bind(argument)).collect::<Result<Vec<_>, _>>()?;
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
                    return Err("a condition is not an integer".to_owned());
                }
                case(vec![(condition, value)], otherwise)
            }
            (IN_NETWORKS, 2) => {
                let (networks, address) = (arguments.remove(1), arguments.remove(0));
                self.inside(address, &networks)
            }
            (REGEXP, 2) => {
                let (text, pattern) = (arguments.remove(1), arguments.remove(0));
                self.regexp(text, &pattern)
            }
            (SQRT, 1) => computed(Computation::SquareRoot, arguments.remove(0)),
            (LN, 1) => computed(Computation::Logarithm, arguments.remove(0)),
            (HOUR | WEEKDAY, 2) => {
                let (zone, time) = (arguments.remove(1), arguments.remove(0));
                part_of_time(name == HOUR, time, &zone)
            }
            ("abs", 1) => absolute(arguments.remove(0)),
            _ => Err(format!("it calls `{name}`")),
        }
    }
}

/// A text, or where it is null a constant.
fn instead_of_null(value: Expression, otherwise: &Expression) -> Bound {
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
fn trimmed(value: Expression, characters: &Expression) -> Bound {
    let (Kind::Text(dictionary), Node::Text(characters)) = (&value.kind, &characters.node) else {
        return Err("it calls `rtrim` on a value that is not text, or with characters that are not constant".to_owned());
    };
    if value.is_constant() || !characters.is_ascii() {
        return Err("it calls `rtrim` in a way that is not known here".to_owned());
    }
    let trimmed = dictionary.trimmed(characters);
    let (kind, nullable) = (Kind::Text(trimmed.dictionary), value.nullable);
    let made = format!("rtrim {characters}").into();
    Ok(Expression { node: Node::Rewritten(Box::new(value), trimmed.codes, made), kind, nullable, low: 0, high: 0 })
}

fn extreme(largest: bool, arguments: Vec<Expression>) -> Bound {
    let known = common(arguments.iter())?;
    if !matches!(known.kind, Kind::Integer | Kind::Real) {
        return Err("it takes the smallest or largest of values that are not numbers".to_owned());
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

fn absolute(argument: Expression) -> Bound {
    let (nullable, kind) = (argument.nullable, argument.kind.clone());
    let (low, high) = match kind {
        Kind::Null => return Ok(Expression::null()),
        Kind::Integer => {
            // The smallest integer has no positive counterpart.
            let negated = Expression::arithmetic(Operator::Subtract, Expression::integer(0), argument.clone())?;
            (0, argument.high.max(negated.high))
        }
        Kind::Real => (0, 0),
        _ => return Err("it calls `abs` on a value that is not a number".to_owned()),
    };
    Ok(Expression { node: Node::Absolute(Box::new(argument)), kind, nullable, low, high })
}

/// A real that is computed of a number. There may be none.
fn computed(computation: Computation, argument: Expression) -> Bound {
    match argument.kind {
        Kind::Null => Ok(Expression::null()),
        Kind::Integer | Kind::Real => {
            let node = Node::Computed(computation, Box::new(argument));
            Ok(Expression { node, kind: Kind::Real, nullable: true, low: 0, high: 0 })
        }
        _ => Err("it calculates with a value that is not a number".to_owned()),
    }
}

/// The hour or the day of the week of an instant. It may be outside of all calendars.
fn part_of_time(hour: bool, time: Expression, zone: &Expression) -> Bound {
    let (Kind::Integer, Node::Text(zone)) = (&time.kind, &zone.node) else {
        return Err("it asks for the hour or day of what is not an instant, or in a time zone that is not constant".to_owned());
    };
    // SQLite says that there is none.
    let zone = Zone::new(zone)?;
    let (computation, low, high) = if hour { (Computation::Hour(zone), 0, 23) } else { (Computation::Weekday(zone), 1, 7) };
    Ok(Expression { node: Node::Computed(computation, Box::new(time)), kind: Kind::Integer, nullable: true, low, high })
}
