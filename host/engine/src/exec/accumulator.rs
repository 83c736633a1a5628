//! Accumulators: what an aggregate has of each group so far. Sums never overflow here: binding has seen to that.

use std::sync::Arc;

use super::vector::{Data, Vector};
use crate::plan::{Fold, Kind};
use crate::storage::Dictionary;
use net_scout_model::sql_function::median;

/// What each group has so far.
pub(super) enum Accumulators {
    Counts(Vec<i64>),
    /// Sums, and how many were added.
    Sums(Vec<i64>, Vec<u32>),
    Totals(Vec<i64>),
    Averages(Vec<i64>, Vec<u32>),
    /// All values.
    Medians(Vec<Vec<f64>>),
    /// The best integer, and whether there is one.
    Integers {
        largest: bool,
        best: Vec<i64>,
        found: Vec<bool>,
    },
    Reals {
        largest: bool,
        best: Vec<f64>,
        found: Vec<bool>,
    },
    /// Codes; 0 for none yet.
    Texts {
        largest: bool,
        best: Vec<u32>,
        dictionary: Arc<Dictionary>,
    },
}

impl Accumulators {
    pub(super) fn new(fold: &Fold, kind: &Kind, groups: usize) -> Self {
        let largest = *fold == Fold::Maximum;
        match (fold, kind) {
            (Fold::Sum, _) => Self::Sums(vec![0; groups], vec![0; groups]),
            (Fold::Total, _) => Self::Totals(vec![0; groups]),
            (Fold::Average, _) => Self::Averages(vec![0; groups], vec![0; groups]),
            (Fold::Median, _) => Self::Medians(vec![Vec::new(); groups]),
            (Fold::Minimum | Fold::Maximum, Kind::Real) => {
                Self::Reals { largest, best: vec![0.0; groups], found: vec![false; groups] }
            }
            (Fold::Minimum | Fold::Maximum, Kind::Text(dictionary)) => {
                Self::Texts { largest, best: vec![0; groups], dictionary: Arc::clone(dictionary) }
            }
            (Fold::Minimum | Fold::Maximum, _) => Self::Integers { largest, best: vec![0; groups], found: vec![false; groups] },
            _ => Self::Counts(vec![0; groups]),
        }
    }

    /// Adds values, each for the group with the number in `owners`.
    pub(super) fn add(&mut self, values: &Vector, owners: &[u32], counts: impl Fn(usize) -> bool) {
        let present = owners.iter().enumerate().filter(|(index, _)| counts(*index) && !values.is_null(*index));
        let present = present.map(|(index, &owner)| (index, owner as usize));
        match self {
            Self::Counts(counts) => present.for_each(|(_, owner)| counts[owner] += 1),
            Self::Sums(sums, counts) | Self::Averages(sums, counts) => present.for_each(|(index, owner)| {
                sums[owner] += values.integer(index);
                counts[owner] += 1;
            }),
            Self::Totals(sums) => present.for_each(|(index, owner)| sums[owner] += values.integer(index)),
            Self::Medians(found) => present.for_each(|(index, owner)| found[owner].push(values.real(index))),
            Self::Integers { largest, best, found } => present.for_each(|(index, owner)| {
                let value = values.integer(index);
                if !found[owner] || (if *largest { value > best[owner] } else { value < best[owner] }) {
                    (best[owner], found[owner]) = (value, true);
                }
            }),
            Self::Reals { largest, best, found } => present.for_each(|(index, owner)| {
                let value = values.real(index);
                if !found[owner] || (if *largest { value > best[owner] } else { value < best[owner] }) {
                    (best[owner], found[owner]) = (value, true);
                }
            }),
            Self::Texts { largest, best, dictionary } => {
                let Data::Texts(codes, _) = &values.data else { return };
                let ranks = dictionary.ranks();
                present.for_each(|(index, owner)| {
                    let (code, rank) = (codes[index], ranks[codes[index] as usize]);
                    let known = ranks[best[owner] as usize];
                    if known == 0 || (if *largest { rank > known } else { rank < known }) {
                        best[owner] = code;
                    }
                });
            }
        }
    }

    pub(super) fn finish(self, groups: usize) -> Vector {
        let absent = |found: Vec<bool>| found.contains(&false).then(|| found.into_iter().map(|found| !found).collect());
        match self {
            Self::Counts(counts) => Vector::integers(counts, None),
            Self::Sums(sums, counts) => Vector::integers(sums, absent(counts.into_iter().map(|count| count > 0).collect())),
            Self::Totals(sums) => Vector::reals(sums.into_iter().map(|sum| sum as f64).collect(), None),
            Self::Averages(sums, counts) => {
                let average = |group: usize| if counts[group] == 0 { 0.0 } else { sums[group] as f64 / f64::from(counts[group]) };
                let values = (0..groups).map(average).collect();
                Vector::reals(values, absent(counts.into_iter().map(|count| count > 0).collect()))
            }
            Self::Medians(mut found) => {
                let medians: Vec<_> = found.iter_mut().map(|values| median(values)).collect();
                let present = medians.iter().map(Option::is_some).collect();
                Vector::reals(medians.into_iter().map(Option::unwrap_or_default).collect(), absent(present))
            }
            Self::Integers { best, found, .. } => Vector::integers(best, absent(found)),
            Self::Reals { best, found, .. } => Vector::reals(best, absent(found)),
            Self::Texts { best, dictionary, .. } => Vector { data: Data::Texts(best, dictionary), nulls: None },
        }
    }
}
