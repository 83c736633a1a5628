//! What conditions of alerts have in common: most alerts of a rule select alike, such as `src_ip = ?1 AND dst_port = 22` for different
//! sources.

use sqlparser::ast::{BinaryOperator, Expr, Value as Literal};

use super::tally::Told;
use net_scout_model::{Selection, Value};
use net_scout_store::Condition;

/// The columns that may tell selections apart by being equal to a parameter, in the order of [`Told`].
pub(super) const TELLING: [&str; 3] = ["src_ip", "dst_ip", "dst_port"];
/// The column that may tell them apart by lying between two parameters.
const SPAN: &str = "time";

/// A condition whose parts are all to hold, some of which compare a column with parameters.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Form {
    /// The column, among [`TELLING`], and its parameter.
    pub(super) told: Vec<(usize, usize)>,
    /// The parameters between which `time` lies.
    pub(super) span: Option<(usize, usize)>,
    /// The other parts.
    pub(super) rest: Vec<String>,
    /// The parameters, null where a part of `told` or `span` has it.
    pub(super) parameters: Vec<Value>,
}

impl Form {
    /// The form of a selection, where it has one, and the values of the told columns.
    pub(super) fn of(selection: &Selection) -> Option<(Self, Told)> {
        let condition = Condition::parse(&selection.condition).ok()?;
        let mut form = Self { told: Vec::new(), span: None, rest: Vec::new(), parameters: selection.parameters.clone() };
        let mut told = Told::default();
        let value = |number: usize| selection.parameters.get(number);
        for part in parts(condition.expression()) {
            if let Some((place, number)) = equality(part)
                && !told.is_set(place)
                && told.set(place, value(number)?)
            {
                form.told.push((place, number));
                form.parameters[number] = Value::Null;
            } else if let Some((from, to)) = span(part)
                && form.span.is_none()
                && let (Value::Integer(first), Value::Integer(last)) = (value(from)?, value(to)?)
            {
                told.span = Some((*first, *last));
                form.span = Some((from, to));
                (form.parameters[from], form.parameters[to]) = (Value::Null, Value::Null);
            } else {
                form.rest.push(part.to_string());
            }
        }
        // Each parameter has a number, and those that differ are used nowhere else.
        let numbers = form.rest.iter().flat_map(|part| part.split('?').skip(1));
        let numbers = numbers.map(|behind| behind.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok()));
        let numbers: Vec<usize> = numbers.collect::<Option<_>>()?;
        let mut differing: Vec<usize> = form.told.iter().map(|(_, number)| *number).collect();
        differing.extend(form.span.iter().flat_map(|(from, to)| [*from, *to]));
        let once = (1..differing.len()).all(|place| !differing[..place].contains(&differing[place]));
        let sound = once && !differing.iter().any(|number| numbers.contains(&(number + 1)));
        (sound && !form.told.is_empty()).then_some((form, told))
    }
}

/// The parts of a condition that must all hold.
fn parts(condition: &Expr) -> Vec<&Expr> {
    let (mut open, mut found) = (vec![condition], Vec::new());
    while let Some(condition) = open.pop() {
        match condition {
            Expr::BinaryOp { left, op: BinaryOperator::And, right } => open.extend([&**right, &**left]),
            Expr::Nested(inner) if matches!(**inner, Expr::BinaryOp { op: BinaryOperator::And, .. } | Expr::Nested(_)) => {
                open.push(inner);
            }
            _ => found.push(condition),
        }
    }
    found
}

/// A comparison of one of the telling columns with a parameter, counted from 0.
fn equality(part: &Expr) -> Option<(usize, usize)> {
    let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = part else { return None };
    let place = TELLING.iter().position(|column| is_column(left, column))?;
    Some((place, parameter(right)?))
}

/// The parameters between which `time` lies.
fn span(part: &Expr) -> Option<(usize, usize)> {
    match part {
        Expr::Between { expr, negated: false, low, high } if is_column(expr, SPAN) => Some((parameter(low)?, parameter(high)?)),
        _ => None,
    }
}

fn is_column(expression: &Expr, name: &str) -> bool {
    matches!(expression, Expr::Identifier(column) if column.quote_style.is_none() && column.value.eq_ignore_ascii_case(name))
}

fn parameter(expression: &Expr) -> Option<usize> {
    match expression {
        Expr::Value(value) => match &value.value {
            Literal::Placeholder(name) => name.strip_prefix('?')?.parse::<usize>().ok()?.checked_sub(1),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(condition: &str, parameters: &[Value]) -> Option<(Form, Told)> {
        Form::of(&Selection { condition: condition.to_owned(), parameters: parameters.to_vec() })
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn alike_are_those_that_differ_in_what_they_compare_with() {
        let condition = "src_ip = ?1 AND (dst_port = ?2 AND verdict = ?3)";
        let (one, first) = form(condition, &[text("a"), Value::Integer(22), text("DROP")]).expect("a form");
        let (two, second) = form(condition, &[text("b"), Value::Integer(23), text("DROP")]).expect("a form");
        assert!(one == two && first != second);
        assert_eq!((one.told, one.rest), (vec![(0, 0), (2, 1)], vec!["verdict = ?3".to_owned()]));
        let (other, _) = form(condition, &[text("a"), Value::Integer(22), text("ACCEPT")]).expect("a form");
        assert!(other != two);
    }

    #[test]
    fn spans_of_time_may_differ() {
        let condition = "src_ip = ?1 AND (verdict = 'DROP' OR dst_port IN (22, 23)) AND time BETWEEN ?2 AND ?3";
        let (one, first) = form(condition, &[text("a"), Value::Integer(10), Value::Integer(20)]).expect("a form");
        let (two, _) = form(condition, &[text("a"), Value::Integer(11), Value::Integer(21)]).expect("a form");
        assert_eq!((&one, first.span, one.span), (&two, Some((10, 20)), Some((1, 2))));
        assert_eq!(one.rest, ["(verdict = 'DROP' OR dst_port IN (22, 23))"]);
    }

    #[test]
    fn what_may_mean_something_else_is_read_by_itself() {
        let parameters = [text("a"), text("b")];
        for condition in [
            "src_ip = ?1 OR dst_ip = ?2",
            "NOT (src_ip = ?1 AND dst_ip = ?2)",
            "src_ip = ?1 AND proto = ?1",
            "src_ip = ?1 AND dst_ip = ?1",
            "src_ip = ?1 AND proto = ?",
            "src_ip = ?3",
            "dst_port = ?1",
            "time BETWEEN src_ip = ?1 AND dst_ip = ?2",
            "src_ip = ?1) OR (1 = 1",
            "src_ip = ?1 AND",
            "\"src_ip\" = ?1",
            "proto = ?1",
        ] {
            assert_eq!(form(condition, &parameters), None, "{condition}");
        }
    }
}
