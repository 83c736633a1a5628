//! Aggregates: what is said of all rows of a group, and what values it can have.

use super::expression::{Expression, Kind, Node};

/// An aggregate.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Aggregate {
    pub(crate) fold: Fold,
    /// Of each row.
    pub(crate) argument: Expression,
    /// Only rows for which this is true.
    pub(crate) filter: Option<Expression>,
}

/// What becomes of the arguments.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fold {
    /// How many rows.
    Rows,
    /// How many are not null.
    Count,
    /// How many different ones that are not null.
    Distinct,
    /// Null where all are null.
    Sum,
    /// As a double; 0.0 where all are null.
    Total,
    Average,
    Minimum,
    Maximum,
    Median,
    /// All of them, none of which may be null.
    List {
        /// Each only where it comes first.
        distinct: bool,
        /// In this order, true where it descends; else in that of the rows.
        order: Vec<(Expression, bool)>,
    },
}

impl Aggregate {
    /// What its values are; the error says why SQLite has to compute it.
    pub(crate) fn result(&self, rows: u32) -> Result<Expression, String> {
        let (argument, nothing) = (&self.argument, Expression::null());
        let rows = i128::from(rows);
        let real = |nullable| Expression { kind: Kind::Real, nullable, ..nothing.clone() };
        // No order of adding overflows when the largest of all sums fits.
        let sum = |bound: i64| i64::try_from(rows * i128::from(bound)).map_err(|_| "a sum may overflow".to_owned());
        Ok(match self.fold {
            Fold::Distinct | Fold::Minimum | Fold::Maximum
                if matches!(argument.kind, Kind::Real) && !matches!(argument.node, Node::Slot(_)) =>
            {
                // 0.0 and -0.0 are equal and yet two.
                return Err("it compares reals that it calculates".to_owned());
            }
            Fold::Rows | Fold::Count | Fold::Distinct => {
                Expression { kind: Kind::Integer, nullable: false, low: 0, high: rows as i64, ..nothing }
            }
            Fold::Sum | Fold::Total | Fold::Average if matches!(argument.kind, Kind::Real) => {
                return Err("it adds reals, whose sum depends on their order".to_owned());
            }
            Fold::Sum => {
                let (low, high) = (sum(argument.low.min(0))?, sum(argument.high.max(0))?);
                Expression { kind: Kind::Integer, nullable: true, low, high, ..nothing }
            }
            Fold::Total | Fold::Average => {
                sum(argument.low.min(0))?;
                sum(argument.high.max(0))?;
                real(self.fold == Fold::Average)
            }
            Fold::Median => real(true),
            Fold::Minimum | Fold::Maximum if argument.is_constant() => return Err("it aggregates a constant".to_owned()),
            Fold::Minimum | Fold::Maximum => Expression { nullable: true, ..argument.clone() },
            Fold::List { distinct: true, ref order } if !order.is_empty() && order[..1] != [(argument.clone(), order[0].1)] => {
                return Err("it collects distinct values in the order of others".to_owned());
            }
            Fold::List { .. } => match argument.kind {
                Kind::Integer | Kind::Text(_) if !argument.is_constant() => {
                    Expression { kind: Kind::List(Box::new(argument.clone())), nullable: false, ..nothing }
                }
                _ => return Err("it collects what are neither integers nor texts".to_owned()),
            },
        })
    }
}
