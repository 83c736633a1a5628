//! From the parser's expressions to ours. The error says why SQLite has to run the query.
//!
//! Names mean what they mean in SQLite: a column before a result column's name. Comparisons of values of different types never get
//! through: there SQLite's affinities decide, which depend on how the source table was declared.

use std::sync::Arc;

use sqlparser::ast::{BinaryOperator, CastKind, DataType, Expr, Ident, UnaryOperator, Value as Literal};

use super::EventWindow;
use super::aggregate::Aggregate;
use super::column::Column;
use super::dictionary::Dictionary;
use super::expression::{Comparison, Expression, Kind, Node, Operator};
use super::text::{Style, held, is_plain, matches, prefix};
use net_scout_model::{EVENT_COLUMNS, Value};

/// The most tests of texts in one query: each looks at every distinct text before the first row.
const MAXIMUM_TESTS: u32 = 64;

/// What the groups of a query have: their keys, then their aggregates, as slots.
#[derive(Debug, Default)]
pub(super) struct Slots {
    pub(super) keys: Vec<Expression>,
    pub(super) aggregates: Vec<Aggregate>,
}

/// What names mean while expressions are lowered.
pub(super) struct Lowering<'a> {
    pub(super) window: &'a EventWindow,
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

pub(super) type Lowered = Result<Expression, String>;

fn other<T>(reason: &str) -> Result<T, String> {
    Err(reason.to_owned())
}

impl EventWindow {
    /// A column, where it was requested and is in memory.
    pub(super) fn slot(&self, name: &str, granted: &dyn Fn(&str) -> bool) -> Lowered {
        let known = self.columns.iter().position(|(column, _)| column.eq_ignore_ascii_case(name));
        let Some(slot) = known.filter(|_| granted(&name.to_ascii_lowercase())) else {
            return Err(format!("column `{name}` was not requested"));
        };
        let column = self.columns[slot].1.as_ref().map_err(|reason| format!("column `{name}` is not in memory: {reason}"))?;
        let (kind, low, high) = match column {
            Column::Integers(integers) => (Kind::Integer, integers.low, integers.high),
            Column::Reals(_) => (Kind::Real, 0, 0),
            Column::Texts(texts) => (Kind::Text(Arc::clone(&texts.dictionary)), 0, 0),
        };
        Ok(Expression { node: Node::Slot(slot), kind, nullable: column.nullable(), low, high })
    }
}

impl Lowering<'_> {
    /// Any expression.
    pub(super) fn lower(&mut self, expression: &Expr) -> Lowered {
        if let Some(groups) = self.groups.take() {
            // An expression of each row can be a key; anything else is made of keys and aggregates.
            let as_row = self.lower(expression);
            let slot = as_row.as_ref().ok().and_then(|row| groups.keys.iter().position(|key| key == row));
            self.groups = Some(groups);
            match (slot, as_row) {
                (Some(slot), Ok(key)) => return Ok(Expression { node: Node::Slot(slot), ..key }),
                (None, Ok(constant)) if constant.is_constant() => return Ok(constant),
                _ => {}
            }
        }
        match expression {
            Expr::Nested(inner) => self.lower(inner),
            Expr::Value(value) => self.literal(&value.value),
            Expr::Identifier(name) => self.name(name),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [table, name] if table.value.eq_ignore_ascii_case(self.table) => self.column(&name.value),
                _ => other("it names what is not known here"),
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
                let list = list.iter().map(|element| self.lower(element)).collect::<Result<Vec<_>, _>>()?;
                let among = self.among(value, list)?;
                Ok(if *negated { among.not() } else { among })
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
                let like = self.pattern(Style::Like, expr, pattern)?;
                Ok(if *negated { like.not() } else { like })
            }
            Expr::Case { operand, conditions, else_result, .. } => {
                let operand = operand.as_ref().map(|operand| self.lower(operand)).transpose()?;
                let mut cases = Vec::new();
                for case in conditions {
                    let condition = match &operand {
                        Some(operand) => {
                            let value = self.lower(&case.condition)?;
                            self.compare(Comparison::Equal, operand.clone(), value)?
                        }
                        None => self.truth(&case.condition)?,
                    };
                    cases.push((condition, self.lower(&case.result)?));
                }
                let otherwise = else_result.as_ref().map_or(Ok(Expression::null()), |value| self.lower(value))?;
                case(cases, otherwise)
            }
            Expr::Cast { kind: CastKind::Cast, expr, data_type, format: None } => {
                let value = self.lower(expr)?;
                cast(value, data_type)
            }
            Expr::Function(function) => self.function(function),
            _ => other("it has an expression that is not known here"),
        }
    }

    /// What a comparison or a calculation works on. A comparison there without brackets may bind otherwise in SQLite.
    fn operand(&mut self, expression: &Expr) -> Lowered {
        let ambiguous = match expression {
            Expr::BinaryOp { op, .. } => operator(op).is_none(),
            Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::Between { .. } | Expr::InList { .. } | Expr::Like { .. } => true,
            Expr::UnaryOp { op, .. } => *op != UnaryOperator::Minus,
            _ => false,
        };
        if ambiguous { other("it needs brackets") } else { self.lower(expression) }
    }

    /// What is true or false.
    pub(super) fn truth(&mut self, expression: &Expr) -> Lowered {
        let truth = self.lower(expression)?;
        match truth.kind {
            Kind::Integer | Kind::Null => Ok(truth),
            _ => other("a condition is no integer"),
        }
    }

    fn literal(&mut self, literal: &Literal) -> Lowered {
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
                    None => other("a parameter has no value"),
                }
            }
            _ => other("it has a literal that is not known here"),
        }
    }

    fn name(&mut self, name: &Ident) -> Lowered {
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
    pub(super) fn item(&mut self, item: &Expr) -> Lowered {
        let visible = std::mem::replace(&mut self.aliases_visible, false);
        let lowered = self.lower(item);
        self.aliases_visible = visible;
        lowered
    }

    fn column(&mut self, name: &str) -> Lowered {
        let column = self.window.slot(name, self.granted)?;
        if self.groups.is_some() {
            return Err(format!("column `{name}` is neither a key nor in an aggregate"));
        }
        Ok(column)
    }

    fn binary(&mut self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Lowered {
        let comparison = match op {
            BinaryOperator::And => return Ok(self.truth(left)?.and(self.truth(right)?)),
            BinaryOperator::Or => return Ok(self.truth(left)?.or(self.truth(right)?)),
            BinaryOperator::Glob => return self.pattern(Style::Glob, left, right),
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

    pub(super) fn compare(&mut self, comparison: Comparison, left: Expression, right: Expression) -> Lowered {
        if matches!(left.kind, Kind::Null) || matches!(right.kind, Kind::Null) {
            return Ok(Expression::null());
        }
        let nullable = left.nullable || right.nullable;
        match (&left.node, &right.node) {
            (Node::Text(_), Node::Text(_)) => other("it compares constants"),
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

    /// A test of a text that is no constant.
    fn test(&mut self, text: Expression, test: impl Fn(&str) -> bool) -> Lowered {
        self.tested(text, |dictionary| Dictionary::table(dictionary, test))
    }

    fn tested(&mut self, text: Expression, table: impl FnOnce(&Dictionary) -> Vec<u8>) -> Lowered {
        let Kind::Text(dictionary) = &text.kind else { return Err(format!("it compares {} with text", text.kind.name())) };
        if text.is_constant() {
            return other("it compares constants");
        }
        self.tests += 1;
        if self.tests > MAXIMUM_TESTS {
            return other("it has too many tests of texts");
        }
        let (table, nullable) = (table(dictionary).into(), text.nullable);
        Ok(Expression::truth(Node::Test(Box::new(text), table), nullable))
    }

    fn pattern(&mut self, style: Style, text: &Expr, pattern: &Expr) -> Lowered {
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
            _ => other("it has a pattern that is not plain"),
        }
    }

    fn among(&mut self, value: Expression, list: Vec<Expression>) -> Lowered {
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
                _ => return other("its IN list is not of constants of one type"),
            }
        }
        if matches!(value.kind, Kind::Integer) {
            integers.sort_unstable();
            let nullable = value.nullable || has_null;
            return Ok(Expression::truth(Node::Among(Box::new(value), integers.into(), has_null), nullable));
        }
        if has_null {
            return other("its IN list of texts has a null");
        }
        self.tested(value, |dictionary| dictionary.among(texts))
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

fn number(text: &str) -> Lowered {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map(Expression::integer).map_err(|_| "it has an integer that is too large".to_owned());
    }
    // Few digits are read alike by everyone.
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.len() <= 16;
    match text.parse() {
        Ok(value) if plain => Ok(Expression::real(value)),
        _ => other("it has a number that is not plain"),
    }
}

fn text_constant(text: &str) -> Lowered {
    if text.contains('\0') { other("it has a text with a zero in it") } else { Ok(Expression::text(text)) }
}

/// The one kind of several values; the error says that there is none.
pub(super) fn common<'a>(values: impl Iterator<Item = &'a Expression>) -> Result<Expression, String> {
    let mut common = Expression { nullable: false, ..Expression::null() };
    for value in values {
        let known = match (&common.kind, &value.kind) {
            (_, Kind::Null) => {
                common.nullable = true;
                continue;
            }
            (Kind::Null, Kind::List(_)) => false,
            (Kind::Null, _) => {
                (common.kind, common.low, common.high) = (value.kind.clone(), value.low, value.high);
                true
            }
            (Kind::Integer, Kind::Integer) | (Kind::Real, Kind::Real) => true,
            (Kind::Text(one), Kind::Text(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        if !known {
            return other("its alternatives are of several types");
        }
        common.nullable |= value.nullable;
        (common.low, common.high) = (common.low.min(value.low), common.high.max(value.high));
    }
    Ok(common)
}

pub(super) fn case(cases: Vec<(Expression, Expression)>, otherwise: Expression) -> Lowered {
    let known = common(cases.iter().map(|(_, value)| value).chain([&otherwise]))?;
    Ok(Expression { node: Node::Case(cases, Box::new(otherwise)), ..known })
}

fn cast(value: Expression, to: &DataType) -> Lowered {
    let nullable = value.nullable;
    match (to, &value.kind) {
        (_, Kind::Null) => Ok(Expression::null()),
        (DataType::Real | DataType::Double(_), Kind::Integer | Kind::Real) => {
            Ok(Expression { node: Node::ToReal(Box::new(value)), kind: Kind::Real, nullable, low: 0, high: 0 })
        }
        (DataType::Integer(None) | DataType::Int(None), Kind::Integer) => Ok(value),
        (DataType::Integer(None) | DataType::Int(None), Kind::Real) => {
            let (low, high) = (i64::MIN, i64::MAX);
            Ok(Expression { node: Node::ToInteger(Box::new(value)), kind: Kind::Integer, nullable, low, high })
        }
        _ => other("it casts what is not a number"),
    }
}
