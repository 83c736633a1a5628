//! Expressions whose type and bounds are known before the first row is looked at.
//!
//! Bounds are what makes integers exact: SQLite turns an integer that overflows into a double, so an expression that might overflow is
//! not made here at all. Every value is null, or of the one kind that its expression has.

use std::sync::Arc;

use super::dictionary::Dictionary;

/// What the values of an expression are.
#[derive(Clone, Debug)]
pub(super) enum Kind {
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
    pub(super) fn name(&self) -> &'static str {
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
pub(super) struct Expression {
    pub(super) node: Node,
    pub(super) kind: Kind,
    pub(super) nullable: bool,
    /// The smallest integer it can be.
    pub(super) low: i64,
    /// The largest.
    pub(super) high: i64,
}

/// Two expressions are the same when they are written the same: then they have the same values.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(super) fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }

    /// The comparison with its sides exchanged.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }
}

/// How two numbers become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    /// Towards zero; null where the divisor is 0.
    Divide,
    /// With the sign of the dividend; null where the divisor is 0.
    Remainder,
}

/// What an expression does. A truth is 1, 0 or null.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
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
    ToReal(Box<Expression>),
    ToInteger(Box<Expression>),
}

impl Expression {
    pub(super) fn null() -> Self {
        Self { node: Node::Null, kind: Kind::Null, nullable: true, low: 0, high: 0 }
    }

    pub(super) fn integer(value: i64) -> Self {
        Self { node: Node::Integer(value), kind: Kind::Integer, nullable: false, low: value, high: value }
    }

    pub(super) fn real(value: f64) -> Self {
        Self { node: Node::Real(value), kind: Kind::Real, nullable: false, low: 0, high: 0 }
    }

    pub(super) fn text(value: &str) -> Self {
        let kind = Kind::Text(Arc::new(Dictionary::of(value)));
        Self { node: Node::Text(value.into()), kind, nullable: false, low: 0, high: 0 }
    }

    /// A truth.
    pub(super) fn truth(node: Node, nullable: bool) -> Self {
        Self { node, kind: Kind::Integer, nullable, low: 0, high: 1 }
    }

    pub(super) fn not(self) -> Self {
        if let Node::Integer(value) = self.node {
            return Self::integer(i64::from(value == 0));
        }
        let nullable = self.nullable;
        Self::truth(Node::Not(Box::new(self)), nullable)
    }

    pub(super) fn and(self, other: Self) -> Self {
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

    pub(super) fn or(self, other: Self) -> Self {
        let nullable = self.nullable || other.nullable;
        Self::truth(Node::Or(Box::new(self), Box::new(other)), nullable)
    }

    pub(super) fn null_test(self) -> Self {
        match (&self.kind, self.nullable) {
            (Kind::Null, _) => Self::integer(1),
            (_, false) => Self::integer(0),
            (_, true) => Self::truth(Node::IsNull(Box::new(self)), false),
        }
    }

    /// Whether it is a number or null.
    pub(super) fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Integer | Kind::Real | Kind::Null)
    }

    /// Whether its values do not depend on the row.
    pub(super) fn is_constant(&self) -> bool {
        matches!(self.node, Node::Null | Node::Integer(_) | Node::Real(_) | Node::Text(_))
    }

    /// A number made of two; the error says why SQLite has to make it.
    pub(super) fn arithmetic(operator: Operator, left: Self, right: Self) -> Result<Self, String> {
        if !left.is_number() || !right.is_number() {
            return Err(format!("it calculates with {}", if left.is_number() { right.kind.name() } else { left.kind.name() }));
        }
        if matches!(left.kind, Kind::Null) || matches!(right.kind, Kind::Null) {
            return Ok(Self::null());
        }
        let integers = matches!((&left.kind, &right.kind), (Kind::Integer, Kind::Integer));
        let mut nullable = left.nullable || right.nullable;
        let (kind, low, high) = if integers {
            let (low, high) =
                bounds(operator, (left.low, left.high), (right.low, right.high)).ok_or("an integer may overflow")?;
            nullable |= matches!(operator, Operator::Divide | Operator::Remainder) && right.low <= 0 && right.high >= 0;
            (Kind::Integer, low, high)
        } else if operator == Operator::Remainder {
            return Err("it takes the remainder of a real".to_owned());
        } else {
            // What is no number is null.
            nullable = true;
            (Kind::Real, 0, 0)
        };
        Ok(Self { node: Node::Arithmetic(operator, Box::new(left), Box::new(right)), kind, nullable, low, high })
    }
}

/// The bounds of a result; none where it may overflow.
fn bounds(operator: Operator, left: (i64, i64), right: (i64, i64)) -> Option<(i64, i64)> {
    let wide = |(low, high): (i64, i64)| (i128::from(low), i128::from(high));
    let (left, right) = (wide(left), wide(right));
    let largest = |(low, high): (i128, i128)| low.abs().max(high.abs());
    let (low, high) = match operator {
        Operator::Add => (left.0 + right.0, left.1 + right.1),
        Operator::Subtract => (left.0 - right.1, left.1 - right.0),
        Operator::Multiply => {
            let products = [left.0 * right.0, left.0 * right.1, left.1 * right.0, left.1 * right.1];
            (products.into_iter().min()?, products.into_iter().max()?)
        }
        // The quotient of the smallest integer and -1 is beyond the largest: its bound does not fit.
        Operator::Divide if left.0 >= 0 && right.0 > 0 => (left.0 / right.1, left.1 / right.0),
        Operator::Divide => (-largest(left), largest(left)),
        Operator::Remainder => {
            let most = largest(left).min((largest(right) - 1).max(0));
            (if left.0 < 0 { -most } else { 0 }, if left.1 > 0 { most } else { 0 })
        }
    };
    Some((i64::try_from(low).ok()?, i64::try_from(high).ok()?))
}
