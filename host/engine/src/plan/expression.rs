//! Expressions whose type and bounds are known before the first row is looked at.
//!
//! Bounds are what makes integers exact: SQLite turns an integer that overflows into a double, so an expression that might overflow is
//! not made here at all. Every value is null, or of the one kind that its expression has.

use std::sync::Arc;

use super::comparison::Comparison;
use super::computation::Computation;
use super::operator::Operator;
use crate::storage::Dictionary;

/// What the values of an expression are.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Nothing but null.
    Null,
    Integer,
    Real,
    /// Texts of this dictionary.
    Text(Arc<Dictionary>),
    /// A list of values of one kind, which only a result column can be.
    List(Box<Expression>),
}

impl Kind {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Integer => "integer",
            Self::Real => "real",
            Self::Text(_) => "text",
            Self::List(_) => "list",
        }
    }
}

/// An expression, and what is known of its values.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    pub(crate) node: Node,
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    /// The smallest integer it can be.
    pub(crate) low: i64,
    /// The largest.
    pub(crate) high: i64,
}

/// Two expressions are the same when they are written the same: then they have the same values.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

/// What an expression does. A truth is 1, 0 or null.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Null,
    Integer(i64),
    Real(f64),
    Text(Arc<str>),
    /// A column of the window, or of the groups.
    Slot(usize),
    /// Of two numbers, or of two texts.
    Compare(Comparison, Box<Expression>, Box<Expression>),
    /// What a test says of each code of a text: 1, 0 or, for code 0, null.
    Test(Box<Expression>, Arc<[u8]>),
    /// Whether an integer is one of these, which are sorted; and whether null is among them.
    Among(Box<Expression>, Arc<[i64]>, bool),
    Not(Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    IsNull(Box<Expression>),
    Arithmetic(Operator, Box<Expression>, Box<Expression>),
    /// Conditions and values, then the value where none holds.
    Case(Vec<(Expression, Expression)>, Box<Expression>),
    /// The first that is not null.
    Coalesce(Vec<Expression>),
    /// The largest where true, else the smallest; null where one is null.
    Extreme(bool, Vec<Expression>),
    /// A text made of another: for each code of that one the code in the dictionary of this expression, and what made it. Two that are made
    /// otherwise may have the same codes.
    Rewritten(Box<Expression>, Arc<[u32]>, Arc<str>),
    Absolute(Box<Expression>),
    Computed(Computation, Box<Expression>),
    ToReal(Box<Expression>),
    ToInteger(Box<Expression>),
}

impl Expression {
    pub(crate) fn null() -> Self {
        Self { node: Node::Null, kind: Kind::Null, nullable: true, low: 0, high: 0 }
    }

    pub(crate) fn integer(value: i64) -> Self {
        Self { node: Node::Integer(value), kind: Kind::Integer, nullable: false, low: value, high: value }
    }

    pub(crate) fn real(value: f64) -> Self {
        Self { node: Node::Real(value), kind: Kind::Real, nullable: false, low: 0, high: 0 }
    }

    pub(crate) fn text(value: &str) -> Self {
        let kind = Kind::Text(Arc::new(Dictionary::of(value)));
        Self { node: Node::Text(value.into()), kind, nullable: false, low: 0, high: 0 }
    }

    /// A truth.
    pub(crate) fn truth(node: Node, nullable: bool) -> Self {
        Self { node, kind: Kind::Integer, nullable, low: 0, high: 1 }
    }

    pub(crate) fn not(self) -> Self {
        if let Node::Integer(value) = self.node {
            return Self::integer(i64::from(value == 0));
        }
        let nullable = self.nullable;
        Self::truth(Node::Not(Box::new(self)), nullable)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        // What is always true adds nothing to a truth.
        let is_truth = |side: &Self| side.low >= 0 && side.high <= 1;
        match (&self.node, &other.node) {
            (_, Node::Integer(1)) if is_truth(&self) => return self,
            (Node::Integer(1), _) if is_truth(&other) => return other,
            _ => {}
        }
        let nullable = self.nullable || other.nullable;
        Self::truth(Node::And(Box::new(self), Box::new(other)), nullable)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        let nullable = self.nullable || other.nullable;
        Self::truth(Node::Or(Box::new(self), Box::new(other)), nullable)
    }

    pub(crate) fn null_test(self) -> Self {
        match (&self.kind, self.nullable) {
            (Kind::Null, _) => Self::integer(1),
            (_, false) => Self::integer(0),
            (_, true) => Self::truth(Node::IsNull(Box::new(self)), false),
        }
    }

    /// Whether it is a number or null.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Integer | Kind::Real | Kind::Null)
    }

    /// Whether its values do not depend on the row.
    pub(crate) fn is_constant(&self) -> bool {
        matches!(self.node, Node::Null | Node::Integer(_) | Node::Real(_) | Node::Text(_))
    }

    /// A number made of two; the error says why SQLite has to make it.
    pub(crate) fn arithmetic(operator: Operator, left: Self, right: Self) -> Result<Self, String> {
        if !left.is_number() || !right.is_number() {
            return Err(format!("it calculates with {}", if left.is_number() { right.kind.name() } else { left.kind.name() }));
        }
        if matches!(left.kind, Kind::Null) || matches!(right.kind, Kind::Null) {
            return Ok(Self::null());
        }
        let integers = matches!((&left.kind, &right.kind), (Kind::Integer, Kind::Integer));
        let mut nullable = left.nullable || right.nullable;
        let (kind, low, high) = if integers {
            let (low, high) = operator.bounds((left.low, left.high), (right.low, right.high)).ok_or("an integer may overflow")?;
            nullable |= matches!(operator, Operator::Divide | Operator::Remainder) && right.low <= 0 && right.high >= 0;
            (Kind::Integer, low, high)
        } else if operator == Operator::Remainder {
            return Err("it takes the remainder of a real".to_owned());
        } else {
            // NaN becomes null.
            nullable = true;
            (Kind::Real, 0, 0)
        };
        Ok(Self { node: Node::Arithmetic(operator, Box::new(left), Box::new(right)), kind, nullable, low, high })
    }
}
