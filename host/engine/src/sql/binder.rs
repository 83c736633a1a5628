//! Binds expressions: the parser's become ours. The error says why SQLite has to run the query.
//!
//! Names mean what they mean in SQLite: a column before a result column's name. Comparisons of values of different types never get
//! through: there SQLite's affinities decide, which depend on how the source table was declared.

use std::sync::Arc;

use sqlparser::ast::{BinaryOperator, CastKind, Expr, Ident, UnaryOperator};

use super::alternatives::{case, cast};
use super::bound::{Bound, refused};
use super::pattern::Style;
use crate::plan::{Aggregate, Comparison, Expression, Kind, Node, Operator};
use crate::storage::{Column, EventTable};
use net_scout_model::{EVENT_COLUMNS, Value};

/// What the groups of a query have: their keys, then their aggregates, as slots.
#[derive(Debug, Default)]
pub(super) struct Slots {
    pub(super) keys: Vec<Expression>,
    pub(super) aggregates: Vec<Aggregate>,
}

/// What names mean while expressions are bound.
pub(super) struct Binder<'a> {
    pub(super) events: &'a EventTable,
    /// Whether the rule was granted a column of `events`.
    pub(super) granted: &'a dyn Fn(&str) -> bool,
    pub(super) parameters: &'a [Value],
    /// What `events` is called.
    pub(super) table: &'a str,
    /// The result columns, by whose names expressions may call them; none inside the result columns themselves.
    pub(super) items: &'a [(Expr, Option<String>)],
    pub(super) aliases_visible: bool,
    /// Where the expression is computed for each group and not for each row.
    pub(super) groups: Option<Slots>,
    /// Whether an aggregate was met where there are no groups.
    pub(super) met_aggregate: bool,
    pub(super) tests: u32,
}

/// A column as an expression, where it was requested and is in memory.
pub(super) fn slot(events: &EventTable, name: &str, granted: &dyn Fn(&str) -> bool) -> Bound {
    let Some((slot, column)) = events.find(name).filter(|_| granted(&name.to_ascii_lowercase())) else {
        return Err(format!("column `{name}` was not requested"));
    };
    let column = column.map_err(|reason| format!("column `{name}` is not in memory: {reason}"))?;
    let (kind, low, high) = match column {
        Column::Integers(integers) => (Kind::Integer, integers.low, integers.high),
        Column::Reals(_) => (Kind::Real, 0, 0),
        Column::Texts(texts) => (Kind::Text(Arc::clone(&texts.dictionary)), 0, 0),
    };
    Ok(Expression { node: Node::Slot(slot), kind, nullable: column.nullable(), low, high })
}

impl Binder<'_> {
    /// Any expression.
    pub(super) fn bind(&mut self, expression: &Expr) -> Bound {
        if let Some(groups) = self.groups.take() {
            // An expression of each row can be a key; anything else is made of keys and aggregates.
            let as_row = self.bind(expression);
            let slot = as_row.as_ref().ok().and_then(|row| groups.keys.iter().position(|key| key == row));
            self.groups = Some(groups);
            match (slot, as_row) {
                (Some(slot), Ok(key)) => return Ok(Expression { node: Node::Slot(slot), ..key }),
                (None, Ok(constant)) if constant.is_constant() => return Ok(constant),
                _ => {}
            }
        }
        match expression {
            Expr::Nested(inner) => self.bind(inner),
            Expr::Value(value) => self.literal(&value.value),
            Expr::Identifier(name) => self.name(name),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [table, name] if table.value.eq_ignore_ascii_case(self.table) => self.column(&name.value),
                _ => refused("it names what is not known here"),
            },
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => Ok(self.truth(expr)?.not()),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } => match self.operand(expr)? {
                Expression { node: Node::Integer(value), .. } if value > i64::MIN => Ok(Expression::integer(-value)),
                Expression { node: Node::Real(value), .. } if value != 0.0 => Ok(Expression::real(-value)),
                // As SQLite does it: 0.0 stays 0.0.
                operand => Expression::arithmetic(Operator::Subtract, Expression::integer(0), operand),
            },
            Expr::IsNull(operand) => Ok(self.operand(operand)?.null_test()),
            Expr::IsNotNull(operand) => Ok(self.operand(operand)?.null_test().not()),
            Expr::Between { expr, negated, low, high } => {
                let (value, low, high) = (self.operand(expr)?, self.operand(low)?, self.operand(high)?);
                let from = self.compare(Comparison::GreaterOrEqual, value.clone(), low)?;
                let both = from.and(self.compare(Comparison::LessOrEqual, value, high)?);
                Ok(if *negated { both.not() } else { both })
            }
            Expr::InList { expr, list, negated } => {
                let value = self.operand(expr)?;
                let list = list.iter().map(|element| self.bind(element)).collect::<Result<Vec<_>, _>>()?;
                let among = self.among(value, list)?;
                Ok(if *negated { among.not() } else { among })
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
                let like = self.pattern(Style::Like, expr, pattern)?;
                Ok(if *negated { like.not() } else { like })
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                let operand = operand.as_ref().map(|operand| self.bind(operand)).transpose()?;
                let mut cases = Vec::new();
                for case in conditions {
                    let condition = match &operand {
                        Some(operand) => {
                            let value = self.bind(&case.condition)?;
                            self.compare(Comparison::Equal, operand.clone(), value)?
                        }
                        None => self.truth(&case.condition)?,
                    };
                    cases.push((condition, self.bind(&case.result)?));
                }
                let otherwise = else_result.as_ref().map_or(Ok(Expression::null()), |value| self.bind(value))?;
                case(cases, otherwise)
            }
            Expr::Cast { kind: CastKind::Cast, expr, data_type, format: None } => {
                let value = self.bind(expr)?;
                cast(value, data_type)
            }
            Expr::Function(function) => self.function(function),
            _ => refused("it has an expression that is not known here"),
        }
    }

    /// What a comparison or a calculation works on. A comparison there without brackets may bind otherwise in SQLite.
    pub(super) fn operand(&mut self, expression: &Expr) -> Bound {
        let ambiguous = match expression {
            Expr::BinaryOp { op, .. } => operator(op).is_none(),
            Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::Between { .. } | Expr::InList { .. } | Expr::Like { .. } => true,
            Expr::UnaryOp { op, .. } => *op != UnaryOperator::Minus,
            _ => false,
        };
        if ambiguous { refused("it needs brackets") } else { self.bind(expression) }
    }

    /// What is true or false.
    pub(super) fn truth(&mut self, expression: &Expr) -> Bound {
        let truth = self.bind(expression)?;
        match truth.kind {
            Kind::Integer | Kind::Null => Ok(truth),
            _ => refused("a condition is not an integer"),
        }
    }

    fn name(&mut self, name: &Ident) -> Bound {
        let text = &name.value;
        if EVENT_COLUMNS.iter().any(|column| column.eq_ignore_ascii_case(text)) {
            return self.column(text);
        }
        let items = self.items;
        match aliased(items, text).filter(|_| self.aliases_visible) {
            Some(item) => self.item(item),
            None => Err(format!("`{text}` is not known here")),
        }
    }

    /// A result column, in which the names of result columns are not known.
    pub(super) fn item(&mut self, item: &Expr) -> Bound {
        let visible = std::mem::replace(&mut self.aliases_visible, false);
        let bound = self.bind(item);
        self.aliases_visible = visible;
        bound
    }

    fn column(&mut self, name: &str) -> Bound {
        let column = slot(self.events, name, self.granted)?;
        if self.groups.is_some() {
            return Err(format!("column `{name}` is neither a key nor in an aggregate"));
        }
        Ok(column)
    }

    fn binary(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Bound {
        let comparison = match op {
            BinaryOperator::And => return Ok(self.truth(left)?.and(self.truth(right)?)),
            BinaryOperator::Or => return Ok(self.truth(left)?.or(self.truth(right)?)),
            BinaryOperator::Glob => return self.pattern(Style::Glob, left, right),
            BinaryOperator::Regexp => {
                let (text, pattern) = (self.operand(left)?, self.operand(right)?);
                return self.regexp(text, &pattern);
            }
            BinaryOperator::Eq => Comparison::Equal,
            BinaryOperator::NotEq => Comparison::NotEqual,
            BinaryOperator::Lt => Comparison::Less,
            BinaryOperator::LtEq => Comparison::LessOrEqual,
            BinaryOperator::Gt => Comparison::Greater,
            BinaryOperator::GtEq => Comparison::GreaterOrEqual,
            _ => {
                let Some(operator) = operator(op) else { return Err(format!("it has the operator {op}")) };
                let (left, right) = (self.operand(left)?, self.operand(right)?);
                return Expression::arithmetic(operator, left, right);
            }
        };
        let (left, right) = (self.operand(left)?, self.operand(right)?);
        self.compare(comparison, left, right)
    }
}

/// The result column that was given this name.
pub(super) fn aliased<'a>(items: &'a [(Expr, Option<String>)], name: &str) -> Option<&'a Expr> {
    let given = |alias: &Option<String>| alias.as_ref().is_some_and(|alias| alias.eq_ignore_ascii_case(name));
    items.iter().find(|(_, alias)| given(alias)).map(|(item, _)| item)
}

fn operator(op: &BinaryOperator) -> Option<Operator> {
    Some(match op {
        BinaryOperator::Plus => Operator::Add,
        BinaryOperator::Minus => Operator::Subtract,
        BinaryOperator::Multiply => Operator::Multiply,
        BinaryOperator::Divide => Operator::Divide,
        BinaryOperator::Modulo => Operator::Remainder,
        _ => return None,
    })
}
