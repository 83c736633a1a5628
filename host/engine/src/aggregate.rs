//! What is said of all rows of a group. A group is a run of row numbers, ascending, so every fold is a walk along it.

use super::EventWindow;
use super::evaluate::evaluate;
use super::expression::{Expression, Kind, Node};
use super::group::{Groups, key_codes};
use super::mask::{Mask, is_true};
use super::packed::{Rows, with_codes};
use super::run::{Stop, Stopped};
use super::sort::{Direction, SortKey};
use super::states::States;
use super::vector::{Data, Vector};

/// How many rows are looked at between two looks at the clock.
const STRIDE: usize = if cfg!(test) { 32 } else { 16 << 10 };

/// An aggregate.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Aggregate {
    pub(super) fold: Fold,
    /// Of each row.
    pub(super) argument: Expression,
    /// Only rows for which this is true.
    pub(super) filter: Option<Expression>,
}

/// What becomes of the arguments.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fold {
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
    pub(super) fn result(&self, rows: u32) -> Result<Expression, String> {
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

    /// The value for each of some groups.
    pub(super) fn compute(
        &self,
        window: &EventWindow,
        groups: &Groups,
        which: &[u32],
        stop: &Stop<'_>,
    ) -> Result<Vector, Stopped> {
        match &self.fold {
            Fold::Rows if self.filter.is_none() => {
                Ok(Vector::integers(which.iter().map(|&group| groups.rows_of(group).len() as i64).collect(), None))
            }
            Fold::Distinct => self.distinct(window, groups, which, stop),
            Fold::List { distinct, order } => self.list(window, groups, which, *distinct, order, stop),
            _ => self.fold(window, groups, which, stop),
        }
    }

    /// What asks whether a row counts, ready for the rows of some groups.
    fn mask<'a>(&'a self, window: &'a EventWindow, groups: &Groups, which: &[u32]) -> Option<Mask<'a>> {
        let rows = || which.iter().map(|&group| groups.rows_of(group).len()).sum();
        self.filter.as_ref().map(|filter| Mask::new(filter, window, rows()))
    }

    fn fold(&self, window: &EventWindow, groups: &Groups, which: &[u32], stop: &Stop<'_>) -> Result<Vector, Stopped> {
        let mut states = States::new(&self.fold, &self.argument.kind, which.len());
        let (mask, mut truths) = (self.mask(window, groups, which), Vec::new());
        let (mut rows, mut owners) = (Vec::with_capacity(STRIDE), Vec::with_capacity(STRIDE));
        let mut flush = |rows: &mut Vec<u32>, owners: &mut Vec<u32>| {
            let values = evaluate(&self.argument, window, Rows::List(rows));
            match &mask {
                Some(mask) => {
                    mask.of(window, Rows::List(rows), &mut truths);
                    states.add(&values, owners, |index| is_true(truths[index]));
                }
                None => states.add(&values, owners, |_| true),
            }
            rows.clear();
            owners.clear();
            stop.check()
        };
        for (place, &group) in which.iter().enumerate() {
            for piece in groups.rows_of(group).chunks(STRIDE) {
                rows.extend_from_slice(piece);
                owners.resize(rows.len(), place as u32);
                if rows.len() >= STRIDE {
                    flush(&mut rows, &mut owners)?;
                }
            }
        }
        flush(&mut rows, &mut owners)?;
        Ok(states.finish(which.len()))
    }

    fn distinct(&self, window: &EventWindow, groups: &Groups, which: &[u32], stop: &Stop<'_>) -> Result<Vector, Stopped> {
        let codes = key_codes(&self.argument, window, Rows::List(&groups.rows), stop)?;
        let (codes, count) = codes.codes();
        // For each code the last group that had it.
        let mut seen = vec![0_u32; count as usize];
        let (filter, mut kept, mut since) = (self.mask(window, groups, which), Filtered::default(), 0);
        let mut values = Vec::with_capacity(which.len());
        for (place, &group) in which.iter().enumerate() {
            let rows = kept.of(filter.as_ref(), window, groups.rows_of(group));
            let mark = place as u32 + 1;
            let distinct = with_codes!(codes, codes => {
                let new = rows.iter().filter(|&&row| {
                    let code = codes[row as usize];
                    code != 0 && std::mem::replace(&mut seen[code as usize], mark) != mark
                });
                new.count()
            });
            values.push(distinct as i64);
            since += rows.len();
            if since > STRIDE {
                since = 0;
                stop.check()?;
            }
        }
        Ok(Vector::integers(values, None))
    }

    fn list(
        &self,
        window: &EventWindow,
        groups: &Groups,
        which: &[u32],
        distinct: bool,
        order: &[(Expression, bool)],
        stop: &Stop<'_>,
    ) -> Result<Vector, Stopped> {
        let (mut lists, mut ends): (Option<Vector>, Vec<usize>) = (None, Vec::new());
        let (filter, mut kept) = (self.mask(window, groups, which), Filtered::default());
        let mut since = 0;
        // Rows of many small groups are read at once.
        let (mut gathered, mut end) = (Vec::new(), 0);
        for (place, &group) in which.iter().enumerate() {
            let rows = kept.of(filter.as_ref(), window, groups.rows_of(group));
            let mut rows = rows.to_vec();
            if !order.is_empty() {
                let keys = order.iter().map(|(term, descends)| {
                    SortKey::new(
                        evaluate(term, window, Rows::List(&rows)),
                        if *descends { Direction::Down } else { Direction::Up },
                    )
                });
                let keys: Vec<SortKey> = keys.collect();
                let mut places: Vec<u32> = (0..rows.len() as u32).collect();
                places.sort_by(|&left, &right| SortKey::compare_all(&keys, left as usize, right as usize));
                rows = places.into_iter().map(|place| rows[place as usize]).collect();
            }
            if distinct {
                rows = self.first_of_each(window, rows);
            }
            stop.take(rows.len())?;
            since += rows.len() + 1;
            end += rows.len();
            ends.push(end);
            gathered.extend(rows);
            if gathered.len() >= STRIDE || place + 1 == which.len() {
                let values = evaluate(&self.argument, window, Rows::List(&gathered));
                gathered.clear();
                match &mut lists {
                    Some(lists) => lists.append(values),
                    None => lists = Some(values),
                }
            }
            if since > STRIDE {
                since = 0;
                stop.check()?;
            }
        }
        let values = lists.unwrap_or_else(|| evaluate(&self.argument, window, Rows::List(&[])));
        if (0..values.len()).any(|element| values.is_null(element)) {
            // No list of a result has nulls; SQLite says so in its own words.
            return Err(Stopped::Fallback("a list holds a null"));
        }
        Ok(Vector { data: Data::Lists(Box::new(values), ends), nulls: None })
    }

    fn first_of_each(&self, window: &EventWindow, rows: Vec<u32>) -> Vec<u32> {
        let values = evaluate(&self.argument, window, Rows::List(&rows));
        let mut seen = std::collections::HashSet::new();
        let value = |index: usize| match &values.data {
            Data::Texts(codes, _) => Some(i64::from(codes[index])),
            _ if values.is_null(index) => None,
            _ => Some(values.integer(index)),
        };
        rows.into_iter().enumerate().filter(|(index, _)| seen.insert(value(*index))).map(|(_, row)| row).collect()
    }
}

/// The rows of a group that count.
#[derive(Default)]
struct Filtered {
    truths: Vec<u8>,
    rows: Vec<u32>,
}

impl Filtered {
    fn of<'a>(&'a mut self, filter: Option<&Mask<'_>>, window: &EventWindow, rows: &'a [u32]) -> &'a [u32] {
        let Some(filter) = filter else { return rows };
        filter.of(window, Rows::List(rows), &mut self.truths);
        self.rows.clear();
        self.rows.extend(rows.iter().zip(&self.truths).filter(|(_, truth)| is_true(**truth)).map(|(row, _)| *row));
        &self.rows
    }
}
